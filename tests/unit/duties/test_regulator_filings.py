"""Real filings of two states, where a folder holds them: published days, and duties by law."""

import csv
import os
from collections.abc import Iterator
from datetime import date, datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from incidents.data_files import LAW
from incidents.duties.clock_rule import Span
from incidents.duties.deadlines import add_span
from incidents.duties.engine import duties_owed
from incidents.duties.regime import Catalogue
from incidents.duties.sources.folder import read_catalogue
from incidents.models.duty import DutyStatus, Facts
from incidents.models.report import Protection, Range

PACIFIC, EASTERN = ZoneInfo("America/Los_Angeles"), ZoneInfo("America/New_York")
IN_FORCE = date(2007, 10, 31)
ATTORNEY_GENERAL_SINCE = date(2015, 7, 24)
"""From this day of discovery on Washington's law has the Attorney General told."""
ELEMENTS = {
    "ssn": "identity.ssn",
    "account": "payment.bank_account",
    "drivers_license": "identity.drivers_licence",
    "card": "payment.card_number",
    "medical": "health.record",
}
NAMED = ("ssn", "account", "drivers_license", "card")


def rows(name: str) -> list[dict[str, str]]:
    folder = os.environ.get("FORTHWITH_TEST_DATA", "")
    path = Path(folder) / "regulators" / name
    if not folder or not path.is_file():
        pytest.skip(f"FORTHWITH_TEST_DATA names no folder with regulators/{name}")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@cache
def only(regime: str) -> Catalogue:
    whole = read_catalogue(LAW)
    laws = [one for one in whole.regimes if one.id in {regime, "us-hipaa"}]
    return whole.model_copy(update={"regimes": laws})


def us_date(text: str) -> date | None:
    if not text:
        return None
    form = "%m/%d/%Y" if "/" in text else "%d-%b-%y"  # both spellings stand in the published files
    return datetime.strptime(text.split(maxsplit=1)[0], form).date()  # noqa: DTZ007


def dated(table: list[dict[str, str]]) -> Iterator[tuple[date, date, int]]:
    for row in table:
        aware, sent = us_date(row["DateAware"]), us_date(row["DateSubmitted"])
        published = row["DaysElapsedBeforeNotification"]
        if aware and sent and published:
            yield aware, sent, int(published)


def noon(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=zone)


def test_days_between_awareness_and_filing_are_counted_as_washington_publishes_them() -> None:
    found = list(dated(rows("wa_notices_2016_2021.csv")))
    assert len(found) > 500
    for aware, sent, published in found:
        assert (sent - aware).days == published
        if published > 0:
            end = add_span(noon(aware, PACIFIC), Span(days=published), PACIFIC.key, "", {})
            assert end.astimezone(PACIFIC).date() == sent


def test_the_law_of_washington_calls_late_what_came_after_its_days() -> None:
    found = list(dated(rows("wa_notices_2016_2021.csv")))
    catalogue = only("us-wa-19-255")
    judged = 0
    for aware, sent, published in found:
        limit = 30 if aware >= date(2020, 3, 1) else 45
        answer = duties_owed(_washington(noon(aware, PACIFIC)), catalogue)
        deadlines = [duty.due_by for duty in answer.duties if duty.duty == "authority-initial"]
        if aware < ATTORNEY_GENERAL_SINCE:
            assert deadlines == []
            continue
        [due] = deadlines
        assert due is not None
        assert (due.astimezone(PACIFIC).date() < sent) == (published > limit)
        judged += 1
    assert judged > 500


def _washington(aware: datetime) -> Facts:
    return Facts.model_validate(
        {
            "people": {"US-WA": Range.exactly(501)},
            "kinds": ["accessed"],
            "acquired": "yes",
            "media": ["electronic"],
            "roles": ["controller"],
            "harms": {"misuse": "yes", "misuse_possible": "yes", "identity_theft_or_fraud": "yes"},
            "risk": "high",
            "elements": {
                "identity.name": Protection(state="clear"),
                "identity.ssn": Protection(state="clear"),
            },
            "timeline": {"aware": aware.isoformat()},
        }
    )


def test_every_filing_of_massachusetts_is_judged_and_named_data_gives_its_duties() -> None:
    table = rows("ma_filings_odd_years.csv")
    assert len(table) > 14_000
    catalogue = only("us-ma-93h")
    owed, asked = 0, 0
    for row in table:
        reported = us_date(row["date_reported"]) or date(int(row["year"]), 12, 31)
        answer = duties_owed(_massachusetts(row, reported), catalogue)
        fired = {duty.duty: duty.status for duty in answer.duties if duty.regime == "us-ma-93h"}
        told = {name for name in fired if name.startswith(("individuals", "authority"))}
        named = any(row[one].lower() == "yes" for one in NAMED)
        if reported < IN_FORCE:
            assert not told
        elif named and row["encrypted"].lower() == "yes":
            assert set(fired.values()) == {DutyStatus.MAY_BE_OWED}
            assert answer.questions
            asked += 1
        elif named:
            assert fired["individuals-initial"] == DutyStatus.OWED
            assert any(name.startswith("authority-initial") for name in fired)
            owed += 1
    assert owed > 10_000
    assert asked > 20


def _massachusetts(row: dict[str, str], reported: date) -> Facts:
    encrypted = row["encrypted"].lower() == "yes"
    state = Protection(state="encrypted" if encrypted else "clear", key="unknown")
    elements = {key: state for name, key in ELEMENTS.items() if row[name].lower() == "yes"}
    residents = int(
        row["residents"].replace(",", "") or 0
    )  # a filing that names none was made for somebody
    people = Range.exactly(residents) if residents else Range(low=1)
    media = {"electronic": ["electronic"], "paper": ["paper"], "both": ["electronic", "paper"]}
    return Facts.model_validate(
        {
            "people": {"US-MA": people},
            "kinds": ["accessed"],
            "acquired": "yes",
            "media": media.get(row["medium"].lower()),
            "roles": ["controller"],
            "elements": {"identity.name": Protection(state="clear"), **elements},
            "timeline": {"aware": noon(reported, EASTERN).isoformat()},
        }
    )
