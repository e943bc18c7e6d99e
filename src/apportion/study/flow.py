"""The most that can flow through a network of whole capacities, demand after demand.

A demand that is pushed first keeps what it was given: those after it may only change by which way it flows. So the
amounts are the same by whatever way they go, and depend on the order of the demands alone.

Source: L. R. Ford and D. R. Fulkerson, *Maximal flow through a network*, 1956.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable

Node = Hashable


class Flow:
    """A network, and what flows through it.

    >>> flow = Flow()
    >>> flow.add("a", "one", most=9)
    >>> flow.add("a", "two", most=9)
    >>> flow.add("b", "one", most=9)
    >>> flow.add("one", "end", most=4)
    >>> flow.add("two", "end", most=3)
    >>> flow.push("a", "end", most=4), flow.push("b", "end", most=4), flow.push("a", "end", most=4)
    (4, 3, 0)
    """

    def __init__(self) -> None:
        self._left: dict[Node, dict[Node, int]] = {}

    def add(self, start: Node, end: Node, *, most: int) -> None:
        """Let as much more flow from one node to another."""
        ways = self._left.setdefault(start, {})
        ways[end] = ways.get(end, 0) + most
        self._left.setdefault(end, {}).setdefault(start, 0)

    def push(self, start: Node, end: Node, *, most: int) -> int:
        """Push at most so much from `start` to `end`, and return how much went."""
        pushed = 0
        while pushed < most:
            path = self._path(start, end)
            if not path:
                break
            step = min(most - pushed, *(self._left[one][other] for one, other in path))
            for one, other in path:
                self._left[one][other] -= step
                self._left[other][one] += step
            pushed += step
        return pushed

    def _path(self, start: Node, end: Node) -> list[tuple[Node, Node]]:
        """Return the shortest way on which more can flow, from its last arc to its first; none: empty."""
        came: dict[Node, Node] = {start: start}
        waiting = deque([start])
        while waiting:
            node = waiting.popleft()
            for other, left in self._left.get(node, {}).items():
                if left and other not in came:
                    came[other] = node
                    if other == end:
                        return _walked(came, start=start, end=end)
                    waiting.append(other)
        return []


def _walked(came: dict[Node, Node], *, start: Node, end: Node) -> list[tuple[Node, Node]]:
    path = []
    while end != start:
        path.append((came[end], end))
        end = came[end]
    return path
