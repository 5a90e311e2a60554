"""The rows. Declared here, written and read only by `store/`.

`table=True` classes do not validate: rows are made from validated values and leave as values.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Index,
    LargeBinary,
    MetaData,
    Text,
    TypeDecorator,
    UniqueConstraint,
)
from sqlmodel import Field, SQLModel


class UtcDateTime(TypeDecorator[datetime]):
    """Keeps aware moments as UTC on every database and refuses naive ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return the moment in UTC as the database wants it."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a zone reached the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Return the moment in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(SQLModel):
    """Holds the metadata of Forthwith's own tables, apart from anybody else's."""

    metadata = MetaData()


def _text(**more: Any) -> Any:
    return Field(sa_type=Text, **more)


def _moment(**more: Any) -> Any:
    return Field(sa_type=UtcDateTime, **more)


class InstallationRow(Base, table=True):
    """Which installation this database belongs to."""

    __tablename__ = "installation"
    name: str = Field(primary_key=True)
    value: str = _text()


class CaseRow(Base, table=True):
    """One breach case."""

    __tablename__ = "breach_case"
    ref: str = Field(primary_key=True)
    kind: str
    state: str
    author: str
    opened_at: datetime = _moment()
    closed_at: datetime | None = _moment(default=None, nullable=True)
    held_by: str = ""
    hold_reason: str = _text(default="")
    held_at: datetime | None = _moment(default=None, nullable=True)


class EvidenceRow(Base, table=True):
    """A value stored whole: report, finding, scope, assessment, duties, fact sheet, set ..."""

    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("case_ref", "kind", "version"),)
    id: int | None = Field(default=None, primary_key=True)
    case_ref: str = Field(index=True)
    kind: str
    version: int
    digest: str
    body: str = _text()
    made_at: datetime = _moment()
    made_by: str


class PersonRow(Base, table=True):
    """A data subject."""

    __tablename__ = "person"
    person_id: str = Field(primary_key=True)
    name: str = _text(default="")
    birth_date: str | None = None
    country: str = ""
    region: str = ""
    locale: str = ""
    guardian_id: str = ""
    status: str = "account"
    do_not_write: bool = False
    guardian_is_danger: bool = False


class ContactRow(Base, table=True):
    """One address of a person; `rank` orders those of one kind, best first."""

    __tablename__ = "contact"
    __table_args__ = (Index("contact_by_person", "person_id", "kind", "rank"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: str
    kind: str
    value: str = _text()
    quality: str
    rank: int
    lookup: str = Field(default="", index=True)
    """Keyed fingerprint of the normalised value, to match an alert without searching in clear."""


class LinkRow(Base, table=True):
    """That a store holds a person's data."""

    __tablename__ = "link"
    __table_args__ = (Index("link_by_store", "store_id", "person_id"),)
    id: int | None = Field(default=None, primary_key=True)
    person_id: str
    store_id: str
    first_on: str
    last_on: str


class AffectedRow(Base, table=True):
    """One affected person in one version of a case's frozen list."""

    __tablename__ = "affected"
    case_ref: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    person_id: str = Field(primary_key=True)
    place: str
    age_group: str
    exposure: int = Field(sa_type=BigInteger)
    addressee_id: str
    form: str
    locale: str
    reach: str
    reach_reason: str


class DutyRow(Base, table=True):
    """One duty of a case and counsel's answer to it."""

    __tablename__ = "duty"
    case_ref: str = Field(primary_key=True)
    duty_id: str = Field(primary_key=True)
    state: str
    status: str
    due_by: datetime | None = _moment(default=None, nullable=True)
    first_due_by: datetime | None = _moment(default=None, nullable=True)
    """The earliest deadline it ever had: stays visible when awareness is moved."""
    target_by: datetime | None = _moment(default=None, nullable=True)
    body: str = _text()
    answer: str = _text(default="")
    """JSON: who, when, reason, assumptions, receipt."""
    updated_at: datetime = _moment()


class LawRow(Base, table=True):
    """One version of the law by which a case was judged: gzipped JSON."""

    __tablename__ = "law"
    version: str = Field(primary_key=True)
    body: bytes = Field(sa_type=LargeBinary)
    kept_at: datetime = _moment()


class NoticeSetRow(Base, table=True):
    """One version of one notice set."""

    __tablename__ = "notice_set"
    case_ref: str = Field(primary_key=True)
    set_key: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    audience: str
    state: str
    root: str
    sealed: str = _text()
    body: str = _text()
    author: str
    drafted_at: datetime = _moment()


class SignatureRow(Base, table=True):
    """One approver's signature over one set."""

    __tablename__ = "signature"
    case_ref: str = Field(primary_key=True)
    set_key: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    approver: str = Field(primary_key=True)
    key_fingerprint: str
    statement: str = _text()
    signature: str = _text()
    signed_at: datetime = _moment()


class DeliveryRow(Base, table=True):
    """One message to one person by one channel: the ledger."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("case_ref", "set_key", "version", "person_id", "channel"),
        Index("delivery_by_state", "case_ref", "set_key", "version", "state"),
        Index("delivery_by_person", "case_ref", "person_id"),
    )
    id: int | None = Field(default=None, primary_key=True)
    case_ref: str
    set_key: str
    version: int
    person_id: str
    addressee_id: str
    channel: str
    rank: int
    """1 is tried first; the next is opened only when the one before failed."""
    address: str = _text()
    name: str = _text()
    about: str = _text(default="")
    """Whom it is about, where that is not the addressee."""
    place: str
    locale: str
    form: str
    exposure: int = Field(sa_type=BigInteger)
    class_key: str
    state: str
    reason: str = ""
    attempts: int = 0
    doubts: int = 0
    next_at: datetime | None = _moment(default=None, nullable=True)
    lease: int = 0
    """Fencing token of the sender that holds it."""
    message_id: str = ""
    reply_code: int = 0
    finished_at: datetime | None = _moment(default=None, nullable=True)
    owner: str = ""
    due_by: datetime | None = _moment(default=None, nullable=True)
    outcome_by: str = ""
    updated_at: datetime | None = _moment(default=None, nullable=True)


class SenderRow(Base, table=True):
    """A seat: the right to send for a case, a lease with a token that never comes again."""

    __tablename__ = "sender"
    case_ref: str = Field(primary_key=True)
    seat: int = Field(primary_key=True)
    token: int
    owner: str
    until: datetime = _moment()


class CancelledRunRow(Base, table=True):
    """A run of a sending that was cancelled in Prefect and has put its case on hold for it."""

    __tablename__ = "cancelled_run"
    run_id: str = Field(primary_key=True)
    case_ref: str
    at: datetime = _moment()


class ContainmentRow(Base, table=True):
    """A measure for one account and what became of it (S90)."""

    __tablename__ = "containment"
    __table_args__ = (UniqueConstraint("case_ref", "person_id", "measure"),)
    id: int | None = Field(default=None, primary_key=True)
    case_ref: str = Field(index=True)
    person_id: str
    measure: str
    state: str
    asked_at: datetime = _moment()
    done_at: datetime | None = _moment(default=None, nullable=True)
    done_by: str = ""


class OfferPoolRow(Base, table=True):
    """Codes of one offer, with the place and the last day to enter them."""

    __tablename__ = "offer_pool"
    pool: str = Field(primary_key=True)
    """The measure that offers it."""
    url: str
    until: str
    """ISO date."""
    loaded_at: datetime = _moment()


class OfferCodeRow(Base, table=True):
    """One code of a pool."""

    __tablename__ = "offer_code"
    __table_args__ = (UniqueConstraint("pool", "code"),)
    id: int | None = Field(default=None, primary_key=True)
    pool: str
    code: str


class OfferGivenRow(Base, table=True):
    """The code a person of a case was given; it stays theirs in every later version."""

    __tablename__ = "offer_given"
    case_ref: str = Field(primary_key=True)
    person_id: str = Field(primary_key=True)
    code_id: int = Field(unique=True)
    given_at: datetime = _moment()


class AlertRow(Base, table=True):
    """A leak alert that came in, known again by its fingerprint; the secret is not kept."""

    __tablename__ = "alert"
    fingerprint: str = Field(primary_key=True)
    source: str
    case_ref: str = Field(default="", index=True)
    person_id: str = Field(default="", index=True)
    mailbox: str = ""
    """Keyed fingerprint of the mailbox in the alert: never used to tell its owner."""
    secret_fingerprint: str = ""
    seen_at: datetime = _moment()
    times: int = 1


class AlarmRow(Base, table=True):
    """An alarm that was raised, so that the same one is not raised every minute."""

    __tablename__ = "alarm"
    key: str = Field(primary_key=True)
    raised_at: datetime = _moment()
    times: int = 1


class BeatRow(Base, table=True):
    """The last sign of life of something that must not go quiet."""

    __tablename__ = "beat"
    source: str = Field(primary_key=True)
    at: datetime = _moment()


class AuditRow(Base, table=True):
    """One link of the hash chain, written in the transaction it tells of."""

    __tablename__ = "audit"
    seq: int = Field(primary_key=True)
    case_ref: str = Field(default="", index=True)
    at: datetime = _moment()
    action: str
    actor: str
    body: str = _text()
    previous: str
    link: str


class AuditHeadRow(Base, table=True):
    """The chain's end; its row is locked while a link is added."""

    __tablename__ = "audit_head"
    one: int = Field(primary_key=True)
    seq: int
    link: str
