"""Whom a breach touches, as a small value that the store executes as one statement."""

from collections.abc import Iterable
from datetime import date

from incidents.models.scope import Exposure, ScopePart, ScopeQuery

AGES = (14, 16, 18)
"""Ages that laws and the promise tell apart (S98): guardian, no collection, minor."""


def scope_query(exposures: Iterable[Exposure], on_day: date) -> ScopeQuery:
    """Return the condition on links per exposure, and the birthdays that part the age groups.

    Bit `n` of a person's exposure mask stands for the n-th store in order of store ids.

    Args:
        exposures: What was touched, one per store.
        on_day: The day on which ages count.
    """
    ordered = sorted(exposures, key=lambda exposure: exposure.store)
    return ScopeQuery(
        parts=[
            ScopePart(
                bit=bit,
                store=exposure.store,
                window=exposure.window,
                only=exposure.only,
                person_ids=exposure.person_ids,
            )
            for bit, exposure in enumerate(ordered)
        ],
        born_after={str(age): born_after(age, on_day).isoformat() for age in AGES},
    )


def born_after(age: int, on_day: date) -> date:
    """Return the day after which whoever was born is younger than `age` on `on_day`.

    Somebody born on 29 February comes of age on 1 March of a common year, the reading that
    protects longer.
    """
    try:
        return on_day.replace(year=on_day.year - age)
    except ValueError:  # 29 February in a year that has none
        return on_day.replace(year=on_day.year - age, day=28)
