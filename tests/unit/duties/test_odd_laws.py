"""The oddest laws that do not ship yet: the shape of a law holds each of them without any code."""

import dataclasses
from pathlib import Path

import pytest

from incidents.data_files import LAW
from incidents.duties.checks import check_catalogue
from incidents.duties.mutation import mutation_scores
from incidents.duties.sources.folder import read_catalogue, read_law_files

ODD = Path(__file__).parent / "odd_laws"
SHIPPED = read_law_files(LAW)
# The odd laws stand where an organisation's own would: with the shipped authorities and calendars.
FILES = dataclasses.replace(
    read_law_files(ODD), authorities=SHIPPED.authorities, calendars=SHIPPED.calendars
)
IDS = sorted(path.parent.name for path in ODD.rglob("regime.yaml"))


@pytest.mark.parametrize("law", IDS)
def test_an_odd_law_passes_every_gate_and_its_worked_cases(law: str) -> None:
    assert [str(finding) for finding in check_catalogue(FILES, only=law)] == []


@pytest.mark.parametrize("law", IDS)
def test_every_small_change_to_an_odd_law_is_noticed_or_has_its_reason(law: str) -> None:
    [score] = mutation_scores(FILES, only=law)
    assert score.total > 0
    assert score.survivors == []
    assert score.stale == []


def test_the_odd_laws_load_beside_the_shipped_ones_and_none_of_them_ships() -> None:
    shipped = {regime.id for regime in read_catalogue(LAW).regimes}
    both = {regime.id for regime in read_catalogue(LAW, ODD).regimes}
    # A law that ships has its own examples; remove its folder here.
    assert shipped.isdisjoint(IDS)
    assert both == shipped | set(IDS)
