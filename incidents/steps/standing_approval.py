"""Words approved ahead for small urgent kinds: drafted once, signed by two, used one by one."""

from datetime import timedelta

from incidents.approval.seal import digest, root
from incidents.drafting.leaked_credential import draft_leaked_credential
from incidents.drafting.wording import body_flaws, refuse_blocking
from incidents.drafting.words import Words
from incidents.errors import ApprovalError
from incidents.models.inventory import Inventory
from incidents.models.notice import Measure, NoticeSet
from incidents.models.states import SetState
from incidents.models.tables import CaseRow, NoticeSetRow
from incidents.settings import Settings
from incidents.steps.approve_notices import decide
from incidents.steps.enrol_approvers import with_enrolled
from incidents.steps.seal_set import seal
from incidents.steps.signing_needs import STANDING
from incidents.store import cases, notices
from incidents.store.cases import EvidenceKind
from incidents.store.unit_of_work import Database, UnitOfWork

LEAKED = "individuals-leaked-credential"
ASKED = (Measure(key="account_locked", done=False),)
"""The measure is asked for when the notice goes out; that it is done is recorded later."""


def draft_standing(
    database: Database, words: Words, inventory: Inventory, *, settings: Settings
) -> int:
    """Draft the leaked-credential notice for approval ahead; return the set's version."""
    with database.write(settings.actor) as work:
        if work.session.get(CaseRow, STANDING) is None:
            cases.open_named(work, STANDING, kind="standing", author=settings.actor)
        inventory = with_enrolled(work, inventory)
        cases.put_evidence(work, STANDING, EvidenceKind.INVENTORY, inventory)
        body, templates = leaked_set(words, inventory)
        found = body_flaws(
            body, words, organisation=inventory.organisation, stores=[], case_ref=STANDING
        )
        refuse_blocking(found, where=LEAKED)
        old = notices.find_set(work, STANDING, LEAKED)
        if old is not None and old.state in {SetState.DRAFTED, SetState.APPROVED}:
            notices.move_set(work, old, SetState.VOID, why="drafted anew")
        version = notices.next_version(work, STANDING, LEAKED)
        sealed = seal(
            work,
            STANDING,
            version,
            body,
            fact_sheet=digest(inventory.organisation),
            templates=templates,
            counts={"people": 0, "classes": len(body.classes)},
            not_before=work.now,
            law_version="",
        )
        notices.save_set(work, body, sealed, root(sealed))
        return version


def leaked_set(words: Words, inventory: Inventory) -> tuple[NoticeSet, dict[str, str]]:
    """Return the set of leaked-credential notices in every language, and its files' digests."""
    drafts = [
        draft_leaked_credential(words, inventory.organisation, locale, measures=ASKED)
        for locale in sorted(words.catalogues)
    ]
    templates: dict[str, str] = {}
    for draft in drafts:
        templates |= draft.templates
    body = NoticeSet(
        key=LEAKED,
        audience="individuals",
        regimes=["org-promise"],
        duties=[],
        required=[],
        classes=[draft.message for draft in drafts],
        channels=["email", "letter", "call", "hand"],
    )
    return body, dict(sorted(templates.items()))


def standing_row(work: UnitOfWork, settings: Settings) -> NoticeSetRow | None:
    """Return the standing set whose signatures are good still, or None."""
    row = notices.find_set(work, STANDING, LEAKED)
    if row is None or row.state != SetState.APPROVED or not decide(work, row, settings).allowed:
        return None
    return row


def told_today(work: UnitOfWork) -> int:
    """Return how many people were told in words approved ahead within the last 24 hours."""
    return notices.released_unsigned(work, LEAKED, since=work.now - timedelta(days=1))


def check_standing(work: UnitOfWork, row: NoticeSetRow, settings: Settings) -> NoticeSetRow:
    """Return the standing set that a leaked-credential notice rests on.

    Raises:
        ApprovalError: when none is approved or the signatures have expired, when the notice says
            anything else or to more than one, or when enough people were told so today.
    """
    standing = standing_row(work, settings)
    where = f"{row.case_ref} {row.set_key}"
    if standing is None:
        raise ApprovalError(
            "no words are approved ahead, or the approval has expired",
            where=where,
            repair="`forthwith notice standing` drafts them; or have this one signed",
        )
    if row.state == SetState.APPROVED and told_today(work) >= settings.standing_people_a_day:
        raise ApprovalError(
            f"{settings.standing_people_a_day} people in 24 hours were told in words approved "
            "ahead, and that is the most",
            where=where,
            repair="have this one signed; so many may be a breach of your own",
        )
    same = notices.notice_set(standing).classes == notices.notice_set(row).classes
    counts = notices.sealed_of(row).counts
    # Several people only by hand: whose login it is, a person decides.
    few = counts.get("people") == 1 or counts.get("hand") == counts.get("people")
    if not same or not few:
        raise ApprovalError("is not what was approved ahead", where=where, repair="draft it again")
    return standing
