"""Tells people outside the system, through whatever Apprise reaches."""

import contextvars
import logging
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from pydantic import SecretStr

if TYPE_CHECKING:
    from apprise import Apprise

T = TypeVar("T")

TITLE = "Forthwith alarm"
ADDRESS_SECONDS = 20.0
"""How long one address may take: a push service that hangs must not keep the others waiting."""


def within(seconds: float, function: Callable[[], T]) -> T:
    """Return what a function returns, or give up on it.

    A thread that hangs in a system call cannot be ended; it is left behind and dies with the
    process.

    Raises:
        TimeoutError: when it takes longer. Whatever the function raises is raised here.
    """
    answers: list[T] = []
    errors: list[BaseException] = []
    context = contextvars.copy_context()

    def run() -> None:
        try:
            answers.append(context.run(function))
        except BaseException as error:  # noqa: BLE001  # handed on to whoever waits
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not answers:
        raise TimeoutError(f"no answer within {seconds:g} s")
    return answers[0]


class Notifier:
    """Sends one text to every address.

    Args:
        urls: Apprise addresses. They hold secrets, so problems name them by their number.
        seconds: How long one address may take.
    """

    def __init__(self, urls: Sequence[SecretStr], *, seconds: float = ADDRESS_SECONDS) -> None:
        import apprise  # noqa: PLC0415  # a third of a second that only alarms need

        # Its log lines name hosts and repeat answers; they belong in no log of ours.
        log = logging.getLogger("apprise")
        log.propagate = False
        if not log.handlers:
            log.addHandler(logging.NullHandler())
        self.problems: list[str] = []
        self._seconds = seconds
        self._targets: list[tuple[int, Apprise]] = []
        for number, url in enumerate(urls, start=1):
            target = apprise.Apprise(asset=apprise.AppriseAsset(app_id="Forthwith"))
            if target.add(url.get_secret_value()):
                self._targets.append((number, target))
            else:
                self.problems.append(f"alarm address {number} is none that Apprise knows")

    def __call__(self, text: str) -> bool:
        """Send a text to every address and return whether at least one took it.

        Without an address nothing is told and the answer is False: silence is never success.
        """
        taken = [self._send(number, target, text) for number, target in self._targets]
        return any(taken)

    def _send(self, number: int, target: "Apprise", text: str) -> bool:
        try:
            took = within(self._seconds, lambda: bool(target.notify(title=TITLE, body=text)))
        except Exception:  # noqa: BLE001  # a plugin's own failure is one address less, no more
            took = False
        problem = f"alarm address {number} did not take an alarm"
        if not took and problem not in self.problems:
            self.problems.append(problem)
        return took


def notifier(urls: Sequence[SecretStr]) -> Notifier:
    """Return what tells alarms to these addresses."""
    return Notifier(urls)
