"""What in an earlier message does not hold any more, and what is new, for people of one exposure.

Only a fact that was stated and is another now makes a message wrong. What was unknown and is known
now is news: it belongs into the next message that was promised, and corrects nothing.
"""

from collections.abc import Mapping
from datetime import datetime

from incidents.drafting.context import exposed
from incidents.models.base import Value
from incidents.models.notice import FactSheet, StoreFact
from incidents.models.report import Protection

WRONG = ("recall", "certainty", "nature", "cause", "time", "found", "data")
"""Facts whose change makes an earlier message wrong, in the order in which people are told."""
NEWS = ("nature", "cause", "time", "found", "risk", "measures", "unknown", "next")
"""Facts that can be added to an earlier message."""


class Changes(Value):
    """Facts by their words; the catalogue says `changed.<word>` and `added.<word>`."""

    wrong: tuple[str, ...] = ()
    news: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.wrong or self.news)


class FollowUp(Value):
    """How a message stands to an earlier one to the same people."""

    changes: Changes
    first: datetime
    """When the first of these people got the earlier message."""
    last: datetime
    recall: bool = False
    """It says that the earlier message did not concern them."""


def changed(
    before: FactSheet, after: FactSheet, *, exposure_before: int, exposure_after: int
) -> Changes:
    """Return what differs between what people were told and what would be told to them now.

    Args:
        before: The fact sheet their message was made from.
        after: The newest one.
        exposure_before: Their mask of stores (bit n is 2**n) under the earlier sheet.
        exposure_after: Their mask under the newest sheet.
    """
    pairs: Mapping[str, tuple[object, object]] = {
        "certainty": (before.certainty, after.certainty),
        "nature": (_kinds(before), _kinds(after)),
        "cause": (_known(before.cause), _known(after.cause)),
        "time": (_times(before), _times(after)),
        "found": (_found(before), _found(after)),
        "data": (_data(before, exposure_before), _data(after, exposure_after)),
    }
    # Nothing said before means that nothing said was wrong.
    wrong = [word for word, (was, now) in pairs.items() if was not in (None, now)]
    news = [word for word, (was, now) in pairs.items() if was is None and now is not None]
    if before.risk != after.risk:
        news.append("risk")
    if {m.key for m in after.measures if m.done} - {m.key for m in before.measures if m.done}:
        news.append("measures")
    if set(before.unknown) - set(after.unknown) and not news:
        news.append("unknown")
    if before.next_update_on != after.next_update_on:
        news.append("next")
    return Changes(
        wrong=tuple(word for word in WRONG if word in wrong),
        news=tuple(word for word in NEWS if word in news),
    )


def _kinds(sheet: FactSheet) -> tuple[str, ...] | None:
    return None if sheet.kinds is None else tuple(sorted(sheet.kinds))


def _known(cause: str) -> str | None:
    return None if cause == "unknown" else cause


def _times(sheet: FactSheet) -> tuple[object, ...] | None:
    line = sheet.timeline
    moments = [line.moment(key) for key in ("occurred_from", "occurred_to")]
    days = tuple(moment.at.date() if moment else None for moment in moments)
    return days if any(days) else None


def _found(sheet: FactSheet) -> object:
    line = sheet.timeline
    moment = line.moment("aware") or line.moment("first_alert") or line.moment("suspected")
    return moment.at.date() if moment else None


def _data(sheet: FactSheet, exposure: int) -> tuple[object, ...] | None:
    """Return which data of these people was touched, where and how protected."""
    said = [_store(one) for one in exposed(sheet, exposure)]
    return tuple(sorted(said)) or None


def _store(store: StoreFact) -> tuple[str, str, str, tuple[tuple[str, str], ...]]:
    window = store.window
    return (
        store.store,
        window.first_on if window else "",
        window.last_on if window else "",
        tuple(sorted((key, _how(how)) for key, how in store.elements.items())),
    )


def _how(how: Protection) -> str:
    return how.model_dump_json()
