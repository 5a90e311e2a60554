"""Reads a catalogue of law from a folder of YAML files.

The folder holds one folder a law (`<place>/<law>/regime.yaml` and `examples.yaml`); beside it
stand `authorities/` and `calendars/`.
"""

import hashlib
import json
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

import yaml

from incidents.data_files import PLAIN_WORDS, read_text
from incidents.duties.authority import Authority
from incidents.duties.checks import (
    AuthorityFile,
    CalendarFile,
    Document,
    LawFiles,
    LawFolder,
    Steps,
)
from incidents.duties.regime import Catalogue, Regime
from incidents.duties.working_days import Calendar
from incidents.errors import InvalidInputError, LawDataError
from incidents.models.base import read_as

VERSION_LENGTH = 12


class _Loader(yaml.CSafeLoader):
    """The fast safe loader: a key stands once, aliases are refused."""

    yaml_implicit_resolvers = PLAIN_WORDS  # the attribute PyYAML looks at


def read_catalogue(root: Path, *further: Path) -> Catalogue:
    """Return the law under one or several folders, with authorities and calendars from beside each.

    Args:
        root: The folder of law folders, such as `incidents/duties/regimes`.
        further: Folders of the organisation's own, such as contracts with clocks.

    Raises:
        InvalidInputError: for a file that cannot be read or breaks its shape.
        LawDataError: where a folder holds no law or an id stands twice.
    """
    regimes: dict[str, Regime] = {}
    authorities: dict[str, Authority] = {}
    calendars: dict[str, Calendar] = {}
    for folder in (root, *further):
        for regime, path in _regimes(folder):
            _once(regime.id, regimes, path)
            regimes[regime.id] = regime
        for path in _beside(folder, "authorities"):
            for entry in read_as(AuthorityFile, _data(path), where=str(path)).authorities:
                _once(entry.id, authorities, path)
                authorities[entry.id] = entry
        for path in _beside(folder, "calendars"):
            for days in read_as(CalendarFile, _data(path), where=str(path)).calendars:
                calendars[days.place] = days
    catalogue = Catalogue(
        version="",
        regimes=[regimes[key] for key in sorted(regimes)],
        authorities=authorities,
        calendars=calendars,
    )
    return catalogue.model_copy(update={"version": version_of(catalogue)})


def _regimes(folder: Path) -> Iterator[tuple[Regime, Path]]:
    paths = sorted(folder.rglob("regime.yaml"))
    if not paths:
        raise LawDataError(
            "no law found", where=str(folder), repair="name a folder with <place>/<law>/regime.yaml"
        )
    for path in paths:
        yield read_as(Regime, _data(path), where=str(path)), path


def _once(name: str, known: Container[str], path: Path) -> None:
    if name in known:
        raise LawDataError(
            f"the id {name} stands twice",
            where=str(path),
            repair="give each law and each authority an id of its own",
        )


def version_of(catalogue: Catalogue) -> str:
    """Return twelve hex digits of the SHA-256 over the content, its keys sorted."""
    content = catalogue.model_dump(mode="json", by_alias=True, exclude={"version"})
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:VERSION_LENGTH]


def read_law_files(root: Path) -> LawFiles:
    """Return all files of a catalogue as plain data for `check_catalogue`; refuses none."""
    laws = []
    for path in sorted(root.rglob("regime.yaml")):
        examples = path.with_name("examples.yaml")
        laws.append(
            LawFolder(
                _document(path, root), _document(examples, root) if examples.exists() else None
            )
        )
    return LawFiles(
        laws=laws,
        authorities=[_document(path, root) for path in _beside(root, "authorities")],
        calendars=[_document(path, root) for path in _beside(root, "calendars")],
    )


def _beside(root: Path, name: str) -> Iterator[Path]:
    return iter(sorted((root.parent / name).glob("*.yaml")))


def _document(path: Path, root: Path) -> Document:
    file = str(path.relative_to(root.parent))
    try:
        text = read_text(path)
        data = _parsed(text, str(path))
    except InvalidInputError as error:
        return Document(file, None, lambda _: 0, f"{error.where}: {error.what}")
    return Document(file, data, lambda steps: _line_of(text, steps))


def _data(path: Path) -> Any:
    return _parsed(read_text(path), str(path))


def _parsed(text: str, where: str) -> Any:
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise InvalidInputError("empty", where=where, repair="fill it or remove it")
        _refuse_tricks(node, set(), where)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f"{where}:{mark.line + 1}:{mark.column + 1}" if mark else where
        raise InvalidInputError(
            f"not readable as YAML: {error.problem}", where=place, repair="mend that line"
        ) from None
    finally:
        loader.dispose()


def _refuse_tricks(node: yaml.Node, seen: set[int], where: str) -> None:
    """Refuse aliases (a node met twice) and keys that stand twice in one mapping."""
    place = f"{where}:{node.start_mark.line + 1}"
    if id(node) in seen:
        raise InvalidInputError("aliases are not read", where=place, repair="write the value out")
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value]
        twice = {str(key) for key in keys if keys.count(key) > 1}
        if twice:
            raise InvalidInputError(
                f"key {', '.join(sorted(twice))} twice", where=place, repair="keep one of them"
            )
        for key, value in node.value:
            _refuse_tricks(key, seen, where)
            _refuse_tricks(value, seen, where)
    elif isinstance(node, yaml.SequenceNode):
        for value in node.value:
            _refuse_tricks(value, seen, where)


def _line_of(text: str, steps: Steps) -> int:
    """Return the line on which a field stands, or that of the nearest field around it."""
    node: yaml.Node | None = yaml.compose(text, Loader=_Loader)
    line = 0
    for step in steps:
        found = _child(node, step)
        if found is None:
            break
        node = found[1]
        line = found[0].start_mark.line + 1
    return line


def _child(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == step), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None
