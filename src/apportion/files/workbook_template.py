"""How a table is laid out on a sheet: header, what each column means, lists to choose from; and the empty workbook."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from apportion.calendar import Calendar, RoundLength
from apportion.files.workbook_book import Book, Sheet
from apportion.files.workbook_cells import LAST_ROW, column_name
from apportion.files.workbook_headers import header_of
from apportion.files.workbook_settings import HEADER, KINDS, SHEET, TOML, settings_entries
from apportion.model.columns import Column, Kind, Table
from apportion.model.contracts import TABLES
from apportion.model.policy import Count, LevelBy, Rule, Settings

# Lists reach this far under the last row, for the rows that people add.
_ROWS_TO_COME = 1_000
# A list of more names is no help to choose from.
_MOST_NAMES = 500
_LONGEST_LIST = 255
_LINE_POINTS, _LETTERS_PER_LINE = 15, 95
# Left out of an empty workbook, since the column changes what an empty cell means once it is there.
_SPEAKS_WHEN_THERE = ("public_on", "known_to")
_MEANINGS = {
    "name": "The scenario's id.",
    "title": "Its title in words.",
    "start_on": "First day of the plan.",
    "end_on": "First day after it.",
    "round": "How often supply is divided: day, week (Mondays), month (first days).",
    "reference_sku": "The unit of reference-unit comparisons.",
    "currency": "The currency of money.",
    "capital_percent_per_year": "The cost of money tied up in idle units, percent per year.",
    "policy.rule": "How supply is divided.",
    "policy.level_by": "Whose levels are evened.",
    "policy.count": "What is counted in a level.",
    "policy.readiness": "Whether nothing ships before the site can power it.",
    "policy.whole_lots": "Whether units are rounded to lots.",
    "policy.commitments": "Which orders are planned: firm, soft, forecast, separated by |.",
    "policy.count_from_on": "Receipts since then count in a level; empty: start_on.",
}
_CHOICES: dict[str, Sequence[str]] = {
    "round": ("day", "week", "month"),
    "policy.rule": [str(one) for one in Rule],
    "policy.level_by": [str(one) for one in LevelBy],
    "policy.count": [str(one) for one in Count],
}


def template_columns(table: Table) -> list[str]:
    """Return the columns of a table in an empty workbook: all whose empty cells mean what an absent one means."""
    own = [column.name for column in table.columns if not column.filled_once_present]
    shared = [name for name in table.by_name if name in {"basis", "evidence", "note", "known_on"}]
    return list(dict.fromkeys([*own, *shared]))


def write_template(path: Path, *, made_on: dt.date) -> Path:
    """Write an empty workbook: README, the settings and a sheet per table.

    Args:
        path: Where.
        made_on: The day written into it; the plan's first day in its example settings.

    Raises:
        UsageError: No file can be written there.
    """
    book = Book(made_on=made_on, title="apportion: an empty scenario")
    lines: list[tuple[str, str | dt.date]] = [
        ("Made on", made_on),
        ("Scenario", "An empty one: give it a name on the sheet scenario."),
        ("Digest", "None yet; the workbook that `apportion export` writes states one."),
        ("Fill in", "The sheets skus, sites, readiness, supply and orders; every other may stay empty."),
        (
            "Dark headers",
            "Columns that must be filled in every row. The comment on a header says what it means.",
        ),
        ("Empty cells", "Empty is unknown, never zero, and takes the default that the comment states."),
        ("More columns", f"May be added, beside any of your own: {_more_columns()}. See the scenario page."),
        ("Lists in a cell", "Are separated by |, best first where that matters."),
        (
            "Check it",
            "`apportion check FILE.xlsx` lists all that is missing or wrong, with sheet, row and column.",
        ),
    ]
    write_readme(book, title="An empty scenario", lines=lines)
    end_on = made_on.replace(year=made_on.year + 1, day=min(made_on.day, 28))
    calendar = Calendar(made_on, end_on, length=RoundLength.DAY)
    write_settings(book, Settings(name="my-scenario", calendar=calendar))
    columns = {name: template_columns(table) for name, table in TABLES.items()}
    for name, table in TABLES.items():
        sheet = book.sheet(name)
        write_header(sheet, table, columns=columns[name])
        set_lists(sheet, table, columns=columns, rows={})
        finish(sheet, table, columns=columns[name], rows=0)
    return book.save(path)


def _more_columns() -> str:
    filled = [
        f"{table.name}.{column.name} (then filled in every row)"
        for table in TABLES.values()
        for column in table.columns
        if column.filled_once_present
    ]
    return ", ".join([*filled, *_SPEAKS_WHEN_THERE, "and the ranges x_low, x_high, x_on_early, x_on_late"])


def write_readme(book: Book, *, title: str, lines: Sequence[tuple[str, str | dt.date]]) -> None:
    """Write the sheet README: a title, then a label and a value in each row."""
    sheet = book.sheet("README")
    sheet.write((1, 1), title, looks="title")
    for row, (label, value) in enumerate(lines, start=3):
        sheet.write((row, 1), label, looks="label")
        sheet.write((row, 2), value, looks="prose" if isinstance(value, str) else "")
        if isinstance(value, str):
            # Not every spreadsheet fits the height of a row to wrapped text by itself.
            sheet.inner.set_row(row - 1, _LINE_POINTS * (1 + len(value) // _LETTERS_PER_LINE))
    sheet.inner.set_column(0, 0, 22)
    sheet.inner.set_column(1, 1, 100)


def write_settings(book: Book, settings: Settings) -> None:
    """Write the sheet of the settings, known ones that are not set included as empty."""
    sheet = book.sheet(SHEET)
    for at, name in enumerate(HEADER, start=1):
        sheet.write((1, at), name, looks="header")
    entries = settings_entries(settings)
    given = {entry.key for entry in entries}
    rows = [(entry.key, entry.value, TOML if entry.is_toml else "") for entry in entries]
    rows += [(key, "", "") for key in KINDS if key not in given]
    order = list(KINDS)
    rows.sort(key=lambda row: order.index(row[0]) if row[0] in order else len(order))
    for number, (key, value, mark) in enumerate(rows, start=2):
        sheet.write((number, 1), key, column=key)
        sheet.write((number, 2), value, column=key)
        sheet.write((number, 3), mark)
        sheet.write((number, 4), _MEANINGS.get(key, "Kept; apportion does not know it."), looks="prose")
        if key in _CHOICES:
            sheet.inner.data_validation(
                number - 1, 1, number - 1, 1, {"validate": "list", "source": list(_CHOICES[key])}
            )
    sheet.set_widths()
    sheet.freeze_header(rows=len(rows), columns=len(HEADER))


def write_header(sheet: Sheet, table: Table, *, columns: Sequence[str]) -> None:
    """Write the header of a table with a comment on each column that apportion knows."""
    needed = {column.name for column in table.needed}
    for at, name in enumerate(columns, start=1):
        looks = "needed" if name in needed else "header"
        sheet.write((1, at), header_of(name, table), looks=looks, column=name)
        column = table.by_name.get(name)
        if column is not None:
            size = {"x_scale": 2, "y_scale": 1.2}
            sheet.inner.write_comment(0, at - 1, comment_on(column, table), size)


def comment_on(column: Column, table: Table) -> str:
    """Return what a column means, its unit, what may stand there and what an empty cell stands for."""
    lines = [column.meaning, f"Holds: {column.kind.value}{f', in {column.unit}' if column.unit else ''}."]
    if column.choices:
        lines.append(f"One of: {', '.join(column.choices)}.")
    if column.refers:
        lines.append(f"Named on the sheet {column.refers}.")
    if column.name in table.key:
        lines.append("Part of the key: the same key again is a later statement of the same fact.")
    if column.required:
        lines.append("Must be filled.")
    elif column.default_text:
        lines.append(f"Empty: {column.default_text}.")
    else:
        lines.append("Empty: not known.")
    return "\n".join(lines)


def set_lists(
    sheet: Sheet, table: Table, *, columns: Mapping[str, Sequence[str]], rows: Mapping[str, int]
) -> None:
    """Put lists to choose from under the columns of choices and of names of another sheet.

    Args:
        sheet: The sheet of the table.
        table: Its contract.
        columns: The columns of every table of the workbook.
        rows: How many rows each table has.
    """
    last = min(rows.get(table.name, 0) + _ROWS_TO_COME, LAST_ROW - 1)
    for at, name in enumerate(columns[table.name]):
        column = table.by_name.get(name)
        source = None if column is None else _source(column, columns=columns, rows=rows)
        if column is None or source is None:
            continue
        # A list helps; whether the name is right is for the check to say, with all else that is found.
        rule = {"validate": "list", "source": source, "error_type": "warning", "error_title": name[:32]}
        rule["error_message"] = f"apportion expects one of the list for {name}."[:255]
        sheet.inner.data_validation(1, at, last, at, rule)


def _source(
    column: Column, *, columns: Mapping[str, Sequence[str]], rows: Mapping[str, int]
) -> list[str] | str | None:
    if column.choices:
        both = ["|".join(column.choices)] if column.kind is Kind.LIST else []
        choices = [*column.choices, *both]
        return choices if len(",".join(choices)) <= _LONGEST_LIST else None
    target = TABLES.get(column.refers)
    if target is None or column.kind is Kind.LIST or target.name not in columns:
        return None
    there = rows.get(target.name, 0)
    if there > _MOST_NAMES or target.key[0] not in columns[target.name]:
        return None
    letters = column_name(list(columns[target.name]).index(target.key[0]) + 1)
    return f"={target.name}!${letters}$2:${letters}${max(there, _MOST_NAMES) + 1}"


def finish(sheet: Sheet, table: Table, *, columns: Sequence[str], rows: int) -> None:
    """Set widths, the format of cells still empty, the filter and the frozen header."""
    kinds = {
        at: table.by_name[name].kind if name in table.by_name else Kind.TEXT
        for at, name in enumerate(columns, start=1)
    }
    sheet.set_widths(kinds)
    sheet.freeze_header(rows=rows, columns=len(columns))
