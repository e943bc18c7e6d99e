"""Who ties two parties to each other: whoever would be conflicted in the forum of either by the other.

Source: ``docs/concepts/transfers.md``, "Related parties".
"""

from __future__ import annotations

import datetime as dt

from apportion.govern.conflicts import find_conflicts
from apportion.govern.interests import Graph, Span
from apportion.govern.packs import Pack


class InterestTies:
    """The ties of a graph of interests, by the threshold of a pack."""

    def __init__(self, graph: Graph, *, pack: Pack) -> None:
        """Keep the graph; what was found once is kept as well, since many transfers are of the same two parties."""
        self._graph = graph
        self._pack = pack
        self._holders = {tie.holder for tie in graph.ties} | {tie.entity for tie in graph.ties}
        self._found: dict[tuple[str, str, Span], tuple[str, ...]] = {}

    def tying(self, one: str, other: str, *, first: dt.date, last: dt.date) -> tuple[str, ...]:
        """Return who is tied to both, one of the two itself among them, on any day from first to last.

        A share counts from the pack's percentage on, one that is not known always; paths that lead to the one
        through the other do not count.
        """
        wanted = (one, other, Span(first, last))
        if wanted not in self._found:
            self._found[wanted] = self._find(one, other, span=wanted[2])
        return self._found[wanted]

    def _find(self, one: str, other: str, *, span: Span) -> tuple[str, ...]:
        if one == other or not {one, other} <= self._holders:
            return ()
        standings = find_conflicts(
            self._graph, entities=(one, other), persons=self._holders, span=span, pack=self._pack
        )
        conflicted = {(found.person, found.entity) for found in standings if found.is_conflicted}
        return tuple(
            sorted(
                party
                for party in self._holders
                if (party, one) in conflicted and (party, other) in conflicted
            )
        )
