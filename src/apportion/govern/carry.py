"""A proposal carried out: its moves as bookings, its raises as standing instructions.

Source: ``docs/concepts/held.md``, H3 and H4; ``docs/concepts/assessment.md``, S1 to S4.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from apportion.errors import FindingsError, has_errors
from apportion.govern.frozen import Frozen
from apportion.govern.lots import Lots, Piece
from apportion.model.contracts import TABLES
from apportion.model.plan import MILLION
from apportion.model.proposal import Kind, Proposal
from apportion.model.world import View, World
from apportion.study.book import Book, Part, Send, booked_parts, parts_with, read_book
from apportion.study.futures import raised_world
from apportion.study.moves import resolve_moves


def carried_out(world: World, proposal: Proposal) -> World:
    """Return the world in which a proposal has been carried out, so that as booked it is the future `proposed`.

    Where an order keeps less than a whole unit of a lot beside what is moved to it, that part stays in stock.

    Raises:
        FindingsError: It cannot be: what `resolve_moves` finds.
    """
    seen = replace(world, view=View())
    book = read_book(seen)
    sends, findings = resolve_moves(seen, proposal, book=book)
    if has_errors(findings):
        raise FindingsError(findings)
    if proposal.kind is Kind.PRIORITY:
        return replace(raised_world(seen, proposal.raises), view=world.view)
    lots = Lots(seen)
    pieces: dict[str, list[Piece]] = defaultdict(list)
    for send in sends:
        pieces[send.lot].append(Piece(order=send.order, site=send.site, units=send.units))
    for lot, given in pieces.items():
        lots.split(lot, given)
    made = lots.into(seen)
    parts = parts_with(book, sends=sends)
    if _units(parts) != _units(booked_parts(read_book(made))):
        for lot, units in _without_room(book, sends, parts=parts):
            lots.split(lot, [Piece(order="", site="", units=units)])
        made = lots.into(seen)
    return replace(made, view=world.view)


def joined(world: World, *, frozen: Frozen, applied: Iterable[Proposal]) -> World:
    """Return the world with the lots of applied proposals whole again, where the files state their parts.

    Files written from a world in which a proposal had been carried out hold its parts as lots; carried out once more
    it would move units twice. A lot is joined if its parts have all the units it had when it was frozen.
    """
    if "supply" not in world.tables:
        return world
    lots, named = Lots(world), {move.lot for proposal in applied for move in proposal.moves}
    before = frozen.by_key("supply")
    is_joined = False
    for name in sorted(named):
        was, row = before.get((name,)), lots.rows.get((name,))
        parts = [key for key in lots.rows if str(key[0]).startswith(f"{name}/") and key not in before]
        if was is None or row is None or not parts:
            continue
        rows = [row, *(lots.rows[key] for key in parts)]
        are_alike = all(
            one["sku"] == was["sku"] and one["arrives_on"].isoformat() == was["arrives_on"] for one in rows
        )
        if are_alike and sum(one["quantity"] for one in rows) == was["quantity"]:
            for key in parts:
                lots.drop(key)
            whole = {column: was.get(column) for column in row if column in TABLES["supply"].by_name}
            lots.put((name,), {column: cell for column, cell in whole.items() if column != "note"})
            is_joined = True
    return lots.into(world) if is_joined else world


def _units(parts: Iterable[Part]) -> dict[tuple[str, str, str, int], int]:
    """Return millionths of a unit by order, SKU, site and day."""
    units: dict[tuple[str, str, str, int], int] = defaultdict(int)
    for part in parts:
        units[part.order, part.sku, part.site, part.day] += part.units
    return dict(units)


def _without_room(book: Book, sends: Sequence[Send], *, parts: Iterable[Part]) -> Iterable[tuple[str, int]]:
    """Yield of each lot of an order that receives something the whole units that the order does not keep.

    As booked they would come before what is moved to it, where their lot arrives first (S3).
    """
    receiving = {send.order for send in sends}
    sent: dict[str, int] = defaultdict(int)
    kept: dict[str, int] = defaultdict(int)
    for part in parts:
        if book.lots[part.lot].reserved_for == part.order:
            kept[part.lot] += part.units
    for send in sends:
        sent[send.lot] += send.units
        if book.lots[send.lot].reserved_for == send.order:
            kept[send.lot] -= send.units * MILLION
    for lot in book.lots.values():
        beyond = lot.units - sent[lot.lot] - kept[lot.lot] // MILLION
        if lot.reserved_for in receiving and book.booked_site(lot) is not None and beyond > 0:
            yield lot.lot, beyond
