"""Finds who holds a message that does not hold any more, and lets a person decide about it."""

from functools import cached_property

from incidents.approval.seal import digest
from incidents.drafting.changes import Changes, changed
from incidents.errors import InvalidInputError
from incidents.models.base import Value
from incidents.models.notice import FactSheet
from incidents.models.scope import ScopeSummary
from incidents.store import cases, follow_ups, notices
from incidents.store.cases import EvidenceKind
from incidents.store.follow_ups import Told
from incidents.store.unit_of_work import Database, UnitOfWork


class FollowUps(Value):
    """Who holds a message that is not true any more, or not whole, in people."""

    wrong: int = 0
    """Were told something that is otherwise now."""
    recall: int = 0
    """Were told that they are affected, and are not."""
    news: int = 0
    """Were told nothing wrong, but more is known now."""
    declined: str = ""
    """Why a named person decided that nothing is corrected, if so."""

    @property
    def owed(self) -> int:
        """People for whom somebody has to decide."""
        return 0 if self.declined else self.wrong + self.recall

    def text(self) -> str:
        """Return it in a sentence."""
        return (
            f"{self.wrong} people hold a message that is wrong now, {self.recall} were told "
            f"without being affected"
        )


class Declined(Value):
    """A named person's decision to correct nothing, for one state of the facts."""

    fact_sheet: str
    scope: int
    people: int
    by: str
    reason: str


class Earlier:
    """What people were told, against what is known now."""

    def __init__(self, work: UnitOfWork, ref: str) -> None:
        self._work, self._ref = work, ref

    @cached_property
    def sheets(self) -> dict[str, FactSheet]:
        """Every version of the fact sheet by its digest, the newest last."""
        rows = cases.evidence_rows(self._work, self._ref, EvidenceKind.FACT_SHEET)
        sheets = [FactSheet.model_validate_json(row.body) for row in rows]
        return {digest(sheet): sheet for sheet in sheets}

    @cached_property
    def sealed_on(self) -> dict[tuple[str, int], str]:
        """Set and version -> digest of the fact sheet it was made from."""
        rows = notices.set_rows(self._work, self._ref, every_version=True)
        return {(row.set_key, row.version): notices.sealed_of(row).fact_sheet for row in rows}

    def changes(self, one: Told, now: FactSheet) -> Changes:
        """Return what is otherwise now for people of one kind."""
        if one.set_key.startswith("recall-"):
            return Changes(wrong=("recall",))
        before = self.sheets.get(self.sealed_on[one.set_key, one.version])
        if before is None:  # words that were approved ahead rest on no case's facts
            return Changes()
        return changed(
            before, now, exposure_before=one.exposure_before, exposure_after=one.exposure
        )

    def version(self, one: Told) -> int:
        """Return the version of the fact sheet they were told from."""
        sheet = self.sheets.get(self.sealed_on[one.set_key, one.version])
        return sheet.version if sheet else 0


def to_correct(work: UnitOfWork, ref: str) -> FollowUps:
    """Return who holds a message that does not hold any more and has no correction on its way."""
    scope = cases.find_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)
    if scope is None:
        return FollowUps()
    case = Earlier(work, ref)
    if not case.sealed_on or (len(case.sheets) < 2 and scope.version < 2):  # noqa: PLR2004
        return FollowUps()  # one state of the facts: nothing can have changed
    newest, now = list(case.sheets.items())[-1]
    wrong = news = 0
    for one in follow_ups.told(work, ref, scope.version):
        found = case.changes(one, now)
        if found.wrong:
            wrong += one.people - one.on_the_way
        elif found.news:
            news += one.people - one.on_the_way
    recall = sum(
        one.people - one.on_the_way for one in follow_ups.told_wrongly(work, ref, scope.version)
    )
    said = cases.find_evidence(work, ref, EvidenceKind.CORRECTION, Declined)
    declined = said is not None and (said.fact_sheet, said.scope) == (newest, scope.version)
    return FollowUps(
        wrong=wrong, recall=recall, news=news, declined=said.reason if said and declined else ""
    )


def decline_corrections(database: Database, ref: str, *, by: str, reason: str) -> FollowUps:
    """Record that a named person wants nothing corrected, for the facts as they stand.

    Raises:
        InvalidInputError: without a person or a reason, or when there is nothing to correct.
    """
    if not by.strip() or not reason.strip():
        raise InvalidInputError(
            "to leave a message uncorrected needs a named person and a reason",
            where=ref,
            repair="give --by NAME and --not-needed REASON",
        )
    with database.write(by) as work:
        found = to_correct(work, ref)
        if not found.owed:
            raise InvalidInputError("nobody holds a message that is wrong", where=ref)
        case = Earlier(work, ref)
        scope = cases.get_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)
        decided = Declined(
            fact_sheet=list(case.sheets)[-1],
            scope=scope.version,
            people=found.owed,
            by=by,
            reason=reason,
        )
        cases.put_evidence(work, ref, EvidenceKind.CORRECTION, decided)
        return found
