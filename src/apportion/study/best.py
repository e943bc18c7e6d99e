"""The best exchange of one group: what the program proposes, in whole units, judged by the replay.

    program → most live unit-days, a proven bound
            → as few units as reach it → whole units → sends → replay: kept if somebody gains and nobody loses

Source: ``docs/concepts/assessment.md``, "Suggestions".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from apportion.model.plan import MILLION
from apportion.study.book import Send
from apportion.study.exchange import Group, Market, Replayed, fitted
from apportion.study.linear import Linear, Solved, solve_most, solve_parts, solve_whole
from apportion.study.moves import room_of_orders
from apportion.study.program import Option, Program

_NEAR = 1e-6
# With no more options than this all whole numbers are looked at, not only those next to the program's answer.
_MOST_WHOLE = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best exchange found for a group.

    Attributes:
        group: Who takes part.
        sends: What goes where; empty: nothing was found that gains.
        replayed: What it comes to in the case of the view.
        bound: What no exchange of the group gains more than, in millionths of unit-days; proven.
    """

    group: Group
    sends: Sequence[Send]
    replayed: Replayed
    bound: int

    @property
    def gain(self) -> int:
        """Return the millionths of unit-days gained by all parties."""
        return self.replayed.total if self.sends else 0

    @property
    def gap(self) -> int:
        """Return how much more another exchange of the group might gain at the most."""
        return max(0, self.bound - self.gain)


def best_exchange(market: Market, group: Group) -> Found:
    """Return the best exchange found for a group, and the proven bound on all of them."""
    program = Program(market, group)
    solved, most = solve_most(program.linear)
    bound = max(0, _in_millionths(most - program.floor, is_whole=program.is_whole))
    best: tuple[int, int, Sequence[Send], Replayed] | None = None
    nothing = Found(group=group, sends=(), replayed=Replayed(gains={}, by_sku={}), bound=bound)
    if solved is None or not bound:
        return nothing
    for values in _proposals(program, solved):
        sends = _sends_of(group, program.options, values=values)
        replayed = market.replay(group, sends=sends)
        if replayed.least < 0 or replayed.total <= 0:
            continue
        units = sum(send.units for send in sends)
        if best is None or (replayed.total, -units) > (best[0], -best[1]):
            best = (replayed.total, units, sends, replayed)
        if replayed.total >= bound:
            break
    if best is None:
        return nothing
    return Found(group=group, sends=best[2], replayed=best[3], bound=bound)


def _in_millionths(days: Fraction, *, is_whole: bool) -> int:
    """Return unit-days in millionths, cut down to what an exchange can reach: whole ones where all is whole."""
    return days.numerator // days.denominator * MILLION if is_whole else int(days * MILLION)


def _proposals(program: Program, solved: Solved) -> Iterator[Sequence[float]]:
    """Yield values of the variables to try, the best guess first."""
    linear = program.linear
    few = [0] * len(linear.worth)
    for option in program.options:
        few[option.variable] = -1
    fewest = _fewest(linear, solved.worth, few=few) or solved
    if all(abs(fewest.values[one] - round(fewest.values[one])) < _NEAR for one in linear.whole):
        yield fewest.values
        return
    near = solve_whole(_near(linear, fewest.values), linear.worth)
    if near is not None:
        yield near.values
    yield fewest.values
    if len(linear.whole) > _MOST_WHOLE:
        return
    whole = solve_whole(linear, linear.worth)
    if whole is not None:
        better = _fewest_whole(linear, whole.worth, few=few) or whole
        yield better.values


def _near(linear: Linear, values: Sequence[float]) -> Linear:
    """Return the program with each whole variable one of the two whole numbers next to a value."""
    limits, least = list(linear.limits), dict(linear.least)
    for one in linear.whole:
        low = int(values[one] + _NEAR)
        least[one] = low
        limits[one] = min(limits[one], Fraction(low if values[one] - low < _NEAR else low + 1))
    return replace(linear, limits=limits, least=least)


def _worth_at_least(linear: Linear, worth: float) -> Linear:
    nearest = round(worth)
    least = Fraction(nearest) if abs(worth - nearest) < _NEAR * (1 + abs(worth)) else Fraction(worth - _NEAR)
    bounded = replace(linear, rows=list(linear.rows))
    bounded.limit({one: each for one, each in enumerate(linear.worth) if each}, low=least)
    return bounded


def _fewest(linear: Linear, worth: float, *, few: Sequence[int]) -> Solved | None:
    """Return the solution of so much worth that moves fewest units."""
    return solve_parts(_worth_at_least(linear, worth), few)


def _fewest_whole(linear: Linear, worth: float, *, few: Sequence[int]) -> Solved | None:
    return solve_whole(_worth_at_least(linear, worth), few)


def _sends_of(group: Group, options: Sequence[Option], *, values: Sequence[float]) -> list[Send]:
    """Return the whole units that each order receives; among like orders, the first that have room."""
    units = {option.variable: int(values[option.variable] + _NEAR) for option in options}
    leaving: dict[str, int] = defaultdict(int)
    for option in options:
        leaving[option.lot] += units[option.variable]
    room = room_of_orders(group.book, leaving)
    sends: dict[tuple[str, str, str], int] = {}
    for option in options:
        left = units[option.variable]
        rate = option.kind.rates[group.book.lots[option.lot].sku] * MILLION
        for line in option.kind.lines:
            given = min(left, max(0, room[line.order]) // rate)
            if given:
                room[line.order] -= given * rate
                left -= given
                sends[option.lot, line.order, option.site] = given
    kept = (Send(lot=lot, order=order, site=site, units=many) for (lot, order, site), many in sends.items())
    return fitted(group, kept)
