"""How much of an entity stands behind a person: paths over ties, and what they add up to.

An owner's tie weighs its share; every other tie weighs the whole. A path weighs the product of its steps, paths
add up, and nobody counts for more than the whole: who is tied to a person in full holds for that person once,
however many paths lead there.

Source: ``docs/concepts/governance.md``, "Paths and stakes".
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import pairwise

from apportion.govern.interests import MUTUAL, Graph, Reading, Span, Tie

WHOLE = Fraction(100)
_ONE, _NONE = Fraction(1), Fraction(0)
# Beyond so many steps walked for one stake it counts as not known: the number of paths has no bound.
MOST_STEPS = 5_000
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


@dataclass(frozen=True, slots=True)
class _Hold:
    """What one party holds of another under one reading."""

    holder: str
    share: Fraction
    is_full: bool


# Who holds of an entity, by its name.
_Holds = Callable[[str], tuple[_Hold, ...]]


class Ways:
    """The steps between parties over a span of days, and what can be found by walking them."""

    def __init__(self, graph: Graph, *, span: Span) -> None:
        """Keep who is tied to whom, in both directions where a tie is mutual."""
        self._span = span
        self._out: dict[str, dict[str, Step]] = defaultdict(dict)
        self._in: dict[str, dict[str, Step]] = defaultdict(dict)
        ties = graph.active(span, is_claimed=True)
        for step in _steps(ties):
            self._out[step.holder][step.entity] = step
            self._in[step.entity][step.holder] = step
        shares = [tie.share for tie in ties if tie.is_owner]
        has_range = any(one is not None and one.low != one.high for one in shares)
        has_claim = any(tie.is_claimed for tie in ties)
        # Readings that cannot differ are walked once.
        self._alike = {
            Reading.LOW: Reading.LOW if has_range else Reading.PLAIN,
            Reading.HIGH: Reading.HIGH if has_range else Reading.PLAIN,
            Reading.ASKED: Reading.ASKED if has_claim else Reading.PLAIN,
            Reading.PLAIN: Reading.PLAIN,
        }
        self._ends = (_NONE, WHOLE) if None in shares else (WHOLE,)
        self._holds: dict[tuple[str, Reading, Fraction], tuple[_Hold, ...]] = {}
        self._tied: dict[str, frozenset[str]] = {}

    def tied_to(self, entity: str) -> frozenset[str]:
        """Return everybody from whom a documented path leads to an entity, the entity among them."""
        if entity not in self._tied:
            self._tied[entity] = self._leading(entity, avoided=frozenset(), only_documented=True)
        return self._tied[entity]

    def core(self, person: str, *, avoided: frozenset[str], reading: Reading) -> frozenset[str]:
        """Return who is tied to a person in full, without a share on the way; the person first of all."""
        found, waiting = {person}, [person]
        while waiting:
            for entity, step in self._out[waiting.pop()].items():
                if entity not in found and entity not in avoided and step.is_full(reading):
                    found.add(entity)
                    waiting.append(entity)
        return frozenset(found)

    def amounts(self, person: str, *, target: str, forum: str) -> Mapping[Reading, Amount]:
        """Return the stake of a person in an entity under each reading, over paths that do not lead through the forum.

        Percent; the whole where the person is the entity.
        """
        if person == target:
            return dict.fromkeys(Reading, Amount(WHOLE, WHOLE))
        avoided = frozenset({forum} - {person})
        reached = self._reached(person, avoided=avoided)
        walked = {
            reading: self._amount(person, target=target, avoided=avoided, reached=reached, reading=reading)
            for reading in dict.fromkeys(self._alike.values())
        }
        return {reading: walked[self._alike[reading]] for reading in Reading}

    def amount(self, person: str, *, target: str, forum: str, reading: Reading) -> Amount:
        """Return the stake of a person in an entity under one reading, in percent, as `amounts` does."""
        return self.amounts(person, target=target, forum=forum)[reading]

    def _amount(
        self,
        person: str,
        *,
        target: str,
        avoided: frozenset[str],
        reached: frozenset[str],
        reading: Reading,
    ) -> Amount:
        core = self.core(person, avoided=avoided | {target}, reading=reading)
        ends = []
        for unknown in self._ends:
            holds = partial(self._holds_of, reading=reading, unknown=unknown)
            walk = _Walk(holds, core=core, reached=reached)
            ends.append(walk.held(target, avoided=avoided) * WHOLE)
            if walk.is_cut:
                return Amount(_NONE, WHOLE)
        return Amount(ends[0], ends[-1])

    def _holds_of(self, entity: str, *, reading: Reading, unknown: Fraction) -> tuple[_Hold, ...]:
        """Return who holds what of an entity under one reading."""
        key = entity, reading, unknown
        if key not in self._holds:
            self._holds[key] = tuple(
                _Hold(
                    holder,
                    step.share(reading, unknown=unknown, span=self._span),
                    step.is_full(reading),
                )
                for holder, step in self._in[entity].items()
            )
        return self._holds[key]

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
                elif len(waiting) < MOST_STEPS and entity in leading and entity not in nodes:
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

    def _reached(self, person: str, *, avoided: frozenset[str]) -> frozenset[str]:
        found, waiting = {person}, [person]
        while waiting:
            for entity in self._out[waiting.pop()]:
                if entity not in found and entity not in avoided:
                    found.add(entity)
                    waiting.append(entity)
        return frozenset(found)

    def _leading(
        self, target: str, *, avoided: frozenset[str], only_documented: bool = False
    ) -> frozenset[str]:
        found, waiting = {target}, [target]
        while waiting:
            for holder, step in self._in[waiting.pop()].items():
                is_apart = holder in avoided or (only_documented and step.is_claimed)
                if holder not in found and not is_apart:
                    found.add(holder)
                    waiting.append(holder)
        return frozenset(found)


class _Walk:
    """Adds up a stake from its entity backwards: everybody who holds counts for at most the whole."""

    def __init__(self, holds: _Holds, *, core: frozenset[str], reached: frozenset[str]) -> None:
        self._holds = holds
        self._core = core
        self._reached = reached
        self._left = MOST_STEPS

    @property
    def is_cut(self) -> bool:
        """Return whether there were too many steps to walk them all."""
        return self._left < 0

    def held(self, entity: str, *, avoided: frozenset[str]) -> Fraction:
        """Return the part of an entity that stands behind the person, 0 to 1."""
        total = _NONE
        for one in self._holds(entity):
            self._left -= 1 if len(avoided) < MOST_DEEP else self._left + 1
            if self.is_cut:
                break
            if one.holder in avoided or one.holder == entity or one.holder not in self._reached:
                continue
            if one.holder in self._core:
                # An office or control of the entity itself ties its holder and is no share.
                total += one.share
            elif weight := _ONE if one.is_full else one.share:
                total += weight * self.held(one.holder, avoided=avoided | {entity})
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
