"""Charts as values: lines, a sentence that says the same, and the rows of the numbers behind them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apportion.model.plan import Plan
from apportion.model.world import World
from apportion.report.series import (
    ZERO,
    Line,
    days_of,
    power_and_load,
    receipts,
    shipped,
    sites_that_matter,
    supply_and_demand,
)
from apportion.report.summary import CustomerLine
from apportion.report.words import Words

MOST_SMALL = 9
MOST_ROWS = 60
_NAMES = {
    "supply": "line.supply",
    "ordered": "line.ordered",
    "shipped": "line.shipped",
    "received": "line.received",
    "entitled": "line.entitled",
    "power": "line.power",
    "load": "line.load",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One chart.

    Attributes:
        id: Its id in the page; never made of the user's text.
        title: Its heading; empty where the section's own heading says it.
        lines: What it draws, each with its name in the legend.
        caption: The sentence that says what it shows, with the numbers.
        unit: The unit of its values.
        rows: Day and the value of each line, for the table behind it.
        more_rows: Rows left out of that table.
        excess: Day, floor and height of what stands above the line `power`.
    """

    id: str
    title: str
    lines: tuple[tuple[str, Line], ...]
    caption: str
    unit: str
    rows: tuple[tuple[str, ...], ...]
    more_rows: int
    excess: tuple[tuple[dt.date, Decimal, Decimal], ...] = ()

    def as_json(self) -> dict[str, object]:
        """Return what the script needs to draw it: days as numbers since 1970."""
        return {
            "id": self.id,
            "unit": self.unit,
            "lines": [
                {
                    "role": line.role,
                    "name": name,
                    "points": [[day_number(day), _plain(value)] for day, value in line.points],
                }
                for name, line in self.lines
            ],
            "excess": [[day_number(day), _plain(low), _plain(high)] for day, low, high in self.excess],
        }


def day_number(day: dt.date) -> int:
    """Return the days since 1970-01-01."""
    return day.toordinal() - dt.date(1970, 1, 1).toordinal()


def _plain(value: Decimal) -> int | float:
    """Return a number for drawing, to three decimals: a picture shows no more."""
    rounded = round(float(value), 3)
    return int(rounded) if rounded.is_integer() else rounded


def figures_json(world: World, figures: Sequence[Figure]) -> str:
    """Return the charts as JSON that is safe inside a script element."""
    calendar = world.settings.calendar
    whole = {
        "start": day_number(calendar.start_on),
        "end": day_number(calendar.end_on),
        "figures": [figure.as_json() for figure in figures],
    }
    text = json.dumps(whole, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _named(lines: Sequence[Line], *, words: Words, receiver: bool = False) -> tuple[tuple[str, Line], ...]:
    keys = {**_NAMES, "shipped": _NAMES["received"]} if receiver else _NAMES
    return tuple((words.say(keys[line.role]), line) for line in lines)


def _rows(lines: Sequence[Line], *, words: Words) -> tuple[tuple[tuple[str, ...], ...], int]:
    """Return the numbers of some lines on the days of change, thinned evenly where they are many."""
    days = days_of(lines)
    if len(days) > MOST_ROWS:
        chosen = sorted({round(index * (len(days) - 1) / (MOST_ROWS - 1)) for index in range(MOST_ROWS)})
    else:
        chosen = list(range(len(days)))
    columns = [[words.text_of(value) for value in line.at(days)] for line in lines]
    rows = tuple((days[index].isoformat(), *(column[index] for column in columns)) for index in chosen)
    return rows, len(days) - len(rows)


def supply_figure(world: World, plan: Plan, *, words: Words) -> Figure:
    """Return supply against demand over time."""
    lines = supply_and_demand(world, plan)
    supply, ordered, sent = lines
    rows, more_rows = _rows(lines, words=words)
    return Figure(
        id="figure-supply",
        title="",
        lines=_named(lines, words=words),
        caption=words.say(
            "figure.supply",
            day=world.settings.calendar.end_on,
            supply=supply.last,
            ordered=ordered.last,
            shipped=sent.last,
        ),
        unit=words.say("unit.units"),
        rows=rows,
        more_rows=more_rows,
    )


def customer_figures(
    world: World, plan: Plan, *, customers: Sequence[CustomerLine], words: Words
) -> list[Figure]:
    """Return one small chart per customer, those with most units ordered first."""
    weights = dict(plan.tables["customers"].select("customer", "weight").rows())
    whole = sum((weight or ZERO for weight in weights.values()), ZERO)
    everyone = shipped(world, plan.tables["allocations"])
    ranked = sorted(customers, key=lambda line: (-line.ordered, line.customer))
    figures = []
    for number, customer in enumerate(ranked[:MOST_SMALL], start=1):
        share = (weights[customer.customer] or ZERO) / whole if whole else ZERO
        lines = receipts(world, plan, customer=customer.customer, everyone=everyone, weight_share=share)
        received, entitled = lines
        rows, more_rows = _rows(lines, words=words)
        figures.append(
            Figure(
                id=f"figure-customer-{number}",
                title=customer.name,
                lines=_named(lines, words=words, receiver=True),
                caption=words.say(
                    "figure.customer",
                    received=received.last,
                    entitled=round(entitled.last),
                    percent=round(share * 100, 1),
                ),
                unit=words.say("unit.units"),
                rows=rows,
                more_rows=more_rows,
            )
        )
    return figures


def site_figures(world: World, plan: Plan, *, words: Words) -> list[Figure]:
    """Return one small chart per site that matters, those with most units first."""
    names = {site: name or site for site, name in world.sites.select("site", "name").iter_rows()}
    figures = []
    for number, site in enumerate(sites_that_matter(plan)[:MOST_SMALL], start=1):
        power, load = power_and_load(plan, site=site)
        rows, more_rows = _rows((power, load), words=words)
        excess = _excess(power, load)
        figures.append(
            Figure(
                id=f"figure-site-{number}",
                title=names.get(site, site),
                lines=_named((power, load), words=words),
                caption=_site_caption(power, load, excess=excess, words=words),
                unit=words.say("unit.kw"),
                rows=rows,
                more_rows=more_rows,
                excess=excess if any(above for _, _, above in excess) else (),
            )
        )
    return figures


def _excess(power: Line, load: Line) -> tuple[tuple[dt.date, Decimal, Decimal], ...]:
    days = days_of((power, load))
    both = zip(days, power.at(days), load.at(days), strict=True)
    return tuple((day, min(limit, used), max(ZERO, used - limit)) for day, limit, used in both)


def _site_caption(
    power: Line, load: Line, *, excess: Sequence[tuple[dt.date, Decimal, Decimal]], words: Words
) -> str:
    end = words.say("figure.site", load=load.last, power=power.last)
    above = [(day, height) for day, _, height in excess if height]
    if not above:
        return f"{end} {words.say('figure.site-within')}"
    most = max(height for _, height in above)
    return f"{end} {words.say('figure.site-above', day=above[0][0], most=most)}"
