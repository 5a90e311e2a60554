"""Says why a message did not arrive, from what a server said; the words are data."""

import re
from typing import Any, NamedTuple

from pydantic import ConfigDict

from incidents.errors import InvalidInputError
from incidents.models.base import Value, read_as

MOST_WORDS = 4000
GAP = "…"
_TEMPORARY = "4"
_ADDRESS = re.compile(r"[^\s<>()\[\]\"',;:]{1,64}@[a-z0-9][a-z0-9.-]{0,252}")


class Said(NamedTuple):
    """What is known of one recipient's fate."""

    text: str = ""
    """The words of a server, as they came."""
    status: str = ""
    """Enhanced status code (RFC 3463)."""
    reply: str = ""
    """Reply code (RFC 5321 4.2)."""
    command: str = ""
    """What was answered: CONN, HELO, MAIL, RCPT, DATA or empty."""
    host: str = ""
    """The server that answered, and the recipient's domain."""
    source: str = ""
    """Type of the diagnostic, such as `x-unix`."""


class Rule(Value):
    """A reason and what has to hold for it: each field that is given, any entry of each."""

    model_config = ConfigDict(str_strip_whitespace=False)  # a blank at an end is a word's end

    reason: str
    phrases: list[str] = []
    """Lower case; `…` stands for any words between."""
    status: list[str] = []
    """Beginnings of a status; one that ends in a digit counts whole."""
    but_status: list[str] = []
    reply: list[str] = []
    """Beginnings of a reply code."""
    command: list[str] = []
    host: list[str] = []
    """Parts of a host's name."""
    source: list[str] = []

    def fits(self, said: Said, words: str) -> bool:
        """Return whether all its conditions hold; `words` are those of `plain_words`."""
        if self.status and not _starts(said.status, self.status):
            return False
        if self.but_status and _starts(said.status, self.but_status):
            return False
        if self.reply and not said.reply.startswith(tuple(self.reply)):
            return False
        if self.command and said.command not in self.command:
            return False
        if self.source and said.source not in self.source:
            return False
        if self.host and not any(part in said.host for part in self.host):
            return False
        return not self.phrases or any(_holds(words, phrase) for phrase in self.phrases)


class Reasons(Value):
    """All rules, in the order in which they are asked."""

    rules: list[Rule]
    """Asked first: what the words say."""
    otherwise: list[Rule]
    """Asked when no words were known: what the codes say."""
    permanent: list[str]
    """Reasons that stay: the address or its domain does not take mail at all."""
    unless_temporary: list[str]
    """Reasons that stay unless the status begins with 4."""

    def by_words(self, said: Said) -> str:
        """Return the reason that the words give, empty when none is known."""
        return _ask(self.rules, said)

    def by_codes(self, said: Said) -> str:
        """Return the reason that status, reply and command give, `undefined` when none."""
        return _ask(self.otherwise, said) or "undefined"

    def is_permanent(self, reason: str, status: str, reply: str = "") -> bool:
        """Return whether a reason stays as it is."""
        if reason in self.unless_temporary:
            return (status or reply)[:1] != _TEMPORARY
        return reason in self.permanent


def parse_reasons(data: Any, *, where: str) -> Reasons:
    """Return the rules that loaded data hold.

    Raises:
        InvalidInputError: naming the field that is wrong, or a rule that would fit everything.
    """
    reasons = read_as(Reasons, data, where=where)
    for number, rule in enumerate(reasons.rules):
        if not rule.model_fields_set - {"reason"}:
            raise InvalidInputError(
                "a rule without conditions fits everything",
                where=f"{where}: rules.{number}",
                repair="give it phrases, status, reply, command, host or source",
            )
    return reasons


def plain_words(text: str) -> str:
    """Return text in lower case with single blanks, padded, so that phrases can be found in it."""
    lowered = text[:MOST_WORDS].lower().replace("\u2019", "'").replace("\u00a0", " ")
    # The second line of a reply repeats its code: `550-5.1.1 The account / 550 5.1.1 is gone`.
    lowered = _ADDRESS.sub("@", lowered)  # an address may be made of any words
    joined = re.sub(r"\s*\r?\n\s*[245]\d\d[ -](?:[245]\.\d{1,3}\.\d{1,3}\s)?", " ", lowered)
    return f" {' '.join(joined.split())} "


def _ask(rules: list[Rule], said: Said) -> str:
    words = plain_words(said.text)
    return next((rule.reason for rule in rules if rule.fits(said, words)), "")


def _starts(code: str, beginnings: list[str]) -> bool:
    return any(
        code.startswith(one) if one.endswith(".") else code == one for one in beginnings if code
    )


def _holds(words: str, phrase: str) -> bool:
    at = 0
    for piece in phrase.split(GAP):
        at = words.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return True
