"""Writes inventory folders: an empty one to begin with, and tables of people."""

import csv
from collections.abc import Iterable
from pathlib import Path

from incidents.errors import InvalidInputError
from incidents.inventory.schema import CONTACT_COLUMNS, LINK_COLUMNS, PEOPLE_COLUMNS
from incidents.models.inventory import Contact, Link, Person

_ORGANISATION = """\
# Who you are. What stays empty is listed by `forthwith doctor`.
format: forthwith/inventory/1
legal_name: "Fill in the registered name"
trading_name: ""
postal_address: ""            # as a notice prints it
phone: ""
email: ""
website: ""
place: CN                     # home place, such as CN-GD-SZ or DE
court: ""                     # where people may sue
zone: UTC                     # IANA zone in which deadlines are shown, such as Asia/Shanghai
roles: [controller]
established_in: []            # places with an establishment, such as [CN, DE]
representatives: {}           # EU: "name and address", GB: "name and address"
officers: {}
#  privacy: {title: Data protection officer, contact: privacy@your.domain}
#  children: {title: Officer for children's data, contact: ""}
#  counsel: {title: General counsel, contact: ""}
#  security: {title: Head of security, contact: ""}
approvers: []                 # two people at least; roles are privacy, counsel, children
#  - {id: privacy-officer, role: privacy, ssh_public_key: "ssh-ed25519 AAAA..."}
#  - {id: counsel-deputy, role: counsel, deputy: true, ssh_public_key: "ssh-ed25519 AAAA..."}
signing: []                   # who must sign what; empty is the rules that ship
on_call: []
#  - {title: Security on call, contact: ""}
policies: []                  # each published version of your privacy policy
#  - {id: policy-2025, published_on: "2025-01-01", url: "https://your.domain/privacy"}
notices:
  sender: ""                  # best on a domain of its own
  reply_to: ""                # a mailbox that somebody reads
  announcement_url: ""
  check_url: ""
  link_domains: []
  dkim_selectors: []          # the s= of DKIM-Signature in a mail your relay sent
targets_hours: {}             # default: 72 where a law only says `without delay`
"""
_STORES = """\
# What you hold. One entry a store; `docs/reference/vocabulary.md` lists the elements.
format: forthwith/inventory/1
stores: []
#  - id: accounts
#    name: Customer accounts
#    elements:
#      contact.email: clear
#      account.password: hashed
#      identity.national_id: {state: encrypted, key: safe}
#    retention: {delete_after_days: 1095}
#    copies: []
#    recipients: []
#    policy: policy-2025
#    owner: Customer platform
#    last_review: "2026-01-15"
"""


def write_empty(folder: Path) -> list[str]:
    """Write an empty inventory to fill in, and return the names of its files.

    Raises:
        InvalidInputError: when one of the files exists already. Then nothing is written.
    """
    texts = {
        "organisation.yaml": _ORGANISATION,
        "stores.yaml": _STORES,
        "people.csv": ",".join(PEOPLE_COLUMNS) + "\n",
        "contacts.csv": ",".join(CONTACT_COLUMNS) + "\n",
        "links.csv": ",".join(LINK_COLUMNS) + "\n",
    }
    for name in [*texts, "stores"]:
        if (folder / name).exists():
            raise InvalidInputError(
                "stands here already", where=str(folder / name), repair="name an empty folder"
            )
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        with (folder / name).open("x", encoding="utf-8", newline="") as file:
            file.write(text)
    return list(texts)


def write_people(
    folder: Path, people: Iterable[Person], contacts: Iterable[Contact], links: Iterable[Link]
) -> None:
    """Write the three tables of people into a folder, over those that stand there."""
    _write(
        folder / "people.csv",
        PEOPLE_COLUMNS,
        (
            (
                p.person_id,
                p.name,
                p.birth_date or "",
                p.country,
                p.region,
                p.locale,
                p.guardian_id,
                p.status.value,
                "|".join(sorted(p.flags)),
            )
            for p in people
        ),
    )
    _write(
        folder / "contacts.csv",
        CONTACT_COLUMNS,
        ((c.person_id, c.kind.value, c.value, c.quality.value) for c in contacts),
    )
    _write(
        folder / "links.csv",
        LINK_COLUMNS,
        ((k.person_id, k.store_id, k.first_on, k.last_on) for k in links),
    )


def _write(path: Path, columns: Iterable[str], rows: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
