"""The people of a case by place, looked up once for all laws."""

from incidents.duties import places
from incidents.models.duty import Facts, Truth


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
        self._known: dict[tuple[str, ...], tuple[str, ...]] = {}

    def living_in(self, areas: tuple[str, ...]) -> tuple[str, ...]:
        """Return the places of people who live in some areas or, known too coarsely, may do so."""
        if areas not in self._known:
            within = {place for area in areas for place in self._by_area.get(area, ())}
            maybe = {place for place in self._possible if places.may_be_within(place, areas)}
            self._known[areas] = tuple(sorted(within | maybe))
        return self._known[areas]

    def lives_there(self, areas: tuple[str, ...]) -> Truth:
        """Return whether somebody lives in the areas; open where nobody has a known place."""
        if self._nobody_placed:
            return "unknown"
        living = self.living_in(areas)
        if not living:
            return "no"
        certain = any(
            self.people[place].low > 0 and places.is_within_any(place, areas) for place in living
        )
        return "yes" if certain else "unknown"

    def sits_in(self, areas: tuple[str, ...]) -> bool:
        """Return whether the organisation is known to be established in the areas."""
        return any(places.is_within_any(place, areas) for place in self.established or ())

    def seat_in(self, areas: tuple[str, ...]) -> str:
        """Return whose working days are the organisation's own there.

        That is its seat in the areas, or else its home place.
        """
        seats = [one for one in self.established or () if places.is_within_any(one, areas)]
        return seats[0] if seats else self._home

    def may_sit_in(self, areas: tuple[str, ...]) -> bool:
        """Return whether it may be established there, as far as its places are known."""
        return any(places.may_be_within(place, areas) for place in self.established or ())

    def found_in(self, where: str, areas: tuple[str, ...]) -> str:
        """Return in words who lives in a law's territory."""
        if self._nobody_placed:
            return "where people live is not known"
        living = self.living_in(areas)
        if living:
            here = places.count_here({place: self.people[place] for place in living}, areas)
            return f"{places.words_for(here)} people in {', '.join(living)}"
        words = f"nobody affected is known to live in {where}"
        elsewhere = self.people.get(places.UNKNOWN_PLACE)
        if elsewhere and places.is_possible(elsewhere):
            words += f"; of {places.words_for(elsewhere)} people the place is not known"
        return words
