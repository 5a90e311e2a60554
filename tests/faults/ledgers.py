"""Writes a released set for many people, fast."""

from collections.abc import Callable

from sqlalchemy import text

from tests.support.sending import database_at, released_set


def written(
    url: str, people: int, own: Callable[[int], dict[str, str]] = lambda _number: {}
) -> str:
    """Write a released set with an e-mail row for each person; return its case.

    Args:
        url: The database.
        people: How many.
        own: What the row of one person has of its own beside number and address.
    """
    database = database_at(url)
    ref = released_set(database, 1)
    with database.engine.execution_options(write=True).begin() as connection:
        first = connection.execute(text("SELECT * FROM delivery")).mappings().one()
        same = {name: value for name, value in first.items() if name != "id"}
        names = ", ".join(same)
        insert = text(f"INSERT INTO delivery ({names}) VALUES (:{names.replace(', ', ', :')})")
        connection.execute(text("DELETE FROM delivery"))
        for start in range(0, people, 20_000):
            connection.execute(
                insert,
                [
                    {
                        **same,
                        "person_id": f"p{n}",
                        "addressee_id": f"p{n}",
                        "address": f"person{n}@people.example",
                        "name": f"Person {n}",
                        **own(n),
                    }
                    for n in range(start, min(start + 20_000, people))
                ],
            )
    database.engine.dispose()
    return ref
