"""Which entities a proposal is about, and what kind of side each is: the parties that gain or lose units by it.

Source: ``docs/concepts/governance.md``, "Who is on a proposal"; G12.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from apportion.errors import FindingsError, has_errors
from apportion.govern.facts import Entity
from apportion.govern.interests import OWNER, Graph, Span
from apportion.model.proposal import Kind, Proposal
from apportion.model.world import World
from apportion.study.book import Book, read_book
from apportion.study.moves import resolve_moves

_WHOLE = Fraction(100)


def entities_on(world: World, proposal: Proposal) -> tuple[str, ...]:
    """Return the parties that gain or lose units by a proposal, by name.

    Of a swap or diversion: the customers of the orders that receive, and of those the moved lots are reserved for.
    Of a priority: the parties that are raised, and every customer with an open order for a SKU of a pool that
    these draw from.

    Raises:
        FindingsError: The proposal has findings of error grade in this world.
    """
    book = read_book(world)
    sends, findings = resolve_moves(world, proposal, book=book)
    if has_errors(findings):
        raise FindingsError(findings)
    if proposal.kind is Kind.PRIORITY:
        return tuple(sorted(set(_of_raises(world, proposal, book=book))))
    receiving = [book.lines[send.order].customer for send in sends]
    booked = [book.lots[send.lot].reserved_for for send in sends]
    losing = [book.lines[order].customer for order in booked if order in book.lines]
    return tuple(sorted({*receiving, *losing}))


def _of_raises(world: World, proposal: Proposal, *, book: Book) -> Iterator[str]:
    pools = dict(world.table("skus").select("sku", "pool").iter_rows())
    raised = {one.party for one in proposal.raises}
    open_lines = [line for line in book.lines.values() if line.open > 0]
    drawn = {pools.get(sku) or sku for line in open_lines if line.customer in raised for sku in line.rates}
    yield from raised
    for line in open_lines:
        if any((pools.get(sku) or sku) in drawn for sku in line.rates):
            yield line.customer


def effective_on(world: World, proposal: Proposal) -> dt.date | None:
    """Return the first day on which a proposal changes anything; None: nothing says one.

    Of moves the first arrival among their lots, of raises the first day of any.
    """
    if proposal.kind is Kind.PRIORITY:
        return min((one.from_on for one in proposal.raises), default=None)
    arrives = dict(world.table("supply").select("lot", "arrives_on").iter_rows())
    return min((arrives[move.lot] for move in proposal.moves if move.lot in arrives), default=None)


def entity_of(world: World, party: str, *, graph: Graph, span: Span) -> Entity:
    """Return a party as a side: it has owners from outside unless one holder is known to own all of it (G12).

    What is not known is no such knowledge: without a share, or with another owner beside, others may own a part.

    Args:
        world: The facts; they say whether the party is listed.
        party: The party.
        graph: The interests.
        span: The days; an owner of any of them counts.
    """
    listed = dict(world.table("parties").select("party", "listed").iter_rows())
    is_listed = listed.get(party) == "yes"
    owners = [tie for tie in graph.active(span) if tie.role == OWNER and tie.entity == party]
    is_whole = any(tie.share is not None and tie.share.low >= _WHOLE for tie in owners)
    has_one = len({tie.holder for tie in owners}) == 1 and is_whole
    return Entity(id=party, is_listed=is_listed, has_outside_owners=is_listed or not has_one)
