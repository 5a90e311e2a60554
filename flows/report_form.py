"""Open a case from a form of closed fields. Prose stays out: Prefect keeps what it is given."""

from datetime import date, datetime
from typing import Literal

from prefect import flow
from pydantic import BaseModel, Field

from flows import tasks
from flows.breach import handle_breach
from flows.names import REPORT_FORM
from incidents.models.report import Failure, Kind


class ReportForm(BaseModel):
    """What is known so far, in closed words. The story goes into `forthwith report --amend`."""

    kinds: list[Kind] = Field(description="What was done to the data; none chosen: not known yet.")
    cause: str = Field(
        default="unknown",
        pattern="^[a-z_]{1,40}$",
        description="A word of the vocabulary's causes, such as external_unlawful_access.",
    )
    failure: Failure = Failure.UNKNOWN
    certainty: Literal["suspected", "certain"] = "suspected"
    stores: list[str] = Field(default=[], description="Store ids of the inventory; none: all.")
    data_from: date | None = Field(default=None, description="First day of the data touched.")
    data_to: date | None = Field(default=None, description="Last day of the data touched.")
    first_alert: datetime = Field(description="When the first sign was seen.")
    aware: datetime | None = Field(default=None, description="When you were reasonably certain.")


@flow(name=REPORT_FORM)
def report_breach(form: ReportForm) -> str:
    """Open a case from the form and handle it; return its ref."""
    case = tasks.open_from_form(form.model_dump(mode="json"))
    handle_breach(case)
    return case
