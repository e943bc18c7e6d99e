"""A `World` → an ``.xlsx`` workbook that reads back to the same world."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

import polars as pl

from apportion.files.workbook import ExtraSheet
from apportion.files.workbook_book import Book, Cell
from apportion.files.workbook_settings import SHEET as SETTINGS_SHEET
from apportion.files.workbook_template import (
    finish,
    set_lists,
    write_header,
    write_readme,
    write_settings,
)
from apportion.model.canonical import as_text
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World


def write_workbook(
    world: World, path: Path, *, made_on: dt.date, extra_sheets: Sequence[ExtraSheet] = ()
) -> Path:
    """Write every statement of a world as one workbook.

    The same world and day give the same bytes. Text stays text, whatever it begins with; numbers of more than
    15 digits and days before March 1900, which a cell would not keep, stand as text and are read as what they
    are.

    Args:
        world: What to write; its view is named on the sheet README and leaves nothing out.
        path: The file.
        made_on: The day written into it.
        extra_sheets: Sheets that the world was read beside; they follow the others, under another name where
            theirs is taken.

    Raises:
        FindingsError: A text or table is larger than a cell or sheet can hold.
        UsageError: No file can be written there.
    """
    book = Book(made_on=made_on, title=world.settings.title or world.settings.name)
    tables = {name: world.tables[name].drop(ROW, FILE) for name in TABLES if name in world.tables}
    write_readme(book, title=world.settings.title or world.settings.name, lines=_readme(world, made_on))
    write_settings(book, world.settings)
    columns = {name: frame.columns for name, frame in tables.items()}
    rows = {name: len(frame) for name, frame in tables.items()}
    for name, frame in tables.items():
        sheet = book.sheet(name)
        write_header(sheet, TABLES[name], columns=frame.columns)
        for at, column in enumerate(frame.iter_columns(), start=1):
            for row, value in enumerate(cell_values(column), start=2):
                sheet.write((row, at), value, column=column.name)
        set_lists(sheet, TABLES[name], columns=columns, rows=rows)
        finish(sheet, TABLES[name], columns=frame.columns, rows=len(frame))
    for extra in extra_sheets:
        _write_extra(book, extra)
    return book.save(path)


def cell_values(column: pl.Series) -> list[Cell]:
    """Return the values of a column as cells hold them: numbers and days as such, all else as text."""
    if column.dtype == pl.Date or column.dtype.is_numeric():
        return list(column.to_list())
    return list(as_text(pl.DataFrame([column]))[column.name].to_list())


def _readme(world: World, made_on: dt.date) -> list[tuple[str, str | dt.date]]:
    view = world.view
    day = "no day: everything" if view.as_known_on is None else view.as_known_on.isoformat()
    tables = [f"{name} ({len(frame):,} rows)" for name, frame in world.tables.items()]
    return [
        ("Scenario", world.settings.name),
        ("Made on", made_on),
        (
            "As of",
            f"{day}; viewpoint {view.viewpoint}; case {view.case}. All statements stand here all the same.",
        ),
        ("Digest", world.digest),
        ("Sheets", f"{SETTINGS_SHEET}, {', '.join(tables)}"),
        (
            "Read it again",
            "Save it as .xlsx and name it where a scenario is asked for: `apportion check FILE.xlsx`.",
        ),
        (
            "What is kept",
            (
                "Every cell, your own columns and sheets too. Unchanged, it has the digest above again; looks, "
                "formulas and this sheet are not read."
            ),
        ),
        ("Headers", "Blanks and capitals do not matter. A header in quotation marks is taken to the letter."),
        ("Empty cells", "Empty is unknown, never zero; the comment on a header says what it stands for."),
    ]


def _write_extra(book: Book, extra: ExtraSheet) -> None:
    sheet = book.sheet(extra.name)
    for row, cells in sorted(extra.rows.items()):
        for at, value in sorted(cells.items()):
            sheet.write((row, at), value, looks="general" if isinstance(value, str) else "")
    if extra.is_hidden:
        sheet.inner.hide()
