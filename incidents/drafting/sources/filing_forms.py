"""The authorities' forms as shipped, or from another folder of the same shape."""

from functools import cache
from pathlib import Path

from incidents.data_files import SHIPPED, read_data
from incidents.drafting.filing_forms import GENERIC, FilingForm, FilingForms, PeopleList
from incidents.errors import InvalidInputError
from incidents.models.base import Value, read_as

SHIPPED_FORMS = SHIPPED / "drafting" / "forms"
_BY_HAND, _PEOPLE = "by_hand.yaml", "people_lists.yaml"


class _ByHand(Value):
    by_hand: dict[str, str]


class _PeopleLists(Value):
    people_lists: list[PeopleList]


@cache
def read_forms(folder: Path = SHIPPED_FORMS) -> FilingForms:
    """Return the forms of a folder, checked.

    Raises:
        InvalidInputError: naming the file and each field that is wrong; for an id that two files
            share; where the form for all others is missing.
    """
    forms: dict[str, FilingForm] = {}
    for path in sorted(folder.glob("*.yaml")):
        if path.name in {_BY_HAND, _PEOPLE}:
            continue
        form = read_as(FilingForm, read_data(path), where=str(path))
        if form.id in forms:
            raise InvalidInputError("an id twice", where=str(path), repair="give each its own id")
        forms[form.id] = form
    if GENERIC not in forms:
        raise InvalidInputError(
            "has no form for all other authorities", where=str(folder), repair="add generic.yaml"
        )
    by_hand = read_as(_ByHand, read_data(folder / _BY_HAND), where=_BY_HAND)
    people = read_as(_PeopleLists, read_data(folder / _PEOPLE), where=_PEOPLE)
    return FilingForms(forms=forms, by_hand=by_hand.by_hand, people_lists=people.people_lists)
