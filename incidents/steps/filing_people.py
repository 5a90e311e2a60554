"""Reads the names that a duty asks for: only where its law does, and for a stated reason."""

from incidents.drafting.choose import covers
from incidents.drafting.filing_forms import PeopleList
from incidents.drafting.sources.filing_forms import read_forms
from incidents.errors import InvalidInputError, NotFoundError
from incidents.models.scope import ScopeSummary
from incidents.store import cases, duties
from incidents.store.cases import EvidenceKind
from incidents.store.listed_people import listed_people
from incidents.store.unit_of_work import Database

LONGEST_REASON = 300


def names_for(
    database: Database, ref: str, duty_id: str, *, by: str, reason: str
) -> tuple[PeopleList, list[tuple[str, str, str]]]:
    """Return the rule that asks for names, and (person id, name, place) of each person.

    That it was done, by whom, for which duty, why and for how many stands in the audit chain.

    Raises:
        InvalidInputError: without a named person or a reason, or where the duty's law asks for no
            names.
        NotFoundError: where the case has no such duty.
    """
    why = " ".join(reason.split())[:LONGEST_REASON]
    if not by.strip() or not why:
        raise InvalidInputError(
            "a list of names needs a named person and a reason",
            where=duty_id,
            repair="give --people-by NAME and --people-why TEXT",
        )
    rule = read_forms().names_asked(duty_id)
    if rule is None:
        raise InvalidInputError(
            "the law of this duty asks for no names, so none are written",
            where=duty_id,
            repair="leave --people-by out; a filing names nobody",
        )
    with database.write(by) as work:
        duty = next(
            (duties.duty_value(row) for row in duties.duty_rows(work, ref)
             if row.duty_id == duty_id),
            None,
        )  # fmt: skip
        if duty is None:
            raise NotFoundError(
                "no such duty", where=f"{ref} {duty_id}", repair=f"`forthwith duties {ref}`"
            )
        scope = cases.get_evidence(work, ref, EvidenceKind.SCOPE, ScopeSummary)
        people = [one for one in listed_people(work, ref, scope.version) if covers(duty, one[2])]
        work.note("people.named", ref, duty=duty_id, people=len(people), why=why)
        return rule, people
