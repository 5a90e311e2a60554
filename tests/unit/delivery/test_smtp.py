"""The pool tells, for each message, how far it came and what the relay said."""

import asyncio
import ssl
import time
from pathlib import Path

import pytest
from pydantic import ValidationError

from incidents.delivery.attempt import Answer, Envelope, Few, Stage
from incidents.delivery.channels.smtp import SmtpChannel, SmtpRoute
from incidents.delivery.channels.smtp_door import Timeouts
from incidents.delivery.retry import classify
from incidents.errors import DeliveryError
from incidents.models.states import DeliveryState
from tests.support.mailserver import Fault, MailServer, running_mailserver, until
from tests.support.sending import channel_to

D = DeliveryState
MESSAGE = b"Subject: hello\r\nMessage-ID: <1@shop.example>\r\n\r\na line with a dot.\r\nthe end\r\n"


def envelope(n: int, to: str = "") -> Envelope:
    return Envelope(n, "notice@shop.example", to or f"p{n}@people.example", MESSAGE)


async def carried(channel: SmtpChannel, envelopes: list[Envelope]) -> list[Answer]:
    feed = Few(envelopes)
    await channel.send(feed)
    return feed.answers


def through(server: MailServer, number: int = 1, **more: float) -> list[Answer]:
    channel = channel_to(server.port, connections=int(more.pop("connections", 1)), **more)  # type: ignore[arg-type]
    return asyncio.run(carried(channel, [envelope(n) for n in range(number)]))


def test_messages_share_a_few_connections_and_arrive_whole(tmp_path: Path) -> None:
    with running_mailserver(tmp_path) as server:
        answers = through(server, 30, connections=3)
        assert sorted(one.id for one in answers) == list(range(30))
        assert {(one.stage, one.code) for one in answers} == {(Stage.BODY, 250)}
        assert server.oracle.connections == 3
        assert {one.recipient for one in server.received()} == {
            f"p{n}@people.example" for n in range(30)
        }
        assert server.oracle.messages[0] == MESSAGE


@pytest.mark.parametrize(
    ("stage", "do", "state", "taken"),
    [
        ("mail", "451 4.3.0 later", D.DEFERRED, 0),
        ("mail", "drop", D.DEFERRED, 0),
        ("mail", "silence", D.DEFERRED, 0),
        ("mail", "junk", D.DEFERRED, 0),
        ("rcpt", "450 4.7.1 greylisted", D.DEFERRED, 0),
        ("rcpt", "550 5.1.1 nobody", D.REFUSED, 0),
        ("rcpt", "drop", D.DEFERRED, 0),
        ("rcpt", "silence", D.DEFERRED, 0),
        ("rcpt", "junk", D.DEFERRED, 0),
        ("data", "451 4.3.0 later", D.DEFERRED, 0),
        ("data", "554 5.7.1 no", D.REFUSED, 0),
        ("data", "drop", D.DEFERRED, 0),
        ("data", "silence", D.DEFERRED, 0),
        ("body", "drop", D.IN_DOUBT, 0),
        ("body", "silence", D.IN_DOUBT, 0),
        ("dot", "451 4.3.0 later", D.DEFERRED, 0),
        ("dot", "554 5.7.1 spam", D.REFUSED, 0),
        ("dot", "lose", D.IN_DOUBT, 0),
        ("dot", "drop", D.IN_DOUBT, 1),
        ("dot", "silence", D.IN_DOUBT, 1),
        ("dot", "junk", D.IN_DOUBT, 1),
    ],
)
@pytest.mark.parametrize("pipelining", [False, True])
def test_a_fault_at_a_stage_is_told_apart_from_one_after_the_body(
    tmp_path: Path, stage: str, do: str, state: DeliveryState, taken: int, pipelining: bool
) -> None:
    faults = [Fault(stage, do, match="p0@|notice@", times=1)]  # type: ignore[arg-type]
    with running_mailserver(tmp_path, faults, pipelining=pipelining) as server:
        answers = {one.id: one for one in through(server, 4, seconds=0.4)}
        # Those after it go out, over the same connection or a new one.
        assert [classify(answers[n]).state for n in (1, 2, 3)] == [D.HANDED_OVER] * 3
        assert classify(answers[0]).state == state
        to = [one.recipient for one in server.received()]
        assert to.count("p0@people.example") == taken
        assert sorted(set(to)) == to or len(to) == len(set(to))


@pytest.mark.parametrize("pipelining", [False, True])
@pytest.mark.parametrize(
    ("stage", "do", "reason"),
    [
        ("mail", "550 5.1.8 sender unknown", "sender-refused"),
        ("rcpt", "550 5.1.1 nobody", "unknown-user"),
        ("rcpt", "452 4.2.2 mailbox full", "mailbox-full"),
    ],
)
def test_the_first_refusal_is_kept_and_not_what_follows_from_it(
    tmp_path: Path, stage: str, do: str, reason: str, pipelining: bool
) -> None:
    with running_mailserver(tmp_path, [Fault(stage, do)], pipelining=pipelining) as server:  # type: ignore[arg-type]
        assert {classify(one).reason for one in through(server, 5)} == {reason}
        assert server.oracle.connections == 1
        assert server.received() == []


def test_a_relay_that_asks_for_a_text_after_all_gets_none(tmp_path: Path) -> None:
    faults = [Fault("rcpt", "550 5.1.1 nobody", match="p1@")]
    with running_mailserver(tmp_path, faults, pipelining=True, eager=True) as server:
        answers = {one.id: classify(one).reason for one in through(server, 4)}
        assert answers == {0: "", 1: "unknown-user", 2: "", 3: ""}
        assert [one.recipient for one in server.received()] == [
            "p0@people.example",
            "p2@people.example",
            "p3@people.example",
        ]


@pytest.mark.parametrize("pipelining", [False, True])
def test_a_text_that_may_not_begin_any_more_stays_here(tmp_path: Path, pipelining: bool) -> None:
    class Held(Few):
        def begins(self, number: int) -> bool:
            return number != 1

    with running_mailserver(tmp_path, pipelining=pipelining) as server:
        feed = Held([envelope(n) for n in range(4)])
        asyncio.run(channel_to(server.port, connections=1).send(feed))
        said = {one.id: classify(one) for one in feed.answers}
        assert said[1] == (D.PLANNED, "not-attempted")
        assert {said[n].state for n in (0, 2, 3)} == {D.HANDED_OVER}
        assert "p1@people.example" not in {one.recipient for one in server.received()}


def test_pipelined_messages_share_their_writes(tmp_path: Path) -> None:
    with running_mailserver(tmp_path, pipelining=True) as server:
        answers = through(server, 60, connections=3)
        assert {(one.stage, one.code) for one in answers} == {(Stage.BODY, 250)}
        assert len({one.recipient for one in server.received()}) == 60
        assert server.oracle.commands_in_one_read >= 3


def test_a_reply_in_single_letters_or_many_lines_is_read(tmp_path: Path) -> None:
    with running_mailserver(tmp_path, pipelining=True, drip=True) as server:
        assert [one.code for one in through(server, 3)] == [250] * 3


def test_a_relay_that_never_ends_a_reply_is_left(tmp_path: Path) -> None:
    with running_mailserver(tmp_path, [Fault("rcpt", "endless", match="p0@", times=1)]) as server:
        answers = {one.id: classify(one) for one in through(server, 2, seconds=1.0)}
        assert answers[0] == (D.DEFERRED, "reply-unclear")
        assert answers[1].state is D.HANDED_OVER


def test_a_connection_that_went_stale_is_replaced_and_the_message_still_goes(
    tmp_path: Path,
) -> None:
    with running_mailserver(tmp_path) as server:

        class Closing(Few):
            def tell(self, answer: Answer) -> None:
                super().tell(answer)
                server.oracle.faults.append(Fault("mail", "421 4.3.2 closing", times=1))

        feed = Closing([envelope(0), envelope(1)])
        asyncio.run(channel_to(server.port, connections=1).send(feed))
        assert [one.code for one in feed.answers] == [250, 250]
        assert server.oracle.connections == 2


@pytest.mark.parametrize("do", ["421 4.3.2 busy", "drop", "silence", "junk"])
def test_a_relay_that_is_away_is_an_error_and_nothing_is_taken(tmp_path: Path, do: str) -> None:
    with running_mailserver(tmp_path, [Fault("banner", do)]) as server:
        feed = Few([envelope(0)])
        channel = channel_to(server.port, seconds=0.3)
        with pytest.raises(DeliveryError, match="relay"):
            asyncio.run(channel.send(feed))
        assert feed.take() == envelope(0)


def test_a_closed_port_is_an_error_that_says_what_to_check() -> None:
    with pytest.raises(DeliveryError, match="FORTHWITH_SMTP__HOST"):
        asyncio.run(carried(channel_to(1), [envelope(0)]))


def test_a_busy_moment_at_the_start_is_waited_for(tmp_path: Path) -> None:
    with running_mailserver(tmp_path, [Fault("banner", "421 4.3.2 busy", times=1)]) as server:
        assert [one.code for one in through(server)] == [250]


def test_fewer_connections_than_wished_are_enough(tmp_path: Path) -> None:
    with running_mailserver(tmp_path, [Fault("banner", "421 4.7.0 too many", skip=1)]) as server:
        assert [one.code for one in through(server, 20, connections=4)] == [250] * 20


def test_an_address_that_a_client_would_cut_never_reaches_the_wire(tmp_path: Path) -> None:
    with running_mailserver(tmp_path) as server:
        evil = "p0@people.example>\r\nRCPT TO:<evil@people.example"
        answers = asyncio.run(carried(channel_to(server.port), [envelope(0, evil), envelope(1)]))
        said = {one.id: classify(one) for one in answers}
        assert said[0] == (D.REFUSED, "bad-address")
        assert [one.recipient for one in server.received()] == ["p1@people.example"]


@pytest.mark.parametrize(
    ("offered", "expected"), [(False, (D.REFUSED, "no-smtputf8")), (True, (D.HANDED_OVER, ""))]
)
def test_an_address_in_another_script_needs_a_relay_that_takes_it(
    tmp_path: Path, offered: bool, expected: tuple[DeliveryState, str]
) -> None:
    with running_mailserver(tmp_path, smtputf8=offered) as server:
        one = envelope(0, "王@people.example")
        answers = asyncio.run(carried(channel_to(server.port), [one]))
        assert classify(answers[0]) == expected


def secured(
    server: MailServer, security: str, *, login: tuple[str, str] = ("", ""), trust: bool = True
) -> SmtpChannel:
    route = SmtpRoute(
        host="localhost",
        port=server.port,
        security=security,
        username=login[0],
        password=login[1],
        helo="me.example",
        connections=3,
    )
    context = ssl.create_default_context()
    if trust and server.certificate:
        context.load_verify_locations(server.certificate)
    return SmtpChannel(route, timeouts=Timeouts(*[5.0] * 5), tls=context, pauses=(0.05, 0.05))


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_secured_relay_with_a_login_takes_messages(tmp_path: Path, security: str) -> None:
    login = ("shop", "s3cret-word")
    with running_mailserver(tmp_path, security=security, login=login) as server:  # type: ignore[arg-type]
        channel = secured(server, security, login=login)
        answers = asyncio.run(carried(channel, [envelope(n) for n in range(5)]))
        assert [one.code for one in answers] == [250] * 5


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_an_unknown_authority_stops_the_route(tmp_path: Path, security: str) -> None:
    with running_mailserver(tmp_path, security=security) as server:  # type: ignore[arg-type]
        channel = secured(server, security, trust=False)
        with pytest.raises(DeliveryError, match="certificate"):
            asyncio.run(carried(channel, [envelope(0)]))
        assert server.received() == []


def test_a_relay_without_starttls_gets_nothing_in_the_clear(tmp_path: Path) -> None:
    with running_mailserver(tmp_path) as server:
        with pytest.raises(DeliveryError, match="no STARTTLS"):
            asyncio.run(carried(secured(server, "starttls"), [envelope(0)]))
        assert server.received() == []


def test_a_wrong_password_stops_the_route_after_one_try_and_is_never_shown(tmp_path: Path) -> None:
    with running_mailserver(tmp_path, security="tls", login=("shop", "right")) as server:
        channel = secured(server, "tls", login=("shop", "wr0ng-secret"))
        with pytest.raises(DeliveryError) as caught:
            asyncio.run(carried(channel, [envelope(0)]))
        assert "AUTH with 535" in str(caught.value)
        assert server.oracle.logins == 1
        shown = f"{caught.value!r}{caught.value}{channel.route!r}{channel.route.model_dump_json()}"
        assert "wr0ng-secret" not in shown


def test_a_login_that_fails_for_now_is_tried_three_times_at_most(tmp_path: Path) -> None:
    faults = [Fault("auth", "454 4.7.0 not now")]
    login = ("shop", "right")
    with running_mailserver(tmp_path, faults, security="tls", login=login) as server:
        with pytest.raises(DeliveryError, match="AUTH"):
            asyncio.run(carried(secured(server, "tls", login=login), [envelope(0)]))
        assert server.oracle.logins == 3


def test_plain_connections_are_for_this_machine_only() -> None:
    with pytest.raises(ValidationError, match="this machine"):
        SmtpRoute(host="relay.shop.example", security="none")
    assert SmtpRoute(host="127.0.0.1", security="none").where == "127.0.0.1:587"


def test_the_limits_are_those_of_the_standard_unless_the_route_says_otherwise() -> None:
    assert SmtpChannel(SmtpRoute(host="localhost", security="none")).timeouts.final == 600
    short = SmtpChannel(SmtpRoute(host="localhost", security="none", timeout=7))
    assert set(short.timeouts) == {7}


def test_cancelling_tells_what_became_of_the_message_on_the_wire(tmp_path: Path) -> None:
    with running_mailserver(tmp_path, [Fault("dot", "silence")]) as server:

        async def run() -> list[Answer]:
            class Waiting(Few):
                async def more(self) -> bool:
                    return await super().more() or await asyncio.sleep(60, False)

            feed = Waiting([envelope(0)])
            task = asyncio.create_task(channel_to(server.port, connections=2).send(feed))
            await until(server.received)
            task.cancel()
            began = time.monotonic()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert time.monotonic() - began < 4
            return feed.answers

        answers = asyncio.run(run())
        assert [classify(one).state for one in answers] == [D.IN_DOUBT]
