"""Commands that change something: what they ask for, what they record, how they refuse."""

import csv
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from flows.demo.shop import demo_amendment, demo_report
from incidents.approval.ssh_signature import sign
from incidents.clock import SystemClock
from incidents.steps.show_case import show_case
from tests.cli.conftest import Command, Ended
from tests.steps.shop_case import CASE, EU, FIRST, KEYS, NOW, SECOND, THIRD, House

BERLIN = "eu-gdpr/authority-initial/DE"


def write(path: Path, data: object) -> Path:
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    return path


def refuses(ended: Ended, *words: str) -> None:
    """Hold a refusal against its form: exit 2, nothing on stdout, what, where and repair."""
    assert (ended.code, ended.out) == (2, "")
    assert "Traceback" not in ended.err
    for word in words:
        assert word in ended.err


def test_a_report_is_recorded_and_taken_through_by_steps(
    forthwith: Command, shop: House, tmp_path: Path
) -> None:
    file = write(tmp_path / "report.yaml", demo_report(SystemClock().now()))
    ended = forthwith.at(shop)("report", file, "--no-flow")
    assert (ended.code, ended.out.endswith(" opened\n")) == (0, True)
    ref = ended.out.split()[1]
    for step in ("find-data", "size-scope", "weigh-risk", "list-duties", "draft-notices"):
        done = forthwith("step", step, ref)
        assert (done.code, done.err) == (0, ""), step
        assert ":" in done.out
    assert len(shop.sets(ref)) > 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("claim: [", ("report.yaml",)),
        ("- a\n- b\n", ("report.yaml", "mapping")),
        ("format: forthwith/report/9\n", ("format", "forthwith/report/1")),
        ("claim: {cause: hackers}\n", ("claim.cause", "repair")),
        ("claims: {}\n", ("claims", "claim")),
        ("timeline: {aware: {at: 2026-03-02 09:00, zone: UTC}}\n", ("timeline.aware",)),
        ("timeline: {aware: {at: '2099-01-01T00:00:00Z', zone: UTC}}\n", ("future",)),
        ("claim: {stores: [{store: a, people_file: nowhere.txt}]}\n", ("nowhere.txt",)),
        ("claim: {stores: [{store: a, people_file: ../../etc/passwd}]}\n", ("people_file",)),
        ("\ufeff\x00", ("report.yaml",)),
    ],
)
def test_a_bad_report_is_refused_and_no_case_is_opened(
    forthwith: Command, shop: House, tmp_path: Path, text: str, words: tuple[str, ...]
) -> None:
    file = tmp_path / "report.yaml"
    file.write_text(text, encoding="utf-8")
    head = shop.shop.database.audit_head()
    refuses(forthwith.at(shop)("report", file, "--no-flow"), *words)
    assert shop.shop.database.audit_head() == head


@pytest.mark.parametrize("command", ["report", "triage", "alert"])
def test_a_file_that_is_not_there_is_named(
    forthwith: Command, shop: House, tmp_path: Path, command: str
) -> None:
    refuses(forthwith.at(shop)(command, tmp_path / "missing.yaml"), "missing.yaml")
    refuses(forthwith(command, tmp_path), str(tmp_path))


def test_a_report_without_file_or_questions_says_what_to_give(
    forthwith: Command, shop: House
) -> None:
    refuses(forthwith.at(shop)("report"), "--ask")


def test_six_answers_open_a_case(forthwith: Command, shop: House) -> None:
    answers = ["accessed", "orders, accounts", "3 days ago", "yesterday 22:10; 2 hours ago"]
    answers += ["unknown", "no, since 1 hour ago"]
    ended = forthwith.at(shop)("report", "--ask", "--no-flow", typed="\n".join(answers) + "\n")
    assert (ended.code, "opened" in ended.out) == (0, True)
    ref = ended.out.split("case ")[1].split()[0]
    for step in ("find-data", "size-scope"):
        assert forthwith("step", step, ref).code == 0
    assert show_case(shop.shop.database, ref).people_total > 100


def test_an_answer_that_cannot_be_read_opens_no_case(forthwith: Command, shop: House) -> None:
    answers = ["acessed", "", "", "", "", ""]
    ended = forthwith.at(shop)("report", "--ask", "--no-flow", typed="\n".join(answers) + "\n")
    assert ended.code == 2
    assert "accessed" in ended.err
    assert json.loads(forthwith("case", "list", "--json").out) == []


def test_an_amendment_shows_what_it_would_do_and_asks_first(
    forthwith: Command, drafted: House, tmp_path: Path
) -> None:
    drafted.approve(CASE, EU)
    file = write(tmp_path / "amended.yaml", demo_amendment(NOW))
    asked = forthwith.at(drafted)("report", file, "--amend", CASE, "--no-flow", typed="n\n")
    assert asked.code == 130
    assert f"voids: {EU} v1 loses its approval" in asked.out
    assert "people who are planned" in asked.out
    assert show_case(drafted.shop.database, CASE).state == "drafted"
    done = forthwith("report", file, "--amend", CASE, "--no-flow", "--yes")
    assert done.code == 0
    assert show_case(drafted.shop.database, CASE).state == "reported"
    refuses(forthwith("report", file, "--amend", "inc-1999-0001", "--no-flow", "--yes"), "1999")


def test_an_inventory_begins_empty_and_says_what_is_missing(
    forthwith: Command, shop: House, tmp_path: Path
) -> None:
    folder = tmp_path / "inventory"
    made = forthwith.at(shop)("init", folder)
    assert (made.code, str(folder) in made.out) == (0, True)
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    assert "organisation.yaml" in before
    checked = forthwith("inventory", "check", folder, "--json")
    assert checked.code == 2
    assert json.loads(checked.out) if checked.out else checked.err
    again = forthwith("init", folder)
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before
    refuses(again, "organisation.yaml")


def test_an_inventory_is_imported_whole_or_not_at_all(
    forthwith: Command, shop: House, tmp_path: Path
) -> None:
    import shutil

    before = shop.sql("SELECT COUNT(*) FROM person")
    folder = tmp_path / "inventory"
    shutil.copytree(shop.settings.inventory_folder, folder)
    with (folder / "people.csv").open("a", encoding="utf-8") as file:
        file.write("x-bad,Bad Day,2024-13-45,DE,,en,,account,\n")
    ended = forthwith.at(shop)("inventory", "import", folder)
    refuses(ended, "people.csv", "birth_date")
    assert "Bad Day" not in ended.err
    assert shop.sql("SELECT COUNT(*) FROM person") == before
    good = forthwith("inventory", "import")
    assert (good.code, "people" in good.out) == (0, True)
    assert shop.sql("SELECT COUNT(*) FROM person") == before


def approve(forthwith: Command, house: House, case: str, key: str, by: str) -> Ended:
    """Sign as a person does: statement, ssh-keygen's file, one line, approval."""
    shown = forthwith.at(house)("notice", "sign", case, key, "--by", by)
    assert "I approve that exactly this goes out." in shown.out
    path = Path(shown.out.split("Written to ")[1].split(". Read it")[0])
    signature = path.with_suffix(".sig")
    signature.write_text(sign(KEYS[by], path.read_bytes()), encoding="utf-8")
    lined = forthwith("notice", "sign", case, key, "--by", by, "--signature", signature)
    line = lined.out.strip().splitlines()[-1]
    return forthwith("notice", "approve", case, line, "--by", by)


def test_whoever_must_sign_does_so_on_the_command_line(forthwith: Command, drafted: House) -> None:
    first = approve(forthwith, drafted, CASE, EU, FIRST)
    assert (first.code, "1 to go" in first.out) == (0, True)
    second = approve(forthwith, drafted, CASE, EU, SECOND)
    assert (second.code, "1 to go, one as children" in second.out) == (0, True)
    third = approve(forthwith, drafted, CASE, EU, THIRD)
    assert (third.code, "is approved by" in third.out) == (0, True)
    assert drafted.sets(CASE)[EU].state == "approved"


def test_an_approver_rejects_a_set_with_a_reason(forthwith: Command, drafted: House) -> None:
    refuses(forthwith.at(drafted)("notice", "reject", CASE, EU, "--by", FIRST), "--reason")
    said = forthwith("notice", "reject", CASE, EU, "--by", SECOND, "--reason", "a wrong date")
    assert (said.code, "is rejected; the clocks keep running" in said.out) == (0, True)
    assert drafted.sets(CASE)[EU].state == "rejected"
    refuses(forthwith("notice", "reject", CASE, EU, "--by", SECOND, "--reason", "x"), "rejected")
    step = said.out.split("draft it anew: forthwith ")[1].split()
    assert forthwith(*step).code == 0
    assert drafted.sets(CASE)[EU].state == "drafted"


def test_a_bad_line_approves_nothing(forthwith: Command, drafted: House) -> None:
    refuses(forthwith.at(drafted)("notice", "approve", CASE, "x", "--by", FIRST), "repair")
    refuses(forthwith("notice", "approve", CASE, f"{EU}:AAAA", "--by", FIRST), "repair")
    refuses(forthwith("notice", "sign", CASE, "no-such-set", "--by", FIRST), "notice list")
    assert drafted.sets(CASE)[EU].signed_by == []


def test_words_are_approved_ahead_and_an_alert_uses_them(
    forthwith: Command, shop: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The owner is called: no relay listens there, and none is asked.
    monkeypatch.setenv("FORTHWITH_SMTP__HOST", "127.0.0.1")
    monkeypatch.setenv("FORTHWITH_SMTP__PORT", "1")
    key = "individuals-leaked-credential"
    made = forthwith.at(shop)("notice", "standing")
    assert (made.code, f"{key} v1" in made.out) == (0, True)
    for by in (FIRST, SECOND):
        assert approve(forthwith, shop, "standing", key, by).code == 0
    alert = {
        "format": "forthwith/alert/1",
        "source": "pastes",
        "alert_id": "1",
        "observed_at": "2026-03-02T09:30:00+08:00",
        "subjects": [{"email": "cal@home.example", "secret": "hunter2-blue"}],
    }
    file = tmp_path / "alert.json"
    file.write_text(json.dumps(alert), encoding="utf-8")
    taken = forthwith("alert", file, "--no-flow")
    assert taken.code == 0
    ref = taken.out.split()[1]
    for step in ("contain-account", "tell-owner", "send-deliveries"):
        assert forthwith("step", step, ref).code == 0, step
    assert "already known" in forthwith("alert", file, "--no-flow").out
    assert "hunter2-blue" not in taken.out + taken.err
    assert shop.sets(ref)[key].state == "finished"
    assert show_case(shop.shop.database, ref).people_in == {"listed": 1}
    done = forthwith("case", "done", ref, "reset-password", "x-call")
    assert (done.code, "is done" in done.out) == (0, True)
    refuses(forthwith("case", "done", ref, "no-such-measure", "x-call"), "no measure")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "x"}', '{"subjects": []}'])
def test_a_forged_alert_is_refused(
    forthwith: Command, shop: House, tmp_path: Path, text: str
) -> None:
    file = tmp_path / "alert.json"
    file.write_text(text, encoding="utf-8")
    refuses(forthwith.at(shop)("alert", file, "--no-flow"), "alert.json", "repair")


def test_counsel_answers_on_the_command_line(forthwith: Command, drafted: House) -> None:
    refuses(forthwith.at(drafted)("duties", CASE, "answer", BERLIN, "declined"), "--reason")
    said = ("duties", CASE, "answer", BERLIN, "done", "--by", SECOND)
    refuses(forthwith(*said), "--receipt")
    done = forthwith(*said, "--receipt", "LDI-77")
    assert (done.code, done.out) == (0, f"{CASE} {BERLIN}: done\n")
    refuses(forthwith("duties", CASE, "answer", "no-such", "accepted", "--by", "x"), "no duty")
    refuses(forthwith("duties", CASE, "explain", "no-such"), "no duty")
    assert forthwith("duties", CASE, "answer", BERLIN, "perhaps").code == 2


def test_a_hold_stops_a_send_until_somebody_resumes_it(
    forthwith: Command, drafted: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORTHWITH_SMTP__HOST", "127.0.0.1")
    for by in (FIRST, SECOND):
        assert approve(forthwith, drafted, CASE, "authority-eu-gdpr", by).code == 0
    assert forthwith("hold", CASE, "--reason", "wait").code == 0
    refuses(forthwith("step", "send-deliveries", CASE), "hold")
    assert forthwith("resume", CASE).code == 2
    assert forthwith("resume", CASE, "--by", FIRST).code == 0
    assert forthwith("step", "send-deliveries", CASE).code == 0
    assert drafted.sets(CASE)["authority-eu-gdpr"].state == "finished"
    refuses(forthwith("resume", CASE, "--by", FIRST), "not on hold")


def test_lists_are_written_and_their_outcomes_taken_in(
    forthwith: Command, drafted: House, tmp_path: Path
) -> None:
    drafted.approve(CASE, EU)
    drafted.send(CASE, EU)
    written = forthwith.at(drafted)("deliveries", CASE, "--lists")
    assert written.code == 0
    path = Path(written.out.split("list: ")[3].split("\n")[0])
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["person_id"] for row in rows} >= {"x-alone", "x-silent"}
    outcomes = tmp_path / "outcomes.csv"
    lines = [f"{row['task_id']},done_by_hand,decided" for row in rows]
    outcomes.write_text("task_id,outcome,reason\n" + "\n".join([*lines, "x,done_by_hand,"]))
    refuses(forthwith("deliveries", CASE, "--outcomes", outcomes), f"{outcomes}:", "task_id")
    outcomes.write_text("task_id,outcome,reason\n" + "\n".join([*lines, "999999,done_by_hand,"]))
    refuses(forthwith("deliveries", CASE, "--outcomes", outcomes), "999999")
    assert "done_by_hand" not in show_case(drafted.shop.database, CASE).people_in
    outcomes.write_text("task_id,outcome,reason\n" + "\n".join(lines))
    done = forthwith("deliveries", CASE, "--outcomes", outcomes)
    assert (done.code, f"{len(rows)} outcomes recorded" in done.out) == (0, True)


def test_a_case_with_something_open_is_not_closed(forthwith: Command, drafted: House) -> None:
    refuses(forthwith.at(drafted)("case", "close", CASE), BERLIN, "repair")
    refuses(forthwith("case", "show", "inc-1999-0001"), "case list")


def test_sending_without_a_relay_says_which_setting(forthwith: Command, drafted: House) -> None:
    drafted.approve(CASE, EU)
    refuses(forthwith.at(drafted)("step", "send-deliveries", CASE), "FORTHWITH_SMTP__HOST")
    assert show_case(drafted.shop.database, CASE).people_in["planned"] > 100


def test_an_unknown_step_or_command_names_those_there_are(
    forthwith: Command, drafted: House
) -> None:
    refuses(forthwith.at(drafted)("step", "send-everything", CASE), "find-data")
    assert forthwith("sned", CASE).code == 2


def test_risk_is_overruled_by_a_named_person(forthwith: Command, drafted: House) -> None:
    refuses(forthwith.at(drafted)("risk", CASE, "unlikely"), "person")
    refuses(forthwith("risk", CASE, "low", "--by", SECOND, "--reason", "r"), "unlikely")
    refuses(forthwith("risk", CASE, "harm=yes", "--by", SECOND, "--reason", "r"), "misuse")
    judged = forthwith("risk", CASE, "misuse=no", "--by", SECOND, "--reason", "came back unread")
    assert judged.code == 0
    shown = json.loads(forthwith("risk", CASE, "--json").out)
    assert shown["harms"]["misuse"]["override"]["by"] == SECOND
    assert "came back unread" in forthwith("risk", CASE).out
    done = forthwith("risk", CASE, "unlikely", "--by", SECOND, "--reason", "never readable")
    assert (done.code, "list-duties" in done.out) == (0, True)
    assert forthwith("step", "list-duties", CASE).code == 0
    states = {
        one["id"]: one["answer"] for one in json.loads(forthwith("duties", CASE, "--json").out)
    }
    assert states[BERLIN] == "withdrawn"


def test_an_announcement_is_proposed_with_numbers_and_rules(
    forthwith: Command, drafted: House
) -> None:
    drafted.approve(CASE, EU)
    drafted.send(CASE, EU)
    proposed = forthwith.at(drafted)("announcement", CASE)
    assert proposed.code == 0
    assert "no usable address" in proposed.out
    assert "allowed by:" in proposed.out
    assert forthwith("announcement", CASE, "draft").code == 0
    assert drafted.sets(CASE)["public-announcement"].state == "drafted"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("FORTHWITH_SMTP__PORT", "twenty-five"),
        ("FORTHWITH_NEEDED_APPROVALS", "1"),
        ("FORTHWITH_DATABASE_URL", "mysql://root@db/x"),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(
    forthwith: Command, drafted: House, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    ended = forthwith.at(drafted)("case", "list")
    refuses(ended, name)
    assert value not in ended.err or value == "1"


def test_answers_given_before_there_is_an_inventory_are_kept(tmp_path: Path) -> None:
    home = tmp_path / "new"
    run = subprocess.run(
        [str(Path(sys.executable).parent / "forthwith"), "report", "--ask"],
        input="accessed\norders\nyesterday\nyesterday\nphishing\nno\n",
        env={**os.environ, "FORTHWITH_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "It is recorded" in run.stdout
    assert "eu-gdpr/authority-initial" in run.stdout
    assert "may be" in run.stdout
    with sqlite3.connect(home / "forthwith.db") as database:
        assert database.execute("SELECT ref FROM breach_case").fetchall() != []


def test_approvers_are_shown_changed_by_two_and_changed_alone(
    forthwith: Command, drafted: House, tmp_path: Path
) -> None:
    shown = json.loads(forthwith.at(drafted)("approvers", "--json").out)
    assert [one["id"] for one in shown["approvers"]] == [FIRST, SECOND, THIRD]
    assert shown["waiting"] == []
    refuses(forthwith("approvers", "change"), "are the ones enrolled")
    file = drafted.settings.inventory_folder / "organisation.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('"children"', '"counsel"'))
    assert THIRD in forthwith("approvers").out
    asked = forthwith("approvers", "change")
    assert f"replace {THIRD} as children" in asked.out
    statement = Path(asked.out.split("Written to ")[1].split(". Two who")[0])
    given = []
    for name in (FIRST, SECOND):
        signature = tmp_path / f"{name}.sig"
        signature.write_text(sign(KEYS[name], statement.read_bytes()), encoding="utf-8")
        given += ["--signature", f"{name}={signature}"]
    refuses(forthwith("approvers", "change", *given[:2]), "1 of 2")
    refuses(forthwith("approvers", "change", "--signature", "x=nowhere"), "--signature")
    done = forthwith("approvers", "change", *given)
    assert (done.code, f"replace {THIRD}" in done.out) == (0, True)
    file.write_text(text)
    alone = forthwith("approvers", "break-glass", "--by", "dee", "--reason", "a test of the glass")
    assert (alone.code, "done alone: replace" in alone.out) == (0, True)
    assert "dee changed this alone" in forthwith("approvers").out
