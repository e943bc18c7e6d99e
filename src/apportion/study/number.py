"""A number of a plan by its name, ``TABLE.KEY.COLUMN``, and what it stands at.

A key is what its table goes by: a customer, an order, a demand class or a site. After a comma a key may name
one row of many: ``allocations.T1,giga_texas,2024-08-31.units``.

Source: ``docs/concepts/evidence.md``, rule V3.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from apportion.errors import UsageError
from apportion.model.canonical import as_text
from apportion.model.plan import Plan, decimal_text
from apportion.model.world import World

# What the rows of each table go by, and what further parts of a key choose among them.
KEY_PARTS: Mapping[str, tuple[str, ...]] = {
    "customers": ("customer",),
    "allocations": ("order", "site", "round_on"),
    "shortages": ("order", "reason"),
    "levels": ("demand_class", "round_on", "tier"),
    "sites": ("site", "round_on"),
}
UNITS: Mapping[str, Mapping[str, str]] = {
    "customers": {
        "ordered": "ordered units",
        "filled": "ordered units",
        "fill_share": "share",
        "weight": "weight",
        "live_units_at_end": "units",
        "live_gpu_days": "unit-days",
        "idle_gpu_days": "unit-days",
        "held_gpu_days": "unit-days",
    },
    "allocations": {"units": "units", "filled": "ordered units", "partial": "units"},
    "shortages": {"short": "ordered units", "late_days": "days"},
    "levels": {"level": "counted units per weight"},
    "sites": {"power_kw": "kW", "load_kw": "kW", "units": "units"},
}
_SUMMED = {"units", "filled", "partial", "short"}
_MOST_NAMES = 10_000
_MOST_TOLD = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number of a plan.

    Attributes:
        table: The table of the plan.
        name: What the row goes by: a customer, order, demand class or site.
        parts: What chooses among the rows of that name; empty: none.
        column: The column.
    """

    table: str
    name: str
    parts: tuple[str, ...]
    column: str

    @property
    def text(self) -> str:
        """Return the number as it is named."""
        return f"{self.table}.{','.join((self.name, *self.parts))}.{self.column}"

    @property
    def unit(self) -> str:
        """Return its unit."""
        return UNITS[self.table][self.column]


def read_number(text: str, *, world: World, plan: Plan) -> Number:
    """Return the number that a text names.

    Raises:
        UsageError: There is no such table, key or column.
    """
    table, _, rest = text.partition(".")
    if table not in UNITS:
        raise UsageError(
            f"A plan has no table {table!r}.",
            fix=_fix(table, UNITS, told="A number is TABLE.KEY.COLUMN, the tables are"),
        )
    key, dot, column = rest.rpartition(".")
    if not dot or not key:
        example = next(iter(UNITS[table]))
        raise UsageError(
            f"{text!r} names no number.",
            fix=f"A number is TABLE.KEY.COLUMN, e.g. {table}.{KEY_PARTS[table][0].upper()}.{example}.",
        )
    if column not in UNITS[table]:
        raise UsageError(
            f"The table {table} has no number {column!r}.",
            fix=_fix(column, UNITS[table], told="Its numbers are"),
        )
    name, parts = _split(key, table=table, known=_names(table, world=world, plan=plan))
    number = Number(table=table, name=name, parts=parts, column=column)
    if parts and not len(rows_of(number, plan=plan)):
        raise UsageError(f"{table} has no row {key!r}.", fix=_parts_there(number, plan=plan))
    return number


def value_of(number: Number, *, plan: Plan) -> str | None:
    """Return what a number stands at in a plan, exact, as text; None where it says nothing.

    What an order was not given, and is not short of, is 0. Of a level the last stage counts, of a site the last
    round, or the one in force on the day that is named.
    """
    rows = rows_of(number, plan=plan)
    if number.column in _SUMMED and number.table in {"allocations", "shortages"}:
        return decimal_text(Fraction(rows[number.column].sum() or 0))
    cells = as_text(rows.select(number.column).drop_nulls())[number.column]
    return str(cells[-1]) if len(cells) else None


def rows_of(number: Number, *, plan: Plan) -> pl.DataFrame:
    """Return the rows of a plan that a number is read from."""
    parts = KEY_PARTS[number.table]
    rows = plan.tables[number.table].filter(pl.col(parts[0]) == number.name)
    for part, wanted in zip(parts[1:], number.parts, strict=False):
        if (number.table, part) == ("sites", "round_on"):
            return rows.filter(pl.col(part) <= _day(wanted)).tail(1)
        rows = rows.filter(pl.col(part).cast(pl.String) == wanted)
    return rows.tail(1) if number.table in {"levels", "sites"} else rows


def day_of(number: Number, *, plan: Plan) -> dt.date | None:
    """Return the day that a number of a site or level speaks of; None: of the whole plan."""
    if number.table == "sites" and number.parts:
        return _day(number.parts[0])
    rows = rows_of(number, plan=plan)
    return rows["round_on"][0] if number.table in {"levels", "sites"} and len(rows) else None


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{text!r} is no day.", fix="Write it as YYYY-MM-DD.") from None


def _names(table: str, *, world: World, plan: Plan) -> set[str]:
    part = KEY_PARTS[table][0]
    frame = world.table("orders") if part == "order" else plan.tables[table]
    return set(frame[part].to_list())


def _split(key: str, *, table: str, known: set[str]) -> tuple[str, tuple[str, ...]]:
    """Return the name and the further parts of a key; a name may hold commas itself."""
    pieces, most = key.split(","), len(KEY_PARTS[table]) - 1
    for length in range(len(pieces), 0, -1):
        name, parts = ",".join(pieces[:length]), tuple(pieces[length:])
        if name in known and len(parts) <= most:
            return name, parts
    if ",".join(pieces[:1]) in known:
        shape = ",".join(KEY_PARTS[table]).upper()
        raise UsageError(f"The key {key!r} has too many parts.", fix=f"A key of {table} is at most {shape}.")
    what = KEY_PARTS[table][0].replace("_", " ")
    raise UsageError(f"There is no {what} {key!r} in {table}.", fix=_fix(key, known, told="There are"))


def _parts_there(number: Number, *, plan: Plan) -> str:
    parts = KEY_PARTS[number.table]
    rows = plan.tables[number.table].filter(pl.col(parts[0]) == number.name)
    if not len(rows):
        return f"The plan has no row of {number.name!r} there."
    there = as_text(rows.select(parts[1:]).unique(maintain_order=True)).rows()
    return f"There are {_listed(','.join(str(cell) for cell in row) for row in there)}."


def _fix(text: str, known: Iterable[str], *, told: str) -> str:
    names = sorted(known)
    folded = {name.casefold(): name for name in names[:_MOST_NAMES]}
    near = [folded[one] for one in difflib.get_close_matches(text.casefold(), folded)]
    meant = f"Did you mean {' or '.join(map(repr, near))}? " if near else ""
    return f"{meant}{told} {_listed(names) or 'none'}."


def _listed(names: Iterable[str]) -> str:
    every = list(names)
    more = f" and {len(every) - _MOST_TOLD:,} more" if len(every) > _MOST_TOLD else ""
    return f"{', '.join(every[:_MOST_TOLD])}{more}"
