"""Damaged input ends in findings, all at once and in order; never in a traceback, never in a lost row."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.commands.scenarios import check_scenario
from apportion.errors import Finding, UsageError, in_order
from apportion.files import cells
from apportion.files.folder import find_scenario, read_folder, write_folder

TOML = "name = 'odd'\nstart_on = 2024-01-01\nend_on = 2024-02-01\n"
GOOD = {
    "skus.csv": "sku,name,vendor,site_kw\nk,K,v,1\n",
    "sites.csv": "site,name,operator\ns,S,o\n",
    "readiness.csv": "site,step,ready_on,power_kw\ns,h,2024-01-01,9\n",
    "supply.csv": "lot,sku,supplier,arrives_on,quantity\nL,k,v,2024-01-01,4\n",
    "orders.csv": "order,customer,skus,quantity,sites,requested_on\nA,c,k,4,s,2024-01-01\n",
}
HEADER = "sku,name,vendor,site_kw"
Told = tuple[str, int | None, str]


def check_files(folder: Path, **files: str | bytes) -> list[Finding]:
    """Return what is found in a good scenario whose files are replaced; `skus` stands for skus.csv."""
    write_files(
        folder, {"scenario.toml": TOML, **GOOD, **{f"{name}.csv": text for name, text in files.items()}}
    )
    return check_scenario(str(folder))


def write_files(folder: Path, files: dict[str, str | bytes]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())


def places(findings: list[Finding]) -> list[Told]:
    """Return code, row and column of each finding of error grade."""
    return [(str(one.code), one.row, one.column) for one in findings if one.severity.word == "error"]


DAMAGED: dict[str, tuple[str | bytes, list[Told]]] = {
    "empty file": ("", [("file-unreadable", None, "")]),
    "blank lines alone": ("\n\n", [("file-unreadable", None, "")]),
    "a short row": (f"{HEADER}\nk,K\n", [("value-missing", 2, "site_kw"), ("value-missing", 2, "vendor")]),
    "a long row": (f"{HEADER}\nk,K,v,1\nj,J,v,1,7\n", [("file-unreadable", 3, "")]),
    "two long rows and a bad cell": (
        f"{HEADER}\ni,I,v,1,7\nk,K,v,x\nj,J,v,1,,\n",
        [("file-unreadable", 2, ""), ("value-invalid", 3, "site_kw"), ("file-unreadable", 4, "")],
    ),
    "bytes that are no UTF-8": (f"{HEADER}\nk,K,v,1\nj,\xe9,v,1\n".encode("latin-1"), [("file-unreadable", 3, "name")]),
    "a header that is no UTF-8": (f"{HEADER},\xe9\nk,K,v,1,2\n".encode("latin-1"), [("file-unreadable", 1, "\ufffd")]),
    "a name twice in the header": (f"{HEADER},sku\nk,K,v,1,k\n", [("column-duplicate", 1, "sku")]),
    "two columns without a name": (f"{HEADER},,\nk,K,v,1,,\n", [("column-duplicate", 1, "")]),
    "a column of our own": (f"{HEADER},_file\nk,K,v,1,k\n", [("column-duplicate", 1, "_file")]),
    "another column of our own": (f"{HEADER},_row\nk,K,v,1,k\n", [("column-duplicate", 1, "_row")]),
    "an open quote": (f'{HEADER}\nk,K,v,1\nj,"J,v,1\n', [("file-unreadable", 3, "")]),
    "a quoted empty cell": (f'{HEADER}\nk,"",v,1\n', [("value-missing", 2, "name")]),
    "a blank line": (
        f"{HEADER}\n\nk,K,v,1\n",
        [("value-missing", 2, name) for name in ("name", "site_kw", "sku", "vendor")],
    ),
    "blank lines before the header": (f"\n\n{HEADER}\nk,K,v,x\n", [("value-invalid", 4, "site_kw")]),
    "bars for commas": (
        f"{HEADER}\nk,K,v,1\n".replace(",", "|"),
        [("column-missing", None, name) for name in ("name", "site_kw", "sku", "vendor")],
    ),
    "a NUL in a cell": (f"{HEADER}\nk,K,v,1\nj,J\0,v,1\n", [("file-unreadable", 3, "name")]),
    "a NUL in a number": (
        f"{HEADER}\nk,K,v,1\nj,J,v,1\0\n",
        [("file-unreadable", 3, "site_kw"), ("value-invalid", 3, "site_kw")],
    ),
    "a NUL in the header": (f"{HEADER}\0\nk,K,v,1\n", [("file-unreadable", 1, "")]),
    "a NUL in a long row": (f"{HEADER}\nk,K\0,v,1,2\n", [("file-unreadable", 2, ""), ("file-unreadable", 2, "name")]),
    "the same row twice": (f"{HEADER}\nk,K,v,1\nk,K,v,1\n", [("key-duplicate", 3, "sku")]),
    "two rows without a key": (
        f"{HEADER}\nk,K,v,1\n,K,v,1\n,K,v,1\n",
        [("value-missing", 3, "sku"), ("value-missing", 4, "sku")],
    ),
}  # fmt: skip
FINE = {
    "a byte order mark": b"\xef\xbb\xbf" + f"{HEADER}\nk,K,v,1\n".encode(),
    "lines of another system": f"{HEADER}\r\nk,K,v,1\r\n",
    "no end of the last line": f"{HEADER}\nk,K,v,1",
    "a name that looks like a repeated one": f"{HEADER},sku_duplicated_0\nk,K,v,1,2\n",
    "quotes in a name": f'{HEADER},"a ""b"""\nk,K,v,1,2\n',
    "every cell quoted": f'{HEADER.replace(",", ",")}\n"k","K","v","1"\n',
}


@pytest.mark.parametrize(("text", "told"), DAMAGED.values(), ids=DAMAGED)
def test_a_damaged_table_is_told_by_its_rows_and_columns(
    tmp_path: Path, text: str | bytes, told: list[Told]
) -> None:
    findings = check_files(tmp_path, skus=text)
    assert findings == in_order(findings)
    in_skus = [one for one in findings if one.file == "skus.csv"]
    assert places(in_skus) == told
    assert all(one.found and one.expected and one.fix for one in findings)


@pytest.mark.parametrize("text", FINE.values(), ids=FINE)
def test_what_another_program_wrote_is_read_as_it_is(tmp_path: Path, text: str | bytes) -> None:
    assert places(check_files(tmp_path, skus=text)) == []
    world = read_folder(tmp_path).world
    assert world is not None
    assert world.tables["skus"].select("sku", "name").rows() == [("k", "K")]


def test_a_long_row_quotes_what_is_left_over(tmp_path: Path) -> None:
    [finding] = [
        one for one in check_files(tmp_path, skus=f"{HEADER}\nk,K,v,1,7\n") if one.code == "file-unreadable"
    ]
    assert finding.where == "skus.csv, row 2"
    assert "the row has 5 cells, the header 4; left over are ['7']" in finding.found


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        *(("requested_on", day, "value-invalid") for day in ("2024-02-30", "1899-12-31", "0000-01-01", "1900")),
        *(("requested_on", day, "value-invalid") for day in ("9999", "2024-1-1", "15/06/2024", "10000-01-01")),
        *(("requested_on", day, "value-invalid") for day in ("2024-06-15T00:00", "45000", "today")),
        *(("quantity", text, "value-invalid") for text in ("1e3", '"1,000"', "1.000.000", "NaN", "inf", "1.5")),
        *(("quantity", text, "value-invalid") for text in ("9" * 30, "9" * 16, "0x10", "1_000", "−4", "٤", "4 units")),
        *(("quantity", text, "value-out-of-range") for text in ("0", "-4", "-0")),
        *(("unit_price_usd", text, "value-invalid") for text in ("1e3", "NaN", "inf", "$5", "9" * 30, "0.0000001")),
        ("unit_price_usd", "-0.5", "value-out-of-range"),
        ("status", "Open", "value-invalid"),
        ("skus", "k||k", "value-invalid"),
        ("skus", "|", "value-invalid"),
        *(("skus", f"k|j:{rate}", "value-invalid") for rate in ("", "0", "-1", "x", "1e3", "1.2345678", "٢")),
    ],
)  # fmt: skip
def test_a_cell_that_does_not_fit_is_quoted(tmp_path: Path, column: str, text: str, code: str) -> None:
    header = GOOD["orders.csv"].splitlines()[0].split(",")
    row = dict(zip(header, GOOD["orders.csv"].splitlines()[1].split(","), strict=True)) | {column: text}
    skus = f"{HEADER}\nk,K,v,1\nj,J,v,1\n"
    orders = f"{','.join(row)}\n{','.join(row.values())}\n"
    told = [one for one in check_files(tmp_path, orders=orders, skus=skus) if one.severity.word == "error"]
    assert [(one.file, one.row, one.column, str(one.code)) for one in told] == [
        ("orders.csv", 2, column, code)
    ]
    quoted = text.strip('"').split("|")[-1] if column == "skus" and ":" in text else text.strip('"')
    assert told[0].found == f"The cell holds {quoted!r}."


@pytest.mark.parametrize(
    ("column", "text"),
    [
        *(("requested_on", text) for text in ("1900-01-01", "9999-12-31", " 2024-01-05 ")),
        *(("quantity", text) for text in ("9" * 15, "+4", "4.0", " 4 ", "004")),
        *(("unit_price_usd", text) for text in ("999999999999999.999999", ".5", "5.", "0", "1.50000000")),
    ],
)  # fmt: skip
def test_the_ends_of_what_fits_do_fit_and_can_be_planned(tmp_path: Path, column: str, text: str) -> None:
    header, plain = GOOD["orders.csv"].splitlines()
    row = dict(zip(header.split(","), plain.split(","), strict=True)) | {column: text}
    assert places(check_files(tmp_path, orders=f"{','.join(row)}\n{','.join(row.values())}\n")) == []


def test_an_empty_folder_misses_its_settings_and_the_five_tables(tmp_path: Path) -> None:
    findings = check_scenario(str(tmp_path))
    assert [(one.file, str(one.code)) for one in findings] == [
        ("orders.csv", "table-missing"),
        ("readiness.csv", "table-missing"),
        ("scenario.toml", "file-unreadable"),
        ("sites.csv", "table-missing"),
        ("skus.csv", "table-missing"),
        ("supply.csv", "table-missing"),
    ]


@pytest.mark.parametrize(
    "name", ["orders.xlsx", "sku.csv", "Orders.csv", "fleet.CSV", "fleet.tsv", "a.parquet"]
)
def test_a_file_that_is_no_table_of_ours_is_told_and_not_passed_over(tmp_path: Path, name: str) -> None:
    write_files(tmp_path, {name: "x"})
    [finding] = [one for one in check_files(tmp_path) if one.severity.word == "warning" and one.file == name]
    assert finding.code == "table-unknown"
    assert repr(name) in finding.found


def test_two_files_for_one_table_are_an_error_and_neither_is_read(tmp_path: Path) -> None:
    check_files(tmp_path)
    world = read_folder(tmp_path).world
    assert world is not None
    write_folder(world, tmp_path / "other", suffix=".parquet")
    (tmp_path / "other" / "skus.parquet").rename(tmp_path / "skus.parquet")
    [finding] = [one for one in check_scenario(str(tmp_path)) if one.severity.word == "error"]
    assert (finding.file, finding.found) == ("skus.csv", "There are skus.csv and skus.parquet.")


def test_export_refuses_a_folder_in_which_another_table_would_be_read(tmp_path: Path) -> None:
    check_files(tmp_path / "in")
    world = read_folder(tmp_path / "in").world
    assert world is not None
    write_folder(world, tmp_path / "out")
    write_folder(world, tmp_path / "out")
    with pytest.raises(UsageError, match=r"orders\.csv"):
        write_folder(world, tmp_path / "out", suffix=".parquet")


@pytest.mark.parametrize("name", ["nowhere", "x" * 5000, "a\x00b", "three-order", ""])
def test_a_scenario_that_is_not_there_is_wrong_use(name: str) -> None:
    with pytest.raises(UsageError, match="There is no folder and no bundled scenario"):
        find_scenario(name)


def test_an_empty_name_is_not_the_folder_one_is_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_files(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert find_scenario(".").samefile(tmp_path)
    with pytest.raises(UsageError, match="There is no folder and no bundled scenario ''"):
        check_scenario("")


@pytest.mark.parametrize("readiness", ["s,h,soon,9\n", "z,h,2024-01-01,9\ns,h,2024-01-01,\n", None])
def test_a_site_whose_readiness_is_wrong_is_not_said_to_have_none(
    tmp_path: Path, readiness: str | None
) -> None:
    header = "site,step,ready_on,power_kw\n"
    findings = check_files(tmp_path, readiness="" if readiness is None else header + readiness)
    assert places(findings)
    assert "site-never-ready" not in {str(one.code) for one in findings}
    findings = check_files(tmp_path, readiness=header)
    assert "site-never-ready" in {str(one.code) for one in findings}


@pytest.mark.parametrize("damage", [lambda held: held[:-1], lambda held: b"x" + held, lambda _: b"PAR1"])
def test_a_file_that_is_no_parquet_is_told_and_the_standard_error_kept_still(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], damage: Callable[[bytes], bytes]
) -> None:
    check_files(tmp_path)
    (tmp_path / "skus.csv").unlink()
    file = tmp_path / "skus.parquet"
    pl.DataFrame({"sku": ["k"], "name": ["K"], "vendor": ["v"], "site_kw": ["1"]}).write_parquet(file)
    assert places(check_scenario(str(tmp_path))) == []
    file.write_bytes(damage(file.read_bytes()))
    [finding] = [one for one in check_scenario(str(tmp_path)) if one.severity.word == "error"]
    assert "does not begin and end as a Parquet file does" in finding.found
    assert capfd.readouterr() == ("", "")


def test_a_file_is_no_scenario(tmp_path: Path) -> None:
    check_files(tmp_path)
    with pytest.raises(UsageError):
        find_scenario(str(tmp_path / "orders.csv"))


def test_a_file_with_a_hundred_thousand_wrong_cells_tells_the_first_thousand_and_counts_the_rest(
    tmp_path: Path,
) -> None:
    rows = "".join(f"k{at},K,,x\n" for at in range(50_000))
    findings = [one for one in check_files(tmp_path, skus=f"{HEADER}\n{rows}") if one.file == "skus.csv"]
    assert len(findings) == 1_001
    [cut] = [one for one in findings if one.code == "findings-cut"]
    assert cut.severity.word == "error"
    assert "99,000 more findings" in cut.found
    assert {one.row for one in findings if one is not cut} == set(range(2, 502))


def test_a_file_with_many_damaged_rows_tells_the_first_thousand_and_counts_the_rest(tmp_path: Path) -> None:
    rows = "".join(f"k{at},K,v,1,left\n" for at in range(3_000))
    findings = [one for one in check_files(tmp_path, skus=f"{HEADER}\n{rows}") if one.file == "skus.csv"]
    assert len(findings) == 1_001
    assert "2,000 more findings" in findings[-1].found


def test_a_folder_that_vanishes_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_files(tmp_path / "odd")
    taken: Callable[..., pl.DataFrame] = pl.read_csv

    def take_away(source: Path, **named: object) -> pl.DataFrame:
        if (tmp_path / "odd").is_dir():
            (tmp_path / "odd").rename(tmp_path / "gone")
        return taken(source, **named)

    monkeypatch.setattr(pl, "read_csv", take_away)
    found = [(one.file, str(one.code)) for one in read_folder(tmp_path / "odd").findings]
    assert ("odd", "file-unreadable") in found
    assert ("skus.csv", "file-unreadable") in found
    assert ("supply.csv", "table-missing") in found


@pytest.mark.parametrize("called", ["header_of", "holds_nul", "source_of"])
def test_a_file_that_vanishes_while_it_is_read_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, called: str
) -> None:
    check_files(tmp_path)
    real = getattr(cells, called)

    def take_away(source: Path, **named: object) -> object:
        (tmp_path / "skus.csv").unlink(missing_ok=True)
        return real(source, **named)

    monkeypatch.setattr(cells, called, take_away)
    told = [one for one in read_folder(tmp_path).findings if one.file == "skus.csv"]
    assert [str(one.code) for one in told] == ["file-unreadable"]


@settings(max_examples=60)
@given(st.randoms(use_true_random=False))
def test_no_change_of_bytes_ends_in_a_traceback(
    tmp_path_factory: pytest.TempPathFactory, rng: Random
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    files: dict[str, str | bytes] = {"scenario.toml": TOML, **GOOD}
    write_files(folder, files)
    if rng.random() < 0.3:
        world = read_folder(folder).world
        assert world is not None
        write_folder(world, folder / "parquet", suffix=".parquet")
        folder /= "parquet"
    file = rng.choice(sorted(folder.iterdir()))
    if not file.is_file():
        return
    held = bytearray(file.read_bytes())
    for _ in range(rng.randint(1, 4)):
        first = rng.randrange(len(held))
        held[first : first + rng.randint(0, 3)] = rng.randbytes(rng.randint(0, 2)) + rng.choice(
            [b"", b'"', b",", b"\n"]
        )
        if not held:
            break
    file.write_bytes(held)
    findings = check_scenario(str(folder))
    assert findings == in_order(findings)
