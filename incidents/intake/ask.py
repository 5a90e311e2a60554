"""Six questions in place of a file: enough of a report to start the clocks."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from incidents.intake.breach_report import InvalidReportError, parse_report
from incidents.intake.field_problems import nearest
from incidents.intake.spoken_time import is_unknown, moment_said, two_parts
from incidents.models.base import Value
from incidents.models.report import BreachReport, Kind, Moment
from incidents.models.vocabulary import vocabulary

ASKED_BY = "answers to six questions"
_STILL = re.compile(r"(yes|still|ongoing|going on|it is still going on)\b.*", re.IGNORECASE)
_STOPPED = re.compile(r"(?:no|contained|stopped|over)\b[,:]?\s*(?:since|at)?\s*(.*)", re.IGNORECASE)


class AskedQuestion(Value):
    """One question to whoever is on duty."""

    key: str
    text: str
    hint: str
    choices: dict[str, str] = {}
    """Allowed words and what each means; empty where the answer is free."""


def questions() -> list[AskedQuestion]:
    """Return the six questions in the order to ask them. `unknown` or nothing answers each."""
    return [
        AskedQuestion(
            key="kinds",
            text="What happened to the data?",
            hint="one or more words, separated by commas",
            choices={
                Kind.ACCESSED: "somebody saw or copied it",
                Kind.PUBLISHED: "it stands where others can read it",
                Kind.ALTERED: "it was changed",
                Kind.DESTROYED: "it was destroyed",
                Kind.LOST: "it is lost, or cannot be reached",
            },
        ),
        AskedQuestion(
            key="stores",
            text="Which systems?",
            hint="ids or names as you know them, separated by commas",
        ),
        AskedQuestion(
            key="occurred",
            text="Since when, and until when?",
            hint="such as: 2026-03-01 to 2026-03-02 14:00, or: 3 days ago",
        ),
        AskedQuestion(
            key="noticed",
            text="When was the first sign seen, and when were you sure?",
            hint="two moments, separated by a semicolon, such as: yesterday 22:10; today 08:00",
        ),
        AskedQuestion(
            key="cause", text="How did it happen?", hint="one word", choices=vocabulary().causes
        ),
        AskedQuestion(
            key="contained",
            text="Is it still going on?",
            hint="yes, or the moment it was stopped, such as: no, since today 09:15",
        ),
    ]


def report_from_answers(answers: Mapping[str, str], *, now: datetime, zone: str) -> BreachReport:
    """Return the report that six answers make; what is not known stays unknown.

    Args:
        answers: Answer per question's key; a missing key counts as unknown.
        now: The present moment, aware.
        zone: IANA zone in which times without an offset are read.

    Raises:
        InvalidReportError: naming the question and, for a closed list, the word probably meant.
    """
    known = {question.key for question in questions()}
    stray = answers.keys() - known
    if stray:
        raise _refused("answers", "a key that is no question", f"keys: {', '.join(sorted(known))}")
    timeline = _timeline(answers, now=now, zone=zone)
    sure = "aware" in timeline
    claim: dict[str, Any] = {"certainty": "certain" if sure else "suspected"}
    kinds = _listed(answers.get("kinds", ""))
    if kinds:
        claim["kinds"] = [_word("kinds", word, [kind.value for kind in Kind]) for word in kinds]
    claim["stores"] = [{"store": name} for name in _listed(answers.get("stores", ""))]
    cause = answers.get("cause", "")
    if not is_unknown(cause):
        claim["cause"] = _word("cause", cause, list(vocabulary().causes))
    data = {"channel": ASKED_BY, "claim": claim, "timeline": timeline}
    return parse_report(data, where="answers", now=now)


def _timeline(answers: Mapping[str, str], *, now: datetime, zone: str) -> dict[str, Any]:
    since, until = two_parts(answers.get("occurred", ""))
    first, sure = two_parts(answers.get("noticed", ""))
    read = {
        "occurred_from": _said("occurred", since, now=now, zone=zone),
        "occurred_to": _said("occurred", until, now=now, zone=zone, end_of_day=True),
        "first_alert": _said("noticed", first, now=now, zone=zone),
        "aware": _said("noticed", sure, now=now, zone=zone),
        "contained": _contained(answers.get("contained", ""), now=now, zone=zone),
    }
    return {key: moment for key, moment in read.items() if moment is not None}


def _contained(answer: str, *, now: datetime, zone: str) -> Moment | None:
    text = answer.strip()
    if is_unknown(text) or _STILL.fullmatch(text):
        return None
    stopped = _STOPPED.fullmatch(text)
    return _said("contained", stopped[1] if stopped else text, now=now, zone=zone)


def _said(
    key: str, text: str, *, now: datetime, zone: str, end_of_day: bool = False
) -> Moment | None:
    try:
        return moment_said(text, now=now, zone=zone, end_of_day=end_of_day)
    except (ValueError, OverflowError):
        raise _refused(
            key, "no moment that can be read", "write 2026-03-02 09:30, 3 hours ago, or unknown"
        ) from None


def _listed(answer: str) -> list[str]:
    if is_unknown(answer):
        return []
    return [part.strip() for part in re.split(r"[,;、，]", answer) if part.strip()]


def _word(key: str, said: str, words: list[str]) -> str:
    folded = said.strip().lower().replace(" ", "_").replace("-", "_")
    if folded in words:
        return folded
    near = nearest(said, words)
    repair = f"did you mean {near}?" if near else f"one of: {', '.join(words)}, or unknown"
    raise _refused(key, "is no word known here", repair)


def _refused(key: str, what: str, repair: str) -> InvalidReportError:
    return InvalidReportError(what, where=f"answers: {key}", repair=repair)
