"""Charts as values: lines and shaded areas, a sentence that says the same, and the rows of the numbers behind them.

What is drawn stands here; which lines a chart of a page has is for that page's own module.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from apportion.model.world import World
from apportion.report.series import ZERO, Line, days_of
from apportion.report.words import Words

MOST_SMALL = 9
MOST_ROWS = 60
Heights = tuple[tuple[dt.date, Decimal, Decimal], ...]


@dataclass(frozen=True, slots=True)
class Area:
    """A shaded part of a chart.

    Attributes:
        role: What it shows: ``excess``, ``ahead`` or ``behind``.
        name: Its name in the legend.
        points: Day, floor and height; both hold until the next day.
    """

    role: str
    name: str
    points: Heights


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
        areas: What is shaded besides.
    """

    id: str
    title: str
    lines: tuple[tuple[str, Line], ...]
    caption: str
    unit: str
    rows: tuple[tuple[str, ...], ...]
    more_rows: int
    excess: Heights = ()
    areas: tuple[Area, ...] = ()

    def as_json(self, *, words: Words) -> dict[str, object]:
        """Return what the script needs to draw it: days as numbers since 1970."""
        excess = [Area("excess", words.say("line.excess"), self.excess)] if self.excess else []
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
            "areas": [
                {
                    "role": area.role,
                    "name": area.name,
                    "points": [
                        [day_number(day), _plain(low), _plain(height)] for day, low, height in area.points
                    ],
                }
                for area in (*excess, *self.areas)
            ],
        }


def day_number(day: dt.date) -> int:
    """Return the days since 1970-01-01."""
    return day.toordinal() - dt.date(1970, 1, 1).toordinal()


def _plain(value: Decimal) -> int | float:
    """Return a number for drawing, to three decimals: a picture shows no more."""
    rounded = round(float(value), 3)
    return int(rounded) if rounded.is_integer() else rounded


def figures_json(
    world: World, figures: Sequence[Figure], *, words: Words, until: dt.date | None = None
) -> str:
    """Return the charts as JSON that is safe inside a script element.

    Args:
        world: The facts, for the days of the plan.
        figures: The charts.
        words: The language.
        until: The last day shown, where it comes after the first day of the plan; None: the end of the plan.
    """
    calendar = world.settings.calendar
    end_on = until if until is not None and until > calendar.start_on else calendar.end_on
    whole = {
        "start": day_number(calendar.start_on),
        "end": day_number(end_on),
        "figures": [figure.as_json(words=words) for figure in figures],
    }
    text = json.dumps(whole, separators=(",", ":"), sort_keys=True)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def rows_behind(lines: Sequence[Line], *, words: Words) -> tuple[tuple[tuple[str, ...], ...], int]:
    """Return the numbers of some lines on the days of change, thinned evenly where they are many."""
    days = days_of(lines)
    if len(days) > MOST_ROWS:
        chosen = sorted({round(index * (len(days) - 1) / (MOST_ROWS - 1)) for index in range(MOST_ROWS)})
    else:
        chosen = list(range(len(days)))
    columns = [[words.text_of(value) for value in line.at(days)] for line in lines]
    rows = tuple((days[index].isoformat(), *(column[index] for column in columns)) for index in chosen)
    return rows, len(days) - len(rows)


def heights(floor: Line, top: Line) -> Heights:
    """Return by how much one line stands above another, and from where: day, floor and height."""
    days = days_of((floor, top))
    both = zip(days, floor.at(days), top.at(days), strict=True)
    return tuple((day, min(low, high), max(ZERO, high - low)) for day, low, high in both)
