"""A released set, a receiving server, senders that are started again, and the verdict at the end.

The verdict counts what the server forced to disk before it said yes. Of the ledger it uses one
thing: whether a second copy had been marked in doubt before it came, asked at that moment.
"""

import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from tests.faults.ledgers import written
from tests.faults.post_box import PostBox
from tests.faults.sender import DONE, Order
from tests.faults.starter import Sender, Starter

HOURS = (25, 50, 75)
"""Clocks at which what was in doubt more than once is due again."""
_NUMBER = re.compile(r"person(\d+)@")


@dataclass
class Verdict:
    """What became of a campaign under faults."""

    people: int
    never_handed_over: int
    """People the server has no message for; must be 0."""
    second_copies: int
    most_allowed: int
    """What the way of sending may cost: messages open at the faults, or whole windows."""
    not_marked: int
    """Second copies that the ledger had not marked in doubt before they came; must be 0."""
    asked_late: int
    """Second copies at which the ledger could not be asked, so only at the end."""
    other_bytes: int
    """People whose copies differ, or carry another Message-ID; must be 0."""
    doubts: int
    """Times a message was marked in doubt."""
    final: bool
    """Whether the ledger says handed over of everybody."""
    faults: int = 0
    seconds: float = 0
    notes: dict[str, Any] = field(default_factory=dict)

    @property
    def good(self) -> bool:
        """Return whether nobody was lost and every second copy was announced and within limits."""
        wrong = self.never_handed_over or self.not_marked or self.other_bytes
        return not wrong and self.final and self.second_copies <= self.most_allowed

    def record(self) -> dict[str, Any]:
        """Return the figures for a file."""
        return {**asdict(self), "good": self.good}


class LedgerWitness:
    """Asks the ledger, when a second copy comes, whether it had been marked before."""

    def __init__(self, url: str, ref: str) -> None:
        driver = url.replace("postgresql:", "postgresql+psycopg:")
        self._engine = create_engine(driver, poolclass=NullPool)  # servers and files come and go
        self._ref = ref
        self.not_marked: list[tuple[str, int]] = []
        self.late: list[str] = []

    def __call__(self, recipient: str, copy: int) -> None:
        found = _NUMBER.match(recipient)
        assert found is not None
        try:
            with self._engine.connect() as connection:
                doubts = connection.execute(
                    text(
                        "SELECT doubts FROM delivery WHERE case_ref = :r AND person_id = :p "
                        "AND channel = 'email'"
                    ),
                    {"r": self._ref, "p": f"p{found[1]}"},
                ).scalar_one()
        except SQLAlchemyError:
            self.late.append(recipient)
            return
        if doubts < copy - 1:
            self.not_marked.append((recipient, copy))

    def ask(self, statement: str) -> dict[str, int]:
        """Return the first two columns of a statement about the case, `:r`."""
        with self._engine.connect() as connection:
            return {
                str(a): int(b) for a, b in connection.execute(text(statement), {"r": self._ref})
            }

    def close(self) -> None:
        """Leave the ledger."""
        self._engine.dispose()


@dataclass
class Campaign:
    """One released set and what sends it."""

    order: Order
    people: int
    box: PostBox
    starter: Starter
    witness: LedgerWitness
    before: int = 0
    """Messages the server had taken before this campaign."""

    def start(self, **changes: Any) -> Sender:
        """Start a sender with some of its orders changed."""
        return self.starter.start(self.order._replace(**changes))

    def until(self, happened: Callable[[], object], seconds: float = 120) -> None:
        """Wait until something is so."""
        end = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > end:
                raise TimeoutError(f"it never came to that; see {self.order.log}")
            time.sleep(0.001)

    def taken(self) -> int:
        """Return how many messages of this campaign the server has on disk."""
        return self.box.taken - self.before

    def clock(self, hours: float) -> None:
        """Set the clock of all senders so many hours ahead, or back."""
        Path(self.order.clock).write_text(str(hours * 3600))

    def finish(self, seconds: float = 300, hours: Sequence[float] = (0, *HOURS)) -> None:
        """Send until nothing is open, with clocks at which doubts of the days after are due."""
        for ahead in hours:
            self.clock(ahead)
            end = time.monotonic() + seconds
            while self.start(die=None, pause=0).wait(seconds) != DONE:
                if time.monotonic() > end:
                    raise TimeoutError("no send ends well")
                time.sleep(0.2)
            if self.states() == {"handed_over": self.people}:
                return

    def states(self) -> dict[str, int]:
        """Return state -> e-mails, as the ledger says."""
        return self.witness.ask(
            "SELECT state, COUNT(*) FROM delivery WHERE case_ref = :r GROUP BY state"
        )

    def doubts(self) -> dict[str, int]:
        """Return address -> times it was marked in doubt, of those that were."""
        return self.witness.ask(
            "SELECT address, doubts FROM delivery WHERE case_ref = :r AND doubts > 0"
        )

    def verdict(self, *, most_allowed: int) -> Verdict:
        """Return what the server's record says once all connections are closed."""
        self.until(lambda: self.box.at_rest, 30)
        doubts = self.doubts()
        copies: Counter[str] = Counter()
        forms: dict[str, tuple[str, str]] = {}
        other = set()
        for one in self.box.received(self.before):
            copies[one.recipient] += 1
            form = forms.setdefault(one.recipient, (one.message_id, one.sha256))
            if form != (one.message_id, one.sha256):
                other.add(one.recipient)
        at_the_end = {who for who, n in copies.items() if n > 1 + doubts.get(who, 0)}
        unannounced = at_the_end | {who for who, _ in self.witness.not_marked}
        return Verdict(
            people=self.people,
            never_handed_over=self.people - len(copies),
            second_copies=copies.total() - len(copies),
            most_allowed=most_allowed,
            not_marked=len(unannounced),
            asked_late=len(self.witness.late),
            other_bytes=len(other),
            doubts=sum(doubts.values()),
            final=self.states() == {"handed_over": self.people},
        )


@contextmanager
def campaign(
    folder: Path,
    box: PostBox,
    starter: Starter,
    *,
    people: int,
    url: str = "",
    journal: bool = True,
    ref: str = "",
    **orders: Any,
) -> Iterator[Campaign]:
    """Make a campaign with its ledger in a folder, or in a database that is given.

    Args:
        folder: Where ledger, journal, clock and log lie.
        box: The receiving server.
        starter: Starts senders.
        people: How many to write to.
        url: A database; by default a new SQLite file in the folder.
        journal: Whether senders keep the journal of stages.
        ref: A case that is in the database already.
        orders: More of what senders are told.
    """
    folder.mkdir(parents=True, exist_ok=True)
    url = url or f"sqlite:///{folder / 'ledger.db'}"
    ref = ref or written(url, people)
    order = Order(
        url=url,
        ref=ref,
        port=box.port,
        log=str(folder / "senders.log"),
        journal=str(folder / "journal" / f"{ref}.journal") if journal else "",
        clock=str(folder / "clock"),
        **orders,
    )
    Path(order.log).touch()
    box.forget()
    witness = LedgerWitness(url, ref)
    box.again = witness
    made = Campaign(order, people, box, starter, witness, box.taken)
    made.clock(0)
    try:
        yield made
    finally:
        starter.kill_all()
        with suppress(TimeoutError):
            made.until(lambda: box.at_rest, 30)
        witness.close()
