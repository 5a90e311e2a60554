"""The people of a case by place, looked up once for all laws."""

from dataclasses import dataclass

from incidents.duties import places
from incidents.models.duty import Facts, Truth


@dataclass(slots=True)
class Here:
    """What a case has to do with some areas; laws of one country share it."""

    living: tuple[str, ...]
    """Places of people who live there or, known too coarsely, may do so."""
    lives: Truth
    """Whether somebody lives there; open where nobody has a known place."""
    sits: bool
    """Whether the organisation is known to be established there."""
    may_sit: bool
    """Whether it may be, as far as its places are known."""
    seat: str
    """Whose working days are the organisation's own there: its seat, or else its home place."""
    found: str
    """Who lives there, in words; `{where}` stands for the name of the place."""


class Crowd:
    """Who lives where, and where the organisation sits."""

    def __init__(self, facts: Facts) -> None:
        self.people = facts.people
        self.established = places.establishments(facts)
        self.nobody = bool(facts.people) and not places.is_possible(places.total(facts.people))
        self._possible = [one for one, many in facts.people.items() if places.is_possible(many)]
        self._nobody_placed = set(self._possible) <= {places.UNKNOWN_PLACE} and not self.nobody
        self._by_area: dict[str, list[str]] = {}
        for place in self._possible:
            for area in places.holders(place):
                self._by_area.setdefault(area, []).append(place)
        self._home = facts.place
        self._here: dict[tuple[str, ...], Here] = {}

    def here(self, areas: tuple[str, ...]) -> Here:
        """Return what the case has to do with some areas."""
        if areas not in self._here:
            self._here[areas] = self._look(areas)
        return self._here[areas]

    def _look(self, areas: tuple[str, ...]) -> Here:
        within = {place for area in areas for place in self._by_area.get(area, ())}
        maybe = [place for place in self._possible if places.may_be_within(place, areas)]
        living = tuple(sorted(within.union(maybe)))
        seats = [one for one in self.established or () if places.is_within_any(one, areas)]
        lives: Truth = "unknown"
        if living and any(self.people[place].low > 0 for place in within):
            lives = "yes"
        elif not living and not self._nobody_placed:
            lives = "no"
        return Here(
            living=living,
            lives=lives,
            sits=bool(seats),
            may_sit=any(places.may_be_within(one, areas) for one in self.established or ()),
            seat=seats[0] if seats else self._home,
            found=self._words(living, areas),
        )

    def _words(self, living: tuple[str, ...], areas: tuple[str, ...]) -> str:
        if self._nobody_placed:
            return "where people live is not known"
        if living:
            here = places.count_here({place: self.people[place] for place in living}, areas)
            return f"{places.words_for(here)} people in {', '.join(living)}"
        words = "nobody affected is known to live in {where}"
        elsewhere = self.people.get(places.UNKNOWN_PLACE)
        if elsewhere and places.is_possible(elsewhere):
            words += f"; of {places.words_for(elsewhere)} people the place is not known"
        return words
