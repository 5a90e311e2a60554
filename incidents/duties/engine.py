"""Facts and law in; duties, reasons, questions and gaps out. Knows no article and no hour."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from incidents.duties import places, scoping
from incidents.duties.authority import Route, routes_for
from incidents.duties.building import Found, build
from incidents.duties.chaining import chained, held
from incidents.duties.crowd import Crowd
from incidents.duties.judgement import Judgement, View, join, look
from incidents.duties.judging import judge
from incidents.duties.questions import Questions
from incidents.duties.regime import Catalogue, Regime
from incidents.duties.rule import DutyRule
from incidents.models.base import trusted
from incidents.models.duty import Coming, Duty, DutyList, DutyStatus, Facts, NotOwed, Truth

NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass
class _Run:
    """What grows while the laws are judged one after another."""

    facts: Facts
    catalogue: Catalogue
    crowd: Crowd
    questions: Questions = field(default_factory=Questions)
    duties: list[Duty] = field(default_factory=list)
    not_owed: list[NotOwed] = field(default_factory=list)
    coming: list[Coming] = field(default_factory=list)
    judged: dict[str, Truth] = field(default_factory=dict)
    """Whether a duty exists, by `<regime>/<duty>`, for those that lean on others."""
    shared: dict[int, Judgement] = field(default_factory=dict)
    """What came of conditions that come out alike for all laws."""
    exposed: dict[tuple[str, ...], Judgement] = field(default_factory=dict)
    """What came of each data element, which is the same for all laws."""
    starts: dict[Sequence[str], tuple[datetime | None, str]] = field(default_factory=dict)
    """What the moments came to from which clocks run."""


@dataclass(slots=True)
class _Case:
    """One law that reaches the case."""

    run: _Run
    regime: Regime
    scope: scoping.Scope
    bound: Judgement | None
    ground: Judgement
    """Whether the law reaches the case and binds the organisation."""
    views: dict[tuple[str, ...], View] = field(default_factory=dict)

    def view(self, areas: tuple[str, ...] | None = None) -> View:
        """Return the facts as this law sees them, counting people of its own places as `here`."""
        here = self.scope.areas if areas is None else areas
        if here not in self.views:
            run = self.run
            view = View(
                run.facts,
                here,
                self.regime.id,
                run.judged,
                shared=run.shared,
                exposed=run.exposed,
                starts=run.starts,
            )
            self.views[here] = view
        return self.views[here]


def duties_owed(facts: Facts, catalogue: Catalogue) -> DutyList:
    """Return all that the loaded law asks of a case.

    Unknown is never guessed: a duty that hangs on a missing fact comes as `may_be_owed`, with
    its deadline, and a question names the fact. The order of laws does not matter, and a law
    that is added never removes another's duty.

    Returns:
        Duties by the moment to act by, then recipient; a reason for each duty that is not owed;
        rules that are still to come; places where people live without law loaded; questions.
    """
    run = _Run(facts, catalogue, Crowd(facts))
    leaning: list[tuple[_Case, list[DutyRule]]] = []
    for regime in catalogue.regimes:
        case = _reached(run, regime)
        if case is None:
            continue
        for rules, leans in regime.versions:
            if leans:
                leaning.append((case, rules))
            else:
                _judge_versions(case, rules)
    for case, rules in leaning:
        _judge_versions(case, rules)
    return DutyList(
        law_version=catalogue.version,
        duties=sorted(chained(run.duties, facts), key=_urgency),
        not_owed=sorted(run.not_owed, key=lambda no: (no.regime, no.duty)),
        unknown_law=scoping.unknown_law(facts, catalogue.regimes),
        questions=run.questions.listed(),
        coming=sorted(run.coming, key=lambda one: (one.begins or "9999", one.regime, one.duty)),
    )


def _urgency(duty: Duty) -> tuple[datetime, str, str, str]:
    return (duty.act_by or NEVER, duty.recipient.kind, duty.recipient.name, duty.id)


def _reached(run: _Run, regime: Regime) -> _Case | None:
    """Return a law that may ask something; note why where it asks nothing at all."""
    scope = scoping.scope_of(regime, run.facts, run.crowd)
    case = _Case(run, regime, scope, None, scope.reached)
    if scope.reached.truth == "no":
        if scope.ask_establishment:
            for rule in regime.duties:
                run.questions.ask_establishment(f"{regime.id}/{rule.id}")
        run.not_owed.append(_no(case, "", _out_of_place(scope), [scope.reached]))
        return None
    bound = judge(regime.binds, case.view()) if regime.binds else None
    if bound and bound.truth == "no":
        reason = f"{regime.name} binds only where: {_failed(bound)}"
        run.not_owed.append(_no(case, "", reason, [scope.reached, bound]))
        return None
    ground = join([scope.reached, bound], "no") if bound else scope.reached
    return _Case(run, regime, scope, bound, ground, case.views)


def _out_of_place(scope: scoping.Scope) -> str:
    reason = scope.reached.leaves[0].fact
    if scope.ask_establishment:
        reason += ", and whether the organisation is established there is not known"
    return reason


def _judge_versions(case: _Case, rules: list[DutyRule]) -> None:
    """Judge a duty in the version that stands on the day its law names."""
    run, regime = case.run, case.regime
    standing: DutyRule | None = None
    why = ""
    for rule in rules:
        day, why = case.scope.day, case.scope.why_not
        if rule.selected_by or rule.in_force:
            if rule.selected_by:
                day = scoping.day_of(rule.selected_by, run.facts, regime)
            why = scoping.standing(regime.in_force, rule.in_force, day)
        if not why:
            standing = standing or rule
            continue
        dates = rule.in_force or regime.in_force
        if dates.comes_after(day):
            values = {"regime": regime.id, "duty": rule.id, "begins": dates.from_}
            values |= {"name": rule.name, "phrase": rule.phrase}
            run.coming.append(trusted(Coming, values))
    if standing is None:
        run.not_owed.append(_no(case, rules[-1].id, f"{regime.name} {why}", []))
        return
    found = _from_rule(case, standing)
    run.judged[f"{regime.id}/{standing.id}"] = _existence(found)
    for one in found:
        if isinstance(one, Duty):
            run.duties.append(one)
        else:
            run.not_owed.append(one)


def _existence(found: Sequence[Duty | NotOwed]) -> Truth:
    states = {one.status for one in found if isinstance(one, Duty)}
    if DutyStatus.OWED in states:
        return "yes"
    return "unknown" if states else "no"


def _from_rule(case: _Case, rule: DutyRule) -> Sequence[Duty | NotOwed]:
    if rule.recipient.route != "each_region" or not case.scope.living:
        return _judged(case, rule, case.scope.areas, "")
    return [one for place in case.scope.living for one in _judged(case, rule, (place,), place)]


def _judged(
    case: _Case, rule: DutyRule, areas: tuple[str, ...], region: str
) -> Sequence[Duty | NotOwed]:
    view = case.view(areas)
    parts = [case.ground]
    if rule.when:
        judged = judge(rule.when, view)
        # People of a country may live in any of its regions: no number is certain for one.
        parts.append(judged.doubted() if region and not places.is_region(region) else judged)
    judgement = join(parts, "no") if len(parts) > 1 else parts[0]
    if judgement.truth == "no":
        reason = f"{case.regime.name} asks this only if: {_failed(judgement)}"
        return [_no(case, rule.id, reason, [judgement])]
    if not rule.unless:
        return _duties(case, rule, Found(view, region, judgement, ()))
    exempt = {one.text: judge(one.when, view) for one in rule.unless}
    shown = [text for text, part in exempt.items() if part.truth == "yes"]
    if shown:
        looks = [judgement, *exempt.values()]
        reason = f"{case.regime.name} makes an exception: {'; '.join(shown)}"
        return [_no(case, rule.id, reason, looks)]
    return _duties(case, rule, Found(view, region, judgement, tuple(exempt.values())))


def _failed(judgement: Judgement) -> str:
    failed = [f"{leaf.condition} (here: {leaf.fact})" for leaf in judgement.deciding]
    return "; or ".join(dict.fromkeys(failed))


def _no(case: _Case, duty: str, reason: str, looks: list[Judgement]) -> NotOwed:
    trace = [leaf for one in looks for leaf in one.leaves]
    return trusted(
        NotOwed, {"regime": case.regime.id, "duty": duty, "reason": reason, "trace": trace}
    )


def _duties(case: _Case, rule: DutyRule, found: Found) -> list[Duty]:
    run, made = case.run, []
    routes = routes_for(
        rule.recipient,
        run.facts,
        case.scope.areas,
        run.catalogue.book,
        case.scope.established,
        case.regime.id,
    )
    for route in routes:
        duty = build(rule, route, found, case.regime, case.scope, run.catalogue)
        duty = held(duty, rule.hold, run.facts.holds, run.catalogue.calendars)
        _ask(case, rule, route, found, duty.id)
        made.append(duty)
    return made


def _ask(case: _Case, rule: DutyRule, route: Route, found: Found, duty: str) -> None:
    """Note what a person has to answer for this duty to become certain."""
    regime, questions = case.regime, case.run.questions
    first = case.bound if case.bound and case.bound.truth == "unknown" else None
    if first is not None:  # what the law asks of those it binds comes once it is known to bind
        for leaf in first.deciding:
            questions.ask(leaf, regime=regime.id, where=regime.where, duty=duty)
        return
    looks = [found.judgement] if found.judgement.truth == "unknown" else []
    further = [judge(condition, found.view) for condition in rule.side_conditions]
    looks += [part for part in (*found.exempt, *further) if part.truth == "unknown"]
    for leaf in (leaf for one in looks for leaf in one.deciding):
        questions.ask(leaf, regime=regime.id, where=regime.where, duty=duty)
    if not route.certain and found.judgement.truth == "yes":
        questions.ask(look("people", "", "", "unknown"), regime="", where="", duty=duty)
    if rule.recipient.route == "lead_or_each" and case.scope.established is None:
        questions.ask_establishment(duty)
