"""Room of the sites, read by day: what readiness gives less what fleet and shipments draw.

room(s, t) = max(0, min over all days d >= date(t) + lead_days of limit(d) - draw(d)).
The amounts change on few days only, so the minimum is over those days and the first one.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from .tables import Tables, day, days_after, number, optional_day, optional_number, text

POWER, LIQUID, UNITS = "power", "liquid", "units"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One row of `readiness`; None is no limit."""

    ready_on: dt.date
    limits: dict[str, Fraction | None]


@dataclass(frozen=True, kw_only=True)
class Draw:
    """What units that stand already take of a site, from one day until another (None: for ever)."""

    from_on: dt.date
    until_on: dt.date | None
    amounts: dict[str, Fraction]

    def amount(self, kind: str, *, on: dt.date) -> Fraction:
        """Return what is drawn of one kind on one day."""
        is_live = self.from_on <= on and (self.until_on is None or on < self.until_on)
        return self.amounts[kind] if is_live else Fraction(0)


def cooling_kinds(kinds: Sequence[str]) -> set[str]:
    """Return the kinds of a cooling cell; empty is any."""
    return set(kinds) or {"air", "liquid"}


def site_amounts(sku: dict[str, str], *, site: dict[str, str]) -> dict[str, Fraction]:
    """Return what one unit takes at a site.

    "the same for liquid kW (a unit uses them only if its SKU is liquid-only or the site offers no air)"
    """
    power = number(sku, "site_kw")
    is_liquid_only = cooling_kinds(split(sku)) == {"liquid"}
    has_air = "air" in cooling_kinds(split(site))
    return {POWER: power, LIQUID: power if is_liquid_only or not has_air else Fraction(0), UNITS: Fraction(1)}


def split(row: dict[str, str]) -> list[str]:
    """Return the cooling kinds named in a row."""
    return [kind for kind in text(row, "cooling").split("|") if kind]


def site_steps(rows: Iterable[dict[str, str]]) -> list[Step]:
    """Return the steps of one site in the order (ready_on, power_kw, step).

    "liquid_kw, units_at_most: these two empty: as the step before, no limit if never given"
    """
    ordered = sorted(rows, key=lambda row: (day(row, "ready_on"), number(row, "power_kw"), row["step"]))
    steps: list[Step] = []
    liquid: Fraction | None = None
    units: Fraction | None = None
    for row in ordered:
        given = optional_number(row, "liquid_kw")
        liquid = liquid if given is None else given
        given = optional_number(row, "units_at_most")
        units = units if given is None else given
        limits = {POWER: number(row, "power_kw"), LIQUID: liquid, UNITS: units}
        steps.append(Step(ready_on=day(row, "ready_on"), limits=limits))
    return steps


def limit_on(steps: Sequence[Step], *, kind: str, on: dt.date) -> Fraction | None:
    """Return the limit of one kind on one day; None is no limit.

    "The step in force is the ready one with most power (ties: ready_on, step). Before the first step,
    or with none, power is 0 and the other two are not limited."
    """
    ready = [
        (step.limits[POWER] or Fraction(0), number)
        for number, step in enumerate(steps)
        if step.ready_on <= on
    ]
    if not ready:
        return Fraction(0) if kind == POWER else None
    return steps[max(ready)[1]].limits[kind]


def site_draws(tables: Tables, *, site: dict[str, str], skus: dict[str, dict[str, str]]) -> list[Draw]:
    """Return the draw of fleet and shipments at one site.

    "a shipment draws from live_on, else shipped_on + lead_days, for ever"; fleet on [since_on, until_on).
    """
    draws = []
    for table, first, last in (("fleet", "since_on", "until_on"), ("shipments", "live_on", "")):
        for row in tables.get(table, []):
            if row["site"] != site["site"]:
                continue
            start = optional_day(row, first)
            if start is None:
                start = days_after(day(row, "shipped_on"), days=number(site, "lead_days", default="0"))
            quantity = number(row, "quantity")
            unit = site_amounts(skus[row["sku"]], site=site)
            amounts = {kind: quantity * amount for kind, amount in unit.items()}
            draws.append(
                Draw(from_on=start, until_on=optional_day(row, last) if last else None, amounts=amounts)
            )
    return draws


def site_room(
    tables: Tables, *, site: dict[str, str], skus: dict[str, dict[str, str]], rounds: Sequence[dt.date]
) -> dict[str, list[Fraction | None]]:
    """Return the room of one site by kind and round; None is no limit."""
    steps = site_steps(row for row in tables.get("readiness", []) if row["site"] == site["site"])
    draws = site_draws(tables, site=site, skus=skus)
    changes = {step.ready_on for step in steps} | {draw.from_on for draw in draws}
    changes |= {draw.until_on for draw in draws if draw.until_on is not None}
    room: dict[str, list[Fraction | None]] = {POWER: [], LIQUID: [], UNITS: []}
    for kind, by_round in room.items():
        for round_on in rounds:
            first = days_after(round_on, days=number(site, "lead_days", default="0"))
            left: list[Fraction] = []
            for on in [first, *sorted(on for on in changes if on > first)]:
                limit = limit_on(steps, kind=kind, on=on)
                if limit is not None:
                    left.append(limit - sum((draw.amount(kind, on=on) for draw in draws), Fraction(0)))
            by_round.append(max(Fraction(0), min(left)) if left else None)
    return room
