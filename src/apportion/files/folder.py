"""A folder of CSV or Parquet files ⇄ a `World`.

Stages: find the folder → settings → each table as text → typed columns by its contract → a world, with every
finding of every stage collected on the way. A finding of error grade does not stop the later stages.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import polars as pl

from apportion.errors import Code, Finding, FindingsError, Severity, UsageError, has_errors, in_order
from apportion.files.cells import read_cells, unreadable
from apportion.files.other_names import other_table
from apportion.files.other_reading import check_not_taken, in_our_names
from apportion.files.settings import read_settings, settings_text
from apportion.model.canonical import as_text
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW, parse_table
from apportion.model.world import World

SUFFIXES = (".csv", ".parquet")
_NOT_READ = (
    ".xlsx",
    ".xls",
    ".ods",
    ".tsv",
)  # Tables to their owner, so they are not passed over in silence.


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading a scenario gave: a world where it could be made, and all findings in order."""

    world: World | None
    findings: tuple[Finding, ...]


def bundled_names() -> list[str]:
    """Return the names of the scenarios that come with apportion."""
    root = resources.files("apportion") / "scenarios"
    return sorted(one.name for one in root.iterdir() if (one / "scenario.toml").is_file())


def is_folder(path: Path) -> bool:
    """Return whether a folder is there; a name that no file can have is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def find_scenario(name_or_path: str) -> Path:
    """Return the folder of a scenario: a path that is there, else a bundled name.

    Raises:
        UsageError: Neither a folder nor a bundled name.
    """
    path = Path(name_or_path)
    if name_or_path and is_folder(path):  # An empty name would stand for the folder one is in.
        return path
    names = bundled_names()
    if name_or_path in names:
        return Path(str(resources.files("apportion") / "scenarios" / name_or_path))
    near = difflib.get_close_matches(name_or_path, names, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise UsageError(
        f"There is no folder and no bundled scenario {name_or_path!r}.",
        fix=f"{hint}Bundled are {', '.join(names)}; or name a folder that holds a scenario.toml.",
    )


def read_folder(path: Path) -> Reading:
    """Return the world of one scenario folder with every finding of reading it."""
    settings, findings = read_settings(path / "scenario.toml")
    tables: dict[str, pl.DataFrame] = {}
    for name in TABLES:
        table, wrong = _read_table(path, name)
        findings.extend(wrong)
        if table is not None:
            tables[name] = table
    findings.extend(_check_files_known(path))
    ordered = tuple(in_order(findings))
    world = None if settings is None else World(settings, tables)
    return Reading(world, ordered)


def read(name_or_path: str) -> World:
    """Return the world of a scenario by its folder or bundled name.

    Raises:
        UsageError: There is no such scenario.
        FindingsError: Reading it gave findings of error grade.
    """
    reading = read_folder(find_scenario(name_or_path))
    if reading.world is None or has_errors(reading.findings):
        raise FindingsError(reading.findings)
    return reading.world


def _read_table(path: Path, name: str) -> tuple[pl.DataFrame | None, list[Finding]]:
    try:
        files = [path / f"{name}{suffix}" for suffix in SUFFIXES if (path / f"{name}{suffix}").is_file()]
        files += _other_files(path, name)
    except OSError as error:
        return None, [unreadable(f"{name}.csv", str(error))]
    if not files:
        return None, _check_required(name)
    if len(files) > 1:
        return None, [_two_files(files)]
    file = files[0]
    text, told = read_cells(file, table=TABLES[name])
    if text is None:
        return None, told.findings()
    other = other_table(file.stem)
    if other is None:
        told.add(check_not_taken(text.columns, TABLES[name], place=file.name))
    else:
        text, found = in_our_names(text, other, place=file.name)
        told.add(found)
        if text is None:
            return None, told.findings()
    parsed = parse_table(text, TABLES[name], file=file.name, before=told)
    if not len(text) and TABLES[name].required:
        told.add([_no_rows(file)])
    # A row that is wrong and not named would be taken for a good one by the checks, so they see none of these.
    return None if told.cuts_errors else parsed.frame, told.findings()


def _other_files(path: Path, name: str) -> list[Path]:
    """Return the files that hold a table by another system's name; that a folder is gone is told elsewhere."""
    try:
        return [file for file in sorted(path.iterdir()) if _other_name(file) == name]
    except OSError:
        return []


def _other_name(file: Path) -> str:
    """Return the table that a file holds by another system's name; empty for any other file."""
    other = other_table(file.stem) if file.suffix in SUFFIXES else None
    return "" if other is None else other.table


def _check_files_known(path: Path) -> Iterator[Finding]:
    try:
        files = sorted(path.iterdir())
    except OSError as error:
        yield unreadable(path.name, str(error))
        return
    for file in files:
        suffix = file.suffix.lower()
        if suffix not in {*SUFFIXES, *_NOT_READ} or (file.suffix in SUFFIXES and file.stem in TABLES):
            continue
        if _other_name(file):
            continue
        near = difflib.get_close_matches(file.stem.lower(), TABLES, n=1)
        meant = f"Did you mean {near[0]}{'.csv' if suffix in _NOT_READ else suffix}? " if near else ""
        yield Finding(
            code=Code.TABLE_UNKNOWN,
            severity=Severity.WARNING,
            file=file.name,
            found=f"No table is read from {file.name!r}; the file is left out.",
            expected=f"one of {', '.join(TABLES)}, each as {' or '.join(SUFFIXES)}.",
            fix=f"{meant}Rename the file or take it out.",
        )


def _check_required(name: str) -> list[Finding]:
    if not TABLES[name].required:
        return []
    finding = Finding(
        code=Code.TABLE_MISSING,
        severity=Severity.ERROR,
        file=f"{name}.csv",
        found=f"There is no {name}.csv and no {name}.parquet.",
        expected=f"the table {name}: {TABLES[name].meaning}",
        fix="Add the file; a header alone makes an empty table.",
    )
    return [finding]


def _two_files(files: list[Path]) -> Finding:
    names = " and ".join(file.name for file in files)
    return Finding(
        code=Code.TABLE_UNKNOWN,
        severity=Severity.ERROR,
        file=files[0].name,
        found=f"There are {names}.",
        expected="one file per table.",
        fix="Take one of them out.",
    )


def _no_rows(file: Path) -> Finding:
    return Finding(
        code=Code.TABLE_EMPTY,
        severity=Severity.WARNING,
        file=file.name,
        found="It has a header and no row.",
        expected="at least one row.",
        fix="Add rows, or expect an empty plan.",
    )


def _make_folder(path: Path, *, kept: set[str]) -> None:
    make_folder(path)
    tables = {f"{name}{suffix}" for name in TABLES for suffix in SUFFIXES}
    others = sorted(file.name for file in path.iterdir() if file.name in tables - kept)
    if others:
        raise UsageError(
            f"The folder {str(path)!r} holds {', '.join(others)}, which would be read beside what is written.",
            fix="Name another folder, or take them out.",
        )


def make_folder(path: Path) -> None:
    """Make a folder where it is missing.

    Raises:
        UsageError: Something else is there, or it may not be made.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"No folder can be made at {str(path)!r}: {error.strerror}.", fix="Name another one."
        ) from error


def write_folder(world: World, path: Path, *, suffix: str = ".csv") -> list[Path]:
    """Write every statement of a world as a scenario folder that reads back to the same world.

    Args:
        world: What to write; its view is not part of it.
        path: The folder; made where it is missing.
        suffix: ``.csv`` or ``.parquet``.

    Returns:
        The files written.

    Raises:
        UsageError: `path` is no folder, or holds a table that would be read beside those written.
    """
    _make_folder(path, kept={f"{name}{suffix}" for name in world.tables})
    toml = path / "scenario.toml"
    toml.write_text(settings_text(world.settings), encoding="utf-8")
    written = [toml]
    for name, frame in world.tables.items():
        file = path / f"{name}{suffix}"
        text = as_text(frame.drop(ROW, FILE))
        if suffix == ".parquet":
            text.write_parquet(file)
        else:
            text.write_csv(file)
        written.append(file)
    return written
