"""Every law that asks for a notice to people can be said, in every language, form and channel."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, get_args

import pytest

from incidents.data_files import LAW
from incidents.drafting import message_class
from incidents.drafting.choose import SetPlan, set_keys
from incidents.drafting.holes import PersonValues, render_person
from incidents.drafting.message_class import Channel, draft_class
from incidents.drafting.page import notice_context
from incidents.drafting.render import Draft
from incidents.drafting.required import check_required
from incidents.drafting.wording import set_flaws
from incidents.drafting.words import Words
from incidents.duties.engine import duties_owed
from incidents.duties.examples import ExampleFile
from incidents.duties.sources.folder import read_catalogue, read_law_files
from incidents.errors import DraftingError
from incidents.models.inventory import Officer
from incidents.models.notice import FactSheet, Measure, Offer
from incidents.models.scope import Form

ON = date(2026, 3, 4)
PERSON = PersonValues(
    name="Robin Example",
    child="Kim Example",
    code="ABCD-EFGH-JK",
    address="Road 1\nTown",
    offer="G-1",
)
OFFER = Offer(
    pool="identity_monitoring_42_months",
    url="https://lantern-parts.example/protect",
    until=date(2026, 6, 30),
)
MEASURES = (
    "access_closed", "credentials_reset", "authority_told", "review", "training", "flaw_fixed",
    "identity_monitoring_42_months", "before_access_limited", "before_logging", "help_line",
)  # fmt: skip


@pytest.fixture(scope="module")
def rich(sheet: FactSheet) -> FactSheet:
    """Return a fact sheet in which nothing is left open that a law may ask to be told."""
    line = sheet.timeline
    told = line.model_copy(update={"announced": line.moment("aware")})
    owner = Officer(title="Lantern Holding Ltd.", contact="1 Quay, Hong Kong")
    organisation = sheet.organisation.model_copy(
        update={"officers": {**sheet.organisation.officers, "parent": owner}}
    )
    return sheet.model_copy(
        update={
            "timeline": told,
            "organisation": organisation,
            "measures": [Measure(key=key, done=True) for key in MEASURES]
            + [Measure(key="less_data", done=False)],
            "offer": OFFER,
        }
    )


def plans() -> Iterator[tuple[str, SetPlan]]:
    """Yield each distinct plan that the worked examples of all laws lead to, with its law."""
    law = read_catalogue(LAW)
    seen = set()
    for folder in read_law_files(LAW).laws:
        assert folder.examples is not None
        regime = str(folder.regime.data["id"])
        for example in ExampleFile.model_validate(folder.examples.data).examples:
            facts = example.situation.facts(regime, [one.id for one in law.regimes])
            owed = [one for one in duties_owed(facts, law).duties if one.regime == regime]
            for plan in {p.key: p for p in set_keys(owed, facts.people).values()}.values():
                said = (*plan.required, *plan.forbidden, *plan.titles, str(plan.headings))
                if plan.conflicts or (regime, said) in seen:
                    continue
                seen.add((regime, said))
                yield f"{regime}-{len(seen)}", plan


PLANS = dict(plans())


def drafts(words: Words, sheet: FactSheet, plan: SetPlan) -> list[Draft]:
    """Return every language, form and channel of a plan, e-mail in all forms."""
    wanted = [
        (locale, form, channel)
        for locale in sorted(words.catalogues)
        for form in Form
        for channel in get_args(Channel)
        if channel == "email" or form is Form.ACCOUNT
    ]
    return [
        draft_class(
            words, sheet, plan, locale=locale, form=form, exposure=3, people=1, on=ON,
            channel=channel, late_reason="the log was read late" if "delay" in plan.key else "",
        )
        for locale, form, channel in wanted
    ]  # fmt: skip


def test_the_laws_lead_to_many_different_notices() -> None:
    laws = {name.rsplit("-", 1)[0] for name in PLANS}
    assert len(laws) >= 15
    assert {"eu-gdpr", "us-ca-1798-82", "us-ma-93h", "us-il-815-530", "us-hipaa"} <= laws


@pytest.mark.parametrize("name", PLANS)
def test_what_a_law_asks_is_said_in_every_language_form_and_channel(
    words: Words, rich: FactSheet, name: str
) -> None:
    plan = PLANS[name].model_copy(update={"places": PLANS[name].places or ["DE"]})
    required = [key for key in plan.required if key not in {"delay_reasons", "local_subjects"}]
    made = drafts(words, rich, plan)
    long = [one for one in made if not one.message.key.endswith((".sms", ".push"))]
    check_required(long, required, forbidden=plan.forbidden)
    found = set_flaws(
        [one.message for one in made],
        words,
        organisation=rich.organisation,
        stores=rich.stores,
        case_ref=rich.case_ref,
    )
    assert [flaw for flaw in found if flaw.level == "blocking"] == []
    for one in made:
        filled = render_person(one.message, PERSON)
        assert not re.search("[⟦⟧]|{[a-z_]+}|{{|{%", filled.subject + filled.text + filled.html)


def test_a_sentence_that_is_missing_anywhere_fails_at_once_and_names_every_class(
    words: Words, rich: FactSheet, plan: SetPlan
) -> None:
    made = drafts(words, rich, plan)
    with pytest.raises(DraftingError) as caught:
        check_required([one for one in made if ".email" in one.message.key],
                       [*plan.required, "parent_company"])  # fmt: skip
    for locale in words.catalogues:
        assert caught.value.what.count(f"{locale}.account.3.email") == 2  # text and HTML


def everything() -> list[str]:
    """Return every content that some law asks for and none of these forbids."""
    asked = {key for plan in PLANS.values() for key in plan.required}
    return sorted(asked - {"delay_reasons"})


def test_no_value_can_be_dropped_without_a_refusal_while_drafting(
    words: Words, rich: FactSheet, plan: SetPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = plan.model_copy(update={"required": everything(), "places": ["DE", "US-CA"]})
    offered: dict[str, Any] = {}

    def draft() -> str:
        made = draft_class(
            words, rich, whole, locale="en", form=Form.GUARDIAN, exposure=3, people=1, on=ON,
            late_reason="the log was read late",
        )  # fmt: skip
        return made.message.text + made.message.html

    def remembered(*args: Any, **more: Any) -> dict[str, Any]:
        offered.update(notice_context(*args, **more))
        return dict(offered)

    monkeypatch.setattr(message_class, "notice_context", remembered)
    text = draft()
    dropped, unused = [], []
    for key in sorted(offered):
        if key in {"its", "org", "subject"}:  # the drafting itself works with these
            continue

        def without(*args: Any, _key: str = key, **more: Any) -> dict[str, Any]:
            return {k: v for k, v in notice_context(*args, **more).items() if k != _key}

        monkeypatch.setattr(message_class, "notice_context", without)
        try:
            said = draft()
        except (DraftingError, KeyError):
            dropped.append(key)
        else:
            assert said == text, f"{key} is missing and nothing says so"
            unused.append(key)
    assert {"sheet", "bases", "rights", "representatives", "reasons", "on", "wants"} <= set(dropped)
    assert not {"hole", "authorities", "bureaus", "follow_up"} & set(unused)


@pytest.mark.parametrize("field", ["start", "end", "aware", "next"])
def test_a_date_that_is_not_known_is_said_so_or_promised_in_every_language(
    words: Words, rich: FactSheet, plan: SetPlan, field: str
) -> None:
    keys = {"start": "occurred_from", "end": "occurred_to", "aware": "aware"}
    line = rich.timeline
    if field in keys:
        line = line.model_copy(update={keys[field]: None})
    later = (date.fromisoformat(rich.next_update_on) + timedelta(days=1)).isoformat()
    sheet = rich.model_copy(update={"timeline": line, "next_update_on": later})
    for one in drafts(words, sheet, plan):
        assert "None" not in one.message.text + one.message.html
