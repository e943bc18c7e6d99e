"""Whose units a proposal moves, and how high each party stands when the first of them has moved."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from apportion.model.plan import MILLION
from apportion.model.room import millionths
from apportion.model.world import World
from apportion.study.book import Book, Send
from apportion.study.measures import Prices, Value
from apportion.study.outcome import Outcome

STOCK = ""  # Stands in for the party of units that nobody had booked.


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Whole units that change order or site.

    Attributes:
        units: By giver, receiver and SKU; between orders of one party giver and receiver are the same.
        first_day: The day the first of them ships, as an ordinal; None: nothing moves.
    """

    units: Mapping[tuple[str, str, str], int]
    first_day: int | None

    def exchanged(self, party: str = "") -> dict[str, int]:
        """Return the units of each SKU that change hands, those that two parties exchange counted once.

        Args:
            party: Only those it gives or receives; empty: all.
        """
        pairs: dict[tuple[frozenset[str], str], list[int]] = defaultdict(lambda: [0, 0])
        for (giver, receiver, sku), units in self.units.items():
            pairs[frozenset((giver, receiver)), sku][giver > receiver] += units
        sums: dict[str, int] = defaultdict(int)
        for (both, sku), ways in pairs.items():
            if party in both or not party:
                sums[sku] += max(ways)
        return dict(sums)


def moved_units(book: Book, sends: Iterable[Send]) -> Moved:
    """Return what the moves of a proposal change."""
    units: dict[tuple[str, str, str], int] = defaultdict(int)
    days = []
    for send in sends:
        lot, receiver = book.lots[send.lot], book.lines[send.order]
        giver = book.lines.get(lot.reserved_for)
        if giver is receiver and send.site == book.booked_site(lot):
            continue
        units[STOCK if giver is None else giver.customer, receiver.customer, lot.sku] += send.units
        days.append(max(lot.arrives, book.start))
    return Moved(units=dict(units), first_day=min(days, default=None))


def value_of(units: Mapping[str, int], prices: Prices) -> Value:
    """Return what units cost at their SKU's price; None where one has none."""
    total = Fraction(0)
    for sku, count in units.items():
        price = prices.price[sku]
        if price is None:
            return None
        total += Fraction(count * price, MILLION)
    return total


def weights_on(world: World, day: dt.date) -> dict[str, Fraction]:
    """Return the entitlement of each party on a day: its weight, or that of the one pool in the scope."""
    parties = world.table("parties")
    weights = {
        party: Fraction(weight, MILLION)
        for party, weight in zip(parties["party"].to_list(), millionths(parties["weight"]), strict=True)
    }
    skus = dict(world.table("skus").select("sku", "pool").iter_rows())
    pools = {skus[sku] for sku in world.table("supply")["sku"].to_list()}
    if len(pools) != 1:
        return weights
    rows = world.table("entitlements").sort("from_on")
    for row, weight in zip(rows.iter_rows(named=True), millionths(rows["weight"]), strict=True):
        is_on = row["from_on"] <= day and (row["until_on"] is None or day < row["until_on"])
        if row["pool"] in pools and is_on:
            weights[row["party"]] = Fraction(weight, MILLION)
    return weights


def levels_after(
    outcome: Outcome, *, day: int, weights: Mapping[str, Fraction], parties: Sequence[str]
) -> dict[str, Fraction]:
    """Return what each party was sent by the end of a day, in units per weight."""
    units = dict.fromkeys(parties, 0)
    for entry in outcome.entries:
        if entry.ships <= day:
            units[entry.party] = units.get(entry.party, 0) + entry.units
    return {party: Fraction(sent, MILLION) / weights.get(party, Fraction(1)) for party, sent in units.items()}
