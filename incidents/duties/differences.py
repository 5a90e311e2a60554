"""What differs between two answers to the same facts, in words."""

from collections.abc import Callable, Iterator

from incidents.models.base import Value
from incidents.models.duty import Duty, DutyList


class Difference(Value):
    """One thing that another version of the law changes for a case."""

    duty: str
    what: str
    """`added`, `gone`, or the part of the duty that changed."""
    before: str = ""
    after: str = ""


COMPARED: dict[str, Callable[[Duty], str]] = {
    "status": lambda duty: str(duty.status),
    "recipient": lambda duty: duty.recipient.name or duty.recipient.kind,
    "deadline": lambda duty: duty.due_local or f"“{duty.phrase}”",
    "legal limit": lambda duty: str(duty.legal_limit or ""),
    "must say": lambda duty: ", ".join(sorted(duty.must_say)),
    "must not say": lambda duty: ", ".join(sorted(duty.must_not_say)),
    "offers": lambda duty: "; ".join(offer.text for offer in duty.offers),
    "title": lambda duty: duty.title,
    "announcement": lambda duty: duty.announcement_allowed,
    "people in": lambda duty: ", ".join(duty.places),
}


def differences(before: DutyList, after: DutyList) -> Iterator[Difference]:
    """Return what changed from one answer to the other, duty by duty."""
    old = {duty.id: duty for duty in before.duties}
    new = {duty.id: duty for duty in after.duties}
    for name in sorted({*old, *new}):
        if name not in old:
            yield Difference(duty=name, what="added", after=COMPARED["deadline"](new[name]))
        elif name not in new:
            yield Difference(duty=name, what="gone", before=COMPARED["deadline"](old[name]))
        else:
            for what, shown in COMPARED.items():
                was, now = shown(old[name]), shown(new[name])
                if was != now:
                    yield Difference(duty=name, what=what, before=was, after=now)
    gaps = {gap.place for gap in before.unknown_law} - {gap.place for gap in after.unknown_law}
    for place in sorted(gaps):
        yield Difference(duty=f"law of {place}", what="added", after="now loaded")
