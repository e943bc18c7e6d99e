"""The rules `priority` and `first-come`: orders one after another over the whole horizon.

Each takes "the earliest it can without breaking what was given before it", the earliest round first, inside
a round its options in order, "each share cut to a millionth". Nothing is kept for later rounds.
"""

from dataclasses import dataclass, field
from fractions import Fraction

from .maxmin import ShareKey, cut_to_millionth
from .minship import largest_part
from .world import RefOption, RefOrder, RefWorld, Resource


@dataclass(kw_only=True)
class RefTurns:
    """What each order took in its turn, and what it would have taken then without its `min_ship`."""

    units: dict[ShareKey, Fraction] = field(default_factory=dict)
    impatient: dict[ShareKey, Fraction] = field(default_factory=dict)


@dataclass(kw_only=True)
class Given:
    """What the orders served so far use: of supply and room by each round, of a quota in its window."""

    world: RefWorld
    used: dict[Resource, list[Fraction]] = field(default_factory=dict)
    used_of_quota: dict[str, Fraction] = field(default_factory=dict)

    def book(self, option: RefOption, *, units: Fraction, round_number: int) -> None:
        """Add units of an option; units below 0 give some back."""
        if units == 0:
            return
        for resource, use in option.uses.items():
            by_round = self.used.setdefault(resource, [Fraction(0)] * len(self.world.rounds))
            for later in range(round_number, len(by_round)):
                by_round[later] += use * units
        for name in option.quotas:
            if round_number in self.world.quotas[name].rounds:
                self.used_of_quota[name] = self.used_of_quota.get(name, Fraction(0)) + units

    def left(self, resource: Resource, *, round_number: int) -> Fraction | None:
        """Return what a shipment in a round may still use; None is no limit.

        "cumulative supply and every later room still hold"
        """
        by_round = self.used.get(resource, [Fraction(0)] * len(self.world.rounds))
        found: list[Fraction] = []
        for later in range(round_number, len(self.world.rounds)):
            limit = self.world.limit(resource, round_number=later)
            if limit is not None:
                found.append(limit - by_round[later])
        return min(found) if found else None

    def most_units(self, option: RefOption, *, wanted: Fraction, round_number: int) -> Fraction:
        """Return the most units of an option that may ship in a round to fill at most `wanted`."""
        most = wanted / option.ratio
        for resource, use in option.uses.items():
            left = self.left(resource, round_number=round_number)
            if left is not None:
                most = min(most, left / use)
        for name in option.quotas:
            quota = self.world.quotas[name]
            if round_number in quota.rounds:
                most = min(most, quota.at_most - self.used_of_quota.get(name, Fraction(0)))
        return cut_to_millionth(max(Fraction(0), most))


def serve_in_turn(world: RefWorld) -> RefTurns:
    """Return what each order takes, one after another in the order in which the rule serves them."""
    turns = RefTurns()
    given = Given(world=world)
    for order in world.serving_order():
        if order.takes_part:
            impatient = serve(given, order=order, min_ship=Fraction(0))
            give_back(given, order=order, units=impatient)
            turns.impatient |= impatient
            turns.units |= serve(given, order=order, min_ship=order.min_ship)
    return turns


def serve(given: Given, *, order: RefOrder, min_ship: Fraction) -> dict[ShareKey, Fraction]:
    """Book and return what an order takes over all rounds of its window.

    There are no stages here that an order could be complete for: it takes to the last millionth. With
    `min_ship` it "ships, in the earliest round, the largest amount that is at least min_ship and leaves 0 or
    at least min_ship".
    """
    taken: dict[ShareKey, Fraction] = {}
    still_open = order.open_before
    for round_number in order.open_rounds:
        if still_open == 0:
            break
        parts = take_most(given, order=order, wanted=still_open, round_number=round_number)
        kept = parts
        if min_ship:
            kept = largest_part(order, waiting=parts, still_open=still_open)
        for place, (part, most) in enumerate(zip(kept, parts, strict=True)):
            option = order.options[place]
            given.book(option, units=part - most, round_number=round_number)
            still_open -= option.ratio * part
            if part:
                taken[order.name, place, round_number] = part
    return taken


def take_most(given: Given, *, order: RefOrder, wanted: Fraction, round_number: int) -> list[Fraction]:
    """Book and return by option the most that an order could take in one round, its options in order."""
    parts: list[Fraction] = []
    for option in order.options:
        units = Fraction(0)
        if option.is_usable:
            units = given.most_units(option, wanted=wanted, round_number=round_number)
            given.book(option, units=units, round_number=round_number)
            wanted -= option.ratio * units
        parts.append(units)
    return parts


def give_back(given: Given, *, order: RefOrder, units: dict[ShareKey, Fraction]) -> None:
    """Take back what was booked for an order."""
    for (_, place, round_number), amount in units.items():
        given.book(order.options[place], units=-amount, round_number=round_number)
