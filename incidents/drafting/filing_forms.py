"""Authorities' own forms as data: which fields they ask for, under which words, in which order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from incidents.drafting.filing_values import said
from incidents.drafting.voice import Voice
from incidents.models.base import Value
from incidents.models.duty import Confidence
from incidents.models.notice import FormRow

GENERIC = "generic"
Labels = dict[str, str]
"""Locale -> words; English is always there."""


class FormLine(Value):
    """One question of a form and the keys of the fields that answer it."""

    label: Labels
    keys: list[str] = Field(min_length=1)
    note: str = ""


class FormSection(Value):
    """A part of a form."""

    title: Labels
    lines: list[FormLine]


class Belongs(Value):
    """Which filings a form is for; what is left out fits everything."""

    authority: str = Field(default="", description="Id in `incidents/duties/authorities/`.")
    laws: list[str] = []

    def fits(self, authority: str, law: str) -> bool:
        """Return whether a filing with this authority under this law uses the form."""
        return (not self.authority or self.authority == authority) and (
            not self.laws or law in self.laws
        )


class FilingForm(Value):
    """One authority's form and where it was read."""

    format: Literal["forthwith/filing-form/1"]
    id: str
    name: str
    belongs: list[Belongs] = Field(default=[], alias="for")
    source: str
    read_on: str
    confidence: Confidence | Literal["unverified"]
    """`unverified`: the questions or their order are from memory."""
    note: str = ""
    sections: list[FormSection]


class PeopleList(Value):
    """A duty whose law asks that the people are named to the recipient."""

    duty: str
    """`<regime>/<duty>`."""
    article: str
    source: str
    read_on: str
    confidence: Confidence


@dataclass(frozen=True)
class FilingForms:
    """All forms, what a person fills in, and who is told names."""

    forms: Mapping[str, FilingForm]
    by_hand: Mapping[str, str]
    """Key -> what a person writes there."""
    people_lists: Sequence[PeopleList]

    def of(self, authority: str, law: str) -> FilingForm:
        """Return the form of an authority for a law; the generic one where none is its own."""
        for form in self.forms.values():
            if any(one.fits(authority, law) for one in form.belongs):
                return form
        return self.forms[GENERIC]

    def label(self, key: str, locale: str) -> str:
        """Return a field's name in words, or its key where no form names it."""
        lines = (line for part in self.forms[GENERIC].sections for line in part.lines)
        # A line of one key is that key's own name.
        naming = sorted((line for line in lines if key in line.keys), key=lambda one: len(one.keys))
        return in_locale(naming[0].label, locale) if naming else key

    def names_asked(self, duty_id: str) -> PeopleList | None:
        """Return the rule by which a duty asks for names, or None."""
        return next(
            (one for one in self.people_lists if f"{duty_id}/".startswith(f"{one.duty}/")), None
        )


def in_locale(labels: Labels, locale: str) -> str:
    """Return words in a locale, or in English."""
    return labels.get(locale, labels["en"])


def form_rows(
    form: FilingForm, forms: FilingForms, fields: Mapping[str, object], voice: Voice
) -> list[FormRow]:
    """Return the form's lines with their values in words, in the form's order.

    A line stays open for a person where the fields hold nothing and a person has to write it; one
    that the fields answer with nothing says that nothing is stated. Several values in one line
    each have their name before them.
    """
    return [
        FormRow(
            section=in_locale(section.title, voice.locale),
            label=in_locale(line.label, voice.locale),
            value=_value(line, forms, fields, voice),
            keys=line.keys,
            note=line.note,
        )
        for section in form.sections
        for line in section.lines
    ]


def _value(line: FormLine, forms: FilingForms, fields: Mapping[str, object], voice: Voice) -> str:
    values = {key: said(voice, key, fields[key]) for key in line.keys if key in fields}
    values = {key: value for key, value in values.items() if value}
    if len(values) > 1:
        return "\n".join(
            f"{forms.label(key, voice.locale)}: {value}" for key, value in values.items()
        )
    if values:
        return next(iter(values.values()))
    return voice.say("field.none") if set(line.keys) <= fields.keys() else ""


def form_text(rows: Sequence[FormRow], *, title: str, open_: str) -> str:
    """Return a form as plain text, section by section.

    Args:
        rows: The lines.
        title: What stands above.
        open_: What stands where a person has to write.
    """
    out = [title, "=" * len(title)]
    section = None
    for row in rows:
        if row.section != section:
            section = row.section
            out += ["", section, "-" * len(section)]
        value = (row.value or open_).replace("\n", "\n    ")
        out.append(f"{row.label}:\n    {value}")
        if row.note:
            out.append(f"    ({row.note})")
    return "\n".join(out) + "\n"
