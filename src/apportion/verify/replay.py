"""The plan's own history, stage after stage: who takes part, what is left, and who received how much."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from apportion.verify.facts import Facts, Option, Order
from apportion.verify.figures import USE
from apportion.verify.reading import Movement
from apportion.verify.refusal import Refusal
from apportion.verify.stages import stage_rounds

# The options of a class that are alike in all but the order, with the orders that have them.
Kinds = dict[int, tuple[Option, list[Order]]]


@dataclass
class History:
    """What all earlier stages filled, used and gave, in 10**-18.

    Attributes:
        facts: The world.
        kept: What a cut order may receive.
        filled: Ordered units by order.
        used: Amounts by resource; a quota counts what shipped in its window.
        received: Value by class.
    """

    facts: Facts
    kept: Mapping[str, int]
    filled: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    used: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    received: dict[str, int] = field(default_factory=dict)

    def open_amount(self, order: Order) -> int:
        """Return the ordered units still open for shares."""
        return self.kept.get(order.name, order.open_amount) - self.filled[order.name]

    def left(self, resource: str, at: int) -> int | None:
        """Return what is left of a resource for a round; None is no limit.

        Raises:
            KeyError: There is no such resource.
        """
        if resource in self.facts.limits:
            limit = self.facts.limit(resource, at)
            return None if limit is None else limit - self.used.get(resource, 0)
        if resource in self.facts.quotas:
            return self.facts.quotas[resource].at_most - self.used.get(resource, 0)
        kind, _, name = resource.partition(":")
        if kind != "quantity":
            raise KeyError(resource)
        return self.open_amount(self.facts.orders[name])

    def book(self, movement: Movement) -> None:
        """Add a movement to all that counts it."""
        option, order = movement.option, movement.order
        for resource, use in option.uses.items():
            self.used[resource] += use * movement.units
        for quota in self.facts.active_quotas(option, movement.at):
            self.used[quota] += USE * movement.units
        self.filled[order.name] += option.rate * movement.units
        if self.facts.starts_afresh:
            return
        gained = option.value * movement.units
        self.received[order.demand_class] = self.received.get(order.demand_class, 0) + gained


@dataclass(frozen=True, kw_only=True)
class Stage:
    """One tier in one round, as it begins.

    Attributes:
        at: The round.
        tier: The tier.
        members: Orders open and incomplete as it begins, in canonical order.
        movements: What the plan moves in it.
        history: What stands before it; it moves on once the next stage is asked for.
    """

    at: int
    tier: int
    members: Sequence[Order]
    movements: Sequence[Movement]
    history: History

    @cached_property
    def kinds(self) -> dict[str, Kinds]:
        """Return the open options of each class that takes part, alike ones together."""
        found: dict[str, Kinds] = {}
        for order in self.members:
            of_class = found.setdefault(order.demand_class, {})
            for option in order.options:
                if not option.is_usable:
                    continue
                if option.kind in of_class:
                    of_class[option.kind][1].append(order)
                else:
                    of_class[option.kind] = (option, [order])
        return found

    @cached_property
    def gains(self) -> dict[str, int]:
        """Return the value that each class gains in the stage, in 10**-18."""
        gained: dict[str, int] = defaultdict(int)
        for one in self.movements:
            gained[one.order.demand_class] += one.option.value * one.units
        return gained

    def weight(self, demand_class: str) -> int:
        """Return w of a class in the stage, in 10**-18.

        Source: under ``pro-rata``, "w = its open quantity before the stage".
        """
        facts = self.history.facts
        if facts.starts_afresh:
            return self.history.open_amount(facts.orders[demand_class])
        return facts.weights.weight(demand_class, self.at) * USE

    def level(self, demand_class: str, *, gain: int) -> Fraction:
        """Return L = h / w of a class after the stage."""
        return Fraction(self.history.received.get(demand_class, 0) + gain, self.weight(demand_class))


def replay(
    facts: Facts,
    movements: Sequence[Movement],
    *,
    kept: Mapping[str, int],
    moved: list[Movement] | None = None,
) -> Iterator[Stage]:
    """Yield every stage of the definition with the movements that the plan has in it.

    Args:
        facts: The world.
        movements: The shares of the plan.
        kept: What a cut order may receive.
        moved: Where a caller that makes the shares itself puts those of each stage before it asks for the
            next; None: the shares are `movements`.

    Source: "Rounds one after another, inside a round tiers one after another (1 first): one stage."
    """
    history = History(facts, kept, received={} if facts.starts_afresh else dict(facts.received))
    by_stage: dict[tuple[int, int], list[Movement]] = defaultdict(list)
    for one in movements:
        by_stage[one.at, one.order.tier_in(one.at)].append(one)
    planned = [order for order in facts.orders.values() if order.is_planned]
    for at in stage_rounds(facts):
        by_tier: dict[int, list[Order]] = defaultdict(list)
        for order in planned:
            if order.first_round <= at < order.end_round:
                by_tier[order.tier_in(at)].append(order)
        for tier in sorted(by_tier):
            members = [order for order in by_tier[tier] if history.open_amount(order) >= order.tolerance]
            if members:
                stated = by_stage.get((at, tier), [])
                yield Stage(at=at, tier=tier, members=members, movements=stated, history=history)
                for one in stated if moved is None else moved:
                    history.book(one)


def check_in_stages(
    facts: Facts, moved: Sequence[Movement], *, stages: Mapping[tuple[int, int], frozenset[str]]
) -> list[Refusal]:
    """List shares given where no stage is, or to orders that take no part in it."""
    refusals = []
    for one in moved:
        members = stages.get((one.at, one.order.tier_in(one.at)))
        if members is not None and one.order.name in members:
            continue
        told = "that round and tier is no stage" if members is None else "the order is complete before it"
        sentence = f"Order {one.order.name} receives a share, but {told}."
        day = facts.calendar.rounds[one.at]
        refusals.append(
            Refusal(rule="share-outside-stage", order=one.order.name, round_on=day, sentence=sentence)
        )
    return refusals
