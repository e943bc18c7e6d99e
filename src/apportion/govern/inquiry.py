"""One proposal looked at: who is on it, who is concerned, who is conflicted, and who is left to decide.

    world, proposal, pack → entities → persons → standings → sides; and the same as tables

Source: ``docs/concepts/governance.md``, G1 to G3.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import polars as pl

from apportion.engine.checks.interests import INTEREST_CHECKS, INTEREST_SUM_CHECKS
from apportion.errors import Finding, in_order
from apportion.govern.conflicts import (
    Side,
    Stake,
    Standing,
    conflicted_on,
    find_conflicts,
    persons_concerned,
    register,
    sides_of,
)
from apportion.govern.entities import effective_on, entities_on
from apportion.govern.interests import Graph, Span, Tie, read_graph
from apportion.govern.packs import Pack
from apportion.model.columns import DECIMALS
from apportion.model.columns import NUMBER as PERCENT
from apportion.model.proposal import Proposal
from apportion.model.world import View, World
from apportion.study.known import day_looked_from

_TEXT, _DAY, _IS, _COUNT = pl.String(), pl.Date(), pl.Boolean(), pl.Int64()
_STANDINGS = {
    "person": _TEXT,
    "forum": _TEXT,
    "is_member": _IS,
    "is_tied": _IS,
    "is_conflicted": _IS,
    "depends_on_reading": _IS,
    "conflicts_by": pl.List(_TEXT),
}
_STAKES = {
    "person": _TEXT,
    "forum": _TEXT,
    "entity": _TEXT,
    "reading": _TEXT,
    "least_percent": PERCENT,
    "most_percent": PERCENT,
    "mark_percent": PERCENT,
    "is_reached": _IS,
    "matters": _IS,
}
_TIE = {
    "holder": _TEXT,
    "entity": _TEXT,
    "role": _TEXT,
    "from_on": _DAY,
    "until_on": _DAY,
    "share_percent_low": PERCENT,
    "share_percent": PERCENT,
    "share_percent_high": PERCENT,
}
_SOURCE = {"basis": _TEXT, "evidence": pl.List(_TEXT), "file": _TEXT, "row": _COUNT}
_PATHS = {"person": _TEXT, "forum": _TEXT, "target": _TEXT, "path": _COUNT, "step": _COUNT, **_TIE, **_SOURCE}
_REGISTER = {**_TIE, "disclosed_on": _DAY, "is_disclosed": _IS, "days_to_disclosure": _COUNT, **_SOURCE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Conflicts:
    """Who is conflicted on a proposal, and who is left to decide.

    Attributes:
        world: The facts under a view.
        proposal: The proposal.
        pack: The rules.
        day: The day it is decided, or tested.
        span: The days tested: from that day to the one it takes effect; that day alone if it was chosen.
        looked_from: The day looked from; interests not disclosed by then are told as such.
        entities: Who gains or loses units by the proposal.
        persons: Whom it was looked at for.
        named: Who of them was named by whoever asked.
        graph: Every interest.
        standings: Where each person stands in the forum of each entity.
        sides: Who is left to decide for each entity.
        ties: The interests of the persons over the days tested.
        findings: What is wrong with the interests.
    """

    world: World
    proposal: Proposal
    pack: Pack
    day: dt.date
    span: Span
    looked_from: dt.date
    entities: tuple[str, ...]
    persons: tuple[str, ...]
    named: tuple[str, ...]
    graph: Graph
    standings: tuple[Standing, ...]
    sides: tuple[Side, ...]
    ties: tuple[Tie, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def conflicted(self) -> tuple[str, ...]:
        """Return who is conflicted in the forum of an entity on whose side they stand, by name."""
        return tuple(sorted(conflicted_on(self.standings)))

    def standing(self, person: str, entity: str) -> Standing:
        """Return where a person stands in the forum of an entity.

        Raises:
            KeyError: It was not looked at.
        """
        for one in self.standings:
            if (one.person, one.entity) == (person, entity):
                return one
        raise KeyError((person, entity))

    @property
    def standings_table(self) -> pl.DataFrame:
        """Return one row per person and forum."""
        rows = [
            (
                one.person,
                one.entity,
                one.is_member,
                one.is_tied,
                one.is_conflicted,
                one.depends_on_reading,
                [stake.entity for stake in one.conflicting],
            )
            for one in self.standings
        ]
        return pl.DataFrame(rows, schema=_STANDINGS, orient="row")

    @property
    def stakes(self) -> pl.DataFrame:
        """Return one row per stake, reading and mark of the pack, in percent."""
        rows = [
            (one.person, one.entity, *row)
            for one in self.standings
            for stake in one.stakes
            if stake.is_owned
            for row in _mark_rows(stake, marks=self.pack.marks_percent)
        ]
        return pl.DataFrame(rows, schema=_STAKES, orient="row")

    @property
    def paths(self) -> pl.DataFrame:
        """Return one row per tie on a path; step 0 where a person is the other entity itself."""
        rows = [row for one in self.standings for row in _path_rows(one)]
        return pl.DataFrame(rows, schema=_PATHS, orient="row")

    @property
    def register(self) -> pl.DataFrame:
        """Return one row per interest of the persons, with the days until it was disclosed."""
        rows = [
            (
                *_tie_cells(tie),
                tie.disclosed_on,
                tie.is_disclosed(self.looked_from),
                tie.days_to_disclosure(self.looked_from),
                *_source_cells(tie),
            )
            for tie in self.ties
        ]
        return pl.DataFrame(rows, schema=_REGISTER, orient="row")


def look_for_conflicts(
    world: World,
    proposal: Proposal,
    *,
    pack: Pack,
    on: dt.date | None = None,
    named: Sequence[str] = (),
) -> Conflicts:
    """Return who is conflicted on a proposal as far as the viewer of a world knows.

    Who is on the proposal is read from all facts: the view decides which interests are known, not who is asked
    about.

    Args:
        world: The facts under a view.
        proposal: The proposal.
        pack: The rules.
        on: The one day tested; None: from the day it was decided, or else looked from, to the day of its effect.
        named: Persons to look at besides those with a tie to an entity and the one who decided.

    Raises:
        FindingsError: The proposal has findings of error grade.
    """
    looked_from = day_looked_from(world)
    day = on or proposal.decided_on or looked_from
    facts = replace(world, view=View(case=world.view.case))
    span = Span.over(day, (None if on else effective_on(facts, proposal)) or day)
    graph = read_graph(world)
    entities = entities_on(facts, proposal)
    persons = persons_concerned(graph, entities=entities, span=span, named=[proposal.decided_by, *named])
    standings = find_conflicts(graph, entities=entities, persons=persons, span=span, pack=pack)
    return Conflicts(
        world=world,
        proposal=proposal,
        pack=pack,
        day=day,
        span=span,
        looked_from=looked_from,
        entities=entities,
        persons=persons,
        named=tuple(dict.fromkeys(named)),
        graph=graph,
        standings=standings,
        sides=sides_of(graph, standings, entities=entities, span=span),
        ties=register(graph, persons=persons, span=span, standings=standings),
        findings=tuple(
            in_order(
                finding for check in (*INTEREST_CHECKS, *INTEREST_SUM_CHECKS) for finding in check(world)
            )
        ),
    )


def _mark_rows(stake: Stake, *, marks: Iterable[Fraction]) -> Iterator[tuple[object, ...]]:
    matters = set(stake.matters_at(marks))
    for mark in marks:
        for reading, amount in stake.amounts.items():
            yield (
                stake.entity,
                str(reading),
                _exact(amount.least),
                _exact(amount.most),
                _exact(mark),
                amount.reaches(mark),
                mark in matters,
            )


def _path_rows(one: Standing) -> Iterator[tuple[object, ...]]:
    for stake in one.stakes:
        for number, path in enumerate(stake.paths, start=1):
            where = (one.person, one.entity, stake.entity, number)
            if not path.steps:
                yield (*where, 0, *(None for _ in (*_TIE, *_SOURCE)))
            for place, step in enumerate(path.steps, start=1):
                for tie in step.ties:
                    yield (*where, place, *_tie_cells(tie), *_source_cells(tie))


def _tie_cells(tie: Tie) -> tuple[object, ...]:
    share = tie.share
    shares = (None, None, None) if share is None else (share.low, share.plain, share.high)
    return (tie.holder, tie.entity, tie.role, tie.from_on, tie.until_on, *map(_exact, shares))


def _source_cells(tie: Tie) -> tuple[object, ...]:
    return tie.basis or None, list(tie.evidence), tie.file, tie.row


def _exact(value: Fraction | None) -> Decimal | None:
    """Return a percentage with the decimals that a table keeps."""
    if value is None:
        return None
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal(1).scaleb(-DECIMALS))
