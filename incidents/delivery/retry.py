"""Says what a relay's answer means for one person, and when to try again."""

import random
import re
from datetime import datetime, timedelta
from typing import NamedTuple

from incidents.delivery.attempt import Answer, Stage
from incidents.errors import DeliveryError
from incidents.models.states import DeliveryState

FIRST_WAIT = timedelta(minutes=5)
LONGEST_WAIT = timedelta(hours=4)
JITTER = 0.25
GIVE_UP_AFTER = timedelta(days=5)  # RFC 5321 4.5.4.1: at least four to five days
FULL_FOR = timedelta(hours=72)  # a mailbox that stays full is read by nobody
DOUBT_PAUSE = timedelta(hours=24)
MOST_DOUBTS = 3
BUSY = 421
POLICY_STOPS, POLICY_SHARE = 20, 0.03
SENDER_STOPS = 3

# Order counts: the first that fits names the reason. Relays word these freely; the code decides
# first, the words only where the code is general.
_WORDS = (
    ("greylisted", re.compile(r"gr[ae]y-?list|postgrey", re.IGNORECASE)),
    ("no-smtputf8", re.compile(r"smtputf8|utf-?8 address|internationali[sz]ed", re.IGNORECASE)),
    ("mailbox-full", re.compile(r"quota|mailbox (?:is )?full|over ?limit", re.IGNORECASE)),
    (
        "policy",
        re.compile(
            r"spam|block(?:ed|list)|blacklist|black-?hole|reputation|spf|dkim|dmarc|policy"
            r"|banned|access denied",
            re.IGNORECASE,
        ),
    ),
)
_ENHANCED = {
    "1.0": "unknown-user",
    "1.1": "unknown-user",
    "1.2": "unknown-domain",
    "1.3": "bad-address",
    "1.6": "unknown-user",
    "1.10": "unknown-domain",
    "2.1": "mailbox-disabled",
    "2.2": "mailbox-full",
    "2.3": "too-large",
    "3.4": "too-large",
    "4.4": "unknown-domain",
    "6.7": "no-smtputf8",
    "6.9": "no-smtputf8",
}
_REFUSALS = {
    550: "unknown-user",
    551: "unknown-user",
    552: "mailbox-full",
    553: "bad-address",
    554: "policy",
    556: "unknown-domain",
}
_ROUTE_CODES = frozenset({530, 534, 535, 538})  # RFC 4954: the relay wants another login


class Verdict(NamedTuple):
    """The next state of a delivery and why, as a closed word."""

    state: DeliveryState
    reason: str


def classify(answer: Answer) -> Verdict:
    """Return what an answer means for the person it was for.

    Raises:
        DeliveryError: when it says nothing about the person but closes the way for everybody.
    """
    stage, code = answer.stage, answer.code
    if stop_reason(stage, code):
        raise DeliveryError(
            f"the relay stopped at {stage.name} with {code}: {stop_reason(stage, code)}",
            repair="check FORTHWITH_SMTP__USERNAME and its password, then send again",
        )
    match code // 100:
        case 2 if stage is Stage.BODY:
            return Verdict(DeliveryState.HANDED_OVER, "")
        case 4:
            return Verdict(DeliveryState.DEFERRED, _soft(answer))
        case 5:
            reason = _reason(answer)
            if stage < Stage.RCPT and reason not in {"no-smtputf8", "too-large"}:
                # No person was named yet: it is about us, so nobody is marked as bad for it.
                return Verdict(DeliveryState.DEFERRED, "sender-refused")
            full = reason == "mailbox-full"
            return Verdict(DeliveryState.DEFERRED if full else DeliveryState.REFUSED, reason)
        case _:
            return _without_word(answer)


def stop_reason(stage: Stage, code: int) -> str:
    """Return why an answer closes the way for everybody, empty when it does not."""
    if code in _ROUTE_CODES:
        return "login refused"
    if stage <= Stage.AUTH and 500 <= code < 600:  # noqa: PLR2004
        return "connection refused"
    return ""


def wait_after(attempts: int, rng: random.Random) -> timedelta:
    """Return how long to wait after this many attempts: 5 minutes, doubling up to 4 hours.

    Up to a quarter is added by chance, so that thousands do not come back at one moment. It is
    never shorter: greylists count from the first attempt.
    """
    doublings = min(max(attempts, 1) - 1, 10)
    wait: timedelta = min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
    return wait * (1 + JITTER * rng.random())


def next_try(attempts: int, now: datetime, rng: random.Random) -> datetime:
    """Return when to try again after this many attempts."""
    return now + wait_after(attempts, rng)


def is_spent(
    reason: str, attempts: int, *, now: datetime, released_at: datetime | None = None
) -> bool:
    """Return whether a deferred message has been tried long enough.

    Args:
        reason: Why it was deferred the last time.
        attempts: How often it was tried.
        now: The present moment.
        released_at: When sending began; without it the waits that the attempts took are counted.
    """
    patience = FULL_FOR if reason == "mailbox-full" else GIVE_UP_AFTER
    if released_at is not None:
        return attempts > 1 and now - released_at >= patience
    return _shortest_span(attempts) >= patience


def after_doubt(doubts: int, now: datetime) -> datetime | None:
    """Return when to send again what may have arrived, None when another channel must take over.

    A legal notice that is lost is worse than one that comes twice: the first time it is sent again
    at once, later at most once a day, and with the same Message-ID each time.

    Args:
        doubts: How often it has been in doubt, this time included.
        now: The present moment.
    """
    if doubts >= MOST_DOUBTS:
        return None
    return now if doubts <= 1 else now + DOUBT_PAUSE


def _shortest_span(attempts: int) -> timedelta:
    waits = (min(FIRST_WAIT * 2 ** min(n, 10), LONGEST_WAIT) for n in range(max(attempts - 1, 0)))
    return sum(waits, timedelta())


def _without_word(answer: Answer) -> Verdict:
    if answer.stage is Stage.BODY:
        return Verdict(DeliveryState.IN_DOUBT, _lost(answer))
    if answer.stage < Stage.MAIL:
        return Verdict(DeliveryState.PLANNED, "not-attempted")
    return Verdict(DeliveryState.DEFERRED, _lost(answer))


def _soft(answer: Answer) -> str:
    if answer.code == BUSY or answer.enhanced.startswith("4.3."):
        return "relay-busy"
    if answer.enhanced == "4.2.2":
        return "mailbox-full"
    for reason, words in _WORDS:
        if reason != "no-smtputf8" and words.search(answer.text[:500]):
            return reason
    if answer.enhanced.startswith("4.7."):
        # Most greylists answer 4.7.1 in their own words.
        return "greylisted" if answer.stage is Stage.RCPT else "policy"
    return "relay-busy" if answer.code == 452 else "refused-for-now"  # noqa: PLR2004


def _reason(answer: Answer) -> str:
    detail = answer.enhanced.partition(".")[2]
    if answer.enhanced.startswith("5.7."):
        return "policy"
    if detail in _ENHANCED:
        return _ENHANCED[detail]
    for reason, words in _WORDS:
        if reason != "greylisted" and words.search(answer.text[:500]):
            return reason
    if answer.stage is Stage.BODY:
        return "too-large" if answer.code == 552 else "policy"  # noqa: PLR2004  # RFC 5321 4.2.2
    return _REFUSALS.get(answer.code, "not-accepted")


def _lost(answer: Answer) -> str:
    if answer.code:
        return "reply-unclear"
    return {"timeout": "no-reply", "junk": "reply-unclear"}.get(answer.text, "connection-lost")


class Breaker:
    """Counts refusals that are about us and not about a person, and says when to stop.

    A relay that has blocked us would otherwise have thousands of people marked as unreachable.
    """

    def __init__(self) -> None:
        self._attempts = 0
        self._policy = 0
        self._sender_in_a_row = 0

    def passes(self) -> None:
        """Count one message that was taken."""
        self._attempts += 1
        self._sender_in_a_row = 0

    def trips(self, verdict: Verdict) -> str:
        """Count one verdict; return why to stop, empty to go on."""
        self._attempts += 1
        self._policy += verdict.reason == "policy"
        refused = verdict.reason == "sender-refused"
        self._sender_in_a_row = self._sender_in_a_row + 1 if refused else 0
        if self._sender_in_a_row >= SENDER_STOPS:
            return "sender-refused"
        if self._policy >= POLICY_STOPS and self._policy > POLICY_SHARE * self._attempts:
            return "policy-block"
        return ""
