"""Asks for the measures a leaked login needs, and records when they are carried out (S90)."""

from incidents.errors import NotFoundError
from incidents.models.tables import AlertRow
from incidents.store import alerts
from incidents.store.unit_of_work import Database, UnitOfWork

MEASURES = ("reset-password", "end-sessions")


def contain_account(database: Database, ref: str, *, actor: str) -> int:
    """Ask for the measures of a leaked-credential case; return how many stand on record."""
    with database.write(actor) as work:
        alert = alerts.alert_of_case(work, ref)
        if alert is None:
            raise NotFoundError("has no alert", where=ref, repair="take the alert in first")
        for person_id in may_own(work, ref, alert):
            alerts.ask_containment(work, ref, person_id, list(MEASURES))
        return len(alerts.containment(work, ref))


def may_own(work: UnitOfWork, ref: str, alert: AlertRow) -> list[str]:
    """Return whose login it is; everybody it fits, where that is not one person."""
    if alert.person_id:
        return [alert.person_id]
    return sorted({row.person_id for row in alerts.containment(work, ref) if row.person_id})


def confirm_measure(
    database: Database, ref: str, measure: str, person_id: str, *, actor: str
) -> None:
    """Record that a measure was carried out."""
    with database.write(actor) as work:
        alerts.confirm_containment(work, ref, person_id, measure)
