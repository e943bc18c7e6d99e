"""What other systems call our tables and columns: the one list of it. A further system is further rows here.

A sheet or file that bears another system's name is read in that system's words; one that bears ours is ours
alone, so no column of ours ever means something else. Only names that were read in a source stand here.

Source: frePPLe, `doc/model-reference` and `freppledb/input/models` (MIT licence), names and defaults only.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from apportion.model.columns import Table
from apportion.model.contracts import TABLES

_BLANKS = re.compile(r"[\s_]+")


class Holds(enum.Enum):
    """What stands in a column of another system, where that is not simply what ours holds."""

    SAME = "the same"
    ONE = "one name, where ours takes several"
    RANK = "a rank that counts from the same end as ours, which is told all the same"
    LENGTH = "a length of time, as seconds, H:MM:SS, D H:MM:SS or PnD"


@dataclass(frozen=True, slots=True)
class OtherColumn:
    """A column of another system.

    Attributes:
        ours: Our column.
        names: What it is called there, in lower case; blanks and underscores do not matter.
        holds: What stands in it.
        marks: Letters that mean something in our column and nothing in theirs.
    """

    ours: str
    names: tuple[str, ...]
    holds: Holds = Holds.SAME
    marks: str = ""


class Word(NamedTuple):
    """A state of theirs, what it is read as, and why that is told; a state that reads as itself is not told."""

    theirs: str
    ours: str
    why: str = ""


LEFT_OUT = ""  # What the state of a row reads as that is none of the table.


@dataclass(frozen=True, slots=True)
class States:
    """The column that says where a row stands.

    Attributes:
        column: Its name, theirs and ours.
        words: Every state of theirs; no other is read.
        if_empty: Why an empty cell, and a column that is not there, has to be told; empty where it does not.
    """

    column: str
    words: tuple[Word, ...]
    if_empty: str = ""


class Unread(NamedTuple):
    """A column that changes a plan there and none here.

    Attributes:
        names: What it is called there.
        plain: The values that change nothing there either.
        least: From how many different values on it is told.
        why: What is lost.
    """

    names: tuple[str, ...]
    plain: tuple[str, ...]
    least: int
    why: str


@dataclass(frozen=True, slots=True)
class OtherTable:
    """A table of another system that is read as one of ours.

    Attributes:
        system: The system.
        table: Our table.
        sheets: What its sheets and files are called there, in lower case.
        columns: Its columns that have one of ours beside them.
        copies: Of a column of ours that is not there, the one whose values it takes.
        fills: Of a column of ours that is not there, the value of every row.
        states: The column that says where a row stands.
        unread: Its columns that are kept and change nothing, though they would there.
    """

    system: str
    table: str
    sheets: tuple[str, ...]
    columns: tuple[OtherColumn, ...]
    copies: Mapping[str, str] = field(default_factory=dict)
    fills: Mapping[str, str] = field(default_factory=dict)
    states: States | None = None
    unread: tuple[Unread, ...] = ()

    @property
    def ours(self) -> Table:
        """Return the contract of our table."""
        return TABLES[self.table]

    @property
    def lengths(self) -> set[str]:
        """Return our columns in which theirs hold lengths of time."""
        return {one.ours for one in self.columns if one.holds is Holds.LENGTH}

    def taken(self, names: Mapping[int, str], *, there: Collection[str]) -> dict[int, str]:
        """Return which column of ours each header of theirs means.

        Args:
            names: The headers by their place.
            there: Our columns that stand there under our name; one that would mean another gives way to it.
        """
        by_name = {squashed(name): one.ours for one in self.columns for name in one.names}
        own = {squashed(name) for name in self.ours.by_name}
        found: dict[int, str] = {}
        for at, name in names.items():
            ours = by_name.get(squashed(name))
            if ours is not None and not (squashed(name) in own and ours in there):
                found[at] = ours
        return found


def squashed(name: str) -> str:
    """Return a name without what people write differently.

    >>> squashed(" Requested On") == squashed("requested_on")
    True
    """
    return _BLANKS.sub("", name).casefold()


_ON_HOLD = "it is not planned until it is `open`"
_ORDERS = OtherTable(
    "frePPLe",
    "orders",
    ("sales order", "sales orders", "demand", "demands"),
    (
        OtherColumn("order", ("name",)),
        OtherColumn("skus", ("item",), Holds.ONE, marks="|:"),
        OtherColumn("sites", ("location",), Holds.ONE, marks="|"),
        OtherColumn("requested_on", ("due",)),
        OtherColumn("tier", ("priority",), Holds.RANK),
        OtherColumn("min_ship", ("minimum shipment", "minshipment")),
        OtherColumn("max_late_days", ("maximum lateness", "maxlateness"), Holds.LENGTH),
    ),
    states=States(
        "status",
        (
            Word("open", "open"),
            Word("closed", "closed"),
            Word("canceled", "closed", "it wants nothing more"),
            Word("quote", "hold", _ON_HOLD),
            Word("inquiry", "hold", _ON_HOLD),
        ),
    ),
    unread=(Unread(("policy",), ("independent",), 1, "each order is planned for itself"),),
)
_LOTS = OtherTable(
    "frePPLe",
    "supply",
    ("purchase order", "purchase orders"),
    (
        OtherColumn("lot", ("reference",)),
        OtherColumn("sku", ("item",)),
        OtherColumn("arrives_on", ("receipt date", "end date")),
    ),
    states=States(
        "status",
        (
            Word("approved", "approved"),
            Word("confirmed", "confirmed"),
            Word("completed", "completed"),
            Word("proposed", LEFT_OUT, "a proposal that nobody has ordered"),
            Word("closed", LEFT_OUT, "received, and in the stock already"),
            Word("canceled", LEFT_OUT, "it will not come"),
        ),
        if_empty="whether these units are still to come is not known",
    ),
    unread=(Unread(("location",), (), 2, "a lot is not tied to where it is received"),),
)
_ITEMS = OtherTable(
    "frePPLe", "skus", ("item", "items"), (OtherColumn("sku", ("name",)),), copies={"name": "sku"}
)
_LOCATIONS = OtherTable(
    "frePPLe", "sites", ("location", "locations"), (OtherColumn("site", ("name",)),), copies={"name": "site"}
)
_CUSTOMERS = OtherTable(
    "frePPLe",
    "parties",
    ("customer",),
    (OtherColumn("party", ("name",)),),
    copies={"name": "party"},
    fills={"kind": "customer"},
)
OTHER_TABLES = (_ORDERS, _LOTS, _ITEMS, _LOCATIONS, _CUSTOMERS)
# Sheets that have no table of ours beside them, though a plan there rests on them.
UNREAD_SHEETS: Mapping[str, str] = {
    "buffer": "write what is in stock as lots of supply that arrive on the first day",
    "supplier": "write suppliers as parties, or leave them out",
    "distribution order": "write what moves between sites as lots of supply and shipments",
}

_BY_SHEET = {squashed(sheet): one for one in OTHER_TABLES for sheet in one.sheets}
_UNREAD_BY_SHEET = {squashed(sheet): advice for sheet, advice in UNREAD_SHEETS.items()}


def other_table(sheet: str) -> OtherTable | None:
    """Return the table that a sheet or file of this name is in another system, or None where none is known.

    >>> found = other_table("Sales Order")
    >>> found and (found.system, found.table)
    ('frePPLe', 'orders')
    """
    return _BY_SHEET.get(squashed(sheet))


def other_tables_of(table: Table) -> list[OtherTable]:
    """Return the tables of other systems that are read as one of ours."""
    return [one for one in OTHER_TABLES if one.table == table.name]


def unread_sheet(sheet: str) -> str:
    """Return what to do with a sheet of another system that no table is read from; empty for any other."""
    return _UNREAD_BY_SHEET.get(squashed(sheet), "")
