"""Puts together what goes to each authority: the filing, its numbers, and what people are told."""

from collections.abc import Iterable, Sequence

from incidents.drafting.holes import TOKEN
from incidents.models.base import Value
from incidents.models.duty import Duty
from incidents.models.notice import Filing, MessageClass, NoticeSet
from incidents.models.states import SetState
from incidents.models.tables import NoticeSetRow
from incidents.steps.filing_record import WITHDRAWAL, Filed, filed
from incidents.store import duties, notices
from incidents.store.unit_of_work import Database, UnitOfWork

SIGNED = frozenset({SetState.APPROVED, SetState.RELEASED, SetState.FINISHED})
_NEUTRAL = {"code": "...."}


class Sample(Value):
    """What people of one language are told, with neutral words where their own values go."""

    locale: str
    set_key: str
    text: str
    approved: bool


class PlaceNumber(Value):
    """How many people of one place are concerned."""

    place: str
    people: int
    concerned: bool
    """Whether the place lies in the authority's area."""


class Package(Value):
    """All that one filing is handed in with."""

    filing: Filing
    set_key: str
    version: int
    root: str
    approved: bool
    numbers: list[PlaceNumber] = []
    samples: list[Sample] = []


class FilingLine(Value):
    """How one duty to an authority stands."""

    duty: Duty
    state: str
    set_key: str = ""
    version: int = 0
    set_state: str = ""
    form: str = ""
    to_follow: list[str] = []
    filed: list[Filed] = []


def packages(database: Database, ref: str, duty_id: str = "") -> list[Package]:
    """Return the package of every filing in the newest sets that are not void, or of one duty."""
    with database.read() as work:
        rows = _rows(work, ref)
        return [
            _package(work, ref, row, filing, rows)
            for row in rows
            if row.audience == "authority"
            for filing in notices.notice_set(row).filings
            if duty_id in {"", filing.duty_id}
        ]


def packages_of(database: Database, ref: str, set_key: str) -> list[Package]:
    """Return the packages of one set."""
    return [one for one in packages(database, ref) if one.set_key == set_key]


def filing_lines(database: Database, ref: str) -> list[FilingLine]:
    """Return every duty to an authority with its filing, and what was filed for it when."""
    with database.read() as work:
        drafted = {
            filing.duty_id: (row, filing)
            for row in _rows(work, ref)
            if row.audience == "authority" and not row.set_key.startswith(f"{WITHDRAWAL}-")
            for filing in notices.notice_set(row).filings
        }
        done = filed(work, ref)
        return [
            _line(duty, row.state, drafted.get(duty.id), done)
            for row in duties.duty_rows(work, ref)
            if (duty := duties.duty_value(row)).recipient.kind == "authority"
        ]


def _line(
    duty: Duty,
    state: str,
    drafted: tuple[NoticeSetRow, Filing] | None,
    everything: Sequence[Filed],
) -> FilingLine:
    done = [one for one in everything if one.duty_id == duty.id]
    if drafted is None:
        return FilingLine(duty=duty, state=state, filed=done)
    row, filing = drafted
    missing = filing.fields.get("filing.to_follow")
    return FilingLine(
        duty=duty,
        state=state,
        set_key=row.set_key,
        version=row.version,
        set_state=row.state,
        form=filing.form,
        to_follow=[str(one) for one in missing] if isinstance(missing, list) else [],
        filed=done,
    )


def _rows(work: UnitOfWork, ref: str) -> list[NoticeSetRow]:
    return [row for row in notices.set_rows(work, ref) if row.state != SetState.VOID]


def _package(
    work: UnitOfWork, ref: str, row: NoticeSetRow, filing: Filing, rows: Sequence[NoticeSetRow]
) -> Package:
    withdrawn = filing.phase == WITHDRAWAL
    duty = next(
        (duties.duty_value(one) for one in duties.duty_rows(work, ref)
         if one.duty_id == filing.duty_id),
        None,
    )  # fmt: skip
    return Package(
        filing=filing,
        set_key=row.set_key,
        version=row.version,
        root=row.root,
        approved=row.state in SIGNED,
        numbers=[] if withdrawn else _numbers(filing),
        samples=[] if withdrawn or duty is None else _samples(duty, rows),
    )


def _numbers(filing: Filing) -> list[PlaceNumber]:
    everywhere = filing.fields.get("border.per_place_count")
    local = filing.fields.get("subjects.local_count_by_place")
    here = local if isinstance(local, dict) else {}
    return [
        PlaceNumber(place=str(place), people=int(number), concerned=not here or place in here)
        for place, number in (everywhere.items() if isinstance(everywhere, dict) else ())
    ]


def _samples(duty: Duty, rows: Sequence[NoticeSetRow]) -> list[Sample]:
    """Return one message in each language, of the sets that serve the duty's law.

    Where none does, those of the same country's laws are taken, and else all. Of each language it
    is the class with the most people, by e-mail or letter before the telephone.
    """
    told = [
        (row, body)
        for row in rows
        if row.audience == "individuals" and (body := notices.notice_set(row)).classes
    ]
    country = duty.regime.split("-", 1)[0]
    close = [one for one in told if duty.regime in one[1].regimes] or [
        one for one in told if any(law.startswith(f"{country}-") for law in one[1].regimes)
    ]
    best: dict[str, tuple[NoticeSetRow, MessageClass]] = {}
    for row, message in _classes(close or told):
        now = best.get(message.locale)
        if now is None or _rank(message) > _rank(now[1]):
            best[message.locale] = row, message
    return [
        Sample(
            locale=locale,
            set_key=row.set_key,
            text=f"{_neutral(message.subject)}\n\n{_neutral(message.text)}",
            approved=row.state in SIGNED,
        )
        for locale, (row, message) in sorted(best.items())
    ]


def _classes(
    sets: Iterable[tuple[NoticeSetRow, NoticeSet]],
) -> Iterable[tuple[NoticeSetRow, MessageClass]]:
    return ((row, message) for row, body in sets for message in body.classes)


def _rank(message: MessageClass) -> tuple[bool, int, str]:
    return not message.key.endswith(".call"), message.people, message.key


def _neutral(text: str) -> str:
    """Return a text whose holes show the neutral words that stand there without a value."""
    return TOKEN.sub(lambda hole: hole[2] or _NEUTRAL.get(hole[1], "..."), text)
