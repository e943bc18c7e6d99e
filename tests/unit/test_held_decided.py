"""What is decided is carried out, what waits is not, and an edit of what was decided is put back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apportion.errors import Code
from apportion.govern.hold import Frozen
from apportion.model.policy import Policy, Rule
from apportion.model.proposal import Kind, Move, Proposal, Raise
from apportion.model.world import World
from tests.build import day, proven_plan
from tests.held import (
    BEFORE,
    TIED,
    allocations,
    edited,
    shipped,
    stood,
)

# Decisions.

SWAP = Proposal(
    id="swap",
    kind=Kind.SWAP,
    moves=(Move(lot="L1", to_orders=("X",), quantity=6), Move(lot="L2", to_orders=("T",), quantity=6)),
)


def by_order(world: World) -> dict[tuple[str, str], int]:
    return {(row[0], f"{row[4]:%d}"): int(row[5]) for row in allocations(world) if row[0] in {"T", "X"}}


def test_an_open_proposal_is_not_made_and_says_what_waits_for_it() -> None:
    standing = stood(BEFORE, waiting=(SWAP,))
    assert allocations(standing.world) == allocations(BEFORE)
    rows = standing.world.table("undecided").select("proposal", "lot", "order", "site", "quantity").rows()
    assert rows == [("swap", "L1", "X", "s", 6), ("swap", "L2", "T", "s", 6)]
    shortages = proven_plan(standing.world, Policy(rule=Rule.AS_BOOKED)).tables["shortages"]
    assert shortages.filter(reason="not-decided")["order"].to_list() == ["X"]


def test_a_refused_proposal_is_not_made_and_nothing_waits_for_it() -> None:
    standing = stood(BEFORE, refused=(SWAP,))
    assert standing.world.digest == BEFORE.digest


def test_an_applied_proposal_is_carried_out() -> None:
    standing = stood(BEFORE, applied=(SWAP,))
    assert by_order(standing.world) == {("T", "02"): 4, ("T", "05"): 6, ("X", "02"): 6, ("X", "05"): 4}
    assert (standing.findings, standing.attempts) == ((), ())


def test_files_that_show_an_applied_proposal_already_are_not_moved_twice() -> None:
    once = stood(BEFORE, applied=(SWAP,)).world
    for tied in (TIED, frozenset()):
        again = stood(once, applied=(SWAP,), conflicted_pairs=tied)
        assert again.world.digest == once.digest
        assert (again.findings, again.attempts) == ((), ())


def test_an_edit_after_a_decision_is_put_back_to_what_was_decided() -> None:
    standing = stood(edited("supply", "L1", reserved_for="X"), applied=(SWAP,))
    assert by_order(standing.world) == by_order(stood(BEFORE, applied=(SWAP,)).world)
    assert [one.changed.key for one in standing.held] == [("L1",)]


def test_proposals_are_carried_out_in_their_order() -> None:
    back = Proposal(id="back", kind=Kind.DIVERT, moves=(Move(lot="L1/X", to_orders=("T",), quantity=6),))
    assert stood(BEFORE, applied=(back, SWAP)).findings
    away = Proposal(id="away", kind=Kind.DIVERT, moves=(Move(lot="L2/T", to_orders=("X",), quantity=6),))
    # T has no room for what comes back while it keeps what it got.
    assert [one.code for one in stood(BEFORE, applied=(SWAP, back)).findings] == [Code.MOVE_ABOVE_ORDER]
    both = Proposal(id="both", kind=Kind.SWAP, moves=(*back.moves, *away.moves))
    standing = stood(BEFORE, applied=(SWAP, both))
    assert standing.findings == ()
    assert by_order(standing.world) == by_order(BEFORE)


def test_units_that_ship_as_decided_leave_their_part() -> None:
    standing = stood(shipped("L1", "X", quantity="6"), applied=(SWAP,))
    assert standing.findings == ()
    assert standing.world.table("shipments")["lot"].to_list() == ["L1/X"]
    assert by_order(standing.world) == {("T", "02"): 4, ("T", "05"): 6, ("X", "05"): 4}


def test_more_than_was_decided_may_not_ship() -> None:
    assert len(stood(shipped("L1", "X", quantity="7"), applied=(SWAP,)).findings) == 1


def test_an_applied_priority_holds_and_an_open_one_does_not() -> None:
    first = Proposal(
        id="p", kind=Kind.PRIORITY, raises=(Raise(party="x", tier=0, from_on=day("2024-01-01")),)
    )
    assert stood(BEFORE, waiting=(first,)).world.digest == BEFORE.digest
    standing = stood(BEFORE, applied=(first,))
    assert allocations(standing.world, rule=Rule.MAX_MIN) != allocations(BEFORE, rule=Rule.MAX_MIN)
    again = stood(edited("raises", "x", from_on="2024-01-01", tier="0"), applied=(first,))
    assert allocations(again.world, rule=Rule.MAX_MIN) == allocations(standing.world, rule=Rule.MAX_MIN)


@pytest.mark.parametrize(
    "world",
    [
        edited("supply", "L1", reserved_for="X"),
        edited("orders", "T", tier="2"),
        edited("raises", "x", from_on="2024-01-01", tier="0"),
        edited("quotas", "Q", at_most="1"),
        shipped("L1", "X"),
    ],
    ids=["lot", "order", "raise", "quota", "shipment"],
)
def test_what_a_decision_let_stand_stands(world: World) -> None:
    attempts = stood(world).attempts
    standing = stood(world, settled=frozenset(one.digest for one in attempts))
    assert standing.world.digest == world.digest
    assert (standing.findings, standing.attempts) == ((), ())


def test_an_attempt_is_the_same_attempt_wherever_its_row_stands() -> None:
    world = edited("supply", "L1", reserved_for="X")
    turned = replace(world, tables={**world.tables, "supply": world.tables["supply"].reverse()})
    first, second = stood(world).attempts, stood(turned).attempts
    assert [one.digest for one in first] == [one.digest for one in second]
    other = stood(edited("supply", "L2", reserved_for="T")).attempts
    assert first[0].digest != other[0].digest


def test_what_is_frozen_is_read_back_as_it_was_written() -> None:
    frozen = Frozen.from_world(BEFORE)
    assert Frozen.from_json(frozen.as_json()) == frozen
    assert Frozen.from_json(frozen.as_json()).digest == frozen.digest
    assert Frozen.from_world(edited("supply", "L1", quantity="11")).digest != frozen.digest
