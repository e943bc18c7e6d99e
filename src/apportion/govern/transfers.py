"""Everything that moves between parties: people, compute, halls, data, money, opportunities, companies.

    table transfers → who ties the two parties on its days → what it is worth: stated, imputed or not valued

Source: ``docs/concepts/transfers.md``.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from apportion.govern.packs import Pack
from apportion.govern.worth import NOT_VALUED, Worth, worth_of
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World

YEAR_DAYS = 365
_HOURS = 24
_IMPUTED_BASIS = "assumption"


class Valued(enum.StrEnum):
    """Where the value of a transfer comes from."""

    STATED = "stated"  # The table states it.
    IMPUTED = "imputed"  # It follows from a quantity and a price, by a method that is named.
    NOT_VALUED = "not-valued"  # Nobody knows; which is not zero.


class Method(enum.StrEnum):
    """How a value was found, or why none was."""

    STATED = "stated"
    PERSON_YEARS = "person-years"  # Persons × years × what a person's year is imputed at.
    RENT = "rent"  # Units × days × list rent.
    NO_QUANTITY = "no-quantity"
    NO_END = "no-end"
    NO_PERSON_YEAR = "no-person-year"
    NO_SKU = "no-sku"
    NO_RENT = "no-rent"
    NO_METHOD = "no-method"  # Nothing in the tables says what such a thing is worth.


class Relation(enum.StrEnum):
    """Whether the two parties of a transfer were related on its days."""

    RELATED = "related"
    POSSIBLY = "possibly-related"  # Only on some of the days on which it may have been.
    UNRELATED = "not-related"


class Tying(Protocol):
    """Who ties two parties to each other: what is asked of the interests of a world."""

    def tying(self, one: str, other: str, *, first: dt.date, last: dt.date) -> tuple[str, ...]:
        """Return who is tied to both, one of the two itself among them, on any day from first to last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One thing that moved.

    Attributes:
        transfer: Its id.
        giver: From whom.
        receiver: To whom.
        kind: What moved.
        on: When, or from when.
        until_on: First day after it; None: it has no end that is known, or took one day.
        earliest: The first day on which it may have been.
        latest: The last day on which it may have begun.
        quantity: How much, in the kind's own unit; None: not known.
        sku: The SKU of units; empty: not known, or no units.
        worth: What it was worth.
        valued: Where that comes from.
        method: How the value was found, or why none was.
        stated_method: How it was found as the table says; empty: it does not say.
        basis: How the value is known; where there is none, how the transfer is.
        evidence: Ids of evidence.
        file: Where it is stated.
        row: In which row of that file.
        relation: Whether the parties were related.
        ties: Who ties them.
    """

    transfer: str
    giver: str
    receiver: str
    kind: str
    on: dt.date
    until_on: dt.date | None
    earliest: dt.date
    latest: dt.date
    quantity: Fraction | None
    sku: str
    worth: Worth
    valued: Valued
    method: Method
    stated_method: str
    basis: str
    evidence: tuple[str, ...]
    file: str
    row: int
    relation: Relation
    ties: tuple[str, ...]

    @property
    def pair(self) -> tuple[str, str]:
        """Return the two parties by name, whichever way it went."""
        first, second = sorted((self.giver, self.receiver))
        return first, second

    @property
    def is_day_uncertain(self) -> bool:
        """Return whether the day is known as a range only."""
        return self.earliest != self.latest

    @property
    def counts(self) -> bool:
        """Return whether it counts as between related parties; what may have been does, since unknown is not no."""
        return self.relation is not Relation.UNRELATED

    def share_in(self, year: int) -> Fraction:
        """Return the share of it that falls in a calendar year: by days where it has an end, else that of its day."""
        if self.until_on is None or self.until_on <= self.on:
            return Fraction(self.on.year == year)
        first, until = max(self.on, dt.date(year, 1, 1)), min(self.until_on, dt.date(year + 1, 1, 1))
        return Fraction(max(0, (until - first).days), (self.until_on - self.on).days)

    @property
    def years(self) -> range:
        """Return the calendar years it falls in."""
        if self.until_on is None or self.until_on <= self.on:
            return range(self.on.year, self.on.year + 1)
        return range(self.on.year, (self.until_on - dt.timedelta(days=1)).year + 1)

    def as_json(self) -> dict[str, object]:
        """Return the transfer as plain values."""
        return {
            "transfer": self.transfer,
            "from_party": self.giver,
            "to_party": self.receiver,
            "kind": self.kind,
            "on": self.on.isoformat(),
            "until_on": None if self.until_on is None else self.until_on.isoformat(),
            "earliest_on": self.earliest.isoformat(),
            "latest_on": self.latest.isoformat(),
            "quantity": None if self.quantity is None else str(self.quantity),
            "sku": self.sku,
            "worth": self.worth.as_json(),
            "valued": str(self.valued),
            "method": str(self.method),
            "stated_method": self.stated_method,
            "basis": self.basis,
            "evidence": list(self.evidence),
            "file": self.file,
            "row": self.row,
            "relation": str(self.relation),
            "ties": list(self.ties),
        }


def read_transfers(world: World, *, ties: Tying, pack: Pack) -> tuple[Transfer, ...]:
    """Return every transfer that the viewer knew of, by day and id.

    Args:
        world: The facts under a view.
        ties: Who ties two parties.
        pack: What a person's year is imputed at.
    """
    rents = _rents(world)
    rows = world.table("transfers").iter_rows(named=True)
    found = [_transfer(row, ties=ties, pack=pack, rents=rents) for row in rows]
    return tuple(sorted(found, key=lambda one: (one.on, one.transfer)))


Row = Mapping[str, Any]
Ends = tuple[Fraction | None, Fraction | None, Fraction | None]


def _transfer(row: Row, *, ties: Tying, pack: Pack, rents: Mapping[str, Ends]) -> Transfer:
    earliest, latest = row.get("on_early") or row["on"], row.get("on_late") or row["on"]
    worth, method = _value(row, pack=pack, rents=rents)
    valued = Valued.IMPUTED if worth.is_known else Valued.NOT_VALUED
    relation, tying = _relation(row, ties=ties, first=earliest, last=latest)
    return Transfer(
        transfer=row["transfer"],
        giver=row["from_party"],
        receiver=row["to_party"],
        kind=row["kind"],
        on=row["on"],
        until_on=row["until_on"],
        earliest=min(earliest, row["on"]),
        latest=max(latest, row["on"]),
        quantity=_exact(row["quantity"]),
        sku=row["sku"] or "",
        worth=worth,
        valued=Valued.STATED if method is Method.STATED else valued,
        method=method,
        stated_method=row["method"] or "",
        basis=_IMPUTED_BASIS if method in {Method.PERSON_YEARS, Method.RENT} else row.get("basis") or "",
        evidence=tuple(row.get("evidence") or ()),
        file=row[FILE],
        row=row[ROW],
        relation=relation,
        ties=tying,
    )


def _relation(row: Row, *, ties: Tying, first: dt.date, last: dt.date) -> tuple[Relation, tuple[str, ...]]:
    """Return whether the parties were related on its days, or on those on which it may have been, and by whom."""
    one, other = row["from_party"], row["to_party"]
    end = _last_day(row["on"], row["until_on"])
    tying = ties.tying(one, other, first=row["on"], last=end)
    if tying:
        return Relation.RELATED, tying
    tying = ties.tying(one, other, first=min(first, row["on"]), last=max(last, end))
    return (Relation.POSSIBLY if tying else Relation.UNRELATED), tying


def _last_day(on: dt.date, until_on: dt.date | None) -> dt.date:
    return on if until_on is None else max(on, until_on - dt.timedelta(days=1))


def _value(row: Row, *, pack: Pack, rents: Mapping[str, Ends]) -> tuple[Worth, Method]:
    """Return what a transfer was worth and how that was found, or why it is not known."""
    stated = _ends(row, "value_usd")
    if stated[1] is not None:
        return worth_of(stated[0], stated[1], high=stated[2]), Method.STATED
    if row["kind"] == "people":
        return _people(row, pack=pack)
    if row["kind"] == "compute":
        return _compute(row, rents=rents)
    return NOT_VALUED, Method.NO_METHOD


def _people(row: Row, *, pack: Pack) -> tuple[Worth, Method]:
    years = tuple(days / YEAR_DAYS for days in _days(row))
    if row["quantity"] is None:
        return NOT_VALUED, Method.NO_QUANTITY
    if not years:
        return NOT_VALUED, Method.NO_END
    if pack.person_year_usd is None:
        return NOT_VALUED, Method.NO_PERSON_YEAR
    each = pack.person_year_usd
    return _product(_ends(row, "quantity"), years, each=(each, each, each)), Method.PERSON_YEARS


def _compute(row: Row, *, rents: Mapping[str, Ends]) -> tuple[Worth, Method]:
    """Return units × days × rent: what it would cost to rent as much at the list rent of the SKU."""
    if row["quantity"] is None:
        return NOT_VALUED, Method.NO_QUANTITY
    if not row["sku"]:
        return NOT_VALUED, Method.NO_SKU
    days = _days(row)
    if not days:
        return NOT_VALUED, Method.NO_END
    rent = rents.get(row["sku"], (None, None, None))
    if rent[1] is None:
        return NOT_VALUED, Method.NO_RENT
    return _product(_ends(row, "quantity"), days, each=rent), Method.RENT


def _product(quantity: Ends, spans: tuple[Fraction, ...], *, each: Ends) -> Worth:
    """Return quantity × span × price at the least, as stated and at the most."""
    low, plain, high = (
        None if units is None or price is None else units * span * price
        for units, span, price in zip(_filled(quantity), spans, _filled(each), strict=True)
    )
    return worth_of(low, plain, high=high)


def _filled(ends: Ends) -> Ends:
    """Return ends that are not given as stated."""
    low, plain, high = ends
    return plain if low is None else low, plain, plain if high is None else high


def _days(row: Row) -> tuple[Fraction, ...]:
    """Return how many days it lasted at the least, as stated and at the most; none where it has no end."""
    if row["until_on"] is None:
        return ()
    first, until = row["on"], row["until_on"]
    early, late = row.get("on_early") or first, row.get("on_late") or first
    soon, long = row.get("until_on_early") or until, row.get("until_on_late") or until
    spans = ((soon - late).days, (until - first).days, (long - early).days)
    return tuple(Fraction(max(0, span)) for span in spans)


def _rents(world: World) -> dict[str, Ends]:
    """Return what a unit of each SKU rents for a day."""
    rents = {}
    for row in world.table("skus").iter_rows(named=True):
        low, plain, high = (None if end is None else end * _HOURS for end in _ends(row, "rent_usd_per_hour"))
        rents[row["sku"]] = (low, plain, high)
    return rents


def _ends(row: Row, column: str) -> Ends:
    """Return a number of a row with its ends, where it has them."""
    return _exact(row.get(f"{column}_low")), _exact(row[column]), _exact(row.get(f"{column}_high"))


def _exact(value: Any) -> Fraction | None:  # noqa: ANN401 - a cell of a frame
    return None if value is None else Fraction(value)
