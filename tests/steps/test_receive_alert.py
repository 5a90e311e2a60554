"""A leaked login: one case, no secret kept, its owner told by any way but the leaked one."""

import json
from datetime import timedelta
from email import message_from_bytes, policy
from typing import Any

import pytest

from incidents.errors import ApprovalError
from incidents.intake.leak_alert import InvalidAlertError
from incidents.models.states import DeliveryState
from incidents.steps.approve_notices import sign_set, statement
from incidents.steps.close_case import CaseNotReadyError, close_case
from incidents.steps.contain_account import confirm_measure, contain_account
from incidents.steps.list_tasks import list_tasks
from incidents.steps.receive_alert import MANY, Received, receive_alert
from incidents.steps.record_outcomes import record_outcomes
from incidents.steps.send_set import release
from incidents.steps.show_case import all_cases, show_case
from incidents.steps.signing_needs import STANDING
from incidents.steps.standing_approval import LEAKED, draft_standing
from incidents.steps.tell_owner import plan_owner_notice
from incidents.steps.watch_deadlines import find_alarms
from tests.steps.shop_case import CASE, FIRST, SECOND, House

SECRET = "hunter2-Ω-blue"
TOKEN = "sessiontoken-in-an-address"


def an_alert(*emails: str, **fields: Any) -> bytes:
    subjects = [{"email": one, "secret": SECRET, "secret_kind": "password"} for one in emails]
    return json.dumps(
        {
            "format": "forthwith/alert/1",
            "source": "pastes",
            "alert_id": "8841",
            "observed_at": "2026-03-02T09:30:00+08:00",
            "found_at_url": f"https://paste.example/x?t={TOKEN}",
            "subjects": subjects,
        }
        | fields
    ).encode()


def receive(house: House, raw: bytes) -> Received:
    return receive_alert(
        house.shop.database, house.shop.ring, raw, where="alert.json", actor="desk"
    )


def approve_words_ahead(house: House) -> None:
    draft_standing(
        house.shop.database,
        house.shop.words,
        house.shop.inventory.inventory,
        settings=house.settings,
    )
    for by in (FIRST, SECOND):
        house.sign(STANDING, LEAKED, by)


def plan(house: House, ref: str) -> str:
    contain_account(house.shop.database, ref, actor="desk")
    return plan_owner_notice(
        house.shop.database,
        ref,
        house.shop.words,
        house.shop.ring,
        house.shop.inventory.inventory,
        settings=house.settings,
    )


def addresses(house: House, ref: str) -> dict[str, str]:
    rows = house.sql(
        "SELECT channel, address FROM delivery WHERE case_ref = :ref ORDER BY rank", ref=ref
    )
    return dict(tuple(row) for row in rows)


def test_one_login_makes_one_case_and_the_same_alert_again_none(shop: House) -> None:
    first = receive(shop, an_alert("mia@home.example"))
    assert (first.opened, first.repeated, first.unmatched) == ([CASE], [], 0)
    again = receive(shop, an_alert(" MIA@home.example "))
    assert (again.opened, again.repeated) == ([], [CASE])
    assert len(all_cases(shop.shop.database)) == 1
    assert "already known" in again.lines()[0]


def test_the_same_alert_is_known_again_after_the_key_was_renewed(shop: House) -> None:
    receive(shop, an_alert("mia@home.example"))
    shop.shop.ring.rotate("fingerprint", shop.clock)
    assert receive(shop, an_alert("mia@home.example")).repeated == [CASE]


def test_no_secret_and_no_token_stays_anywhere(shop: House) -> None:
    approve_words_ahead(shop)
    raw = an_alert("mia@home.example", "nobody@elsewhere.example")
    [ref] = receive(shop, raw).opened
    plan(shop, ref)
    receive(shop, raw)
    with pytest.raises(InvalidAlertError) as refusal:
        receive(shop, raw.replace(b'"source"', b'"' + SECRET.encode() + b'"'))
    shop.shop.database.engine.dispose()
    kept = shop.bytes_on_disk()
    assert ref.encode() in kept
    for secret in (SECRET.encode(), json.dumps(SECRET).encode()[1:-1], TOKEN.encode()):
        assert secret not in kept
    assert b"nobody@elsewhere.example" not in kept
    assert SECRET not in str(refusal.value)


def test_a_login_of_nobody_here_opens_no_case_and_says_so(shop: House) -> None:
    received = receive(shop, an_alert("nobody@elsewhere.example"))
    assert (received.opened, received.unmatched) == ([], 1)
    assert "nobody's here" in received.lines()[0]
    assert all_cases(shop.shop.database) == []


def test_a_mailbox_is_found_however_its_domain_is_written(shop: House) -> None:
    [(value,)] = shop.sql(
        "SELECT value FROM contact WHERE value LIKE :like LIMIT 1", like="%@bücher.example"
    )
    ascii_form = value.replace("bücher", "xn--bcher-kva")
    assert len(receive(shop, an_alert(ascii_form)).opened) == 1


def test_without_words_approved_ahead_nothing_is_sent(shop: House) -> None:
    [ref] = receive(shop, an_alert("cal@home.example")).opened
    assert plan(shop, ref) == "call"
    with pytest.raises(ApprovalError, match="is drafted"):
        shop.send(ref, LEAKED)
    assert list_tasks(shop.shop.database, ref, shop.shop.ring).calls == []
    shop.approve(ref, LEAKED)
    shop.send(ref, LEAKED)
    assert len(list_tasks(shop.shop.database, ref, shop.shop.ring).calls) == 1


def test_words_need_two_signatures_to_be_approved_ahead(shop: House) -> None:
    draft_standing(
        shop.shop.database, shop.shop.words, shop.shop.inventory.inventory, settings=shop.settings
    )
    shop.sign(STANDING, LEAKED, FIRST)
    [ref] = receive(shop, an_alert("cal@home.example")).opened
    plan(shop, ref)
    assert shop.sets(ref)[LEAKED].state == "drafted"


def test_the_owner_is_called_and_never_written_to_in_the_leaked_mailbox(shop: House) -> None:
    approve_words_ahead(shop)
    [ref] = receive(shop, an_alert("cal@home.example")).opened
    assert plan(shop, ref) == "call"
    assert addresses(shop, ref) == {
        "call": "+49 30 000 0001",
        "letter": "Musterweg 1, 10115 Berlin",
    }
    shop.send(ref, LEAKED)
    assert shop.mails() == {}
    [call] = list_tasks(shop.shop.database, ref, shop.shop.ring).calls
    assert (call.name, call.phone) == ("Cal Caller", "+49 30 000 0001")
    assert "Lanque" in call.script
    assert "⟦" not in call.script


def test_the_leaked_mailbox_is_known_after_the_key_was_renewed(shop: House) -> None:
    approve_words_ahead(shop)
    shop.shop.ring.rotate("fingerprint", shop.clock)
    [ref] = receive(shop, an_alert("mia@home.example")).opened
    assert plan(shop, ref) == "hand"
    assert "mia@home.example" not in addresses(shop, ref).values()


def test_another_mailbox_of_the_owner_may_be_used(shop: House) -> None:
    approve_words_ahead(shop)
    shop.sql(
        "INSERT INTO contact (person_id, kind, value, quality, rank, lookup) "
        "VALUES ('x-mail', 'email', 'mia.other@home.example', 'good', 1, '')"
    )
    [ref] = receive(shop, an_alert("mia@home.example")).opened
    assert plan(shop, ref) == "email"
    shop.send(ref, LEAKED)
    [message] = [message_from_bytes(one, policy=policy.default) for one in shop.mails().values()]
    assert "mia.other@home.example" in str(message["To"])
    assert SECRET not in message.as_string()


def test_an_owner_without_a_safe_way_goes_on_the_hand_list(shop: House) -> None:
    approve_words_ahead(shop)
    [ref] = receive(shop, an_alert("mia@home.example")).opened
    assert plan(shop, ref) == "hand"
    shop.send(ref, LEAKED)
    [task] = list_tasks(shop.shop.database, ref, shop.shop.ring).hand
    assert (task.person_id, task.why) == ("x-mail", "no-safe-channel")


def test_a_letter_goes_where_there_is_no_telephone(shop: House) -> None:
    approve_words_ahead(shop)
    [ref] = receive(shop, an_alert("leo@home.example")).opened
    assert plan(shop, ref) == "letter"
    shop.send(ref, LEAKED)
    [letter] = list_tasks(shop.shop.database, ref, shop.shop.ring).letters
    assert letter.address == "Musterweg 2, 10115 Berlin"
    assert any("\u4e00" <= char <= "\u9fff" for char in letter.text), "he reads Chinese"


def test_a_login_that_fits_two_people_waits_on_the_hand_list_for_a_person(shop: House) -> None:
    approve_words_ahead(shop)
    received = receive(shop, an_alert("pair@home.example"))
    assert (received.opened, received.undecided, received.unmatched) == ([CASE], [CASE], 0)
    assert "a person decides" in received.lines()[0]
    assert plan(shop, CASE) == "hand"
    shop.send(CASE, LEAKED)
    assert shop.mails() == {}
    tasks = list_tasks(shop.shop.database, CASE, shop.shop.ring)
    assert {(one.person_id, one.why) for one in tasks.hand} == {
        ("x-pair-1", "owner-unclear"),
        ("x-pair-2", "owner-unclear"),
    }
    assert (tasks.calls, tasks.letters) == ([], [])
    measures = show_case(shop.shop.database, CASE).containment
    assert measures == {
        f"{measure} {person}": "asked"
        for person in ("x-pair-1", "x-pair-2")
        for measure in ("reset-password", "end-sessions")
    }
    with pytest.raises(CaseNotReadyError):
        close_case(shop.shop.database, CASE, actor=FIRST)
    outcomes = [(one.id, DeliveryState.DONE_BY_HAND, "decided") for one in tasks.hand]
    record_outcomes(shop.shop.database, CASE, outcomes, actor="desk")
    for words in measures:
        measure, _, person = words.partition(" ")
        confirm_measure(shop.shop.database, CASE, measure, person, actor="security")
    close_case(shop.shop.database, CASE, actor=FIRST)
    assert receive(shop, an_alert("pair@home.example")).repeated == [CASE]


def test_measures_are_asked_for_and_the_case_stays_open_until_they_are_done(shop: House) -> None:
    approve_words_ahead(shop)
    [ref] = receive(shop, an_alert("cal@home.example")).opened
    plan(shop, ref)
    shop.send(ref, LEAKED)
    [call] = list_tasks(shop.shop.database, ref, shop.shop.ring).calls
    record_outcomes(
        shop.shop.database, ref, [(call.id, DeliveryState.DONE_BY_HAND, "told")], actor="desk"
    )
    with pytest.raises(CaseNotReadyError, match="reset-password x-call is asked"):
        close_case(shop.shop.database, ref, actor=FIRST)
    for measure in ("reset-password", "end-sessions"):
        confirm_measure(shop.shop.database, ref, measure, "x-call", actor="security")
    close_case(shop.shop.database, ref, actor=FIRST)


def test_planning_twice_changes_nothing(shop: House) -> None:
    approve_words_ahead(shop)
    [ref] = receive(shop, an_alert("cal@home.example")).opened
    assert plan(shop, ref) == "call"
    before = (addresses(shop, ref), shop.sets(ref))
    assert plan(shop, ref) == "call"
    assert (addresses(shop, ref), shop.sets(ref)) == before


def test_words_changed_after_they_were_approved_ahead_are_not_used(shop: House) -> None:
    approve_words_ahead(shop)
    [ref] = receive(shop, an_alert("cal@home.example")).opened
    plan(shop, ref)
    shop.sql(
        "UPDATE notice_set SET body = replace(body, 'password', 'passw0rd') WHERE case_ref = :ref",
        ref=ref,
    )
    with pytest.raises(ApprovalError, match="not what was"):
        shop.send(ref, LEAKED)
    assert list_tasks(shop.shop.database, ref, shop.shop.ring).calls == []


def test_words_approved_ahead_expire_and_then_each_notice_waits_for_signatures(
    shop: House,
) -> None:
    approve_words_ahead(shop)
    [before] = receive(shop, an_alert("leo@home.example")).opened
    plan(shop, before)
    shop.clock.advance(timedelta(days=shop.settings.standing_days, minutes=1))
    [after] = receive(shop, an_alert("cal@home.example", alert_id="later")).opened
    plan(shop, after)
    assert shop.sets(after)[LEAKED].state == "drafted"
    # What was planned while they were good is not sent on signatures that are not good any more.
    with pytest.raises(ApprovalError, match="approval has expired"):
        release(shop.shop.database, before, LEAKED, settings=shop.settings)


def test_the_watch_says_when_words_approved_ahead_end(shop: House) -> None:
    approve_words_ahead(shop)

    def told() -> list[str]:
        seen = find_alarms(shop.shop.database, settings=shop.settings)
        return [one.text for one in seen.alarms if "approved ahead" in one.text]

    assert told() == []
    shop.clock.advance(timedelta(days=shop.settings.standing_days - 7, minutes=1))
    assert "may be used until" in told()[0]
    shop.clock.advance(timedelta(days=7))
    assert "have not been good since" in told()[0]
    for by in (FIRST, SECOND):
        shop.sign(STANDING, LEAKED, by)
    assert told() == []


def test_only_so_many_people_a_day_are_told_in_words_approved_ahead(shop: House) -> None:
    approve_words_ahead(shop)
    few = shop.settings.model_copy(update={"standing_people_a_day": 1})
    [first] = receive(shop, an_alert("leo@home.example")).opened
    [second] = receive(shop, an_alert("cal@home.example", alert_id="second")).opened
    for ref in (first, second):
        plan(shop, ref)
    release(shop.shop.database, first, LEAKED, settings=few)
    with pytest.raises(ApprovalError, match="1 people in 24 hours"):
        release(shop.shop.database, second, LEAKED, settings=few)
    shop.sign(second, LEAKED, FIRST)
    shop.sign(second, LEAKED, SECOND)
    release(shop.shop.database, second, LEAKED, settings=few)
    assert shop.sets(second)[LEAKED].state == "released"
    # A day later the next may be told so again; what people signed themselves does not count.
    shop.clock.advance(timedelta(days=1, minutes=1))
    [third] = receive(shop, an_alert("mia@home.example", alert_id="third")).opened
    plan(shop, third)
    release(shop.shop.database, third, LEAKED, settings=few)


def test_a_standing_signature_is_for_the_standing_words_only(shop: House) -> None:
    approve_words_ahead(shop)
    [ref] = receive(shop, an_alert("cal@home.example")).opened
    plan(shop, ref)
    line = shop.line(STANDING, LEAKED, FIRST)
    assert statement(shop.shop.database, ref, LEAKED) != statement(
        shop.shop.database, STANDING, LEAKED
    )
    with pytest.raises(ApprovalError):
        sign_set(shop.shop.database, ref, LEAKED, by=FIRST, line=line, settings=shop.settings)


@pytest.mark.parametrize(("number", "proposes"), [(MANY - 1, False), (MANY, True)])
def test_many_of_our_people_in_one_alert_propose_a_case_of_our_own(
    shop: House, number: int, proposes: bool
) -> None:
    rows = shop.sql(
        "SELECT value FROM contact WHERE kind = 'email' AND person_id LIKE 'c%' LIMIT :n", n=number
    )
    received = receive(shop, an_alert(*(value for (value,) in rows)))
    assert (len(received.opened), received.proposes_breach) == (number, proposes)
    assert any("breach of our own" in line for line in received.lines()) is proposes


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"format": "forthwith/alert/2"}',
        an_alert(),
        an_alert("a@b.example", alert_id="x\r\nX-Evil: 1"),
        an_alert("a@b.example", observed_at="yesterday"),
        an_alert("a@b.example", extra=SECRET),
        an_alert("a@b.example", found_at_url="javascript:alert(1)"),
        an_alert("a@b.example\r\nBcc: all@home.example"),
        b"[" * 100_000,
    ],
)
def test_a_forged_shape_is_refused_and_nothing_is_stored(shop: House, raw: bytes) -> None:
    links = shop.shop.database.audit_head()
    with pytest.raises(InvalidAlertError) as refusal:
        receive(shop, raw)
    assert refusal.value.where.startswith("alert.json")
    assert refusal.value.repair
    assert SECRET not in str(refusal.value)
    assert shop.shop.database.audit_head() == links
