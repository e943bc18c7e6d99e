"""Charts of a workbook: bars and steps over the cells of a sheet, drawn by the spreadsheet itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from apportion.files.workbook_book import DAY_FORMAT, Book, Sheet

_NAME_COLUMN, _DAY_COLUMN, _VALUE_COLUMN = 1, 2, 3
_EPOCH = dt.date(1899, 12, 30)  # The day that a sheet counts as 0.
_WIDTH_PIXELS, _HEIGHT_PIXELS = 860, 380
# Told apart by people who see few colours. Source: M. Okabe and K. Ito, Color Universal Design.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C8C8C")
_DASHES = ("solid", "dash", "round_dot", "long_dash")


class Range(NamedTuple):
    """The rows of one series on a sheet of figures, first and last, from 1."""

    sheet: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart that is filled and not yet placed."""

    inner: Any
    sheet: Sheet

    def place(self, row: int, column: int) -> None:
        """Put its upper left corner on a cell."""
        self.sheet.inner.insert_chart(row - 1, column, self.inner)


def add_bars(
    book: Book, sheet: Sheet, *, title: str, columns: Sequence[tuple[int, str]], rows: tuple[int, int]
) -> Chart:
    """Return stacked bars of some columns of a sheet, by the names in its first column.

    Args:
        book: The workbook.
        sheet: The sheet that holds the values.
        title: What is shown, with the unit.
        columns: Place and name of each column, the lowest part of a bar first.
        rows: First and last row.
    """
    chart = book.chart({"type": "column", "subtype": "stacked"})
    first, last = rows[0] - 1, rows[1] - 1
    for number, (at, name) in enumerate(columns):
        chart.add_series(
            {
                "name": name,
                "categories": [sheet.name, first, 0, last, 0],
                "values": [sheet.name, first, at - 1, last, at - 1],
                "fill": {"color": _COLOURS[number % len(_COLOURS)]},
            }
        )
    chart.set_y_axis({"num_format": "#,##0", "min": 0})
    return _finished(chart, sheet, title=title)


def add_steps(
    book: Book, sheet: Sheet, *, title: str, lines: Mapping[str, Range], days: tuple[dt.date, dt.date]
) -> Chart:
    """Return lines over days, one for each range of figures.

    Args:
        book: The workbook.
        sheet: Where it is to stand.
        title: What is shown, with the unit.
        lines: The range of each line by its name in the legend.
        days: The first and last day of the axis.
    """
    chart = book.chart({"type": "scatter", "subtype": "straight"})
    for number, (name, figures) in enumerate(lines.items()):
        first, last = figures.first - 1, figures.last - 1
        chart.add_series(
            {
                # The library takes a name that begins like a formula for one; the cell holds the same name.
                "name": [figures.sheet, first, _NAME_COLUMN] if name.startswith("=") else name,
                "categories": [figures.sheet, first, _DAY_COLUMN, last, _DAY_COLUMN],
                "values": [figures.sheet, first, _VALUE_COLUMN, last, _VALUE_COLUMN],
                "line": {
                    "color": _COLOURS[number % len(_COLOURS)],
                    "width": 2,
                    "dash_type": _DASHES[number % len(_DASHES)],
                },
                "marker": {"type": "none"},
            }
        )
    first_day, last_day = ((day - _EPOCH).days for day in days)
    axis = {"num_format": DAY_FORMAT, "num_font": {"rotation": -45}, "min": first_day, "max": last_day}
    chart.set_x_axis(axis)
    chart.set_y_axis({"num_format": "#,##0", "min": 0})
    return _finished(chart, sheet, title=title)


def _finished(chart: Any, sheet: Sheet, *, title: str) -> Chart:  # noqa: ANN401, the library has no types
    chart.set_title({"name": title, "overlay": False, "name_font": {"size": 12}})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": _WIDTH_PIXELS, "height": _HEIGHT_PIXELS})
    return Chart(chart, sheet)
