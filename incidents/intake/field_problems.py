"""Says which field of a document is wrong, and which word was probably meant.

A message never repeats what stands in a field. It may name a word of a closed list, because that
word is ours.
"""

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel, ValidationError

from incidents.models.vocabulary import vocabulary

MOST = 50
_PLAIN_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,40}")
_LIST_NAMED = re.compile(r"vocabulary's (\w+)")
_QUOTED = re.compile(r"'([^']*)'")


class FieldProblem(NamedTuple):
    """One field that is wrong: its path, what is wrong, what to do."""

    path: str
    what: str
    repair: str

    def __str__(self) -> str:
        """Return the three parts on one line."""
        return f"{self.path}: {self.what}" + (f"; {self.repair}" if self.repair else "")


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word most like the given one; empty where none is alike."""
    words = list(known)
    folded = word.strip().lower().replace(" ", "_").replace("-", "_")
    tails = {w.rsplit(".", 1)[-1]: w for w in words}
    if folded in tails:
        return tails[folded]
    near = get_close_matches(folded, words, n=1, cutoff=0.6)
    if near:
        return near[0]
    tail = get_close_matches(folded.rsplit(".", 1)[-1], list(tails), n=1, cutoff=0.7)
    return tails[tail[0]] if tail else ""


def problems_of(error: ValidationError, kind: type[BaseModel]) -> list[FieldProblem]:
    """Return one problem per field, without the noise of the alternatives a field offers.

    Args:
        error: What pydantic found.
        kind: The document's model; gives the names of known fields.
    """
    found: dict[str, FieldProblem] = {}
    for item in error.errors(include_url=False):
        steps, may_be_unknown = _real_steps(item["loc"])
        path = ".".join(_shown(step) for step in steps) or "(document)"
        problem = _problem(path, item, kind, steps, may_be_unknown=may_be_unknown)
        # The branch for the word `unknown` says least; any other branch replaces it.
        if path not in found or _is_unknown_branch(item):
            found.setdefault(path, problem)
        elif not found[path].repair or "unknown" in found[path].what:
            found[path] = problem
    inner = {path for path in found if any(other.startswith(f"{path}.") for other in found)}
    return [problem for path, problem in found.items() if path not in inner][:MOST]


def _is_unknown_branch(item: Any) -> bool:
    return bool(item["loc"]) and str(item["loc"][-1]) == "literal['unknown']"


def _real_steps(loc: Sequence[int | str]) -> tuple[list[int | str], bool]:
    # Pydantic puts the branch of a union into the path: a class name or `list[...]`.
    steps: list[int | str] = []
    branched = False
    for step in loc:
        if isinstance(step, str) and (step in {"Moment", "Window"} or "[" in step):
            branched = True
            if step == "[key]":
                continue
        elif not (isinstance(step, str) and step in {"bool", "constrained-str"}):
            steps.append(step)
        else:
            branched = True
    return steps, branched


def _shown(step: int | str) -> str:
    if isinstance(step, int):
        return str(step)
    return step if _PLAIN_KEY.fullmatch(step) else "(a key that is no plain word)"


def _problem(
    path: str,
    item: Any,
    kind: type[BaseModel],
    steps: Sequence[int | str],
    *,
    may_be_unknown: bool,
) -> FieldProblem:
    given = item["input"] if isinstance(item["input"], str) else ""
    match item["type"]:
        case "extra_forbidden":
            near = nearest(str(steps[-1]), _fields_at(kind, steps[:-1]))
            repair = f"did you mean {near}?" if near else "remove it"
            return FieldProblem(path, "no field of this document", repair)
        case "missing":
            return FieldProblem(path, "is missing", "add it")
        case "timezone_aware":
            return FieldProblem(
                path, "names no offset from UTC", "write it like 2026-03-02T09:30:00+08:00"
            )
        case "enum" | "literal_error":
            words = _QUOTED.findall(item["ctx"]["expected"])
            near = nearest(given, words) if given else ""
            repair = f"did you mean {near}?" if near else f"one of: {', '.join(words)}"
            what = "is no word known here" if words != ["unknown"] else "does not have this shape"
            return FieldProblem(path, what, repair)
        case kind_of if kind_of.startswith("datetime"):
            return FieldProblem(path, "is no moment", "write it like 2026-03-02T09:30:00+08:00")
        case _:
            return _other(path, item, given, may_be_unknown=may_be_unknown)


def _other(path: str, item: Any, given: str, *, may_be_unknown: bool) -> FieldProblem:
    text = str(item["msg"]).removeprefix("Value error, ")
    named = _LIST_NAMED.search(text)
    if named:
        near = nearest(given, getattr(vocabulary(), named[1]))
        repair = f"did you mean {near}?" if near else "`forthwith schema report` lists the words"
        return FieldProblem(path, f"is not in the vocabulary's {named[1]}", repair)
    if "IANA time zone" in text:
        return FieldProblem(path, "is no IANA time zone", "write one such as Asia/Shanghai")
    if item["type"] == "string_pattern_mismatch":
        return FieldProblem(path, "is no day", "write it like 2026-03-02")
    repair = "or write: unknown" if may_be_unknown else ""
    if item["type"].endswith("_type") or item["type"].endswith("_parsing"):
        return FieldProblem(path, f"has another shape: {text[0].lower()}{text[1:]}", repair)
    return FieldProblem(path, text, repair)


def _fields_at(kind: type[BaseModel], steps: Sequence[int | str]) -> list[str]:
    model: type[BaseModel] | None = kind
    for step in steps:
        if model is None:
            return []
        if isinstance(step, int):
            continue
        field = model.model_fields.get(step)
        model = _model_in(field.annotation) if field else None
    return list(model.model_fields) if model else []


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
