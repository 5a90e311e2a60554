"""Each kind of returned mail is told, in the words and shapes that servers use."""

import base64
import json
import quopri

import pytest

from incidents.delivery.bounces import Bounce, Kind, read_bounce

HEAD = "From: Mail Delivery System <MAILER-DAEMON@mx.example>\nTo: sender@shop.example\n"
PLAIN = f"{HEAD}Subject: Undelivered Mail Returned to Sender\n\n"


def read(text: str, charset: str = "utf-8") -> Bounce:
    return read_bounce(text.encode(charset))


def report(*parts: tuple[str, str]) -> str:
    """Return a message of several parts, each a content type and a body."""
    pieces = "".join(f"--b1\nContent-Type: {kind}\n\n{body}\n" for kind, body in parts)
    return (
        f"{HEAD}Subject: Returned mail\nMIME-Version: 1.0\n"
        f'Content-Type: multipart/report; boundary="b1"\n\n{pieces}--b1--\n'
    )


def notification(fields: str) -> str:
    return report(
        ("text/plain", "It failed."),
        ("message/delivery-status", f"Reporting-MTA: dns; mx.example\n\n{fields}\n"),
        ("message/rfc822", "To: kim@home.example\nSubject: Hello\n\nHello"),
    )


def test_a_notification_gives_recipient_status_and_reason() -> None:
    found = read(
        notification(
            "Final-Recipient: rfc822; kim@home.example\nAction: failed\nStatus: 5.1.1\n"
            "Diagnostic-Code: smtp; 550 5.1.1 <kim@home.example>: User unknown"
        )
    )
    assert found.kind == Kind.BOUNCE
    assert found.recipients == ["kim@home.example"]
    assert (found.status, found.reason, found.permanent) == ("5.1.1", "userunknown", True)


def test_a_folded_diagnostic_is_read_whole() -> None:
    found = read(
        notification(
            "Final-Recipient: rfc822;\n kim@home.example\nAction: failed\nStatus: 5.0.0\n"
            "Diagnostic-Code: smtp; 552 5.2.2 The mailbox of this\n person is\n\tover quota"
        )
    )
    assert (found.recipients, found.reason) == (["kim@home.example"], "mailboxfull")
    assert (found.status, found.permanent) == ("5.2.2", False)


def test_several_recipients_keep_their_own_fates() -> None:
    found = read(
        notification(
            "Final-Recipient: rfc822; a@home.example\nAction: failed\nStatus: 5.1.2\n"
            "Diagnostic-Code: smtp; 550 Host unknown\n\n"
            "Final-Recipient: rfc822; b@home.example\nAction: failed\nStatus: 4.2.2\n"
            "Diagnostic-Code: smtp; 452 4.2.2 Mailbox full\n\n"
            "Final-Recipient: rfc822; c@home.example\nAction: delivered\nStatus: 2.1.5"
        )
    )
    assert [(one.recipient, one.reason, one.permanent) for one in found.each] == [
        ("a@home.example", "hostunknown", True),
        ("b@home.example", "mailboxfull", False),
    ]
    assert found.reason == "hostunknown"


def test_an_original_recipient_in_xtext_is_read_where_the_final_one_is_a_pipe() -> None:
    found = read(
        notification(
            "Original-Recipient: rfc822; kim+2Bnews+40home.example\n"
            "Final-Recipient: rfc822; |/usr/local/bin/sort\nAction: failed\nStatus: 5.3.0"
        )
    )
    assert found.recipients == ["kim+news@home.example"]


def test_a_delivered_report_is_no_bounce() -> None:
    found = read(
        notification(
            "Final-Recipient: rfc822; kim@home.example\nAction: relayed\nStatus: 2.1.5\n"
            "Diagnostic-Code: smtp; 250 2.1.5 Ok"
        )
    )
    assert (found.kind, found.reason) == (Kind.DELIVERED, "delivered")
    assert not found.permanent


def test_a_feedback_report_is_a_complaint() -> None:
    found = read(
        report(
            ("text/plain", "This is an abuse report."),
            (
                "message/feedback-report",
                (
                    "Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: <kim@home.example>\n"
                    "Original-Rcpt-To: lou@home.example"
                ),
            ),
            ("message/rfc822", "To: kim@home.example\n\nHello"),
        )
    )
    assert (found.kind, found.reason) == (Kind.COMPLAINT, "feedback")
    assert found.recipients == ["kim@home.example", "lou@home.example"]


@pytest.mark.parametrize(
    "header",
    [
        "Subject: Out of Office: Hello",
        "Subject: =?utf-8?B?6Ieq5YuV5b+c562U?=",
        "Subject: Re: Hello\nAuto-Submitted: auto-replied",
        "Subject: Abwesenheitsnotiz",
    ],
)
def test_an_automatic_answer_is_nobodys_failure(header: str) -> None:
    found = read(f"From: Kim <kim@home.example>\n{header}\n\nI am away. My mailbox is full.")
    assert (found.kind, found.reason) == (Kind.AUTO_REPLY, "vacation")
    assert found.recipients == ["kim@home.example"]


@pytest.mark.parametrize(
    "text",
    [
        "Thank you, I have changed my password.",
        "You wrote 'user unknown', what does it mean?",
        "",
    ],
)
def test_what_a_person_writes_is_other(text: str) -> None:
    found = read(f"From: Kim <kim@home.example>\nSubject: Re: Hello\n\n{text}")
    assert (found.kind, found.recipients, found.reason) == (Kind.OTHER, [], "")


@pytest.mark.parametrize(
    ("words", "reason", "permanent"),
    [
        ("host mx said: 550 5.1.1 No such user here (in reply to RCPT TO command)", None, True),
        (
            "host mx said: 552 5.2.2 Benutzerpostfach ist voll: Quota überschritten",
            "mailboxfull",
            0,
        ),
        ("Remote host said: 550 5.7.1 Empfänger unbekannt [RCPT_TO]", "userunknown", True),
        ("host mx said: 550 5.1.1 收件人不存在 (in reply to RCPT TO command)", "userunknown", True),
        ("host mx said: 550 メールボックスがいっぱいです", "mailboxfull", False),
        ("host mx said: 554 5.7.26 unauthenticated mail, DMARC policy", "authfailure", False),
        ("host mx said: 550 5.7.25 no PTR record for 192.0.2.1", "requireptr", False),
        ("host mx said: 554 5.7.1 Service unavailable; blocked using zen", "blocked", False),
        ("Host or domain name not found. Name service error: Host not found", "hostunknown", True),
        ("connect to mx.home.example[192.0.2.1]:25: No route to host", "networkerror", False),
        ("host mx said: 554 5.3.4 Message too big for system", "mesgtoobig", False),
        ("host mx said: 554 5.7.1 Relay access denied", "norelaying", False),
        ("host mx said: 550 5.7.1 Message rejected as spam", "spamdetected", False),
        ("host mx said: 550 This message contains a virus", "virusdetected", False),
        ("host mx said: 556 5.1.10 Domain does not accept mail (nullMX)", "notaccept", True),
        ("host mx said: 550 5.2.1 This account is disabled", "suspend", False),
        ("Could not be delivered for the last 5 days, giving up", "expired", False),
    ],
)
def test_free_text_gives_the_reason_of_its_reply(
    words: str, reason: str | None, permanent: bool
) -> None:
    found = read(f"{PLAIN}I could not deliver your message.\n\n<kim@home.example>: {words}\n")
    assert found.kind == Kind.BOUNCE
    assert found.recipients == ["kim@home.example"]
    assert found.reason == (reason or "userunknown")
    assert found.permanent == bool(permanent)


def test_free_text_keeps_the_words_of_each_recipient_apart() -> None:
    found = read(
        f"{PLAIN}I could not deliver your message.\n\n"
        "<a@home.example>:\n550 5.1.1 User unknown\n\n<b@home.example>:\n552 5.2.2 Mailbox full\n\n"
        "--- Below this line is a copy of the message.\n\nTo: c@home.example\n"
    )
    assert [(one.recipient, one.reason) for one in found.each] == [
        ("a@home.example", "userunknown"),
        ("b@home.example", "mailboxfull"),
    ]


def test_the_copy_of_the_message_says_nothing_about_the_reason() -> None:
    found = read(
        f"{PLAIN}<kim@home.example>: retry timeout exceeded\n\n"
        "------ This is a copy of the message, including all the headers. ------\n\n"
        "Subject: your mailbox is full\n"
    )
    assert found.reason == "expired"


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
@pytest.mark.parametrize("charset", ["utf-8", "iso-8859-1"])
def test_encoded_text_is_read(encoding: str, charset: str) -> None:
    words = "<kim@home.example>: 550 Die Adresse ist ungültig: Empfänger unbekannt [RCPT_TO]"
    raw = words.encode(charset)
    body = base64.encodebytes(raw) if encoding == "base64" else quopri.encodestring(raw)
    found = read(
        f"{HEAD}Subject: Undelivered Mail\nContent-Type: text/plain; charset={charset}\n"
        f"Content-Transfer-Encoding: {encoding}\n\n{body.decode()}"
    )
    assert (found.recipients, found.reason) == (["kim@home.example"], "userunknown")


def test_japanese_without_a_label_is_read() -> None:
    found = read(f"{PLAIN}<kim@home.example>: 宛先が存在しません [RCPT_TO]", "iso2022_jp")
    assert found.reason == "userunknown"


def test_a_page_without_plain_text_is_read() -> None:
    found = read(
        report(
            (
                "text/html",
                (
                    "<style>p { color: red }</style><p>&lt;kim@home.example&gt;:<br>"
                    "550 5.1.1 <b>User</b> unknown</p>"
                ),
            )
        )
    )
    assert (found.recipients, found.reason) == (["kim@home.example"], "userunknown")


def test_a_bounce_inside_other_parts_is_found() -> None:
    inner = (
        'Content-Type: multipart/alternative; boundary="b2"\n\n--b2\n\n'
        "<kim@home.example>: 550 5.1.1 User unknown\n--b2--"
    )
    text = (
        f'{HEAD}Subject: Returned\nContent-Type: multipart/mixed; boundary="b1"\n\n--b1\n{inner}\n'
    )
    assert read(text).reason == "userunknown"


def test_a_forwarded_bounce_is_read() -> None:
    inner = f"{PLAIN}<kim@home.example>: 550 5.1.1 User unknown\n"
    text = (
        "From: Kim <kim@home.example>\nSubject: Fwd: what is this\n"
        'Content-Type: multipart/mixed; boundary="b1"\n\n'
        f"--b1\n\nSee below.\n--b1\nContent-Type: message/rfc822\n\n{inner}\n--b1--\n"
    )
    assert (read(text).kind, read(text).reason) == (Kind.BOUNCE, "userunknown")


def test_a_notice_of_amazon_is_read() -> None:
    notice = {
        "notificationType": "Bounce",
        "bounce": {
            "bouncedRecipients": [
                {
                    "emailAddress": "kim@home.example",
                    "action": "failed",
                    "status": "5.1.1",
                    "diagnosticCode": "smtp; 550 5.1.1 user unknown",
                }
            ]
        },
    }
    found = read(f"From: no-reply@sns.example\nSubject: Notice\n\n{json.dumps(notice)}\n--\nBye")
    assert (found.kind, found.recipients) == (Kind.BOUNCE, ["kim@home.example"])
    assert (found.status, found.reason, found.permanent) == ("5.1.1", "userunknown", True)


def test_a_temporary_refusal_of_all_mail_does_not_stay() -> None:
    temporary = "Final-Recipient: rfc822; kim@home.example\nAction: failed\nStatus: 4.3.2"
    lasting = temporary.replace("4.3.2", "5.3.2")
    assert [read(notification(one)).permanent for one in (temporary, lasting)] == [False, True]
