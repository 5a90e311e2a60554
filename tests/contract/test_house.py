"""The house stands: who may import whom, types, style; the schema equals the tables."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from incidents.models.tables import Base
from incidents.store.engine import migrate, open_engine

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "command",
    [
        ["lint-imports", "--no-cache"],
        ["ruff", "check", "incidents", "flows", "tests"],
        ["ruff", "format", "--check", "incidents", "flows", "tests"],
        ["mypy", "incidents", "flows"],
    ],
    ids=lambda command: command[0] + (" " + command[1] if command[0] == "ruff" else ""),
)
def test_the_tools_find_nothing(command: list[str]) -> None:
    tool = Path(sys.executable).parent / command[0]
    run = subprocess.run(
        [str(tool), *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr


def test_the_migrated_schema_is_what_the_tables_say(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, Base.metadata) == []
