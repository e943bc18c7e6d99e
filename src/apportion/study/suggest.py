"""Exchanges that raise live unit-days in all and lower no party's, best first.

    world → market → a bound for every customer and pair → the best exchange of the most promising groups
                   → until no other can be better → suggestions with gains in every case, gaps and make-goods

Source: ``docs/concepts/assessment.md``, "Suggestions".
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from apportion.errors import UsageError
from apportion.model.columns import NUMBER
from apportion.model.plan import MILLION
from apportion.model.policy import Case, Policy
from apportion.model.proposal import Kind, Move, Proposal
from apportion.model.world import View, World
from apportion.study.best import Found, best_exchange
from apportion.study.book import Send
from apportion.study.daily import Daily
from apportion.study.exchange import Group, Market
from apportion.study.frames import frame_of, in_units
from apportion.study.makegood import MakeGood, make_goods
from apportion.study.measures import read_prices
from apportion.study.moved import moved_units

SUGGESTIONS = {
    "rank": pl.Int64,
    "kind": pl.String,
    "customers": pl.String,
    "uses_stock": pl.Boolean,
    "units": pl.Int64,
    "live_gained_gpu_days": NUMBER,
    "gap_gpu_days": NUMBER,
    "least_gained_gpu_days_any_case": NUMBER,
    "make_good_from": pl.String,
    "make_good_to": pl.String,
    "make_good_gpu_days": NUMBER,
    "make_good_value": NUMBER,
}
MOST = 10
# So many variables of programs are solved in all: the study ends, however large the market.
_WORK = 250_000
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """The best exchange found of one customer, or of two.

    Attributes:
        customers: Who takes part, by name.
        sends: What goes where.
        kind: A swap where both receive units of the other, else a diversion.
        uses_stock: Whether units move that nobody had reserved.
        units: Units moved, those that two parties exchange counted once.
        gains: Live unit-days that each party has more than as booked; who is not named has as many.
        by_case: The same in each case of readiness.
        gap: What another exchange of the same customers might gain more at the most; 0: none can.
        make_goods: What would even it out.
    """

    customers: tuple[str, ...]
    sends: tuple[Send, ...]
    kind: Kind
    uses_stock: bool
    units: int
    gains: Mapping[str, Fraction]
    by_case: Mapping[Case, Mapping[str, Fraction]]
    gap: Fraction
    make_goods: tuple[MakeGood, ...]

    @property
    def gain(self) -> Fraction:
        """Return the live unit-days that all parties together gain."""
        return sum(self.gains.values(), Fraction(0))

    @property
    def least(self) -> Fraction:
        """Return the lowest gain of any party over the cases; below 0: in some case somebody has fewer."""
        return min(min(gains.values(), default=Fraction(0)) for gains in self.by_case.values())

    def proposal(self, *, id: str, title: str = "") -> Proposal:  # noqa: A002 - as the field is called
        """Return the exchange as a proposal that can be assessed."""
        moves = tuple(
            Move(lot=one.lot, to_orders=(one.order,), site=one.site, quantity=one.units) for one in self.sends
        )
        return Proposal(id=id, kind=self.kind, title=title, moves=moves)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """What was found and what is certain about the rest.

    Attributes:
        world: The facts under their view.
        most: How many were asked for.
        items: The suggestions, best first.
        live: Live unit-days as booked, of all.
        possible: What no exchange of any number of customers gains more than.
        solved: How many customers and pairs were solved.
        unsettled: Of how many customers and pairs a better exchange than listed is not ruled out.
        unsettled_most: What the best of those might gain at the most.
        others_most: What any customer or pair that was left unsolved might gain at the most.
    """

    world: World
    most: int
    items: tuple[Suggestion, ...]
    live: Fraction
    possible: Fraction
    solved: int
    unsettled: int
    unsettled_most: Fraction
    others_most: Fraction

    @property
    def view(self) -> View:
        """Return which statements were looked at."""
        return self.world.view

    @property
    def policy(self) -> Policy:
        """Return the rules of the scenario; only what they plan can receive."""
        return self.world.settings.policy

    @property
    def table(self) -> pl.DataFrame:
        """Return one row per suggestion."""
        return frame_of((_row(rank, one) for rank, one in enumerate(self.items, 1)), columns=SUGGESTIONS)


def _row(rank: int, one: Suggestion) -> tuple[object, ...]:
    due = one.make_goods[0] if one.make_goods else None
    return (
        rank,
        str(one.kind),
        "|".join(one.customers),
        one.uses_stock,
        one.units,
        _decimal(one.gain),
        _decimal(one.gap),
        _decimal(one.least),
        due and due.from_party,
        due and due.to_party,
        due and _decimal(due.unit_days),
        None if due is None or due.value is None else _decimal(due.value),
    )


def _decimal(value: Fraction) -> object:
    return in_units(round(value * MILLION))


def suggest(world: World, *, most: int = MOST, tell: Told | None = None) -> Suggestions:
    """Return the exchanges of one or two customers that gain most in all and lower nobody, best first.

    Args:
        world: The facts; the case of its view is the one that counts.
        most: How many are listed at the most.
        tell: Is told how many customers and pairs are solved, and how many are waiting.

    Raises:
        UsageError: Not even one is to be listed.
    """
    if most < 1:
        raise UsageError(f"{most} suggestions cannot be listed.", fix="Ask for one or more.")
    market = Market(world)
    search = _Search(market, most=most, tell=tell)
    search.run()
    live = sum(market.live(market.case).values())
    return search.outcome(live=Fraction(live, MILLION))


class _Search:
    """Solves the most promising groups first, until nothing better can be among the others."""

    def __init__(self, market: Market, *, most: int, tell: Told | None) -> None:
        self._market = market
        self._daily = Daily(market)
        self._most = most
        self._tell = tell
        self._work = 0
        self._alone: dict[str, Found] = {}
        self._pairs: dict[tuple[str, str], Found] = {}
        self._listed: list[tuple[int, int, tuple[str, ...], Found]] = []
        # Bound, whether it is the finer one, and who: the most promising first.
        self._waiting: list[tuple[int, bool, tuple[str, ...]]] = []
        self._others = (0, 0)

    def run(self) -> None:
        """Look until nothing better can be found, or the work allowed is done."""
        pairs = self._daily.pairs()
        self._others = (pairs.others, pairs.others_most)
        self._waiting = [(-self._daily.alone(name), True, (name,)) for name in self._market.customers]
        self._waiting += [(-bound, False, (name, other)) for bound, name, other in pairs.bounded]
        heapq.heapify(self._waiting)
        while self._waiting and self._work < _WORK:
            bound, is_fine, names = heapq.heappop(self._waiting)
            if -bound <= self._needed:
                heapq.heappush(self._waiting, (bound, is_fine, names))
                return
            if is_fine:
                self._look(names, bound=-bound)
                self._say()
            else:
                finer = min(-bound, self._daily.pair(*names))
                heapq.heappush(self._waiting, (-finer, True, names))

    @property
    def _needed(self) -> int:
        """Return what an exchange must gain more than to be listed."""
        return self._listed[self._most - 1][3].gain if len(self._listed) >= self._most else 0

    def _say(self) -> None:
        if self._tell is not None:
            self._tell(len(self._alone) + len(self._pairs), len(self._waiting))

    def _look(self, names: tuple[str, ...], *, bound: int) -> None:
        alone = sum(found.gain for found in map(self._solve_alone, names) if found is not None)
        if len(names) == 1:
            return
        if bound > alone:
            found = self._pairs[names[0], names[1]] = self._solve(names)
            if found.gain > alone:
                self._list(found)

    def _solve_alone(self, name: str) -> Found | None:
        """Return the best exchange of one customer; None where its bound says that there is none."""
        found = self._alone.get(name)
        if found is None and self._daily.alone(name):
            found = self._alone[name] = self._solve((name,))
            if found.gain:
                self._list(found)
        return found

    def _solve(self, names: Sequence[str]) -> Found:
        found = best_exchange(self._market, self._market.group(names))
        self._work += found.work
        return found

    def _list(self, found: Found) -> None:
        units = sum(send.units for send in found.sends)
        self._listed.append((-found.gain, units, found.group.customers, found))
        self._listed.sort(key=lambda one: one[:3])

    def outcome(self, *, live: Fraction) -> Suggestions:
        """Return what was found."""
        waiting = [-bound for bound, _, _ in self._waiting if -bound > 0]
        count, most = self._others
        open_bounds = [bound for bound in waiting if bound > self._needed]
        if count and most > self._needed:
            open_bounds += [most] * count
        open_bounds += self._open_solved()
        return Suggestions(
            world=self._market.world,
            most=self._most,
            items=tuple(self._suggestion(one[3]) for one in self._listed[: self._most]),
            live=live,
            possible=Fraction(self._daily.everybody(), MILLION),
            solved=len(self._alone) + len(self._pairs),
            unsettled=len(open_bounds),
            unsettled_most=Fraction(max(open_bounds, default=0), MILLION),
            others_most=Fraction(max([most, *waiting], default=0), MILLION),
        )

    def _open_solved(self) -> list[int]:
        """Return the bounds of groups that were solved and are not listed, though they might gain enough to be."""
        listed = {one[2] for one in self._listed[: self._most]}
        found = [*self._alone.values(), *self._pairs.values()]
        return [
            one.bound
            for one in found
            if one.gap
            and one.group.customers not in listed
            and one.bound > max(self._needed, self._needed_by(one))
        ]

    def _needed_by(self, found: Found) -> int:
        names = found.group.customers
        if len(names) == 1:
            return found.gain
        return sum(self._alone[name].gain for name in names if name in self._alone)

    def _suggestion(self, found: Found) -> Suggestion:
        market, group = self._market, found.group
        replayed = {case: market.replay(group, sends=found.sends, case=case) for case in Case}
        by_case = {case: _in_days(one.gains, group=group) for case, one in replayed.items()}
        gains = by_case[market.case]
        moved = moved_units(group.book, found.sends)
        units = sum(moved.exchanged().values())
        givers = {(giver, receiver) for giver, receiver, _ in moved.units}
        is_swap = any((receiver, giver) in givers and giver != receiver for giver, receiver in givers)
        horizon = market.horizon
        return Suggestion(
            customers=group.customers,
            sends=tuple(found.sends),
            kind=Kind.SWAP if is_swap else Kind.DIVERT,
            uses_stock=any(not group.book.lots[send.lot].reserved_for for send in found.sends),
            units=units,
            gains=gains,
            by_case=by_case,
            gap=Fraction(found.gap, MILLION),
            make_goods=tuple(
                make_goods(
                    {name: gains[name] for name in group.customers},
                    units=units,
                    days=horizon.end - horizon.start,
                    by_sku=replayed[market.case].by_sku,
                    rents=read_prices(market.world).rent,
                )
            ),
        )


def _in_days(gains: Mapping[str, int], *, group: Group) -> dict[str, Fraction]:
    """Return gains in unit-days, those of who takes part first; of others only what is not 0."""
    own = {name: Fraction(gains.get(name, 0), MILLION) for name in group.customers}
    more = {name: Fraction(days, MILLION) for name, days in sorted(gains.items()) if days and name not in own}
    return own | more
