"""Tells people outside the system, through whatever Apprise reaches."""

from collections.abc import Callable, Sequence

from pydantic import SecretStr


def notifier(urls: Sequence[SecretStr]) -> Callable[[str], bool]:
    """Return a function that sends one alarm text to every address and says whether all took it.

    Without an address nothing is told and the answer is False: silence is never success.
    """
    import apprise  # noqa: PLC0415  # a third of a second that only alarms need

    target = apprise.Apprise()
    added = [target.add(url.get_secret_value()) for url in urls]

    def tell(text: str) -> bool:
        if not added or not all(added):
            return False
        return bool(target.notify(title="Forthwith alarm", body=text))

    return tell
