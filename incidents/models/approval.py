"""A seal over exactly what goes out, and the statement people sign."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from incidents.models.base import Instant, Value

SEAL_FORMAT = "forthwith-seal/1"
NAMESPACE = "forthwith-approval"
"""SSH signature namespace: keeps a signature made here from meaning anything elsewhere."""


Role = Annotated[str, Field(pattern=r"^[a-z][a-z-]*(\|[a-z][a-z-]*)*$")]
"""A role of an approver such as `counsel`; `counsel|privacy` is either of them."""


class SigningRule(Value):
    """Who must sign some kinds of notice set. A field that is left out narrows nothing."""

    name: Annotated[str, Field(min_length=1, description="What people are told it is for.")]
    audiences: list[Literal["individuals", "authority", "public"]] = Field(
        default=[], description="To whom the set goes."
    )
    child: bool = Field(
        default=False, description="Only where a child under 14 is among those it is about."
    )
    phases: list[str] = Field(
        default=[], description="Only where every duty it serves is in one of these phases."
    )
    within_hours: int | None = Field(
        default=None, gt=0, description="Only where its shortest limit is at most so many hours."
    )
    more_people_than: int | None = Field(default=None, ge=0)
    people_at_most: int | None = Field(default=None, ge=0)
    signatures: int = Field(default=1, ge=1, description="How many different people must sign.")
    roles: list[Role] = Field(default=[], description="Roles that must be among them.")
    instead: bool = Field(
        default=False, description="Stands in place of every other rule where it fits."
    )

    @model_validator(mode="after")
    def _lighter_only_where_narrow(self) -> Self:
        narrow = self.within_hours is not None or self.people_at_most is not None
        if self.instead and not narrow:
            raise ValueError("a rule in place of others names within_hours or people_at_most")
        return self


class Needed(Value):
    """What a notice set needs before it may go out."""

    signatures: int
    roles: list[str] = []
    rules: list[str] = []
    """Names of the rules that ask for it."""


class Sealed(Value):
    """What a seal covers. Its canonical bytes are hashed into the root."""

    format: str = SEAL_FORMAT
    case_ref: str
    set_key: str
    version: int
    fact_sheet: str
    classes: dict[str, str]
    templates: dict[str, str]
    recipients: str
    """SHA-256 over the ordered recipient list."""
    counts: dict[str, int]
    channels: list[str]
    not_before: str
    law_version: str


class Statement(Value):
    """The short text an approver signs."""

    case_ref: str
    set_key: str
    version: int
    counts: dict[str, int]
    root: str
    author: str

    def text(self) -> str:
        """Return the statement's exact bytes as text, ending in one line feed."""
        counts = ", ".join(f"{n} {what}" for what, n in sorted(self.counts.items()))
        return (
            "I approve that exactly this goes out.\n"
            f"case: {self.case_ref}\n"
            f"set: {self.set_key}\n"
            f"version: {self.version}\n"
            f"counts: {counts}\n"
            f"author: {self.author}\n"
            f"root: sha256:{self.root}\n"
        )


class Signature(Value):
    """One approver's signature over a statement."""

    approver: str
    key_fingerprint: str
    signature: str
    """Armoured SSH signature."""
    signed_at: Instant
