"""How much of an entity stands behind a person: paths over ties, and what they add up to.

An owner's tie weighs its share; every other tie weighs the whole. A path weighs the product of its steps, paths
add up, and nobody counts for more than the whole: who is tied to a person in full holds for that person once,
however many paths lead there.

Source: ``docs/concepts/governance.md``, "Paths and stakes".
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from apportion.govern.interests import MUTUAL, Graph, Reading, Span, Tie

WHOLE = Fraction(100)
_ONE, _NONE = Fraction(1), Fraction(0)
# Beyond so many steps walked for one stake it counts as not known: the number of paths has no bound.
MOST_STEPS = 20_000
# The same for a path of more than so many steps over shares.
MOST_DEEP = 200


@dataclass(frozen=True, slots=True)
class Amount:
    """A stake in percent, between bounds where a share on the way is not known.

    Attributes:
        least: With every share that is not known at none.
        most: With every such share at the whole; this is what is compared, since what is not known is not nothing.
    """

    least: Fraction
    most: Fraction

    @property
    def percent(self) -> Fraction | None:
        """Return the stake; None where it is not known."""
        return self.most if self.least == self.most else None

    def reaches(self, mark: Fraction) -> bool:
        """Return whether it is at or above a mark, as far as is known."""
        return self.most >= mark


@dataclass(frozen=True, slots=True)
class Step:
    """All ties by which one party is tied to another.

    Attributes:
        holder: From whom.
        entity: To whom.
        ties: The ties, claimed ones among them.
    """

    holder: str
    entity: str
    ties: tuple[Tie, ...]

    def is_full(self, reading: Reading) -> bool:
        """Return whether a tie other than an owner's is among them."""
        return any(not tie.is_owner for tie in self._of(reading))

    def share(self, reading: Reading, *, unknown: Fraction, span: Span) -> Fraction:
        """Return the part of the whole that is owned; 0 where nothing is.

        Args:
            reading: Which value of each share.
            unknown: What a share that is not known counts as, in percent.
            span: The days; where holdings follow each other the largest one counts.
        """
        owned = [tie for tie in self._of(reading) if tie.is_owner]
        groups = (
            [tie for tie in owned if not tie.is_claimed and not tie.is_frozen],
            [tie for tie in owned if tie.is_frozen],
            *([tie] for tie in owned if tie.is_claimed),
        )
        # What is frozen or asked for speaks of the same shares as what is stated, so they do not add up.
        most = max(_held(group, reading=reading, unknown=unknown, span=span) for group in groups)
        return min(most, WHOLE) / WHOLE

    def weight(self, reading: Reading, *, unknown: Fraction, span: Span) -> Fraction:
        """Return what the step weighs on a path."""
        return _ONE if self.is_full(reading) else self.share(reading, unknown=unknown, span=span)

    def _of(self, reading: Reading) -> Iterator[Tie]:
        return (tie for tie in self.ties if reading is Reading.ASKED or not tie.is_claimed)

    @property
    def is_claimed(self) -> bool:
        """Return whether nothing but a claim ties the two."""
        return all(tie.is_claimed for tie in self.ties)


def _held(ties: Sequence[Tie], *, reading: Reading, unknown: Fraction, span: Span) -> Fraction:
    """Return the largest sum of shares on any day of a span, in percent."""
    days = {
        span.first,
        *(tie.from_on for tie in ties if tie.from_on and span.first < tie.from_on <= span.last),
    }

    def on(day: dt.date) -> Fraction:
        held = [tie for tie in ties if tie.is_claimed or tie.is_active(Span(day, day))]
        return sum((unknown if tie.share is None else tie.share.at(reading) for tie in held), _NONE)

    return max(on(day) for day in days)


@dataclass(frozen=True, slots=True)
class Path:
    """One way from a person to an entity; without a step where they are the same.

    Attributes:
        person: Whose path.
        target: Where it leads.
        steps: Its steps, from the person on.
        weights: What it weighs under each reading, in percent.
    """

    person: str
    target: str
    steps: tuple[Step, ...]
    weights: Mapping[Reading, Amount]

    @property
    def is_full(self) -> bool:
        """Return whether no step rests on a share alone."""
        return all(step.is_full(Reading.PLAIN) for step in self.steps)

    @property
    def is_claimed(self) -> bool:
        """Return whether a step is only claimed."""
        return any(step.is_claimed for step in self.steps)


class Ways:
    """The steps between parties over a span of days, and what can be found by walking them."""

    def __init__(self, graph: Graph, *, span: Span) -> None:
        """Keep who is tied to whom, in both directions where a tie is mutual."""
        self._span = span
        self._out: dict[str, dict[str, Step]] = defaultdict(dict)
        self._in: dict[str, dict[str, Step]] = defaultdict(dict)
        for step in _steps(graph.active(span, is_claimed=True)):
            self._out[step.holder][step.entity] = step
            self._in[step.entity][step.holder] = step

    def is_tied(self, person: str, entity: str) -> bool:
        """Return whether any documented path leads from a person to an entity."""
        return entity in self._reached(person, avoided=frozenset(), only_documented=True)

    def core(self, person: str, *, avoided: frozenset[str], reading: Reading) -> frozenset[str]:
        """Return who is tied to a person in full, without a share on the way; the person first of all."""
        found, waiting = {person}, [person]
        while waiting:
            for entity, step in self._out[waiting.pop()].items():
                if entity not in found and entity not in avoided and step.is_full(reading):
                    found.add(entity)
                    waiting.append(entity)
        return frozenset(found)

    def amount(self, person: str, *, target: str, forum: str, reading: Reading) -> Amount:
        """Return the stake of a person in an entity, in percent, over paths that do not lead through the forum."""
        avoided = frozenset({forum} - {person})
        core = self.core(person, avoided=avoided | {target}, reading=reading)
        reached = self._reached(person, avoided=avoided)
        ends = []
        for unknown in (_NONE, WHOLE):
            walk = _Walk(
                self._in, core=core, reached=reached, reading=reading, unknown=unknown, span=self._span
            )
            ends.append(walk.held(target, avoided=avoided) * WHOLE)
            if walk.is_cut:
                return Amount(_NONE, WHOLE)
        return Amount(*ends)

    def paths(self, person: str, *, target: str, forum: str, most: int) -> list[Path]:
        """Return the shortest paths, so many at the most, that lead from a person to an entity around the forum."""
        if person == target:
            return [Path(person, target, (), {one: Amount(WHOLE, WHOLE) for one in Reading})]
        avoided = frozenset({forum} - {person})
        leading = self._leading(target, avoided=avoided)
        found: list[Path] = []
        waiting: list[tuple[str, ...]] = [(person,)]
        for nodes in waiting:  # It grows while it is walked: the shorter ones come first.
            if len(found) >= most:
                break
            for entity in sorted(self._out[nodes[-1]]):
                if entity == target:
                    found.append(self._path((*nodes, entity)))
                elif entity in leading - avoided - set(nodes) and len(waiting) < MOST_STEPS:
                    waiting.append((*nodes, entity))
        return found[:most]

    def _path(self, nodes: tuple[str, ...]) -> Path:
        steps = tuple(self._out[one][two] for one, two in pairwise(nodes))
        weights = {one: self._weight(steps, reading=one) for one in Reading}
        return Path(nodes[0], nodes[-1], steps, weights)

    def _weight(self, steps: Iterable[Step], *, reading: Reading) -> Amount:
        least, most = WHOLE, WHOLE
        for step in steps:
            least *= step.weight(reading, unknown=_NONE, span=self._span)
            most *= step.weight(reading, unknown=WHOLE, span=self._span)
        return Amount(least, most)

    def _reached(
        self, person: str, *, avoided: frozenset[str], only_documented: bool = False
    ) -> frozenset[str]:
        found, waiting = {person}, [person]
        while waiting:
            for entity, step in self._out[waiting.pop()].items():
                if (
                    entity not in found
                    and entity not in avoided
                    and not (only_documented and step.is_claimed)
                ):
                    found.add(entity)
                    waiting.append(entity)
        return frozenset(found)

    def _leading(self, target: str, *, avoided: frozenset[str]) -> frozenset[str]:
        found, waiting = {target}, [target]
        while waiting:
            for holder in self._in[waiting.pop()]:
                if holder not in found and holder not in avoided:
                    found.add(holder)
                    waiting.append(holder)
        return frozenset(found)


class _Walk:
    """Adds up a stake from its entity backwards: everybody who holds counts for at most the whole."""

    def __init__(
        self,
        into: Mapping[str, Mapping[str, Step]],
        *,
        core: frozenset[str],
        reached: frozenset[str],
        reading: Reading,
        unknown: Fraction,
        span: Span,
    ) -> None:
        self._into = into
        self._core = core
        self._reached = reached
        self._reading = reading
        self._unknown = unknown
        self._span = span
        self._left = MOST_STEPS

    @property
    def is_cut(self) -> bool:
        """Return whether there were too many steps to walk them all."""
        return self._left < 0

    def held(self, entity: str, *, avoided: frozenset[str]) -> Fraction:
        """Return the part of an entity that stands behind the person, 0 to 1."""
        total = _NONE
        for holder, step in self._into.get(entity, {}).items():
            self._left -= 1 if len(avoided) < MOST_DEEP else self._left + 1
            if self.is_cut:
                break
            if holder in avoided or holder == entity or holder not in self._reached:
                continue
            if holder in self._core:
                # An office or control of the entity itself ties its holder and is no share.
                total += step.share(self._reading, unknown=self._unknown, span=self._span)
            else:
                weight = step.weight(self._reading, unknown=self._unknown, span=self._span)
                total += weight and weight * self.held(holder, avoided=avoided | {entity})
        return min(total, _ONE)


def _steps(ties: Iterable[Tie]) -> Iterator[Step]:
    between: dict[tuple[str, str], list[Tie]] = defaultdict(list)
    for tie in ties:
        between[tie.holder, tie.entity].append(tie)
        if tie.role in MUTUAL:
            between[tie.entity, tie.holder].append(tie)
    for (holder, entity), found in sorted(between.items()):
        if holder != entity:
            yield Step(holder, entity, tuple(found))
