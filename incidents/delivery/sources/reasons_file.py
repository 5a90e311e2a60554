"""The words of reasons for returned mail, as shipped."""

from pathlib import Path
from typing import Any

from incidents.data_files import read_data

SHIPPED_REASONS = Path(__file__).parent.parent / "bounces" / "reasons.yaml"


def load_reasons(path: Path = SHIPPED_REASONS) -> Any:
    """Return what the file of reasons holds, unchecked; `parse_reasons` checks it.

    Raises:
        InvalidInputError: when it is absent or not YAML.
    """
    return read_data(path)
