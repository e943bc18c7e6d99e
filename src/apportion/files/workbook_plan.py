"""A plan's tables → an ``.xlsx`` workbook with charts that live in the spreadsheet.

What the charts draw stands on the sheet `figures`: each series in consecutive rows, as steps, so that a line
never claims a value between two rounds.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import polars as pl

from apportion.files.workbook_book import EXACT_DIGITS, Book, Cell, Sheet
from apportion.files.workbook_cells import LAST_ROW
from apportion.files.workbook_charts import Range, add_bars, add_steps
from apportion.files.workbook_template import write_readme
from apportion.files.workbook_write import cell_values
from apportion.model.columns import Kind
from apportion.model.plan import SCHEMAS, Plan
from apportion.model.world import World

__all__ = ["write_plan_workbook"]

# More lines than this cannot be told apart; the largest are drawn, the tables hold them all.
_MOST_LINES = 8
_MOST_SITES = 12
_CHART_ROWS = 20
_FIGURES = "figures"
_FIGURES_HEADER = ("figure", "name", "on", "value")

Points = list[tuple[dt.date, Decimal]]


class _Series(NamedTuple):
    """A line of a chart: what it shows, of whom, and its steps."""

    figure: str
    name: str
    points: Points


def write_plan_workbook(
    plan: Plan, path: Path, *, world: World, made_on: dt.date, sentence: str = ""
) -> Path:
    """Write the results of a plan as one workbook.

    Args:
        plan: The plan.
        path: The file.
        world: The facts it was made from.
        made_on: The day written into it; the same plan and day give the same bytes.
        sentence: The one sentence that matters.

    Raises:
        FindingsError: A table or text is larger than a sheet or cell can hold.
        UsageError: No file can be written there.
    """
    book = Book(made_on=made_on, title=f"Plan of {plan.scenario}")
    write_readme(book, title=f"Plan of {plan.scenario}", lines=_readme(plan, made_on, sentence=sentence))
    sheets: dict[str, Sheet] = {}
    for name in SCHEMAS:
        frame = _shown(plan, name)
        if frame is not None:
            sheets[name] = _write_table(book, name, frame)
    series = list(_series(plan, world))
    ranges = _write_figures(book, series)
    if "customers" in sheets:
        _draw_customers(book, sheets["customers"], frame=_shown(plan, "customers"), ranges=ranges)
    if "sites" in sheets:
        _draw_sites(book, sheets["sites"], rows=len(plan.tables["sites"]), ranges=ranges)
    return book.save(path)


def _shown(plan: Plan, name: str) -> pl.DataFrame | None:
    """Return a table as its sheet shows it: customers with what they are short, from the table of shortages."""
    frame = plan.tables.get(name)
    if frame is None or name != "customers":
        return frame
    short = plan.tables["shortages"].group_by("customer").agg(pl.col("short").sum())
    joined = frame.join(short, on="customer", how="left", maintain_order="left")
    filled = joined.with_columns(pl.col("short").fill_null(Decimal(0)))
    first = ["customer", "ordered", "filled", "short"]
    return filled.select(*first, pl.exclude(first))


def _write_table(book: Book, name: str, frame: pl.DataFrame) -> Sheet:
    sheet = book.sheet(name)
    for at, column in enumerate(frame.iter_columns(), start=1):
        sheet.write((1, at), column.name, looks="header")
        for row, value in enumerate(cell_values(column), start=2):
            sheet.write((row, at), _rounded(value), column=column.name)
    sheet.set_widths({at: _kind(column) for at, column in enumerate(frame.iter_columns(), start=1)})
    sheet.freeze_header(rows=len(frame), columns=frame.width)
    return sheet


def _kind(column: pl.Series) -> Kind:
    if column.dtype == pl.Date:
        return Kind.DAY
    return Kind.NUMBER if column.dtype.is_numeric() else Kind.TEXT


def _rounded(value: Cell) -> Cell:
    """Return a number with as many digits as a cell holds; nobody reads a plan back from its workbook."""
    if not isinstance(value, Decimal):
        return value
    digits = value.as_tuple()
    return value if len(digits.digits) <= EXACT_DIGITS else Decimal(f"{value:.{EXACT_DIGITS}g}")


def _readme(plan: Plan, made_on: dt.date, *, sentence: str) -> list[tuple[str, str | dt.date]]:
    policy = plan.policy.as_json()
    view = plan.view
    day = "no day: everything" if view.as_known_on is None else view.as_known_on.isoformat()
    lines: list[tuple[str, str | dt.date]] = [("In a sentence", sentence)] if sentence else []
    lines += [
        ("Scenario", plan.scenario),
        ("Made on", made_on),
        ("As of", f"{day}; viewpoint {view.viewpoint}; case {view.case}."),
        ("Digest of the facts", plan.world_digest),
        ("Digest of the plan", plan.digest),
        ("Software", f"apportion {plan.software}"),
        *((f"Policy: {key}", _policy_words(value)) for key, value in policy.items()),
        *((f"Total {name}", total) for name, total in plan.totals.items()),
        (
            "Numbers",
            f"Rounded to the {EXACT_DIGITS} digits a cell holds; plan.json and its tables are exact.",
        ),
        (
            "Charts",
            f"Under the customers and beside the sites; what they draw stands on the sheet {_FIGURES}.",
        ),
        ("Proof", "This workbook proves nothing by itself: `apportion verify` checks the plan's folder."),
    ]
    return lines


def _policy_words(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value or "start_on")


def _series(plan: Plan, world: World) -> Iterator[_Series]:
    """Yield what the charts draw: what each customer has received by each day, and each site's power and load."""
    calendar = world.settings.calendar
    end_on = calendar.end_on
    allocations = plan.tables["allocations"]
    received: dict[str, Points] = defaultdict(lambda: [(calendar.start_on, Decimal(0))])
    by_day = allocations.group_by("customer", "round_on").agg(pl.col("filled").sum())
    for customer, day, filled in by_day.sort("customer", "round_on").iter_rows():
        points = received[customer]
        points.append((day, points[-1][1] + filled))
    for customer in sorted(received, key=lambda one: (-received[one][-1][1], one)):
        yield _Series("received", customer, _steps(received[customer], end_on))
    sites = plan.tables.get("sites")
    if sites is None:
        return
    for column in ("power_kw", "load_kw"):
        values: dict[str, Points] = defaultdict(list)
        for site, day, value in sites.select("site", "round_on", column).iter_rows():
            values[site].append((day, value))
        for site, points in values.items():
            yield _Series(column, site, _steps(points, end_on))


def _steps(points: Points, end_on: dt.date) -> Points:
    """Return points that draw steps: before each change the value that held until then.

    >>> [day.day for day, _ in _steps([(dt.date(2024, 1, 1), Decimal(0))], dt.date(2024, 1, 9))]
    [1, 9]
    """
    drawn: Points = []
    for day, value in points:
        if drawn:
            drawn.append((day, drawn[-1][1]))
        drawn.append((day, value))
    if drawn and drawn[-1][0] < end_on:
        drawn.append((end_on, drawn[-1][1]))
    return drawn


def _write_figures(book: Book, series: list[_Series]) -> dict[str, dict[str, Range]]:
    """Write the points of every series, and return the rows of each by figure and name."""
    sheet = book.sheet(_FIGURES)
    for at, name in enumerate(_FIGURES_HEADER, start=1):
        sheet.write((1, at), name, looks="header")
    ranges: dict[str, dict[str, Range]] = {}
    row = 2
    for one in series:
        # The charts show the largest; the figures of the rest may be cut where a sheet ends.
        if row + len(one.points) > LAST_ROW:
            continue
        first = row
        for day, value in one.points:
            for at, cell in enumerate((one.figure, one.name, day, _rounded(value)), start=1):
                sheet.write((row, at), cell)
            row += 1
        ranges.setdefault(one.figure, {})[one.name] = Range(sheet.name, first, row - 1)
    sheet.set_widths({3: Kind.DAY, 4: Kind.NUMBER})
    sheet.freeze_header(rows=row - 2, columns=len(_FIGURES_HEADER))
    return ranges


def _draw_customers(
    book: Book, sheet: Sheet, *, frame: pl.DataFrame | None, ranges: Mapping[str, Mapping[str, Range]]
) -> None:
    if frame is None or frame.is_empty():
        return
    under = len(frame) + 3
    bars = [(at, name) for at, name in enumerate(frame.columns, start=1) if name in {"filled", "short"}]
    add_bars(
        book,
        sheet,
        title="Filled and short by customer, ordered units",
        columns=bars,
        rows=(2, len(frame) + 1),
    ).place(under, 1)
    received = dict(list(ranges.get("received", {}).items())[:_MOST_LINES])
    if received:
        left_out = len(ranges["received"]) - len(received)
        title = "Received by customer, ordered units in all" + (
            f"; {left_out} smaller ones left out" if left_out else ""
        )
        add_steps(book, sheet, title=title, lines=received).place(under + _CHART_ROWS, 1)


def _draw_sites(book: Book, sheet: Sheet, *, rows: int, ranges: Mapping[str, Mapping[str, Range]]) -> None:
    if not rows:
        return
    power, load = ranges.get("power_kw", {}), ranges.get("load_kw", {})
    drawn = [site for site in load if site in power][:_MOST_SITES]
    for number, site in enumerate(drawn):
        lines = {"power": power[site], "load": load[site]}
        title = f"Power and load of {site}, kW"
        add_steps(book, sheet, title=title, lines=lines).place(2 + number * _CHART_ROWS, 7)
