# ruff: noqa: E501 - the pages' prose stands one sentence a line
"""The page of every word that report, inventory, law and notices share."""

from collections.abc import Iterable, Mapping

from incidents.models.vocabulary import Vocabulary, vocabulary

HEAD = """\
# The vocabulary

Written by `python docs/generate.py` from `incidents/models/vocabulary.yaml`.
Version {version}.
One list of words that report, inventory, law and notices share.
A word outside it is refused, with the word that was probably meant.

## Data elements

*Category* is the class of the ENISA severity method.
*Sensitive* means on the list of the Chinese Personal Information Protection Law or of the policy of a common shop.
*fideslang* is the data category of that taxonomy (version 3, ethyca, CC BY 4.0) the element maps to.

| element | meaning | category | sensitive | fideslang |
|---|---|---|---|---|"""

CAUSES = """\

## Causes

How a breach came about.
*Electronic* causes touch electronic data only: where a report does not say on what the data stood, that is taken from the cause.
In an *intrusion* somebody without a right went for the data.

| word | meaning | electronic | intrusion |
|---|---|---|---|"""

SECTIONS = (
    ("roles", "Roles", "What an organisation can be before the law."),
    ("content", "Content keys", "What a notice or filing can be required, or forbidden, to say."),
    ("moments", "Moments", "The moments of a report's timeline a clock can start from."),
    (
        "harms",
        "Harms",
        "Grades of harm that laws ask about, beside risk and high risk to rights and freedoms. Each is computed with its reasons as far as the facts go, and open to a named person's judgement; what nothing decides is unknown.",
    ),
)


def vocabulary_page() -> str:
    """Return the page."""
    words = vocabulary()
    lines = [HEAD.format(version=words.version), *_elements(words), CAUSES]
    for word, meaning in words.causes.items():
        marks = [_yes(word in words.electronic_causes), _yes(word in words.intrusions)]
        lines.append(_row([f"`{word}`", meaning, *marks]))
    for name, title, about in SECTIONS:
        listed: Mapping[str, str] = getattr(words, name)
        lines += ["", f"## {title}", "", about, "", "| word | meaning |", "|---|---|"]
        lines += [_row([f"`{word}`", meaning]) for word, meaning in listed.items()]
    return "\n".join([*lines, ""])


def _elements(words: Vocabulary) -> Iterable[str]:
    for word, element in words.elements.items():
        public = " (public by design)" if element.public_by_design else ""
        yield _row(
            [
                f"`{word}`",
                element.label + public,
                element.category,
                _yes(element.sensitive),
                f"`{element.fides}`",
            ]
        )


def _yes(held: bool) -> str:
    return "yes" if held else ""


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
