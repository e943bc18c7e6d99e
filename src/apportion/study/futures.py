"""The futures of a proposal in one case: as booked, as proposed, as the policy would have it, and the best there is.

Source: ``docs/concepts/assessment.md``, "Four futures".
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from apportion.engine.planning import draft_plan
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.policy import Case, Policy, Rule
from apportion.model.proposal import Kind, Proposal, Raise
from apportion.model.room import Rooms, read_rooms
from apportion.model.world import World
from apportion.study.book import Book, Part, Send, booked_parts, parts_with
from apportion.study.bound import best_outcome
from apportion.study.elsewhere import Elsewhere, Placed, read_elsewhere, walk_everywhere
from apportion.study.entries import EntryMaker, read_entries
from apportion.study.measures import Tallies, tallies_of
from apportion.study.outcome import Outcome, entries_of, outcome_of
from apportion.study.stock import count_held_of_lots


class Future(enum.StrEnum):
    """What could be done with the lots of a scope."""

    BOOKED = "booked"  # Each lot to the order it is reserved for.
    PROPOSED = "proposed"  # As booked, with the moves; or the policy with the raise.
    POLICY = "policy"  # By the scenario's rule, never ahead of power.
    BEST = "best"  # The most live unit-days that any division could reach.


@dataclass(frozen=True, slots=True, kw_only=True)
class Studied:
    """One future in one case.

    Attributes:
        future: Which.
        case: The readiness of the sites.
        outcome: What ships and what runs, each unit where it was sent.
        tallies: The same by party, site and SKU.
        placed: What runs where, by the second reading.
    """

    future: Future
    case: Case
    outcome: Outcome
    tallies: Tallies
    placed: Sequence[Placed]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStudy:
    """All futures in one case, and the room they met.

    Attributes:
        case: The readiness of the sites.
        world: The facts of the scope.
        rooms: The room of the sites.
        elsewhere: Where units may go live by the second reading.
        futures: The futures.
    """

    case: Case
    world: World
    rooms: Rooms
    elsewhere: Elsewhere
    futures: Mapping[Future, Studied]


def study_case(
    world: World, *, book: Book, proposal: Proposal, sends: Sequence[Send], case: Case
) -> CaseStudy:
    """Return the futures of a scope in one case.

    Args:
        world: The facts of the scope.
        book: Its lots and orders.
        proposal: What is assessed.
        sends: Its moves, resolved.
        case: The readiness of the sites.
    """
    seen = world.case(case)
    rooms = read_rooms(seen)
    elsewhere = read_elsewhere(seen, rooms=rooms)
    maker = EntryMaker.of(seen, rooms=rooms)
    policy = fair_policy(seen)

    def sent(parts: Sequence[Part]) -> Outcome:
        entries = entries_of(parts, maker=maker)
        return outcome_of(seen, entries, rooms=rooms, held=count_held_of_lots)

    outcomes = {
        Future.BOOKED: sent(booked_parts(book)),
        Future.PROPOSED: (
            _planned(raised_world(seen, proposal.raises), policy, rooms=rooms)
            if proposal.kind is Kind.PRIORITY
            else sent(parts_with(book, sends=sends))
        ),
        Future.POLICY: _planned(seen, policy, rooms=rooms),
    }
    outcomes[Future.BEST] = best_outcome(seen, book=book, rooms=rooms, others=list(outcomes.values()))
    futures = {
        future: Studied(
            future=future,
            case=case,
            outcome=outcome,
            tallies=tallies_of(outcome),
            placed=walk_everywhere(outcome.entries, where=elsewhere, horizon=outcome.horizon),
        )
        for future, outcome in outcomes.items()
    }
    return CaseStudy(case=case, world=seen, rooms=rooms, elsewhere=elsewhere, futures=futures)


def fair_policy(world: World) -> Policy:
    """Return the scenario's policy with readiness on; where it is `as-booked`, max-min."""
    policy = replace(world.settings.policy, readiness=True)
    return replace(policy, rule=Rule.MAX_MIN) if policy.rule is Rule.AS_BOOKED else policy


def _planned(world: World, policy: Policy, *, rooms: Rooms) -> Outcome:
    draft = draft_plan(world, policy)
    return outcome_of(world, read_entries(world, draft.allocations, rooms=rooms), rooms=rooms)


def raised_world(world: World, raises: Sequence[Raise]) -> World:
    """Return the world with the tiers of a standing instruction among its facts."""
    contract = TABLES["raises"]
    known = world.table("raises")
    rows = [
        {
            "party": one.party,
            "tier": one.tier,
            "from_on": one.from_on,
            "until_on": one.until_on,
            ROW: 0,
            FILE: "",
        }
        for one in raises
    ]
    schema = {column.name: column.kind.dtype for column in contract.columns}
    added = pl.DataFrame(rows, schema={ROW: pl.UInt32(), FILE: pl.String(), **schema})
    return replace(
        world, tables={**world.tables, "raises": pl.concat([known, added], how="diagonal_relaxed")}
    )
