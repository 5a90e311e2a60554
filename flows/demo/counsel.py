"""Plays the people of the demo: approvers, the desk that works the lists, counsel.

Everything they say is invented. In a real case these are people; the commands they would type
are the ones of `forthwith notice`, `forthwith deliveries` and `forthwith duties`.
"""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from incidents.approval.ssh_signature import one_line, sign
from incidents.models.duty import Duty
from incidents.steps.approve_notices import statement, waiting
from incidents.steps.list_tasks import list_tasks
from incidents.steps.record_receipt import record_receipt
from incidents.steps.show_case import CaseView
from incidents.wiring import Workshop

COUNSEL = "general-counsel"


def sets_that_need(shop: Workshop, ref: str, sets: Sequence[str], approver: str) -> list[str]:
    """Return the sets that still need this approver: one more person, or somebody of their role."""
    people = shop.inventory.inventory.organisation.approvers
    role = next(one.role for one in people if one.id == approver)
    open_ = waiting(shop.database, ref, shop.settings)
    return [
        one
        for one in sets
        if one in open_
        and (open_[one].missing or any(role in it.split("|") for it in open_[one].missing_roles))
    ]


def signature_lines(
    shop: Workshop, ref: str, sets: Sequence[str], key: Ed25519PrivateKey
) -> list[str]:
    """Return an approver's lines for sets, as `forthwith notice sign` would print them."""
    return [
        f"{one}:{one_line(sign(key, statement(shop.database, ref, one).text().encode()))}"
        for one in sets
    ]


def work_the_lists(shop: Workshop, ref: str, path: Path) -> Path:
    """Write the outcomes of a day at the desk: most are told, a few calls find nobody."""
    tasks = list_tasks(shop.database, ref, shop.ring)
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("task_id", "outcome", "reason"))
        for letter in tasks.letters:
            rows.writerow((letter.id, "done_by_hand", "posted"))
        for call in tasks.calls:
            away = call.id % 9 == 0
            rows.writerow(
                (
                    call.id,
                    "not_reached" if away else "done_by_hand",
                    "no-answer" if away else "told",
                )
            )
        for case in tasks.hand:
            rows.writerow((case.id, "done_by_hand", "decided"))
    return path


def answer_everything(shop: Workshop, ref: str, view: CaseView, record_digest: str) -> int:
    """Give counsel's answer to every duty; return how many were answered."""
    for duty, _ in view.duties:
        answer, grounds = _answer(duty, record_digest)
        if answer == "late-done":
            record_receipt(shop.database, ref, duty.id, "late", by=COUNSEL, **grounds)
            answer, grounds = "done", {"receipt": "DEMO-12387-0001"}
        record_receipt(shop.database, ref, duty.id, answer, by=COUNSEL, **grounds)
    return len(view.duties)


class _Grounds(TypedDict, total=False):
    reason: str
    assumptions: str
    receipt: str


def _answer(duty: Duty, record_digest: str) -> tuple[str, _Grounds]:
    if duty.regime == "law-unknown":
        return "done", {"receipt": f"written advice of local counsel for {duty.recipient.place}"}
    people = duty.recipient.kind in {"individual", "guardian"}
    if people and duty.status != "owed_if":
        return "done", {"receipt": f"ledger in the case record, sha256 {record_digest[:16]}"}
    if duty.status == "owed_if" or duty.duty.endswith(("-final", "-update", "-supplement")):
        return "declined", {
            "reason": "the first report was complete and nothing new has come up",
            "assumptions": "no new fact; a new version of the report opens this again",
        }
    if duty.regime == "cn-cac-incident-reporting":
        return "late-done", {
            "reason": "its grade could be judged only when the people were counted; "
            "reported all the same"
        }
    if duty.recipient.kind == "record":
        return "done", {"receipt": "this case record is the register's entry"}
    return "done", {"receipt": f"DEMO-{duty.recipient.place or 'CN'}-0001"}
