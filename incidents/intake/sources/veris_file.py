"""A file of incidents in VERIS: one JSON object, a list of them, or one a line."""

import json
from pathlib import Path
from typing import Any

from incidents.data_files import read_text
from incidents.errors import InvalidInputError
from incidents.intake.veris.shape import Incident, InvalidIncidentError, parse_incident

MOST_REFUSALS = 20


def read_incidents(path: Path) -> list[Incident]:
    """Return the incidents of a file, in its order.

    Raises:
        InvalidInputError: where the file is no JSON, holds no incident, or names one twice.
        InvalidIncidentError: naming, for each incident that is wrong, each field that is wrong.
    """
    texts = _documents(read_text(path), path)
    found: dict[str, Incident] = {}
    refusals: list[InvalidIncidentError] = []
    for where, data in texts:
        try:
            _add(parse_incident(data, where=where), found, where)
        except InvalidIncidentError as error:
            refusals.append(error)
    if len(refusals) == 1:
        raise refusals[0]
    if refusals:
        raise InvalidIncidentError(
            "\n  ".join(
                [
                    f"{len(refusals)} of {len(texts)} incidents are wrong:",
                    *(f"{one.where}: {one.what}" for one in refusals[:MOST_REFUSALS]),
                ]
            ),
            where=str(path),
            repair="mend these fields",
        )
    return list(found.values())


def _add(incident: Incident, found: dict[str, Incident], where: str) -> None:
    if incident.incident_id in found:
        raise InvalidIncidentError(
            "incident_id: stands twice in the file", where=where, repair="keep one of them"
        )
    found[incident.incident_id] = incident


def _documents(text: str, path: Path) -> list[tuple[str, Any]]:
    if not text.strip():
        raise InvalidInputError("is empty", where=str(path), repair="write one incident as JSON")
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        lines = [(f"{path}:{number}", line) for number, line in enumerate(text.splitlines(), 1)]
        return [(where, _json(line, where)) for where, line in lines if line.strip()]
    data = _json(text, str(path))
    if isinstance(data, list):
        if not data:
            raise InvalidInputError(
                "holds an empty list", where=str(path), repair="write at least one incident"
            )
        return [(f"{path}[{place}]", one) for place, one in enumerate(data)]
    return [(str(path), data)]


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise InvalidInputError(
            f"not readable as JSON: {error.msg}",
            where=f"{where}:{error.lineno}:{error.colno}",
            repair="mend that line",
        ) from None
    except (ValueError, RecursionError) as error:
        what = str(error) if isinstance(error, ValueError) else "nested too deep"
        raise InvalidInputError(
            f"not readable as JSON: {what}", where=where, repair="mend that place"
        ) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a field stands twice in one object")
    return found


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number")
