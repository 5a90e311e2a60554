"""What duties do to one another, and what an authority's request to wait does to them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from incidents.duties.clock_rule import Span
from incidents.duties.deadlines import add_span, local_words
from incidents.duties.rule import HoldRule
from incidents.duties.working_days import Calendar
from incidents.models.duty import Duty, DutyStatus, Facts, Held, TraceStep
from incidents.models.report import LawEnforcementHold

BOUND_BY = frozenset({"before", "not_later_than", "same_time"})
"""Relations that let the other notice's deadline bind this one too."""


def chained(duties: Sequence[Duty], facts: Facts) -> list[Duty]:
    """Return the duties with the deadlines that follow from notices they are tied to."""
    by_rule: dict[str, list[Duty]] = {}
    for duty in duties:
        by_rule.setdefault(f"{duty.regime}/{duty.duty}", []).append(duty)
    return [_tied(duty, by_rule, facts) for duty in duties]


def _tied(duty: Duty, by_rule: dict[str, list[Duty]], facts: Facts) -> Duty:
    tie = duty.relative_to
    if tie is None or tie.relation not in BOUND_BY:
        return _standing(duty, facts)
    others = [one for one in by_rule.get(tie.duty, ()) if one.status != DutyStatus.OWED_IF]
    bounds = [one.due_by for one in others if one.due_by]
    bounds += [at for one in others for at in facts.filings.get(one.id, ())[:1]]
    if not others:  # what was sent counts even where the law did not ask for it
        bounds += facts.filings.get(tie.duty, [])[:1]
    targets = [one.target_by for one in others if one.target_by]
    changes: dict[str, object] = {}
    if duty.held:  # a notice that waits is not pulled to a moment before its wait has ended
        until = duty.held.until
        bounds = [at for at in bounds if until and at >= until]
    first = min(bounds, default=None)
    if first and (duty.due_by is None or first < duty.due_by):
        rule = f"{duty.clock.rule}; not later than {tie.duty}"
        changes |= {
            "due_by": first,
            "due_local": local_words(first, duty.zone),
            "clock": duty.clock.model_copy(update={"rule": rule}),
        }
    target = min(targets, default=None)
    if target and duty.target_by and target < duty.target_by:
        changes["target_by"] = target
    return _standing(duty.model_copy(update=changes), facts)


def _standing(duty: Duty, facts: Facts) -> Duty:
    """Return the duty with the day until which what was done has to stand."""
    done = facts.filings.get(duty.id)
    if not duty.lasts_days or not done:
        return duty
    until = add_span(min(done), Span(days=duty.lasts_days), duty.zone, "", {})
    return duty.model_copy(update={"lasts_until": until})


def held(
    duty: Duty,
    rule: HoldRule | None,
    holds: Iterable[LawEnforcementHold],
    calendars: Mapping[str, Calendar],
) -> Duty:
    """Return the duty with an authority's request to wait applied to it.

    Only a notice that the request names waits, and only where its law lets it. While the end is
    open there is no deadline; once it is known, the notice is due when the law's own time after
    the end has run, or at the end itself, and never earlier than it would have been.
    """
    named = [one for one in holds if _names(one, duty)]
    for one in named:
        if rule is None:
            duty = _noted(duty, one, "this law knows no such request; the notice does not wait")
        elif rule.written and not one.written and not rule.oral_days:
            duty = _noted(
                duty, one, "this law asks for a written request; the notice does not wait"
            )
        else:
            duty = _waiting(duty, rule, one, calendars)
    return duty


def _names(hold: LawEnforcementHold, duty: Duty) -> bool:
    return bool({duty.id, f"{duty.regime}/{duty.duty}"} & set(hold.duties))


def _noted(duty: Duty, hold: LawEnforcementHold, found: str) -> Duty:
    step = TraceStep(
        condition=f"{hold.by} asked to wait ({hold.reference})", fact=found, result="no"
    )
    return duty.model_copy(update={"trace": [*duty.trace, step]})


def _waiting(
    duty: Duty, rule: HoldRule, hold: LawEnforcementHold, calendars: Mapping[str, Calendar]
) -> Duty:
    until = hold.until if isinstance(hold.until, datetime) else None
    if not hold.written and rule.oral_days:
        most = hold.since + timedelta(days=rule.oral_days)
        until = min(until, most) if until else most
    step = TraceStep(
        condition=f"{hold.by} asked to wait ({hold.reference})",
        fact=f"until {until:%Y-%m-%d %H:%M} UTC" if until else "end open",
        result="yes",
    )
    due_by = _due_after(duty, rule, until, calendars)
    changes: dict[str, object] = {
        "held": Held(
            by=hold.by,
            reference=hold.reference,
            since=hold.since,
            until=until,
            article=rule.article,
        ),
        "due_by": due_by,
        "due_local": local_words(due_by, duty.zone),
        "trace": [*duty.trace, step],
    }
    if until is None or (duty.target_by and duty.target_by < until):
        changes["target_by"] = until
    if until is None or (duty.legal_limit and due_by and duty.legal_limit < due_by):
        changes["legal_limit"] = None
    return duty.model_copy(update=changes)


def _due_after(
    duty: Duty, rule: HoldRule, until: datetime | None, calendars: Mapping[str, Calendar]
) -> datetime | None:
    if until is None or (rule.then is None and duty.due_by is None):
        return None
    free = until
    if rule.then:
        place = duty.recipient.place or next(iter(duty.places), "")
        free = add_span(until, rule.then, duty.zone, place, calendars)
    return max(free, duty.due_by) if duty.due_by else free
