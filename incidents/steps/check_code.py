"""Finds the case a typed code belongs to, and what may be said of it; no person is looked up."""

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from incidents.drafting.words import Words
from incidents.models.base import Instant, Value
from incidents.models.notice import FactSheet
from incidents.steps.announce import Publication
from incidents.store import cases
from incidents.store.cases import EvidenceKind
from incidents.store.sent_cases import cases_that_sent, sent_between
from incidents.store.unit_of_work import Database, UnitOfWork

About = Literal["breach", "leaked", "quiet"]

FRESH = timedelta(minutes=1)
"""How long the facts of a case are taken from memory: its days come from its whole ledger."""
MOST_KEPT = 200


class CodeKeys(Protocol):
    """What is needed of the keys."""

    def case_of_code(self, code: str, case_refs: Sequence[str]) -> str | None:
        """Return the first of these cases that a code was made for, or None."""
        ...


class SentCase(Value):
    """What everybody who holds a code of a case may know: no more than its notices' subject."""

    ref: str
    about: About
    """`quiet` where a subject must not tell what kind of data, or nothing is known."""
    first: Instant | None
    last: Instant | None
    published: str = ""
    """Address of the announcement, where there is one."""


class CodeCheck:
    """Answers which case a code is of. Reads only, and keeps no code."""

    def __init__(self, database: Database, ring: CodeKeys, words: Words) -> None:
        self._database = database
        self._ring = ring
        self._quiet = {
            element for group in words.advice.groups if group.quiet for element in group.elements
        }
        self._kept: OrderedDict[str, tuple[datetime, SentCase]] = OrderedDict()

    def find(self, code: str) -> SentCase | None:
        """Return the case that sent notices with this code, or None when none of ours did."""
        with self._database.read() as work:
            ref = self._ring.case_of_code(code, cases_that_sent(work))
            return None if ref is None else self._facts(work, ref)

    def _facts(self, work: UnitOfWork, ref: str) -> SentCase:
        at, kept = self._kept.get(ref, (None, None))
        if at is not None and kept is not None and work.now - at < FRESH:
            return kept
        first, last = sent_between(work, ref)
        published = cases.find_evidence(work, ref, EvidenceKind.PUBLICATION, Publication)
        facts = SentCase(
            ref=ref,
            about=self._about(work, ref),
            first=first,
            last=last,
            published=published.url if published else "",
        )
        self._kept[ref] = (work.now, facts)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return facts

    def _about(self, work: UnitOfWork, ref: str) -> About:
        if cases.case_row(work, ref).kind == "leaked_credential":
            return "leaked"
        sheet = cases.find_evidence(work, ref, EvidenceKind.FACT_SHEET, FactSheet)
        if sheet is None:
            return "quiet"
        touched = {str(element) for store in sheet.stores for element in store.elements}
        return "quiet" if touched & self._quiet else "breach"
