"""Facts and law in; duties, reasons, questions and gaps out. Knows no article and no hour."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from incidents.duties import places, scoping
from incidents.duties.authority import Route, routes_for
from incidents.duties.deadlines import Deadline, Surroundings, deadline_for
from incidents.duties.judging import Judgement, Leaf, join, judge
from incidents.duties.questions import Questions
from incidents.duties.regime import Catalogue, DutyRule, Regime
from incidents.models.base import in_zone
from incidents.models.duty import (
    Duty,
    DutyList,
    DutyStatus,
    Facts,
    NotOwed,
    RelativeTo,
    TraceStep,
)

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class _Case:
    """What stays the same while one law is judged."""

    facts: Facts
    catalogue: Catalogue
    regime: Regime
    scope: scoping.Scope
    questions: Questions


def duties_owed(facts: Facts, catalogue: Catalogue) -> DutyList:
    """Return all that the loaded law asks of a case.

    Unknown is never guessed: a duty that hangs on a missing fact comes as `may_be_owed`, with
    its deadline, and a question names the fact. The order of laws does not matter, and a law
    that is added never removes another's duty.

    Returns:
        Duties by the moment to act by, then recipient; a reason for each duty that is not owed;
        places where people live without law loaded; questions.
    """
    questions = Questions()
    duties: list[Duty] = []
    not_owed: list[NotOwed] = []
    for regime in catalogue.regimes:
        case = _Case(facts, catalogue, regime, scoping.scope_of(regime, facts), questions)
        for found in _from_law(case):
            if isinstance(found, Duty):
                duties.append(found)
            else:
                not_owed.append(found)
    return DutyList(
        law_version=catalogue.version,
        duties=sorted(duties, key=_urgency),
        not_owed=sorted(not_owed, key=lambda no: (no.regime, no.duty)),
        unknown_law=scoping.unknown_law(facts, catalogue.regimes),
        questions=questions.listed(),
    )


def _urgency(duty: Duty) -> tuple[datetime, str, str, str]:
    return (duty.act_by or NEVER, duty.recipient.kind, duty.recipient.name, duty.id)


def _from_law(case: _Case) -> Iterator[Duty | NotOwed]:
    versions: dict[str, list[DutyRule]] = {}
    for rule in case.regime.duties:
        versions.setdefault(rule.id, []).append(rule)
    for rules in versions.values():
        standing = [rule for rule in rules if not _not_in_force(case, rule)]
        if standing:
            yield from _from_rule(case, standing[0])
        else:
            why = _not_in_force(case, rules[-1])
            yield _no(case, rules[-1], f"{case.regime.name} {why}", [])


def _not_in_force(case: _Case, rule: DutyRule) -> str:
    day = case.scope.day
    if rule.selected_by:
        day = scoping.day_of(rule.selected_by, case.facts, case.regime)
    return scoping.standing(case.regime.in_force, rule.in_force, day)


def _from_rule(case: _Case, rule: DutyRule) -> Iterator[Duty | NotOwed]:
    if case.scope.reached.truth == "no":
        if case.scope.ask_establishment:
            case.questions.ask_establishment(f"{case.regime.id}/{rule.id}")
        yield _no(case, rule, _out_of_place(case), case.scope.reached.trace)
        return
    parts = [case.scope.reached]
    if rule.when:
        parts.append(judge(rule.when, case.facts, case.scope.areas))
    judgement = join(parts, "no")
    exempt = _exemptions(case, rule)
    trace = [*judgement.trace, *(step for part in exempt.values() for step in part.trace)]
    shown = [text for text, part in exempt.items() if part.truth == "yes"]
    if judgement.truth == "no" or shown:
        yield _no(case, rule, _why_not(case, judgement, shown), trace)
        return
    yield from _duties(case, rule, judgement, list(exempt.values()), trace)


def _out_of_place(case: _Case) -> str:
    reason = case.scope.reached.leaves[0].found
    if case.scope.ask_establishment:
        reason += ", and whether the organisation is established there is not known"
    return reason


def _exemptions(case: _Case, rule: DutyRule) -> dict[str, Judgement]:
    return {
        exemption.text: judge(exemption.when, case.facts, case.scope.areas)
        for exemption in rule.unless
    }


def _why_not(case: _Case, judgement: Judgement, shown: list[str]) -> str:
    if judgement.truth == "no":
        failed = [f"{leaf.wants} (here: {leaf.found})" for leaf in judgement.deciding]
        return f"{case.regime.name} asks this only if: {'; or '.join(dict.fromkeys(failed))}"
    return f"{case.regime.name} makes an exception: {'; '.join(shown)}"


def _no(case: _Case, rule: DutyRule, reason: str, trace: list[TraceStep]) -> NotOwed:
    return NotOwed(regime=case.regime.id, duty=rule.id, reason=reason, trace=trace)


def _duties(
    case: _Case,
    rule: DutyRule,
    judgement: Judgement,
    exempt: list[Judgement],
    trace: list[TraceStep],
) -> Iterator[Duty]:
    routes = routes_for(
        rule.recipient,
        case.facts,
        case.scope.areas,
        case.catalogue.authorities,
        case.scope.established,
    )
    for route in routes:
        duty = _duty(case, rule, route, judgement, trace)
        open_looks: list[Leaf] = []
        if judgement.truth == "unknown":
            open_looks.extend(judgement.deciding)
        for part in exempt:
            if part.truth == "unknown":
                open_looks.extend(part.deciding)
        for leaf in open_looks:
            case.questions.ask(leaf, regime=case.regime.id, where=case.regime.where, duty=duty.id)
        if not route.certain and judgement.truth == "yes":
            case.questions.ask(Leaf("people", "", "", "unknown"), regime="", where="", duty=duty.id)
        if rule.recipient.route == "lead_or_each" and case.scope.established is None:
            case.questions.ask_establishment(duty.id)
        yield duty


def _duty(
    case: _Case, rule: DutyRule, route: Route, judgement: Judgement, trace: list[TraceStep]
) -> Duty:
    regime, facts = case.regime, case.facts
    around = Surroundings(route.zone, route.recipient.place, facts.zone, case.catalogue.calendars)
    deadline = deadline_for(rule.clocks, facts.timeline, around)
    status = _status(rule, route, judgement, facts)
    full_id = f"{regime.id}/{rule.id}"
    return Duty(
        id=f"{full_id}/{route.place}" if route.place else full_id,
        regime=regime.id,
        regime_name=regime.name,
        duty=rule.id,
        name=rule.name,
        status=status,
        recipient=route.recipient,
        phase=rule.phase,
        due_by=deadline.due_by,
        due_local=in_zone(deadline.due_by, deadline.zone) if deadline.due_by else "",
        legal_limit=deadline.legal_limit,
        phrase=f"{rule.phrase}, once {rule.contingent.once}" if rule.contingent else rule.phrase,
        target_by=_target(full_id, rule, deadline, facts),
        relative_to=_relative(regime, rule),
        clock=deadline.reading,
        must_say=_must_say(case, rule),
        must_not_say=rule.must_not_say,
        offers=_offers(case, rule),
        title=rule.title,
        headings=rule.headings,
        announcement_allowed=rule.announcement.rule if rule.announcement else "",
        places=list(_people_places(case, rule, route)),
        zone=deadline.zone,
        citation=rule.citation,
        trace=trace,
    )


def _status(rule: DutyRule, route: Route, judgement: Judgement, facts: Facts) -> DutyStatus:
    if judgement.truth == "unknown" or not route.certain:
        return DutyStatus.MAY_BE_OWED
    if _waits(rule, facts):
        return DutyStatus.OWED_IF
    return DutyStatus.OWED


def _waits(rule: DutyRule, facts: Facts) -> bool:
    """Return whether the duty comes into being only with something that is still to happen."""
    later = rule.contingent
    return later is not None and not (later.happened and facts.timeline.moment(later.happened))


def _target(full_id: str, rule: DutyRule, deadline: Deadline, facts: Facts) -> datetime | None:
    """Return the operator's own target: named for this duty, or the default for mere words."""
    start = deadline.reading.at
    if start is None or _waits(rule, facts):
        return None
    hours = facts.targets_hours.get(full_id)
    if hours is None and deadline.due_by is None:
        hours = facts.targets_hours.get("default")
    return None if hours is None else start + timedelta(hours=hours)


def _relative(regime: Regime, rule: DutyRule) -> RelativeTo | None:
    if rule.relative_to is None:
        return None
    return rule.relative_to.model_copy(update={"duty": f"{regime.id}/{rule.relative_to.duty}"})


def _must_say(case: _Case, rule: DutyRule) -> list[str]:
    further = [
        item.say
        for item in rule.also_say
        if judge(item.when, case.facts, case.scope.areas).truth != "no"
    ]
    return list(dict.fromkeys([*rule.must_say, *further]))


def _offers(case: _Case, rule: DutyRule) -> list[str]:
    return [
        offer.text
        for offer in rule.offers
        if not offer.when or judge(offer.when, case.facts, case.scope.areas).truth != "no"
    ]


def _people_places(case: _Case, rule: DutyRule, route: Route) -> tuple[str, ...]:
    if route.people_in:
        return route.people_in
    if rule.recipient.kind == "guardian" and case.facts.children:
        among = case.scope.people_in or tuple(sorted(case.facts.children))
        children = case.facts.children
        return tuple(
            place for place in among if places.is_possible(children.get(place, places.NOBODY))
        )
    return case.scope.people_in
