"""Who did what, in the words of VERIS: actions and actors."""

from typing import Annotated

from pydantic import Field

from incidents.intake.veris.fields import (
    Countries,
    Distinct,
    Motives,
    Regions,
    Results,
    Text,
    words,
)
from incidents.intake.veris.part import Filled, Noted, Part


class Deed(Part):
    """What every action may say."""

    notes: Text | None = None
    result: Results | None = None


class Hacking(Deed):
    """`action.hacking`."""

    variety: Annotated[list[str], words("action.hacking.variety")]
    vector: Annotated[list[str], words("action.hacking.vector")]
    cve: str | None = None


class Malware(Deed):
    """`action.malware`."""

    variety: Annotated[list[str], words("action.malware.variety")]
    vector: Annotated[list[str], words("action.malware.vector")]
    name: str | None = None
    cve: str | None = None


class Social(Deed):
    """`action.social`."""

    variety: Annotated[list[str], words("action.social.variety")]
    vector: Annotated[list[str], words("action.social.vector")]
    target: Annotated[list[str], words("action.social.target")]


class Mistake(Part):
    """`action.error`."""

    variety: Annotated[list[str], words("action.error.variety")]
    vector: Annotated[list[str], words("action.error.vector")]
    notes: Text | None = None


class Misuse(Deed):
    """`action.misuse`."""

    variety: Annotated[list[str], words("action.misuse.variety")]
    vector: Annotated[list[str], words("action.misuse.vector")]


class Physical(Deed):
    """`action.physical`."""

    variety: Annotated[list[str], words("action.physical.variety")]
    vector: Annotated[list[str], words("action.physical.vector")]


class Environmental(Part):
    """`action.environmental`."""

    variety: Annotated[list[str], words("action.environmental.variety")]
    notes: Text | None = None


class UnknownDeed(Noted):
    """`action.unknown`."""

    result: Results | None = None


class Actions(Filled):
    """`action`."""

    hacking: Hacking | None = None
    malware: Malware | None = None
    social: Social | None = None
    error: Mistake | None = None
    misuse: Misuse | None = None
    physical: Physical | None = None
    environmental: Environmental | None = None
    unknown: UnknownDeed | None = None


class Outsider(Part):
    """`actor.external`."""

    variety: Annotated[list[str], words("actor.external.variety")]
    motive: Motives
    notes: Text | None = None
    country: Countries | None = None
    region: Regions | None = None
    name: Annotated[list[str], Distinct] | None = None


class Insider(Part):
    """`actor.internal`."""

    variety: Annotated[list[str], words("actor.internal.variety")]
    motive: Motives
    job_change: Annotated[list[str], words("actor.internal.job_change")] | None = None
    notes: Text | None = None


class Partner(Part):
    """`actor.partner`."""

    motive: Motives
    notes: Text | None = None
    industry: Annotated[str, Field(pattern=r"^\d{2}-?\d{0,4}$", max_length=6)] | None = None
    country: Countries
    region: Regions | None = None
    name: Annotated[list[str], Distinct] | None = None


class Actors(Filled):
    """`actor`."""

    external: Outsider | None = None
    internal: Insider | None = None
    partner: Partner | None = None
    unknown: Noted | None = None
