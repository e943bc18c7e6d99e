"""A plan's tables → an ``.xlsx`` workbook with charts that live in the spreadsheet.

What the charts draw stands on the sheet `figures`: each series in consecutive rows, as steps, so that a line
never claims a value between two rounds.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import polars as pl

from apportion.files.workbook_book import EXACT_DIGITS, Book, Cell, Sheet, printable
from apportion.files.workbook_cells import LAST_ROW
from apportion.files.workbook_charts import Range, add_bars, add_steps
from apportion.files.workbook_template import write_readme
from apportion.files.workbook_write import cell_values
from apportion.model.columns import DECIMALS, NUMBER, Kind
from apportion.model.plan import SCHEMAS, Plan
from apportion.model.world import World

__all__ = ["write_plan_workbook"]

# More lines than this cannot be told apart; the largest are drawn, the tables hold them all.
_MOST_LINES = 8
_MOST_SITES = 12
_CHART_ROWS = 20
_FIGURES = "figures"
_FIGURES_HEADER = ("figure", "name", "on", "value")

_SITE_FIGURES = {"power_kw": "power", "load_kw": "load"}

Days = tuple[dt.date, dt.date]
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
            sheets[name] = _write_table(book, name, frame=frame)
    series = list(_series(plan, world))
    ranges = _write_figures(book, series)
    days = (world.settings.calendar.start_on, world.settings.calendar.end_on)
    customers = _shown(plan, "customers")
    if customers is not None and len(customers):
        _draw_filled(book, sheets["customers"], frame=customers)
        _draw_received(book, sheets["customers"], below=len(customers), ranges=ranges, days=days)
    if "sites" in sheets:
        busy = [one.name for one in series if one.figure in _SITE_FIGURES and any(v for _, v in one.points)]
        _draw_sites(book, sheets["sites"], sites=list(dict.fromkeys(busy)), ranges=ranges, days=days)
    return book.save(path)


def _shown(plan: Plan, name: str) -> pl.DataFrame | None:
    """Return a table as its sheet shows it: levels as numbers too, customers with what they are short."""
    frame = plan.tables.get(name)
    if frame is None or name not in {"levels", "customers"}:
        return frame
    if name == "levels":
        about = [_about(level) for level in frame["level"].to_list()]
        return frame.clone().insert_column(
            frame.columns.index("level") + 1, pl.Series("level_about", about, dtype=NUMBER)
        )
    short = plan.tables["shortages"].group_by("customer").agg(pl.col("short").sum())
    joined = frame.join(short, on="customer", how="left", maintain_order="left")
    filled = joined.with_columns(pl.col("short").fill_null(Decimal(0)))
    first = ["customer", "ordered", "filled", "short"]
    return filled.select(*first, pl.exclude(first))


def _about(level: str) -> Decimal:
    """Return an exact level to six decimals, for whoever sorts or draws it.

    >>> _about("1/3")
    Decimal('0.333333')
    """
    exact = Fraction(level)
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(1).scaleb(-DECIMALS))


def _write_table(book: Book, name: str, *, frame: pl.DataFrame) -> Sheet:
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
    """Return a value as a cell and a chart can show it; nobody reads a plan back from its workbook."""
    if not isinstance(value, Decimal):
        return printable(value) if isinstance(value, str) else value
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
        *[("Only statement taken", one) for one in view.under],
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
            (
                f"Under the customers, and beside the sites for the first {_MOST_SITES} that have power or load; "
                f"what they draw stands on the sheet {_FIGURES}."
            ),
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
        yield _Series("received", printable(customer), _steps(received[customer], end_on))
    sites = plan.tables.get("sites")
    if sites is None:
        return
    for column in _SITE_FIGURES:
        values: dict[str, Points] = defaultdict(list)
        for site, day, value in sites.select("site", "round_on", column).iter_rows():
            values[site].append((day, value))
        for site, points in values.items():
            yield _Series(column, printable(site), _steps(points, end_on))


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


def _draw_filled(book: Book, sheet: Sheet, *, frame: pl.DataFrame) -> None:
    bars = [(at, name) for at, name in enumerate(frame.columns, start=1) if name in {"filled", "short"}]
    title = "Filled and short by customer, ordered units"
    chart = add_bars(book, sheet, title=title, columns=bars, rows=(2, len(frame) + 1))
    chart.place(len(frame) + 3, 0)


def _draw_received(
    book: Book, sheet: Sheet, *, below: int, ranges: Mapping[str, Mapping[str, Range]], days: Days
) -> None:
    everyone = ranges.get("received", {})
    if not everyone:
        return
    lines = dict(list(everyone.items())[:_MOST_LINES])
    left_out = len(everyone) - len(lines)
    title = "Received by customer, ordered units in all"
    title += f"; {left_out} smaller ones left out" if left_out else ""
    chart = add_steps(book, sheet, title=title, lines=lines, days=days)
    chart.place(below + 3 + _CHART_ROWS, 0)


def _draw_sites(
    book: Book, sheet: Sheet, *, sites: Sequence[str], ranges: Mapping[str, Mapping[str, Range]], days: Days
) -> None:
    both = [site for site in sites if all(site in ranges.get(figure, {}) for figure in _SITE_FIGURES)]
    for number, site in enumerate(both[:_MOST_SITES]):
        lines = {words: ranges[figure][site] for figure, words in _SITE_FIGURES.items()}
        chart = add_steps(book, sheet, title=f"Power and load of {site}, kW", lines=lines, days=days)
        chart.place(2 + number * _CHART_ROWS, len(SCHEMAS["sites"]) + 1)
