"""The documents say what the code does, and every link leads somewhere."""

import importlib.util
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from types import ModuleType
from urllib.parse import unquote

import click
import pytest

from flows.cli import forthwith
from incidents.models import states

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
DECISIONS = sorted(DOCS.glob("adr/[0-9]*.md"))
PARTS = [
    "Status",
    "Context",
    "Decision",
    "What we gave up",
    "How we would notice it was wrong",
]


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = _generator()
COMMANDS: list[tuple[tuple[str, ...], click.Command]] = list(GENERATE.walk(forthwith))


@pytest.fixture(scope="module")
def commands_page() -> str:
    return (DOCS / "reference" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "command"), COMMANDS, ids=[" ".join(path) for path, _ in COMMANDS]
)
def test_every_command_and_option_says_what_it_is_for(
    path: tuple[str, ...], command: click.Command
) -> None:
    assert command.help, path
    silent = [one.opts for one in command.params if isinstance(one, click.Option) and not one.help]
    assert silent == []


def test_every_command_and_option_stands_in_the_reference(commands_page: str) -> None:
    parts = dict(
        re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", commands_page, re.MULTILINE | re.DOTALL)
    )
    for path, command in COMMANDS[1:]:
        part = parts[" ".join(path)]
        for one in command.params:
            if isinstance(one, click.Option):
                assert all(f"`{word}`" in part for word in one.opts), (path, one.opts)


@pytest.mark.parametrize("page", sorted(GENERATE.pages()), ids=lambda page: page.name)
def test_generated_pages_are_what_the_generator_writes(page: Path) -> None:
    assert page.read_text(encoding="utf-8") == GENERATE.pages()[page], (
        "run `python docs/generate.py`"
    )


@pytest.mark.parametrize(
    ("members", "moves"),
    [
        (states.CaseState, states.CASE_MOVES),
        (states.DutyState, states.DUTY_MOVES),
        (states.SetState, states.SET_MOVES),
        (states.DeliveryState, states.DELIVERY_MOVES),
    ],
    ids=["case", "duty", "set", "delivery"],
)
def test_every_state_stands_in_the_reference_with_its_moves(
    members: type[StrEnum], moves: dict[StrEnum, frozenset[StrEnum]]
) -> None:
    page = (DOCS / "reference" / "states.md").read_text(encoding="utf-8")
    rows = {
        (name, frozenset(re.findall(r"`(\w+)`", then)))
        for name, then in re.findall(r"^\| `(\w+)` \|[^|]*\|([^|]*)\|$", page, re.MULTILINE)
    }
    for state in members:
        assert (state.value, frozenset(one.value for one in moves[state])) in rows


def _prose(page: Path) -> str:
    """Return a page without its code, where a bracket is no link."""
    text = re.sub(
        r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    text = re.sub(r"^ {4}.*$", "", text, flags=re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", text)


def _links(page: Path) -> Iterator[str]:
    for target in re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", _prose(page)):
        if not re.match(r"[a-z]+:", target):
            yield unquote(target)


def _anchors(page: Path) -> set[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).strip().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_relative_link_leads_to_a_file_and_a_heading(page: Path) -> None:
    broken = []
    for link in _links(page):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_page_of_the_documentation_can_be_reached_from_the_readme() -> None:
    reached, waiting = set[Path](), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached or page.suffix != ".md" or not page.exists():
            continue
        reached.add(page)
        waiting += [(page.parent / link.partition("#")[0]).resolve() for link in _links(page)]
    assert sorted(set(DOCS.rglob("*.md")) - reached) == []


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    index = (DOCS / "adr" / "README.md").read_text(encoding="utf-8")
    assert [page.name for page in DECISIONS] == re.findall(r"\((\d{4}-[\w-]+\.md)\)", index)


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_each_decision_has_its_five_parts(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.name[:4]}. ")
    parts = re.findall(r"^## (.+?)\n+(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL)
    assert [title for title, _ in parts] == PARTS
    assert all(body.strip() for _, body in parts)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_a_page_tells_people_to_type_exists(page: Path) -> None:
    known = {path[1]: command for path, command in COMMANDS if len(path) > 1}
    typed = re.findall(
        r"(?:^ {4}(?:uv run )?|`(?:uv run )?)forthwith ([a-z][\w-]*)([^`\n]*)",
        page.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    for word, rest in typed:
        assert word in known, f"forthwith {word}"
        options = {
            name
            for path, command in COMMANDS
            if path[1:2] == (word,)
            for one in command.params
            for name in one.opts
        }
        assert set(re.findall(r"(?<!\S)--[a-z-]+", rest.split("#")[0])) <= options, word + rest


def test_pictures_are_small_and_call_nowhere() -> None:
    pictures = sorted((DOCS / "pictures").iterdir())
    assert pictures
    assert [one.name for one in pictures if one.stat().st_size > 200_000] == []
    for one in (ROOT / "docs" / "pictures").glob("*.svg"):
        assert re.findall(r"(?:href|src|url\()[\"'=( ]*https?:", one.read_text("utf-8")) == []


def test_the_readme_holds_the_two_commands_and_the_map_names_every_folder() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "\n    pip install uv && uv run forthwith demo\n" in readme
    assert "\n    uv run pytest\n" in readme
    folders = {
        one.parent.name
        for room in ("incidents", "flows")
        for one in ROOT.glob(f"{room}/*/__init__.py")
    }
    assert {one for one in folders if f"\n      {one}/" not in readme} == set()
