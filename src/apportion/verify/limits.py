"""What may be used in all up to each round: supply, and the room of the sites, read by day.

Every list has one entry per round, in 10**-18 of the resource's unit, before the clip at 0; None is no limit.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from apportion.model.world import World
from apportion.verify.figures import AMOUNT, USE, exact

Limits = dict[str, list[int | None]]
Row = Mapping[str, Any]
POWER, LIQUID, UNITS = "power", "liquid", "units"
KINDS = (POWER, LIQUID, UNITS)


def rows_of(world: World, table: str) -> list[dict[str, Any]]:
    """Return the standing rows of a table by column."""
    return world.table(table).to_dicts()


def uses_liquid(sku: Row, *, site: Row) -> bool:
    """Return whether a unit draws liquid kW.

    Source: "a unit uses them only if its SKU is liquid-only or the site offers no air".
    """
    return list(sku["cooling"] or []) == ["liquid"] or (
        bool(site["cooling"]) and "air" not in site["cooling"]
    )


def site_use(sku: Row, *, site: Row) -> dict[str, int]:
    """Return what one unit uses of a site's power, liquid kW and places, in 10**-12."""
    power = exact(Decimal(sku["site_kw"]), USE)
    return {POWER: power, LIQUID: power if uses_liquid(sku, site=site) else 0, UNITS: USE}


def supply_limits(world: World) -> Limits:
    """Return the units of each SKU arrived up to each round, less all shipments of it.

    Source: "units of k shipped up to t ≤ units of k arrived up to t, less all `shipments` of k".
    """
    calendar = world.settings.calendar
    gone: dict[str, int] = defaultdict(int)
    for row in rows_of(world, "shipments"):
        gone[row["sku"]] += row["quantity"]
    arriving: dict[str, list[int]] = {}
    for row in rows_of(world, "skus"):
        arriving[row["sku"]] = [0] * len(calendar)
    for row in rows_of(world, "supply"):
        first = calendar.first_round(row["arrives_on"])
        if first < len(calendar) and row["sku"] in arriving:
            arriving[row["sku"]][first] += row["quantity"]
    limits: Limits = {}
    for sku, by_round in arriving.items():
        total = -gone[sku]
        limits[f"supply:{sku}"] = running = []
        for quantity in by_round:
            total += quantity
            running.append(total * AMOUNT)
    return limits


@dataclass(frozen=True, slots=True)
class _Draw:
    """What stands at a site already, from one day until another (None: for ever), in 10**-18."""

    from_day: int
    until_day: int | None
    amounts: dict[str, int]


def room_limits(world: World) -> Limits:
    """Return the room of every site by its resources ``power:S``, ``liquid:S`` and ``units:S``.

    Source: "room(s, t) = min over all days d ≥ date(t) + lead_days of power(d) − draw of fleet and
    shipments(d)".
    """
    sites = {row["site"]: row for row in rows_of(world, "sites")}
    steps: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(world, "readiness"):
        steps[row["site"]].append(row)
    draws = _draws(world, sites=sites)
    limits: Limits = {}
    for name, site in sites.items():
        days = [day.toordinal() + site["lead_days"] for day in world.settings.calendar.rounds]
        for kind, room in _room(_in_order(steps[name]), draws=draws[name], days=days).items():
            limits[f"{kind}:{name}"] = room
    return limits


def _draws(world: World, *, sites: Mapping[str, Row]) -> dict[str, list[_Draw]]:
    skus = {row["sku"]: row for row in rows_of(world, "skus")}
    draws: dict[str, list[_Draw]] = defaultdict(list)
    for table in ("fleet", "shipments"):
        for row in rows_of(world, table):
            if row["site"] not in sites or row["sku"] not in skus:
                continue
            site = sites[row["site"]]
            per_unit = site_use(skus[row["sku"]], site=site)
            # A use of 10**-12 for whole units is an amount of 10**-18 once multiplied by a million.
            amounts = {kind: use * row["quantity"] * (AMOUNT // USE) for kind, use in per_unit.items()}
            first, until = _drawn_days(row, lead_days=site["lead_days"])
            draws[row["site"]].append(_Draw(first, until, amounts))
    return draws


def _drawn_days(row: Row, *, lead_days: int) -> tuple[int, int | None]:
    if "since_on" in row:
        until: dt.date | None = row["until_on"]
        return row["since_on"].toordinal(), None if until is None else until.toordinal()
    if row["live_on"] is not None:
        return row["live_on"].toordinal(), None
    return row["shipped_on"].toordinal() + lead_days, None


def _in_order(steps: Sequence[Row]) -> list[tuple[int, dict[str, int | None]]]:
    """Return ready day and limits of each step, most power last, empty cells as in the step before."""
    ordered: list[tuple[tuple[object, ...], int, dict[str, int | None]]] = []
    liquid: int | None = None
    units: int | None = None
    for row in sorted(steps, key=lambda row: (row["ready_on"], row["power_kw"], row["step"])):
        liquid = liquid if row["liquid_kw"] is None else exact(row["liquid_kw"], AMOUNT)
        units = units if row["units_at_most"] is None else row["units_at_most"] * AMOUNT
        limit = {POWER: exact(row["power_kw"], AMOUNT), LIQUID: liquid, UNITS: units}
        ordered.append(((row["power_kw"], row["ready_on"], row["step"]), row["ready_on"].toordinal(), limit))
    # Empty cells look back by date; the step in force is the one with most power.
    return [(day, limit) for _, day, limit in sorted(ordered, key=lambda one: one[0])]


def _room(
    steps: Sequence[tuple[int, dict[str, int | None]]], *, draws: Sequence[_Draw], days: Sequence[int]
) -> dict[str, list[int | None]]:
    """Return, by kind, the least that is free on all days from each of `days` on."""
    changes = {ready for ready, _ in steps} | {draw.from_day for draw in draws}
    changes |= {draw.until_day for draw in draws if draw.until_day is not None}
    # The first stretch is all that lies before the first change.
    starts = [0, *sorted(changes)]
    room: dict[str, list[int | None]] = {}
    for kind in KINDS:
        free: list[int | None] = [_free(kind, on=start, steps=steps, draws=draws) for start in starts]
        for place in range(len(free) - 2, -1, -1):
            later = free[place + 1]
            now = free[place]
            free[place] = later if now is None else now if later is None else min(now, later)
        room[kind] = [free[bisect_right(starts, day) - 1] for day in days]
    return room


def _free(
    kind: str, *, on: int, steps: Sequence[tuple[int, dict[str, int | None]]], draws: Sequence[_Draw]
) -> int | None:
    ready = [limit for day, limit in steps if day <= on]
    limit = ready[-1][kind] if ready else (0 if kind == POWER else None)
    if limit is None:
        return None
    live = (draw for draw in draws if draw.from_day <= on and (draw.until_day is None or on < draw.until_day))
    return limit - sum(draw.amounts[kind] for draw in live)
