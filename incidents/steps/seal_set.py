"""Computes what a set's seal covers, from the store alone: when drafted, signed and sent."""

from datetime import datetime

from incidents.approval.seal import RecipientDigest, differences, digest
from incidents.approval.seal import root as root_of
from incidents.errors import ApprovalError
from incidents.models.approval import Sealed
from incidents.models.notice import NoticeSet
from incidents.models.tables import NoticeSetRow
from incidents.store import notices, recipients
from incidents.store.unit_of_work import UnitOfWork


def seal(
    work: UnitOfWork,
    ref: str,
    version: int,
    body: NoticeSet,
    *,
    fact_sheet: str,
    templates: dict[str, str],
    counts: dict[str, int],
    not_before: datetime,
    law_version: str,
) -> Sealed:
    """Return what is sealed for one version of a set.

    Args:
        work: The transaction.
        ref: The case.
        version: Version of the set.
        body: Every class, filing and announcement as they will go out.
        fact_sheet: Digest of the fact sheet.
        templates: Path -> SHA-256 of the files the words came from.
        counts: People and messages, as the statement shows them.
        not_before: Earliest moment of sending.
        law_version: Version of the law the duties came from.
    """
    listed = RecipientDigest()
    for row in recipients.sealed_rows(work, ref, body.key, version):
        listed.add(*row)
    return Sealed(
        case_ref=ref,
        set_key=body.key,
        version=version,
        fact_sheet=fact_sheet,
        classes=_classes(body),
        templates=templates,
        recipients=listed.hexdigest(),
        counts=counts,
        channels=sorted(body.channels),
        not_before=not_before.isoformat(),
        law_version=law_version,
    )


def _classes(body: NoticeSet) -> dict[str, str]:
    """Return a digest of every text in the set, taken from the texts themselves."""
    said = {one.key: digest(one) for one in body.classes}
    said |= {f"filing {one.duty_id}": digest(one) for one in body.filings}
    said |= {one.key: digest(one) for one in body.papers}
    if body.announcement is not None:
        said["announcement"] = digest(body.announcement)
    return said


def check_seal(work: UnitOfWork, row: NoticeSetRow) -> None:
    """Let a set pass whose texts and list are still exactly what its root stands for.

    Raises:
        ApprovalError: saying what has changed since it was sealed.
    """
    was = notices.sealed_of(row)
    body = notices.notice_set(row)
    listed = RecipientDigest()
    for one in recipients.sealed_rows(work, row.case_ref, row.set_key, row.version):
        listed.add(*one)
    now = was.model_copy(
        update={
            "classes": _classes(body),
            "recipients": listed.hexdigest(),
            "channels": sorted(body.channels),
        }
    )
    changed = differences(was, now)
    if changed or root_of(was) != row.root:
        raise ApprovalError(
            "is not what was sealed: " + ("; ".join(changed) or "the seal itself was changed"),
            where=f"{row.case_ref} {row.set_key} v{row.version}",
            repair="draft it again and have it approved again",
        )
