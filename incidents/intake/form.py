"""A report from closed fields only, as Prefect's form gives them."""

from collections.abc import Mapping
from typing import Any

from incidents.intake.breach_report import parse_report
from incidents.models.report import UNKNOWN, BreachReport


def report_from_form(form: Mapping[str, Any], *, zone: str) -> BreachReport:
    """Return the report that a form's fields make.

    Args:
        form: kinds, cause, failure, certainty, stores, data_from, data_to, first_alert, aware.
        zone: The organisation's zone, in which the moments are shown.

    Raises:
        InvalidInputError: naming each field that is wrong.
    """
    window: Any = UNKNOWN
    if form.get("data_from") and form.get("data_to"):
        window = {"first_on": form["data_from"], "last_on": form["data_to"]}
    moments = {
        key: {"at": form[key], "zone": zone} for key in ("first_alert", "aware") if form.get(key)
    }
    return parse_report(
        {
            "reported_by": "form",
            "channel": "Prefect",
            "claim": {
                "kinds": list(form.get("kinds") or []) or UNKNOWN,
                "cause": form.get("cause", "unknown"),
                "failure": [form.get("failure", "unknown")],
                "certainty": form.get("certainty", "suspected"),
                "stores": [{"store": one, "window": window} for one in form.get("stores") or []],
            },
            "timeline": moments,
        },
        where="form",
    )
