"""The standing text for a customer whose login was found in somebody else's leak (S18)."""

from collections.abc import Sequence
from datetime import date

from incidents.drafting.choose import SetPlan
from incidents.drafting.fact_sheet import missing_fields
from incidents.drafting.organ import organ
from incidents.drafting.page import notice_context, sections_of
from incidents.drafting.render import Draft, finished, render_notice
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words
from incidents.errors import DraftingError
from incidents.models.inventory import Organisation
from incidents.models.notice import FactSheet, Measure, StoreFact
from incidents.models.report import Certainty, Failure, Protection, Timeline
from incidents.models.scope import Form

NOTICE = "individual/email/leaked_credential"
REQUIRED = (
    "nature",
    "discovery_time",
    "categories_of_records",
    "likely_consequences",
    "advice_to_individuals",
    "measures_taken",
    "remedies",
    "contact",
    "controller_identity",
    "authenticity",
)
"""What the text must say: the promise's own list (S80-S84) and how to check it."""


def draft_leaked_credential(
    words: Words,
    organisation: Organisation,
    locale: str,
    *,
    measures: Sequence[Measure] = (Measure(key="account_locked", done=True),),
) -> Draft:
    """Return the text as a class with holes for name, code and the day it was found (`when`).

    It holds nothing of one alert, so it can be approved ahead. It goes out by any channel but the
    mailbox that leaked.

    Args:
        words: The words.
        organisation: Who writes.
        locale: A locale of the words.
        measures: What is done for the account; it must be true of every account it is sent to.

    Raises:
        DraftingError: listing organisation fields that are missing; for a text that cannot be made.
    """
    missing = missing_fields(organisation)
    if missing:
        raise DraftingError(
            f"a notice needs {len(missing)} fields that are empty: {', '.join(missing)}",
            where="organisation.yaml",
            repair="; ".join(f"{field}: {what}" for field, what in missing.items()),
        )
    voice = Voice(words.catalogue(locale), [Form.ACCOUNT.value, "email"])
    plan = SetPlan(
        key="individuals-leaked-credential",
        audience="individuals",
        regimes=[],
        duties=[],
        places=[],
        required=[key for key in REQUIRED if key != "authenticity"],
    )
    sheet = _sheet(organisation, measures)
    context = notice_context(words, sheet, plan, voice, exposure=1, form=Form.ACCOUNT, on=date.min)
    subject = voice.say("subject.leaked", org=organ(organisation).name)
    context |= {"subject": subject}
    outputs, blocks = render_notice(
        words,
        NOTICE,
        voice=voice,
        context=context,
        headings=sections_of(words.card(NOTICE), plan, voice),
    )
    templates = words.used_by(NOTICE, locale)
    message = finished(
        key=f"{locale}.{Form.ACCOUNT.value}.0.email",
        locale=locale,
        form=Form.ACCOUNT,
        exposure=0,
        people=1,
        subject=subject,
        outputs=outputs,
        templates=templates,
    )
    return Draft(message=message, blocks=blocks, templates=templates)


def _sheet(organisation: Organisation, measures: Sequence[Measure]) -> FactSheet:
    """Return what is true of every such alert: a login, readable, found elsewhere."""
    return FactSheet(
        case_ref="",
        version=1,
        organisation=organisation,
        kinds=None,
        cause="leaked_credential",
        failure=[Failure.UNKNOWN],
        certainty=Certainty.CERTAIN,
        timeline=Timeline(),
        stores=[
            StoreFact(
                store="login",
                name="login",
                bit=0,
                elements={
                    "account.password": Protection(state="clear"),
                    "account.member_name": Protection(state="clear"),
                },
            )
        ],
        people_total=1,
        people_by_place={},
        children_total=0,
        measures=list(measures),
        unknown=[],
        risk="unknown",
        risk_reasons=[],
        policy_version="",
        next_update_on=date.min.isoformat(),  # the text names no next date
    )
