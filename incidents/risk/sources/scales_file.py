"""The scales as shipped, or another file of the same shape."""

from functools import cache
from pathlib import Path

from incidents.data_files import read_data
from incidents.models.base import read_as
from incidents.risk.scales import Scales

SHIPPED_SCALES = Path(__file__).parent.parent / "scales.yaml"


@cache
def read_scales(path: Path = SHIPPED_SCALES) -> Scales:
    """Return the scales of a file, checked.

    Raises:
        InvalidInputError: naming the file and each field that is wrong.
    """
    return read_as(Scales, read_data(path), where=str(path))
