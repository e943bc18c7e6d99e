"""Exact shares → whole lots, after the exact plan of all rounds is made; nothing here changes a share.

**Floors**: each option's cumulative share, down to whole lots, or to whole units from the round on in which its
order's share is complete. Every floor of every round is kept. Then, round by round, tier by tier, SKU by SKU, one
**extra** lot each to options whose share exceeds what they have shipped, largest excess first, where everything
still holds together with every later floor of every order.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from apportion.engine.problem import MILLION, Option, Order, Problem

Units = dict[tuple[int, int], int]


def whole_lots(problem: Problem, shipped: Units) -> Units:
    """Return what ships in whole lots by (option, round), in millionths of a unit (always whole units).

    Args:
        problem: The problem.
        shipped: The exact shares as they ship, in millionths of a unit.
    """
    return _Lots(problem, shipped).run()


@dataclass(slots=True)
class _Track:
    """One option over the rounds: its cumulative share, its floors, and what it has shipped so far."""

    option: Option
    share: list[int]
    floors: list[int]
    carried: int = 0
    is_complete: list[bool] = field(default_factory=list)

    def stands(self, at: int, extra: int = 0) -> int:
        """Return the cumulative shipment at a later place, with an extra added to what is carried."""
        return max(self.carried + extra, self.floors[at])


class _Lots:
    """The state of one rounding: tracks of options, what is used of each resource at each place."""

    def __init__(self, problem: Problem, shipped: Units) -> None:
        self._problem = problem
        self._rounds = problem.stage_rounds
        self._tracks: dict[int, _Track] = {}
        self._of_order: dict[int, list[_Track]] = {}
        self._lay_out(shipped)
        self._lay_floors()
        self._used: dict[int, list[int]] = {}
        for track in self._tracks.values():
            self._book(track, [track.floors[at] for at in range(len(self._rounds))])

    def run(self) -> Units:
        """Return the whole lots."""
        given: Units = {}
        groups = self._groups(0)
        for at, at_round in enumerate(self._rounds):
            if at_round in self._problem.tier_changes:
                groups = self._groups(at_round)
            before = {index: track.carried for index, track in self._tracks.items()}
            for track in self._tracks.values():
                track.carried = max(track.carried, track.floors[at])
            for group in groups:
                for track in self._in_want(group, at):
                    self._try_extra(track, at)
            for index, track in self._tracks.items():
                if track.carried > before[index]:
                    given[index, at_round] = track.carried - before[index]
        return given

    def _lay_out(self, shipped: Units) -> None:
        series: dict[int, dict[int, int]] = {}
        for (index, at_round), units in shipped.items():
            series.setdefault(index, {})[at_round] = units
        for index in sorted(series):
            total = 0
            share = [total := total + series[index].get(at_round, 0) for at_round in self._rounds]
            option = self._problem.options[index]
            track = _Track(option, share, [0] * len(share))
            self._tracks[index] = track
            self._of_order.setdefault(option.order, []).append(track)
        for order, tracks in self._of_order.items():
            complete = self._complete(self._problem.orders[order], tracks)
            for track in tracks:
                track.is_complete = complete

    def _complete(self, order: Order, tracks: Sequence[_Track]) -> list[bool]:
        return [
            order.open - sum(track.share[at] * track.option.rate for track in tracks) < order.least_open
            for at in range(len(self._rounds))
        ]

    def _lot(self, option: Option) -> int:
        return self._problem.lots[option.sku] * MILLION

    def _lay_floors(self) -> None:
        """Lay every floor at its round, or at the next open round whose quota windows let it through."""
        in_window: dict[int, int] = {}
        standing = dict.fromkeys(self._tracks, 0)
        for at, at_round in enumerate(self._rounds):
            for index, track in self._tracks.items():
                lot = self._lot(track.option)
                size = MILLION if track.is_complete[at] else lot
                due = track.share[at] // size * size - standing[index]
                if due > 0 and self._problem.orders[track.option.order].is_open(at_round):
                    standing[index] += self._let_through(
                        track.option, due, at_round=at_round, size=size, in_window=in_window
                    )
                track.floors[at] = standing[index]

    def _let_through(
        self, option: Option, due: int, *, at_round: int, size: int, in_window: dict[int, int]
    ) -> int:
        """Return what of a floor the quotas of a round let through, in whole lots (units once complete)."""
        quotas = [one for one in self._quotas(option) if self._problem.resources[one].holds_in(at_round)]
        let = due
        for quota in quotas:
            left = (self._problem.resources[quota].limits[at_round] or 0) - in_window.get(quota, 0)
            if left < let:
                let = max(0, left) // size * size
        for quota in quotas:
            in_window[quota] = in_window.get(quota, 0) + let
        return let

    def _quotas(self, option: Option) -> Iterable[int]:
        return (one for one, _ in option.uses if self._problem.resources[one].window is not None)

    def _groups(self, at_round: int) -> list[list[_Track]]:
        """Return the tracks by tier in a round and SKU, tiers first, SKUs by id."""
        groups: dict[tuple[int, str], list[_Track]] = {}
        for track in self._tracks.values():
            tier = self._problem.orders[track.option.order].tiers.at(at_round)
            groups.setdefault((tier, track.option.sku), []).append(track)
        return [groups[key] for key in sorted(groups)]

    def _in_want(self, group: Sequence[_Track], at: int) -> list[_Track]:
        """Return the tracks whose share exceeds what they have shipped, largest excess first, ties canonical."""
        wanting = [
            track
            for track in group
            if track.share[at] > track.carried
            and self._problem.orders[track.option.order].is_open(self._rounds[at])
        ]
        return sorted(wanting, key=lambda track: self._rank(track, at))

    def _rank(self, track: _Track, at: int) -> tuple[int, int, int]:
        """Return the largest excess first, ties in the rule's order of orders and then of options."""
        return track.carried - track.share[at], self._problem.turns[track.option.order], track.option.index

    def _book(self, track: _Track, amounts: Sequence[int]) -> None:
        """Add amounts by place to what is used of each resource; a quota counts its own window only."""
        for resource, use in track.option.uses:
            used = self._used.setdefault(resource, [0] * len(self._rounds))
            window = self._window(resource)
            if window is None:
                for at, amount in enumerate(amounts):
                    used[at] += amount * use
            else:
                used[0] += _inside(amounts, window) * use

    def _window(self, resource: int) -> tuple[int, int] | None:
        """Return a quota's window in places among the stage rounds; None for other resources."""
        window = self._problem.resources[resource].window
        if window is None:
            return None
        return bisect_left(self._rounds, window[0]), bisect_left(self._rounds, window[1])

    def _try_extra(self, track: _Track, at: int) -> None:
        order = self._problem.orders[track.option.order]
        last = len(self._rounds) - 1
        others = sum(
            one.stands(last) * one.option.rate for one in self._of_order[order.index] if one is not track
        )
        extra = self._lot(track.option)
        if track.is_complete[at]:
            still_open = order.open - others - track.stands(last) * track.option.rate
            extra = min(extra, still_open // (track.option.rate * MILLION) * MILLION)
        if extra <= 0 or others + track.stands(last, extra) * track.option.rate > order.open:
            return
        changes = [0] * at + [
            track.stands(later, extra) - track.stands(later) for later in range(at, len(self._rounds))
        ]
        if self._holds(track.option, changes, at=at):
            self._book(track, changes)
            track.carried += extra

    def _holds(self, option: Option, changes: Sequence[int], *, at: int) -> bool:
        for resource, use in option.uses:
            used = self._used[resource]
            limits = self._problem.resources[resource].limits
            window = self._window(resource)
            if window is not None:
                limit = limits[self._rounds[at]]
                is_inside = window[0] <= at < window[1]
                if is_inside and limit is not None and used[0] + _inside(changes, window) * use > limit:
                    return False
                continue
            for later in range(at, len(self._rounds)):
                limit = limits[self._rounds[later]]
                if limit is not None and used[later] + changes[later] * use > limit:
                    return False
        return True


def _inside(amounts: Sequence[int], window: tuple[int, int]) -> int:
    """Return what cumulative amounts grow by inside a window of places."""
    first, end = window
    if first >= end:
        return 0
    return amounts[end - 1] - (amounts[first - 1] if first else 0)
