"""Who is conflicted on a proposal, in whose forum, by which path, and who is left to decide.

    entities on the proposal × persons concerned → paths and stakes → standings → who is left on each side

In the forum of an entity a person is conflicted by a tie to *another* entity on the proposal; a tie to the entity
itself is none, and no path leads through it.

Source: ``docs/concepts/governance.md``, G1 to G3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from apportion.govern.interests import Graph, Reading, Span, Tie
from apportion.govern.packs import Pack
from apportion.govern.stakes import Amount, Path, Ways

# So many paths of one person to one entity are listed, the shortest first.
MOST_PATHS = 20
# The readings that speak of what is held; what is asked for never decides.
HELD = (Reading.LOW, Reading.PLAIN, Reading.HIGH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """What a person holds of another entity on the proposal, seen from the forum of one.

    Attributes:
        entity: The other entity.
        amounts: The stake under each reading, in percent.
        tied: The readings under which the person is tied to it without any share on the way.
        conflicts: The readings under which the person is conflicted by it.
        paths: The paths that lead there, the shortest first.
    """

    entity: str
    amounts: Mapping[Reading, Amount]
    tied: frozenset[Reading]
    conflicts: frozenset[Reading]
    paths: tuple[Path, ...]

    @property
    def is_owned(self) -> bool:
        """Return whether anything is owned under any reading, as far as is known."""
        return any(amount.most for amount in self.amounts.values())

    @property
    def is_known(self) -> bool:
        """Return whether every share on the way is known."""
        return all(amount.percent is not None for amount in self.amounts.values())

    @property
    def is_asked(self) -> bool:
        """Return whether something is claimed or asked for that is not documented."""
        return any(path.is_claimed for path in self.paths) or (
            self.amounts[Reading.ASKED] != self.amounts[Reading.PLAIN]
        )

    def matters_at(self, marks: Iterable[Fraction]) -> tuple[Fraction, ...]:
        """Return the marks that the stake reaches under one reading and not under another."""
        return tuple(mark for mark in marks if len({one.reaches(mark) for one in self.amounts.values()}) > 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a person stands in the forum of one entity.

    Attributes:
        person: The person, or a body that stands for persons.
        entity: The entity whose forum it is.
        is_member: Whether the person is a director of it on the last day.
        is_tied: Whether any tie or path leads to it, however little it weighs.
        is_conflicted: Whether any reading of what is held ties the person to another entity on the proposal.
        stakes: What the person holds of each other entity.
    """

    person: str
    entity: str
    is_member: bool
    is_tied: bool
    is_conflicted: bool
    stakes: tuple[Stake, ...]

    @property
    def paths(self) -> tuple[Path, ...]:
        """Return the paths to every other entity."""
        return tuple(path for stake in self.stakes for path in stake.paths)

    @property
    def conflicting(self) -> tuple[Stake, ...]:
        """Return the other entities by which the person is conflicted."""
        return tuple(stake for stake in self.stakes if stake.conflicts & set(HELD))

    def answer(self, reading: Reading) -> bool:
        """Return whether the person is conflicted under one reading."""
        return any(reading in stake.conflicts for stake in self.stakes)

    @property
    def depends_on_reading(self) -> bool:
        """Return whether another reading of the shares would give another answer."""
        return len({self.answer(reading) for reading in Reading}) > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """Who is left to decide for one entity.

    Attributes:
        entity: The entity.
        left: Its members without a conflict in its forum.
        conflicted: Its members with one.
    """

    entity: str
    left: tuple[str, ...]
    conflicted: tuple[str, ...]

    @property
    def is_known(self) -> bool:
        """Return whether any member is known; that none is known does not say that there is none."""
        return bool(self.left or self.conflicted)


def find_conflicts(
    graph: Graph, *, entities: Sequence[str], persons: Iterable[str], span: Span, pack: Pack
) -> tuple[Standing, ...]:
    """Return where each person stands in the forum of each entity, by person and entity.

    A tie that holds on any day of the span counts. An owner's stake conflicts at or above the pack's percentage
    under any reading of what is held; a share that is not known counts as at or above every mark.

    Args:
        graph: The interests.
        entities: The entities on the proposal.
        persons: Whom to look at.
        span: The days from the decision to its effect.
        pack: The rules.
    """
    ways = Ways(graph, span=span)
    return tuple(
        _standing(graph, ways, person=person, entity=entity, entities=entities, span=span, pack=pack)
        for person in sorted(set(persons))
        for entity in entities
    )


def persons_concerned(
    graph: Graph, *, entities: Iterable[str], span: Span, named: Iterable[str] = ()
) -> tuple[str, ...]:
    """Return the persons and bodies with a tie to an entity, direct or by a path, and those named, by name.

    Args:
        graph: The interests.
        entities: The entities on the proposal.
        span: The days.
        named: Who is looked at besides: who decided, and who acts.
    """
    ways = Ways(graph, span=span)
    tied = {party for one in entities for party in ways.tied_to(one) - {one} if graph.is_person(party)}
    return tuple(sorted(tied | {one for one in named if one}))


def conflicted_on(standings: Iterable[Standing]) -> frozenset[str]:
    """Return who is conflicted on the proposal as a whole: in the forum of an entity on whose side they stand.

    They stand on the side of an entity as its directors, or by a tie to it that would conflict elsewhere. Whoever
    is tied to one entity alone would be conflicted in the forum of every other; that bars nobody from deciding for
    the one, or no director could.
    """
    every = tuple(standings)
    on_side = {(one.person, one.entity) for one in every if one.is_member}
    on_side |= {(one.person, stake.entity) for one in every for stake in one.conflicting}
    return frozenset(one.person for one in every if one.is_conflicted and (one.person, one.entity) in on_side)


def sides_of(
    graph: Graph, standings: Iterable[Standing], *, entities: Iterable[str], span: Span
) -> tuple[Side, ...]:
    """Return who is left to decide for each entity: its directors on the last day without a conflict in its forum."""
    conflicted = {(one.person, one.entity) for one in standings if one.is_conflicted}
    sides = []
    for entity in entities:
        members = graph.members_of(entity, span.last)
        sides.append(
            Side(
                entity=entity,
                left=tuple(one for one in members if (one, entity) not in conflicted),
                conflicted=tuple(one for one in members if (one, entity) in conflicted),
            )
        )
    return tuple(sides)


def register(
    graph: Graph, *, persons: Iterable[str], span: Span, standings: Iterable[Standing]
) -> tuple[Tie, ...]:
    """Return the ties of the persons over a span, and those on their paths, in the order of the graph."""
    wanted = set(persons)
    on_paths = {tie for one in standings for path in one.paths for step in path.steps for tie in step.ties}
    active = graph.active(span, is_claimed=True)
    return tuple(tie for tie in active if tie in on_paths or tie.holder in wanted or (tie.entity in wanted))


def _standing(
    graph: Graph,
    ways: Ways,
    *,
    person: str,
    entity: str,
    entities: Iterable[str],
    span: Span,
    pack: Pack,
) -> Standing:
    stakes = tuple(
        _stake(ways, person=person, target=other, forum=entity, pack=pack)
        for other in entities
        if other != entity
    )
    directors = graph.members_of(entity, span.last)
    return Standing(
        person=person,
        entity=entity,
        is_member=person in directors,
        is_tied=person in ways.tied_to(entity),
        is_conflicted=any(stake.conflicts & set(HELD) for stake in stakes),
        stakes=stakes,
    )


def _stake(ways: Ways, *, person: str, target: str, forum: str, pack: Pack) -> Stake:
    avoided = frozenset({forum} - {person})
    amounts = ways.amounts(person, target=target, forum=forum)
    tied = frozenset(one for one in Reading if target in ways.core(person, avoided=avoided, reading=one))
    return Stake(
        entity=target,
        amounts=amounts,
        tied=tied,
        conflicts=tied | {one for one in Reading if _conflicts(amounts[one], pack=pack)},
        paths=tuple(
            path
            for path in ways.paths(person, target=target, forum=forum, most=MOST_PATHS)
            if any(weight.most for weight in path.weights.values())
        ),
    )


def _conflicts(amount: Amount, *, pack: Pack) -> bool:
    """Return whether a stake is at or above the mark; where nothing is owned, a mark of 0 is not reached."""
    return amount.most > 0 and amount.reaches(pack.interest_percent)
