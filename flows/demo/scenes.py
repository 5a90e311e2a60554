"""What the demo shows at each stage: what a security lead wants to know, in a terminal."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.rule import Rule

from flows.terminal.duty_table import duty_table
from flows.terminal.show import counted, counts, table
from incidents.models.duty import DutyList
from incidents.models.risk import RiskAssessment
from incidents.models.scope import ScopeFinding, ScopeSummary
from incidents.steps.announce import Proposal
from incidents.steps.draft_notices import Drafted
from incidents.steps.show_case import CaseView

WORDS = {
    "handed_over": "handed over to the relay",
    "done_by_hand": "told by letter, call or hand",
    "not_reached": "not reached",
    "refused": "refused by their mail server",
    "listed": "on a list somebody works on",
    "planned": "planned",
    "deferred": "refused for now, tried again later",
    "in_doubt": "in doubt",
}


class Scenes:
    """Prints the story of one case."""

    def __init__(self, out: Console) -> None:
        self.out = out

    def head(self, number: int, title: str) -> None:
        """Begin a stage."""
        self.out.print()
        self.out.print(Rule(f"[bold]{number}. {escape(title)}", align="left", style="cyan"))

    def say(self, text: str) -> None:
        """Print a sentence as it stands."""
        self.out.print(text, markup=False)

    def hold_before_gone(self, found: ScopeFinding) -> None:
        """Show evidence that will vanish."""
        rows = [(one.on, one.happens, one.name, one.what) for one in found.preservation]
        self.out.print(
            table("Hold these before they are gone", ("on", "will be", "store", "what"), rows)
        )

    def contradictions(self, found: ScopeFinding) -> None:
        """Show where report and inventory disagree."""
        rows = [(one.what, one.read_as) for one in found.contradictions]
        self.out.print(
            table("Where the report and the inventory disagree", ("finding", "read as"), rows)
        )
        touched = [(one.store, one.name, ", ".join(one.elements)) for one in found.exposures]
        self.out.print(table("Touched", ("store", "name", "data"), touched))

    def people(self, scope: ScopeSummary) -> None:
        """Show whom it touches."""
        self.out.print(
            f"[bold]{scope.total:,} people[/bold], frozen as version {scope.version}, "
            f"sha256 {scope.digest[:16]}…"
        )
        by_place = ", ".join(f"{place} {number:,}" for place, number in scope.by_place.items())
        self.say(f"  live in     {by_place}")
        ages = {"under_14": "under 14", "14_15": "14-15", "16_17": "16-17"}
        by_age = ", ".join(f"{ages.get(age, age)} {n:,}" for age, n in scope.by_age.items())
        self.say(f"  age         {by_age}")
        reach = {"none": "no address at all", "hand": "a person must decide"}
        by_reach = ", ".join(f"{reach.get(way, way)} {n:,}" for way, n in scope.by_reach.items())
        self.say(f"  reached by  {by_reach}")

    def risk(self, risk: RiskAssessment) -> None:
        """Show how bad and why."""
        self.out.print(
            f"[bold]Risk: {risk.level}[/bold] — ENISA severity {risk.score:.2f} "
            f"(data {risk.dpc} x identification {risk.ei} + circumstances {risk.cb})"
        )
        for reason in risk.reasons:
            points = f" ({reason.points})" if reason.points else ""
            self.say(f"  - {reason.text}{points}")

    def duties(self, view: CaseView, found: DutyList) -> None:
        """Show every duty, and what is not known here."""
        known = [one for one in view.duties if one[0].regime != "law-unknown"]
        self.out.print(duty_table(known, view.now, view.first_deadlines, width=self.out.width))
        unknown = {one.place: one.people.best or one.people.low for one in found.unknown_law}
        total = sum(unknown.values())
        self.out.print(
            f"[bold red]Law not known here, ask counsel: {total:,} people[/bold red] "
            "(this is never “not owed”)"
        )
        self.say("  " + ", ".join(f"{place} {number:,}" for place, number in unknown.items()))
        self.say(
            f"{len(found.not_owed)} duties were looked at and are not owed, each with a reason:"
        )
        for one in found.not_owed[:3]:
            self.say(f"  - {one.regime}/{one.duty}: {one.reason}")
        for text in dict.fromkeys(question.text for question in found.questions):
            self.out.print(f"[yellow]Open question:[/yellow] {escape(text)}")

    def drafts(self, view: CaseView, drafted: Drafted, folder: Path) -> None:
        """Show what waits for approval."""
        rows = [
            (one.key, f"{one.people:,}" if one.people else counted(one.filings, "filing"),
             f"sha256 {one.root[:12]}…")
            for one in view.sets
        ]  # fmt: skip
        self.out.print(table("Drafted and sealed", ("set", "people", "seal"), rows))
        fallback = sum(drafted.fallback_locales.values())
        if fallback:
            self.say(
                f"{fallback:,} people get English because there are no words in their language yet."
            )
        self.say(f"Every distinct text to read before signing: {folder}")

    @contextmanager
    def sending(self, total: int) -> Iterator[Callable[[Mapping[str, int]], None]]:
        """Show a live count of mail handed over."""
        bar = Progress(
            TextColumn("handed over"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("refused {task.fields[refused]}"),
            TimeElapsedColumn(),
            console=self.out,
        )
        done_before: dict[str, int] = {}
        with bar:
            task = bar.add_task("send", total=total, refused=0)

            def show(states: Mapping[str, int]) -> None:
                now = states.get("handed_over", 0)
                refused = states.get("refused", 0)
                if now < done_before.get("now", 0):  # the next set begins to count
                    done_before["base"] = done_before.get("base", 0) + done_before.get("now", 0)
                    done_before["lost"] = done_before.get("lost", 0) + done_before.get("bad", 0)
                done_before["now"], done_before["bad"] = now, refused
                bar.update(
                    task,
                    completed=done_before.get("base", 0) + now,
                    refused=done_before.get("lost", 0) + refused,
                )

            yield show

    def standing(self, view: CaseView) -> None:
        """Show where everybody stands."""
        named = {WORDS.get(state, state): number for state, number in view.people_in.items()}
        self.out.print(counts("Where people stand", named))

    def proposal(self, proposal: Proposal) -> None:
        """Show why an announcement is proposed."""
        for line in proposal.lines():
            self.say(f"  {line}")

    def answers(self, view: CaseView) -> None:
        """Show counsel's answers."""
        rows = [(duty.id, state) for duty, state in view.duties]
        self.out.print(table("Counsel's answer to each duty", ("duty", "answer"), rows))
