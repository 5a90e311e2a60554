"""A case with one released set and invented people, straight in the ledger; and how to send it."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from incidents.clock import Clock, SystemClock
from incidents.delivery.channels.smtp import SmtpChannel, SmtpRoute
from incidents.delivery.channels.smtp_door import Timeouts
from incidents.delivery.compose import Cut, MailPlan, message_id
from incidents.delivery.headers import Mailbox
from incidents.delivery.orders import Composed
from incidents.delivery.sources.process import is_dead, this_process
from incidents.models.approval import Sealed
from incidents.models.notice import NoticeSet
from incidents.models.states import DeliveryState, SetState
from incidents.models.tables import DeliveryRow
from incidents.steps.send_deliveries import SendReport, send_deliveries
from incidents.store import cases, notices, senders
from incidents.store.deliveries import Outgoing
from incidents.store.engine import open_engine
from incidents.store.unit_of_work import Database, UnitOfWork

SET = "individuals-eu-gdpr"
SENDER = Mailbox("Example Shop", "notice@shop.example")


def mac(data: bytes) -> str:
    return hmac.new(b"a test key", data, hashlib.sha256).hexdigest()


def open_database(path: Path, clock: Clock | None = None) -> Database:
    return database_at(f"sqlite:///{path}", clock)


def database_at(url: str, clock: Clock | None = None) -> Database:
    database = Database(open_engine(url), clock or SystemClock(), mac)
    database.migrate()
    return database


def released_set(
    database: Database,
    people: int,
    *,
    state: SetState = SetState.RELEASED,
    letters: bool = False,
    addresses: Iterable[str] = (),
) -> str:
    """Write a case, a set and one e-mail row a person; return the case."""
    given = list(addresses) or [f"person{n}@people.example" for n in range(people)]
    with database.write("tester") as work:
        ref = cases.open_case(work, author="tester")
        sealed = Sealed(
            case_ref=ref,
            set_key=SET,
            version=1,
            fact_sheet="",
            classes={},
            templates={},
            recipients="",
            counts={},
            channels=["email"],
            not_before="",
            law_version="",
        )
        body = NoticeSet(key=SET, audience="individuals", regimes=[], duties=[], required=[])
        notices.save_set(work, body, sealed, "root")
        row = notices.set_row(work, ref, SET)
        row.state = state
        work.session.add(row)
        for n, address in enumerate(given):
            work.session.add(_delivery(ref, n, "email", 1, address, DeliveryState.PLANNED))
            if letters:
                work.session.add(_delivery(ref, n, "letter", 2, "A Road 1", DeliveryState.STANDBY))
    return ref


def _delivery(
    ref: str, n: int, channel: str, rank: int, address: str, state: DeliveryState
) -> DeliveryRow:
    return DeliveryRow(
        case_ref=ref,
        set_key=SET,
        version=1,
        person_id=f"p{n}",
        addressee_id=f"p{n}",
        channel=channel,
        rank=rank,
        address=address,
        name=f"Person {n}",
        place="DE",
        locale="en",
        form="account",
        exposure=1,
        class_key="en.account.1",
        state=state,
    )


def overtake(work: UnitOfWork, ref: str, owner: str) -> tuple[int, int]:
    """Take the seat of a sender that is surely dead; return the token and who is in doubt now."""
    doubtful = senders.clear_dead(work, ref, owner_is_dead=lambda _owner: True)
    return senders.take(work, ref, owner).token, doubtful


def rows(database: Database, ref: str, channel: str = "email") -> dict[str, Mapping[str, Any]]:
    """Return person -> ledger row of one channel."""
    from incidents.store.deliveries import ledger

    with database.read() as work:
        found = ledger(work, ref)
    return {one["person_id"]: one for one in found if one["channel"] == channel}


def states(database: Database, ref: str, channel: str = "email") -> dict[str, int]:
    """Return state -> people of one channel."""
    counted: dict[str, int] = {}
    for one in rows(database, ref, channel).values():
        counted[one["state"]] = counted.get(one["state"], 0) + 1
    return counted


def channel_to(
    port: int, *, connections: int = 4, seconds: float = 5.0, pauses: tuple[float, ...] = (0.05,)
) -> SmtpChannel:
    """Return a channel to a server on this machine that does not wait for minutes."""
    route = SmtpRoute(
        host="127.0.0.1", port=port, security="none", connections=connections, helo="me.example"
    )
    return SmtpChannel(route, timeouts=Timeouts(*[seconds] * 5), pauses=pauses)


def renderer(ref: str, date: datetime, *, body: str = "") -> Callable[[Outgoing], Composed]:
    """Return what makes a small notice for one row."""

    text = (
        *("Dear ", "name", "", ",\n\nsomebody copied your orders.\n.\nYour code: ", "code", ""),
        f"\n{body}",
    )
    html = (f"<p>{text[0]}", *text[1:-1], f"{text[-1]}</p>")
    words = Cut(("About your data",), text, html)
    plan = MailPlan(words, sender=SENDER, reply_to=SENDER, date=date)

    def render(one: Outgoing) -> Composed:
        token = hmac.digest(b"token", one.person_id.encode(), "sha256").hex()
        name = message_id(ref, SET, 1, token, "shop.example")
        values = {"name": one.name, "code": token[:8]}
        message = plan.message(
            to_name=one.name,
            to_address=one.address,
            message_id=name,
            values=values,
            escaped=values,
        )
        return Composed(SENDER.address, one.address, message, name)

    return render


@dataclass
class Sending:
    """One call of the step with parts that a test may change."""

    database: Database
    ref: str
    channel: Any
    more: dict[str, Any] = field(default_factory=dict)
    seen: list[Mapping[str, int]] = field(default_factory=list)

    async def run(self) -> SendReport:
        given: dict[str, Any] = {
            "channel": self.channel,
            "render": renderer(self.ref, self.database.clock.now()),
            "check_seal": lambda: None,
            "should_stop": lambda: None,
            "progress": self.seen.append,
            "owner": this_process(),
            "owner_is_dead": is_dead,
            "actor": "tester",
        }
        return await send_deliveries(self.database, self.ref, SET, **{**given, **self.more})
