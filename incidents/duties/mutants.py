"""Small wrongs done to a law's data, to see whether its worked examples notice them.

Each mutant differs from the file in one thing: a duty dropped, a number moved by one, an operator
flipped, or a condition turned into its opposite.
"""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Path = tuple[str | int, ...]
NUMBERS = frozenset(
    {
        "hours",
        "days",
        "business_days",
        "months",
        "at_least",
        "more_than",
        "at_least_of",
        "oral_days",
        "keep_years",
        "means_needed",
    }
)
OTHER_OPERATOR = {"at_least": "more_than", "more_than": "at_least"}
CONDITION_KEYS = frozenset({"all", "any", "not", "at_least_of", "fact", "elements", "harm", "duty"})
HOLDS_CONDITION = frozenset({"when", "roll_when", "binds", "not"})
"""Fields under which a condition stands."""


@dataclass(frozen=True)
class Mutant:
    """One wrong law."""

    id: str
    """What was changed and where, such as `authority-initial: when.more_than 500 -> 501`."""
    data: Any
    """The whole law file with that one change."""


def mutants_of(data: dict[str, Any]) -> Iterator[Mutant]:
    """Return every mutant of a law file.

    Args:
        data: The file as read, before its terms are put in place.
    """
    for index in range(len(data["duties"])):
        changed = copy.deepcopy(data)
        del changed["duties"][index]
        yield Mutant(f"{_name(data, ('duties', index))}: dropped", changed)
    for path, node in _nodes(data, ()):
        if _is_proposed(data, path):
            continue  # never judged, so no case can notice what it says
        yield from _numbers(data, path, node)
        yield from _operators(data, path, node)
        if _is_condition(path, node):
            yield _negated(data, path, node)


def _is_proposed(data: dict[str, Any], path: Path) -> bool:
    """Return whether a path lies in a duty, or a law, without a first day."""
    dates = data["in_force"]
    if len(path) > 1 and path[0] == "duties":
        dates = data["duties"][path[1]].get("in_force", dates)
    return not dates.get("from")


def _nodes(node: Any, path: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    if isinstance(node, dict):
        yield path, node
        for key, value in node.items():
            yield from _nodes(value, (*path, key))
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _nodes(value, (*path, index))


def _numbers(data: dict[str, Any], path: Path, node: dict[str, Any]) -> Iterator[Mutant]:
    for key, value in node.items():
        if key not in NUMBERS or not isinstance(value, int) or isinstance(value, bool):
            continue
        for moved in (value + 1, value - 1):
            changed = _with(data, path, {**node, key: moved})
            yield Mutant(f"{_name(data, path)}.{key} {value} -> {moved}", changed)


def _operators(data: dict[str, Any], path: Path, node: dict[str, Any]) -> Iterator[Mutant]:
    for key, other in OTHER_OPERATOR.items():
        if "fact" in node and key in node:
            rest = {name: value for name, value in node.items() if name != key}
            changed = _with(data, path, {**rest, other: node[key]})
            yield Mutant(f"{_name(data, path)}: {key} {node[key]} -> {other}", changed)


def _is_condition(path: Path, node: dict[str, Any]) -> bool:
    if not path:
        return False
    last = path[-1]
    if last in HOLDS_CONDITION or (path[0] == "terms" and len(path) == len(("terms", "name"))):
        return "repeats" not in path
    inside = len(path) > 1 and path[-2] in {"all", "any", "of"}
    return inside and isinstance(last, int) and _holds_condition(node)


def _holds_condition(node: dict[str, Any]) -> bool:
    return bool(CONDITION_KEYS & node.keys()) or "term" in node or "ask" in node


def _negated(data: dict[str, Any], path: Path, node: dict[str, Any]) -> Mutant:
    opposite = node["not"] if set(node) == {"not"} else {"not": node}
    return Mutant(f"{_name(data, path)}: negated", _with(data, path, opposite))


def _with(data: dict[str, Any], path: Path, value: Any) -> dict[str, Any]:
    changed: dict[str, Any] = copy.deepcopy(data)
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    if path:
        holder[path[-1]] = value
    else:
        changed = value
    return changed


def _name(data: dict[str, Any], path: Path) -> str:
    """Return a path that starts with the duty's id, and its first day where it has versions."""
    if len(path) > 1 and path[0] == "duties":
        duty = data["duties"][path[1]]
        twice = sum(one.get("id") == duty.get("id") for one in data["duties"]) > 1
        since = (duty.get("in_force") or {}).get("from", "proposed")
        first = f"{duty['id']}@{since}" if twice else str(duty["id"])
        rest = path[2:]
    else:
        first, rest = ".".join(str(step) for step in path), ()
    return ".".join([first, *(str(step) for step in rest)])
