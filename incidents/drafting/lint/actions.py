"""People are told what to do: early, and not too much of it."""

import re
from collections.abc import Iterable, Mapping

from incidents.drafting.advice import MOST_ACTIONS
from incidents.drafting.lint.flaw import Flaw, blocking, warning
from incidents.drafting.lint.html_page import HtmlPage
from incidents.drafting.lint.limits import Speaking
from incidents.models.notice import MessageClass

_RULE = re.compile(r"^-{3,}$", re.MULTILINE)
_STEP = re.compile(r"^\s*\d+\. (.*)", re.MULTILINE)


def slow_script(
    message: MessageClass, speaking: Mapping[str, Speaking], seconds: int
) -> Iterable[Flaw]:
    """Find the script of a call that takes too long to the first action, read aloud."""
    first, pace = _STEP.search(message.text), speaking.get(message.locale)
    if not message.key.endswith(".call") or first is None or pace is None:
        return
    # Title, heading and the first paragraph are for the caller alone.
    script = _RULE.split(message.text, maxsplit=1)[-1].partition("\n\n")[2]
    before = script[: script.find(first[1].strip())]
    said = len(before.split()) if pace.unit == "words" else len(re.findall(r"[^\W_]", before))
    takes = round(said / pace.a_minute * 60)
    if takes > seconds:
        yield warning("slow-script", message.key, f"the first action comes after {takes} s",
                      f"say it within {seconds} s")  # fmt: skip


def wrong_number(message: MessageClass, page: HtmlPage) -> Iterable[Flaw]:
    """Find more numbered actions than people take, and none."""
    counts = [len(_STEP.findall(message.text))] + ([page.steps] if message.html else [])
    if max(counts) > MOST_ACTIONS:
        yield blocking("too-many-actions", message.key, f"{max(counts)} numbered actions",
                       f"keep {MOST_ACTIONS}, fold the rest")  # fmt: skip
    if min(counts) == 0:
        yield blocking("no-action", message.key, "tells people nothing to do",
                       "render advice_to_individuals")  # fmt: skip


def too_many_on_page(where: str, page: HtmlPage, locales: int) -> Iterable[Flaw]:
    """Find too many actions on a page that says the same in several languages."""
    if page.steps > MOST_ACTIONS * locales:
        yield blocking("too-many-actions", where, "more than three numbered actions",
                       "fold the rest")  # fmt: skip


def late_start(message: MessageClass, before: int) -> Iterable[Flaw]:
    """Find a first action that starts late: in the list, or where the text names it earlier."""
    first = _STEP.search(message.text)
    if first is None:
        return
    at = message.text.find(first[1].strip())
    if at >= before:
        yield warning("late-action", message.key, f"the first action starts at character {at}",
                      f"name it before character {before}")  # fmt: skip
