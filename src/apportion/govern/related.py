"""Who ties two parties to each other: whoever would be conflicted in the forum of either by the other.

Source: ``docs/concepts/transfers.md``, "Related parties".
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from apportion.govern.conflicts import find_conflicts
from apportion.govern.interests import MUTUAL, Graph, Span
from apportion.govern.packs import Pack


class InterestTies:
    """The ties of a graph of interests, by the threshold of a pack."""

    def __init__(self, graph: Graph, *, pack: Pack) -> None:
        """Keep the graph; what was found once is kept as well, since many transfers are of the same two parties."""
        self._graph = graph
        self._pack = pack
        self._holders_of: dict[str, set[str]] = defaultdict(set)
        for tie in graph.ties:
            self._holders_of[tie.entity].add(tie.holder)
            if tie.role in MUTUAL:
                self._holders_of[tie.holder].add(tie.entity)
        self._behind: dict[str, frozenset[str]] = {}
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
        # Whoever is behind neither on any day ties nobody, so that a large register looks at few.
        persons = self._who_is_behind(one) & self._who_is_behind(other)
        if one == other or not persons:
            return ()
        standings = find_conflicts(
            self._graph, entities=(one, other), persons=persons, span=span, pack=self._pack
        )
        conflicted = {(found.person, found.entity) for found in standings if found.is_conflicted}
        return tuple(
            sorted(party for party in persons if (party, one) in conflicted and (party, other) in conflicted)
        )

    def _who_is_behind(self, entity: str) -> frozenset[str]:
        """Return the party itself and all from whom ties of any day lead to it."""
        if entity not in self._behind:
            found, waiting = {entity}, [entity]
            while waiting:
                for holder in self._holders_of.get(waiting.pop(), ()):
                    if holder not in found:
                        found.add(holder)
                        waiting.append(holder)
            self._behind[entity] = frozenset(found)
        return self._behind[entity]
