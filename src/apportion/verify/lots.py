"""Whole lots, derived again: the floors of all rounds first, then one extra lot each where all still holds.

Source: ``docs/concepts/allocation.md``, "Whole lots".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from apportion.verify.facts import Facts, Option, Order
from apportion.verify.figures import MICRO, USE
from apportion.verify.reading import Movement
from apportion.verify.stages import stage_rounds
from apportion.verify.turns import turn_order


@dataclass
class _Line:
    """One option that has a share: cumulative shares and floors by stage round, and what has shipped.

    The floors are those that ship: held up where a quota holds them up.
    """

    order: Order
    place: int
    option: Option
    lot: int
    shares: list[int]
    floors: list[int]
    shipped: int = 0

    def by(self, step: int) -> int:
        """Return what will have shipped by a later stage round with no extra from now on."""
        return max(self.shipped, self.floors[step])


@dataclass
class _Rounding:
    """The state of rounding; loads are what all lines will have used by each stage round, floors included.

    Attributes:
        facts: The world.
        rounds: The stage rounds.
        lines: Every option with a share, in the order that breaks ties: the rule's, options in theirs.
        complete_from: The first stage round by which the order's exact share is complete.
        loads: By resource and stage round.
        used: By resource, what has shipped so far.
        in_window: By quota, what has shipped in its window so far.
        allocations: What ships.
    """

    facts: Facts
    rounds: Sequence[int]
    lines: list[_Line]
    complete_from: dict[str, int]
    loads: dict[str, list[int]] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    in_window: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    allocations: list[Movement] = field(default_factory=list)

    def uses(self, option: Option) -> dict[str, int]:
        return {**option.uses, **dict.fromkeys(option.quotas, USE)}

    def is_complete(self, order: Order, step: int) -> bool:
        return self.complete_from.get(order.name, len(self.rounds)) <= step

    def lines_of(self, order: Order) -> list[_Line]:
        return self.by_order[order.name]

    def __post_init__(self) -> None:
        self.by_order: dict[str, list[_Line]] = defaultdict(list)
        for line in self.lines:
            self.by_order[line.order.name].append(line)
            for resource, use in self.uses(line.option).items():
                load = self.loads.setdefault(resource, [0] * len(self.rounds))
                for step, units in enumerate(line.floors):
                    load[step] += use * units

    def ship(self, line: _Line, *, units: int, step: int) -> None:
        """Ship units of a line, and carry them on in the loads."""
        at = self.rounds[step]
        for later in range(step, len(self.rounds)):
            more = max(line.shipped + units, line.floors[later]) - line.by(later)
            if not more:
                break
            for resource, use in self.uses(line.option).items():
                self.loads[resource][later] += use * more
        line.shipped += units
        for resource, use in self.uses(line.option).items():
            self.used[resource] += use * units
        for quota in self.facts.active_quotas(line.option, at):
            self.in_window[quota] += USE * units
        self.allocations.append(Movement(order=line.order, place=line.place, at=at, units=units))


def round_to_lots(facts: Facts, shipped: Sequence[Movement]) -> list[Movement]:
    """Return the allocations in whole lots, one movement per option and round."""
    rounds = stage_rounds(facts)
    rounding = _prepare(facts, shipped, rounds=rounds)
    turn = {order.name: place for place, order in enumerate(turn_order(facts))}
    rounding.lines.sort(key=lambda line: (turn[line.order.name], line.place))
    by_tier = _by_tier(rounding.lines, at=0)
    for step, at in enumerate(rounds):
        if at in facts.raising_rounds:
            by_tier = _by_tier(rounding.lines, at=at)
        for line in rounding.lines:
            if line.floors[step] > line.shipped:
                rounding.ship(line, units=line.floors[step] - line.shipped, step=step)
        for tier in sorted(by_tier):
            for sku in sorted(by_tier[tier]):
                _ship_extras(rounding, by_tier[tier][sku], step=step)
    total: dict[tuple[str, int, int], Movement] = {}
    for one in rounding.allocations:
        key = (one.order.name, one.place, one.at)
        units = one.units + (total[key].units if key in total else 0)
        total[key] = Movement(order=one.order, place=one.place, at=one.at, units=units)
    return list(total.values())


def _by_tier(lines: Sequence[_Line], *, at: int) -> Mapping[int, Mapping[str, list[_Line]]]:
    """Return lines by the tier of their order in a round, then by SKU."""
    found: dict[int, dict[str, list[_Line]]] = defaultdict(lambda: defaultdict(list))
    for line in lines:
        found[line.order.tier_in(at)][line.option.sku].append(line)
    return found


def _prepare(facts: Facts, shipped: Sequence[Movement], *, rounds: Sequence[int]) -> _Rounding:
    """Add up the shares as they ship, and cut them down: to whole lots, or whole units once complete."""
    by_line: dict[tuple[str, int], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    filled: dict[str, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for one in shipped:
        by_line[one.order.name, one.place][one.at] += one.units
        filled[one.order.name][one.at] += one.option.rate * one.units
    complete_from: dict[str, int] = {}
    for name, by_round in filled.items():
        order, total = facts.orders[name], 0
        for step, at in enumerate(rounds):
            total += by_round.get(at, 0)
            if order.open_amount - total < order.tolerance:
                complete_from[name] = step
                break
    lines = []
    for (name, place), units_by_round in by_line.items():
        order, total = facts.orders[name], 0
        option = order.options[place]
        lot = facts.lot_units[option.sku] * MICRO
        whole_from = complete_from.get(name, len(rounds))
        shares: list[int] = []
        floors: list[int] = []
        for step, at in enumerate(rounds):
            total += units_by_round.get(at, 0)
            unit = MICRO if step >= whole_from else lot
            shares.append(total)
            floors.append(total // unit * unit)
        lines.append(_Line(order=order, place=place, option=option, lot=lot, shares=shares, floors=floors))
    lines.sort(key=lambda line: (line.order.canonical, line.place))
    if facts.quotas:
        _hold_up(facts, lines, rounds=rounds, complete_from=complete_from)
    return _Rounding(facts, rounds, lines, complete_from)


def _hold_up(
    facts: Facts, lines: Sequence[_Line], *, rounds: Sequence[int], complete_from: Mapping[str, int]
) -> None:
    """Turn floors that fall due into floors that ship; one still held up as its order closes never does.

    Source: "a floor that a quota window does not let through waits, in canonical order and whole lots, for
    the next open round that does".
    """
    in_window: dict[str, int] = defaultdict(int)
    laid = [0] * len(lines)
    for step, at in enumerate(rounds):
        for number, line in enumerate(lines):
            due = line.floors[step] - laid[number] if line.order.is_open_in(at) else 0
            quotas = facts.active_quotas(line.option, at) if due > 0 else []
            unit = MICRO if step >= complete_from.get(line.order.name, len(rounds)) else line.lot
            for quota in quotas:
                let_through = max(0, facts.quotas[quota].at_most - in_window[quota]) // USE
                if let_through < due:
                    due = let_through // unit * unit
            for quota in quotas:
                in_window[quota] += USE * due
            laid[number] += max(0, due)
            line.floors[step] = laid[number]


def _ship_extras(rounding: _Rounding, lines: Sequence[_Line], *, step: int) -> None:
    """Ship one extra lot each, largest excess in units first, ties in the rule's order."""
    at = rounding.rounds[step]
    wanting = [line for line in lines if line.shares[step] > line.shipped and line.order.is_open_in(at)]
    # The lines are in the rule's order and sorting is stable, so ties stay in it.
    for line in sorted(wanting, key=lambda line: line.shipped - line.shares[step]):
        units = line.lot
        if rounding.is_complete(line.order, step):
            filled = sum(other.option.rate * other.shipped for other in rounding.lines_of(line.order))
            whole = max(0, line.order.open_amount - filled) // line.option.rate // MICRO * MICRO
            units = min(units, whole)
        if units > 0 and _extra_holds(rounding, line, units=units, step=step):
            rounding.ship(line, units=units, step=step)


def _extra_holds(rounding: _Rounding, line: _Line, *, units: int, step: int) -> bool:
    """Return whether all that an extra lot touches still holds "with every later floor of every order"."""
    facts, last = rounding.facts, len(rounding.rounds) - 1
    at = rounding.rounds[step]
    more = [max(line.shipped + units, line.floors[later]) - line.by(later) for later in range(step, last + 1)]
    for resource, use in line.option.uses.items():
        limit = facts.limit(resource, at)
        if limit is not None and rounding.used[resource] + use * units > limit:
            return False
    filled = line.option.rate * more[-1]
    filled += sum(other.option.rate * other.by(last) for other in rounding.lines_of(line.order))
    if filled > line.order.open_amount:
        return False
    for resource, use in line.option.uses.items():
        load = rounding.loads[resource]
        for later in range(step + 1, last + 1):
            if not more[later - step]:
                break
            limit = facts.limit(resource, rounding.rounds[later])
            if limit is not None and load[later] + use * more[later - step] > limit:
                return False
    return all(
        _quota_holds(rounding, quota, units=units, step=step, more=more)
        for quota in facts.active_quotas(line.option, at)
    )


def _quota_holds(rounding: _Rounding, quota: str, *, units: int, step: int, more: list[int]) -> bool:
    """Return whether a quota of the round holds with the extra and every later floor inside its window."""
    rule = rounding.facts.quotas[quota]
    window = [later for later, at in enumerate(rounding.rounds) if at < rule.end]
    end = window[-1]
    later_units = 0
    if end > step:
        later_units = rounding.loads[quota][end] + USE * more[end - step] - rounding.used[quota] - USE * units
    return rounding.in_window[quota] + USE * units + later_units <= rule.at_most
