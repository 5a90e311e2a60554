"""What an inventory lacks before it can carry a breach: read by `doctor` and `inventory check`."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from urllib.parse import urlsplit

from incidents.inventory.addresses import usable_email
from incidents.models.inventory import Finding, Organisation, Store
from incidents.models.vocabulary import Element, vocabulary

REVIEW_AFTER = timedelta(days=365)
TWO = 2
"""Approvers a larger notice needs, neither of them its author."""

_KEY = re.compile(
    r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp\d+|sk-\S+@openssh\.com) [A-Za-z0-9+/=]{40,}"
)
_ORG = "organisation.yaml"
_STORES = "stores.yaml"

_NEEDED = (
    ("postal_address", "error", "a notice names it, and so does every filing"),
    ("phone", "error", "people without e-mail ask by phone"),
    ("email", "warning", "people and authorities answer there"),
    ("website", "warning", "the announcement stands on it"),
    ("court", "warning", "a notice names where people may sue"),
)
_OFFICERS = (
    ("privacy", "error", "a notice and a filing name whom to ask"),
    ("children", "error", "approves when a child is affected"),
    ("counsel", "warning", "answers each duty"),
    ("security", "warning", "answers what happened and whether it is over"),
)


def check_organisation(org: Organisation) -> list[Finding]:
    """Return what the organisation's entry lacks; errors are what drafting or approval refuses."""
    return [
        *_identity(org),
        *_approvers(org),
        *_notice_identity(org),
        *_policies(org),
        *_reachable(org),
    ]


def _finding(level: str, where: str, what: str, repair: str) -> Finding:
    return Finding(
        level="error" if level == "error" else "warning", where=where, what=what, repair=repair
    )


def _identity(org: Organisation) -> Iterator[Finding]:
    for name, level, why in _NEEDED:
        if not getattr(org, name):
            yield _finding(level, f"{_ORG}: {name}", f"is empty; {why}", f"fill in {name}")
    for title, level, why in _OFFICERS:
        officer = org.officers.get(title)
        if officer is None:
            where = f"{_ORG}: officers.{title}"
            yield _finding(level, where, f"nobody is named; {why}", "name title and contact")
        elif not officer.contact:
            where = f"{_ORG}: officers.{title}.contact"
            yield _finding(level, where, "is empty", "give an address or number that is answered")


def _approvers(org: Organisation) -> Iterator[Finding]:
    where = f"{_ORG}: approvers"
    keys: dict[str, str] = {}
    ids = set()
    for number, approver in enumerate(org.approvers):
        place = f"{where}.{number}"
        if not _KEY.match(approver.ssh_public_key):
            yield _finding(
                "error",
                f"{place}.ssh_public_key",
                "is no line of an SSH public key",
                "paste the line of a .pub file",
            )
        material = " ".join(approver.ssh_public_key.split()[:2])
        if material in keys:
            yield _finding(
                "error",
                f"{place}.ssh_public_key",
                f"is the key of {keys[material]} too, and counts once",
                "each approver needs a key of their own",
            )
        keys.setdefault(material, approver.id)
        if approver.id in ids:
            yield _finding("error", f"{place}.id", "stands twice", "give each approver an id")
        ids.add(approver.id)
    if len(keys) < TWO:
        yield _finding(
            "error",
            where,
            f"{len(keys)} of the {TWO} different people who must approve",
            "enrol one more with a key made by ssh-keygen -t ed25519",
        )


def _notice_identity(org: Organisation) -> Iterator[Finding]:
    notices, where = org.notices, f"{_ORG}: notices"
    if not notices.sender:
        yield _finding(
            "error", f"{where}.sender", "is empty", "give the address notices leave from"
        )
    for name in ("sender", "reply_to"):
        address = getattr(notices, name)
        if address and usable_email(address) is None:
            yield _finding("error", f"{where}.{name}", "is no usable mailbox", "name@your.domain")
    if not notices.reply_to:
        yield _finding(
            "warning", f"{where}.reply_to", "is empty", "give a mailbox that somebody reads"
        )
    hosts = {domain.lower() for domain in notices.link_domains}
    for name in ("announcement_url", "check_url"):
        url = getattr(notices, name)
        if not url:
            yield _finding("warning", f"{where}.{name}", "is empty", "give the page's address")
            continue
        parts = urlsplit(url)
        if parts.scheme != "https":
            yield _finding("warning", f"{where}.{name}", "is not https", "publish it over https")
        if (parts.hostname or "") not in hosts:
            yield _finding(
                "warning", f"{where}.link_domains", f"lacks the host of {name}", "add that host"
            )


def _policies(org: Organisation) -> Iterator[Finding]:
    where = f"{_ORG}: policies"
    if not org.policies:
        yield _finding(
            "warning",
            where,
            "no published policy; what it promised cannot be judged",
            "list each version with the day it was published",
        )
    seen = set()
    for policy in org.policies:
        if policy.id in seen:
            yield _finding("error", f"{where}.{policy.id}", "stands twice", "one id a version")
        seen.add(policy.id)
        if policy.ended_on and policy.ended_on < policy.published_on:
            yield _finding(
                "error", f"{where}.{policy.id}", "ends before it begins", "correct the days"
            )


def _reachable(org: Organisation) -> Iterator[Finding]:
    if not org.on_call:
        yield _finding(
            "warning", f"{_ORG}: on_call", "nobody is called at night", "name two people in order"
        )
    if not org.established_in:
        yield _finding(
            "warning",
            f"{_ORG}: established_in",
            "is empty; which authority leads stays open",
            "list the places with an establishment, such as CN or DE",
        )
    for place in ("EU", "GB"):
        if place not in org.representatives:
            yield _finding(
                "warning",
                f"{_ORG}: representatives.{place}",
                "no representative (GDPR and UK GDPR, Article 27)",
                "name one if you serve people there without an establishment",
            )
    if "default" not in org.targets_hours:
        yield _finding(
            "warning",
            f"{_ORG}: targets_hours.default",
            "no own target where a law only says promptly",
            "set hours, such as default: 72",
        )


def check_stores(stores: Sequence[Store], org: Organisation, *, today: date) -> list[Finding]:
    """Return what the stores' entries lack.

    Args:
        stores: All stores.
        org: The organisation; its policies are what a store's policy points to.
        today: The organisation's day, for overdue reviews.
    """
    if not stores:
        return [_finding("error", _STORES, "lists no store", "describe at least one store")]
    known = {store.id for store in stores}
    policies = {policy.id for policy in org.policies}
    found: list[Finding] = []
    for store in stores:
        where = f"{_STORES}: {store.id}"
        found += _description(store, where, policies)
        found += _times(store, where, today)
        found += [
            _finding(
                "warning",
                f"{where}.copies",
                f"names {copy}, which is no store here",
                "describe the copy as a store, or correct the id",
            )
            for copy in store.copies
            if copy not in known
        ]
    if not any(store.evidence for store in stores):
        what = "no store is marked as evidence, so no log would be held in time"
        found.append(_finding("warning", _STORES, what, "set evidence: true on logs"))
    return found


def _description(store: Store, where: str, policies: set[str]) -> Iterator[Finding]:
    if not store.elements:
        yield _finding("warning", f"{where}.elements", "is empty", "list what it holds")
    unknown = [key for key, how in store.elements.items() if how.state == "unknown"]
    if unknown:
        yield _finding(
            "warning",
            f"{where}.elements",
            f"protection is not known for {', '.join(unknown)}",
            "write clear, encrypted, hashed or redacted",
        )
    words = vocabulary().elements
    bare = [k for k, how in store.elements.items() if how.state == "clear" and _grave(words[k])]
    if bare:
        what = f"stored in clear although sensitive: {', '.join(bare)}"
        yield _finding("warning", f"{where}.elements", what, "encrypt it, or stop keeping it")
    if not store.policy:
        yield _finding("warning", f"{where}.policy", "is empty", "name the governing policy")
    elif store.policy not in policies:
        yield _finding(
            "warning",
            f"{where}.policy",
            "names a policy that organisation.yaml does not list",
            "add the policy there, or correct the id",
        )
    if not store.owner:
        yield _finding("warning", f"{where}.owner", "is empty", "name the team that answers for it")


def _grave(element: Element) -> bool:
    return element.sensitive or element.category == "credential"


def _times(store: Store, where: str, today: date) -> Iterator[Finding]:
    kept = store.retention
    if kept.delete_after_days is None:
        yield _finding(
            "warning", f"{where}.retention", "nothing is ever deleted", "set delete_after_days"
        )
    elif kept.mask_after_days is not None and kept.mask_after_days >= kept.delete_after_days:
        yield _finding(
            "warning", f"{where}.retention", "masks after deletion", "correct the two numbers"
        )
    stray = [key for key in kept.masks if key not in store.elements]
    if stray:
        yield _finding(
            "warning",
            f"{where}.retention.masks",
            f"masks what it does not hold: {', '.join(stray)}",
            "correct masks or elements",
        )
    if store.last_review is None:
        yield _finding(
            "warning", f"{where}.last_review", "never reviewed", "let its owner review it"
        )
    elif date.fromisoformat(store.last_review) < today - REVIEW_AFTER:
        yield _finding(
            "warning",
            f"{where}.last_review",
            f"overdue since {date.fromisoformat(store.last_review) + REVIEW_AFTER}",
            "let its owner review it",
        )
