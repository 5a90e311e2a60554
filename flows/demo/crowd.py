"""The demo's invented people: groups and places in fixed shares, the rest by seeded dice."""

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flows.demo.names import PLACES, Place
from incidents.models.inventory import (
    Contact,
    ContactKind,
    ContactQuality,
    Link,
    Person,
    PersonStatus,
)

PEOPLE = 5000
GROUPS: Mapping[str, int] = {
    "child": 40,
    "child-alone": 8,
    "child-in-danger": 1,
    "teen-14": 24,
    "teen-16": 36,
    "consignee": 250,
    "supplier": 20,
    "deceased": 6,
    "do-not-write": 9,
    "mailbox-bad": 60,
    "mailbox-compromised": 15,
    "former": 120,
    "postal-only": 100,
    "phone-only": 50,
    "unreachable": 5,
    "guardian": 53,
}
"""People per group out of 5,000; all others are customers with a mailbox."""

ACTIVE_DAYS = (8, 500)
QUIET_DAYS = (600, 1090)
"""Days since the last order: within the span the report names, or before it."""
CHILDREN = frozenset({"child", "child-alone", "child-in-danger"})
NO_ACCOUNT = frozenset({"consignee", "supplier"})
_DOMAINS = ("mail.example", "post.example", "inbox.example", "home.example", "bücher.example")


@dataclass(frozen=True)
class Somebody:
    """A person with all that the tables say of them."""

    person: Person
    contacts: list[Contact]
    links: list[Link]


def _dealt(shares: Mapping[Any, int], rest: Any, total: int, dice: random.Random) -> list[Any]:
    """Return one card a person: each share out of 5,000 to scale, else `rest`, shuffled.

    Nobody's kind is left out, however few people there are: each of them is a part of the story.
    """
    cards: list[Any] = []
    for card, share in shares.items():
        cards += [card] * max(1, share * total // PEOPLE)
    cards += [rest] * (total - len(cards))
    dice.shuffle(cards)
    return cards


def crowd(total: int, dice: random.Random, day: date) -> list[Somebody]:
    """Return so many people with their contacts and links, as of a day."""
    groups = _dealt(GROUPS, "customer", total, dice)
    places = _dealt({place: place.share for place in PLACES[1:]}, PLACES[0], total, dice)
    guardians = _guardians(groups, places)
    return [
        _somebody(number, group, places[number], guardians.get(number), dice, day)
        for number, group in enumerate(groups)
    ]


def _guardians(groups: list[str], places: list[Place]) -> dict[int, int]:
    """Return the guardian of each ward, by number; guardians move to their ward's place.

    Whoever lived there as a customer moves the other way, so that each place keeps its share.
    """
    free = [number for number, group in enumerate(groups) if group == "guardian"]
    customers = [number for number, group in enumerate(groups) if group == "customer"]
    wards = [n for n, group in enumerate(groups) if group in {"child", "child-in-danger"}]
    wards += [n for n, group in enumerate(groups) if group == "teen-14"][::2]
    pairs = dict(zip(wards, free, strict=False))
    for ward, guardian in pairs.items():
        home = next((n for n in customers if places[n] == places[ward]), guardian)
        places[home], places[guardian] = places[guardian], places[ward]
    return pairs


def _person_id(number: int) -> str:
    return f"c{number + 1:06}"


def _somebody(
    number: int,
    group: str,
    place: Place,
    guardian: int | None,
    dice: random.Random,
    day: date,
) -> Somebody:
    family, given = dice.choice(place.families), dice.choice(place.givens)
    person_id = _person_id(number)
    person = Person(
        person_id=person_id,
        name=place.order.format(family=family[0], given=given[0]),
        birth_date=_birth_date(group, dice, day),
        country=place.country,
        region=place.region,
        locale=dice.choice(place.locales),
        guardian_id="" if guardian is None else _person_id(guardian),
        status=_STATUS.get(group, PersonStatus.ACCOUNT),
        flags=_flags(group, dice),
    )
    handle = f"{given[1]}.{family[1]}{number + 1}"
    return Somebody(
        person=person,
        contacts=list(_contacts(person_id, group, place, handle, dice)),
        links=list(_links(person_id, group, dice, day)),
    )


_STATUS = {
    "consignee": PersonStatus.CONSIGNEE,
    "supplier": PersonStatus.SUPPLIER,
    "deceased": PersonStatus.DECEASED,
    "former": PersonStatus.FORMER,
}
_AGES = {"teen-14": (14, 15), "teen-16": (16, 17), **dict.fromkeys(CHILDREN, (7, 13))}
KNOWN_BIRTHDAYS = 0.7
UNSUBSCRIBED = 0.08


def _birth_date(group: str, dice: random.Random, day: date) -> str | None:
    if group in _AGES:
        youngest, oldest = _AGES[group]
    elif group == "guardian":
        youngest, oldest = 32, 55
    elif group not in NO_ACCOUNT and dice.random() < KNOWN_BIRTHDAYS:
        youngest, oldest = 18, 84
    else:
        return None
    age = dice.randint(youngest, oldest)
    # A birthday at least a month away keeps the age while a case runs.
    birthday = day - timedelta(days=dice.randint(31, 330))
    return f"{birthday.year - age}-{birthday.month:02}-{min(birthday.day, 28):02}"


def _flags(group: str, dice: random.Random) -> frozenset[str]:
    flags = set()
    if group == "do-not-write":
        flags.add("do_not_write")
    if group == "child-in-danger":
        flags.add("guardian_is_danger")
    if group not in NO_ACCOUNT and dice.random() < UNSUBSCRIBED:
        flags.add("unsubscribed")
    return frozenset(flags)


_EMAIL_QUALITY = {
    "mailbox-bad": ContactQuality.BAD,
    "mailbox-compromised": ContactQuality.COMPROMISED,
}
_NO_EMAIL = frozenset({"consignee", "postal-only", "phone-only", "unreachable"})
_OFTEN = {"postal-only": (1.0, 0.0), "phone-only": (0.0, 1.0), "consignee": (0.85, 0.4)}
_USUAL = (0.6, 0.5)


def _contacts(
    person_id: str, group: str, place: Place, handle: str, dice: random.Random
) -> Iterator[Contact]:
    if group == "unreachable":
        return
    if group not in _NO_EMAIL:
        domain = _DOMAINS[min(int(dice.expovariate(1.0)), len(_DOMAINS) - 1)]
        quality = _EMAIL_QUALITY.get(group) or (
            ContactQuality.UNVERIFIED if dice.random() < 0.05 else ContactQuality.GOOD  # noqa: PLR2004
        )
        yield _contact(person_id, ContactKind.EMAIL, f"{handle}@{domain}", quality)
    postal, phone = _OFTEN.get(group, _USUAL)
    has_postal = dice.random() < postal
    if has_postal:
        yield _contact(person_id, ContactKind.POSTAL, place.street.format(n=dice.randint(1, 400)))
    if dice.random() < phone or (group == "consignee" and not has_postal):
        number = place.phone.format(n=f"{dice.randint(0, 9999):04}", s=f"{dice.randint(0, 99):02}")
        yield _contact(person_id, ContactKind.PHONE, number)


def _contact(
    person_id: str, kind: ContactKind, value: str, quality: ContactQuality = ContactQuality.GOOD
) -> Contact:
    return Contact(person_id=person_id, kind=kind, value=value, quality=quality)


ORDERED = 0.85
ACTIVE = 0.78


def _links(person_id: str, group: str, dice: random.Random, day: date) -> Iterator[Link]:
    if group == "supplier":
        yield _link(person_id, "sellers", day, dice.randint(10, 300), dice.randint(300, 900))
        return
    if group == "guardian" and dice.random() < 0.5:  # noqa: PLR2004 - every other is no customer
        return
    plain = group in {"customer", "former"}
    active = not plain or dice.random() < ACTIVE
    last = dice.randint(*(ACTIVE_DAYS if active else QUIET_DAYS))
    first = last + dice.randint(0, 400)
    if group != "consignee":
        yield _link(person_id, "accounts", day, last, first + dice.randint(0, 200))
        if dice.random() < 0.5:  # noqa: PLR2004
            yield _link(person_id, "newsletter", day, last, first)
    if group == "consignee" or not plain or dice.random() < ORDERED:
        yield _link(person_id, "orders", day, last, min(first, 1090))
        yield _link(person_id, "deliveries", day, min(last, 360), min(first, 360))
        if group != "consignee":
            yield _link(person_id, "payments", day, last, min(first, 1090))


def _link(person_id: str, store: str, day: date, last: int, first: int) -> Link:
    return Link(
        person_id=person_id,
        store_id=store,
        first_on=(day - timedelta(days=first)).isoformat(),
        last_on=(day - timedelta(days=last)).isoformat(),
    )
