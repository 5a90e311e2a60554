"""What to ask a person where a fact is missing, and which duties hang on the answer."""

from functools import lru_cache

from incidents.duties.judgement import Leaf
from incidents.models.base import trusted
from incidents.models.duty import Question
from incidents.models.vocabulary import vocabulary

TEXTS = {
    "people": "In which places do the people affected live, and how many in each?",
    "people.here": "How many people affected live in {where}?",
    "people.all": "How many people are affected in all?",
    "children.here": "How many of the people affected in {where} are younger than 14?",
    "children.all": "How many of the people affected are younger than 14?",
    "minors.here": "How many of the people affected in {where} are younger than 18?",
    "minors.all": "How many of the people affected are younger than 18?",
    "direct_loss_cny": "What direct loss in CNY did the incident cause, at least and at most?",
    "certainty": "Is it certain that personal data was touched?",
    "cause": "What caused the incident?",
    "malicious": "Did somebody act on purpose?",
    "risk": "How likely, and how badly, can the people affected be hurt?",
    "harm_likely": "Have people been hurt, or is it likely that they will be?",
    "unintelligible": "Was all the data encrypted, and was the key safe?",
    "harm_averted": "Do the measures taken make it unlikely that people will still be hurt?",
    "crime_suspected": "Does it look like a crime?",
    "important_data": "Does the data hold anything listed as important data?",
    "promise": "Was a published promise to tell people in force when it happened?",
    "kinds": "What was done to the data: accessed, published, altered, destroyed or lost?",
    "roles": "Which roles does the organisation have, such as operator of critical infrastructure?",
    "established_in": "In which places is the organisation established?",
    "elements": "Which data elements were touched?",
    "media": "Was the data electronic, on paper, or both?",
    "contracts": "Under which contracts with own notice clocks does the data fall?",
    "acquired": "Did somebody take a copy of the data, or could keep what was seen?",
    "internal_only": "Did it stay within the organisation?",
    "was_source": "Was the breach at the organisation itself and not at a supplier?",
    "employees": "How many people does the organisation employ?",
    "notice_cost_usd": "What would telling everybody one by one cost, in USD?",
    "without_contact.here": "How many people affected in {where} does no address reach?",
    "without_contact.all": "How many of the people affected does no address reach?",
}


class Questions:
    """Collects questions while laws are judged; one for each fact and place."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], dict[str, None]] = {}

    def ask(self, leaf: Leaf, *, regime: str, where: str, duty: str) -> None:
        """Note that a duty hangs on the fact that a look found unknown."""
        fact = f"{regime}.{leaf.about}" if leaf.ask else leaf.about
        self._note(fact, leaf.ask or _text(leaf.about, where), duty)

    def ask_establishment(self, duty: str) -> None:
        """Note that a duty hangs on where the organisation sits."""
        self._note("established_in", TEXTS["established_in"], duty)

    def _note(self, fact: str, text: str, duty: str) -> None:
        self._found.setdefault((fact, text), {})[duty] = None

    def listed(self) -> list[Question]:
        """Return the questions, those first on which most duties hang."""
        ordered = sorted(self._found.items(), key=lambda item: (-len(item[1]), item[0]))
        return [
            trusted(Question, {"fact": fact, "text": text, "changes": sorted(changes)})
            for (fact, text), changes in ordered
        ]


@lru_cache(maxsize=1024)
def _text(about: str, where: str) -> str:
    if about.startswith("protection of "):
        key = about.removeprefix("protection of ")
        return f"How was {key} protected, and is the key safe?"
    if about.startswith("harm."):
        return f"Would you say that {vocabulary().harms[about.removeprefix('harm.')]}?"
    if about.startswith("duty "):
        return f"Is {about.removeprefix('duty ')} owed?"
    return TEXTS[about].format(where=where)
