"""Looks through what Prefect keeps, in clear and for everybody who reaches it, for secrets."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from flows.doctor.finding import Finding, error, ok, warning
from flows.doctor.prefect_door import answers
from flows.doctor.secrets import known_secrets, secret_in
from flows.watching import prefect_api
from incidents.wiring import Workshop

PAGE = 200
PAGES = 100
"""20,000 flow runs, newest first; the doctor says when there are more."""
SHOWN = 20

_NAME = re.compile(
    r"(?:^|[^a-z])(?:password|passwd|passphrase|pwd|secret|token|api[_-]?key|access[_-]?key|"
    r"private[_-]?key|credentials?|auth[_-]?string|alarm[_-]?urls?)s?$"
)
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LOGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@{}*]+@", re.IGNORECASE)
_EMPTY = re.compile(r"\s*(?:\{\{.*\}\}|\*+|)\s*", re.DOTALL)
"""Nothing, stars, or a template that names where the value is kept."""


class Kind(NamedTuple):
    """Something Prefect keeps, and how to ask for all of it."""

    name: str
    path: str
    body: Mapping[str, Any] = {}


KINDS = (
    Kind("deployment", "/deployments/filter"),
    Kind("flow run", "/flow_runs/filter", {"sort": "EXPECTED_START_TIME_DESC"}),
    Kind(
        "block document",
        "/block_documents/filter",
        # Left to itself the server leaves anonymous ones out.
        {"include_secrets": True, "block_documents": {"is_anonymous": None}},
    ),
    Kind("variable", "/variables/filter"),
    Kind("work pool", "/work_pools/filter"),
    Kind("automation", "/automations/filter"),
)
REPAIR = (
    "delete it there, change that secret, and give it to workers as a file in "
    "FORTHWITH_SECRETS_DIR or in their own environment"
)


def secrets_in_prefect(shop: Workshop) -> list[Finding]:
    """Return an error for each place in Prefect where a secret, or what looks like one, lies."""
    from prefect.client.orchestration import get_client

    api = prefect_api()
    if not api or not answers(f"{api}/health"):
        return []  # said by the check of its door
    secrets, found, looked = known_secrets(shop), [], 0
    cut = []
    with get_client(sync_client=True) as client:
        for kind in KINDS:
            things = list(_all(client, kind))
            looked += len(things)
            if len(things) >= PAGE * PAGES:
                cut.append(kind.name)
            found += [one for thing in things for one in _in_thing(kind.name, thing, secrets)]
    lines = [error(what, REPAIR) for what in found[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(error(f"{len(found) - SHOWN} more secrets lie in Prefect", REPAIR))
    if cut:
        lines.append(warning(f"only the newest {PAGE * PAGES:,} were searched: {', '.join(cut)}"))
    return lines or [ok(f"no secret was found in {looked:,} things that Prefect keeps")]


def _all(client: Any, kind: Kind) -> Iterator[dict[str, Any]]:
    for page in range(PAGES):
        body = {**kind.body, "limit": PAGE, "offset": page * PAGE}
        answer = client.request("POST", kind.path, json=body)
        answer.raise_for_status()
        things = answer.json()
        yield from things
        if len(things) < PAGE:
            return


def _in_thing(kind: str, thing: Mapping[str, Any], secrets: Mapping[str, str]) -> Iterator[str]:
    hidden = _hidden_fields(thing)
    name = str(thing.get("name") or "")
    root = name if kind == "variable" else ""  # a variable's own name says what its value is
    for path, text, is_key in _texts(_told(kind, thing), (root,)):
        why = _why(path, text, secrets, hidden, is_key=is_key)
        if why:
            # A key may itself be the secret: say where, not what.
            place = ".".join(one for one in path[1:] if not secret_in(one, secrets))
            label = name if name and not secret_in(name, secrets) else ""
            yield f"Prefect {kind} {label} ({thing.get('id')}): {place or 'a key'} {why}"


def _told(kind: str, thing: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what people put there; a block's type is Prefect's own text."""
    left_out = {"block_schema", "block_type"} if kind == "block document" else set()
    return {key: value for key, value in thing.items() if key not in left_out}


def _hidden_fields(thing: Mapping[str, Any]) -> set[str]:
    """Return the fields that a block's own type calls secret."""
    fields = (thing.get("block_schema") or {}).get("fields") or {}
    return {str(name).partition(".")[0] for name in fields.get("secret_fields") or []}


def _texts(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, bool]]:
    """Yield every text, the keys that lead to it, and whether it is itself a key."""
    if isinstance(value, dict):
        if value.get("format") == "password" and isinstance(value.get("default"), str):
            yield (*path, "password"), value["default"], False
        for key, inner in value.items():
            yield path, str(key), True
            yield from _texts(inner, (*path, str(key)))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, (*path, str(number)))
    elif isinstance(value, str | int) and not isinstance(value, bool):
        yield path, str(value), False


def _why(
    path: tuple[str, ...],
    text: str,
    secrets: Mapping[str, str],
    hidden: set[str],
    *,
    is_key: bool,
) -> str:
    of = secret_in(text, secrets)
    if of:
        return f"holds the value of {of}"
    if _EMPTY.fullmatch(text):
        return ""
    if _LOGIN.search(text):
        return "is an address with a password in it"
    if is_key:
        return ""
    if len(path) > 2 and path[1] == "data" and path[2] in hidden:  # noqa: PLR2004
        return "is a secret field of its block"
    if _is_secret_name(_naming(path)):
        return "is named like a secret and is not empty"
    return ""


def _naming(path: tuple[str, ...]) -> str:
    """Return the key that says what a value is: of a schema's default, the field's name."""
    named = [one for one in path if one not in {"default", "value"} and not one.isdigit()]
    return named[-1] if named else ""


def _is_secret_name(name: str) -> bool:
    return bool(_NAME.search(_HUMP.sub("_", name).lower()))
