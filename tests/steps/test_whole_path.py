"""A case goes from the report to the closed record by steps alone, Prefect away."""

import asyncio
import csv
import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from flows.files import write_lists
from flows.filing_files import write_packages
from incidents.delivery.attempt import Feed
from incidents.delivery.channels.folder import FolderChannel, read_outcomes
from incidents.delivery.channels.web import publish
from incidents.errors import ApprovalError, DeliveryError, DraftingError, HeldError
from incidents.steps.announce import (
    SET_KEY,
    draft_public,
    propose_announcement,
    publish_announcement,
)
from incidents.steps.close_case import CaseNotReadyError, close_case
from incidents.steps.contain_account import confirm_measure
from incidents.steps.export_evidence import export_evidence, verify_audit
from incidents.steps.list_tasks import list_tasks
from incidents.steps.record_outcomes import record_outcomes
from incidents.steps.record_receipt import record_receipt
from incidents.steps.show_case import CaseView, case_scope, show_case
from tests.steps.shop_case import AUTHOR, CASE, CN, EU, FIRST, PEOPLE, House
from tests.support.mailserver import Fault, running_mailserver
from tests.support.sending import channel_to


@dataclass
class Site:
    """A folder that stands for the organisation's site; it may show something else."""

    folder: Path
    shows: bytes | None = None
    asked: list[str] = field(default_factory=list)

    def publish(self, page: bytes, name: str) -> str:
        publish(page, self.folder, name)
        return f"https://www.lanque.example/{name}"

    def fetch_back(self, url: str) -> str:
        self.asked.append(url)
        page = (self.folder / url.rsplit("/", 1)[1]).read_bytes()
        return hashlib.sha256(self.shows if self.shows is not None else page).hexdigest()


def publish_page(house: House, site: Site) -> None:
    publish_announcement(
        house.shop.database, CASE, site, settings=house.settings, clock=house.clock.now
    )


def work_the_lists(house: House, outcome: str = "done_by_hand") -> int:
    """Fill in every list as the desk would, from the files it gets; return the tasks done."""
    done = 0
    for path in write_lists(house.shop, CASE, house.settings.out):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        filled = path.with_suffix(".filled.csv")
        with filled.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("task_id", "outcome", "reason"))
            writer.writerows((row["task_id"], outcome, "in-person") for row in rows)
        done += record_outcomes(house.shop.database, CASE, read_outcomes(filled), actor="desk")
    return done


def answer_all(house: House) -> None:
    for duty, state in show_case(house.shop.database, CASE).duties:
        if state == "open":
            record_receipt(house.shop.database, CASE, duty.id, "done", by="counsel", receipt="R-1")


def confirm_all(house: House) -> None:
    for words in show_case(house.shop.database, CASE).containment:
        measure, _, person = words.partition(" ")
        confirm_measure(house.shop.database, CASE, measure, person, actor="security")


def test_a_case_runs_from_the_report_to_the_closed_and_verified_record(
    tmp_path: Path, drafted: House
) -> None:
    database = drafted.shop.database
    drafted.approve(CASE)
    refused = Fault("rcpt", "550 5.1.1 no such mailbox", match="^mia@")
    with running_mailserver(tmp_path / "mail", [refused]) as server:
        for key in drafted.sets(CASE):
            drafted.send(CASE, key, channel_to(server.port))
        received = server.received()
        messages = [
            message_from_bytes(one, policy=policy.default) for one in server.oracle.messages
        ]
    view = show_case(database, CASE)
    assert view.people_in["handed_over"] == len(received)
    assert sum(view.people_in.values()) == view.people_total == case_scope(database, CASE).total
    assert view.people_total > PEOPLE / 2

    # Each message went to one mailbox, carries its own text in both forms, and is no marketing.
    assert all("|" not in one.recipient for one in received)
    assert len({str(one["Message-ID"]) for one in messages}) == len(messages)
    for one in messages:
        assert one.get_content_type() == "multipart/alternative"
        assert "unsubscribe" not in one.as_string().lower()

    lists_are_worked(drafted, view)
    # The one whose only mailbox was refused, and the one without an address, are the ground.
    proposal = propose_announcement(database, CASE)
    assert proposal.unreachable >= 1
    assert proposal.not_reached >= 1
    assert proposal.rules
    page_is_published(drafted, Site(tmp_path / "site"))
    case_is_closed(drafted, view)
    record_is_exported(drafted, len(received))


def lists_are_worked(drafted: House, view: CaseView) -> None:
    database = drafted.shop.database
    # Nobody is lost: rows of every kind stand on a list with an owner and a day.
    hand = {one.person_id: one.why for one in list_tasks(database, CASE, drafted.shop.ring).hand}
    assert hand == {
        "x-alone": "no-guardian",
        "x-dead": "deceased",
        "x-silent": "do-not-write",
    } | {who: why for who, why in hand.items() if not who.startswith("x-")}
    calls = list_tasks(database, CASE, drafted.shop.ring).calls
    assert all(one.owner == AUTHOR and one.due_by for one in calls)
    assert work_the_lists(drafted) == view.people_in["listed"]
    assert "listed" not in show_case(database, CASE).people_in
    assert not list_tasks(database, CASE, drafted.shop.ring).letters


def page_is_published(drafted: House, site: Site) -> None:
    database = drafted.shop.database
    draft_public(database, CASE, drafted.shop.words, settings=drafted.settings)
    with pytest.raises(ApprovalError):
        publish_page(drafted, site)
    assert site.asked == []
    drafted.approve(CASE, SET_KEY)
    publish_page(drafted, site)
    assert drafted.sets(CASE)[SET_KEY].state == "finished"

    packages = write_packages(drafted.shop, CASE, drafted.settings.out / "regulators")
    assert {one.name for one in packages} >= {"letter.txt", "fields.json", "form.txt", "form.csv"}
    for path in packages:
        if path.suffix == ".json":
            assert json.loads(path.read_text())


def case_is_closed(drafted: House, view: CaseView) -> None:
    database = drafted.shop.database
    with pytest.raises(CaseNotReadyError) as refusal:
        close_case(database, CASE, actor=FIRST)
    duties = [duty.id for duty, _ in view.duties]
    assert all(any(one in item for item in refusal.value.still_open) for one in duties)
    answer_all(drafted)
    confirm_all(drafted)
    close_case(database, CASE, actor=FIRST)
    assert show_case(database, CASE).state == "closed"


def record_is_exported(drafted: House, mails: int) -> None:
    database = drafted.shop.database
    result = verify_audit(database, drafted.shop.ring)
    assert (result.problems, result.links > 50) == ([], True)
    whole, short = export_evidence(database, CASE, drafted.settings.out / "record", actor=FIRST)
    record = json.loads(whole.read_text())
    assert record["case"]["state"] == "closed"
    assert len(record["deliveries"]) > mails
    assert "mia@home.example" not in whole.read_text()
    assert CASE in short.read_text()


def test_a_page_that_its_address_does_not_show_is_not_published(
    tmp_path: Path, drafted: House
) -> None:
    drafted.approve(CASE)
    drafted.send(CASE, EU)
    draft_public(drafted.shop.database, CASE, drafted.shop.words, settings=drafted.settings)
    drafted.approve(CASE, SET_KEY)
    site = Site(tmp_path / "site", shows=b"<p>parked</p>")
    with pytest.raises(DeliveryError, match="something else"):
        publish_page(drafted, site)
    assert drafted.sets(CASE)[SET_KEY].state == "released"
    site.shows = None
    publish_page(drafted, site)
    assert drafted.sets(CASE)[SET_KEY].state == "finished"


def test_before_anybody_was_tried_no_announcement_is_drafted(drafted: House) -> None:
    assert not propose_announcement(drafted.shop.database, CASE).grounded
    with pytest.raises(DraftingError, match="no ground"):
        draft_public(drafted.shop.database, CASE, drafted.shop.words, settings=drafted.settings)


def test_a_mail_held_back_by_the_relay_keeps_its_set_open(tmp_path: Path, drafted: House) -> None:
    drafted.approve(CASE, EU)
    later = Fault("rcpt", "450 4.7.1 greylisted", match="^mia@", times=1)
    with running_mailserver(tmp_path / "mail", [later]) as server:
        sent = drafted.send(CASE, EU, channel_to(server.port))
        assert (sent["left_open"], drafted.sets(CASE)[EU].state) == (1, "released")
        drafted.clock.advance(timedelta(hours=1))
        assert drafted.send(CASE, EU, channel_to(server.port))["left_open"] == 0
        times = [one.recipient for one in server.received()].count("mia@home.example")
    assert (times, drafted.sets(CASE)[EU].state) == (1, "finished")


def test_drafting_again_what_was_sent_changes_nothing(drafted: House) -> None:
    drafted.approve(CASE, CN, EU)
    drafted.send(CASE, EU)
    before = drafted.sets(CASE)
    tasks = list_tasks(drafted.shop.database, CASE, drafted.shop.ring)
    drafted.draft(CASE)
    assert drafted.sets(CASE) == before
    assert list_tasks(drafted.shop.database, CASE, drafted.shop.ring) == tasks


def test_a_child_is_written_about_to_its_guardian_who_gets_her_own_notice_too(
    drafted: House,
) -> None:
    drafted.approve(CASE, EU)
    drafted.send(CASE, EU)
    texts: dict[str, list[str]] = {}
    for one in drafted.mails().values():
        message = message_from_bytes(one, policy=policy.default)
        body = message.get_body(("plain",))
        texts.setdefault(str(message["To"]), []).append(str(body.get_content() if body else ""))
    own, about_child = sorted(
        (text for to, found in texts.items() if "gale@home.example" in to for text in found),
        key=lambda text: "Cleo Ward" in text,
    )
    assert "Cleo Ward" not in own
    assert "Cleo Ward" in about_child
    others = [text for to, found in texts.items() if "gale@" not in to for text in found]
    assert others
    assert not any("Cleo Ward" in text for text in others)


def test_a_file_in_the_home_stops_everything(tmp_path: Path, drafted: House) -> None:
    drafted.approve(CASE, EU)
    stop = drafted.settings.home / "STOP"
    stop.touch()
    with pytest.raises(HeldError, match="stops all sending"):
        drafted.send(CASE, EU)
    assert drafted.mails() == {}
    stop.unlink()

    class Stopping(FolderChannel):
        async def send(self, feed: Feed) -> None:
            stop.touch()
            await asyncio.sleep(1.5)
            assert feed.take() is None
            assert not await feed.more()

    drafted.send(CASE, EU, Stopping(tmp_path))
    assert show_case(drafted.shop.database, CASE).held_at
    states = drafted.sql("SELECT DISTINCT state FROM delivery WHERE channel = 'email'")
    assert {row[0] for row in states} <= {"planned", "standby"}
