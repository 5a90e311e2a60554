"""The command, run in this process on a copy of the shop, with its exit code and both outputs."""

import io
import sys
from dataclasses import dataclass
from typing import NamedTuple

import pytest

from flows import tasks
from flows.cli import main
from tests.steps.shop_case import (
    AUTHOR,
    House,
    drafted,
    drafted_template,
    empty_template,
    shop,
)

__all__ = ["drafted", "drafted_template", "empty_template", "shop"]


class Ended(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Command:
    """`forthwith`, as typed in a terminal."""

    monkeypatch: pytest.MonkeyPatch
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *arguments: object, typed: str = "") -> Ended:
        self.monkeypatch.setattr(sys, "argv", ["forthwith", *map(str, arguments)])
        self.monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        tasks.use_settings(None)
        self.capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        tasks.use_settings(None)
        printed = self.capsys.readouterr()
        assert isinstance(end.value.code, int)
        return Ended(end.value.code, printed.out, printed.err)

    def at(self, house: House) -> "Command":
        """Return the command with this shop as its home."""
        self.monkeypatch.setenv("FORTHWITH_HOME", str(house.settings.home))
        self.monkeypatch.setenv("FORTHWITH_ACTOR", AUTHOR)
        return self


@pytest.fixture
def forthwith(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    return Command(monkeypatch, capsys)
