"""The organisation as notices name it."""

from collections.abc import Mapping
from dataclasses import dataclass

from incidents.drafting.holes import clean, clean_lines
from incidents.models.inventory import Officer, Organisation

_WIDE = 400  # longest single line an organisation may put into a notice


@dataclass(frozen=True)
class Organ:
    """The organisation as notices name it, every field one clean line (the address in one too)."""

    name: str
    legal_name: str
    address: str
    phone: str
    email: str
    website: str
    court: str
    officer: str
    contact: str
    check_url: str
    announcement_url: str
    parent: str
    """The company that owns it (`officers.parent`), where one is named."""
    representatives: Mapping[str, str]


def organ(organisation: Organisation) -> Organ:
    """Return the organisation as notices name it."""
    privacy = organisation.officers.get("privacy")
    parent = organisation.officers.get("parent")
    names = organisation.notices
    return Organ(
        name=clean(organisation.trading_name or organisation.legal_name, 80),
        legal_name=clean(organisation.legal_name, 200),
        address=", ".join(clean_lines(organisation.postal_address, 200).split("\n")),
        phone=clean(organisation.phone, 60),
        email=clean(organisation.email, 200),
        website=clean(organisation.website, 200),
        court=clean(organisation.court, 200),
        officer=clean(privacy.title if privacy else "", 200),
        contact=clean(privacy.contact if privacy else "", 200),
        check_url=clean(names.check_url, 200),
        announcement_url=clean(names.announcement_url, 200),
        parent=", ".join(filter(None, (clean(said, 200) for said in _said(parent)))),
        representatives={
            clean(place, 10): clean(who, _WIDE)
            for place, who in organisation.representatives.items()
        },
    )


def _said(officer: Officer | None) -> tuple[str, ...]:
    return (officer.title, officer.contact) if officer else ()
