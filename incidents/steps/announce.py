"""Proposes an announcement where one by one is hard, and publishes the approved one (S86)."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from incidents.approval.seal import digest, root
from incidents.drafting.allowed import weighed
from incidents.drafting.announcement import draft_announcement
from incidents.drafting.case_words import laid_over, missing
from incidents.drafting.choose import SetPlan, announcement_plan
from incidents.drafting.wording import body_flaws, refuse_blocking
from incidents.drafting.words import Words
from incidents.errors import ApprovalError, DeliveryError, DraftingError, HeldError
from incidents.models.base import Instant, Value
from incidents.models.inventory import Inventory
from incidents.models.notice import FactSheet, NoticeSet
from incidents.models.scope import ScopeSummary
from incidents.models.states import CaseState, SetState
from incidents.settings import Settings
from incidents.steps.allow_finding import allowances
from incidents.steps.approve_notices import check_released
from incidents.steps.case_words import case_words
from incidents.steps.drafting_material import live_duties
from incidents.steps.seal_set import seal
from incidents.store import cases, deliveries, notices
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork

SET_KEY = "public-announcement"


class Proposal(Value):
    """Why an announcement, in numbers and rules; nothing is published by it."""

    total: int
    unreachable: int
    not_reached: int
    rules: list[str]

    @property
    def grounded(self) -> bool:
        """Whether there is both somebody who is not reached and a rule that allows it."""
        return bool((self.unreachable or self.not_reached) and self.rules)

    def lines(self) -> list[str]:
        """Return it in sentences."""
        head = (
            f"{self.unreachable} of {self.total} people have no usable address, "
            f"{self.not_reached} were tried in vain"
        )
        rules = [f"allowed by: {rule}" for rule in self.rules] or ["no rule allows one here"]
        return [head, *rules]


class Publication(Value):
    """That a page was published: fetched back from its address with the sealed digest."""

    url: str
    sha256: str
    set_version: int
    published_at: Instant


class Web(Protocol):
    """Where the organisation's pages lie, and how they look from outside."""

    def publish(self, page: bytes, name: str) -> str:
        """Write a page and return the address it is expected at."""
        ...

    def fetch_back(self, url: str) -> str:
        """Return the SHA-256 of what an address serves, in hex."""
        ...


def propose_announcement(database: Database, ref: str) -> Proposal:
    """Return the numbers and the rules; the case's people decide."""
    with database.read() as work:
        return _proposal(work, ref)


def _plan(work: UnitOfWork, ref: str, scope: ScopeSummary) -> SetPlan | None:
    return announcement_plan(live_duties(work, ref), scope.by_place)


def _proposal(work: UnitOfWork, ref: str) -> Proposal:
    scope = cases.get_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)
    plan = _plan(work, ref, scope)
    without, in_vain = deliveries.unreached(work, ref)
    return Proposal(
        total=scope.total,
        unreachable=without,
        not_reached=in_vain,
        rules=plan.announcement_rules if plan else [],
    )


def draft_public(database: Database, ref: str, words: Words, *, settings: Settings) -> NoticeSet:
    """Draft and seal the announcement; it is approved like any other set.

    Raises:
        DraftingError: when nobody is hard to reach, or no rule allows it.
        DeliveryError: when the facts changed after the notices were drafted.
    """
    with database.write(settings.actor) as work:
        _facts_stand(work, ref)
        proposal = _proposal(work, ref)
        scope = cases.get_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)
        plan = _plan(work, ref, scope)
        if plan is None or not proposal.grounded:
            raise DraftingError(
                "there is no ground for an announcement",
                where=ref,
                repair="; ".join(proposal.lines()),
            )
        cases.put_evidence(work, ref, EvidenceKind.PROPOSAL, proposal)
        sheet = cases.get_evidence(work, ref, EvidenceKind.FACT_SHEET, FactSheet)
        said = case_words(work, ref)
        words = laid_over(words, said)
        # A language that lacks one of the case's own sentences is not on the page until it has it.
        locales = sorted(words.catalogues.keys() - missing(said, words).keys())
        body = NoticeSet(
            key=SET_KEY,
            audience="public",
            regimes=plan.regimes,
            duties=plan.duties,
            required=plan.required,
            announcement=draft_announcement(
                words,
                sheet,
                plan,
                numbers={
                    "total": proposal.total,
                    "unreachable": proposal.unreachable,
                    "not_reached": proposal.not_reached,
                },
                grounds=proposal.rules,
                locales=locales,
                on=work.now.astimezone(_zone(work, ref)),
            ),
            channels=["web"],
        )
        found = body_flaws(
            body, words, organisation=sheet.organisation, stores=sheet.stores, case_ref=ref
        )
        found = weighed(found, allowances(work, ref))
        refuse_blocking(found, where=SET_KEY)
        _save(work, ref, words, body, sheet, proposal)
        return body


def _zone(work: UnitOfWork, ref: str) -> ZoneInfo:
    inventory = cases.get_evidence(work, ref, EvidenceKind.INVENTORY, Inventory)
    return ZoneInfo(inventory.organisation.zone)


def _save(
    work: UnitOfWork,
    ref: str,
    words: Words,
    body: NoticeSet,
    sheet: FactSheet,
    proposal: Proposal,
) -> None:
    old = notices.find_set(work, ref, SET_KEY)
    if old is not None and old.state in {SetState.DRAFTED, SetState.APPROVED}:
        notices.move_set(work, old, SetState.VOID, why="drafted anew")
    templates: dict[str, str] = {}
    for locale in body.announcement.locales if body.announcement else []:
        templates |= words.used_by("public/web/announcement", locale)
    sealed = seal(
        work,
        ref,
        notices.next_version(work, ref, SET_KEY),
        body,
        fact_sheet=digest(sheet),
        templates=dict(sorted(templates.items())),
        counts={"people": proposal.unreachable + proposal.not_reached, "pages": 1},
        not_before=work.now,
        law_version="",
    )
    notices.save_set(work, body, sealed, root(sealed))


def _facts_stand(work: UnitOfWork, ref: str) -> None:
    state = cases.case_row(work, ref).state
    if state != CaseState.DRAFTED:
        raise DeliveryError(
            f"the case is {state}: its facts changed after the notices were drafted",
            where=ref,
            repair=f"`forthwith step draft-notices {ref}` drafts what has to change",
        )


def publish_announcement(
    database: Database, ref: str, web: Web, *, settings: Settings, clock: Callable[[], datetime]
) -> Publication:
    """Publish the approved page and fetch it back; only then it counts as published.

    Raises:
        HeldError: while the case is on hold.
        ApprovalError: when it is not approved exactly as it stands.
        DeliveryError: when the facts changed since, or its address does not serve the sealed page.
    """
    with database.write(settings.actor) as work:
        if cases.case_row(work, ref).held_at is not None:
            raise HeldError(
                "is on hold", where=ref, repair=f"`forthwith resume {ref} --by NAME` lets it go on"
            )
        row = notices.set_row(work, ref, SET_KEY, lock=True)
        if row.state not in {SetState.APPROVED, SetState.RELEASED}:
            raise ApprovalError(f"the announcement is {row.state}", where=ref, repair="approve it")
        _facts_stand(work, ref)
        check_released(work, row, settings)
        if row.state == SetState.APPROVED:
            notices.move_set(work, row, SetState.RELEASED)
        body = notices.notice_set(row)
        version = row.version
    if body.announcement is None:
        raise ApprovalError("the set holds no page", where=ref, repair="draft it again")
    page = body.announcement.html.encode()
    url = web.publish(page, f"{ref}.html")
    wanted, found = hashlib.sha256(page).hexdigest(), web.fetch_back(url)
    if found != wanted:
        raise DeliveryError(
            "the address serves something else than the approved page",
            where=url,
            repair="check what the web server shows there, then publish again",
        )
    done = Publication(url=url, sha256=found, set_version=version, published_at=clock())
    with database.write(settings.actor) as work:
        cases.put_evidence(work, ref, EvidenceKind.PUBLICATION, done)
        notices.move_set(work, notices.set_row(work, ref, SET_KEY), SetState.FINISHED)
    return done
