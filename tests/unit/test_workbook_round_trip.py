"""A world written as a workbook or archive is read back the same, to the letter and in every type."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from apportion.errors import Code, FindingsError
from apportion.files.archive import read_archive, write_zip
from apportion.files.folder import bundled_names, find_scenario, read_folder
from apportion.files.workbook import WorkbookReading, read_workbook
from apportion.files.workbook_write import write_workbook
from apportion.model.world import World
from tests.build import make_world, write_scenario
from tests.unit.test_input_round_trip import SETTINGS, UNKNOWN_SETTINGS, assert_same, read_there, text_tables
from tests.unit.test_workbook_reading import write_sheets

MADE_ON = dt.date(2026, 1, 2)
LONGEST = 32_767
NOON = dt.datetime(2024, 6, 15, 12)  # noqa: DTZ001, a sheet has no zone
ODD_KEYS = st.one_of(
    st.text("abcz_", min_size=1, max_size=3),
    st.sampled_from(["Name", " a", "a b", "a.b", "policy.x", '"q"', "Policy.Rule", "START ON", "é", "a\nb"]),
)


def through_workbook(world: World, path: Path) -> WorkbookReading:
    """Return what is read of a workbook of a world."""
    return read_workbook(write_workbook(world, path, made_on=MADE_ON))


def evidence(**cells: str) -> dict[str, str]:
    """Return a row of evidence, the table with the freest texts."""
    return {"id": "E1", "kind": "memo", "title": "A memo", "source": "a shelf", **cells}


@settings(max_examples=30)
@given(text_tables(), st.dictionaries(ODD_KEYS, UNKNOWN_SETTINGS, max_size=3))
@example({}, {"a": dt.date(1900, 1, 5), "b": "", "policy": 10**15})
def test_a_workbook_reads_back_to_the_same_world(
    tables: dict[str, list[dict[str, str]]], unknown: dict[str, Any]
) -> None:
    unknown.pop("policy", None)
    policy = {"level_by": "group", "count_from_on": dt.date(2023, 12, 1), **unknown}
    with tempfile.TemporaryDirectory() as root:
        path = Path(root)
        world = read_there(
            write_scenario(path / "in", {**unknown, **SETTINGS, "policy": policy}, tables=tables)
        )
        again = through_workbook(world, path / "w.xlsx")
        assert {finding.code for finding in again.findings} <= {"table-missing", "setting-unknown"}
        assert again.world is not None
        assert_same(world, again.world)
        packed = read_archive(write_zip(world, path / "w.zip"))
        assert packed.world is not None
        assert_same(world, packed.world)


@pytest.mark.parametrize("name", bundled_names())
def test_a_bundled_scenario_keeps_its_digest(name: str, tmp_path: Path) -> None:
    world = read_folder(find_scenario(name)).world
    assert world is not None
    reading = through_workbook(world, tmp_path / "w.xlsx")
    assert reading.findings == ()
    assert reading.world is not None
    assert reading.world.digest == world.digest
    packed = read_archive(write_zip(world, tmp_path / "w.zip"))
    assert packed.world is not None
    assert packed.world.digest == world.digest


@pytest.mark.parametrize(
    "text",
    [
        "=1+1", "+5", "-3", "@x", "\tx", "001", "1e3", "1,5", "TRUE", "2024-06-15", "2023-01-01  00:00:00",
        "#REF!", "_x0041_", "a\rb", "a\r\nb", "\x01", "\x1f", "\ufffe", "\x7f", " x ", "\n", "{=1}", "http://x",
        "'quoted", '"quoted"', "\u00a0", "🙂", "<&>", "é" * LONGEST, "🙂" * (LONGEST // 2),
    ],
)  # fmt: skip
def test_a_text_stays_a_text_to_the_letter(text: str, tmp_path: Path) -> None:
    world = make_world(SETTINGS, {"evidence": [evidence(title=text, mine=text)]})
    again = through_workbook(world, tmp_path / "w.xlsx").world
    assert again is not None
    assert_same(world, again)


@pytest.mark.parametrize(
    "name",
    [
        "Title",
        "KIND",
        " kind",
        "published on",
        '"',
        '""',
        '"kind"',
        "_Row",
        "=1+1",
        "a\nb",
        "_x0041_",
        "1",
        "",
    ],
)
def test_a_column_of_an_odd_name_keeps_it(name: str, tmp_path: Path) -> None:
    world = make_world(SETTINGS, {"evidence": [evidence(**{name: "x"})]})
    again = through_workbook(world, tmp_path / "w.xlsx").world
    assert again is not None
    assert_same(world, again)


@pytest.mark.parametrize(
    "number", ["999999999999999.123456", "0.1", "123456789.123456", "-0.000001", "1e3"[:1]]
)
def test_a_number_is_kept_to_its_last_digit(number: str, tmp_path: Path) -> None:
    claim = {
        "claim": "C1", "party": "p", "speaker": "p", "said_on": "1900-01-01", "metric": "m", "value": number,
        "unit": "u", "as_of_on": "9999-12-31", "statement": "s",
    }  # fmt: skip
    world = make_world(SETTINGS, {"claims": [claim]})
    again = through_workbook(world, tmp_path / "w.xlsx").world
    assert again is not None
    assert_same(world, again)


def test_the_same_world_gives_the_same_bytes(tmp_path: Path) -> None:
    world = make_world(SETTINGS, {"evidence": [evidence()]})
    write_workbook(world, tmp_path / "a.xlsx", made_on=MADE_ON)
    write_workbook(world, tmp_path / "b.xlsx", made_on=MADE_ON)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    write_zip(world, tmp_path / "a.zip")
    write_zip(world, tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("text", ["é" * (LONGEST + 1), "🙂" * (LONGEST // 2 + 1)])
def test_a_text_that_no_cell_holds_is_refused_and_no_file_written(text: str, tmp_path: Path) -> None:
    world = make_world(SETTINGS, {"evidence": [evidence(), evidence(id="E2", title=text)]})
    with pytest.raises(FindingsError) as refused:
        write_workbook(world, tmp_path / "w.xlsx", made_on=MADE_ON)
    [finding] = refused.value.findings
    assert (finding.code, finding.file, finding.row) == (Code.VALUE_INVALID, "sheet evidence", 3)
    assert finding.column == "title"
    assert not (tmp_path / "w.xlsx").exists()


def test_sheets_that_are_none_of_ours_are_kept(tmp_path: Path) -> None:
    world = make_world(SETTINGS, {"evidence": [evidence()]})
    write_workbook(world, tmp_path / "a.xlsx", made_on=MADE_ON)
    first = read_workbook(tmp_path / "a.xlsx")
    assert first.extra_sheets == ()
    path = tmp_path / "b.xlsx"
    with_notes = workbook_with_notes(tmp_path / "notes.xlsx")
    write_workbook(world, path, made_on=MADE_ON, extra_sheets=with_notes.extra_sheets)
    again = read_workbook(path)
    assert again.extra_sheets == with_notes.extra_sheets
    assert [(one.name, one.is_hidden) for one in again.extra_sheets] == [("My notes", False), ("old", True)]
    assert again.extra_sheets[0].rows[3][2] == "=1+1"
    assert again.extra_sheets[0].rows[4] == {
        1: 1.5, 2: True, 3: dt.date(2024, 6, 15), 4: NOON, 5: -7
    }  # fmt: skip


def workbook_with_notes(path: Path) -> WorkbookReading:
    """Return what is read of a workbook with a sheet of notes and a hidden one."""
    notes = {
        (3, 2): "=1+1",
        (4, 1): 1.5,
        (4, 2): True,
        (4, 3): dt.date(2024, 6, 15),
        (4, 4): NOON,
        (4, 5): -7,
    }
    write_sheets(path, {"My notes": notes, "old": {(1, 1): "x"}}, hidden=("old",))
    return read_workbook(path)
