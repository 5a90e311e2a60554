"""The shape of one incident in VERIS, checked whole, so that nothing wrong is read by chance.

Source: VERIS community schema 1.4.0, and 1.3 where an incident says that it keeps to that: there
`discovery_method` is a word, `asset.governance` stands, and the level of government and the cloud
need not be said. `plus` belongs to whoever wrote the incident, so its fields are open.
"""

from calendar import monthrange
from collections.abc import Iterator
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from incidents.errors import InvalidInputError
from incidents.intake.field_problems import problems_of
from incidents.intake.veris.deeds import Actions, Actors
from incidents.intake.veris.fields import (
    Amount,
    Countries,
    Currency,
    Distinct,
    Industry,
    Money,
    Regions,
    Text,
    word,
    words,
)
from incidents.intake.veris.part import Filled, Noted, Part

VERSIONS = ("1.3", "1.4")


class InvalidIncidentError(InvalidInputError):
    """An incident that does not keep to VERIS."""

    slug = "invalid-veris"


class Began(Part):
    """When an incident began, as far as that is said."""

    year: Annotated[int, Field(ge=1950, le=2050)]
    month: Annotated[int, Field(ge=1, le=12)] | None = None
    day: Annotated[int, Field(ge=1, le=31)] | None = None
    time: str | None = None

    @model_validator(mode="after")
    def _on_the_calendar(self) -> Self:
        if self.month and self.day and self.day > monthrange(self.year, self.month)[1]:
            raise ValueError("names a day that this month does not have")
        return self


class Span(Part):
    """A length of time: a unit, and a number where it is known."""

    unit: Annotated[str, word("duration.unit")]
    value: float | None = None


class Times(Part):
    """`timeline`."""

    incident: Began
    compromise: Span | None = None
    exfiltration: Span | None = None
    discovery: Span | None = None
    containment: Span | None = None


class Secondary(Filled):
    """Others who were hit through this victim."""

    amount: Amount | None = None
    notes: Text | None = None
    victim_id: Annotated[list[str], Field(min_length=1)] | None = None


class Revenue(Filled):
    """What the victim earns in a year."""

    amount: Amount | None = None
    iso_currency_code: Currency | None = None


class Victim(Part):
    """`victim`: the organisation, never the people."""

    victim_id: str | None = None
    employee_count: Annotated[str, word("victim.employee_count")]
    industry: Industry
    government: Annotated[list[str], words("victim.government")] | None = None
    locations_affected: Amount | None = None
    country: Countries
    region: Regions | None = None
    state: str | None = None
    notes: Text | None = None
    secondary: Secondary | None = None
    revenue: Revenue | None = None


class Asset(Part):
    """One kind of thing that was hit."""

    variety: Annotated[str, word("asset.assets.variety")]
    amount: Amount | None = None


class Assets(Part):
    """`asset`."""

    total_amount: Money | None = None
    assets: Annotated[list[Asset], Distinct]
    ownership: Annotated[list[str], words("asset.ownership")] | None = None
    cloud: Annotated[list[str], words("asset.cloud")] | None = None
    hosting: Annotated[list[str], words("asset.hosting")] | None = None
    management: Annotated[list[str], words("asset.management")] | None = None
    role: Annotated[list[str], words("asset.role")] | None = None
    governance: Annotated[list[str], words("asset.governance")] | None = None
    notes: Text | None = None
    country: Countries | None = None


class DataKind(Part):
    """One kind of data, and how many records of it."""

    amount: Amount | None = None
    variety: Annotated[str, word("attribute.confidentiality.data.variety")]


class Confidentiality(Part):
    """`attribute.confidentiality`."""

    data_disclosure: Annotated[str, word("attribute.confidentiality.data_disclosure")]
    data_total: Amount | None = None
    data_volume: Amount | None = None
    data: Annotated[list[DataKind], Field(min_length=1)] | None = None
    data_victim: Annotated[list[str], words("attribute.confidentiality.data_victim")] | None = None
    state: Annotated[list[str], words("attribute.confidentiality.state")] | None = None
    notes: Text | None = None


class Integrity(Part):
    """`attribute.integrity`."""

    variety: Annotated[list[str], words("attribute.integrity.variety")]
    notes: Text | None = None


class Availability(Part):
    """`attribute.availability`."""

    variety: Annotated[list[str], words("attribute.availability.variety")]
    duration: Span | None = None
    notes: Text | None = None


class Attributes(Filled):
    """`attribute`: what was done to the data."""

    confidentiality: Confidentiality | None = None
    integrity: Integrity | None = None
    availability: Availability | None = None
    unknown: Noted | None = None


class FoundOutside(Part):
    """`discovery_method.external`."""

    variety: Annotated[list[str], words("discovery_method.external.variety")]


class FoundInside(Part):
    """`discovery_method.internal`."""

    variety: Annotated[list[str], words("discovery_method.internal.variety")]


class FoundByPartner(Part):
    """`discovery_method.partner`."""

    variety: Annotated[list[str], words("discovery_method.partner.variety")]


class Discovery(Filled):
    """`discovery_method`, as 1.4 writes it."""

    external: FoundOutside | None = None
    internal: FoundInside | None = None
    partner: FoundByPartner | None = None
    other: bool | None = None
    unknown: bool | None = None


FOUND_BY = {"Ext": "external", "Int": "internal", "Prt": "partner"}


def _discovery(given: Any) -> Any:
    """Return the word of 1.3, such as `Ext - customer`, as 1.4 writes it."""
    if not isinstance(given, str):
        return given
    if given in {"Other", "Unknown"}:
        return {given.lower(): True}
    whose, _, variety = given.partition(" - ")
    if whose not in FOUND_BY:
        raise ValueError("is no word of VERIS; write one such as `Ext - customer`, or Unknown")
    return {FOUND_BY[whose]: {"variety": [variety]}}


class Loss(Part):
    """One kind of loss."""

    variety: Annotated[str, word("impact.loss.variety")]
    rating: Annotated[str, word("impact.loss.rating")] | None = None
    amount: Money | None = None
    min_amount: Money | None = None
    max_amount: Money | None = None


class Impact(Part):
    """`impact`: what it cost the organisation."""

    overall_rating: Annotated[str, word("impact.overall_rating")]
    iso_currency_code: Currency | None = None
    overall_amount: Money | None = None
    overall_min_amount: Money | None = None
    overall_max_amount: Money | None = None
    loss: Annotated[list[Loss], Field(min_length=1)] | None = None
    notes: Text | None = None


class Sign(Part):
    """One indicator of compromise."""

    indicator: str
    comment: str | None = None


class Capability(Part):
    """What an actor needed beforehand."""

    variety: Annotated[list[str], Distinct]
    notes: Text | None = None


class Nothing(Part):
    """A part that VERIS keeps empty."""


class Incident(Part):
    """One incident, whole."""

    incident_id: Text
    schema_version: str
    security_incident: Annotated[str, word("security_incident")]
    timeline: Times
    action: Actions
    actor: Actors
    asset: Assets
    discovery_method: Annotated[Discovery, BeforeValidator(_discovery)]
    attribute: Attributes | None = None
    victim: Victim | None = None
    impact: Impact | None = None
    summary: str = ""
    notes: Text | None = None
    reference: str | None = None
    source_id: str | None = None
    campaign_id: str | None = None
    confidence: Annotated[str, word("confidence")] | None = None
    targeted: Annotated[str, word("targeted")] | None = None
    discovery_notes: Text | None = None
    value_chain: dict[str, Capability] | None = None
    ioc: Annotated[list[Sign], Field(min_length=1)] | None = None
    corrective_action: str | None = None
    cost_corrective_action: Annotated[str, word("cost_corrective_action")] | None = None
    control_failure: str | None = None
    schema_name: str | None = None
    subsets: dict[str, Any] | None = None
    extra: Nothing | None = None
    plus: dict[str, Any] = {}


def parse_incident(data: Any, *, where: str) -> Incident:
    """Return one incident, checked whole.

    Args:
        data: What JSON held.
        where: Name of the file, and of the place in it, for the error.

    Raises:
        InvalidIncidentError: naming each wrong field by its path; it never repeats a value.
    """
    if not isinstance(data, dict):
        raise _refusal(["(document): is no incident; write one JSON object"], where)
    version = str(data.get("schema_version", "")).replace("_", ".")
    if version and not version.startswith(VERSIONS):
        raise _refusal(["schema_version: this version reads 1.3 and 1.4 only"], where)
    try:
        incident = Incident.model_validate(data)
    except ValidationError as error:
        raise _refusal([str(problem) for problem in problems_of(error, Incident)], where) from None
    missing = [] if version.startswith("1.3") else list(_missing_in_new(incident, data))
    if missing:
        raise _refusal([f"{path}: is missing; add it" for path in missing], where)
    return incident


def _missing_in_new(incident: Incident, data: dict[str, Any]) -> Iterator[str]:
    """Yield what 1.4 asks for and 1.3 did not."""
    if incident.victim and incident.victim.government is None:
        yield "victim.government"
    if incident.asset.cloud is None:
        yield "asset.cloud"
    if isinstance(data["discovery_method"], str):
        yield "discovery_method.external"
    if "summary" not in incident.model_fields_set:
        yield "summary"


def _refusal(lines: list[str], where: str) -> InvalidIncidentError:
    head = "one field is wrong" if len(lines) == 1 else f"{len(lines)} fields are wrong"
    return InvalidIncidentError(
        "\n  ".join([f"{head}:", *lines]), where=where, repair="mend these fields"
    )
