"""The gates every law file passes: shape, words, time, evidence, examples.

Each finding names file, line, field and repair. Reading files is `sources/folder.py`'s part;
this module is given what was read.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ValidationError

from incidents.duties.authority import Authority
from incidents.duties.clock_rule import ClockRule
from incidents.duties.conditions import asks_of
from incidents.duties.examples import Example, ExampleFile, mismatches
from incidents.duties.regime import Catalogue, Regime, foreign_references
from incidents.duties.rule import DutyRule, InForce
from incidents.duties.working_days import Calendar, knows
from incidents.models.base import Value
from incidents.models.duty import Citation

Gate = Literal["shape", "words", "time", "evidence", "examples"]
NEEDS_URL = frozenset({"primary", "quoted", "secondary", "mixed"})
V = TypeVar("V", bound=BaseModel)
Steps = tuple[str | int, ...]


class Finding(Value):
    """One thing that is wrong with a law file."""

    gate: Gate
    file: str
    line: int = 0
    """First line is 1; 0 where no line can be named."""
    field: str
    what: str
    repair: str

    def __str__(self) -> str:
        """Return the finding on two lines, as compilers print them."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.field}: {self.what} [{self.gate}]\n  to repair: {self.repair}"


@dataclass(frozen=True)
class Document:
    """One file as read: its plain data, and a way to tell the line of a field."""

    file: str
    data: Any
    line_of: Callable[[Steps], int]
    unreadable: str = ""


@dataclass(frozen=True)
class LawFolder:
    """The two files of one law."""

    regime: Document
    examples: Document | None


@dataclass(frozen=True)
class LawFiles:
    """Everything a catalogue is made from."""

    laws: Sequence[LawFolder]
    authorities: Sequence[Document]
    calendars: Sequence[Document]


class AuthorityFile(Value):
    """A file of authorities."""

    authorities: list[Authority]


class CalendarFile(Value):
    """A file of calendars."""

    calendars: list[Calendar]


@dataclass(frozen=True)
class Known:
    """All that could be read of a catalogue's files."""

    laws: Sequence[tuple[Regime, LawFolder]]
    authorities: dict[str, Authority]
    calendars: dict[str, Calendar]

    def around(self, regime: Regime) -> Catalogue:
        """Return a law with the laws it leans on, which is all that its examples need."""
        named = {ref.partition("/")[0] for one in regime.duties for ref in foreign_references(one)}
        named.discard(regime.id)
        others = [one for one, _ in self.laws if one.id in named]
        return Catalogue.model_construct(
            version="check",
            regimes=[regime, *others],
            authorities=self.authorities,
            calendars=self.calendars,
        )


def check_catalogue(files: LawFiles, *, only: str = "") -> list[Finding]:
    """Return every finding of every gate; an empty list where the catalogue is sound.

    Args:
        files: The files as read.
        only: Id of one law to check; empty for all of them.
    """
    known, findings = known_of(files)
    if only in {one.id for one, _ in known.laws}:  # what keeps another law from being read waits
        findings = []
    seen: dict[str, str] = {}
    for regime, folder in known.laws:
        findings += _twice(regime, folder.regime, seen)
        if only in {"", regime.id}:
            findings += _sound(regime, folder.regime, known.authorities)
            findings += _referenced(regime, folder.regime, known)
            findings += _examples(regime, known.around(regime), folder)
    if not files.laws or (only and only not in seen):
        what = f"no law that can be read has the id {only}" if files.laws else "no law is there"
        findings.append(
            Finding(
                gate="shape",
                file="(folder)",
                field="id",
                what=what,
                repair="name a folder with <place>/<law>/regime.yaml, and a law that stands there",
            )
        )
    return findings


def known_of(files: LawFiles) -> tuple[Known, list[Finding]]:
    """Return what can be read of the files, and what keeps the rest from being read."""
    findings: list[Finding] = []
    authorities: dict[str, Authority] = {}
    calendars: dict[str, Calendar] = {}
    for document in files.authorities:
        read, wrong = _shaped(AuthorityFile, document)
        findings += wrong
        authorities |= {entry.id: entry for entry in read.authorities} if read else {}
    for document in files.calendars:
        kept, wrong = _shaped(CalendarFile, document)
        findings += wrong
        calendars |= {entry.place: entry for entry in kept.calendars} if kept else {}
    laws: list[tuple[Regime, LawFolder]] = []
    for folder in files.laws:
        regime, wrong = _shaped(Regime, folder.regime)
        findings += wrong
        if regime is not None:
            laws.append((regime, folder))
    return Known(laws, authorities, calendars), findings


def _shaped(kind: type[V], document: Document) -> tuple[V | None, list[Finding]]:
    """Return a document as a value, or what keeps it from being one."""
    if document.unreadable:
        finding = Finding(
            gate="shape",
            file=document.file,
            field="(document)",
            what=document.unreadable,
            repair="mend the file so that it can be read",
        )
        return None, [finding]
    try:
        return kind.model_validate(document.data), []
    except ValidationError as error:
        return None, [_problem(document, problem) for problem in error.errors()]


def _problem(document: Document, problem: Any) -> Finding:
    path = tuple(step for step in problem["loc"] if _in_file(document.data, step))
    what = str(problem["msg"])
    words = "vocabulary" in what
    return Finding(
        gate="words" if words else "shape",
        file=document.file,
        line=document.line_of(path),
        field=".".join(str(step) for step in problem["loc"]) or "(document)",
        what=what,
        repair=(
            "use a word of incidents/models/vocabulary.yaml, or add it there"
            if words
            else "docs/reference/law-schema.md shows every field and its form"
        ),
    )


def _in_file(data: Any, step: str | int) -> bool:
    """Return whether a step of an error's path stands in the file; tags of unions do not."""
    if isinstance(data, dict):
        return step in data or any(_in_file(value, step) for value in data.values())
    if isinstance(data, list):
        return isinstance(step, int) or any(_in_file(value, step) for value in data)
    return False


def _twice(regime: Regime, document: Document, seen: dict[str, str]) -> Iterator[Finding]:
    if regime.id in seen:
        yield Finding(
            gate="shape",
            file=document.file,
            line=document.line_of(("id",)),
            field="id",
            what=f"{regime.id} is also the id of {seen[regime.id]}",
            repair="give each law an id of its own",
        )
    seen[regime.id] = document.file


def _sound(
    regime: Regime, document: Document, authorities: dict[str, Authority]
) -> Iterator[Finding]:
    yield from _cited(regime.citation, document, ("citation",))
    for index, duty in enumerate(regime.duties):
        steps: Steps = ("duties", index)
        yield from _cited(duty.citation, document, (*steps, "citation"))
        ref = duty.recipient.ref
        if ref and ref not in authorities:
            yield Finding(
                gate="words",
                file=document.file,
                line=document.line_of((*steps, "recipient")),
                field=f"duties.{index}.recipient.ref",
                what=f"no authority has the id {ref}",
                repair="add it under authorities/ or name one that stands there",
            )
        yield from _calendars(duty.clocks, document, steps)
    yield from _overlaps(regime, document)


def _calendars(clocks: Sequence[ClockRule], document: Document, steps: Steps) -> Iterator[Finding]:
    for index, clock in enumerate(clocks):
        if clock.calendar not in {"authority", "organisation"} and not knows(clock.calendar):
            yield Finding(
                gate="time",
                file=document.file,
                line=document.line_of((*steps, "clocks", index)),
                field=".".join(str(step) for step in (*steps, "clocks", index, "calendar")),
                what=f"no working days are known of {clock.calendar}",
                repair="name a country or region of the holidays package",
            )


def _referenced(regime: Regime, document: Document, known: Known) -> Iterator[Finding]:
    """Every duty of another law that is leaned on exists, and does not itself lean on a third."""
    rules = {f"{one.id}/{rule.id}": rule for one, _ in known.laws for rule in one.duties}
    for index, duty in enumerate(regime.duties):
        for ref in foreign_references(duty):
            what = ""
            if ref not in rules:
                what = f"no law here has the duty {ref}"
            elif ref in duty.leans_on and rules[ref].leans_on:
                what = f"{ref} itself looks at another duty"
            if what:
                yield Finding(
                    gate="words",
                    file=document.file,
                    line=document.line_of(("duties", index)),
                    field=f"duties.{index}",
                    what=what,
                    repair="name a duty of a law in this catalogue that looks at facts only",
                )


def _cited(citation: Citation, document: Document, steps: Steps) -> Iterator[Finding]:
    if not citation.url and citation.confidence in NEEDS_URL:
        yield Finding(
            gate="evidence",
            file=document.file,
            line=document.line_of(steps),
            field=".".join(str(step) for step in steps),
            what=f"confidence {citation.confidence} without an address of the source",
            repair="give the url that was read, or mark the value as from memory",
        )


def _overlaps(regime: Regime, document: Document) -> Iterator[Finding]:
    for (_, one), (index, other) in combinations(enumerate(regime.duties), 2):
        if one.id == other.id and _span(regime, one).overlaps(_span(regime, other)):
            yield Finding(
                gate="time",
                file=document.file,
                line=document.line_of(("duties", index)),
                field=f"duties.{index}.in_force",
                what=f"two versions of {one.id} stand on the same day",
                repair="end the earlier version on the day before the later one begins",
            )


def _span(regime: Regime, duty: DutyRule) -> InForce:
    return duty.in_force or regime.in_force


def _examples(regime: Regime, law: Catalogue, folder: LawFolder) -> list[Finding]:
    if folder.examples is None:
        return [
            Finding(
                gate="examples",
                file=folder.regime.file,
                field="(folder)",
                what="no examples.yaml beside this law",
                repair="write one case that fires and one that does not for each duty",
            )
        ]
    read, findings = _shaped(ExampleFile, folder.examples)
    if read is None:
        return findings
    for index, example in enumerate(read.examples):
        findings += _named(example, index, regime, law, folder.examples)
        findings += _worked(example, index, law, regime, folder.examples)
    return findings + _both_ways(read, regime, folder.examples)


def _named(
    example: Example, index: int, regime: Regime, law: Catalogue, document: Document
) -> Iterator[Finding]:
    """A name that no law has would make a case say nothing."""
    loaded = {one.id for one in law.regimes}
    duties = {duty.id for duty in regime.duties}
    asks = {ask for duty in regime.duties for ask in duty.asks} | asks_of(regime.binds)
    wrong = [
        *(("duty", name, duties) for name in example.duties_named(loaded) - duties),
        *(("question", name, asks) for name in example.questions_named(loaded) - asks),
    ]
    for what, name, known in sorted(wrong):
        yield Finding(
            gate="words",
            file=document.file,
            line=document.line_of(("examples", index)),
            field=f"examples.{index}",
            what=f"this law has no {what} {name}",
            repair=f"it has {', '.join(sorted(known)) or 'none'}",
        )


def _worked(
    example: Example, index: int, law: Catalogue, regime: Regime, document: Document
) -> Iterator[Finding]:
    for wrong in mismatches(example, law, regime.id):
        yield Finding(
            gate="examples",
            file=document.file,
            line=document.line_of(("examples", index)),
            field=f"examples.{index}.outcome",
            what=f"{wrong} ({example.sentence})",
            repair="read the article again; then mend the rule or the example",
        )


def _both_ways(read: ExampleFile, regime: Regime, document: Document) -> list[Finding]:
    fires = set().union(*(example.outcome.fires() for example in read.examples))
    fails = {name for example in read.examples for name in example.outcome.not_owed}
    coming = {name for example in read.examples for name in example.outcome.coming}
    standing = {one.id for one in regime.duties if _span(regime, one).from_}
    # A duty that is only proposed never fires: it is shown as coming, and that is both ways.
    fires |= coming - standing
    fails |= coming - standing
    findings = []
    for duty in dict.fromkeys(duty.id for duty in regime.duties):
        for found, wanted in ((fires, "fires"), (fails, "does not fire")):
            if duty not in found:
                findings.append(
                    Finding(
                        gate="examples",
                        file=document.file,
                        field="examples",
                        what=f"no case in which {duty} {wanted}",
                        repair="add one, worked by hand from the article",
                    )
                )
    return findings
