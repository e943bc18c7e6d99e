"""Whether dealings are large enough for a record, one by one and added up (G4, G5).

    dealings of the same parties (and SKU) within the months of the pack → their sum → at or above the threshold?

What is not valued counts as at or above every threshold. Dealings add up over a window that ends on the day of
each, so that many small ones come to what one large one does.

Source: ``docs/concepts/transfers.md``.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from apportion.govern.packs import Pack
from apportion.govern.transfers import Transfer
from apportion.govern.window import window_start
from apportion.govern.worth import Total, Worth, total_of
from apportion.study.assess import Assessment
from apportion.study.moved import STOCK

_WHOLE = Fraction(1)
# Kinds that move units of a SKU: they add up with proposals, which move nothing else.
UNIT_KINDS = frozenset({"compute"})
Pair = tuple[str, str]


class Material(enum.StrEnum):
    """How a sum stands to the threshold of a pack."""

    RECORD = "record"  # At or above it.
    READING = (
        "depends-on-reading"  # At or above it at the most, below it at the least: a record all the same.
    )
    NOT_VALUED = "not-valued"  # Something in it is not valued, which counts as at or above.
    BELOW = "below"

    @property
    def is_record(self) -> bool:
        """Return whether a record is made."""
        return self is not Material.BELOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Dealing:
    """A transfer or a proposal, as it adds up with others.

    Attributes:
        name: Its id.
        on: The day it counts from.
        pairs: The two parties, each pair by name; of a proposal, every two that exchange.
        worth: What it is worth.
        moves_units: Whether units of a SKU move.
        skus: Their SKUs; none: not known.
    """

    name: str
    on: dt.date
    pairs: frozenset[Pair]
    worth: Worth
    moves_units: bool = False
    skus: frozenset[str] = frozenset()

    def adds_to(self, other: Dealing) -> bool:
        """Return whether the two are of the same parties and, of units, may be of the same SKU."""
        if not self.pairs & other.pairs or self.moves_units != other.moves_units:
            return False
        return not (self.skus and other.skus) or bool(self.skus & other.skus)


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate:
    """What a dealing comes to together with the earlier ones it adds up with.

    Attributes:
        name: The dealing.
        since: First day of the window.
        on: Its last day, that of the dealing.
        total: What they come to.
        material: How that stands to the threshold.
    """

    name: str
    since: dt.date
    on: dt.date
    total: Total
    material: Material

    @property
    def is_record(self) -> bool:
        """Return whether a record is made (G4)."""
        return self.material.is_record

    def as_json(self) -> dict[str, object]:
        """Return the aggregate as plain values."""
        return {
            "name": self.name,
            "since_on": self.since.isoformat(),
            "on": self.on.isoformat(),
            "total": self.total.as_json(),
            "material": str(self.material),
            "record": self.is_record,
        }


def material_of(total: Total, *, pack: Pack) -> Material:
    """Return how a sum stands to the threshold of a pack (G4).

    The most that it may come to decides, so that a range is no way round a record.
    """
    if total.low >= pack.materiality_usd:
        return Material.RECORD
    if total.unvalued:
        return Material.NOT_VALUED
    return Material.READING if total.high >= pack.materiality_usd else Material.BELOW


def aggregate(dealing: Dealing, earlier: Iterable[Dealing], *, pack: Pack) -> Aggregate:
    """Return what a dealing comes to together with earlier ones of the same parties and SKU (G5).

    Args:
        dealing: The dealing; in `earlier`, one of its name is left out.
        earlier: Others; those after it or before the window do not count.
        pack: The months of the window, and the threshold.
    """
    since = window_start(dealing.on, months=pack.window_months)
    added = [
        one
        for one in earlier
        if one.name != dealing.name and since <= one.on <= dealing.on and dealing.adds_to(one)
    ]
    added.sort(key=lambda one: (one.on, one.name))
    total = total_of((one.name, one.worth, _WHOLE) for one in (*added, dealing))
    return Aggregate(
        name=dealing.name, since=since, on=dealing.on, total=total, material=material_of(total, pack=pack)
    )


def dealing_of_transfer(transfer: Transfer) -> Dealing:
    """Return a transfer as it adds up with others; with its whole worth from its first day on."""
    is_units = transfer.kind in UNIT_KINDS
    return Dealing(
        name=transfer.transfer,
        on=transfer.on,
        pairs=frozenset({transfer.pair}),
        worth=transfer.worth,
        moves_units=is_units,
        skus=frozenset({transfer.sku} - {""}) if is_units else frozenset(),
    )


def dealing_of_proposal(assessment: Assessment, *, worth: Worth, on: dt.date) -> Dealing:
    """Return a proposal as it adds up with others.

    Args:
        assessment: What it comes to: who exchanges which units with whom. A priority exchanges none, so that each
            raised party stands against every other that has an order.
        worth: Its value at stake.
        on: The day it takes effect.
    """
    proposal, moved = assessment.proposal, assessment.moved.units
    pairs = {_pair(giver, receiver) for giver, receiver, _ in moved if giver not in {receiver, STOCK}}
    raised = {one.party for one in proposal.raises}
    pairs |= {_pair(one, other) for one in raised for other in assessment.parties if other not in raised}
    skus = {sku for _, _, sku in moved} or {lot.sku for lot in assessment.book.lots.values()}
    return Dealing(
        name=proposal.id,
        on=on,
        pairs=frozenset(pairs),
        worth=worth,
        moves_units=True,
        skus=frozenset(skus),
    )


def _pair(one: str, other: str) -> Pair:
    first, second = sorted((one, other))
    return first, second


@dataclass(frozen=True, slots=True, kw_only=True)
class PairYear:
    """What two related parties dealt in a calendar year.

    Attributes:
        pair: The two, by name.
        year: The year.
        forth: From the first to the second.
        back: From the second to the first.
        together: Both.
    """

    pair: Pair
    year: int
    forth: Total
    back: Total
    together: Total

    def as_json(self) -> dict[str, object]:
        """Return the year as plain values."""
        return {
            "parties": list(self.pair),
            "year": self.year,
            "forth": self.forth.as_json(),
            "back": self.back.as_json(),
            "together": self.together.as_json(),
        }


def pair_years(transfers: Sequence[Transfer]) -> tuple[PairYear, ...]:
    """Return what each two related parties dealt in each calendar year, by pair and year.

    What lasts over several years is split between them by its days.
    """
    held: dict[tuple[Pair, int], list[Transfer]] = {}
    for one in transfers:
        for year in one.years if one.counts else ():
            held.setdefault((one.pair, year), []).append(one)
    return tuple(
        PairYear(
            pair=pair,
            year=year,
            forth=_sum_in(year, [one for one in own if one.giver == pair[0]]),
            back=_sum_in(year, [one for one in own if one.giver != pair[0]]),
            together=_sum_in(year, own),
        )
        for (pair, year), own in sorted(held.items(), key=lambda item: item[0])
    )


def _sum_in(year: int, transfers: Iterable[Transfer]) -> Total:
    return total_of((one.transfer, one.worth, one.share_in(year)) for one in transfers)
