"""Whether the data elements a law names were exposed, beside a name and readable."""

from collections.abc import Sequence

from incidents.duties.conditions import ElementGroup, ElementTest
from incidents.duties.judgement import Judgement, Leaf, View, join, look, single
from incidents.models.duty import Facts, Truth
from incidents.models.report import Protection
from incidents.models.vocabulary import vocabulary

NAME = "identity.name"


def exposed(test: ElementTest, view: View) -> Judgement:
    """Return whether one of the groups of elements was exposed."""
    return join([_group(group, test, view) for group in test.elements], "yes")


def _group(group: ElementGroup, test: ElementTest, view: View) -> Judgement:
    looks = [_exposed(key, test, view) for key in group.all_of]
    if group.one_of:
        looks.append(_any_of(group.one_of, test, view))
    if group.with_identifier:
        looks.append(single(_identified(view.facts)))
    if group.with_name:
        looks.append(single(_named(view.facts)))
    return join(looks, "no")


def _any_of(keys: Sequence[str], test: ElementTest, view: View) -> Judgement:
    """Look only at the elements that are among the data: a list of all others helps nobody."""
    held = view.facts.elements
    among = [key for key in keys if held is not None and key in held]
    looks = [_exposed(key, test, view) for key in among]
    if not among or view.facts.more_elements:
        known = vocabulary().elements
        names = " or ".join(known[key].label for key in keys if key not in among)
        looks.append(single(look("elements", f"{names} was exposed", *_unlisted(view.facts))))
    return join(looks, "yes")


_NOT_KNOWN: tuple[str, Truth] = ("not known", "unknown")
_ABSENT: tuple[str, Truth] = ("not among the data", "no")


def _unlisted(facts: Facts) -> tuple[str, Truth]:
    """Return what is known of an element that the report does not list."""
    return _NOT_KNOWN if facts.elements is None or facts.more_elements else _ABSENT


def _exposed(key: str, test: ElementTest, view: View) -> Judgement:
    asked = (key, str(test.unprotected), str(test.key_counts), *test.protected_by)
    if asked not in view.exposed:
        view.exposed[asked] = single(_look(key, test, view.facts))
    return view.exposed[asked]


def _look(key: str, test: ElementTest, facts: Facts) -> Leaf:
    label = vocabulary().elements[key].label
    protection = (facts.elements or {}).get(key)
    if protection is None:
        return look("elements", f"{label} was exposed", *_unlisted(facts))
    if not test.unprotected:
        return look("elements", f"{label} was exposed", "exposed", "yes")
    found = f"{protection.state}, key {protection.key}"
    if protection.state in {"clear", "hashed", "redacted"}:
        found = str(protection.state)
    truth = _readable(protection, test)
    return look(f"protection of {key}", f"{label} was exposed readable", found, truth)


def _named(facts: Facts) -> Leaf:
    """The name only links the data to somebody, so its own protection does not matter here."""
    wants = "the name was beside it"
    if NAME in (facts.elements or {}):
        return look("elements", wants, "it was", "yes")
    found, truth = _unlisted(facts)
    return look("elements", wants, "no name among the data" if truth == "no" else found, truth)


def _readable(protection: Protection, test: ElementTest) -> Truth:
    """Return whether a taker can read an element, under what the law takes for protection."""
    if protection.state == "unknown":
        return "unknown"
    if protection.state == "clear" or protection.state not in test.protected_by:
        return "yes"
    if protection.state != "encrypted" or not test.key_counts:
        return "no"
    if protection.key == "unknown":
        return "unknown"
    return "no" if protection.key == "safe" else "yes"


def _identified(facts: Facts) -> Leaf:
    wants = "something that tells who the person is was beside it"
    known = vocabulary().elements
    naming = [known[key].label for key in facts.elements or () if known[key].identifier]
    if naming:
        return look("elements", wants, naming[0], "yes")
    found, truth = _unlisted(facts)
    return look("elements", wants, "nothing of the kind" if truth == "no" else found, truth)
