"""The charts of a plan: supply against demand, what each customer received, power against load at each site."""

from __future__ import annotations

from collections.abc import Sequence

from apportion.model.plan import Plan
from apportion.model.world import World
from apportion.report.charts import MOST_SMALL, Figure, Heights, heights, rows_behind
from apportion.report.series import (
    ZERO,
    Line,
    power_and_load,
    receipts,
    shipped,
    sites_that_matter,
    supply_and_demand,
)
from apportion.report.summary import CustomerLine
from apportion.report.words import Words

__all__ = ["Figure", "customer_figures", "site_figures", "supply_figure"]

_NAMES = {
    "supply": "line.supply",
    "ordered": "line.ordered",
    "shipped": "line.shipped",
    "received": "line.received",
    "entitled": "line.entitled",
    "power": "line.power",
    "load": "line.load",
}


def _named(lines: Sequence[Line], *, words: Words, receiver: bool = False) -> tuple[tuple[str, Line], ...]:
    keys = {**_NAMES, "shipped": _NAMES["received"]} if receiver else _NAMES
    return tuple((words.say(keys[line.role]), line) for line in lines)


def supply_figure(world: World, plan: Plan, *, words: Words) -> Figure:
    """Return supply against demand over time."""
    lines = supply_and_demand(world, plan)
    supply, ordered, sent = lines
    rows, more_rows = rows_behind(lines, words=words)
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
        rows, more_rows = rows_behind(lines, words=words)
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
        rows, more_rows = rows_behind((power, load), words=words)
        excess = heights(power, load)
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


def _site_caption(power: Line, load: Line, *, excess: Heights, words: Words) -> str:
    end = words.say("figure.site", load=load.last, power=power.last)
    above = [(day, height) for day, _, height in excess if height]
    if not above:
        return words.together([end, words.say("figure.site-within")])
    most = max(height for _, height in above)
    return words.together([end, words.say("figure.site-above", day=above[0][0], most=most)])
