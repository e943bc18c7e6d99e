"""An ``.xlsx`` workbook → a `World`: a sheet per table, the settings on the sheet `scenario`.

Stages: open the file under limits → list its sheets → settings → each table → a world, with every finding of
every stage collected on the way. Sheets that are none of ours are kept beside the world, for `write_workbook`.
"""

from __future__ import annotations

import difflib
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from apportion.errors import Code, Finding, Severity, in_order
from apportion.files.archive import Broken
from apportion.files.other_names import OtherTable, other_table, squashed, unread_sheet
from apportion.files.workbook_cells import Area, Cells, Styles, Value, area, read_shared_texts, read_sheet
from apportion.files.workbook_package import Package, SheetPart, what_it_is
from apportion.files.workbook_settings import SHEET as SETTINGS_SHEET
from apportion.files.workbook_settings import read_settings_sheet
from apportion.files.workbook_tables import read_table
from apportion.model.contracts import TABLES
from apportion.model.policy import Settings
from apportion.model.world import World

README_SHEET = "README"
README_MARK = "Digest"  # Stands on the one that apportion writes; any other is its owner's.


@dataclass(frozen=True, slots=True)
class ExtraSheet:
    """A sheet that apportion does not read: its values are kept, not its looks nor its formulas.

    Attributes:
        name: Its name.
        is_hidden: Whether it is hidden.
        rows: Its filled cells by row and column, both from 1.
    """

    name: str
    is_hidden: bool
    rows: dict[int, dict[int, Value]]


@dataclass(frozen=True, slots=True)
class WorkbookReading:
    """What reading a workbook gave: a world where it could be made, all findings in order, and the rest.

    Attributes:
        world: The world, or None.
        findings: Every finding, in order.
        extra_sheets: The sheets that no table was read from, in their order.
    """

    world: World | None
    findings: tuple[Finding, ...]
    extra_sheets: tuple[ExtraSheet, ...] = ()


def read_workbook(path: Path) -> WorkbookReading:
    """Return the world of one workbook with every finding of reading it.

    Findings name the place as ``NAME.xlsx / sheet orders``, rows as the spreadsheet counts them.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _Reader(Package(archive), path.name).read()
    except zipfile.BadZipFile:
        return _unreadable(path, what_it_is(path))
    except Broken as broken:
        return _unreadable(path, str(broken))
    except OSError as error:
        return _unreadable(path, error.strerror or str(error))


class _Reader:
    def __init__(self, package: Package, file: str) -> None:
        self._package = package
        self._file = file
        self._styles = Styles(package)
        self._texts = read_shared_texts(package)
        self._findings: list[Finding] = []
        self._extra: list[ExtraSheet] = []

    def read(self) -> WorkbookReading:
        ours: dict[str, SheetPart] = {}
        for sheet in self._package.sheets:
            name = self._ours(sheet, taken=ours)
            if name:
                ours[name] = sheet
        settings = self._settings(ours.get(SETTINGS_SHEET))
        tables: dict[str, pl.DataFrame] = {}
        for name in TABLES:
            frame = self._table(name, ours[name]) if name in ours else None
            if frame is not None:
                tables[name] = frame
            elif name not in ours and TABLES[name].required:
                self._findings.append(_no_table(self._file, name))
        world = None if settings is None else World(settings, tables)
        return WorkbookReading(world, tuple(in_order(self._findings)), tuple(self._extra))

    def _ours(self, sheet: SheetPart, *, taken: dict[str, SheetPart]) -> str:
        """Return the table that a sheet holds, or empty; what is not read is told and kept."""
        other = other_table(sheet.name)
        meant = other.table if other else _MEANINGS.get(squashed(sheet.name), "")
        cells = None
        if sheet.name.strip().casefold() == README_SHEET.casefold():
            cells = self._cells(sheet)
            if any(row.get(1) == README_MARK for row in cells.rows.values()):
                return ""
        if sheet.is_hidden:
            self._findings.append(_hidden(self._file, sheet.name))
        elif not meant:
            self._findings.append(_unknown(self._file, sheet.name))
        elif meant in taken:
            self._findings.append(_twice(self._file, meant, names=[taken[meant].name, sheet.name]))
        else:
            return meant
        self._extra.append(ExtraSheet(sheet.name, sheet.is_hidden, (cells or self._cells(sheet)).rows))
        return ""

    def _cells(self, sheet: SheetPart) -> Cells:
        return read_sheet(self._package, sheet.path, styles=self._styles, texts=self._texts)

    def _place(self, sheet: SheetPart) -> str:
        return f"{self._file} / sheet {sheet.name}"

    def _settings(self, sheet: SheetPart | None) -> Settings | None:
        if sheet is None:
            self._findings.append(_no_settings(self._file))
            return None
        settings, findings = read_settings_sheet(self._cells(sheet), place=self._place(sheet))
        self._findings.extend(findings)
        return settings

    def _table(self, name: str, sheet: SheetPart) -> pl.DataFrame | None:
        other = other_table(sheet.name)
        within = self._range(name, sheet, other=other)
        read = read_table(
            self._cells(sheet), TABLES[name], place=self._place(sheet), within=within, other=other
        )
        self._findings.extend(read.findings)
        if read.frame is not None and not len(read.frame) and TABLES[name].required:
            self._findings.append(_no_rows(self._place(sheet)))
        return read.frame

    def _range(self, name: str, sheet: SheetPart, *, other: OtherTable | None) -> Area | None:
        """Return the table defined on a sheet, else the range that bears the table's name; None: neither."""
        ranges: dict[str, Area] = {}
        for link in self._package.relations(sheet.path).values():
            if link.kind != "table" or not self._package.has(link.path):
                continue
            stated = self._package.tree(link.path).attributes
            # A table without a header row of its own does not say where its columns begin.
            if stated.get("headerRowCount", "1") != "0":
                whole = area(stated.get("ref", ""))
                totals = stated.get("totalsRowCount", "0")
                rows = int(totals) if totals.isdecimal() else 0
                ranges[squashed(stated.get("displayName", ""))] = whole._replace(bottom=whole.bottom - rows)
        if len(ranges) == 1:
            return next(iter(ranges.values()))
        if not ranges:
            ranges = self._defined_names(sheet)
        names = (name, *(other.sheets if other else ()))
        return next((ranges[squashed(one)] for one in names if squashed(one) in ranges), None)

    def _defined_names(self, sheet: SheetPart) -> dict[str, Area]:
        found = {}
        for node in self._package.book.walk("definedNames", "definedName"):
            owner, mark, reference = node.text.strip().rpartition("!")
            is_here = mark and owner.strip("'").replace("''", "'") == sheet.name
            if is_here and reference.count(":") == 1:
                try:
                    found[squashed(node.attributes.get("name", ""))] = area(reference)
                except Broken:
                    continue  # A range of whole columns, or one that was deleted, bounds nothing.
        return found


_MEANINGS = {squashed(name): name for name in (*TABLES, SETTINGS_SHEET)}


def _unreadable(path: Path, told: str) -> WorkbookReading:
    finding = Finding(
        code=Code.FILE_UNREADABLE,
        severity=Severity.ERROR,
        file=path.name,
        found=f"It cannot be read as a workbook: {told}.",
        expected="an .xlsx workbook without a password.",
        fix="Open it in a spreadsheet and save it as .xlsx, or export it again.",
    )
    return WorkbookReading(None, (finding,))


def _hidden(file: str, name: str) -> Finding:
    return Finding(
        code=Code.TABLE_UNKNOWN,
        severity=Severity.INFO,
        file=file,
        found=f"The sheet {name!r} is hidden; it is not read.",
        expected="every table on a sheet that can be seen.",
        fix="Show the sheet, if it is part of the scenario.",
    )


def _unknown(file: str, name: str) -> Finding:
    near = difflib.get_close_matches(name.strip().lower(), TABLES, n=1)
    advice = unread_sheet(name)
    meant = f"Did you mean {near[0]}? " if near else ""
    return Finding(
        code=Code.TABLE_UNKNOWN,
        severity=Severity.WARNING,
        file=file,
        found=f"No table is read from the sheet {name!r}; it is left out.",
        expected=f"one of {SETTINGS_SHEET}, {', '.join(TABLES)}.",
        fix=f"{meant}Rename the sheet, or leave it as a note{f'; or {advice}' if advice else ''}.",
    )


def _twice(file: str, table: str, *, names: Sequence[str]) -> Finding:
    return Finding(
        code=Code.TABLE_UNKNOWN,
        severity=Severity.ERROR,
        file=file,
        found=f"The sheets {' and '.join(map(repr, names))} both name the table {table}.",
        expected="one sheet per table.",
        fix="Rename one of them or take it out.",
    )


def _no_settings(file: str) -> Finding:
    return Finding(
        code=Code.FILE_UNREADABLE,
        severity=Severity.ERROR,
        file=file,
        found=f"There is no sheet {SETTINGS_SHEET!r} that can be seen.",
        expected="the settings: a key and a value in each row, at least name, start_on and end_on.",
        fix="Add the sheet; `apportion template FILE.xlsx` makes one.",
    )


def _no_table(file: str, name: str) -> Finding:
    return Finding(
        code=Code.TABLE_MISSING,
        severity=Severity.ERROR,
        file=file,
        found=f"There is no sheet {name!r} that can be seen.",
        expected=f"the table {name}: {TABLES[name].meaning}",
        fix="Add the sheet; a header alone makes an empty table.",
    )


def _no_rows(place: str) -> Finding:
    return Finding(
        code=Code.TABLE_EMPTY,
        severity=Severity.WARNING,
        file=place,
        found="It has a header and no row.",
        expected="at least one row.",
        fix="Add rows, or expect an empty plan.",
    )


def is_workbook(path: Path) -> bool:
    """Return whether a path is named as a workbook, with or without macros."""
    return path.suffix.lower() in {".xlsx", ".xlsm"}
