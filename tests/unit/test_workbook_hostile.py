"""Files that are damaged, locked, or made to fill the memory give a finding, and soon."""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.errors import Code
from apportion.files import archive as archives
from apportion.files.archive import read_archive, write_zip
from apportion.files.workbook import read_workbook
from apportion.files.workbook_write import write_workbook
from tests.build import make_world
from tests.unit.test_input_round_trip import SETTINGS

MADE_ON = dt.date(2026, 1, 2)
EVIDENCE = {"id": "E1", "kind": "memo", "title": "A memo", "source": "a shelf"}
SHEET = "xl/worksheets/sheet3.xml"
MEBIBYTE = 1 << 20


def good_workbook() -> bytes:
    """Return the bytes of a workbook that is read without a finding of its own."""
    world = make_world(SETTINGS, {"evidence": [EVIDENCE]})
    with tempfile.TemporaryDirectory() as folder:
        return write_workbook(world, Path(folder) / "w.xlsx", made_on=MADE_ON).read_bytes()


GOOD = good_workbook()


def changed(path: Path, part: str, *, change: Callable[[bytes], bytes | None]) -> Path:
    """Write the good workbook with one part changed, or left out."""
    with zipfile.ZipFile(io.BytesIO(GOOD)) as there, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as here:
        for name in there.namelist():
            content = there.read(name)
            new = change(content) if name == part else content
            if new is not None:
                here.writestr(name, new)
    return path


def refusal(path: Path) -> str:
    """Return what the one finding of an unreadable workbook says."""
    reading = read_workbook(path)
    assert reading.world is None
    [finding] = reading.findings
    assert (finding.code, finding.file) == (Code.FILE_UNREADABLE, path.name)
    return finding.found


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is empty"),
        (b"order,quantity\n1,2\n", "it is no .xlsx file"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512, "protected by a password or of the old kind"),
        (GOOD[: len(GOOD) // 2], "or damaged"),
    ],
)
def test_a_file_that_is_no_workbook(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    path.write_bytes(content)
    assert words in refusal(path)


def test_a_workbook_that_is_not_there_or_a_folder(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "none.xlsx")
    (tmp_path / "folder.xlsx").mkdir()
    assert refusal(tmp_path / "folder.xlsx")


def test_an_archive_of_other_things(tmp_path: Path) -> None:
    path = tmp_path / "w.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("orders.csv", "order\n")
    assert "without a workbook" in refusal(path)


@pytest.mark.parametrize(
    ("part", "change", "words"),
    [
        (SHEET, lambda _: None, "is missing"),
        (SHEET, lambda old: old[:-20], "is damaged"),
        (SHEET, lambda old: b"\0" + old, "is damaged"),
        ("xl/styles.xml", lambda old: old[5:], "is damaged"),
        (
            "xl/sharedStrings.xml",
            lambda old: old.replace(b"?>", b'?><!DOCTYPE x [<!ENTITY a "b">]>'),
            "document",
        ),
        (SHEET, lambda old: old.replace(b'r="A2"', b'r="XFE2"'), "XFE2"),
        (SHEET, lambda old: old.replace(b'r="A2"', b'r="A9"'), "A9"),
        (SHEET, lambda old: old.replace(b'<row r="2"', b'<row r="1048577"'), "A1048577"),
        ("xl/workbook.xml", lambda _: b"<x>" * 200 + b"</x>" * 200, "nested deeper"),
    ],
)
def test_a_damaged_part(
    part: str, change: Callable[[bytes], bytes | None], words: str, tmp_path: Path
) -> None:
    assert words in refusal(changed(tmp_path / "w.xlsx", part, change=change))


def test_a_cell_whose_shared_text_is_lacking_is_found_at_its_place(tmp_path: Path) -> None:
    path = changed(
        tmp_path / "w.xlsx",
        SHEET,
        change=lambda old: re.sub(rb'(r="A2"[^>]*><v>)', rb"\g<1>9", old),
    )
    [finding] = [one for one in read_workbook(path).findings if one.code is Code.VALUE_INVALID]
    assert (finding.row, finding.column) == (2, "id")


def test_values_in_far_corners_cost_nothing(tmp_path: Path) -> None:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    path = changed(tmp_path / "w.xlsx", SHEET, change=lambda old: old.replace(b"</sheetData>", far))
    reading = read_workbook(path)
    [finding] = [one for one in reading.findings if one.code is Code.COLUMN_MISSING]
    assert (finding.row, finding.column) == (1_048_576, "XFD")


def test_a_bomb_is_refused_by_what_it_says_of_itself(tmp_path: Path) -> None:
    blanks = b" " * (64 * MEBIBYTE)
    path = changed(
        tmp_path / "w.xlsx", SHEET, change=lambda old: old.replace(b"<sheetData>", blanks + b"<sheetData>")
    )
    assert "would unpack to" in refusal(path)


def test_a_workbook_beyond_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "_MOST_BYTES", 1_000)
    path = tmp_path / "w.xlsx"
    path.write_bytes(GOOD)
    assert "at most 1,000 are read" in refusal(path)


def test_a_part_larger_than_it_says_is_damage(tmp_path: Path) -> None:
    content = bytearray(GOOD)
    at = content.rindex(b"PK\x01\x02", 0, content.rindex(SHEET.encode()))
    size = slice(at + 24, at + 28)
    content[size] = (int.from_bytes(content[size], "little") // 2).to_bytes(4, "little")
    path = tmp_path / "w.xlsx"
    path.write_bytes(bytes(content))
    assert "damaged" in refusal(path)


@settings(max_examples=100)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_any_damaged_byte_gives_a_reading_and_no_failure(
    tmp_path_factory: pytest.TempPathFactory, flips: list[tuple[int, int]]
) -> None:
    content = bytearray(GOOD)
    for at, byte in flips:
        content[at] = byte
    path = tmp_path_factory.mktemp("flips") / "w.xlsx"
    path.write_bytes(bytes(content))
    reading = read_workbook(path)
    assert reading.world is not None or reading.findings


@settings(max_examples=100)
@given(st.sampled_from([SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"]), st.randoms())
def test_any_change_inside_a_part_gives_a_reading_and_no_failure(
    tmp_path_factory: pytest.TempPathFactory, part: str, rng: random.Random
) -> None:
    def change(old: bytes) -> bytes:
        texts = [b"", b"-1", b"9", b"99999999999", b"nan", b"A0", b"\xff", b"<c>", b'"', b"_xD800_"]
        at = rng.randrange(len(old))
        return old[:at] + rng.choice(texts) + old[at + rng.randrange(4) :]

    reading = read_workbook(changed(tmp_path_factory.mktemp("parts") / "w.xlsx", part, change=change))
    assert reading.world is not None or reading.findings


@pytest.mark.parametrize(
    "name", ["../scenario.toml", "/scenario.toml", "a/../../b.csv", "C:\\x.csv", "a\\b.csv"]
)
def test_an_archive_that_leads_out_of_itself_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "inner" / "w.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, "name = 'x'")
    reading = read_archive(path)
    assert reading.world is None
    assert [one.code for one in reading.findings] == [Code.FILE_UNREADABLE]
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["inner", "w.zip"]


def test_an_archive_with_one_folder_and_litter_is_read(tmp_path: Path) -> None:
    world = make_world(SETTINGS, {"evidence": [EVIDENCE]})
    write_zip(world, tmp_path / "flat.zip")
    path = tmp_path / "w.zip"
    with zipfile.ZipFile(tmp_path / "flat.zip") as flat, zipfile.ZipFile(path, "w") as deep:
        for name in flat.namelist():
            deep.writestr(f"mine/{name}", flat.read(name))
        deep.writestr("__MACOSX/mine/._orders.csv", "x")
        deep.writestr("mine/old/orders.csv", "order\n1\n")
    reading = read_archive(path)
    assert reading.world is not None
    assert reading.world.digest == world.digest
    assert [one.found for one in reading.findings if one.code is Code.TABLE_UNKNOWN] == [
        "The file 'mine/old/orders.csv' lies in another folder than the scenario; it is left out."
    ]


def test_an_archive_that_is_none_or_a_bomb(tmp_path: Path) -> None:
    path = tmp_path / "w.zip"
    path.write_bytes(b"PK no")
    assert [one.code for one in read_archive(path).findings] == [Code.FILE_UNREADABLE]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", b"\n" * (64 * MEBIBYTE))
    [finding] = read_archive(path).findings
    assert "would unpack to" in finding.found
