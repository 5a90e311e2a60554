"""`organisation.yaml` and `stores.yaml`, with the line of whatever is wrong in them."""

from collections.abc import Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from incidents.data_files import parse, read_text
from incidents.errors import InvalidInputError
from incidents.inventory.sources.problems import Problems
from incidents.models.inventory import INVENTORY_FORMAT, Organisation, Store
from incidents.models.vocabulary import vocabulary

V = TypeVar("V", bound=BaseModel)
Path_ = Sequence[int | str]


def read_organisation(folder: Path, problems: Problems) -> Organisation | None:
    """Return the organisation of a folder, or None after noting what is wrong."""
    path = folder / "organisation.yaml"
    text, data = _load(path, problems)
    return None if text is None else _value(Organisation, data, text, [], path.name, problems)


def read_stores(folder: Path, problems: Problems) -> list[Store] | None:
    """Return the stores of `stores.yaml` or of a folder `stores/`, or None after noting why not.

    A file holds one store, a list of stores, or `stores:` with a list.
    """
    one, many = folder / "stores.yaml", folder / "stores"
    if one.exists() and many.is_dir():
        problems.error("stores", 0, "", "both stores.yaml and a folder stores/", "keep one of them")
        return None
    files = sorted(many.glob("*.yaml")) if many.is_dir() else [one]
    before = problems.total
    seen: dict[str, str] = {}
    stores: list[Store] = []
    for path in files:
        name = path.relative_to(folder).as_posix()
        text, data = _load(path, problems)
        if text is None:
            continue
        for steps, item in _items(data, text, name, problems):
            store = _value(Store, _spelled_out(item), text, steps, name, problems)
            if store is None:
                continue
            if store.id in seen:
                line = _line(text, [*steps, "id"])
                what = f"store {store.id} stands in {seen[store.id]} already"
                problems.error(name, line, "id", what, "give each store an id of its own")
            seen.setdefault(store.id, name)
            stores.append(store)
    return stores if problems.total == before else None


def _items(data: Any, text: str, name: str, problems: Problems) -> list[tuple[Path_, Any]]:
    if isinstance(data, list):
        return [([number], item) for number, item in enumerate(data)]
    if isinstance(data, dict) and "stores" in data:
        stray = data.keys() - {"format", "stores"}
        if stray or data.get("format", INVENTORY_FORMAT) != INVENTORY_FORMAT:
            repair = f"beside stores only `format: {INVENTORY_FORMAT}` may stand"
            problems.error(name, 1, "", "a field or format that is not known", repair)
        if isinstance(data["stores"], list):
            return [(["stores", number], item) for number, item in enumerate(data["stores"])]
        problems.error(name, _line(text, ["stores"]), "stores", "is no list", "begin each with -")
        return []
    return [([], data)]


def _spelled_out(item: Any) -> Any:
    """Return a store whose short `element: clear` is written as `element: {state: clear}`."""
    if not isinstance(item, dict) or not isinstance(item.get("elements"), dict):
        return item
    elements = {
        key: {"state": how} if isinstance(how, str) else ({} if how is None else how)
        for key, how in item["elements"].items()
    }
    return {**item, "elements": elements}


def _load(path: Path, problems: Problems) -> tuple[str | None, Any]:
    try:
        text = read_text(path)
        return text, parse(text, where=path.name)
    except InvalidInputError as error:
        where = error.where if error.where.startswith(path.name) else path.name
        repair = "`forthwith init` writes an empty one" if not path.exists() else error.repair
        problems.error(where, 0, "", error.what, repair)
        return None, None


def _value(
    kind: type[V], data: Any, text: str, steps: Path_, name: str, problems: Problems
) -> V | None:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        for item in error.errors(include_url=False):
            loc = [step for step in item["loc"] if step != "[key]"]
            field = ".".join(str(step) for step in loc) or "(document)"
            what, repair = _words_for(item, kind, loc)
            problems.error(name, _line(text, [*steps, *loc]), field, what, repair)
        return None


def _words_for(item: Any, kind: type[BaseModel], loc: Path_) -> tuple[str, str]:
    given = item["input"] if isinstance(item["input"], str) else ""
    message = str(item["msg"]).removeprefix("Value error, ")
    match item["type"]:
        case "missing":
            return "is missing", "add it"
        case "extra_forbidden":
            near = get_close_matches(str(loc[-1]), list(kind.model_fields), 1)
            return "no field of this document", f"did you mean {near[0]}?" if near else "remove it"
        case "literal_error" | "enum":
            return "is no word known here", f"one of {item['ctx']['expected']}"
        case "string_pattern_mismatch":
            return "has another form", f"it must match {item['ctx']['pattern']}"
        case _:
            pass
    for words in ("elements", "roles"):
        if f"vocabulary's {words}" in message:
            near = get_close_matches(given, list(getattr(vocabulary(), words)), 1, 0.5)
            repair = (
                f"did you mean {near[0]}?" if near else "docs/reference/vocabulary.md lists them"
            )
            return f"is not in the vocabulary's {words}", repair
    if "IANA time zone" in message:
        return "is no IANA time zone", "write one such as Asia/Shanghai"
    return message[:1].lower() + message[1:], "`forthwith schema inventory` prints the shape"


def _line(text: str, steps: Path_) -> int:
    """Return the line on which a path of a document lies, or its nearest known part."""
    node: Any = yaml.compose(text, yaml.SafeLoader)
    line = 1 if node is None else node.start_mark.line + 1
    for step in steps:
        if isinstance(node, yaml.MappingNode):
            found = [(key, value) for key, value in node.value if key.value == str(step)]
            if not found:
                return line
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif (
            isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value)
        ):
            node = node.value[step]
            line = node.start_mark.line + 1
        else:
            return line
    return line
