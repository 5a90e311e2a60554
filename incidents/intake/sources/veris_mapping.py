"""The shipped tables for incidents in VERIS."""

from functools import cache
from pathlib import Path

from incidents.data_files import read_data
from incidents.intake.veris.mapping import Mapping
from incidents.models.base import read_as

SHIPPED = Path(__file__).parent.parent / "veris" / "mapping.yaml"


@cache
def veris_mapping() -> Mapping:
    """Return the shipped tables, checked."""
    return read_as(Mapping, read_data(SHIPPED), where=str(SHIPPED))
