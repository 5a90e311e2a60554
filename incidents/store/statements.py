"""Textual statements whose values are bound with their types, the same on every database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, String, TextClause, bindparam, text

from incidents.models.tables import UtcDateTime


def bound(
    statement: str, values: Mapping[str, Any], *, moments: tuple[str, ...] = ()
) -> TextClause:
    """Return a statement with each value bound under its type.

    PostgreSQL cannot guess the type of a parameter that stands in several places.

    Args:
        statement: SQL with `:name` for each value; only names made in code are part of it.
        values: Name -> value.
        moments: Names of values that are moments, which may be None.
    """
    kinds: dict[str, Any] = dict.fromkeys(moments, UtcDateTime)
    for name, value in values.items():
        if isinstance(value, str):
            kinds[name] = String
        elif isinstance(value, int):
            kinds[name] = BigInteger
        elif isinstance(value, datetime):
            kinds[name] = UtcDateTime
    return text(statement).bindparams(
        *(bindparam(name, value, type_=kinds[name]) for name, value in values.items())
    )
