"""Documents kept with a scenario: which may be, under which name, and that none is ever changed."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

import apportion as ap
from apportion.cli import app
from apportion.commands.attachments import attach_document
from apportion.errors import UsageError
from apportion.files.documents import kinds_of, read_document
from tests.build import write_scenario
from tests.unit.test_trace import SETTINGS, tables

PDF = b"%PDF-1.7\n\x00\x01binary"
PNG = b"\x89PNG\r\n\x1a\n\x00rest"
JPEG = b"\xff\xd8\xff\xe0rest"
MAIL = b"Received: by x;\n\tlater\nFrom: a@b.example\nSubject: lots\n\nHello"
PAGE = b"<!-- saved --><!DOCTYPE html><html></html>"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write_scenario(tmp_path / "case", SETTINGS, tables=tables())


def document(folder: Path, name: str, *, content: bytes = PDF) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def test_a_document_is_kept_under_its_digest_and_listed(scenario: Path, tmp_path: Path) -> None:
    before = ap.read(scenario).digest
    found = attach_document(str(scenario), "E1", file=document(tmp_path, "memo.PDF"))
    name = hashlib.sha256(PDF).hexdigest()
    assert (found.sha256, found.file, found.is_new) == (name, f"attachments/{name}.pdf", True)
    kept = scenario / found.file
    assert kept.read_bytes() == PDF
    assert not stat.S_IMODE(kept.stat().st_mode) & 0o222
    world = ap.read(scenario)
    assert world.attachments.select("document", "sha256", "kind", "size_bytes", "name").rows() == [
        ("E1", name, "pdf", len(PDF), "memo.PDF")
    ]
    assert world.digest != before
    assert "attachment-changed" not in {str(one.code) for one in ap.check(scenario)}


def test_the_same_bytes_again_change_nothing(scenario: Path, tmp_path: Path) -> None:
    attach_document(str(scenario), "E1", file=document(tmp_path, "memo.pdf"))
    before = ap.read(scenario).digest
    again = attach_document(str(scenario), "E1", file=document(tmp_path, "other-name.pdf"))
    assert not again.is_new
    assert ap.read(scenario).digest == before


def test_other_bytes_are_added_beside_those_there(scenario: Path, tmp_path: Path) -> None:
    first = attach_document(str(scenario), "E1", file=document(tmp_path, "memo.pdf"))
    second = attach_document(str(scenario), "E1", file=document(tmp_path, "memo.pdf", content=PDF + b"2"))
    third = attach_document(str(scenario), "E2", file=document(tmp_path, "copy.pdf"))
    assert (second.is_new, third.is_new, third.file) == (True, True, first.file)
    assert sorted(file.name for file in (scenario / "attachments").iterdir()) == sorted(
        one.file.removeprefix("attachments/") for one in (first, second)
    )
    assert len(ap.read(scenario).attachments) == 3


def test_who_knew_of_the_evidence_when_is_who_knew_of_its_copy(tmp_path: Path) -> None:
    known = {"known_on": "2023-12-01", "public_on": "2024-06-04", "known_to": "alder"}
    evidence = [{**row, **known} for row in tables()["evidence"]]
    folder = write_scenario(tmp_path / "case", SETTINGS, tables=tables(evidence=evidence))
    attach_document(str(folder), "E1", file=document(tmp_path, "memo.pdf"))
    rows = ap.read(folder).tables["attachments"].select("known_on", "public_on", "known_to").rows()
    assert [(str(row[0]), str(row[1]), row[2]) for row in rows] == [("2023-12-01", "2024-06-04", ["alder"])]


def test_a_listed_document_that_changed_or_went_is_told(scenario: Path, tmp_path: Path) -> None:
    found = attach_document(str(scenario), "E1", file=document(tmp_path, "memo.pdf"))
    kept = scenario / found.file
    kept.chmod(0o644)
    kept.write_bytes(b"%PDF-other")
    (told,) = [one for one in ap.check(scenario) if one.code == "attachment-changed"]
    assert (told.file, told.row) == ("attachments.csv", 2)
    assert hashlib.sha256(b"%PDF-other").hexdigest() in told.found
    with pytest.raises(UsageError, match="does not hold the document"):
        attach_document(str(scenario), "E1", file=tmp_path / "memo.pdf")
    assert kept.read_bytes() == b"%PDF-other"  # Not written over either.
    kept.unlink()
    (told,) = [one for one in ap.check(scenario) if one.code == "attachment-changed"]
    assert "is not there" in told.found


def test_an_export_takes_documents_along(scenario: Path, tmp_path: Path) -> None:
    found = attach_document(str(scenario), "E1", file=document(tmp_path, "memo.pdf"))
    digest = ap.read(scenario).digest
    packed, unpacked, book = tmp_path / "case.zip", tmp_path / "again", tmp_path / "books" / "case.xlsx"
    book.parent.mkdir()
    ap.export(scenario, packed)
    ap.export(packed, unpacked)
    ap.export(packed, book)
    assert (unpacked / found.file).read_bytes() == (book.parent / found.file).read_bytes() == PDF
    for source in (packed, unpacked, book):
        assert ap.read(source).digest == digest
        codes = {str(one.code) for one in ap.check(source)}
        assert codes & {"attachment-changed", "table-unknown"} == set(), source
    ap.export(packed, unpacked)  # Once more into the same folder, over files that nobody may write to.


def test_a_document_changed_inside_a_zip_is_told(scenario: Path, tmp_path: Path) -> None:
    found = attach_document(str(scenario), "E1", file=document(tmp_path, "memo.pdf"))
    shutil.copytree(scenario, tmp_path / "top" / "case")
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        for file in sorted((tmp_path / "top").rglob("*")):
            if file.is_file():
                changed = file.name == Path(found.file).name
                archive.writestr(
                    file.relative_to(tmp_path / "top").as_posix(), b"%PDF-x" if changed else file.read_bytes()
                )
    codes = [str(one.code) for one in ap.check(tmp_path / "bad.zip")]
    assert "attachment-changed" in codes
    assert "table-unknown" not in codes


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.pdf", PDF, "pdf"),
        ("a.png", PNG, "png"),
        ("a.jpeg", JPEG, "jpeg"),
        ("a.JPG", JPEG, "jpeg"),
        ("a.txt", "備忘錄".encode(), "text"),
        ("a.txt", "備忘錄".encode("big5"), "text"),
        ("a.csv", b"lot,quantity\nL1,8\n", "csv"),
        ("a.html", PAGE, "html"),
        ("a.htm", b"\n <html>", "html"),
        ("a.eml", MAIL, "eml"),
        ("a.txt", MAIL, "text"),
    ],
)
def test_a_document_is_what_its_bytes_and_its_ending_say(
    tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    assert read_document(document(tmp_path, name, content=content)).kind == kind


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.pdf", b"\x7fELF\x02\x01", "as none of the kinds"),
        ("a.pdf", PNG, "read as png"),
        ("a.png", PDF, "read as pdf"),
        ("a.txt", PDF, "read as pdf"),
        ("a.txt", b"a\x00b", "as none of the kinds"),
        ("a.csv", PAGE, "read as html"),
        ("a.html", b"hello", "read as csv or text"),
        ("a.eml", b"hello", "read as csv or text"),
        ("a.exe", PDF, "ending in '.exe'"),
        ("a", PDF, "ending in ''"),
        ("a.pdf", b"", "is empty"),
        ("a.zip", b"PK\x03\x04", "ending in '.zip'"),
    ],
)
def test_what_denies_its_ending_is_refused(tmp_path: Path, name: str, content: bytes, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        read_document(document(tmp_path, name, content=content))


def test_bytes_that_are_no_text_are_of_no_kind() -> None:
    assert kinds_of(b"PK\x03\x04") == set()
    assert kinds_of("a".encode("utf-16")) == set()


def test_what_is_too_large_is_refused_unless_the_limit_is_raised(tmp_path: Path) -> None:
    large = tmp_path / "a.pdf"
    with large.open("wb") as opened:
        opened.write(PDF)
        opened.truncate(26_000_000)  # A hole: 26 million bytes that take no room on the disk.
    with pytest.raises(UsageError, match="26,000,000 bytes, at most 25,000,000"):
        read_document(large)
    assert len(read_document(large, most_megabytes=26).content) == 26_000_000


def test_links_folders_pipes_and_names_of_no_file_are_refused(tmp_path: Path) -> None:
    linked = tmp_path / "link.pdf"
    linked.symlink_to(document(tmp_path, "real.pdf"))
    (tmp_path / "folder.pdf").mkdir()
    os.mkfifo(tmp_path / "pipe.pdf")
    for name, told in (
        ("link.pdf", "is a link"),
        ("folder.pdf", "cannot be read|no plain file"),
        ("pipe.pdf", "no plain file"),
        ("none.pdf", "cannot be read"),
        ("nul\0.pdf", "cannot be read"),
        (f"{'a' * 300}.pdf", "cannot be read"),
    ):
        with pytest.raises(UsageError, match=told):
            read_document(tmp_path / name)


def test_a_name_that_no_table_can_show_is_kept_without_what_it_hides(tmp_path: Path) -> None:
    found = read_document(document(tmp_path, "a\n\u202eb=1\x1b.pdf"))
    assert found.name == "ab=1.pdf"
    assert read_document(document(tmp_path, os.fsdecode(b"\xff.pdf"))).name == ".pdf"


def test_nothing_is_kept_through_a_link(scenario: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (scenario / "attachments").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="no folder of this scenario"):
        attach_document(str(scenario), "E1", file=document(tmp_path, "memo.pdf"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_nothing_is_written_over_what_a_link_of_that_name_leads_to(scenario: Path, tmp_path: Path) -> None:
    other = document(tmp_path, "secret.txt", content=b"keep me")
    (scenario / "attachments").mkdir()
    (scenario / "attachments" / f"{hashlib.sha256(PDF).hexdigest()}.pdf").symlink_to(other)
    with pytest.raises(UsageError, match="does not hold the document"):
        attach_document(str(scenario), "E1", file=document(tmp_path, "memo.pdf"))
    assert other.read_bytes() == b"keep me"


@pytest.mark.parametrize("evidence", ["E9", "", "../E1", "e1"])
def test_evidence_that_is_not_listed_is_refused(scenario: Path, tmp_path: Path, evidence: str) -> None:
    with pytest.raises(UsageError, match="has no id"):
        attach_document(str(scenario), evidence, file=document(tmp_path, "memo.pdf"))
    assert not (scenario / "attachments").exists()


def test_bundled_scenarios_workbooks_and_zips_are_not_attached_to(scenario: Path, tmp_path: Path) -> None:
    file = document(tmp_path, "memo.pdf")
    with pytest.raises(UsageError, match="comes with apportion"):
        attach_document("three-orders", "F1", file=file)
    for name in ("case.zip", "case.xlsx"):
        ap.export(scenario, tmp_path / name)
        with pytest.raises(UsageError, match="keeps no documents"):
            attach_document(str(tmp_path / name), "E1", file=file)


def test_a_table_in_parquet_stays_one(scenario: Path, tmp_path: Path) -> None:
    ap.export(scenario, tmp_path / "parquet", parquet=True)
    attach_document(str(tmp_path / "parquet"), "E1", file=document(tmp_path, "memo.pdf"))
    ap.export(tmp_path / "parquet", tmp_path / "again", parquet=True)
    attach_document(str(tmp_path / "again"), "E2", file=document(tmp_path, "other.png", content=PNG))
    assert not (tmp_path / "again" / "attachments.csv").exists()
    assert len(ap.read(tmp_path / "again").attachments) == 2


def test_the_command_says_what_was_kept(scenario: Path, tmp_path: Path) -> None:
    run, file = CliRunner(), document(tmp_path, "memo.pdf")
    told = run.invoke(app, ["attach", str(scenario), "E1", str(file)])
    assert (told.exit_code, f"memo.pdf ({len(PDF)} bytes) is kept as attachments/" in told.output) == (
        0,
        True,
    )
    again = run.invoke(app, ["attach", str(scenario), "E1", str(file), "--lang", "zh-TW"])
    assert "先前已存為 attachments/" in again.output
    cited = run.invoke(app, ["cite", str(scenario), "orders:a"])
    assert f"Copy of E1: SHA-256 {hashlib.sha256(PDF).hexdigest()}." in cited.output
