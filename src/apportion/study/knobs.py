"""What is uncertain about a scope: each range as a knob with the settings it can take.

A range is a column with siblings: ``x_low`` and ``x_high``, or ``x_on_early`` and ``x_on_late``. Readiness is no
knob, since cases move it. Lots that share a `balance` are one knob: units move between them and their sum stays.

Source: ``docs/reference/scenario.md``, the rules for every table; ``docs/concepts/assessment.md``.
"""

from __future__ import annotations

import datetime as dt
import enum
import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from apportion.model.columns import NUMBER
from apportion.model.room import millionths_or_none
from apportion.model.world import World
from apportion.study.book import Book
from apportion.study.elsewhere import CLAIM

Cell = tuple[str, str, str]  # Table, id and column.
Setting = Mapping[Cell, int]  # Days as ordinals, counts as they are, decimals in millionths.
_DAYS_LOOKED_AT = 31
_STEPS = 16
_MOST_IN_A_SPLIT = 6


class Varied(enum.StrEnum):
    """What kind of thing a knob varies."""

    DATES = "dates"
    SPLIT = "split"
    QUANTITY = "quantity"
    POWER = "power"
    PRICE = "price"
    RENT = "rent"
    LIFE = "life"
    FLEET = "fleet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Knob:
    """One thing that is uncertain.

    Attributes:
        kind: What it varies.
        name: What it is, e.g. ``L1`` or the balance.
        column: The column it varies.
        plain: The setting that the facts state.
        corners: Its extreme settings.
        grid: Settings looked at when it is varied alone; the corners are among them.
        evidence: Ids of evidence of the rows it varies.
    """

    kind: Varied
    name: str
    column: str
    plain: Setting
    corners: Sequence[Setting]
    grid: Sequence[Setting]
    evidence: tuple[str, ...] = ()


def knobs_of(world: World, *, book: Book) -> list[Knob]:
    """Return what is uncertain about a scope.

    Args:
        world: The facts, all lots of a balance included.
        book: The lots and orders of the scope.
    """
    lots, skus = set(book.lots), {lot.sku for lot in book.lots.values()}
    sites = {site for line in book.lines.values() for site in line.sites}
    parties = {line.customer for line in book.lines.values()}
    return [
        *_dated(world, "supply.arrives_on", kind=Varied.DATES, ids=lots),
        *_splits(world, lots=lots),
        *_numbers(world, "supply.quantity", kind=Varied.QUANTITY, ids=_unbalanced(world, lots)),
        *_numbers(world, "skus.site_kw", kind=Varied.POWER, ids=skus),
        *_numbers(world, "skus.unit_price_usd", kind=Varied.PRICE, ids=skus),
        *_numbers(world, "skus.rent_usd_per_hour", kind=Varied.RENT, ids=skus),
        *_numbers(world, "skus.useful_life_days", kind=Varied.LIFE, ids=skus),
        *_numbers(
            world, "fleet.quantity", kind=Varied.FLEET, ids=_holdings(world, sites=sites, parties=parties)
        ),
    ]


def _holdings(world: World, *, sites: set[str], parties: set[str]) -> set[str]:
    """Return the holdings that can take room of the scope: at its sites, or of its parties elsewhere.

    What is claimed elsewhere takes no room by the second reading, and none is asked of it by the first.
    """
    return {
        row["holding"]
        for row in world.table("fleet").iter_rows(named=True)
        if row["site"] in sites or (row["party"] in parties and row.get("basis") != CLAIM)
    }


def _unbalanced(world: World, lots: set[str]) -> set[str]:
    rows = world.table("supply").select("lot", "balance").iter_rows()
    return {lot for lot, balance in rows if lot in lots and not balance}


def _rows(world: World, table: str, *, ids: Iterable[str]) -> Iterator[tuple[str, Mapping[str, object]]]:
    wanted = set(ids)
    key = {"supply": "lot", "skus": "sku", "fleet": "holding"}[table]
    for row in world.table(table).iter_rows(named=True):
        if row[key] in wanted:
            yield str(row[key]), row


def _dated(world: World, path: str, *, kind: Varied, ids: Iterable[str]) -> Iterator[Knob]:
    table, column = path.split(".")
    early, late = f"{column}_early", f"{column}_late"
    for name, row in _rows(world, table, ids=ids):
        days = [row.get(early), row[column], row.get(late)]
        if not all(isinstance(day, dt.date) for day in days):
            continue
        low, plain, high = (day.toordinal() for day in days if isinstance(day, dt.date))
        yield from _knob(
            (table, name, column), kind=kind, box=_Box(low, plain, high), row=row, steps=_DAYS_LOOKED_AT
        )


def _numbers(world: World, path: str, *, kind: Varied, ids: Iterable[str]) -> Iterator[Knob]:
    table, column = path.split(".")
    frame = world.table(table)
    siblings = (f"{column}_low", column, f"{column}_high")
    if not set(siblings) <= set(frame.columns):
        return
    key = {"supply": "lot", "skus": "sku", "fleet": "holding"}[table]
    names = frame[key].to_list()
    boxes = {}
    for name, *values in zip(names, *(_whole(frame[one]) for one in siblings), strict=True):
        if all(value is not None for value in values):
            boxes[name] = _Box(*(value for value in values if value is not None))
    for name, row in _rows(world, table, ids=ids):
        if name in boxes:
            yield from _knob((table, name, column), kind=kind, box=boxes[name], row=row, steps=_STEPS)


def _whole(column: pl.Series) -> list[int | None]:
    """Return a column's values as whole numbers: counts as they are, decimals in millionths."""
    return millionths_or_none(column) if column.dtype == NUMBER else column.to_list()


@dataclass(frozen=True, slots=True)
class _Box:
    """Lowest, stated and highest value."""

    low: int
    plain: int
    high: int

    def grid(self, steps: int) -> list[int]:
        """Return at most so many steps from lowest to highest, the stated value among them."""
        width = self.high - self.low
        count = min(steps, width)
        points = {self.low + width * step // count for step in range(count + 1)} if count else set()
        return sorted(points | {self.low, self.plain, self.high})


def _knob(cell: Cell, *, kind: Varied, box: _Box, row: Mapping[str, object], steps: int) -> Iterator[Knob]:
    if box.low < box.high:
        yield Knob(
            kind=kind,
            name=cell[1],
            column=cell[2],
            plain={cell: box.plain},
            corners=[{cell: box.low}, {cell: box.high}],
            grid=[{cell: value} for value in box.grid(steps)],
            evidence=_evidence(row),
        )


def _evidence(*rows: Mapping[str, object]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for row in rows:
        cited = row.get("evidence")
        found.update(dict.fromkeys(map(str, cited)) if isinstance(cited, list) else {})
    return tuple(found)


def _splits(world: World, *, lots: set[str]) -> Iterator[Knob]:
    """Yield one knob for each balance that a lot of the scope shares."""
    supply = world.table("supply")
    if not {"quantity_low", "quantity_high"} <= set(supply.columns):
        return
    groups: dict[str, list[Mapping[str, object]]] = {}
    for row in supply.iter_rows(named=True):
        if row["balance"]:
            groups.setdefault(row["balance"], []).append(row)
    for balance, rows in sorted(groups.items()):
        boxes = {str(row["lot"]): _box_of(row) for row in rows}
        if lots.isdisjoint(boxes) or len(boxes) < 2:  # noqa: PLR2004 - one lot alone has nothing to give units to
            continue
        corners = _vertices(boxes)
        if len(corners) > 1:
            plain = _split({lot: box.plain for lot, box in boxes.items()})
            yield Knob(
                kind=Varied.SPLIT,
                name=balance,
                column="quantity",
                plain=plain,
                corners=corners,
                grid=_between(corners, plain),
                evidence=_evidence(*rows),
            )


def _box_of(row: Mapping[str, object]) -> _Box:
    low, plain, high = (row[name] for name in ("quantity_low", "quantity", "quantity_high"))
    stated = int(str(plain))
    return _Box(stated if low is None else int(str(low)), stated, stated if high is None else int(str(high)))


def _split(quantities: Mapping[str, int]) -> Setting:
    return {("supply", lot, "quantity"): units for lot, units in quantities.items()}


def _vertices(boxes: Mapping[str, _Box]) -> list[Setting]:
    """Return the corners of all divisions that keep the sum: all lots but one at an end of their range.

    Of many lots only the exchanges of two are returned, since the corners double with each lot.
    """
    if len(boxes) > _MOST_IN_A_SPLIT:
        return list(_exchanges(boxes))
    total = sum(box.plain for box in boxes.values())
    found: dict[tuple[int, ...], Setting] = {}
    for free in boxes:
        others = [lot for lot in boxes if lot != free]
        for ends in itertools.product(*((boxes[lot].low, boxes[lot].high) for lot in others)):
            rest = total - sum(ends)
            if boxes[free].low <= rest <= boxes[free].high:
                quantities = {**dict(zip(others, ends, strict=True)), free: rest}
                found[tuple(quantities[lot] for lot in boxes)] = _split(quantities)
    return [found[key] for key in sorted(found)]


def _exchanges(boxes: Mapping[str, _Box]) -> Iterator[Setting]:
    plain = {lot: box.plain for lot, box in boxes.items()}
    for giver, receiver in itertools.permutations(boxes, 2):
        units = min(plain[giver] - boxes[giver].low, boxes[receiver].high - plain[receiver])
        if units > 0:
            yield _split({**plain, giver: plain[giver] - units, receiver: plain[receiver] + units})


def _between(corners: Sequence[Setting], plain: Setting) -> list[Setting]:
    """Return steps from each corner to the stated division, ends included."""
    points: dict[tuple[int, ...], Setting] = {}
    for corner in corners:
        for step in range(_STEPS // 2 + 1):
            point = {
                cell: corner[cell] + (plain[cell] - corner[cell]) * step // (_STEPS // 2) for cell in plain
            }
            drift = sum(plain.values()) - sum(point.values())
            last = next(reversed(point))
            point[last] += drift
            points[tuple(point.values())] = point
    return [points[key] for key in sorted(points)]
