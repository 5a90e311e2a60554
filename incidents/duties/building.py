"""Turns a rule that holds into a duty: to whom, by when, what to say, and all that goes with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain

from incidents.duties import places
from incidents.duties.authority import Route
from incidents.duties.deadlines import Deadline, Surroundings, add_span, deadline_for, local_words
from incidents.duties.judgement import Judgement, View
from incidents.duties.judging import judge
from incidents.duties.regime import Catalogue, Regime
from incidents.duties.rule import Announcement, DutyRule
from incidents.duties.scoping import Scope
from incidents.models.base import trusted
from incidents.models.duty import (
    AnnouncementOption,
    Duty,
    DutyStatus,
    Facts,
    Offer,
    RelativeTo,
    Truth,
)


@dataclass(slots=True)
class Found:
    """What came of judging a rule."""

    view: View
    region: str
    """Region this one is about; empty where the duty does not fan out over regions."""
    judgement: Judgement
    exempt: tuple[Judgement, ...]


def build(
    rule: DutyRule, route: Route, found: Found, regime: Regime, scope: Scope, catalogue: Catalogue
) -> Duty:
    """Return the duty that follows from a rule for one recipient."""
    facts, view = found.view.facts, found.view
    full_id = f"{regime.id}/{rule.id}"
    suffix = found.region or route.place
    met = _met(rule, regime, suffix, facts)
    around = Surroundings(
        authority_zone=route.zone,
        authority_place=route.recipient.place,
        organisation_zone=facts.zone,
        law_zone=regime.zone,
        organisation_place=scope.seat,
        calendars=catalogue.calendars,
        filings=met,
        holds=lambda condition: judge(condition, view).truth,
        starts=view.starts,
    )
    deadline = deadline_for(rule.clocks, facts.timeline, around)
    announcement = _announcement(rule.announcement, view)
    waits = _waits(rule, facts, met)
    values = rule.unchanging | {
        "id": f"{full_id}/{suffix}" if suffix else full_id,
        "regime": regime.id,
        "regime_name": regime.name,
        "duty": rule.id,
        "status": _status(route, found.judgement, waits=waits),
        "recipient": route.recipient,
        "due_by": deadline.due_by,
        "due_local": local_words(deadline.due_by, deadline.zone),
        "legal_limit": deadline.legal_limit,
        "target_by": None if waits else _target(full_id, deadline, facts),
        "relative_to": _relative(rule, regime),
        "not_before": _not_before(rule, route, deadline.zone, met, catalogue),
        "clock": deadline.reading,
        "must_say": _must_say(rule, view),
        "offers": _offers(rule, view),
        "announcement": announcement,
        "announcement_allowed": (
            announcement.rule if announcement and announcement.allowed != "no" else ""
        ),
        "places": list(_people_places(rule, route, found, scope)),
        "zone": deadline.zone,
        "trace": list(chain(found.judgement.leaves, *(part.leaves for part in found.exempt))),
    }
    return trusted(Duty, values)


def _met(
    rule: DutyRule, regime: Regime, suffix: str, facts: Facts
) -> Mapping[str, Sequence[datetime]]:
    """Return when the duties this one leans on were met, by the words the file uses for them.

    A filing to the same place counts first, then one without a place, then the earliest anywhere.
    """
    made: dict[str, Sequence[datetime]] = {}
    if not facts.filings:
        return made
    for ref in rule.references:
        full = ref if "/" in ref else f"{regime.id}/{ref}"
        exact = facts.filings.get(f"{full}/{suffix}") or facts.filings.get(full)
        if exact is None:
            exact = [
                at
                for key, when in facts.filings.items()
                if key.startswith(f"{full}/")
                for at in when
            ]
        if exact:
            made[ref] = exact
    return made


def _status(route: Route, judgement: Judgement, *, waits: bool) -> DutyStatus:
    if judgement.truth == "unknown" or not route.certain:
        return DutyStatus.MAY_BE_OWED
    return DutyStatus.OWED_IF if waits else DutyStatus.OWED


def _waits(rule: DutyRule, facts: Facts, met: Mapping[str, Sequence[datetime]]) -> bool:
    """Return whether the duty comes into being only with something that is still to happen."""
    later = rule.contingent
    if later is None:
        return False
    happened = later.happened is not None and facts.timeline.moment(later.happened) is not None
    return not happened and not (later.met is not None and later.met in met)


def _target(full_id: str, deadline: Deadline, facts: Facts) -> datetime | None:
    """Return the operator's own target: named for this duty, or the default for mere words."""
    start = deadline.reading.at
    if start is None:
        return None
    hours = facts.targets_hours.get(full_id)
    if hours is None and deadline.due_by is None:
        hours = facts.targets_hours.get("default")
    return None if hours is None else start + timedelta(hours=hours)


def _relative(rule: DutyRule, regime: Regime) -> RelativeTo | None:
    tie = rule.relative_to
    if tie is None:
        return None
    full = tie.duty if "/" in tie.duty else f"{regime.id}/{tie.duty}"
    wait = tie.wait.words if tie.wait else ""
    values = {"duty": full, "relation": tie.relation, "days": tie.days, "wait": wait}
    return trusted(RelativeTo, values)


def _not_before(
    rule: DutyRule,
    route: Route,
    zone: str,
    met: Mapping[str, Sequence[datetime]],
    catalogue: Catalogue,
) -> datetime | None:
    """Return when the wait after another notice ends; None where that was not sent yet."""
    tie = rule.relative_to
    if tie is None or tie.wait is None or tie.duty not in met:
        return None
    place = route.recipient.place if tie.calendar == "authority" else tie.calendar
    return add_span(min(met[tie.duty]), tie.wait, zone, place, catalogue.calendars)


def _must_say(rule: DutyRule, view: View) -> list[str]:
    if not rule.also_say:
        return rule.must_say
    further = [item.say for item in rule.also_say if judge(item.when, view).truth != "no"]
    return list(dict.fromkeys([*rule.must_say, *further]))


def _offers(rule: DutyRule, view: View) -> list[Offer]:
    return [
        trusted(Offer, {"kind": offer.kind, "text": offer.text, "months": offer.months})
        for offer in rule.offers
        if not offer.when or judge(offer.when, view).truth != "no"
    ]


def _announcement(rule: Announcement | None, view: View) -> AnnouncementOption | None:
    if rule is None:
        return None
    allowed: Truth = judge(rule.when, view).truth if rule.when else "yes"
    return trusted(AnnouncementOption, rule.unchanging | {"allowed": allowed})


def _people_places(rule: DutyRule, route: Route, found: Found, scope: Scope) -> tuple[str, ...]:
    if found.region:
        return (found.region,)
    if route.people_in:
        return route.people_in
    facts = found.view.facts
    young = facts.minors if rule.recipient.of == "minors" else facts.children
    if rule.recipient.kind == "guardian" and young:
        among = scope.people_in or tuple(sorted(young))
        return tuple(
            place for place in among if places.is_possible(young.get(place, places.NOBODY))
        )
    return scope.people_in
