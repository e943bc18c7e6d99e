"""Lots that are booked anew: one row for what stays, and one for each part that goes elsewhere.

The row keeps its id. A part is named after the lot and the order that receives it, ``L1/X1``, and says all else as
the lot does: what it is, when it arrives, how that is known.

Source: ``docs/concepts/held.md``, H4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apportion.govern.rows import Rows, TypedRow
from apportion.model.world import World

STOCK = "stock"  # Names the part that no order has room for.


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Whole units of a lot that are booked anew.

    Attributes:
        order: For which order; empty: for none.
        site: Where; empty: the order's first site.
        units: Whole units, at least 1.
    """

    order: str
    site: str
    units: int


class Lots(Rows):
    """The lots of a world while they are booked anew."""

    def __init__(self, world: World) -> None:
        """Take the standing row of each lot."""
        super().__init__(world, "supply")
        self._taken = {str(lot) for lot in world.tables["supply"]["lot"]}

    def of(self, lot: str) -> TypedRow:
        """Return the row of a lot."""
        return self.rows[(lot,)]

    def book(self, lot: str, *, order: str | None, site: str | None) -> None:
        """Book a whole lot for an order and a site."""
        self.put((lot,), {"reserved_for": order or None, "reserved_site": site or None})

    def split(self, lot: str, pieces: Iterable[Piece]) -> list[str]:
        """Part a lot and return the ids of its pieces; what stays keeps its booking, its range with it.

        The ranges of all rows have the sum that the lot's had: what may be missing is missing first where units
        stay, then in the last piece; what may be more is more where units stay, or else in the last piece.
        """
        row, given = self.of(lot), list(pieces)
        names = [self._name(lot, piece.order or STOCK) for piece in given]
        counts = [row["quantity"] - sum(piece.units for piece in given), *(piece.units for piece in given)]
        ranges = _ranges(counts, low=row.get("quantity_low"), high=row.get("quantity_high"))
        for name, piece, count, ends in zip(names, given, counts[1:], ranges[1:], strict=True):
            booking = {"reserved_for": piece.order or None, "reserved_site": piece.site or None}
            self.rows[name,] = row | booking | {"lot": name, "quantity": count} | _known(ends, row)
        self.rows[lot,] = row | {"quantity": counts[0]} | _known(ranges[0], row)
        return names

    def _name(self, lot: str, receiver: str) -> str:
        name, number = f"{lot}/{receiver}", 1
        while name in self._taken:
            number += 1
            name = f"{lot}/{receiver}/{number}"
        self._taken.add(name)
        return name


def _known(ends: Mapping[str, int | None], row: TypedRow) -> TypedRow:
    return {name: value for name, value in ends.items() if name in row}


def _ranges(counts: list[int], *, low: int | None, high: int | None) -> list[dict[str, int | None]]:
    """Return low and high of each row, the first that of what stays."""
    total = sum(counts)
    lows, highs = list(counts), list(counts)
    missing = 0 if low is None else total - low
    for place in (0, *reversed(range(1, len(counts)))):
        lows[place] -= min(missing, counts[place])
        missing -= min(missing, counts[place])
    if high is not None:
        highs[0 if counts[0] else -1] += high - total
    return [
        {
            "quantity_low": lows[place] if low is not None and count else None,
            "quantity_high": highs[place] if high is not None and count else None,
        }
        for place, count in enumerate(counts)
    ]
