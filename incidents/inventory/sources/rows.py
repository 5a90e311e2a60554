"""One row of each table as a value, and what is wrong or odd about it."""

import re
from collections.abc import Callable
from datetime import date

from babel import Locale

from incidents.inventory.addresses import usable_email
from incidents.inventory.sources.problems import Problems
from incidents.inventory.sources.tables import Row, as_value
from incidents.models.inventory import FLAGS, Contact, ContactKind, ContactQuality, Link, Person

PEOPLE, CONTACTS, LINKS = "people.csv", "contacts.csv", "links.csv"
OLDEST = "1895-01-01"
"""Nobody born before it is alive; such a day stands for `not known` in many systems."""

_PLACEHOLDER_DAYS = frozenset({"1900-01-01", "1970-01-01"})
_COUNTRY_MISTAKES = {"UK": "GB", "EL": "GR"}
_FORMULA = re.compile(r"[=+\-@\t\r]")
_ODD = re.compile(
    r"(?P<control>[\x00-\x1f\x7f-\x9f])|(?P<hidden>[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff])"
)
_ODD_IN_ADDRESS = re.compile(
    r"(?P<control>[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f])"
    r"|(?P<hidden>[\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff])"
)
_DIGIT = re.compile(r"\d")
_FEWEST_DIGITS = 5
_COUNTRIES = frozenset(
    str(code) for code in Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code))
)


def person_of(row: Row) -> Person:
    """Return a row of people.csv as a value."""
    return Person(
        person_id=row["person_id"],
        name=row.get("name", "").replace("\x00", "\ufffd"),
        birth_date=row.get("birth_date") or None,
        country=row.get("country", ""),
        region=row.get("region", ""),
        locale=row.get("locale", ""),
        guardian_id=row.get("guardian_id", ""),
        status=row.get("status", "").strip() or "account",
        flags=frozenset(flag for flag in row.get("flags", "").split("|") if flag),
    )


def contact_of(row: Row) -> Contact:
    """Return a row of contacts.csv as a value; a mailbox nobody can write to becomes `bad`."""
    contact = Contact(
        person_id=row["person_id"],
        kind=row["kind"].strip(),
        value=row["value"].replace("\x00", "\ufffd"),
        quality=row.get("quality", "").strip() or "good",
    )
    if contact.quality is not ContactQuality.BAD and not is_usable(contact):
        return contact.model_copy(update={"quality": ContactQuality.BAD})
    return contact


def is_usable(contact: Contact) -> bool:
    """Return whether something can be sent to a contact at all."""
    match contact.kind:
        case ContactKind.EMAIL:
            return usable_email(contact.value) is not None
        case ContactKind.PHONE:
            return len(_DIGIT.findall(contact.value)) >= _FEWEST_DIGITS
        case ContactKind.POSTAL | ContactKind.PUSH:
            return True


def link_of(row: Row) -> Link:
    """Return a row of links.csv as a value."""
    return Link(
        person_id=row["person_id"],
        store_id=row["store_id"],
        first_on=row["first_on"],
        last_on=row["last_on"],
    )


class RowChecks:
    """Checks rows one by one and remembers ids; holds ids and days, never names or addresses.

    Args:
        stores: Ids of the known stores; None where the stores themselves could not be read.
        today: The organisation's day; None where a day of birth cannot be held against it.
        problems: Where errors and warnings go.
    """

    def __init__(
        self, stores: frozenset[str] | None, today: date | None, problems: Problems
    ) -> None:
        self._stores = stores
        self._today = today.isoformat() if today else None
        self._problems = problems
        self._ids: set[str] = set()
        self._wards: list[tuple[int, str]] = []
        self._days: set[str] = set()

    def person(self, line: int, row: Row) -> bool:
        """Note what is wrong with a row of people.csv; return whether it can be taken."""
        person = as_value(person_of, row, PEOPLE, line, self._problems)
        if person is None:
            self._ids.add(row["person_id"])  # its contacts and links are not strangers' for that
            return False
        error = self._at(PEOPLE, line)
        if person.person_id in self._ids:
            error("person_id", "this id stands in an earlier line", "one line per person")
        self._ids.add(person.person_id)
        if person.guardian_id == person.person_id:
            error("guardian_id", "somebody is their own guardian", "name another person, or nobody")
        elif person.guardian_id:
            self._wards.append((line, person.guardian_id))
        if not person.flags <= FLAGS:
            error("flags", "a flag that is not known", f"any of {', '.join(sorted(FLAGS))}")
        self._birth(person, line)
        self._place(person, line)
        self._odd(PEOPLE, line, "name", row.get("name", ""), _ODD)
        return True

    def contact(self, line: int, row: Row) -> bool:
        """Note what is wrong with a row of contacts.csv; return whether it can be taken."""
        contact = as_value(contact_of, row, CONTACTS, line, self._problems)
        if contact is None:
            return False
        self._known_person(CONTACTS, line, contact.person_id)
        if not is_usable(contact):
            what = f"no usable {contact.kind}; the quality is set to bad"
            self._problems.warn(CONTACTS, line, "value", what, "correct it, or find another way")
        else:
            postal = contact.kind is ContactKind.POSTAL
            pattern = _ODD_IN_ADDRESS if postal else _ODD
            self._odd(CONTACTS, line, "value", row["value"], pattern, formula=postal)
        return True

    def link(self, line: int, row: Row) -> bool:
        """Note what is wrong with a row of links.csv; return whether it can be taken."""
        link = as_value(link_of, row, LINKS, line, self._problems)
        if link is None:
            return False
        self._known_person(LINKS, line, link.person_id)
        error = self._at(LINKS, line)
        if self._stores is not None and link.store_id not in self._stores:
            error("store_id", "no store of this id", "correct it, or add the store")
        real = self._is_day(link.first_on, error, "first_on")
        real = self._is_day(link.last_on, error, "last_on") and real
        if real and link.first_on > link.last_on:
            error("last_on", "lies before first_on", "swap the two days")
        return True

    def guardians(self) -> None:
        """Note each guardian that is no person of the table; call it when all people are read."""
        for line, guardian in self._wards:
            if guardian not in self._ids:
                self._at(PEOPLE, line)(
                    "guardian_id",
                    "nobody of this id",
                    "add the guardian as a person, or leave empty",
                )
        self._wards.clear()

    def _at(self, file: str, line: int) -> Callable[[str, str, str], None]:
        def error(column: str, what: str, repair: str) -> None:
            self._problems.error(file, line, column, what, repair)

        return error

    def _known_person(self, file: str, line: int, person_id: str) -> None:
        if person_id not in self._ids:
            self._at(file, line)("person_id", "nobody of this id", f"add the person to {PEOPLE}")

    def _is_day(self, day: str, error: Callable[[str, str, str], None], column: str) -> bool:
        if day in self._days:  # the same few thousand days come again and again
            return True
        try:
            date.fromisoformat(day)
        except ValueError:
            error(column, "no day of the calendar", "correct the day")
            return False
        self._days.add(day)
        return True

    def _birth(self, person: Person, line: int) -> None:
        born, error = person.birth_date, self._at(PEOPLE, line)
        if born is None or not self._is_day(born, error, "birth_date"):
            return
        if self._today is not None and born > self._today:
            error("birth_date", "lies in the future", "correct the day, or leave it empty")
        if born < OLDEST or born in _PLACEHOLDER_DAYS:
            what = "looks like a placeholder; the person counts as adult"
            self._problems.warn(PEOPLE, line, "birth_date", what, "leave it empty where not known")

    def _place(self, person: Person, line: int) -> None:
        country = person.country
        if country in _COUNTRY_MISTAKES:
            repair = f"write {_COUNTRY_MISTAKES[country]}"
            self._problems.error(PEOPLE, line, "country", "not the ISO 3166-1 code", repair)
        elif country and country not in _COUNTRIES:
            what = "no country of ISO 3166-1; counts as a place without known law"
            self._problems.warn(PEOPLE, line, "country", what, "correct the code")
        if country == "US" and not person.region:
            what = "no state; state law cannot be told"
            self._problems.warn(PEOPLE, line, "region", what, "add the state, such as CA")

    def _odd(
        self,
        file: str,
        line: int,
        column: str,
        value: str,
        odd: re.Pattern[str],
        *,
        formula: bool = True,
    ) -> None:
        warn = self._problems.warn
        if formula and _FORMULA.match(value):
            warn(
                file, line, column, "begins like a formula", "kept as it is; check that it is right"
            )
        found = odd.search(value)
        if found is None:
            return
        if found.lastgroup == "control":
            warn(file, line, column, "holds a control character", "kept as data; check it")
        else:
            warn(file, line, column, "holds invisible or direction marks", "kept as data; check it")
