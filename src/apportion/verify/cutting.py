"""Cut orders: those that could not reach their least shipment.

Always: each has a least shipment, receives no more than it keeps, and nothing of any order is left waiting.
Where every stage can be solved again (see `routing`), the whole plan is made again, cut by cut, from nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from apportion.model.plan import CutOrder
from apportion.verify.facts import Facts, Order
from apportion.verify.figures import AMOUNT, ordered_units, scaled
from apportion.verify.reading import Movement
from apportion.verify.reasons import FilledBy, filled_by
from apportion.verify.refusal import Refusal, shown
from apportion.verify.replay import replay
from apportion.verify.routing import STAGES, solve_stage
from apportion.verify.simplex import Budget
from apportion.verify.waiting import Shipping, least_shipment, ship_waiting

CUT_ORDERS = "cut-orders"


def read_cut_orders(facts: Facts, cut_orders: Sequence[CutOrder]) -> tuple[dict[str, int], list[Refusal]]:
    """Return what each cut order keeps, in 10**-18 ordered units, and the cut orders that are none."""
    kept: dict[str, int] = {}
    refusals = []
    for one in cut_orders:
        told = _wrong(facts, one, kept=kept)
        if told:
            refusals.append(
                Refusal(rule=CUT_ORDERS, order=one.order, sentence=f"Cut order {one.order} {told}.")
            )
        else:
            kept[one.order] = scaled(one.kept, AMOUNT) or 0
    return kept, refusals


def _wrong(facts: Facts, one: CutOrder, *, kept: Mapping[str, int]) -> str:
    order = facts.orders.get(one.order)
    if order is None or not order.is_planned or not order.min_ship:
        return "is no planned order with a least shipment"
    if one.order in kept:
        return "stands twice"
    keeps = scaled(one.kept, AMOUNT)
    if keeps is None or not 0 <= keeps < order.open_amount or 0 < keeps < least_shipment(order):
        return f"keeps {shown(one.kept)}, which it cannot have shipped"
    days = [day for day, _ in one.first_share]
    shares = [scaled(share, AMOUNT) for _, share in one.first_share]
    whole = [share for share in shares if share is not None]
    if days != sorted(set(days)) or not set(days) <= set(facts.calendar.rounds):
        return "has a first share on days that are no rounds in their order"
    if (
        len(whole) < len(shares)
        or whole != sorted(whole)
        or any(not 0 <= share <= order.open_amount for share in whole)
    ):
        return "has a first share that is not cumulative ordered units"
    return ""


def share_in_first_plan(facts: Facts, cut_orders: Sequence[CutOrder], *, shares: FilledBy) -> FilledBy:
    """Return the exact share of an order up to a round; of a cut one, in the plan it was first cut from."""
    first = {
        one.order: [
            (facts.calendar.first_round(day), scaled(share, AMOUNT) or 0) for day, share in one.first_share
        ]
        for one in cut_orders
    }

    def by(order: Order, at: int) -> int:
        if order.name not in first:
            return shares(order, at)
        return max((share for shared_at, share in first[order.name] if shared_at <= at), default=0)

    return by


def check_waiting(shipping: Shipping, *, kept: Mapping[str, int]) -> Iterator[Refusal]:
    """Yield the orders whose shares never ship in whole: they should have been cut."""
    for order in shipping.left_waiting:
        keeps = ordered_units(kept.get(order.name, order.open_amount))
        sentence = (
            f"Order {order.name}, which may receive {shown(keeps)} ordered units, has shares that never "
            "reach its least shipment, and was not cut to what ships."
        )
        yield Refusal(rule="min-ship", order=order.name, sentence=sentence)


@dataclass(frozen=True, kw_only=True)
class Again:
    """The cuts of a plan made again from nothing.

    Attributes:
        kept: What each cut order keeps.
        first: Its share up to each round in the plan it was first cut from.
    """

    kept: Mapping[str, int]
    first: Mapping[str, FilledBy]


def make_again(facts: Facts, *, budget: Budget) -> Again | None:
    """Return the cuts of the plan made again; None where some stage is too large or the budget spent.

    Source: "cut to what it shipped (a second time, to nothing), the last in canonical order first, one at a
    time, and the plan made again until none is left".
    """
    kept: dict[str, int] = {}
    first: dict[str, FilledBy] = {}
    while True:
        shares = _shares_again(facts, kept=kept, budget=budget)
        if shares is None:
            return None
        shipping = ship_waiting(facts, shares, kept=kept)
        if not shipping.left_waiting:
            return Again(kept=kept, first=first)
        order = shipping.left_waiting[-1]
        if order.name in first:
            kept[order.name] = 0
        else:
            first[order.name] = filled_by(shares)
            kept[order.name] = filled_by(shipping.shipped)(order, len(facts.calendar))


def _shares_again(facts: Facts, *, kept: Mapping[str, int], budget: Budget) -> list[Movement] | None:
    shares: list[Movement] = []
    moved: list[Movement] = []
    for number, stage in enumerate(replay(facts, (), kept=kept, moved=moved)):
        solved = solve_stage(stage, budget=budget)
        if not solved.is_whole or number >= STAGES:
            return None
        # The replay books what it finds here before it goes on.
        moved[:] = [
            Movement(order=facts.orders[name], place=place, at=stage.at, units=units)
            for (name, place), units in solved.units.items()
            if units
        ]
        shares += moved
    return shares


def check_again(facts: Facts, cut_orders: Sequence[CutOrder], *, again: Again) -> Iterator[Refusal]:
    """Yield the cut orders that differ from those of the plan made again."""
    stated = {one.order: one for one in cut_orders}
    none = share_in_first_plan(facts, cut_orders, shares=lambda _order, _at: 0)
    for name in sorted(set(stated) | set(again.kept)):
        order = facts.orders[name]
        if name not in stated:
            told = "is missing among the cut orders"
        elif name not in again.kept:
            told = "was not to be cut"
        elif scaled(stated[name].kept, AMOUNT) != again.kept[name]:
            told = f"keeps {shown(ordered_units(again.kept[name]))}, not what is stated"
        elif any(none(order, at) != again.first[name](order, at) for at in range(len(facts.calendar))):
            told = "had another share in the plan it was first cut from"
        else:
            continue
        yield Refusal(rule=CUT_ORDERS, order=name, sentence=f"Order {name} {told}: the plan was made again.")
