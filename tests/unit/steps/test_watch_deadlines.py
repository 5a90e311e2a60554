"""Nobody misses a deadline: each alarm once, in time, and only a told one is on record."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incidents.approval.ssh_signature import fingerprint, public_line, sign
from incidents.clock import FixedClock
from incidents.errors import DeliveryError
from incidents.models.approval import Sealed, Signature
from incidents.models.duty import Citation, ClockReading, Duty, DutyStatus, Recipient
from incidents.models.inventory import Approver, Inventory, Organisation
from incidents.models.notice import NoticeSet
from incidents.models.states import CaseState, DeliveryState, DutyState, SetState
from incidents.models.tables import AlarmRow, CaseRow, DeliveryRow, DutyRow, SenderRow
from incidents.settings import Settings
from incidents.steps.raise_alarms import TURN, Alarm, Sight, raise_alarms
from incidents.steps.reject_notices import reject_set
from incidents.steps.watch_deadlines import find_alarms, quiet_alarms
from incidents.store import alerts, cases, notices
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database
from tests.support.sending import SET, open_database, released_set

SETTINGS = Settings(actor="tester")
DUTY = "eu-gdpr/authority-initial/DE"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def database(tmp_path: Path, clock: FixedClock) -> Database:
    return open_database(tmp_path / "watch.db", clock)


class Person:
    """Somebody outside who hears alarms, or cannot be reached."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.reachable = True

    def __call__(self, text: str) -> bool:
        if self.reachable:
            self.heard += text.splitlines()
        return self.reachable


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def look(database: Database, person: Person) -> Callable[[], int]:
    """Return one look of the watch: find, then tell."""
    return lambda: raise_alarms(
        database, find_alarms(database, settings=SETTINGS), person, actor="watch"
    )


def a_case(database: Database, state: CaseState = CaseState.DUTIES_LISTED) -> str:
    with database.write("tester") as work:
        ref = cases.open_case(work, author="tester")
        change(work, CaseRow, ref, state=state)
    return ref


def change(work: Any, table: type[Any], key: Any, **values: Any) -> None:
    row = work.session.get(table, key)
    for name, value in values.items():
        setattr(row, name, value)
    work.session.add(row)


def a_duty(
    database: Database,
    ref: str,
    due_in: timedelta | None,
    *,
    name: str = DUTY,
    target_in: timedelta | None = None,
) -> None:
    now = database.clock.now()
    duty = Duty(
        id=name,
        regime="eu-gdpr",
        regime_name="GDPR",
        duty="authority-initial",
        name="Tell the authority",
        status=DutyStatus.OWED,
        recipient=Recipient(kind="authority"),
        due_by=now + due_in if due_in else None,
        target_by=now + target_in if target_in else None,
        clock=ClockReading(start="aware"),
        zone="Europe/Berlin",
        citation=Citation(article="33", read_on="2026-01-01", confidence="memory"),
    )
    with database.write("tester") as work:
        work.session.add(
            DutyRow(
                case_ref=ref,
                duty_id=name,
                state=DutyState.OPEN,
                status=duty.status,
                due_by=duty.due_by,
                first_due_by=duty.due_by,
                target_by=duty.target_by,
                body=duty.model_dump_json(),
                updated_at=now,
            )
        )


def test_each_warning_before_a_deadline_comes_once(
    database: Database, clock: FixedClock, person: Person, look: Callable[[], int]
) -> None:
    ref = a_case(database)
    a_duty(database, ref, timedelta(hours=72))
    told = []
    for hour in range(72):
        told += [hour] * look()
        told += [hour] * look()
        clock.advance(timedelta(hours=1))
    assert told == [48, 66, 71]
    assert all(line.startswith(f"{ref} {DUTY}: deadline ") for line in person.heard)
    assert "in 24.0 h" in person.heard[0]
    # 72 hours after Mon 09:00 UTC, as people in Berlin read it
    assert "Thu 2026-03-05 10:00 CET" in person.heard[0]


def test_a_deadline_that_passed_is_told_again_until_the_duty_is_settled(
    database: Database, clock: FixedClock, person: Person, look: Callable[[], int]
) -> None:
    ref = a_case(database)
    a_duty(database, ref, timedelta(minutes=30))
    assert look() == 1
    clock.advance(timedelta(minutes=30))
    assert [look(), look()] == [1, 0]
    assert "HAS PASSED" in person.heard[-1]
    clock.advance(timedelta(hours=4))
    assert look() == 1
    with database.write("counsel") as work:
        change(work, DutyRow, (ref, DUTY), state=DutyState.LATE)
    clock.advance(timedelta(hours=4))
    assert look() == 1  # late with a reason is still not done
    with database.write("counsel") as work:
        change(work, DutyRow, (ref, DUTY), state=DutyState.DONE)
    clock.advance(timedelta(hours=4))
    assert look() == 0


def test_after_a_long_silence_one_alarm_comes_and_not_three(
    database: Database, clock: FixedClock, look: Callable[[], int]
) -> None:
    a_duty(database, a_case(database), timedelta(hours=72))
    clock.advance(timedelta(hours=71, minutes=30))
    assert look() == 1


def test_words_without_a_number_warn_before_the_own_target(
    database: Database, person: Person, look: Callable[[], int]
) -> None:
    a_duty(database, a_case(database), None, target_in=timedelta(hours=5))
    assert look() == 1
    assert "own target" in person.heard[0]


def test_a_closed_case_is_silent(database: Database, look: Callable[[], int]) -> None:
    ref = a_case(database, CaseState.CLOSED)
    a_duty(database, ref, timedelta(hours=-1))
    assert look() == 0


def test_one_damaged_duty_does_not_silence_the_others(
    database: Database, person: Person, look: Callable[[], int]
) -> None:
    first, second = a_case(database), a_case(database)
    for ref in (first, second):
        a_duty(database, ref, timedelta(hours=1))
    with database.write("tester") as work:
        change(work, DutyRow, (second, DUTY), body="{}")
    assert look() == 3
    assert [line for line in person.heard if line.startswith(f"{first} {DUTY}")]
    assert [line for line in person.heard if line.startswith(f"{second} {DUTY}") and "UTC" in line]
    assert [line for line in person.heard if f"{second}: cannot be watched in full" in line]


def test_a_damaged_duty_of_a_closed_case_does_not_silence_the_open_ones(
    database: Database, person: Person, look: Callable[[], int]
) -> None:
    closed, live = a_case(database, CaseState.CLOSED), a_case(database)
    for ref in (closed, live):
        a_duty(database, ref, timedelta(hours=1))
    with database.write("tester") as work:
        change(work, DutyRow, (closed, DUTY), body="{}")
    look()
    assert [line for line in person.heard if line.startswith(f"{live} {DUTY}")]


def test_an_alarm_nobody_took_is_not_recorded_and_comes_again(
    database: Database, person: Person, look: Callable[[], int]
) -> None:
    ref = a_case(database)
    a_duty(database, ref, timedelta(hours=1))
    person.reachable = False
    with pytest.raises(DeliveryError, match="could not be told"):
        look()
    assert [row.action for row in database.audit_rows() if row.action == "alarm.raised"] == []
    person.reachable = True
    assert look() == 1
    assert [row.action for row in database.audit_rows() if row.action == "alarm.raised"]


def test_nothing_is_locked_while_people_are_told(database: Database) -> None:
    def slow_notifier(_: str) -> bool:
        # A sender writes meanwhile; with a lock held this would end in "database is locked".
        with database.write("sender") as work:
            work.beat("sender")
        return True

    sight = Sight(alarms=[Alarm(key="k", text="t")])
    assert raise_alarms(database, sight, slow_notifier, actor="watch") == 1


def test_two_watches_in_the_same_minute_tell_once(database: Database, person: Person) -> None:
    sight = Sight(alarms=[Alarm(key="k", text="t")])

    def first(text: str) -> bool:
        assert raise_alarms(database, sight, person, actor="second watch") == 0
        return person(text)

    assert raise_alarms(database, sight, first, actor="first watch") == 1
    assert person.heard == ["t"]


def test_a_watch_that_died_while_telling_is_not_waited_for_for_ever(
    database: Database, clock: FixedClock, person: Person
) -> None:
    sight = Sight(alarms=[Alarm(key="k", text="t")])
    with database.write("dead") as work:
        assert alerts.take_turn(work, TURN, at_most=timedelta(minutes=3))
    assert raise_alarms(database, sight, person, actor="watch") == 0
    clock.advance(timedelta(minutes=3))
    assert raise_alarms(database, sight, person, actor="watch") == 1
    with database.read() as work:
        assert work.session.get(AlarmRow, TURN) is None


def test_a_hold_of_more_than_an_hour_is_told_and_again_after_the_next_hold(
    database: Database, clock: FixedClock, person: Person, look: Callable[[], int]
) -> None:
    ref = a_case(database)
    for _ in range(2):
        with database.write("ana") as work:
            cases.hold_case(work, ref, reason="wrong text")
        clock.advance(timedelta(minutes=59))
        assert look() == 0
        clock.advance(timedelta(minutes=2))
        assert [look(), look()] == [1, 0]
        with database.write("ana") as work:
            cases.resume_case(work, ref, reason="right after all")
        assert look() == 0
    assert all("wrong text" not in line for line in person.heard)


def test_a_report_from_which_nobody_derived_duties_is_told(
    database: Database, clock: FixedClock, look: Callable[[], int]
) -> None:
    ref = a_case(database, CaseState.REPORTED)
    clock.advance(timedelta(minutes=31))
    assert look() == 1
    with database.write("tester") as work:
        change(work, CaseRow, ref, state=CaseState.DUTIES_LISTED)
    assert look() == 0


def test_mail_that_waits_without_a_sender_is_told(
    database: Database, clock: FixedClock, person: Person, look: Callable[[], int]
) -> None:
    ref = released_set(database, 3)
    with database.write("tester") as work:
        change(work, CaseRow, ref, state=CaseState.DRAFTED)
        work.session.add(SenderRow(case_ref=ref, seat=0, token=1, owner="me", until=clock.now()))
    assert look() == 0  # its lease ended this moment
    clock.advance(timedelta(minutes=10))
    assert look() == 1
    assert person.heard == [f"{ref}: 3 e-mails wait and nobody is sending"]
    with database.write("tester") as work:
        change(work, SenderRow, (ref, 0), until=clock.now() + timedelta(minutes=1))
    clock.advance(timedelta(minutes=31))
    assert look() == 1


def test_second_tries_that_nobody_makes_are_told(
    database: Database, clock: FixedClock, person: Person, look: Callable[[], int]
) -> None:
    ref = released_set(database, 1)
    with database.write("tester") as work:
        change(work, CaseRow, ref, state=CaseState.DRAFTED)
        change(work, DeliveryRow, 1, state=DeliveryState.DEFERRED, next_at=clock.now())
    assert look() == 0
    clock.advance(timedelta(minutes=11))
    assert look() == 1
    assert "second tries were due 2026-03-02 09:00 UTC" in person.heard[0]


def test_an_approved_set_that_nobody_sends_is_told(
    database: Database, clock: FixedClock, person: Person, look: Callable[[], int]
) -> None:
    ref = released_set(database, 1, state=SetState.APPROVED)
    with database.write("tester") as work:
        change(work, CaseRow, ref, state=CaseState.DRAFTED)
    clock.advance(timedelta(minutes=11))
    assert look() == 1
    assert person.heard == [f"{ref}: approved and not sent: {SET} v1"]


def test_overdue_lists_are_told_by_count_and_once_a_day(
    database: Database, clock: FixedClock, person: Person, look: Callable[[], int]
) -> None:
    ref = released_set(database, 3, state=SetState.FINISHED)
    with database.write("tester") as work:
        change(work, CaseRow, ref, state=CaseState.DRAFTED)
        for number, channel in ((1, "letter"), (2, "letter"), (3, "call")):
            due_by = clock.now() + timedelta(hours=number)
            change(
                work,
                DeliveryRow,
                number,
                channel=channel,
                state=DeliveryState.LISTED,
                due_by=due_by,
            )
    assert look() == 0
    clock.advance(timedelta(hours=2))
    assert look() == 1
    assert person.heard == [
        f"{ref}: 2 letter tasks are overdue, the oldest since 2026-03-02 10:00 UTC"
    ]
    clock.advance(timedelta(hours=1))
    assert look() == 1
    clock.advance(timedelta(hours=23))
    assert look() == 1


class Signing:
    """A drafted set that three people may sign."""

    def __init__(
        self, database: Database, duties: list[str], *, deputies: tuple[str, ...] = ()
    ) -> None:
        self.database = database
        self.keys = {name: Ed25519PrivateKey.generate() for name in ("ana", "bo", "chen")}
        approvers = [
            Approver(
                id=name, role="privacy", deputy=name in deputies, ssh_public_key=public_line(key)
            )
            for name, key in self.keys.items()
        ]
        organisation = Organisation(
            legal_name="Shop", place="CN", zone="Asia/Shanghai", approvers=approvers
        )
        self.ref = a_case(database, CaseState.DRAFTED)
        body = NoticeSet(key=SET, audience="individuals", regimes=[], duties=duties, required=[])
        sealed = Sealed(
            case_ref=self.ref,
            set_key=SET,
            version=1,
            fact_sheet="",
            classes={},
            templates={},
            recipients="",
            counts={"people": 1},
            channels=[],
            not_before="",
            law_version="",
        )
        with database.write("author") as work:
            cases.put_evidence(
                work,
                self.ref,
                EvidenceKind.INVENTORY,
                Inventory(organisation=organisation, stores=[]),
            )
            notices.save_set(work, body, sealed, "root")

    def sign(self, name: str) -> None:
        key = self.keys[name]
        with self.database.write(name) as work:
            row = notices.set_row(work, self.ref, SET)
            armour = sign(key, notices.statement_of(row).text().encode())
            signature = Signature(
                approver=name,
                key_fingerprint=fingerprint(public_line(key)),
                signature=armour,
                signed_at=work.now,
            )
            notices.add_signature(work, row, signature)


def test_who_has_not_signed_is_told_before_the_first_clock_a_draft_serves(
    database: Database, clock: FixedClock, person: Person, look: Callable[[], int]
) -> None:
    signing = Signing(database, [DUTY, "later"])
    a_duty(database, signing.ref, timedelta(hours=30))
    a_duty(database, signing.ref, timedelta(hours=90), name="later")
    assert look() == 0
    clock.advance(timedelta(hours=6))
    assert look() == 2
    about = [line for line in person.heard if SET in line]
    assert "0 of 2 signatures; not signed by ana, bo, chen" in about[0]
    assert "ends in 24.0 h, 2026-03-03 15:00 UTC" in about[0]
    signing.sign("bo")
    clock.advance(timedelta(hours=18))
    assert look() == 2
    about = [line for line in person.heard if SET in line]
    assert "1 of 2 signatures; not signed by ana, chen" in about[-1]
    clock.advance(timedelta(hours=6))
    assert look() == 2
    about = [line for line in person.heard if SET in line]
    assert "the first clock it serves HAS ENDED" in about[-1]


def test_a_draft_is_not_told_of_once_its_duties_are_settled(
    database: Database, look: Callable[[], int]
) -> None:
    signing = Signing(database, [DUTY])
    a_duty(database, signing.ref, timedelta(hours=1))
    with database.write("counsel") as work:
        change(work, DutyRow, (signing.ref, DUTY), state=DutyState.DECLINED)
    assert look() == 0


def test_only_what_was_heard_of_can_go_quiet(database: Database, clock: FixedClock) -> None:
    quiet_for = timedelta(minutes=15)
    with database.write("watch") as work:
        work.beat("watch")
    clock.advance(quiet_for)
    sight = quiet_alarms(database, ["watch", "prefect-watch"], quiet_for=quiet_for)
    assert sight.alarms == []
    clock.advance(timedelta(seconds=1))
    sight = quiet_alarms(database, ["watch", "prefect-watch"], quiet_for=quiet_for)
    assert [one.text for one in sight.alarms] == ["watch has been quiet since 2026-03-02 09:00 UTC"]
    assert sight.fine == ["quiet:prefect-watch"]


def test_alarms_hold_no_name_address_or_story(
    database: Database, clock: FixedClock, person: Person, look: Callable[[], int]
) -> None:
    ref = released_set(database, 2)
    with database.write("tester") as work:
        cases.hold_case(work, ref, reason="Person 1 of person1@people.example complained")
        change(work, CaseRow, ref, state=CaseState.REPORTED)
    a_duty(database, ref, timedelta(hours=1))
    clock.advance(timedelta(hours=2))
    assert look() == 3
    for line in person.heard:
        assert not re.search(r"Person \d|@|complained|Tell the authority", line), line


def test_deputies_are_called_when_half_of_the_time_to_sign_is_gone(
    database: Database, clock: FixedClock, person: Person, look: Callable[[], int]
) -> None:
    signing = Signing(database, [DUTY], deputies=("chen",))
    a_duty(database, signing.ref, timedelta(hours=72))
    told = []
    for hour in range(40):
        look()
        told += [hour for line in person.heard if "call chen for privacy" in line][: not told]
        clock.advance(timedelta(hours=1))
    assert told == [36]


def test_a_deputy_is_not_called_once_somebody_of_the_role_has_signed(
    database: Database, clock: FixedClock, person: Person, look: Callable[[], int]
) -> None:
    signing = Signing(database, [DUTY], deputies=("chen",))
    a_duty(database, signing.ref, timedelta(hours=72))
    signing.sign("ana")
    clock.advance(timedelta(hours=40))
    look()
    assert not [line for line in person.heard if "call chen" in line]


def test_a_rejected_set_is_told_again_until_it_is_drafted_anew(
    database: Database, clock: FixedClock, person: Person, look: Callable[[], int]
) -> None:
    signing = Signing(database, [DUTY])
    a_duty(database, signing.ref, timedelta(hours=72))
    reject_set(database, signing.ref, SET, by="ana", reason="wrong")
    assert look() == 1
    assert "was rejected and is not drafted anew" in person.heard[-1]
    assert look() == 0
    clock.advance(timedelta(hours=4))
    assert look() == 1
    with database.write("author") as work:
        notices.move_set(work, notices.set_row(work, signing.ref, SET), SetState.VOID)
    clock.advance(timedelta(hours=4))
    assert look() == 0
