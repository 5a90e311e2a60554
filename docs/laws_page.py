# ruff: noqa: E501 - the pages' prose stands one sentence a line
"""The page of every law that is loaded: what it asks, by when, and how sure that is."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from typing import get_args

from incidents.data_files import LAW
from incidents.duties.authority import Authority, RecipientRule
from incidents.duties.clock_rule import ClockRule
from incidents.duties.conditions import Condition, ListTest, parts_of
from incidents.duties.explain import MARKS, REPEATS
from incidents.duties.regime import Catalogue, LawPlace, Regime
from incidents.duties.rule import DutyRule, InForce, TieRule
from incidents.duties.sources.folder import read_catalogue
from incidents.models.duty import Citation, Confidence
from incidents.models.vocabulary import vocabulary

HEAD = """\
# The laws

This page informs counsel; it does not replace counsel.
Rules marked *from memory*, *partly read* or *from a summary* are unverified: read the source before relying on them.

Written by `python docs/generate.py` from the files in `incidents/duties/regimes`; [their shape](law-schema.md) says what the fields mean.
`forthwith law check` works through the examples beside each law.
Where no law is listed for a place, that means that none is loaded, never that nothing is owed there.

Unless a clock says otherwise, an earlier moment stands in while its own is not known: the first sign, the suspicion, the word of a processor.
Of several clocks the earliest counts."""

UNVERIFIED: frozenset[Confidence] = frozenset({"secondary", "mixed", "memory"})
STAND_INS = ClockRule.model_fields["otherwise"].default
RELATIONS = {
    "before": "before `{duty}`",
    "not_later_than": "not later than `{duty}`",
    "same_time": "at the same time as `{duty}`",
    "within_after": "within {days} days after `{duty}`",
    "after": "after `{duty}`",
    "without_delaying": "without holding up `{duty}`",
}
KINDS = {
    "individual": "people",
    "guardian": "guardians",
    "bureau": "credit bureaus",
    "media": "media",
    "controller": "whoever the data is handled for",
    "public": "the public",
    "police": "police",
    "record": "own record",
    "authority": "authority",
}
ZONES = {"authority": "the authority's zone", "organisation": "the organisation's zone"}


def laws_page() -> str:
    """Return the page."""
    catalogue = read_catalogue(LAW)
    total = sum(len(law.duties) for law in catalogue.regimes)
    lines = [HEAD, "", f"{len(catalogue.regimes)} laws with {total} rules:", *_how_sure(catalogue)]
    lines += [
        "",
        "| law | where | in force | rules | of them unverified |",
        "|---|---|---|---|---|",
    ]
    for law in catalogue.regimes:
        unsure = sum(duty.citation.confidence in UNVERIFIED for duty in law.duties)
        link = f"[{law.name}](#{_anchor(law.name)})"
        lines.append(_row([link, law.where, _law_stands(law), str(len(law.duties)), str(unsure)]))
    for law in catalogue.regimes:
        lines += ["", *_law(law, catalogue.authorities)]
    return "\n".join([*lines, ""])


def _how_sure(catalogue: Catalogue) -> Iterator[str]:
    yield ""
    found = Counter(duty.citation.confidence for law in catalogue.regimes for duty in law.duties)
    grades: tuple[Confidence, ...] = get_args(Confidence)
    for grade in grades:
        if found[grade]:
            yield f"- {found[grade]}: {MARKS[grade]}"


def _law(law: Regime, authorities: dict[str, Authority]) -> Iterator[str]:
    yield f"## {law.name}"
    yield ""
    kind = {"law": "", "promise": "The organisation's own promise, no law. "}.get(
        law.kind, "A contract, no law. "
    )
    yield f"{kind}`{law.id}`, {law.where}."
    yield ""
    yield f"- In force: {_law_stands(law)}; the version is picked by the day of `{law.selected_by}`"
    if law.places:
        yield f"- Places: {', '.join(_place(place, law.citation) for place in law.places)}"
    yield f"- It concerns a case where {law.ties}"
    if law.binds is not None:
        yield f"- It binds only some: {_bound(law.binds)}"
    yield f"- Source: {_source(law.citation)}"
    if law.citation.note:
        yield f"- Note: {law.citation.note}"
    yield ""
    yield "| duty | to | by when | must say | source |"
    yield "|---|---|---|---|---|"
    for duty in law.duties:
        yield _row(
            [
                _duty(duty),
                _to(duty.recipient, authorities),
                _when(duty),
                _says(duty),
                _source(duty.citation, note=True),
            ]
        )


def _law_stands(law: Regime) -> str:
    if law.kind != "law":
        return "while it is published"
    return _in_force(law.in_force, law.citation)


def _duty(duty: DutyRule) -> str:
    parts = [f"`{duty.id}`", duty.name]
    if duty.in_force:
        parts.append(f"**{_in_force(duty.in_force, duty.citation)}**")
    if duty.phase != "initial":
        parts.append(f"({duty.phase})")
    if duty.contingent:
        parts.append(f"once {duty.contingent.once}")
    return "; ".join(parts)


def _in_force(span: InForce, citation: Citation) -> str:
    if span.from_ is None:
        return "proposed; no day yet"
    until = f" until {span.to}" if span.to else ""
    # Told by the day it was read, so that the page does not change by itself.
    coming = ", still to come when it was read" if span.from_ > citation.read_on else ""
    return f"from {span.from_}{until}{coming}"


def _place(place: LawPlace, citation: Citation) -> str:
    own = place.from_ or place.to
    return f"{place.place} ({_in_force(place, citation)})" if own else place.place


def _bound(condition: Condition) -> str:
    known = vocabulary().roles
    tests = list(_tests(condition))
    roles = [
        known[word]
        for test in tests
        if isinstance(test, ListTest) and test.fact == "roles"
        for word in test.includes_any
    ]
    if not roles:
        return "see its file"
    others = any(not isinstance(test, ListTest) or test.fact != "roles" for test in tests)
    more = "; further conditions stand in its file" if others else ""
    return f"{'; '.join(dict.fromkeys(roles))}{more}"


def _tests(condition: Condition) -> Iterator[Condition]:
    parts = parts_of(condition)
    if not parts:
        yield condition
    yield from chain.from_iterable(_tests(part) for part in parts)


def _to(to: RecipientRule, authorities: dict[str, Authority]) -> str:
    if to.route == "lead_or_each":
        return "authority of the main establishment, or of each place with people affected"
    ids = [one for one in (to.ref, *to.also) if one]
    names = [authorities[one].name if one in authorities else one for one in ids] or [to.name]
    said = ", ".join(name for name in names if name) or KINDS[to.kind]
    region = ", in each region with people affected" if to.route == "each_region" else ""
    return f"{said}{region}"


def _when(duty: DutyRule) -> str:
    parts = [duty.phrase, *(_clock(clock) for clock in duty.clocks if clock.within)]
    if duty.relative_to:
        parts.append(_tie(duty.relative_to))
    if duty.repeats:
        parts.append(f"again {REPEATS[duty.repeats.when]}")
    if duty.hold:
        by = {"law_enforcement": "law enforcement", "authority": "an authority"}[duty.hold.by]
        written = " in writing" if duty.hold.written else ""
        parts.append(f"may wait where {by} asks{written}")
    return "; ".join(parts)


def _clock(clock: ClockRule) -> str:
    """Return how a limit runs, in words."""
    start = f"`{clock.after}` was done" if clock.after else vocabulary().moments[str(clock.start)]
    if clock.count_from == "end_of_year":
        start = f"the end of the calendar year of: {start}"
    said = f"**{clock.within.words if clock.within else ''}** from {start}"
    length = clock.length.split(",", 1)[1].strip(" ,") if "," in clock.length else ""
    details = [length] if length else []
    if clock.within and not clock.within.hours:
        details.append(f"days of {ZONES.get(clock.zone, clock.zone)}")
    if clock.roll_at:
        details.append(f"there at {clock.roll_at}")
    if clock.yields_to:
        details.append(f"not where it ended before: {vocabulary().moments[clock.yields_to]}")
    details += [f"{one.add.words} more: {one.text}" for one in clock.extensions]
    if clock.start and clock.otherwise != STAND_INS:
        known = [vocabulary().moments[word] for word in clock.otherwise]
        details.append(f"else from {', or '.join(known)}" if known else "nothing stands in for it")
    return f"{said} ({'; '.join(details)})" if details else said


def _tie(tie: TieRule) -> str:
    relation = "after" if tie.relation == "within_after" and not tie.days else tie.relation
    words = RELATIONS[relation].format(duty=tie.duty, days=tie.days)
    return f"not before {tie.wait.words} {words}" if tie.wait else words


def _says(duty: DutyRule) -> str:
    parts = [_keys("", duty.must_say)]
    also = list(dict.fromkeys(one.say for one in duty.also_say))
    parts.append(_keys("in some cases ", also))
    parts.append(_keys("when late ", duty.if_late_say))
    parts.append(_keys("never ", duty.must_not_say))
    parts += [f"offer: {offer.text}" for offer in duty.offers]
    if duty.title:
        parts.append(f"under the title “{duty.title}”")
    return "; ".join(part for part in parts if part)


def _keys(before: str, words: list[str]) -> str:
    return before + ", ".join(f"`{word}`" for word in words) if words else ""


def _source(citation: Citation, *, note: bool = False) -> str:
    article = f"[{citation.article}]({citation.url})" if citation.url else citation.article
    said = f"{article}; read {citation.read_on}; {MARKS[citation.confidence]}"
    return f"{said}. {citation.note}" if note and citation.note else said


def _anchor(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-")


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(' '.join(cell.replace('|', '/').split()) for cell in cells)} |"
