"""What a template may know: the facts of one kind of exposure, cleaned and chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from incidents.drafting.advice import Advised, advised, group_of
from incidents.drafting.holes import clean, clean_lines, hole
from incidents.drafting.voice import Voice
from incidents.drafting.words import Words
from incidents.models.inventory import Organisation
from incidents.models.notice import FactSheet, StoreFact
from incidents.models.report import Certainty, Kind, Protection
from incidents.models.scope import Form
from incidents.models.vocabulary import vocabulary

_WIDE = 400  # longest single line an organisation may put into a notice


@dataclass(frozen=True)
class Organ:
    """The organisation as notices name it, every field one clean line (the address in one too)."""

    name: str
    legal_name: str
    address: str
    phone: str
    email: str
    website: str
    court: str
    officer: str
    contact: str
    check_url: str
    announcement_url: str
    representatives: Mapping[str, str]


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
    done: tuple[str, ...]
    planned: tuple[str, ...]
    offers: Mapping[str, str]
    unknown: tuple[str, ...]
    risk: str
    quiet: bool
    police: str = field(default="")


def organ(organisation: Organisation) -> Organ:
    """Return the organisation as notices name it."""
    privacy = organisation.officers.get("privacy")
    names = organisation.notices
    return Organ(
        name=clean(organisation.trading_name or organisation.legal_name, 80),
        legal_name=clean(organisation.legal_name, 200),
        address=", ".join(clean_lines(organisation.postal_address, 200).split("\n")),
        phone=clean(organisation.phone, 60),
        email=clean(organisation.email, 200),
        website=clean(organisation.website, 200),
        court=clean(organisation.court, 200),
        officer=clean(privacy.title if privacy else "", 200),
        contact=clean(privacy.contact if privacy else "", 200),
        check_url=clean(names.check_url, 200),
        announcement_url=clean(names.announcement_url, 200),
        representatives={
            clean(place, 10): clean(who, _WIDE)
            for place, who in organisation.representatives.items()
        },
    )


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
) -> Particulars:
    """Return what is to be said to people of one exposure; None for form and mask is the public."""
    stores = exposed(sheet, exposure)
    elements = _merged(stores)
    advice = advised(words.advice, elements, places=places, form=form)
    groups = {group.id: group for group in words.advice.groups}
    done = [measure.key for measure in sheet.measures if measure.done]
    planned = [measure.key for measure in sheet.measures if not measure.done]
    offers = {m.key: "done" if m.done else "planned" for m in sheet.measures if _offer(m.key)}
    police = [key for key in (*done, *planned) if key == "police_asked_to_wait"]
    return Particulars(
        certain=sheet.certainty is Certainty.CERTAIN,
        kinds=tuple(str(kind) for kind in sheet.kinds or ()),
        cause=sheet.cause,
        times=_times(sheet),
        rows=tuple(_row(voice, store) for store in stores),
        labels=tuple(_labels(voice, elements)),
        not_involved=tuple(_not_involved(words, sheet, elements, voice)),
        advised=advice,
        minutes={name: action.minutes for name, action in words.advice.actions.items()},
        soon={name: action.soon for name, action in words.advice.actions.items()},
        done=tuple(key for key in done if not _offer(key) and key not in police),
        planned=tuple(key for key in planned if not _offer(key) and key not in police),
        offers=offers,
        unknown=tuple(sheet.unknown),
        risk=sheet.risk,
        quiet=any(groups[name].quiet for name in advice.groups),
        police="done" if "police_asked_to_wait" in done else ("planned" if police else ""),
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
    }


def _offer(key: str) -> bool:
    return key.startswith("identity_monitoring")


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
        estimated=any(moment is not None and moment.certainty == "estimated" for moment in said),
        next=date.fromisoformat(sheet.next_update_on),
    )
