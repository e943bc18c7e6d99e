"""Charts of what each customer had received in fact, against what it would have received by the policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from apportion.calendar import Calendar
from apportion.model.world import World
from apportion.report.charts import MOST_SMALL, Area, Figure, Heights, heights, rows_behind
from apportion.report.series import ZERO, Line, changes
from apportion.report.words import Words
from apportion.study.adherence import Adherence

_Pair = tuple[Line, Line]


def path_figures(
    world: World, found: Adherence, *, names: Mapping[str, str], words: Words
) -> tuple[list[Figure], int]:
    """Return one small chart per customer and SKU, those furthest from the policy first, and how many are left out.

    Args:
        world: The facts.
        found: The study.
        names: What customers are called, by id.
        words: The language.
    """
    calendar = world.settings.calendar
    pairs = _lines(found)
    off = {key: unit_days_apart(*pair, calendar=calendar) for key, pair in pairs.items()}
    ranked = sorted(pairs, key=lambda key: (-sum(off[key]), key))
    several = len({sku for _, sku in pairs}) > 1
    figures = []
    for number, key in enumerate(ranked[:MOST_SMALL], start=1):
        name, sku = names.get(key[0], key[0]), key[1]
        figures.append(
            _figure(
                pairs[key],
                place=number,
                title=words.say("departure.of-sku", customer=name, sku=sku) if several else name,
                off=off[key],
                words=words,
            )
        )
    return figures, len(ranked) - len(figures)


def _lines(found: Adherence) -> dict[tuple[str, str], _Pair]:
    """Return the two lines of each customer and SKU."""
    points: dict[tuple[str, str], list[tuple[dt.date, Decimal, Decimal]]] = {}
    for customer, sku, *point in found.paths.iter_rows():
        points.setdefault((customer, sku), []).append((point[0], point[1], point[2]))
    return {
        key: (
            Line("fact", changes([(day, in_fact) for day, in_fact, _ in rows])),
            Line("policy", changes([(day, by_policy) for day, _, by_policy in rows])),
        )
        for key, rows in points.items()
    }


def unit_days_apart(in_fact: Line, by_policy: Line, *, calendar: Calendar) -> tuple[Decimal, Decimal]:
    """Return the unit-days by which a line is ahead of another and behind it, to the end of the plan."""
    ahead = _summed(heights(by_policy, in_fact), end_on=calendar.end_on)
    return ahead, _summed(heights(in_fact, by_policy), end_on=calendar.end_on)


def _summed(points: Heights, *, end_on: dt.date) -> Decimal:
    days = [day for day, _, _ in points]
    stretches = zip(points, [*days[1:], end_on], strict=True)
    return sum((height * (then - day).days for (day, _, height), then in stretches), ZERO)


def _figure(pair: _Pair, *, place: int, title: str, off: Sequence[Decimal], words: Words) -> Figure:
    in_fact, by_policy = pair
    rows, more_rows = rows_behind(pair, words=words)
    return Figure(
        id=f"figure-path-{place}",
        title=title,
        lines=((words.say("line.fact"), in_fact), (words.say("line.policy"), by_policy)),
        caption=words.say(
            "figure.path", fact=in_fact.last, policy=by_policy.last, ahead=off[0], behind=off[1]
        ),
        unit=words.say("unit.units"),
        rows=rows,
        more_rows=more_rows,
        areas=(
            Area("ahead", words.say("line.ahead"), heights(by_policy, in_fact)),
            Area("behind", words.say("line.behind"), heights(in_fact, by_policy)),
        ),
    )
