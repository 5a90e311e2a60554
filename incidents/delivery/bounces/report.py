"""What one returned message says."""

from enum import StrEnum

from pydantic import computed_field

from incidents.models.base import Value


class Kind(StrEnum):
    """What a returned message is."""

    BOUNCE = "bounce"
    """A mail server could not deliver, or could not yet (RFC 3464 and all free forms)."""
    COMPLAINT = "complaint"
    """A person or a provider objected to a message (RFC 5965)."""
    AUTO_REPLY = "auto-reply"
    """A program answered for a person who is away (RFC 3834)."""
    DELIVERED = "delivered"
    """A mail server says that it delivered or passed on."""
    OTHER = "other"
    """None of these: probably written by a person."""


class Fate(Value):
    """What became of the message for one recipient."""

    recipient: str
    """Address; empty when the report does not say."""
    status: str = ""
    """Enhanced status code of RFC 3463, such as `5.1.1`; empty when there was none."""
    reason: str
    """A closed word, such as `userunknown`; the words stand in `reasons.yaml`."""
    permanent: bool
    """Whether writing to this address again is of no use."""
    waiting: bool = False
    """Whether the server still tries (RFC 3464 2.3.3, `delayed`)."""


class Bounce(Value):
    """What one message says, in whole and for each recipient.

    `status`, `reason` and `permanent` are those of the first recipient.
    """

    kind: Kind
    each: list[Fate] = []
    """One entry for each recipient, in the order of the report."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def recipients(self) -> list[str]:
        """Addresses named by the report, without repeats."""
        return list(dict.fromkeys(fate.recipient for fate in self.each if fate.recipient))

    @computed_field  # type: ignore[prop-decorator]
    @property
    def status(self) -> str:
        """Status for the first recipient."""
        return self.each[0].status if self.each else ""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def reason(self) -> str:
        """Reason for the first recipient; empty for a message of no known kind."""
        return self.each[0].reason if self.each else ""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def permanent(self) -> bool:
        """Whether the first recipient cannot be reached for good."""
        return bool(self.each) and self.each[0].permanent
