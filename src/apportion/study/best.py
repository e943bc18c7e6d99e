"""The best exchange of one group: what the program proposes, in whole units, judged by the replay.

    program → most live unit-days, a proven bound
            → as few units as reach it → whole units → sends → replay: kept if somebody gains and nobody loses

Source: ``docs/concepts/assessment.md``, "Suggestions".
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from apportion.model.plan import MILLION
from apportion.study.book import Send
from apportion.study.everyway import count_ways, every_way
from apportion.study.exchange import Group, Market, Replayed, fitted
from apportion.study.highs import Floats
from apportion.study.linear import Linear, Solved, solve_most, solve_parts, solve_whole
from apportion.study.moves import room_of_orders
from apportion.study.program import Option, Program

_NEAR = 1e-6
# A program in whole numbers takes about so many times as long as one in parts.
_WHOLE_COSTS = 12
# With no more options than this all whole numbers are looked at, not only those next to the program's answer.
_MOST_WHOLE = 40
_REPAIRS, _REPAIRS_OF_LARGE = 6, 2
# With no more ways than this to send units elsewhere, all are tried where a gap is left.
_MOST_WAYS = 1_500
# In a program of more variables than this, a thousandth of the bound is not looked for further.
_LARGE, _HARDLY = 300, 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best exchange found for a group.

    Attributes:
        group: Who takes part.
        sends: What goes where; empty: nothing was found that gains.
        replayed: What it comes to in the case of the view.
        bound: What no exchange of the group gains more than, in millionths of unit-days; proven.
        work: The variables of all programs that were solved for it.
    """

    group: Group
    sends: Sequence[Send]
    replayed: Replayed
    bound: int
    work: int

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
    judge = _Judge(market, group, bound=bound, size=len(program.linear.worth))
    if solved is None or not bound:
        return judge.found
    harmed = _approach(program, program.linear, solved=solved, judge=judge)
    beside = harmed - {*group.customers}
    # First spare whoever an exchange pushed back, then only who stands beside the group, then leave their sites alone.
    for spared in dict.fromkeys([frozenset(harmed), frozenset(beside)]):
        if spared and not judge.is_enough:
            _retry(program, program.protected(spared), judge=judge)
    if harmed and not judge.is_enough:
        _retry(program, program.without(program.crowded(harmed)), judge=judge)
    if judge.is_open and count_ways(market, group) <= _MOST_WAYS:
        for sends in every_way(market, group):
            if fitted(group, sends) == sends:
                judge.hear(sends)
        judge.settle()
    return judge.found


def _retry(program: Program, linear: Linear, *, judge: _Judge) -> None:
    """Look again under another program, unless nothing better can be found."""
    if not judge.is_settled:
        solved = judge.solve_parts(linear, linear.worth)
        if solved is not None:
            _approach(program, linear, solved=solved, judge=judge)


def _approach(program: Program, linear: Linear, *, solved: Solved, judge: _Judge) -> set[str]:
    """Propose exchanges by one program, and return who would have lost by some of them.

    Whoever would have fewer unit-days than as booked must have as many more in the program the next time.
    """
    again, missing = linear, Counter[str]()
    found: Solved | None = solved
    for _ in range(_REPAIRS_OF_LARGE if judge.is_large else _REPAIRS):
        short: dict[str, int] = {}
        if found is None:
            break
        for values in _proposals(program, again, solved=found, judge=judge):
            short = judge.hear(_sends_of(judge.group, program.options, values=values)) or short
            if judge.is_settled:
                return set(missing)
        if not short:
            break
        for party, days in short.items():
            missing[party] += days
        again = program.raised(linear, more=missing)
        found = judge.solve_parts(again, again.worth)
    return set(missing)


class _Judge:
    """Replays what is proposed for one group and keeps the best of it."""

    def __init__(self, market: Market, group: Group, *, bound: int, size: int) -> None:
        self.is_large = size > _LARGE
        self.work = size
        self._market = market
        self.group = group
        self._bound = bound
        self._best: tuple[tuple[int, int], Sequence[Send], Replayed] | None = None

    @property
    def gain(self) -> int:
        """Return what the best heard so far gains, in millionths of unit-days."""
        return 0 if self._best is None else self._best[0][0]

    @property
    def is_open(self) -> bool:
        """Return whether something better is not ruled out."""
        return self.gain < self._bound

    @property
    def is_settled(self) -> bool:
        """Return whether it is not worth looking further: nothing is better, or of much hardly anything is."""
        near = self._bound // _HARDLY if self.is_large else 0
        return self._bound - self.gain <= near

    @property
    def is_enough(self) -> bool:
        """Return whether other programs need not be tried: of a large one, if anything was found."""
        return self.is_settled or (self.is_large and self._best is not None)

    def settle(self) -> None:
        """Take it that every exchange was heard."""
        self._bound = self.gain

    def solve_parts(self, linear: Linear, worth: Sequence[int]) -> Solved | None:
        """Return what a solver proposes whatever is whole, and count the work."""
        self.work += len(worth)
        return solve_parts(linear, worth)

    def solve_whole(self, linear: Linear, worth: Sequence[int]) -> Solved | None:
        """Return what a solver proposes with whole variables whole, and count the work, which is many times as much."""
        self.work += _WHOLE_COSTS * len(worth)
        return solve_whole(linear, worth)

    def hear(self, sends: Sequence[Send]) -> dict[str, int]:
        """Replay an exchange, and return by how much each party would have fewer live unit-days than as booked."""
        replayed = self._market.replay(self.group, sends=sends)
        rank = (replayed.total, -sum(send.units for send in sends))
        if replayed.least >= 0 < replayed.total and (self._best is None or rank > self._best[0]):
            self._best = (rank, sends, replayed)
        return {party: -days for party, days in replayed.gains.items() if days < 0}

    @property
    def found(self) -> Found:
        """Return the best that was heard."""
        _, sends, replayed = self._best or (None, (), Replayed(gains={}, by_sku={}))
        return Found(group=self.group, sends=sends, replayed=replayed, bound=self._bound, work=self.work)


def _in_millionths(days: Fraction, *, is_whole: bool) -> int:
    """Return unit-days in millionths, cut down to what an exchange can reach: whole ones where all is whole."""
    return days.numerator // days.denominator * MILLION if is_whole else int(days * MILLION)


def _proposals(program: Program, linear: Linear, *, solved: Solved, judge: _Judge) -> Iterator[Floats]:
    """Yield values of the variables to try, the best guess first."""
    few = [0] * len(linear.worth)
    for option in program.options:
        few[option.variable] = -1
    fewest = judge.solve_parts(_worth_at_least(linear, solved.worth), few) or solved
    if all(abs(fewest.values[one] - round(fewest.values[one])) < _NEAR for one in linear.whole):
        yield fewest.values
        return
    for whole in (_near(linear, fewest.values), linear):
        best = judge.solve_whole(whole, linear.worth)
        if best is not None:
            again = judge.solve_whole(_worth_at_least(whole, best.worth), few) or best
            yield again.values
        if len(linear.whole) > _MOST_WHOLE:
            break
    # Cut down to whole units.
    yield fewest.values


def _near(linear: Linear, values: Floats) -> Linear:
    """Return the program with each whole variable one of the two whole numbers next to a value."""
    limits, least = list(linear.limits), dict(linear.least)
    for one in linear.whole:
        low = int(values[one] + _NEAR)
        least[one] = low
        limits[one] = min(limits[one], Fraction(low if values[one] - low < _NEAR else low + 1))
    return replace(linear, limits=limits, least=least)


def _worth_at_least(linear: Linear, worth: float) -> Linear:
    nearest, off = round(worth), _NEAR * (1 + abs(worth)) / 10
    least = Fraction(nearest) if abs(worth - nearest) < off else Fraction(worth - off)
    bounded = replace(linear, rows=list(linear.rows))
    bounded.limit({one: each for one, each in enumerate(linear.worth) if each}, low=least)
    return bounded


def _sends_of(group: Group, options: Sequence[Option], *, values: Floats) -> list[Send]:
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
