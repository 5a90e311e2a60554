"""Every word that goes to Prefect: flow, event and artifact names. Ids and refs only."""

import re
from typing import Final

HANDLE_BREACH: Final = "handle-breach"
DECIDE: Final = "decide-notices"
DELIVER: Final = "deliver-notices"
SHARE: Final = "share-sending"
ANNOUNCE: Final = "publish-announcement"
LEAKED_CREDENTIAL: Final = "handle-leaked-credential"
WATCH: Final = "watch-deadlines"
HOLD: Final = "hold-case"
HOLD_ON_CANCEL: Final = "hold-on-cancel"
RESUME_SENDING: Final = "resume-sending"
REPORT_FORM: Final = "report-breach"

CASE_OPENED: Final = "case.opened"
NOTICE_DRAFTED: Final = "notice.drafted"
NOTICE_APPROVED: Final = "notice.approved"
NOTICE_FINISHED: Final = "notice.finished"
ANNOUNCEMENT_APPROVED: Final = "announcement.approved"

RESOURCE = "incidents.case"


def resource(ref: str) -> str:
    """Return the event resource of a case."""
    return f"{RESOURCE}.{ref}"


def artifact_key(ref: str) -> str:
    """Return the artifact key of a case: lowercase letters, digits and dashes only."""
    return f"case-{_key(ref)}"


def sending_key(ref: str) -> str:
    """Return the artifact key of a case's sending."""
    return f"sending-{_key(ref)}"


def _key(ref: str) -> str:
    return re.sub(r"[^a-z0-9-]", "-", ref.lower())
