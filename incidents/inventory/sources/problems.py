"""Collects what is wrong in an inventory folder: all of it at once, without values."""

from incidents.errors import InvalidInputError
from incidents.models.inventory import Finding

MOST_SHOWN = 50


class InvalidInventoryError(InvalidInputError):
    """An inventory folder that cannot be taken in. `findings` holds up to 50 errors."""

    slug = "invalid-inventory"

    def __init__(self, findings: list[Finding], *, total: int, where: str) -> None:
        lines = [f"{f.where}: {f.what}; {f.repair}" for f in findings]
        if total > len(findings):
            lines.append(f"and {total - len(findings)} more")
        head = "1 error" if total == 1 else f"{total} errors"
        super().__init__(
            "\n  ".join([f"{head}, nothing was taken in:", *lines]),
            where=where,
            repair="mend these lines and read the folder again",
        )
        self.findings = findings


class Problems:
    """Errors one by one, warnings counted by kind."""

    def __init__(self) -> None:
        self.errors: list[Finding] = []
        self.total = 0
        self._warnings: dict[tuple[str, str, str, str], tuple[int, int]] = {}

    def error(self, file: str, line: int, column: str, what: str, repair: str) -> None:
        """Note an error; beyond 50 it is only counted."""
        self.total += 1
        if len(self.errors) < MOST_SHOWN:
            where = ":".join(str(part) for part in (file, line, column) if part)
            self.errors.append(Finding(level="error", where=where, what=what, repair=repair))

    def warn(self, file: str, line: int, column: str, what: str, repair: str) -> None:
        """Note a warning; the same one in other lines is counted, the first line is kept."""
        key = (file, column, what, repair)
        first, times = self._warnings.get(key, (line, 0))
        self._warnings[key] = (first, times + 1)

    def warnings(self) -> list[Finding]:
        """Return the warnings, each with its first line and how often it occurs."""
        return [
            Finding(
                level="warning",
                where=":".join(str(part) for part in (file, first, column) if part),
                what=what if times == 1 else f"{what} (first of {times} lines)",
                repair=repair,
            )
            for (file, column, what, repair), (first, times) in self._warnings.items()
        ]

    def raise_if_any(self, where: str) -> None:
        """Raise all errors as one.

        Raises:
            InvalidInventoryError: when there is an error.
        """
        if self.total:
            raise InvalidInventoryError(self.errors, total=self.total, where=where)
