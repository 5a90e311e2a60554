"""A seal over exactly what goes out, and the statement people sign."""

from incidents.models.base import Instant, Value

SEAL_FORMAT = "forthwith-seal/1"
NAMESPACE = "forthwith-approval"
"""SSH signature namespace: keeps a signature made here from meaning anything elsewhere."""


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
