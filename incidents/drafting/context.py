"""What a template may know: the facts of one kind of exposure, cleaned and chosen."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from incidents.drafting.advice import Advised, advised, group_of
from incidents.drafting.holes import clean, hole
from incidents.drafting.measures import Measures, sorted_measures
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words
from incidents.models.notice import FactSheet, StoreFact
from incidents.models.report import Certainty, Kind, Protection
from incidents.models.scope import Form
from incidents.models.vocabulary import vocabulary


@dataclass(frozen=True)
class Item:
    """One element and what is to be said about it (``, safe, doubt, hashed, redacted, public)."""

    key: str
    note: str


@dataclass(frozen=True)
class Row:
    """One store's share of what was touched."""

    name: str
    items: tuple[Item, ...]
    first: date | None
    last: date | None


@dataclass(frozen=True)
class Times:
    """Days of the case in the organisation's zone."""

    start: date | None
    end: date | None
    aware: date | None
    signs: date | None
    announced: date | None
    estimated: bool
    next: date


@dataclass(frozen=True)
class Particulars:
    """All that is particular to one kind of exposure."""

    certain: bool
    kinds: tuple[str, ...]
    cause: str
    times: Times
    rows: tuple[Row, ...]
    labels: tuple[str, ...]
    not_involved: tuple[str, ...]
    advised: Advised
    minutes: Mapping[str, int]
    soon: Mapping[str, str]
    measures: Measures
    guarded: Mapping[str, tuple[str, ...]]
    """How elements were protected before (`encrypted`, `hashed`, `redacted`) -> their labels."""
    unknown: tuple[str, ...]
    holder_known: bool
    risk: str
    quiet: bool


def exposed(sheet: FactSheet, exposure: int | None) -> list[StoreFact]:
    """Return the stores of an exposure mask (bit n is 2**n); None is all of them."""
    return [store for store in sheet.stores if exposure is None or exposure >> store.bit & 1]


def particulars(
    words: Words,
    sheet: FactSheet,
    voice: Voice,
    *,
    exposure: int | None,
    form: Form | None,
    places: Sequence[str],
    withheld: Collection[str] = (),
) -> Particulars:
    """Return what is to be said to people of one exposure; None for form and mask is the public.

    Args:
        words: The words.
        sheet: What is known.
        voice: Says the labels.
        exposure: Mask of stores.
        form: Which wording.
        places: Where the people live.
        withheld: Contents that must not be told, by any word.
    """
    stores = exposed(sheet, exposure)
    elements = _merged(stores)
    advice = advised(words.advice, elements, places=places, form=form)
    groups = {group.id: group for group in words.advice.groups}
    reveals = words.revealing(withheld)
    quiet_facts = {key for one in reveals for key in one.unknown}
    return Particulars(
        certain=sheet.certainty is Certainty.CERTAIN,
        kinds=() if "nature" in withheld else tuple(str(kind) for kind in sheet.kinds or ()),
        cause=sheet.cause,
        times=_times(sheet),
        rows=tuple(_row(voice, store) for store in stores),
        labels=tuple(_labels(voice, elements)),
        not_involved=tuple(_not_involved(words, sheet, elements, voice)),
        advised=advice,
        minutes={name: action.minutes for name, action in words.advice.actions.items()},
        soon={name: action.soon for name, action in words.advice.actions.items()},
        measures=sorted_measures(
            words.measures,
            sheet.measures,
            without={key for one in reveals for key in one.measures},
        ),
        guarded=_guarded(voice, elements),
        unknown=tuple(key for key in sheet.unknown if key not in quiet_facts),
        holder_known="holder" not in sheet.unknown,
        risk=sheet.risk,
        quiet=any(groups[name].quiet for name in advice.groups),
    )


def headline(words: Words, its: Particulars) -> str:
    """Return the key of the one word a subject names: the gravest kind of data people can read."""
    names = [group.id for group in words.advice.groups if group.id in its.advised.groups]
    return f"headline.{names[0]}" if names else "headline.none"


def subject_key(its: Particulars) -> str:
    """Return which subject fits; sensitive data is never named on the outside of a message."""
    if its.quiet:
        return "subject.quiet"
    if not its.certain:
        return "subject.suspected"
    told = {Kind.ACCESSED.value, Kind.PUBLISHED.value}.intersection(its.kinds)
    return "subject.exposed" if told else "subject.affected"


def hole_tokens(voice: Voice, form: Form) -> dict[str, str]:
    """Return the visible tokens of a message's holes, by their word."""
    instead = {word: voice.find(f"instead.{word}") for word in ("name", "child", "when")}
    tokens = {word: hole(word, str(said or "")) for word, said in instead.items()}
    name = voice.find(f"instead.name@{form}")
    return tokens | {
        "name": hole("name", str(name)) if name else tokens["name"],
        "code": hole("code"),
        "address": hole("address"),
        "offer": hole("offer"),
    }


def _merged(stores: Sequence[StoreFact]) -> dict[str, Protection]:
    """Return each element once, in its weakest protection among the stores."""
    merged: dict[str, Protection] = {}
    for store in stores:
        for key, how in store.elements.items():
            if key not in merged or _strength(how) < _strength(merged[key]):
                merged[key] = how
    return merged


def _strength(how: Protection) -> int:
    return {False: 0, None: 1, True: 2}[how.unintelligible]


def _note(key: str, how: Protection) -> str:
    if how.state == "redacted":
        return "redacted"
    if how.state == "encrypted":
        return {True: "safe", None: "doubt", False: ""}[how.unintelligible]
    if vocabulary().elements[key].public_by_design:
        return "public"
    return "hashed" if how.state == "hashed" else ""


def _row(voice: Voice, store: StoreFact) -> Row:
    window = store.window
    return Row(
        name=clean(store.names.get(voice.locale, store.name), 120),
        items=tuple(Item(key, _note(key, how)) for key, how in store.elements.items()),
        first=date.fromisoformat(window.first_on) if window else None,
        last=date.fromisoformat(window.last_on) if window else None,
    )


def _labels(voice: Voice, elements: Mapping[str, Protection]) -> list[str]:
    """Return labels of what can be read, or of everything where nothing can."""
    readable = [key for key, how in elements.items() if how.unintelligible is not True]
    return [voice.say(f"element.{key}") for key in readable or elements]


def _guarded(voice: Voice, elements: Mapping[str, Protection]) -> dict[str, tuple[str, ...]]:
    return {
        state: tuple(voice.say(f"element.{key}") for key in keys)
        for state in ("encrypted", "hashed", "redacted")
        if (keys := [key for key, how in elements.items() if how.state == state])
    }


def _not_involved(
    words: Words, sheet: FactSheet, elements: Mapping[str, Protection], voice: Voice
) -> list[str]:
    """Return what people fear for most and is known to be untouched; nothing where it is not."""
    if sheet.certainty is not Certainty.CERTAIN or {"stores", "elements"} & set(sheet.unknown):
        return []
    advice = words.advice
    touched = {group.id for key in elements if (group := group_of(advice, key))}
    free = [
        key
        for key in advice.headline
        if (group := group_of(advice, key)) is None or group.id not in touched
    ]
    return [voice.say(f"element.{key}") for key in free]


def _times(sheet: FactSheet) -> Times:
    zone = ZoneInfo(sheet.organisation.zone)
    line = sheet.timeline

    def day(key: str) -> date | None:
        moment = line.moment(key)
        return moment.at.astimezone(zone).date() if moment else None

    said = [line.moment(key) for key in ("occurred_from", "occurred_to")]
    return Times(
        start=day("occurred_from"),
        end=day("occurred_to"),
        aware=day("aware"),
        signs=day("first_alert") or day("suspected"),
        announced=day("announced"),
        estimated=any(moment is not None and moment.certainty == "estimated" for moment in said),
        next=date.fromisoformat(sheet.next_update_on),
    )
