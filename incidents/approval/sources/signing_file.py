"""The signing rules as shipped."""

from functools import cache
from pathlib import Path

from incidents.data_files import read_data
from incidents.models.approval import SigningRule
from incidents.models.base import Value, read_as

SHIPPED = Path(__file__).parent.parent / "signing.yaml"


class _File(Value):
    rules: list[SigningRule]


@cache
def shipped_rules() -> tuple[SigningRule, ...]:
    """Return the rules that hold where an organisation writes none of its own."""
    return tuple(read_as(_File, read_data(SHIPPED), where=str(SHIPPED)).rules)
