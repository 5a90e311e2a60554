"""Reads data files safely: no code in YAML, no bombs, no surprise keys."""

import json
import re
from pathlib import Path
from typing import Any

import yaml

from incidents.errors import InvalidInputError

MAX_BYTES = 16 * 1024 * 1024  # a report or law file is prose and lists; 16 MiB is a mistake
MAX_DEPTH = 40
SHIPPED = Path(__file__).parent
TEMPLATES = SHIPPED.parent / "notify_templates"
LAW = SHIPPED / "duties" / "regimes"


_BOOL, _TIMESTAMP = "tag:yaml.org,2002:bool", "tag:yaml.org,2002:timestamp"
_YES_OR_NO = re.compile(r"^(?:[Yy]es|[Nn]o|[Tt]rue|TRUE|[Ff]alse|FALSE|[Oo]n|[Oo]ff)$")


PLAIN_WORDS = {
    key: [
        (tag, _YES_OR_NO if tag == _BOOL else pattern)
        for tag, pattern in pairs
        if tag != _TIMESTAMP
    ]
    for key, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
"""What a word without quotes is read as, for `yaml_implicit_resolvers` of a loader.

Dates stay text, so that each field decides what a moment without a zone means. `NO` and `ON` in
capitals stay text too: they are Norway and Ontario, and PyYAML reads them as false and true.
"""


class _Loader(yaml.SafeLoader):
    """SafeLoader for plain data: refuses aliases, duplicate keys and deep nesting."""

    yaml_implicit_resolvers = PLAIN_WORDS  # the attribute PyYAML looks at
    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(None, None, "aliases are not read", event.start_mark)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(None, None, "nested too deep", event.start_mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict[Any, Any]:
    seen: set[Any] = set()
    for key_node, _ in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str | int | float | bool):
            raise yaml.MarkedYAMLError(None, None, "a key must be a word", key_node.start_mark)
        if key in seen:
            raise yaml.MarkedYAMLError(None, None, f"key {key!r} twice", key_node.start_mark)
        seen.add(key)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _mapping)


def parse(text: str, *, where: str) -> Any:
    """Return what a YAML or JSON text holds.

    Raises:
        InvalidInputError: naming line and column, for anything that is not plain data.
    """
    loader: _Loader | None = None
    try:
        loader = _Loader(text)
        value = loader.get_single_data()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{where}:{mark.line + 1}:{mark.column + 1}" if mark else where
        raise InvalidInputError(
            f"not readable as YAML or JSON: {error.problem}", where=place, repair="mend that line"
        ) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise InvalidInputError(
            f"not readable as YAML or JSON: {type(error).__name__}",
            where=where,
            repair="save it as UTF-8 text without control characters",
        ) from None
    finally:
        if loader is not None:
            loader.dispose()
    return value


def read_text(path: Path) -> str:
    """Return a UTF-8 file's text, a byte order mark removed.

    Raises:
        InvalidInputError: when it is absent, too large or not UTF-8.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise InvalidInputError(
                f"larger than {MAX_BYTES // 2**20} MiB", where=str(path), repair="split the file"
            )
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise InvalidInputError("no such file", where=str(path), repair="check the path") from None
    except (IsADirectoryError, PermissionError) as error:
        raise InvalidInputError(
            f"cannot be read: {error.strerror}", where=str(path), repair="name a readable file"
        ) from None
    except UnicodeDecodeError as error:
        raise InvalidInputError(
            f"not UTF-8 at byte {error.start}", where=str(path), repair="save it as UTF-8"
        ) from None


def read_data(path: Path) -> Any:
    """Return what a YAML or JSON file holds; dates stay text."""
    return parse(read_text(path), where=str(path))


def to_json(value: Any) -> str:
    """Return JSON for people and pipes: sorted by nothing, readable, UTF-8."""
    return json.dumps(value, ensure_ascii=False, indent=2, default=str)
