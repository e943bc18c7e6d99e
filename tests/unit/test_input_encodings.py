"""A CSV file in another encoding, with another separator or with misspelt headers is read or told, never guessed."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from apportion.commands.scenarios import check_scenario
from apportion.errors import Finding
from apportion.files.folder import read_folder

TOML = "name = 'odd'\nstart_on = 2024-01-01\nend_on = 2024-02-01\n"
GOOD = {
    "skus": "sku,name,vendor,site_kw\nk,Käse,v,1.5\n",
    "sites": "site,name,operator\ns,S,o\n",
    "readiness": "site,step,ready_on,power_kw\ns,h,2024-01-01,9\n",
    "supply": "lot,sku,supplier,arrives_on,quantity\nL,k,v,2024-01-01,4\n",
    "orders": "order,customer,skus,quantity,sites,requested_on\nA,c,k,4,s,2024-01-01\n",
}
SKUS = GOOD["skus"]


def check_bytes(folder: Path, **files: bytes) -> list[Finding]:
    """Return what is found in the given files of a scenario whose others are good."""
    (folder / "scenario.toml").write_text(TOML, encoding="utf-8")
    for name, text in GOOD.items():
        (folder / f"{name}.csv").write_bytes(files.get(name, text.encode()))
    return [one for one in check_scenario(str(folder)) if one.file.removesuffix(".csv") in files]


def told(findings: list[Finding]) -> list[tuple[str, str, int | None, str]]:
    """Return grade, code, row and column of each finding."""
    return [(one.severity.word, str(one.code), one.row, one.column) for one in findings]


def names_read(folder: Path) -> list[tuple[str, str]]:
    """Return id and name of each SKU as they are read."""
    world = read_folder(folder).world
    assert world is not None
    return world.tables["skus"].select("sku", "name").rows()


@pytest.mark.parametrize(
    "encoded",
    [
        codecs.BOM_UTF16_LE + SKUS.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + SKUS.encode("utf-16-be"),
    ],
)
def test_utf_16_is_read_by_its_mark_and_told(tmp_path: Path, encoded: bytes) -> None:
    [finding] = check_bytes(tmp_path, skus=encoded)
    assert told([finding]) == [("info", "file-encoding", None, "")]
    assert "UTF-16" in finding.found
    assert names_read(tmp_path) == [("k", "Käse")]


@pytest.mark.parametrize(
    "encoded",
    [
        codecs.BOM_UTF32_LE + SKUS.encode("utf-32-le"),
        codecs.BOM_UTF32_BE + SKUS.encode("utf-32-be"),
    ],
)
def test_utf_32_is_read_by_its_mark_and_told(tmp_path: Path, encoded: bytes) -> None:
    [finding] = check_bytes(tmp_path, skus=encoded)
    assert told([finding]) == [("info", "file-encoding", None, "")]
    assert "UTF-32" in finding.found
    assert names_read(tmp_path) == [("k", "Käse")]


def test_broken_utf_32_is_no_table(tmp_path: Path) -> None:
    [finding] = check_bytes(tmp_path, skus=codecs.BOM_UTF32_LE + b"a\0")
    assert (finding.severity.word, str(finding.code)) == ("error", "file-unreadable")


def test_utf_8_with_its_mark_is_read_as_it_is(tmp_path: Path) -> None:
    assert check_bytes(tmp_path, skus=codecs.BOM_UTF8 + SKUS.encode()) == []
    assert names_read(tmp_path) == [("k", "Käse")]


@pytest.mark.parametrize(
    "encoded", [codecs.BOM_UTF16_LE + b"a", codecs.BOM_UTF16_LE + b"\0\xd8a\0", SKUS.encode("utf-16-le")]
)
def test_broken_or_unmarked_utf_16_is_no_table(tmp_path: Path, encoded: bytes) -> None:
    [finding] = check_bytes(tmp_path, skus=encoded)
    assert (finding.severity.word, str(finding.code)) == ("error", "file-unreadable")


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
def test_another_encoding_is_named_with_its_row_and_never_guessed(tmp_path: Path, encoding: str) -> None:
    [finding] = check_bytes(tmp_path, skus=SKUS.encode(encoding))
    assert told([finding]) == [("error", "file-unreadable", 2, "name")]
    assert "look like Windows-1252" in finding.found
    assert finding.fix == "Save the file as UTF-8."


@pytest.mark.parametrize(("separator", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_is_told_by_the_header_and_read(tmp_path: Path, separator: str, word: str) -> None:
    [finding] = check_bytes(tmp_path, skus=SKUS.replace(",", separator).encode())
    assert told([finding]) == [("info", "file-separator", None, "")]
    assert word in finding.found
    assert names_read(tmp_path) == [("k", "Käse")]


@pytest.mark.parametrize(
    ("separator", "word"), [(";", "semicolons"), ("\t", "tabs"), (",", "commas"), ("|", "bars")]
)
@pytest.mark.parametrize("line", ["sep={}\n", '"sep={}"\r\n', "SEP={}\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_first_line_that_states_the_separator_is_read_as_excel_does(
    tmp_path: Path, separator: str, word: str, line: str, encoding: str
) -> None:
    text = line.format(separator) + SKUS.replace(",", separator)
    *_, finding = check_bytes(tmp_path, skus=text.encode(encoding))
    assert told([finding]) == [("info", "file-separator", None, "")]
    assert finding.found == f"Its first line says that its cells are separated by {word}; it is read so."
    assert names_read(tmp_path) == [("k", "Käse")]


def test_rows_below_a_stated_separator_are_counted_as_the_file_has_them(tmp_path: Path) -> None:
    text = "sep=;\n" + SKUS.replace(",", ";")
    for damage, row in (("j;J;v;x\n", 4), ("j;J;v;1;7\n", 4), ("j;J\xe9;v;1\n", 4)):
        encoded = text.encode() + damage.encode("latin-1")
        assert [one[2] for one in told(check_bytes(tmp_path, skus=encoded))] == [None, row]


@pytest.mark.parametrize("first", ["sep=:", "sep=;;", "sep", "separator=;", " sep=;"])
def test_a_first_line_that_states_nothing_is_the_header(tmp_path: Path, first: str) -> None:
    codes = [one[1] for one in told(check_bytes(tmp_path, skus=f"{first}\n{SKUS}".encode()))]
    assert "column-missing" in codes or "file-unreadable" in codes


def test_utf_16_with_tabs_is_read_and_both_are_told(tmp_path: Path) -> None:
    encoded = codecs.BOM_UTF16_LE + SKUS.replace(",", "\t").encode("utf-16-le")
    assert [one[1] for one in told(check_bytes(tmp_path, skus=encoded))] == [
        "file-encoding",
        "file-separator",
    ]
    assert names_read(tmp_path) == [("k", "Käse")]


def test_a_decimal_comma_is_refused_and_quoted(tmp_path: Path) -> None:
    findings = check_bytes(tmp_path, skus=SKUS.replace(",", ";").replace("1.5", "1,5").encode())
    assert told(findings)[1:] == [("error", "value-invalid", 2, "site_kw")]
    assert findings[1].found == "The cell holds '1,5'."


def test_damage_behind_another_separator_is_told_by_its_row(tmp_path: Path) -> None:
    encoded = (SKUS + "j,J,v,1,7\n").replace(",", ";").encode()
    assert told(check_bytes(tmp_path, skus=encoded))[1:] == [("error", "file-unreadable", 3, "")]


@pytest.mark.parametrize("written", ["Vendor", " vendor", "vendors", "vender", "VEN_DOR"])
def test_a_misspelt_header_is_named_where_its_column_is_missed(tmp_path: Path, written: str) -> None:
    missing, unknown = sorted(
        check_bytes(tmp_path, skus=SKUS.replace("vendor", written).encode()), key=lambda one: one.code
    )
    assert told([missing, unknown]) == [
        ("error", "column-missing", None, "vendor"),
        ("warning", "column-unknown", None, written),
    ]
    assert repr(written) in missing.fix
    assert "Did you mean vendor?" in unknown.fix


def test_a_misspelt_column_that_may_be_missing_is_told(tmp_path: Path) -> None:
    encoded = SKUS.replace("site_kw\n", "site_kw,Lot Units\n").replace("1.5\n", "1.5,8\n").encode()
    assert told(check_bytes(tmp_path, skus=encoded)) == [("warning", "column-unknown", None, "Lot Units")]


@pytest.mark.parametrize("name", ["remark", "Vendor", "colour"])
def test_an_unknown_column_that_is_like_none_missing_is_kept_in_silence(tmp_path: Path, name: str) -> None:
    encoded = SKUS.replace("site_kw\n", f"site_kw,{name}\n").replace("1.5\n", "1.5,8\n").encode()
    assert check_bytes(tmp_path, skus=encoded) == []
