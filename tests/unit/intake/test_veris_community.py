"""The public incidents and the schema of VERIS, where they lie on this machine."""

import copy
import json
import os
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from flows.cli.triage import judged
from incidents.data_files import LAW
from incidents.duties.sources.folder import read_catalogue
from incidents.intake.sources.veris_file import read_incidents
from incidents.intake.veris.report import report_from_veris
from incidents.intake.veris.shape import Incident, InvalidIncidentError, parse_incident
from incidents.models.duty import DutyStatus
from incidents.models.report import Range

FOLDER = Path(os.environ.get("FORTHWITH_TEST_DATA", "")) / "veris"
INCIDENTS = FOLDER / "vcdb_100_from_verispy.jsonl"
SCHEMA = FOLDER / "verisc-merged.json"
OWN_WORDS = {"plus", "subsets", "value_chain"}
"""Parts that belong to whoever wrote the incident, or that tell nothing of a breach."""

pytestmark = pytest.mark.skipif(
    not (os.environ.get("FORTHWITH_TEST_DATA") and INCIDENTS.is_file() and SCHEMA.is_file()),
    reason="FORTHWITH_TEST_DATA names no folder with veris/",
)


@cache
def incidents() -> list[Incident]:
    return read_incidents(INCIDENTS)


@cache
def plain() -> list[dict[str, Any]]:
    return [json.loads(line) for line in INCIDENTS.read_text(encoding="utf-8").splitlines()]


def test_all_hundred_import_and_no_people_no_hour_no_role_is_known() -> None:
    assert len(incidents()) == len(plain()) == 100
    for incident in incidents():
        report = report_from_veris(incident)
        facts = report.facts
        assert set(facts.people) == {"unknown"}
        assert facts.people["unknown"].high is None
        moments = report.timeline.model_dump(exclude={"occurred_from", "aware_reason"})
        assert set(moments.values()) == {"unknown"}
        for name in ("roles", "acquired", "recoverable", "targeted", "was_source", "harm_averted"):
            assert getattr(facts, name) == "unknown", name
        assert not facts.answers


def test_nothing_is_known_of_the_data_that_the_incident_does_not_say() -> None:
    for incident, data in zip(incidents(), plain(), strict=True):
        report = report_from_veris(incident)
        lost = data["attribute"].get("confidentiality", {})
        if {"accessed", "published"} & set(report.claim.kinds):
            assert lost["data_disclosure"] == "Yes"
        if report.facts.elements == "unknown":
            continue
        assert report.facts.more_elements
        assert lost["data"]
        states = lost.get("state", ["Unknown"])
        for one in report.facts.elements.values():
            if one.state == "clear":
                assert all(state.endswith(" unencrypted") for state in states)
            else:
                assert one.state == "unknown" or all(s.endswith(" encrypted") for s in states)


def test_nothing_is_known_of_victim_and_actor_that_the_incident_does_not_say() -> None:
    for incident, data in zip(incidents(), plain(), strict=True):
        report = report_from_veris(incident)
        if report.facts.established_in != "unknown":
            countries = {place.split("-")[0] for place in report.facts.established_in}
            assert countries == set(data["victim"]["country"])
        if data["victim"]["employee_count"] == "Unknown":
            assert report.facts.employees == Range()
        motives = {m for actor in data["actor"].values() for m in actor.get("motive", [])}
        if report.claim.malicious is True:
            assert motives - {"Unknown", "NA", "Other", "Fun", "Fear", "Convenience"}
        if report.claim.malicious is False:
            assert set(data["action"]) <= {"error", "environmental"}


def test_all_hundred_go_through_triage_and_nothing_is_sure() -> None:
    catalogue = read_catalogue(LAW)
    for incident in incidents():
        found, _ = judged(report_from_veris(incident), catalogue, zone="UTC")
        # Where people live is never said, so a law that turns on it can bind, and is asked about.
        sure = {duty.id for duty in found.duties if duty.status == DutyStatus.OWED}
        assert not sure
        assert found.questions
        assert found.unknown_law


def least(schema: dict[str, Any]) -> Any:
    """Return a value that fills every field of a schema once."""
    if "enum" in schema:
        return schema["enum"][0]
    if "pattern" in schema or schema.get("minLength", 0) > 1:
        return "621111" if "00|11" in schema.get("pattern", "") else "019021"
    match schema["type"]:
        case "object":
            return {
                key: least(part)
                for key, part in schema.get("properties", {}).items()
                if key not in OWN_WORDS | {"time"}
            }
        case "array":
            return [least(schema["items"])]
        case "integer":
            return schema.get("minimum", 3)
        case "number":
            return 1.5
        case "boolean":
            return True
        case _:
            return "1.4.0" if schema.get("default") == "1.4.0" else "word"


Path_ = tuple[Any, ...]
Wrong = tuple[Path_, Any]
"""A place, and what to put there."""
GONE = object()


def places(schema: dict[str, Any], path: Path_ = ()) -> Iterator[tuple[Path_, dict[str, Any]]]:
    """Yield every place of a schema with the part that rules it."""
    yield path, schema
    if schema["type"] == "array":
        yield from places(schema["items"], (*path, 0))
    for key, part in schema.get("properties", {}).items():
        if key not in OWN_WORDS | {"time"}:
            yield from places(part, (*path, key))


def wrong_values(part: dict[str, Any]) -> Iterator[Any]:
    """Yield what a part of the schema does not allow in its own place."""
    yield {"no": "such"} if part["type"] == "array" else [{"no": "such"}]
    if "enum" in part:
        yield "No Such Word"
    if part["type"] in {"integer", "number"}:
        yield "7"
        yield from (part[bound] + by for bound, by in BEYOND.items() if bound in part)
    if "pattern" in part:
        yield "no match"
    if part["type"] == "string" and part.get("minLength") == 1:
        yield ""
    if part["type"] == "array" and part.get("minItems"):
        yield []
    if part["type"] == "array" and part.get("uniqueItems"):
        yield [least(part["items"])] * 2
    if part.get("minProperties"):
        yield {}


BEYOND = {"minimum": -1, "maximum": 1}


def spoilt(schema: dict[str, Any]) -> Iterator[Wrong]:
    """Yield every way in which one place breaks the schema."""
    for path, part in places(schema):
        if path:
            yield from ((path, value) for value in wrong_values(part))
        yield from (((*path, key), GONE) for key in part.get("required", ()))
        if part.get("additionalProperties") is False:
            yield (*path, "no_such"), 1


def with_wrong(whole: dict[str, Any], path: Path_, value: Any) -> dict[str, Any]:
    made = copy.deepcopy(whole)
    part: Any = made
    for step in path[:-1]:
        part = part[step]
    if value is GONE:
        del part[path[-1]]
    else:
        part[path[-1]] = value
    return made


def words_only(path: Iterable[Any]) -> list[str]:
    return [str(step) for step in path if not str(step).isdigit()]


def test_every_way_to_break_the_schema_is_refused_with_the_field_named() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    whole = least(schema)
    parse_incident(whole, where="whole")
    wrong = list(spoilt(schema))
    assert len(wrong) > 500
    other = []
    for path, value in wrong:
        with pytest.raises(InvalidIncidentError) as caught:
            parse_incident(with_wrong(whole, path, value), where="spoilt")
        named = [line.strip().split(": ")[0].split(".") for line in str(caught.value).splitlines()]
        # An empty part may be named by the field that it lacks.
        wanted = words_only(path)
        if not any(words_only(line)[: len(wanted)] == wanted for line in named):
            other.append((path, str(caught.value)))
    assert not other[:5]


def test_every_word_of_the_schema_is_known() -> None:
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    whole = least(schema)
    words = [(path, word) for path, part in places(schema) for word in part.get("enum", ())]
    assert len(words) > 1000
    for path, word in words:
        parse_incident(with_wrong(whole, path, word), where=f"{path}: {word}")
