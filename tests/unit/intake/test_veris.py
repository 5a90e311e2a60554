import copy
import json
from pathlib import Path
from typing import Any

import pytest

from incidents.errors import InvalidInputError
from incidents.intake.sources.veris_file import read_incidents
from incidents.intake.veris.report import report_from_veris
from incidents.intake.veris.shape import InvalidIncidentError, parse_incident
from incidents.models.report import BreachReport, Kind, Medium, Moment, Protection, Range

OLD: dict[str, Any] = {
    "incident_id": "A-1",
    "schema_version": "1.3.2",
    "security_incident": "Confirmed",
    "summary": "A made-up clerk sent a made-up list to the wrong made-up firm.",
    "timeline": {"incident": {"year": 2015}},
    "victim": {
        "victim_id": "Invented Ltd",
        "country": ["US"],
        "employee_count": "101 to 1000",
        "industry": "621111",
        "state": "OR",
    },
    "action": {"error": {"variety": ["Misdelivery"], "vector": ["Carelessness"]}},
    "actor": {"internal": {"variety": ["End-user"], "motive": ["NA"]}},
    "asset": {"assets": [{"variety": "M - Documents"}], "governance": ["Unknown"]},
    "attribute": {
        "confidentiality": {
            "data_disclosure": "Yes",
            "data_total": 900,
            "data": [{"variety": "Medical", "amount": 900}, {"variety": "Personal"}],
            "data_victim": ["Patient"],
            "state": ["Stored unencrypted"],
        }
    },
    "discovery_method": "Ext - customer",
    "plus": {"anything": {"of": ["their", "own"]}},
}
NEW: dict[str, Any] = {
    **OLD,
    "schema_version": "1.4.0",
    "victim": {**OLD["victim"], "government": ["NA"]},
    "asset": {"assets": [{"variety": "M - Documents"}], "cloud": ["NA"]},
    "discovery_method": {"external": {"variety": ["Customer"]}},
}


def changed(base: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    made = copy.deepcopy(base)
    *steps, last = path.split("/")
    part: Any = made
    for step in steps:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return made


def report_of(path: str = "", value: Any = None) -> BreachReport:
    data = changed(OLD, path, value) if path else OLD
    return report_from_veris(parse_incident(data, where="test"))


@pytest.mark.parametrize("data", [OLD, NEW], ids=["1.3", "1.4"])
def test_both_versions_of_the_schema_give_the_same_report(data: dict[str, Any]) -> None:
    found = report_from_veris(parse_incident(data, where="test"))
    assert found.claim.kinds == [Kind.ACCESSED]
    assert found.claim.cause == "mis_send"
    assert found.claim.certainty == "certain"
    assert found.claim.malicious is False
    assert found.facts.elements == {"health.record": Protection(state="clear")}
    assert found.facts.media == [Medium.PAPER]
    assert found.facts.employees == Range(low=101, high=1000)
    assert found.facts.established_in == ["US-OR"]
    assert found.facts.vulnerable_people is True
    assert found.claim.narrative == OLD["summary"]


def test_what_the_incident_does_not_say_stays_unknown() -> None:
    found = report_of()
    # Records are not people, and the clinic's country is not where its patients live.
    assert found.facts.people == {"unknown": Range(low=1)}
    assert found.facts.more_elements is True
    said = found.timeline.model_dump(exclude={"occurred_from", "aware_reason"})
    assert set(said.values()) == {"unknown"}
    for name in ("roles", "holder", "acquired", "misuse_seen", "recoverable", "targeted"):
        assert getattr(found.facts, name) == "unknown", name


def test_a_date_is_the_earliest_moment_it_can_mean() -> None:
    for began, earliest in (
        ({"year": 2015}, "2014-12-31T10:00:00+00:00"),
        ({"year": 2015, "month": 3}, "2015-02-28T10:00:00+00:00"),
        ({"year": 2016, "month": 3, "day": 1}, "2016-02-29T10:00:00+00:00"),
        ({"year": 2015, "day": 7}, "2014-12-31T10:00:00+00:00"),
    ):
        moment = report_of("timeline/incident", began).timeline.occurred_from
        assert isinstance(moment, Moment)
        assert moment.at.isoformat() == earliest
        assert moment.certainty == "estimated"
    assert report_of("timeline/incident", {"year": 1999}).timeline.occurred_from == "unknown"


@pytest.mark.parametrize(
    ("disclosed", "others", "kinds"),
    [
        ("Yes", {}, ["accessed"]),
        ("No", {}, "unknown"),
        ("Potentially", {}, "unknown"),
        ("Unknown", {"integrity": {"variety": ["Modify data"]}}, "unknown"),
        ("No", {"integrity": {"variety": ["Modify data"]}}, ["altered"]),
        ("No", {"integrity": {"variety": ["Software installation"]}}, "unknown"),
        ("Potentially", {"availability": {"variety": ["Loss"]}}, ["lost"]),
        ("Yes", {"availability": {"variety": ["Destruction"]}}, ["accessed", "destroyed"]),
        ("No", {"availability": {"variety": ["Interruption"]}}, "unknown"),
        ("No", {"integrity": {"variety": ["Modify data", "Unknown"]}}, "unknown"),
    ],
)
def test_kinds_are_those_said_and_a_doubt_is_not_lost(
    disclosed: str, others: dict[str, Any], kinds: Any
) -> None:
    attribute = {"confidentiality": {"data_disclosure": disclosed}, **others}
    assert report_of("attribute", attribute).claim.kinds == kinds


@pytest.mark.parametrize(
    ("action", "actor", "cause", "malicious"),
    [
        ({"malware": ["Ransomware"], "hacking": ["Exploit vuln"]}, "external", "ransomware", True),
        ({"social": ["Phishing"], "malware": ["C2"]}, "external", "phishing", True),
        ({"hacking": ["SQLi"]}, "external", "vulnerability", True),
        ({"hacking": ["Use of stolen creds"]}, "external", "external_unlawful_access", True),
        ({"misuse": ["Privilege abuse"]}, "internal", "insider_misuse", True),
        ({"misuse": ["Privilege abuse"]}, "partner", "unknown", True),
        ({"physical": ["Theft"]}, "external", "lost_device", True),
        ({"physical": ["Skimmer"]}, "external", "unknown", True),
        ({"error": ["Disposal error"]}, "internal", "unknown", False),
        ({"environmental": ["Fire"]}, "external", "physical_damage", False),
        ({"unknown": []}, "external", "unknown", "unknown"),
    ],
)
def test_the_cause_is_the_first_that_an_action_gives(
    action: dict[str, list[str]], actor: str, cause: str, malicious: object
) -> None:
    actions: dict[str, Any] = {}
    for name, variety in action.items():
        actions[name] = {} if name == "unknown" else {"variety": variety, "vector": ["Unknown"]}
    if "social" in actions:
        actions["social"]["target"] = ["Unknown"]
    if "environmental" in actions:
        del actions["environmental"]["vector"]
    whose: dict[str, Any] = {"motive": ["Financial"]}
    whose |= {"country": ["Unknown"]} if actor == "partner" else {"variety": ["Unknown"]}
    data = changed(changed(OLD, "action", actions), "actor", {actor: whose})
    claim = report_from_veris(parse_incident(data, where="test")).claim
    assert (claim.cause, claim.malicious) == (cause, malicious)


def test_a_motive_that_is_not_known_is_no_motive() -> None:
    data = changed(OLD, "action", {"misuse": {"variety": ["Unknown"], "vector": ["Unknown"]}})
    for motive in ("Unknown", "NA", "Fun"):
        one = changed(data, "actor/internal/motive", [motive])
        assert report_from_veris(parse_incident(one, where="test")).claim.malicious == "unknown"


def test_protection_is_said_only_where_all_states_agree() -> None:
    for states, state in (
        (["Stored encrypted"], "encrypted"),
        (["Stored encrypted", "Transmitted unencrypted"], "unknown"),
        (["Stored unencrypted", "Unknown"], "unknown"),
        (["Stored"], "unknown"),
    ):
        found = report_of("attribute/confidentiality/state", states).facts.elements
        assert found == {"health.record": Protection.model_validate({"state": state})}


def test_a_false_alarm_affects_nobody_and_nothing_else_is_read_as_nobody() -> None:
    data = changed(changed(OLD, "attribute", ...), "security_incident", "False positive")
    found = report_from_veris(parse_incident(data, where="test"))
    assert found.facts.people == {"unknown": Range.exactly(0)}
    assert found.claim.certainty == "suspected"
    assert report_of("attribute", ...).facts.people == {"unknown": Range()}
    no_person = [{"variety": "Source code", "amount": 3}]
    assert report_of("attribute/confidentiality/data", no_person).facts.people == {
        "unknown": Range()
    }


def test_lengths_of_time_are_bounds() -> None:
    for duration, hours in (
        ({"unit": "Days", "value": 3}, Range(low=48, high=97)),
        ({"unit": "Hours"}, Range(low=1, high=49)),
        ({"unit": "Never"}, Range()),
        ({"unit": "Unknown"}, Range()),
    ):
        part = {"variety": ["Interruption"], "duration": duration}
        found = report_of("attribute/availability", part)
        assert found.facts.unavailable_hours == hours


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        ("incident_id", ..., "incident_id: is missing"),
        ("incident_id", 7, "incident_id: has another shape"),
        ("schema_version", ..., "schema_version: is missing"),
        ("schema_version", "2.0", "schema_version: this version reads 1.3 and 1.4 only"),
        ("security_incident", "Confirmd", "security_incident: is no word of VERIS; did you mean"),
        ("related_incidents", "A-2", "related_incidents: no field of this document"),
        ("timeline/incident/year", "2015", "timeline.incident.year: has another shape"),
        ("timeline/incident/year", 1949, "timeline.incident.year: "),
        ("timeline/incident", {"year": 2015, "month": 2, "day": 30}, "timeline.incident: names"),
        ("victim/country", [], "victim.country: is empty"),
        ("victim/country", ["US", "US"], "victim.country: names one thing twice"),
        ("victim/country", ["USA"], "victim.country.0: is no country code"),
        ("victim/industry", "6", "victim.industry: "),
        ("victim/employee_count", ..., "victim.employee_count: is missing"),
        ("victim/shoe_size", 9, "victim.shoe_size: no field of this document"),
        ("action", {}, "action: says nothing"),
        ("action/error/variety", ["Misdeliverance"], "action.error.variety: is no word of VERIS"),
        ("action/error/vector", ..., "action.error.vector: is missing"),
        ("asset/assets", [], "asset.assets: "),
        ("asset/assets", [{"variety": "Sheep"}], "asset.assets.0.variety: is no word of VERIS"),
        ("attribute/confidentiality/data/0/amount", -1, "attribute.confidentiality.data.0.amount:"),
        ("discovery_method", "Ext - dog", "discovery_method.external.variety: is no word of VERIS"),
        ("discovery_method", "Dog", "discovery_method: is no word of VERIS"),
        ("summary", None, "summary: has another shape"),
    ],
)
def test_a_malformed_incident_is_refused_with_its_field(path: str, value: Any, says: str) -> None:
    data = copy.deepcopy(OLD)
    *steps, last = path.split("/")
    part: Any = data
    for step in steps:
        part = part[int(step) if step.isdigit() else step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    with pytest.raises(InvalidIncidentError) as caught:
        parse_incident(data, where="one.json")
    assert says in str(caught.value)
    assert str(caught.value).startswith("one.json: ")


@pytest.mark.parametrize("path", ["victim/government", "asset/cloud", "summary"])
def test_what_1_4_asks_for_is_asked_for(path: str) -> None:
    with pytest.raises(InvalidIncidentError, match=path.replace("/", ".")):
        parse_incident(changed(NEW, path, ...), where="test")


def test_a_refusal_repeats_no_value() -> None:
    data = changed(OLD, "victim/employee_count", "Mary Invented, 7 Made-up Road")
    with pytest.raises(InvalidIncidentError) as caught:
        parse_incident(data, where="test")
    assert "Mary" not in str(caught.value)


def a_file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_file_holds_one_incident_a_list_or_one_a_line(tmp_path: Path) -> None:
    second = {**OLD, "incident_id": "A-2"}
    both = json.dumps(OLD) + "\n\n" + json.dumps(second) + "\n"
    for name, text, ids in (
        ("one.json", json.dumps(OLD, indent="\t"), ["A-1"]),
        ("list.json", json.dumps([OLD, second]), ["A-1", "A-2"]),
        ("lines.jsonl", both, ["A-1", "A-2"]),
    ):
        found = read_incidents(a_file(tmp_path, name, text))
        assert [one.incident_id for one in found] == ids


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.json", "", "is empty"),
        ("a.json", "[]", "holds an empty list"),
        ("a.json", '{"incident_id": ', "a.json:1:17: not readable as JSON"),
        ("a.json", '{"incident_id": NaN}', "NaN is no number"),
        ("a.json", '{"a": 1, "a": 2}', "a field stands twice"),
        ("a.json", "[" * 100_000, "nested too deep"),
        ("a.json", "7", "is no incident"),
        ("a.jsonl", "7\n{}\n", "2 of 2 incidents are wrong"),
        (
            "a.jsonl",
            json.dumps(OLD) + "\n" + json.dumps(OLD),
            "a.jsonl:2: incident_id: stands twice",
        ),
    ],
)
def test_a_file_that_is_none_is_refused_with_its_place(
    tmp_path: Path, name: str, text: str, says: str
) -> None:
    path = a_file(tmp_path, name, text)
    with pytest.raises(InvalidInputError) as caught:
        read_incidents(path)
    assert says in str(caught.value)
