"""How a law counts time: from what, how long, by whose calendar, and what may stretch it."""

from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from incidents.duties.conditions import Condition
from incidents.models.base import Value
from incidents.models.vocabulary import MomentKey

DutyRef = Annotated[str, Field(pattern=r"^([a-z0-9-]+/)?[a-z0-9]+(-[a-z0-9]+)*$")]
"""A duty of the same law by its id, or of another one as `<regime>/<duty>`."""


class Span(Value):
    """A length of time in exactly one unit."""

    hours: int | None = Field(default=None, gt=0)
    days: int | None = Field(default=None, gt=0)
    business_days: int | None = Field(default=None, gt=0)
    months: int | None = Field(default=None, gt=0)

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if len([n for n in (self.hours, self.days, self.business_days, self.months) if n]) != 1:
            raise ValueError("write exactly one of hours, days, business_days, months")
        return self

    @property
    def words(self) -> str:
        """Return the length as people say it."""
        for number, one, many in (
            (self.hours, "hour", "hours"),
            (self.days, "calendar day", "calendar days"),
            (self.business_days, "working day", "working days"),
            (self.months, "month", "months"),
        ):
            if number:
                return f"{number} {one if number == 1 else many}"
        return ""


class Extension(Value):
    """More time under a condition that somebody has to show; while it is unknown there is none."""

    text: str
    add: Span
    when: Condition


class ClockRule(Value):
    """From which moment a limit runs and how it is counted."""

    start: MomentKey | None = None
    after: DutyRef | None = None
    """Runs from when that duty was met; without a record of it there is no date yet."""
    which: Literal["first", "last"] = "first"
    """Of several filings under `after`, which one counts."""
    otherwise: list[MomentKey] = ["first_alert", "suspected", "processor_told_us"]
    """Moments that stand in while the start is not known; the earliest known one is taken."""
    count_from: Literal["moment", "end_of_year"] = "moment"
    """`end_of_year`: the limit begins when the calendar year of the start has ended."""
    within: Span | None = None
    counting: Literal["plain", "first_day_counts", "reg1182"] = "plain"
    """`plain`: hours run on; days begin the day after and end at 23:59:59 local time.
    `first_day_counts`: the day of the start is day one.
    `reg1182`: Regulation 1182/71, which puts a later legal limit beside the plain count."""
    zone: str = "law"
    """`law`, `authority`, `organisation` or an IANA name: whose midnight ends a day. Where there is
    no authority, its zone is the law's."""
    roll: Literal["none", "next_working_day"] = "none"
    roll_at: Annotated[str, Field(pattern=r"^([012]\d:[0-5]\d)?$")] = ""
    """Local time on the working day rolled to; empty is the end of that day."""
    roll_when: Condition | None = None
    """The limit rolls only under this condition; unknown does not roll."""
    calendar: str = "authority"
    """`authority`, `organisation` or a place whose working days count."""
    yields_to: MomentKey | None = None
    """This limit falls away where that moment came only after its end."""
    extensions: list[Extension] = []

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.start is None) == (self.after is None):
            raise ValueError("write exactly one of start, after")
        hours = self.within is not None and self.within.hours is not None
        if self.roll != "none" and (self.within is None or (hours and not self.roll_at)):
            raise ValueError("roll needs a limit in days or months; hours roll only to a roll_at")
        if self.count_from == "end_of_year" and hours:
            raise ValueError("a limit from the end of the year is one in days or months")
        return self

    @cached_property
    def beginnings(self) -> tuple[MomentKey, ...]:
        """The moment it runs from and those that may stand in; none for the filing of a duty."""
        return () if self.start is None else (self.start, *self.otherwise)

    @cached_property
    def length(self) -> str:
        """How long the limit is and how it is counted, in words."""
        span = self.within
        if span is None:
            return "no number in the rule; counted"
        words = span.words
        if span.hours:
            words += " without a break, nights, weekends and holidays included"
            if self.counting == "reg1182":
                words += " (the legal limit leaves out the hour of the event, Regulation 1182/71)"
        elif self.counting == "first_day_counts":
            words += ", the first day counted"
        else:
            words += ", the first day not counted"
        if self.roll == "next_working_day":
            words += ", ending on a working day"
        return f"{words},"

    @cached_property
    def stands_on(self) -> str:
        """Word of what the limit runs from: a moment, or the filing of a duty."""
        return f"filing of {self.after}" if self.after else str(self.start)
