"""What a column and a table are: the vocabulary in which `contracts` is written.

Reading, checking, the reference page and the workbook templates are all made from these values.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from functools import cached_property

import polars as pl

# Every number is exact to six decimals: kW to the milliwatt, money to the micro-dollar, shares to a millionth.
DECIMALS = 6
NUMBER = pl.Decimal(38, DECIMALS)


class Kind(enum.Enum):
    """What a cell holds, with the type of its column in a table."""

    TEXT = "text"
    COUNT = "whole number"
    NUMBER = "number"
    DAY = "date"
    LIST = "list"
    CHOICE = "choice"

    @property
    def dtype(self) -> pl.DataType:
        """Return the polars type of a column of this kind."""
        types: dict[Kind, pl.DataType] = {
            Kind.TEXT: pl.String(),
            Kind.COUNT: pl.Int64(),
            Kind.NUMBER: NUMBER,
            Kind.DAY: pl.Date(),
            Kind.LIST: pl.List(pl.String()),
            Kind.CHOICE: pl.String(),
        }
        return types[self]


@dataclass(frozen=True, slots=True)
class Same:
    """A default taken from another column of the same row."""

    column: str


Default = str | int | Same | None


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, kind, meaning, and what may stand in it.

    Attributes:
        name: As in the header; dates end in ``_on``.
        kind: What a cell holds.
        meaning: One sentence for the reference page and the workbook.
        unit: The unit of a number.
        required: Whether the column must be there and every cell filled.
        default: What an absent column or an empty cell stands for; None: unknown.
        default_words: The default in words where it is no value of this row.
        least: The smallest number allowed.
        above: The number every value must exceed.
        choices: The words allowed.
        refers: The table whose key a value must name.
        loose: Whether naming nothing there is a warning only, since no plan rests on it.
        filled_once_present: Whether a column that is there must be filled in every row.
    """

    name: str
    kind: Kind
    meaning: str
    unit: str = ""
    required: bool = False
    default: Default = None
    default_words: str = ""
    least: int | None = None
    above: int | None = None
    choices: tuple[str, ...] = ()
    refers: str = ""
    loose: bool = False
    filled_once_present: bool = False

    @property
    def range_columns(self) -> tuple[str, str] | None:
        """Return the names of the low and high siblings, or None where a range has no meaning."""
        # The day of a transfer or an event is called `on`, and its siblings `on_early` and `on_late`.
        if self.kind is Kind.DAY and (self.name == "on" or self.name.endswith("_on")):
            return f"{self.name}_early", f"{self.name}_late"
        if self.kind in {Kind.COUNT, Kind.NUMBER}:
            return f"{self.name}_low", f"{self.name}_high"
        return None

    @property
    def default_text(self) -> str:
        """Return the default as the reference page prints it."""
        if self.default_words:
            return self.default_words
        if isinstance(self.default, Same):
            return f"as `{self.default.column}`"
        return "" if self.default is None else str(self.default)


@dataclass(frozen=True)
class Table:
    """One table: its key, its columns, and whether a scenario must hold it.

    Attributes:
        name: The table, and the stem of its file.
        meaning: One sentence on what a row is.
        key: The columns whose values name a fact; equal keys are statements of the same fact.
        columns: The columns, provenance and ranges left out.
        required: Whether a scenario without it cannot be planned.
        always_known: Whether its rows are left in by every viewpoint and day.
    """

    name: str
    meaning: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False
    always_known: bool = False

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Return every column that this table may carry by its name: its own, ranges and provenance."""
        known = {column.name: column for column in self.columns}
        for column in self.columns:
            if column.range_columns is None or column.name in self.key:
                continue
            for name, end in zip(column.range_columns, ("lowest", "highest"), strict=True):
                meaning = f"The {end} that `{column.name}` may be."
                known[name] = Column(name, column.kind, meaning, unit=column.unit, least=column.least)
        for column in PROVENANCE:
            known.setdefault(column.name, column)
        return known

    @property
    def needed(self) -> tuple[Column, ...]:
        """Return the columns that must be there and filled."""
        return tuple(column for column in self.columns if column.required or column.name in self.key)


PROVENANCE: tuple[Column, ...] = (
    Column(
        "basis",
        Kind.CHOICE,
        "How the row is known.",
        choices=("fact", "order", "forecast", "estimate", "claim", "assumption"),
    ),
    Column("evidence", Kind.LIST, "The evidence it rests on.", refers="evidence"),
    Column("note", Kind.TEXT, "A remark; it changes nothing."),
    Column(
        "known_on", Kind.DAY, "First day a party to the fact could know it.", default_words="always known"
    ),
    Column(
        "public_on",
        Kind.DAY,
        "First day anyone could know it. In a column that is there, an empty cell is not public.",
        default_words="as `known_on` where the column is absent",
    ),
    Column(
        "known_to",
        Kind.LIST,
        "The parties who knew it from `known_on`; needed where the two days differ.",
    ),
)
