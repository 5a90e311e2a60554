"""How many small wrongs in a law its worked examples notice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from incidents.duties.checks import Known, LawFiles, known_of
from incidents.duties.examples import Example, ExampleFile, mismatches
from incidents.duties.mutants import mutants_of
from incidents.duties.regime import Catalogue, Regime
from incidents.errors import ForthwithError


@dataclass(frozen=True)
class Score:
    """What the examples of one law noticed."""

    regime: str
    killed: int
    excused: dict[str, str]
    """Survivors that the examples file lists, each with its reason."""
    survivors: list[str]
    """Survivors without a reason."""
    stale: list[str]
    """Reasons given for what is no survivor."""

    @property
    def total(self) -> int:
        """Return how many mutants there were."""
        return self.killed + len(self.excused) + len(self.survivors)


def mutation_scores(files: LawFiles, *, only: str = "") -> Iterator[Score]:
    """Return the score of each law that passes all gates, one after another."""
    known, _ = known_of(files)
    for regime, folder in known.laws:
        if only in {"", regime.id} and folder.examples is not None:
            examples = ExampleFile.model_validate(folder.examples.data)
            yield mutation_score(folder.regime.data, examples, known)


def mutation_score(data: dict[str, Any], examples: ExampleFile, known: Known) -> Score:
    """Return which mutants of a law file its examples notice.

    A mutant that breaks the shape of the file is no mutant: the shape gate stops it anyway.

    Args:
        data: The law file as read.
        examples: Its worked cases, all of which hold for the law itself.
        known: The other laws, authorities and calendars.
    """
    reasons = {one.mutant: one.reason for one in examples.survivors}
    ordered = list(examples.examples)
    killed, alive = 0, []
    for mutant in mutants_of(data):
        try:
            wrong = Regime.model_validate(mutant.data)
        except ValidationError:
            if mutant.id.endswith(": dropped"):
                killed += 1  # another duty leans on it, so its loss cannot go unnoticed
            continue
        if _noticed(ordered, wrong, known):
            killed += 1
        else:
            alive.append(mutant.id)
    return Score(
        regime=str(data["id"]),
        killed=killed,
        excused={one: reasons[one] for one in alive if one in reasons},
        survivors=[one for one in alive if one not in reasons],
        stale=sorted(set(reasons) - set(alive)),
    )


def _noticed(ordered: list[Example], wrong: Regime, known: Known) -> bool:
    law = known.around(wrong)
    for place, example in enumerate(ordered):
        if any(_wrongs(example, law, wrong.id)):
            # The case that noticed this wrong is likely to notice the next one too.
            ordered.insert(0, ordered.pop(place))
            return True
    return False


def _wrongs(example: Example, law: Catalogue, regime: str) -> Iterator[str]:
    try:
        yield from mismatches(example, law, regime)
    except ForthwithError as error:
        yield str(error)
