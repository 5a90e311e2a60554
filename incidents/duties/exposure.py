"""Whether the data elements a law names were exposed, beside a name and readable."""

from incidents.duties.conditions import ElementGroup, ElementTest
from incidents.duties.judgement import Judgement, Leaf, join, single
from incidents.models.duty import Facts, Truth
from incidents.models.report import Protection
from incidents.models.vocabulary import vocabulary

NAME = "identity.name"


def exposed(test: ElementTest, facts: Facts) -> Judgement:
    """Return whether one of the groups of elements was exposed."""
    return join([_group(group, test, facts) for group in test.elements], "yes")


def _group(group: ElementGroup, test: ElementTest, facts: Facts) -> Judgement:
    looks = [_exposed(key, test, facts) for key in group.all_of]
    if group.one_of:
        looks.append(join([_exposed(key, test, facts) for key in group.one_of], "yes"))
    if group.with_identifier:
        looks.append(single(_identified(facts)))
    if group.with_name:
        # The name only links the data to somebody, so its own protection does not matter here.
        held = facts.elements is not None and NAME in facts.elements
        truth: Truth = "unknown" if facts.elements is None else "yes" if held else "no"
        looks.append(
            single(Leaf("elements", "the name was beside it", _held(held, facts.elements), truth))
        )
    return join(looks, "no")


def _exposed(key: str, test: ElementTest, facts: Facts) -> Judgement:
    label = vocabulary().elements[key].label
    if facts.elements is None:
        return single(Leaf("elements", f"{label} was exposed", "not known", "unknown"))
    protection = facts.elements.get(key)
    if protection is None:
        return single(Leaf("elements", f"{label} was exposed", "not among the data", "no"))
    if not test.unprotected:
        return single(Leaf("elements", f"{label} was exposed", "exposed", "yes"))
    truth = _readable(protection, test)
    found = f"{protection.state}, key {protection.key}"
    if protection.state in {"clear", "hashed", "redacted"}:
        found = str(protection.state)
    return single(Leaf(f"protection of {key}", f"{label} was exposed readable", found, truth))


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
    if facts.elements is None:
        return Leaf("elements", wants, "not known", "unknown")
    known = vocabulary().elements
    naming = [known[key].label for key in facts.elements if known[key].identifier]
    truth: Truth = "yes" if naming else "no"
    return Leaf("elements", wants, naming[0] if naming else "nothing of the kind", truth)


def _held(held: bool, elements: object) -> str:
    if elements is None:
        return "not known"
    return "it was" if held else "no name among the data"
