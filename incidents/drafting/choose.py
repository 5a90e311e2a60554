"""Which notice set the people of each place belong to, and what each set must say."""

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from incidents.models.base import Value
from incidents.models.duty import Duty, DutyStatus
from incidents.models.notice import Audience
from incidents.models.vocabulary import ContentKey

PEOPLE = frozenset({"individual", "guardian"})
T = TypeVar("T")
_NOT_KEY = re.compile(r"[^a-z0-9]+")
_ROUTING = re.compile(r" \([^()]{40,}\)$")
"""Long words in brackets behind an authority's name; a short one is its abbreviation."""


class Basis(Value):
    """One rule under which a set is sent."""

    regime: str
    name: str
    article: str


class AuthorityName(Value):
    """An authority that people of a place can turn to."""

    place: str
    name: str


class SetPlan(Value):
    """What one notice set is: for whom, under which laws, saying what."""

    key: str
    audience: Audience
    regimes: list[str]
    duties: list[str]
    places: list[str]
    required: list[ContentKey]
    forbidden: list[ContentKey] = []
    conflicts: list[ContentKey] = []
    """Required by one law and forbidden by another: a person must choose before drafting."""
    titles: list[str] = []
    headings: list[list[str]] = []
    """Each list of headings some duty prescribes, in its order."""
    bases: list[Basis] = []
    authorities: list[AuthorityName] = []
    notified: list[AuthorityName] = []
    """Those of the authorities to whom a report is owed for certain."""
    announcement_rules: list[str] = []
    offer_months: int = 0
    """How long an offer to people has to run at least; 0 where no law names a time."""
    waited: bool = False
    """Whether an authority asked that one of these notices wait."""


def covers(duty: Duty, place: str) -> bool:
    """Return whether a duty concerns people of a place; `US` covers `US-CA`, nothing covers all."""
    return not duty.places or place in duty.places or place.split("-", 1)[0] in duty.places


def set_keys(
    duties: Sequence[Duty], places: Iterable[str], areas: Iterable[str] = ()
) -> dict[str, SetPlan]:
    """Return place -> the set its people belong to: one set for each combination of laws.

    People of an area that has advice of its own, such as credit bureaus, get a set of their own:
    nobody is told to ring an office of another country.

    Places under no duty to people are absent. Duties to controllers, media, police, credit bureaus
    and records are no sets; `without_set` lists them.

    Args:
        duties: All duties of the case that counsel has not declined.
        places: Where the affected people live (ISO 3166, or `unknown`).
        areas: Places with advice of their own (`Words.advice_areas`).
    """
    people = [duty for duty in duties if duty.recipient.kind in PEOPLE]
    known = list(areas)
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for place in sorted(set(places)):
        ids = tuple(sorted({duty.id for duty in people if covers(duty, place)}))
        if ids:
            area = next((one for one in known if f"{place}-".startswith(f"{one}-")), "")
            groups.setdefault((area, ids), []).append(place)
    by_key: dict[str, tuple[set[str], list[str]]] = {}
    for (area, ids), members in groups.items():
        regimes = sorted({duty.regime for duty in people if duty.id in ids})
        named = [*regimes, area] if area else regimes
        seen, where = by_key.setdefault(_key("individuals", named), (set(), []))
        seen.update(ids)
        where.extend(members)
    plans: dict[str, SetPlan] = {}
    for key, (seen, where) in by_key.items():
        plan = _plan(
            key, "individuals", [duty for duty in people if duty.id in seen], sorted(where), duties
        )
        plans |= dict.fromkeys(where, plan)
    return plans


def authority_plans(duties: Sequence[Duty]) -> list[SetPlan]:
    """Return one set for each law with duties to authorities; each duty becomes one filing."""
    filings = [duty for duty in duties if duty.recipient.kind == "authority"]
    plans = []
    for regime in sorted({duty.regime for duty in filings}):
        theirs = [duty for duty in filings if duty.regime == regime]
        places = sorted({place for duty in theirs for place in duty.places})
        plans.append(_plan(_key("authority", [regime]), "authority", theirs, places, duties))
    return plans


def announcement_plan(duties: Sequence[Duty], places: Iterable[str]) -> SetPlan | None:
    """Return the set of the public announcement, or None where no rule allows or asks for one."""
    public = [
        duty
        for duty in duties
        if duty.recipient.kind == "public"
        or (duty.recipient.kind in PEOPLE and duty.announcement_allowed)
    ]
    if not public:
        return None
    where = sorted(place for place in set(places) if any(covers(duty, place) for duty in public))
    return _plan("public-announcement", "public", public, where, duties)


def without_set(duties: Sequence[Duty]) -> list[Duty]:
    """Return the duties that no notice set answers: a person does them and records it."""
    handled = PEOPLE | {"authority", "public"}
    return [duty for duty in duties if duty.recipient.kind not in handled]


def _plan(
    key: str,
    audience: Audience,
    theirs: Sequence[Duty],
    places: Sequence[str],
    everything: Sequence[Duty],
) -> SetPlan:
    forbidden = {word for duty in theirs for word in duty.must_not_say}
    by_law = {
        word for duty in theirs if duty.citation.confidence != "own" for word in duty.must_say
    }
    required = {word for duty in theirs for word in duty.must_say}
    bases = [
        Basis(regime=duty.regime, name=duty.regime_name, article=duty.citation.article)
        for duty in theirs
    ]
    return SetPlan(
        key=key,
        audience=audience,
        regimes=sorted({duty.regime for duty in theirs}),
        duties=sorted(duty.id for duty in theirs),
        places=list(places),
        required=sorted(required - forbidden),  # a law's ban outweighs the organisation's promise
        forbidden=sorted(forbidden),
        conflicts=sorted(by_law & forbidden),
        titles=_distinct(duty.title for duty in theirs if duty.title),
        headings=_distinct(duty.headings for duty in theirs if duty.headings),
        bases=_distinct(bases),
        authorities=_authorities(everything, places),
        notified=_authorities(
            [duty for duty in everything if duty.status is DutyStatus.OWED], places
        ),
        announcement_rules=_distinct(
            duty.announcement_allowed for duty in theirs if duty.announcement_allowed
        ),
        offer_months=max((one.months or 0 for duty in theirs for one in duty.offers), default=0),
        waited=any(duty.held for duty in theirs),
    )


def _authorities(duties: Sequence[Duty], places: Sequence[str]) -> list[AuthorityName]:
    """Return who is named to people as the authority to complain to, one place after another.

    Each stands once, under the name of the first duty to it: a later report's recipient is worded
    for those who report. How a report finds the competent office is no help to people either.
    """
    named: dict[tuple[str, str], AuthorityName] = {}
    for duty in duties:
        to = duty.recipient
        if to.kind != "authority" or not to.name:
            continue
        if any(covers(duty, place) for place in places):
            name = _ROUTING.sub("", to.name)
            named.setdefault((to.place, to.ref or name), AuthorityName(place=to.place, name=name))
    return sorted(named.values(), key=lambda one: (one.place, one.name))


def _distinct(values: Iterable[T]) -> list[T]:
    kept: list[T] = []
    for value in values:
        if value not in kept:
            kept.append(value)
    return kept


def _key(audience: str, regimes: Iterable[str]) -> str:
    return "-".join([audience, *(_NOT_KEY.sub("-", regime.lower()) for regime in regimes)])
