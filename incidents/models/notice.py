"""What is said, to which class of people, in which set."""

from datetime import date
from typing import Literal

from incidents.models.base import Value
from incidents.models.inventory import Organisation
from incidents.models.report import Certainty, Failure, Kind, Protection, Timeline, Window
from incidents.models.scope import Form
from incidents.models.vocabulary import CauseKey, ContentKey, ElementKey

Audience = Literal["individuals", "authority", "public"]


class StoreFact(Value):
    """What was touched in one store, as notices say it."""

    store: str
    name: str
    names: dict[str, str] = {}
    bit: int
    elements: dict[ElementKey, Protection]
    window: Window | None = None


class Measure(Value):
    """Something done or planned, as a key of the catalogue of sentences."""

    key: str
    done: bool


class Offer(Value):
    """A measure offered to each person with a code of their own."""

    pool: str
    """The measure, as the catalogue knows it."""
    url: str
    """Where people enter the code."""
    until: date
    """Last day to enter it."""


class FactSheet(Value):
    """The one source of every text: what we know, since when, how sure, and what we do not know."""

    case_ref: str
    version: int
    organisation: Organisation
    kinds: list[Kind] | None
    cause: CauseKey
    failure: list[Failure]
    certainty: Certainty
    timeline: Timeline
    stores: list[StoreFact]
    people_total: int
    people_by_place: dict[str, int]
    children_total: int
    measures: list[Measure]
    unknown: list[str]
    """Keys of facts not known yet."""
    risk: str
    risk_reasons: list[str]
    policy_version: str
    next_update_on: str
    """Day by which the organisation writes again, ISO."""
    offer: Offer | None = None
    """What people get a code for."""


class MessageClass(Value):
    """All people who get the same words but for their own name and code."""

    key: str
    """`<locale>.<form>.<exposure mask>`, unique within its set."""
    locale: str
    form: Form
    exposure: int
    people: int
    subject: str
    text: str
    html: str
    digest: str
    """SHA-256 of the class with holes where a person's own values go."""


class FormRow(Value):
    """One line of an authority's form, in its order."""

    section: str
    label: str
    value: str
    """In words; empty where a person fills it in."""
    keys: list[str]
    note: str = ""


class FieldChange(Value):
    """What one field said in the filing before and says now, in words."""

    key: str
    label: str
    before: str
    """Empty where it was not said."""
    after: str
    """Empty where it is not said any more."""


class Filing(Value):
    """One package for one authority."""

    duty_id: str
    authority: str
    place: str
    letter: str
    fields: dict[str, object]
    digest: str
    phase: str = "initial"
    """The duty's phase, or `withdrawal`."""
    locale: str = ""
    form: str = ""
    """Id of the authority's form."""
    rows: list[FormRow] = []
    changes: list[FieldChange] = []
    """Against what was last filed with the authority under the same law."""


class Paper(Value):
    """A text beside the notices, from the same facts: sealed, and sent to no list by itself."""

    key: str
    """`<kind> <locale>`, with form and mask where people differ; unique within its set."""
    kind: Literal["sms", "push", "faq", "press"]
    locale: str
    title: str
    text: str
    digest: str


class Announcement(Value):
    """A page that stands by itself."""

    locales: list[str]
    html: str
    text: str
    grounds: list[str]
    """Why one by one is hard, with the numbers, and the rule that allows it."""
    digest: str


class NoticeSet(Value):
    """What is approved together: one audience under one combination of regimes."""

    key: str
    """`individuals-eu-gdpr`, `authority-cn-pipl`, `public-announcement`; `[a-z0-9-]`."""
    audience: Audience
    regimes: list[str]
    duties: list[str]
    required: list[ContentKey]
    classes: list[MessageClass] = []
    filings: list[Filing] = []
    announcement: Announcement | None = None
    papers: list[Paper] = []
    channels: list[str] = []
