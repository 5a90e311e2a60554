"""The case record: everything on record of one case, by ids."""

import json
from typing import Any

import pytest

from incidents.audit.dossier import CaseRecord, dossier, dossier_text
from incidents.errors import AuditError

SCOPE = {
    "total": 3,
    "by_place": {"DE": 2, "CN": 1},
    "by_age": {"adult": 3},
    "by_reach": {"email": 2, "letter": 1},
}
ASSESSMENT = {
    "method": "enisa-2013",
    "score": 3.25,
    "computed": "risk",
    "override": {"level": "high", "by": "ana", "reason": "one person is in hiding"},
    "reasons": [{"text": "The passport number was in clear."}],
}


def record(**other: Any) -> CaseRecord:
    values: dict[str, Any] = {
        "case": {
            "ref": "inc-2026-0001",
            "state": "closed",
            "opened_at": "2026-03-02T09:00:00Z",
            "closed_at": None,
        },
        "evidence": [
            _evidence("scope", 1, {**SCOPE, "total": 2}),
            _evidence("scope", 2, SCOPE),
            _evidence("assessment", 1, ASSESSMENT),
        ],
        "duties": [
            {
                "duty_id": "eu-gdpr/authority-initial/DE",
                "state": "done",
                "due_by": "2026-03-05T09:00:00Z",
                "answers": [
                    {
                        "state": "done",
                        "by": "counsel",
                        "at": "2026-03-03T10:00:00+00:00",
                        "receipt": "B-17",
                        "reason": "",
                    }
                ],
            },
            {"duty_id": "org-promise/people", "state": "open", "due_by": None, "answers": []},
        ],
        "notice_sets": [
            {
                "set_key": "individuals-eu-gdpr",
                "version": 1,
                "state": "finished",
                "root": "a" * 64,
                "signatures": [{"approver": "ana"}, {"approver": "bo"}],
            },
            {
                "set_key": "authority-cn-pipl",
                "version": 1,
                "state": "drafted",
                "root": "b" * 64,
                "signatures": [],
            },
        ],
        "deliveries": [
            {"person_id": "p1", "channel": "email", "state": "handed_over", "doubts": 0},
            {"person_id": "p2", "channel": "email", "state": "handed_over", "doubts": 1},
            {"person_id": "p3", "channel": "letter", "state": "listed", "doubts": 0},
        ],
        "containment": [],
        "audit": [{"seq": 1}, {"seq": 4}],
        "audit_head": {"seq": 9, "link": "chain-1:ff"},
        "software": "forthwith 26.11.0",
    }
    return CaseRecord(**{**values, **other})


def _evidence(kind: str, version: int, body: "dict[str, Any]") -> "dict[str, Any]":
    return {
        "kind": kind,
        "version": version,
        "digest": str(version) * 64,
        "made_at": "2026-03-02T09:30:00Z",
        "made_by": "ana",
        "body": body,
    }


def test_the_record_is_one_json_value_that_reads_back_the_same() -> None:
    whole = dossier(record())
    assert whole["format"] == "forthwith/case-record/1"
    assert CaseRecord.model_validate(json.loads(json.dumps(whole))) == record()


@pytest.mark.parametrize("field", ["name", "address", "about", "email", "phone", "birth_date"])
@pytest.mark.parametrize("part", ["deliveries", "containment"])
def test_a_row_that_carries_more_than_ids_is_refused_without_repeating_it(
    part: str, field: str
) -> None:
    with pytest.raises(AuditError, match=field) as refused:
        record(**{part: [{"person_id": "p1", field: "Ana Ngata"}]})
    assert "Ngata" not in str(refused.value)


def test_the_summary_tells_each_part_in_plain_text() -> None:
    text = dossier_text(record())
    for line in (
        "Case record inc-2026-0001",
        "state closed, opened 2026-03-02T09:00:00Z, closed not yet",
        "  scope v1, 2026-03-02T09:30 by ana, sha256:" + "1" * 64,
        "  3 people",
        "  by place: CN 1, DE 2",
        "  computed: risk (enisa-2013, 3.25)",
        "  set to high by ana: one person is in hiding",
        "  - The passport number was in clear.",
        "  eu-gdpr/authority-initial/DE: done, due 2026-03-05T09:00:00Z",
        "    2026-03-03T10:00 done by counsel: receipt: B-17",
        "  org-promise/people: open, due no number",
        "  individuals-eu-gdpr v1: finished, signed by ana, bo",
        "    root sha256:" + "a" * 64,
        "  authority-cn-pipl v1: drafted, signed by nobody",
        "  email handed_over: 2",
        "  letter listed: 1",
        "  once in doubt: 1",
        "  2 links of this case",
    ):
        assert line in text.split("\n")
    assert text.endswith("of this case\n")


def test_only_the_newest_count_of_people_is_summed_up() -> None:
    assert "  2 people" not in dossier_text(record()).split("\n")


def test_a_published_announcement_is_told_with_its_digest() -> None:
    page = {"url": "https://shop.example/notice", "sha256": "c" * 64}
    text = dossier_text(record(evidence=[_evidence("publication", 1, page)]))
    assert f"  https://shop.example/notice, fetched back as sha256:{'c' * 64}" in text.split("\n")


def test_a_case_of_which_little_is_known_says_so() -> None:
    text = dossier_text(record(evidence=[], duties=[], notice_sets=[], deliveries=[]))
    assert text.count("\n  nothing\n") == 6


def test_what_people_typed_cannot_steer_a_terminal_or_make_up_a_line() -> None:
    typed = "\x1b[2Jdone\r\nAudit\u2028  0 problems\u202e"
    override = {**ASSESSMENT, "override": {"level": "high", "by": "ana", "reason": typed}}
    text = dossier_text(record(evidence=[_evidence("assessment", 1, override)]))
    assert "  set to high by ana:  [2Jdone  Audit   0 problems " in text.split("\n")
    assert not set(text) & set("\x1b\r\u2028\u202e")
