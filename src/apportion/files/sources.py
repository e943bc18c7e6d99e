"""Where a scenario comes from, and where an export goes: a folder, a workbook, or a folder in one zip."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from apportion.errors import UsageError
from apportion.files.archive import read_archive, write_zip
from apportion.files.decisions import refuse_other_log
from apportion.files.folder import find_scenario, read_folder, write_folder
from apportion.files.proposals import refuse_other_files, write_beside
from apportion.files.workbook import ExtraSheet, WorkbookReading, is_workbook, read_workbook
from apportion.files.workbook_write import write_workbook
from apportion.model.world import World

ZIP = ".zip"


def is_file_source(path: Path) -> bool:
    """Return whether a path is a workbook or zip that a scenario can be read from."""
    try:
        return path.is_file() and (is_workbook(path) or path.suffix.lower() == ZIP)
    except OSError:
        return False


def find_source(name_or_path: str) -> Path:
    """Return where a scenario lies: a workbook or zip that is there, a folder, else a bundled name.

    Raises:
        UsageError: None of these.
    """
    path = Path(name_or_path)
    return path if is_file_source(path) else find_scenario(name_or_path)


def read_source(path: Path) -> WorkbookReading:
    """Return the world of a scenario wherever it lies, with every finding of reading it."""
    if path.is_file() and is_workbook(path):
        return read_workbook(path)
    reading = read_archive(path) if path.suffix.lower() == ZIP and path.is_file() else read_folder(path)
    return WorkbookReading(reading.world, reading.findings)


def write_source(
    world: World,
    to: Path,
    *,
    suffix: str,
    made_on: dt.date,
    extra_sheets: tuple[ExtraSheet, ...] = (),
    beside: Mapping[str, bytes] | None = None,
) -> list[Path]:
    """Write a scenario as a workbook, a zip or a folder, by the ending of `to`, and return the files.

    Args:
        world: What to write.
        to: ``FILE.xlsx``, ``FILE.zip`` or a folder.
        suffix: How a folder holds its tables: ``.csv`` or ``.parquet``.
        made_on: The day a workbook says it was made.
        extra_sheets: Sheets of the workbook it came from that hold no table.
        beside: Its proposals and documents by file name; they go into the folder or zip, or beside a workbook.

    Raises:
        UsageError: The ending names another kind of file, or a file beside it is there with something else, or the
            decisions of another scenario.
        FindingsError: A cell does not fit a workbook.
    """
    ending, others = to.suffix.lower(), beside or {}
    if ending != ZIP:
        folder = to.parent if ending == ".xlsx" else to
        refuse_other_files(others, folder)
        refuse_other_log(others, folder)
    if ending == ".xlsx":
        book = write_workbook(world, to, made_on=made_on, extra_sheets=extra_sheets)
        return [book, *write_beside(others, to.parent)]
    if ending == ZIP:
        return [write_zip(world, to, beside=others)]
    if ending in {".xls", ".xlsm", ".ods", ".csv", ".parquet"}:
        raise UsageError(
            f"A scenario is not written as {ending}.", fix="Name a file ending in .xlsx or .zip, or a folder."
        )
    return [*write_folder(world, to, suffix=suffix), *write_beside(others, to)]
