"""One root for every error a person may see: what is wrong, where, and what to do about it."""


class ForthwithError(Exception):
    """Something a person has to mend.

    Args:
        what: What is wrong, in one sentence, without personal data.
        where: File and line, field path, case or setting; empty where it is plain.
        repair: What to do about it; empty only where nothing can be done.
    """

    slug = "error"

    def __init__(self, what: str, *, where: str = "", repair: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.repair = repair

    def __str__(self) -> str:
        """Return all three parts, one a line."""
        lines = [f"{self.where}: {self.what}" if self.where else self.what]
        if self.repair:
            lines.append(f"  to repair: {self.repair}")
        return "\n".join(lines)


class InvalidInputError(ForthwithError):
    """A file or form that does not keep to its shape."""

    slug = "invalid-input"


class SettingsError(ForthwithError):
    """A setting that is missing or cannot be right."""

    slug = "settings"


class NotFoundError(ForthwithError):
    """A case, person, duty or set that does not exist."""

    slug = "not-found"


class MoveNotAllowedError(ForthwithError):
    """A change of state that the table of moves does not hold."""

    slug = "move-not-allowed"


class LawDataError(ForthwithError):
    """A law file that breaks its schema or its examples."""

    slug = "law-data"


class DraftingError(ForthwithError):
    """A notice that lacks what its duty requires, or cannot be rendered."""

    slug = "drafting"


class ApprovalError(ForthwithError):
    """A signature that does not approve what is to go out."""

    slug = "approval"


class HeldError(ForthwithError):
    """Sending is on hold until a named person resumes it."""

    slug = "held"


class DeliveryError(ForthwithError):
    """A route that cannot be used at all."""

    slug = "delivery"


class SeatTakenError(DeliveryError):
    """Others are sending this case already, as many as may."""

    slug = "seat-taken"


class AuditError(ForthwithError):
    """A record of what was done that does not add up."""

    slug = "audit"


class StoreError(ForthwithError):
    """The database cannot be used as it is."""

    slug = "store"
