"""Lets only the enrolled installation send; a named person reconciles any other."""

from incidents.clock import new_id
from incidents.errors import InvalidInputError, StoreError
from incidents.models.tables import InstallationRow
from incidents.store.deliveries import doubt_unsent
from incidents.store.unit_of_work import Database
from incidents.witness import Witness

NAME = "id"


def enrol_new(database: Database, witness: Witness) -> None:
    """Enrol a database that has never been used; leave any other alone."""
    with database.read() as work:
        if work.session.get(InstallationRow, NAME) is not None:
            return
    with database.write("forthwith") as work:
        installation = new_id("ins")
        work.session.add(InstallationRow(name=NAME, value=installation))
        work.note("installation.enrolled", installation=installation)
    if witness.read() is None:
        witness.enrol(installation, *database.audit_head())


def follow(database: Database, witness: Witness) -> None:
    """Let the witness follow the chain from now on, if it vouches for this database.

    A copy that goes its own way must not grow past the witness and be taken for the original.
    """
    try:
        check_installation(database, witness)
    except StoreError:
        return
    installation = installation_of(database)
    database.after_commit = lambda seq, link: witness.advance(installation, seq, link)


def check_installation(database: Database, witness: Witness) -> None:
    """Let a database pass that was neither restored, copied nor moved.

    Raises:
        StoreError: saying what it looks like and what to do.
    """
    witness.check(installation_of(database), database.audit_link)


def installation_of(database: Database) -> str:
    """Return the installation's id, empty before it is enrolled."""
    with database.read() as work:
        row = work.session.get(InstallationRow, NAME)
        return row.value if row else ""


def reconcile(database: Database, witness: Witness, *, by: str, reason: str) -> int:
    """Enrol a restored, copied or moved database as the one that sends.

    What the database believes to be unsent may have been sent: what was planned and every message
    under way is marked as in doubt, so that a second sending is on record as such.

    Returns:
        How many messages were marked.
    """
    if not by.strip() or not reason.strip():
        raise InvalidInputError(
            "reconciling needs a named person and a reason",
            where="--by, --reason",
            repair="give both",
        )
    with database.write(by) as work:
        marked = doubt_unsent(work)
        work.note("installation.reconciled", messages=marked)
    witness.enrol(installation_of(database), *database.audit_head())
    return marked
