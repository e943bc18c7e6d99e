"""The facts that an act of a decision is compared with, made from the present files: digests, interests, what is lost.

Cheap for every act (digests and who is conflicted); the assessment and the policy's own plan only where something is
analysed.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from apportion.commands.assessments import assessment_as_json
from apportion.commands.decision_log import Known, held_by
from apportion.commands.permits import internal
from apportion.commands.plans import make_plan
from apportion.commands.results import keep_with_decision
from apportion.digest import digest, digest_lines
from apportion.errors import FindingsError
from apportion.govern.conflicts import (
    Standing,
    conflicted_on,
    find_conflicts,
    persons_concerned,
    register,
)
from apportion.govern.entities import effective_on, entities_on, entity_of
from apportion.govern.events import Plain
from apportion.govern.facts import Analysis, Dealing, Facts, Loser, Obligation, Seat, Value, plain
from apportion.govern.frozen import FROZEN_TABLES, Frozen
from apportion.govern.hold import stand
from apportion.govern.interests import DIRECTOR, Graph, Span, read_graph, union
from apportion.govern.packs import Pack
from apportion.govern.proposal_worth import value_at_stake
from apportion.govern.state import Case
from apportion.govern.transfers import read_transfers
from apportion.govern.worth import Worth
from apportion.model.canonical import row_lines
from apportion.model.parsing import FILE, ROW
from apportion.model.proposal import Kind, Proposal
from apportion.model.world import View, World
from apportion.study.assess import Assessment, assess
from apportion.study.futures import Future
from apportion.study.moved import STOCK

__all__ = ["MATERIAL", "Scene", "analysis_of", "facts_of", "look_at", "material_digest"]

# The tables that a decision rests on: what is said of the world, and not what was said about it.
MATERIAL = (*FROZEN_TABLES, "programmes", "rentals", "interests", "transfers")
_COMPUTE = "compute"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The present world as a proposal meets it: with what else was applied, and without the proposal itself.

    Attributes:
        world: The facts.
        proposal: The proposal as its file says it now; None: no file says it.
        graph: The interests, those that an earlier analysis froze among them.
        entities: The parties that gain or lose.
        span: The days from the decision to its effect.
        standings: Where everybody concerned stands in each forum.
    """

    world: World
    proposal: Proposal | None
    graph: Graph
    entities: tuple[str, ...]
    span: Span
    standings: tuple[Standing, ...]

    @property
    def conflicted(self) -> frozenset[str]:
        """Return who is conflicted on the proposal."""
        return conflicted_on(self.standings)


@internal
def material_digest(world: World) -> str:
    """Return the digest of the settings and of the tables that a decision rests on.

    Of each row only the cells that are filled count: a booking that was put back leaves columns with nothing in them.
    """
    settings = replace(world, tables={}, view=View()).digest
    lines = [
        line
        for name in MATERIAL
        if name in world.tables
        for line in row_lines(world.tables[name].drop(ROW, FILE), table=name)
    ]
    return digest_lines([settings, *lines])


@internal
def look_at(
    world: World,
    known: Known,
    *,
    proposal: Proposal | None,
    case: Case | None,
    pack: Pack,
    by: str,
    today: dt.date,
) -> Scene:
    """Return the present world as a proposal meets it.

    Args:
        world: The facts of the files.
        known: The log of the scenario.
        proposal: The proposal as its file says it now.
        case: Its life so far; None: it is new.
        pack: What it is decided under.
        by: Who acts.
        today: The day.
    """
    name = case.proposal if case is not None else "" if proposal is None else proposal.id
    base = (
        world
        if known.is_empty
        else stand(world, replace(held_by(known, world=world, but=name), open=())).world
    )
    graph = union(read_graph(base), known.state.ties)
    entities, takes_effect = _entities(base, proposal, case=case), _effective_on(base, proposal, case=case)
    decided_on = None if proposal is None else proposal.decided_on
    # Whoever is tied while it is decided is tied, whenever the file says that it was decided.
    span = Span.over(today, decided_on or today, takes_effect or today)
    decided_by = "" if proposal is None else proposal.decided_by
    persons = persons_concerned(graph, entities=entities, span=span, named=(decided_by, by))
    standings = find_conflicts(graph, entities=entities, persons=persons, span=span, pack=pack)
    return Scene(
        world=base, proposal=proposal, graph=graph, entities=entities, span=span, standings=standings
    )


@internal
def facts_of(scene: Scene, *, known: Known, files: World) -> Facts:
    """Return what an act is compared with; of the first act of a log also what everybody has booked."""
    return Facts(
        material=material_digest(scene.world),
        proposal="" if scene.proposal is None else scene.proposal.digest,
        conflicted=scene.conflicted,
        bookings=_plain_map(Frozen.from_world(files).as_json()) if known.is_empty else {},
    )


def _entities(world: World, proposal: Proposal | None, *, case: Case | None) -> tuple[str, ...]:
    """Return the parties that gain or lose; where the moves do not fit the files any more, as they were frozen."""
    frozen = () if case is None or case.frozen is None else tuple(one.id for one in case.frozen.entities)
    if proposal is None:
        return frozen
    try:
        return entities_on(world, proposal)
    except FindingsError:
        if case is None:
            raise
        return frozen


def _effective_on(world: World, proposal: Proposal | None, *, case: Case | None) -> dt.date | None:
    """Return the first day on which the proposal changes anything; None: nothing says one."""
    if proposal is None:
        return None if case is None or case.frozen is None else case.frozen.effective_on
    return effective_on(world, proposal)


@internal
def analysis_of(scene: Scene, *, pack: Pack, today: dt.date) -> Analysis:
    """Return what the present facts show of a proposal, the policy's own result among it.

    Raises:
        FindingsError: The proposal cannot be carried out as it stands; all that is wrong is in ``findings``.
    """
    proposal = scene.proposal
    if proposal is None:
        raise ValueError("Nothing is analysed that no file says.")
    found, policy_result = assess(scene.world, proposal), make_plan(scene.world)
    told = assessment_as_json(found)
    keep_with_decision(policy_result, told, world=scene.world)
    takes_effect = effective_on(scene.world, proposal) or today
    value = _value(value_at_stake(found))
    dealings = tuple(_dealings(found, value=value, on=takes_effect))
    return Analysis(
        material=material_digest(scene.world),
        proposal=proposal.digest,
        policy_result=policy_result.digest,
        assessment=digest(told),
        effective_on=takes_effect,
        decided_by=proposal.decided_by or None,
        entities=tuple(
            entity_of(scene.world, party, graph=scene.graph, span=scene.span) for party in scene.entities
        ),
        seats=tuple(_seats(scene)),
        ties=tuple(_ties(scene)),
        conflicted=scene.conflicted,
        standings=tuple(_standing_row(one) for one in scene.standings if one.stakes),
        in_line=_in_line(scene, found),
        dealings=dealings,
        earlier=tuple(_earlier(scene.world, dealings, pack=pack)),
        value=value,
        losers=tuple(_losers(found)),
        obligations=tuple(_obligations(found)),
    )


def _value(worth: Worth) -> Value | None:
    if worth.low is None or worth.plain is None or worth.high is None:
        return None
    return Value(low=worth.low, plain=worth.plain, high=worth.high)


def _dealings(found: Assessment, *, value: Value | None, on: dt.date) -> Iterator[Dealing]:
    """Yield what passes between two parties, the value at stake split between them by units."""
    units = {key: count for key, count in found.moved.units.items() if key[0] not in {STOCK, key[1]}}
    whole = sum(units.values())
    for (giver, taker, sku), count in sorted(units.items()):
        part = Fraction(count, whole)
        share = (
            None
            if value is None
            else Value(low=value.low * part, plain=value.plain * part, high=value.high * part)
        )
        yield Dealing(giver=giver, taker=taker, sku=sku, units=count, value=share, on=on)


class _Unasked:
    """Nobody ties two parties: what moved between them adds up whoever does."""

    def tying(self, one: str, other: str, *, first: dt.date, last: dt.date) -> tuple[str, ...]:
        """Return nobody."""
        del one, other, first, last
        return ()


def _earlier(world: World, dealings: Iterable[Dealing], *, pack: Pack) -> Iterator[Dealing]:
    """Yield what compute passed between the same parties before; of a SKU that is not said, as of any (G5)."""
    skus: dict[frozenset[str], set[str]] = {}
    for one in dealings:
        skus.setdefault(frozenset({one.giver, one.taker}), set()).add(one.sku)
    for moved in read_transfers(world, ties=_Unasked(), pack=pack):
        for sku in sorted(skus.get(frozenset({moved.giver, moved.receiver}), ())):
            if moved.kind == _COMPUTE and moved.sku in {"", sku}:
                yield Dealing(
                    giver=moved.giver,
                    taker=moved.receiver,
                    sku=sku,
                    units=max(1, math.ceil(moved.quantity or 0)),
                    value=_value(moved.worth),
                    on=moved.on,
                )


def _seats(scene: Scene) -> Iterator[Seat]:
    for tie in scene.graph.ties:
        # A tie of old still conflicts; a seat that the files end is given up all the same.
        if tie.role == DIRECTOR and tie.entity in scene.entities and not (tie.is_claimed or tie.is_frozen):
            yield Seat(entity=tie.entity, person=tie.holder, from_on=tie.from_on, until_on=tie.until_on)


def _ties(scene: Scene) -> Iterator[Mapping[str, Plain]]:
    """Yield every tie that counted, with the day on which it was last seen to hold."""
    persons = {one.person for one in scene.standings}
    seen_on = scene.span.last.isoformat()
    for tie in register(scene.graph, persons=persons, span=scene.span, standings=scene.standings):
        yield {**_plain_map(tie.as_json()), "seen_on": seen_on}


def _standing_row(standing: Standing) -> Mapping[str, Plain]:
    """Return a standing as plain values: who, in whose forum, conflicted by what and by which paths."""
    paths: list[Plain] = [
        [
            {
                "holder": step.holder,
                "entity": step.entity,
                "roles": plain(frozenset(tie.role for tie in step.ties)),
            }
            for step in path.steps
        ]
        for stake in standing.conflicting
        for path in stake.paths
    ]
    return {
        "person": standing.person,
        "entity": standing.entity,
        "is_member": standing.is_member,
        "is_tied": standing.is_tied,
        "is_conflicted": standing.is_conflicted,
        "depends_on_reading": standing.depends_on_reading,
        "conflicted_by": plain(frozenset(stake.entity for stake in standing.conflicting)),
        "paths": paths,
    }


def _in_line(scene: Scene, found: Assessment) -> frozenset[str]:
    """Return the parties that wait for the same units, and everybody tied to them (G26)."""
    pools = dict(scene.world.table("skus").select("sku", "pool").iter_rows())
    drawn = {pools.get(lot.sku) or lot.sku for lot in found.book.lots.values()}
    waiting: set[str] = set()
    for line in scene.world.table("orders").iter_rows(named=True):
        skus = [one.partition(":")[0] for one in line["skus"]]
        if line["status"] == "open" and any((pools.get(sku) or sku) in drawn for sku in skus):
            waiting.add(line["customer"])
    return frozenset(waiting) | frozenset(persons_concerned(scene.graph, entities=waiting, span=scene.span))


def _losers(found: Assessment) -> Iterator[Loser]:
    """Yield the parties that get fewer units, or the same later on the whole (G27)."""
    for party in found.parties:
        before = _measure(found, found.baseline, name="units", party=party)
        after = _measure(found, Future.PROPOSED, name="units", party=party)
        later = _measure(found, Future.PROPOSED, name="shifted_gpu_days", party=party)
        if after >= before and later <= 0:
            continue
        delay = found.value(Future.PROPOSED, "delay_days_mean", party=party)
        given = sum(
            units for (giver, taker, _), units in found.moved.units.items() if giver == party != taker
        )
        yield Loser(
            party=party,
            units=given or math.ceil(before - after if before > after else before),
            delay_days=math.ceil(delay) if isinstance(delay, Fraction) and delay > 0 else None,
            quota_units=math.floor(after),
        )


def _measure(found: Assessment, future: Future, *, name: str, party: str) -> Fraction:
    value = found.value(future, name, party=party)
    return value if isinstance(value, Fraction) else Fraction(0)


def _obligations(found: Assessment) -> Iterator[Obligation]:
    """Yield what a swap gives back: the units that whoever received first sends the other later (G19)."""
    if found.proposal.kind is not Kind.SWAP:
        return
    book, passing = found.book, []
    for send in found.sends:
        lot = book.lots[send.lot]
        giver = book.lines.get(lot.reserved_for)
        if giver is not None:
            passing.append((lot, giver.customer, book.lines[send.order].customer, send))
    first: dict[tuple[str, str], int] = {}
    for lot, giving, taking, _ in passing:
        first[giving, taking] = min(lot.arrives, first.get((giving, taking), lot.arrives))
    for lot, giving, taking, send in passing:
        received = first.get((taking, giving))
        if giving != taking and received is not None and received < first[giving, taking]:
            yield Obligation(
                id=f"{send.lot}:{send.order}",
                debtor=giving,
                creditor=taking,
                sku=lot.sku,
                units=send.units,
                due_on=dt.date.fromordinal(lot.arrives),
                lot=send.lot,
            )


def _plain_map(values: Mapping[str, object]) -> dict[str, Plain]:
    return {name: plain(value) for name, value in values.items()}
