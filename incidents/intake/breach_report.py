"""A breach report out of plain data: one document for `triage` and `report`."""

from datetime import datetime, timedelta
from typing import Any

from pydantic import ValidationError

from incidents.errors import InvalidInputError
from incidents.intake.field_problems import problems_of
from incidents.models.base import Value
from incidents.models.report import REPORT_FORMAT, BreachReport, Moment, Timeline
from incidents.models.vocabulary import vocabulary

CLOCK_SLACK = timedelta(minutes=10)
"""How far a reporter's clock may run ahead of ours before a moment counts as future."""

EARLIEST_YEAR = 2000

MOMENTS = tuple(name for name in Timeline.model_fields if name != "aware_reason")


class InvalidReportError(InvalidInputError):
    """A report that does not keep to its shape."""

    slug = "invalid-report"


def parse_report(data: Any, *, where: str, now: datetime | None = None) -> BreachReport:
    """Return plain data as a report.

    Args:
        data: What YAML or JSON held: a mapping, or nothing for a report that knows nothing yet.
        where: Name of the file or form, for the error.
        now: The present moment; where given, a timeline that reaches into the future is refused.

    Raises:
        InvalidReportError: naming each wrong field by its path, with the word probably meant.
            It never repeats what stands in a field.
    """
    if data is None:
        data = {}
    if not isinstance(data, dict):
        raise InvalidReportError(
            "a report is a mapping of fields, and this is not",
            where=where,
            repair="begin with `format: " + REPORT_FORMAT + "`",
        )
    given = data.get("format", REPORT_FORMAT)
    if given != REPORT_FORMAT:
        raise InvalidReportError(
            "format: this version reads " + REPORT_FORMAT + " only",
            where=where,
            repair="set that format, or use the version of the software that wrote the file",
        )
    try:
        report = BreachReport.model_validate(data)
    except ValidationError as error:
        lines = [str(problem) for problem in problems_of(error, BreachReport)]
        raise _refusal(lines, where) from None
    _not_impossible(report.timeline, now, where)
    return report


def _refusal(lines: list[str], where: str) -> InvalidReportError:
    head = "one field is wrong" if len(lines) == 1 else f"{len(lines)} fields are wrong"
    return InvalidReportError(
        "\n  ".join([f"{head}:", *lines]),
        where=where,
        repair="mend these fields; `forthwith schema report` prints every field and word",
    )


def _not_impossible(timeline: Timeline, now: datetime | None, where: str) -> None:
    lines = []
    for key in MOMENTS:
        moment = timeline.moment(key)
        if moment is None:
            continue
        if moment.at.year < EARLIEST_YEAR:  # a bare number was read as seconds since 1970
            lines.append(f"timeline.{key}: lies before {EARLIEST_YEAR}; write a date, not a number")
        elif now is not None and moment.at > now + CLOCK_SLACK:
            lines.append(f"timeline.{key}: lies in the future; check year and offset")
    if lines:
        raise _refusal(lines, where)


class Amendment(Value):
    """What a new version of a report changes."""

    differences: list[str]
    """One line per field, in words; prose and notes are named, never repeated."""
    awareness_moved_hours: float | None = None
    """Hours by which the moment clocks run from moves; positive is later."""


def clock_start(timeline: Timeline) -> Moment | None:
    """Return the moment that stands for awareness: it, or the earliest sign before it.

    An empty awareness never stops a clock: the first alert stands in, then the suspicion.
    """
    for key in ("aware", "first_alert", "suspected"):
        moment = timeline.moment(key)
        if moment is not None:
            return moment
    return None


def amend(previous: BreachReport, new: BreachReport) -> Amendment:
    """Return what a new version changes, after checking that it says why.

    Raises:
        InvalidReportError: when nothing changed, when `amendment` is empty or is the old text, or
            when awareness moves later (or is taken back) without a reason of its own.
    """
    where = "amended report"
    moved = _moved(previous.timeline, new.timeline)
    differences = _differences(previous, new)
    if not differences:
        raise InvalidReportError(
            "it says the same as the version before", where=where, repair="change what is new"
        )
    if not new.amendment or new.amendment == previous.amendment:
        raise InvalidReportError(
            "amendment: it does not say what changed and why",
            where=where,
            repair="write one or two sentences into `amendment`",
        )
    reason, old_reason = new.timeline.aware_reason, previous.timeline.aware_reason
    taken_back = clock_start(previous.timeline) is not None and clock_start(new.timeline) is None
    later = taken_back or (moved is not None and moved > 0)
    if later and (not reason or reason == old_reason):
        raise InvalidReportError(
            "timeline.aware_reason: the moment clocks run from moves later without a reason",
            where=where,
            repair="say why; the old deadlines stay visible beside the new ones",
        )
    return Amendment(differences=differences, awareness_moved_hours=moved)


def _moved(before: Timeline, after: Timeline) -> float | None:
    first, second = clock_start(before), clock_start(after)
    if first is None or second is None or first.at == second.at:
        return None
    return round((second.at - first.at).total_seconds() / 3600, 2)


_PROSE = frozenset({"narrative", "note", "aware_reason", "reported_by", "channel", "people_file"})


def _differences(previous: BreachReport, new: BreachReport) -> list[str]:
    before = _flat(previous.model_dump(mode="json", exclude={"amendment", "format"}))
    after = _flat(new.model_dump(mode="json", exclude={"amendment", "format"}))
    lines = []
    for path in [*before, *(path for path in after if path not in before)]:
        old, fresh = before.get(path), after.get(path)
        if old == fresh:
            continue
        if path.rsplit(".", 1)[-1] in _PROSE:
            lines.append(f"{path}: the text is another one")
        elif old is None:
            lines.append(f"{path}: now {fresh}")
        elif fresh is None:
            lines.append(f"{path}: no longer {old}")
        else:
            lines.append(f"{path}: was {old}, now {fresh}")
    return lines


def _flat(value: Any, path: str = "") -> dict[str, str]:
    # Stores and requests are told apart by name, so that adding one does not shift the others.
    if isinstance(value, dict) and "at" in value:
        rough = "about " if value["certainty"] == "estimated" else ""
        return {path: f"{rough}{value['at']} read in {value['zone']}"}
    if isinstance(value, dict):
        flat: dict[str, str] = {}
        for key, inner in value.items():
            flat |= _flat(inner, f"{path}.{key}" if path else key)
        return flat
    if isinstance(value, list) and value and isinstance(value[0], dict):
        flat = {}
        for inner in value:
            name = "store" if "store" in inner else "reference"
            flat[f"{path}.{inner[name]}"] = "named"
            rest = {key: item for key, item in inner.items() if key != name}
            flat |= _flat(rest, f"{path}.{inner[name]}")
        return flat
    if isinstance(value, list):
        return {path: ", ".join(sorted(str(item) for item in value))} if value else {}
    if value is None or value == "":
        return {}
    return {path: str(value)}


_MEANING = {
    "BreachReport.format": "Version of this document's shape.",
    "BreachReport.claim": "What is claimed to have happened.",
    "BreachReport.timeline": "Separate moments; laws start their clocks from different ones.",
    "BreachReport.facts": "What is known without an inventory.",
    "Claim.kinds": "What was done to the data.",
    "Claim.cause": "How it came about.",
    "Claim.failure": "Which kinds of protection failed.",
    "Claim.certainty": "Whether a breach is certain or only suspected.",
    "Claim.malicious": "Whether somebody meant harm.",
    "Claim.stores": "Stores said to be touched; none named means every store is in question.",
    "Moment.certainty": "Whether the moment is exact or estimated.",
    "Moment.note": "How the moment is known; stays in the case file.",
    "Window.first_on": "First day, ISO 8601.",
    "Window.last_on": "Last day, ISO 8601, included.",
    "StoreClaim.window": "Span in which the touched data was made; unknown means all of it.",
    "StoreClaim.only": "Narrows the store's people to some of them.",
    "PeopleFilter.countries": "ISO 3166-1 codes such as CN; empty narrows nothing.",
    "PeopleFilter.regions": "Codes within the country such as CA; empty narrows nothing.",
    "PeopleFilter.locales": "Language tags such as zh-Hans; empty narrows nothing.",
    "Range.low": "At least so many.",
    "Range.best": "Best estimate.",
    "Range.high": "At most so many.",
    "Protection.state": "How the element was protected.",
    "Protection.key": "What became of the key, where it was encrypted.",
    "LawEnforcementHold.by": "Who asked, such as a police force; an office, not a person.",
    "LawEnforcementHold.reference": "Their reference for the request.",
    "LawEnforcementHold.since": "When it was asked.",
    "LawEnforcementHold.until": "When the wait ends; unknown keeps it open and asks.",
    "LawEnforcementHold.written": "Whether it was asked in writing; some laws want that.",
    "ReportedFacts.elements": "Data elements touched, with their protection.",
    "ReportedFacts.holder": "Who holds the data now.",
    "ReportedFacts.misuse_seen": "Misuse of the data has been seen.",
    "ReportedFacts.recoverable": "Lost or altered data can be restored.",
    "ReportedFacts.vulnerable_people": "Patients, children, people in danger or the like are hit.",
    "ReportedFacts.crime_suspected": "A crime is suspected.",
    "ReportedFacts.direct_loss_cny": "Direct economic loss in yuan.",
    "ReportedFacts.important_data": "Data is `important data` under Chinese law.",
    "ReportedFacts.roles": "What the organisation is in this matter.",
    "ReportedFacts.established_in": "Places where the organisation has an establishment.",
}


def report_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a report, each field with its meaning.

    `$id` is the format's version; the words of closed lists stand as `enum`.
    """
    schema = BreachReport.model_json_schema()
    schema |= {"$id": REPORT_FORMAT, "$schema": "https://json-schema.org/draft/2020-12/schema"}
    words = vocabulary()
    for name, part in [("BreachReport", schema), *schema["$defs"].items()]:
        for field, shape in part.get("properties", {}).items():
            meaning = _MEANING.get(f"{name}.{field}")
            if name == "Timeline" and field in words.moments:
                meaning = f"{words.moments[field].capitalize()}."
            if meaning and "description" not in shape:
                shape["description"] = meaning
    parts = schema["$defs"]
    parts["Claim"]["properties"]["cause"]["enum"] = list(words.causes)
    _list_of(parts["StoreClaim"]["properties"]["elements"])["enum"] = list(words.elements)
    _list_of(parts["ReportedFacts"]["properties"]["roles"])["enum"] = list(words.roles)
    for shape in parts["ReportedFacts"]["properties"]["elements"]["anyOf"]:
        if shape.get("type") == "object":
            shape["propertyNames"] = {"enum": list(words.elements)}
    return schema


def _list_of(shape: dict[str, Any]) -> dict[str, Any]:
    items: dict[str, Any] = next(s for s in shape["anyOf"] if s.get("type") == "array")["items"]
    return items
