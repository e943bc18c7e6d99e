"""The tables of a plan, compared row by row with what follows from its shares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

import polars as pl

from apportion.verify.booked import BookedKey
from apportion.verify.facts import Facts
from apportion.verify.figures import AMOUNT, MICRO, scaled
from apportion.verify.reading import Movement
from apportion.verify.refusal import Refusal, shown

ALLOCATIONS = "allocations"
LEVELS = "levels"
# Round, tier and class.
LevelKey = tuple[dt.date, int, str]


def keyed(facts: Facts, movements: Sequence[Movement]) -> dict[BookedKey, int]:
    """Return the units of movements, in millionths, by order, SKU, site and day."""
    days = facts.calendar.rounds
    return {(one.order.name, one.option.sku, one.option.site, days[one.at]): one.units for one in movements}


def check_rows(
    stated: Mapping[BookedKey, int], expected: Mapping[BookedKey, int], *, rule: str, table: str
) -> list[Refusal]:
    """List the rows whose units differ, in the order of days."""
    refusals = []
    for key in sorted(set(stated) | set(expected), key=lambda key: (key[3], key)):
        if stated.get(key, 0) == expected.get(key, 0):
            continue
        name, sku, site, day = key
        sentence = (
            f"The {table} give {_text(stated.get(key, 0))} units of {sku} at {site} to {name}; "
            f"{_text(expected.get(key, 0))} follow from the facts and the shares."
        )
        refusals.append(Refusal(rule=rule, order=name, round_on=day, sentence=sentence))
    return refusals


def _text(units: int) -> str:
    return shown(Fraction(units, MICRO))


def check_cells(facts: Facts, frame: pl.DataFrame, *, whole_lots: bool) -> Iterator[Refusal]:
    """Yield the rows of the allocations whose customer, filled or partial is wrong.

    Args:
        facts: The world.
        frame: The allocations; every row names a known order and option.
        whole_lots: Whether units beyond whole lots are marked as partial.
    """
    for row in frame.iter_rows(named=True):
        order = facts.orders[row["order"]]
        option = order.options[order.by_place[row["sku"], row["site"]]]
        units = scaled(row["units"], MICRO) or 0
        partial = units % (facts.lot_units[option.sku] * MICRO) if whole_lots else 0
        wrong = ""
        if row["customer"] != order.customer:
            wrong = f"names another customer than {order.customer}"
        elif scaled(row["filled"], AMOUNT) != option.rate * units:
            wrong = f"fills {shown(Fraction(option.rate * units, AMOUNT))} ordered units, not what is stated"
        elif scaled(row["partial"], MICRO) != partial:
            wrong = f"has {shown(Fraction(partial, MICRO))} units beyond whole lots, not what is stated"
        if wrong:
            sentence = f"The allocation of {option.sku} at {option.site} to {order.name} {wrong}."
            yield Refusal(rule=ALLOCATIONS, order=order.name, round_on=row["round_on"], sentence=sentence)


def booked_rows(
    facts: Facts, frame: pl.DataFrame, *, table: str
) -> tuple[dict[BookedKey, int], list[Refusal]]:
    """Return the units of a table by key, whatever the day; rows of unknown orders or options are refused."""
    found: dict[BookedKey, int] = {}
    refusals = []
    for name, sku, site, day, units in frame.select("order", "sku", "site", "round_on", "units").iter_rows():
        order = facts.orders.get(name)
        key = (name, sku, site, day)
        if order is None or (sku, site) not in order.by_place or key in found:
            told = "stands twice" if key in found else "names no order that accepts it"
            sentence = f"A row of {table} gives {sku} at {site} to {name} but {told}."
            refusals.append(Refusal(rule="row-unknown", order=name, round_on=day, sentence=sentence))
            continue
        found[key] = scaled(units, MICRO) or 0
    return found, refusals


def check_levels(frame: pl.DataFrame, levels: Mapping[LevelKey, Fraction]) -> Iterator[Refusal]:
    """Yield the rows of the levels that are missing, odd, twice or state another level."""
    stated: dict[LevelKey, str] = {}
    for day, tier, name, level in frame.select("round_on", "tier", "demand_class", "level").iter_rows():
        if (day, tier, name) in stated:
            yield _level_refusal((day, tier, name), "stands twice")
        stated[day, tier, name] = level
    for key in sorted(set(stated) | set(levels)):
        if key not in stated:
            yield _level_refusal(key, "is missing")
        elif key not in levels:
            yield _level_refusal(key, "is of no class that takes part")
        elif stated[key] != str(levels[key]):
            yield _level_refusal(key, f"states another level than {levels[key]}")


def _level_refusal(key: LevelKey, told: str) -> Refusal:
    day, tier, name = key
    sentence = f"The level row of class {name} in tier {tier} {told}."
    return Refusal(rule=LEVELS, round_on=day, sentence=sentence)
