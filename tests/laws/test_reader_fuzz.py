"""However a file is damaged, reading and checking it never raises: it gives a world, or findings that say why not.

Each kind of file starts from three-orders and is damaged by a few random edits, a CSV file most often in one cell
only, so that the checks of whole rows are reached too. How many files were tried, by kind, and how many of them stayed
fit to plan is told at the end of the run.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apportion.commands.scenarios import read_scenario
from apportion.engine.checks import check_world
from apportion.errors import Finding, has_errors, in_order
from apportion.files.folder import find_scenario
from apportion.files.sources import read_source, write_source
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World

PACKED = {".xlsx", ".zip"}
MADE_ON = dt.date(2026, 1, 2)
EDITS_AT_MOST = 3
LONGEST_CUT = 40
# A cell of a CSV, a value of a TOML, a text or an attribute of an XML part.
CELL = re.compile(rb'[^,\n\r"<>=]+')
NASTY = (
    *("", " ", "-1", "-0", "0", "1e999", "1e3", "NaN", "inf", "9" * 40, "0.0000001", "1,000", "0x10", "٣", "½"),
    *("0000-00-00", "1899-12-31", "9999-12-31", "10000-01-01", "2024-02-30", "2025-01-06T00:00:00Z", "45000"),
    *("|", "a||b", "a|a", "chip-a:0", "chip-a:-1", "chip-a:1e9|chip-a", ":", "_row", "_file", "true", "[]", "{}"),
    *('"', '""', "'''", "\n", "\r", "\r\n\r\n", "\0", "\x1b[31m", "\u2028", "\u202e", "é", "🙂", "\ufeff"),
    "A" * 70_000,
    *("[policy]", "[[policy]]", "a.b", "#", "=1+1", "&", "&amp;", "&#0;", "&x;", "<", "<c/>", "]]>", "A1:XFD1048576"),
)  # fmt: skip
RAW = st.sampled_from([*(text.encode() for text in NASTY), b"\xff\xfe", b"\x80", b"\xed\xa0\x80"])
DIGITS = [bytes([digit]) for digit in b"0123456789"]
LETTERS = [bytes([letter]) for letter in b"abcdefghijklmnopqrstuvwxyz"]
MILD = (b"1", b"8", b"16", b"2025-01-20", b"2025-02-03", b"a name", b"north", b"chip-a")
# Columns of Parquet hold more than text.
TYPED: tuple[object, ...] = (
    *(None, True, -1, 0, 2**63 - 1, 0.1, float("nan"), float("inf"), 1e300, Decimal("1e-9"), b"\xff", "", "\0"),
    *(dt.date.max, dt.date(1, 1, 1), dt.datetime(2025, 1, 6, 12), dt.datetime(2025, 1, 6, tzinfo=dt.UTC)),  # noqa: DTZ001
    *(dt.time(12), dt.timedelta(days=-1), ["chip-a", None], [[1]], {"a": 1}, "9" * 40, "chip-a||", "A" * 70_000),
)  # fmt: skip


class Damaged(NamedTuple):
    """A file of a scenario with other bytes than it had."""

    file: Path
    content: bytes


class Subject(NamedTuple):
    """A scenario that is read, how one of its files is damaged, and what share of the damaged stay fit to plan."""

    path: Path
    damage: st.SearchStrategy[Damaged]
    fit_at_least: float = 0.0


@st.composite
def edited(draw: st.DrawFn, content: bytes) -> bytes:
    """Return bytes after a few random edits."""
    for edit in draw(st.lists(st.sampled_from(EDITS), min_size=1, max_size=EDITS_AT_MOST)):
        content = edit(draw, content)
    return content


@st.composite
def touched(draw: st.DrawFn, content: bytes) -> bytes:
    """Return bytes of which one cell below the header, or a letter of one, is another: a slip of the hand."""
    spans = [found.span() for found in CELL.finditer(content, content.index(b"\n"))]
    start, end = draw(st.sampled_from(spans))
    if draw(st.booleans()):
        at = draw(st.integers(start, end - 1))
        alike = DIGITS if content[at : at + 1].isdigit() else LETTERS
        return content[:at] + draw(st.sampled_from(alike)) + content[at + 1 :]
    return content[:start] + draw(st.sampled_from(MILD)) + content[end:]


def place_in(draw: st.DrawFn, content: bytes) -> int:
    return draw(st.integers(0, max(0, len(content) - 1)))


def flip(draw: st.DrawFn, content: bytes) -> bytes:
    at, mask = place_in(draw, content), draw(st.integers(1, 255))
    return content[:at] + bytes(byte ^ mask for byte in content[at : at + 1]) + content[at + 1 :]


def insert(draw: st.DrawFn, content: bytes) -> bytes:
    at = place_in(draw, content)
    return content[:at] + draw(st.binary(min_size=1, max_size=8) | RAW) + content[at:]


def delete(draw: st.DrawFn, content: bytes) -> bytes:
    at = place_in(draw, content)
    return content[:at] + content[at + draw(st.integers(1, LONGEST_CUT)) :]


def truncate(draw: st.DrawFn, content: bytes) -> bytes:
    return content[: place_in(draw, content)]


def repeat_line(draw: st.DrawFn, content: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    places = st.integers(0, len(lines) - 1)
    lines.insert(draw(places), lines[draw(places)])
    return b"".join(lines)


def replace_cell(draw: st.DrawFn, content: bytes) -> bytes:
    spans = [found.span() for found in CELL.finditer(content)] or [(0, 0)]
    start, end = draw(st.sampled_from(spans))
    return content[:start] + draw(RAW) + content[end:]


Edit = Callable[[st.DrawFn, bytes], bytes]
# A cell with a nasty value goes deepest into the checks.
EDITS: tuple[Edit, ...] = (replace_cell, replace_cell, flip, insert, delete, truncate, repeat_line)


def any_of(
    files: list[Path], *, damage: Callable[[bytes], st.SearchStrategy[bytes]] = edited
) -> st.SearchStrategy[Damaged]:
    """Return how one of some files is damaged byte by byte."""
    contents = {file: file.read_bytes() for file in sorted(files)}
    return st.sampled_from(sorted(contents)).flatmap(
        lambda file: st.builds(Damaged, st.just(file), damage(contents[file]))
    )


def copy_to(folder: Path, *, suffix: str) -> Path:
    """Write a small three-orders, of the columns that a plan needs, as a folder or in one file; return it."""
    whole = read_scenario("three-orders").world
    tables = {
        name: frame.select(ROW, FILE, *(column.name for column in TABLES[name].needed))
        for name, frame in whole.tables.items()
        if name != "evidence"
    }
    to = folder / f"three-orders{suffix if suffix in PACKED else ''}"
    write_source(World(whole.settings, tables), to, suffix=suffix, made_on=MADE_ON)
    return to


def csv_files(folder: Path) -> Subject:
    """Return three-orders as it stands, one table of it damaged: in one place, or in several."""
    path = folder / "three-orders"
    path.mkdir()
    for file in find_scenario("three-orders").iterdir():
        (path / file.name).write_bytes(file.read_bytes())
    files = list(path.glob("*.csv"))
    damage = st.sampled_from([touched, touched, touched, edited])
    return Subject(path, damage.flatmap(lambda one: any_of(files, damage=one)), fit_at_least=0.05)


def toml_file(folder: Path) -> Subject:
    path = copy_to(folder, suffix=".csv")
    return Subject(path, any_of([path / "scenario.toml"]))


def parquet_files(folder: Path) -> Subject:
    """Return three-orders as Parquet, damaged as bytes, or a column of another type and with a nasty value."""
    path = copy_to(folder, suffix=".parquet")
    frames = {file: pl.read_parquet(file) for file in sorted(path.glob("*.parquet"))}
    columns = [(file, name) for file, frame in frames.items() for name in frame.columns]

    def replaced(place: tuple[Path, str], *, value: object, is_everywhere: bool) -> Damaged:
        file, name = place
        rows = frames[file].height
        cells = [value] * rows if is_everywhere else [value, *[None] * (rows - 1)]
        packed = io.BytesIO()
        frames[file].with_columns(pl.Series(name, cells)).write_parquet(packed)
        return Damaged(file, packed.getvalue())

    damage = st.builds(
        replaced, st.sampled_from(columns), value=st.sampled_from(TYPED), is_everywhere=st.booleans()
    )
    return Subject(path, damage | any_of(list(frames)))


def packed_file(folder: Path, *, suffix: str) -> Subject:
    """Return three-orders in one file, damaged as bytes, or packed anew with one of its parts damaged."""
    path = copy_to(folder, suffix=suffix)
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}

    def packed(name: str, content: bytes) -> Damaged:
        whole = io.BytesIO()
        with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
            for part, before in parts.items():
                archive.writestr(part, content if part == name else before)
        return Damaged(path, whole.getvalue())

    damage = st.sampled_from(sorted(parts)).flatmap(
        lambda name: st.builds(packed, st.just(name), edited(parts[name]))
    )
    return Subject(path, damage | any_of([path]))


KINDS: dict[str, Callable[[Path], Subject]] = {
    "CSV": csv_files,
    "TOML": toml_file,
    "Parquet": parquet_files,
    "workbook": lambda folder: packed_file(folder, suffix=".xlsx"),
}


def read_and_checked(path: Path) -> tuple[bool, list[Finding]]:
    """Return whether a scenario gives a world, and everything that is found of it."""
    reading = read_source(path)
    if reading.world is None:
        return False, list(reading.findings)
    return True, check_world(reading.world, known=reading.findings)


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_gives_a_world_or_findings(
    tmp_path: Path, kind: str, record_property: Callable[[str, object], None]
) -> None:
    subject = KINDS[kind](tmp_path)
    gives_world, findings = read_and_checked(subject.path)
    assert gives_world, findings
    assert not has_errors(findings)
    counts: Counter[str] = Counter()

    @settings(
        max_examples=settings.default.max_examples * 3 // 2,  # type: ignore[union-attr]
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(subject.damage)
    def reading_never_raises(damaged: Damaged) -> None:
        before = damaged.file.read_bytes()
        try:
            damaged.file.write_bytes(damaged.content)
            gives_world, findings = read_and_checked(subject.path)
        finally:
            damaged.file.write_bytes(before)
        assert gives_world or has_errors(findings)
        assert findings == in_order(findings)
        for one in findings:
            assert all(part.strip() for part in (one.file, one.found, one.expected, one.fix)), one.sentence
        counts.update(["files", "refused" if has_errors(findings) else "fit to plan"])

    try:
        reading_never_raises()
    finally:
        told = ", ".join(f"{counts[name]} {name}" for name in ("refused", "fit to plan"))
        record_property("told", f"damaged files read: {counts['files']:6} {kind} ({told})")
    # Where nothing stays fit, the checks that look at whole rows are never reached.
    assert counts["fit to plan"] >= subject.fit_at_least * counts["files"]
