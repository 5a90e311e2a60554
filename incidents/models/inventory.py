"""What the organisation is, what it holds, about whom."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from incidents.models.approval import SigningRule
from incidents.models.base import Value, Zone
from incidents.models.report import Protection
from incidents.models.vocabulary import ElementKey, RoleKey

INVENTORY_FORMAT: Literal["forthwith/inventory/1"] = "forthwith/inventory/1"
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]


class Approver(Value):
    """A person enrolled to sign what goes out."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,40}$")]
    role: str
    deputy: bool = Field(
        default=False,
        description="Stands in for the others of this role, and is called when they do not answer.",
    )
    ssh_public_key: str
    """One line as in `id_ed25519.pub`."""


class Officer(Value):
    """Somebody a notice or an authority is pointed to."""

    title: str
    contact: str = ""


class PolicyVersion(Value):
    """A published privacy policy and what it promised while it stood."""

    id: str
    published_on: Day
    ended_on: Day | None = None
    url: str = ""
    promises_notice: bool = True


Selector = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*$")]
"""Name of a DKIM key below `_domainkey` (RFC 6376 3.1)."""


class NoticeIdentity(Value):
    """Under which names notices leave, and where people check them."""

    sender: str = ""
    reply_to: str = ""
    announcement_url: str = ""
    check_url: str = ""
    link_domains: list[str] = []
    # Left out where it is empty: what was sealed before there was such a field stays the same.
    dkim_selectors: list[Selector] = Field(default=[], exclude_if=lambda named: not named)


class Organisation(Value):
    """The controller. What is empty is listed by `doctor` and refused by drafting where needed."""

    format: Literal["forthwith/inventory/1"] = INVENTORY_FORMAT
    legal_name: str
    trading_name: str = ""
    postal_address: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    place: str = Field(description="Home place, such as CN-GD-SZ.")
    court: str = Field(default="", description="Where people may sue (S108).")
    zone: Zone
    roles: list[RoleKey] = ["controller"]
    established_in: list[str] = []
    representatives: dict[str, str] = Field(
        default={}, description="Per place such as EU or GB: the representative's name and address."
    )
    officers: dict[str, Officer] = Field(
        default={}, description="privacy, children, counsel, security."
    )
    approvers: list[Approver] = []
    signing: list[SigningRule] = Field(
        default=[], description="Who must sign what; empty is the rules that ship."
    )
    on_call: list[Officer] = []
    policies: list[PolicyVersion] = []
    notices: NoticeIdentity = NoticeIdentity()
    targets_hours: dict[str, int] = Field(
        default={},
        description="Own targets where the law has words without a number: `<regime>/<duty>` or "
        "`default`, in hours after the clock's start. Always shown as policy, never as law.",
    )


class Retention(Value):
    """When data is masked or deleted, in days after it was made."""

    delete_after_days: int | None = Field(default=None, gt=0)
    mask_after_days: int | None = Field(default=None, gt=0)
    masks: list[ElementKey] = []


class Store(Value):
    """One place where personal data lies."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,60}$")]
    name: str
    names: dict[str, str] = Field(
        default={}, description="The name in other languages, by locale such as zh-Hans."
    )
    activities: list[str] = []
    elements: dict[ElementKey, Protection] = {}
    subjects: str = "customers"
    retention: Retention = Retention()
    copies: list[str] = Field(default=[], description="Other stores or backups with the same data.")
    recipients: list[str] = Field(default=[], description="Who else gets the data.")
    policy: str = Field(default="", description="Id of the policy that governs it (S10, S11).")
    owner: str = ""
    last_review: Day | None = None
    evidence: bool = Field(default=False, description="A log that shows who did what (S93, S94).")


class PersonStatus(StrEnum):
    """What somebody is to the organisation."""

    ACCOUNT = "account"
    CONSIGNEE = "consignee"
    SUPPLIER = "supplier"
    FORMER = "former"
    DECEASED = "deceased"


class ContactKind(StrEnum):
    """A way to reach somebody (S85)."""

    EMAIL = "email"
    POSTAL = "postal"
    PHONE = "phone"
    PUSH = "push"


class ContactQuality(StrEnum):
    """How far a way can be trusted."""

    GOOD = "good"
    UNVERIFIED = "unverified"
    BAD = "bad"
    COMPROMISED = "compromised"


FLAGS = frozenset({"do_not_write", "unsubscribed", "guardian_is_danger"})


class Person(Value):
    """A data subject."""

    person_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")]
    name: Annotated[str, Field(max_length=300)] = ""
    birth_date: Day | None = None
    country: Annotated[str, Field(pattern=r"^([A-Z]{2})?$")] = ""
    region: Annotated[str, Field(pattern=r"^([A-Z0-9]{1,3})?$")] = ""
    locale: Annotated[str, Field(pattern=r"^([A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)?$")] = ""
    guardian_id: str = ""
    status: PersonStatus = PersonStatus.ACCOUNT
    flags: frozenset[str] = frozenset()


class Contact(Value):
    """One address of a person."""

    person_id: str
    kind: ContactKind
    value: Annotated[str, Field(min_length=1, max_length=1000)]
    quality: ContactQuality = ContactQuality.GOOD


class Link(Value):
    """That a store holds a person's data, and from when to when it was made."""

    person_id: str
    store_id: str
    first_on: Day
    last_on: Day


class Finding(Value):
    """Something `doctor` or `inventory check` says about an inventory."""

    level: Literal["error", "warning"]
    where: str
    what: str
    repair: str


class Inventory(Value):
    """Organisation and stores; people are rows and never a value."""

    organisation: Organisation
    stores: list[Store]

    def store(self, store_id: str) -> Store | None:
        """Return a store by id, or None."""
        return next((store for store in self.stores if store.id == store_id), None)
