"""Mail that came back opens the next channel of those it did not reach, and does nothing else."""

from email.message import EmailMessage

import pytest

from incidents.steps.take_bounces import take_bounces
from tests.steps.shop_case import CASE, CN, EU, House

REPORT = """\
Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; {to}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {words}
"""


def report(
    to: str,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    words: str = "550 5.1.1 user unknown",
    header: str = "To",
) -> tuple[str, bytes]:
    """Return a delivery report as a relay sends it to a return path."""
    head = EmailMessage()
    head["From"] = "MAILER-DAEMON@relay.example"
    head[header] = f"<{to}>"
    head["Subject"] = "Undelivered Mail Returned to Sender"
    text = REPORT.format(to="ada@people.example", action=action, status=status, words=words)
    raw = head.as_bytes().rstrip(b"\n") + (
        b"\nMIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status;"
        b' boundary="b"\n\n--b\nContent-Type: text/plain\n\nSorry.\n\n--b\n'
        b"Content-Type: message/delivery-status\n\n" + text.encode() + b"\n--b--\n"
    )
    return "report.eml", raw


@pytest.fixture
def sent(drafted: House) -> House:
    drafted.approve(CASE, EU)
    drafted.send(CASE, EU)
    return drafted


def path_of(house: House, person: str) -> str:
    (row,) = house.sql(
        "SELECT id FROM delivery WHERE person_id = :p AND channel = 'email' AND set_key = :s",
        p=person,
        s=EU,
    )
    return house.shop.ring.return_path("notice", row[0], "notices.lanque.example")


def state_of(house: House, person: str) -> dict[str, tuple[str, str]]:
    rows = house.sql(
        "SELECT channel, state, reason FROM delivery WHERE person_id = :p AND set_key = :s",
        p=person,
        s=EU,
    )
    return {channel: (state, reason) for channel, state, reason in rows}


def test_a_bounce_days_later_opens_the_next_channel_once(sent: House) -> None:
    assert state_of(sent, "x-call")["email"][0] == "handed_over"
    mail = [report(path_of(sent, "x-call"))]
    first = take_bounces(sent.shop.database, sent.shop.ring, mail, actor="desk")
    assert first.bounced == {"userunknown": 1}
    assert first.opened == 1
    now = state_of(sent, "x-call")
    assert now["email"] == ("bounced", "bounced-userunknown")
    assert sum(state in {"listed", "planned"} for state, _ in now.values()) == 1
    again = take_bounces(sent.shop.database, sent.shop.ring, mail, actor="desk")
    assert (again.known, again.bounced, again.opened) == (1, {}, 0)
    assert state_of(sent, "x-call") == now


@pytest.mark.parametrize("header", ["Delivered-To", "X-Original-To", "Envelope-To", "To"])
def test_the_return_path_is_found_where_servers_put_it(sent: House, header: str) -> None:
    path = path_of(sent, "x-mail")
    mail = [report(path.upper() if header == "To" else path, header=header)]
    assert take_bounces(sent.shop.database, sent.shop.ring, mail, actor="desk").bounced


@pytest.mark.parametrize(
    "forged",
    [
        "notice+1-aaaaaaaaaaaaaaaa@notices.lanque.example",
        "notice@notices.lanque.example",
        "ada@people.example",
        "notice+999999999999999999-aaaaaaaaaaaaaaaa@notices.lanque.example",
    ],
)
def test_a_forged_report_changes_nothing(sent: House, forged: str) -> None:
    before = sent.sql("SELECT id, state FROM delivery ORDER BY id")
    taken = take_bounces(sent.shop.database, sent.shop.ring, [report(forged)], actor="desk")
    assert taken.not_ours == 1
    assert sent.sql("SELECT id, state FROM delivery ORDER BY id") == before


def test_a_server_that_still_tries_and_other_mail_change_nothing(sent: House) -> None:
    path = path_of(sent, "x-mail")
    delayed = report(path, action="delayed", status="4.4.1", words="451 4.4.1 no answer")
    away = EmailMessage()
    away["From"], away["To"], away["Subject"] = "mia@home.example", path, "Out of office"
    away["Auto-Submitted"] = "auto-replied"
    away.set_content("Back on Monday.")
    arrived = report(path, action="delivered", status="2.0.0", words="250 ok")
    mail = [delayed, ("away.eml", away.as_bytes()), arrived]
    taken = take_bounces(sent.shop.database, sent.shop.ring, mail, actor="desk")
    assert taken.waiting == 1
    assert taken.other == {"auto-reply": 1, "delivered": 1}
    assert state_of(sent, "x-mail")["email"][0] == "handed_over"


def test_a_message_that_never_went_out_cannot_come_back(drafted: House) -> None:
    mail = [report(path_of(drafted, "x-mail"))]
    taken = take_bounces(drafted.shop.database, drafted.shop.ring, mail, actor="desk")
    assert (taken.not_ours, taken.bounced) == (1, {})
    assert CN in drafted.sets(CASE)


def test_the_chain_names_no_address(sent: House) -> None:
    mail = [report(path_of(sent, "x-call"))]
    take_bounces(sent.shop.database, sent.shop.ring, mail, actor="desk")
    entry = [row for row in sent.shop.database.audit_rows() if row.action == "deliveries.bounced"]
    assert len(entry) == 1
    assert "@" not in entry[0].body
