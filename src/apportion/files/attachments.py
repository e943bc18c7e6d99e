"""Documents kept with a scenario: in its folder `attachments/`, each under its SHA-256, and listed in a table.

Nothing that is kept is ever written over. A workbook has its folder beside it, a zip has it inside.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from importlib import resources
from pathlib import Path, PurePosixPath

import polars as pl

from apportion.errors import Code, Finding, Severity, UsageError
from apportion.files.archive import Broken, check_archive
from apportion.files.documents import FOLDER, STORED, Document, is_kept
from apportion.files.folder import SUFFIXES
from apportion.model.canonical import as_text
from apportion.model.parsing import FILE, ROW
from apportion.model.world import World

TABLE = "attachments"
_READ_ONLY = 0o444


def folder_to_attach_to(source: Path) -> Path:
    """Return the folder of a scenario that documents can be attached to.

    Raises:
        UsageError: It is a workbook or zip, a scenario that comes with apportion, or its folder for documents leads
            elsewhere.
    """
    if not source.is_dir():
        raise UsageError(
            f"Nothing can be attached to {source.name!r}: a workbook or zip keeps no documents.",
            fix="Export it into a folder with `apportion export`, and attach there.",
        )
    bundled = Path(str(resources.files("apportion") / "scenarios")).resolve()
    if source.resolve().parent == bundled:
        raise UsageError(
            f"{source.name!r} comes with apportion and is not changed.",
            fix=f"Make a copy with `apportion export {source.name} --to FOLDER`, and attach there.",
        )
    kept = source / FOLDER
    if kept.is_symlink() or (kept.exists() and not kept.is_dir()):
        raise UsageError(
            f"{str(kept)!r} is no folder of this scenario.",
            fix="Take it out, or put the folder itself there.",
        )
    return source


def keep(document: Document, folder: Path) -> bool:
    """Keep a document in a scenario's folder, and return whether it was not there yet.

    Raises:
        UsageError: Under its name lies something else, or it cannot be written.
    """
    kept = folder / FOLDER
    file = kept / document.stored_as
    try:
        kept.mkdir(exist_ok=True)
        if file.is_symlink() or file.exists():
            if not file.is_symlink() and file.is_file() and _digest_of(file) == document.sha256:
                return False
            raise UsageError(
                f"{str(file)!r} is there and does not hold the document of that digest.",
                fix="Find out who changed it; take it out and attach the document again.",
            )
        handle, beside = tempfile.mkstemp(dir=kept, prefix=".writing-")
        with os.fdopen(handle, "wb") as opened:
            opened.write(document.content)
        Path(beside).chmod(_READ_ONLY)
        Path(beside).replace(file)
    except OSError as error:
        raise UsageError(
            f"Nothing can be kept in {str(kept)!r}: {error.strerror or error}.", fix="Name another scenario."
        ) from error
    return True


def list_document(world: World, folder: Path, *, evidence: str, document: Document) -> bool:
    """List a kept document as a copy of evidence, and return whether it was not listed yet.

    Raises:
        UsageError: The table cannot be written.
    """
    rows = listed_with(world, evidence=evidence, document=document)
    if rows is None:
        return False
    _write(rows, folder)
    return True


def listed_with(world: World, *, evidence: str, document: Document) -> pl.DataFrame | None:
    """Return the table of documents with one more, a copy of evidence; None where it is listed already.

    Who knew of the evidence when is who knew of its copy.
    """
    listed = world.tables.get(TABLE)
    if listed is not None:
        same = (pl.col("document") == evidence) & (pl.col("sha256") == document.sha256)
        if len(listed.filter(same)):
            return None
    row = {
        "document": evidence,
        "sha256": document.sha256,
        "kind": document.kind,
        "size_bytes": len(document.content),
        "name": document.name,
    }
    shared = [
        name for name in ("known_on", "public_on", "known_to") if name in world.tables["evidence"].columns
    ]
    known = world.table("evidence").filter(pl.col("id") == evidence).select(shared)
    added = pl.concat([pl.DataFrame([row]), known], how="horizontal")
    before = [] if listed is None else [listed.drop(ROW, FILE)]
    return pl.concat([*before, added], how="diagonal_relaxed")


def _write(rows: pl.DataFrame, folder: Path) -> None:
    files = [folder / f"{TABLE}{suffix}" for suffix in SUFFIXES]
    file = next((one for one in files if one.exists()), files[0])
    text = as_text(rows)
    try:
        handle, beside = tempfile.mkstemp(dir=folder, prefix=".writing-")
        os.close(handle)
        if file.suffix == ".parquet":
            text.write_parquet(beside)
        else:
            text.write_csv(beside)
        Path(beside).chmod(0o644)
        Path(beside).replace(file)
    except OSError as error:
        raise UsageError(
            f"{str(file)!r} cannot be written: {error.strerror or error}.", fix="Name another scenario."
        ) from error


def check_attachments(world: World, source: Path) -> list[Finding]:
    """List the documents that a scenario lists and that are not there with their digest."""
    listed = world.tables.get(TABLE)
    if listed is None or "sha256" not in listed.columns:
        return []
    there: dict[str, str] = {}
    for name, digest in _digests(source):
        stem = PurePosixPath(name).stem
        if stem not in there or digest != stem:
            there[stem] = digest
    return [
        _changed(row, found=there.get(str(row["sha256"])))
        for row in listed.drop_nulls("sha256").iter_rows(named=True)
        if there.get(str(row["sha256"])) != row["sha256"]
    ]


def _changed(row: dict[str, object], *, found: str | None) -> Finding:
    told = "is not there" if found is None else f"has the digest {found}"
    return Finding(
        code=Code.ATTACHMENT_CHANGED,
        severity=Severity.WARNING,
        file=str(row[FILE]),
        row=int(str(row[ROW])),
        column="sha256",
        found=f"The document of digest {str(row['sha256'])!r} {told}.",
        expected=f"a file of that digest and name in the folder {FOLDER}.",
        fix="Put the document back as it was, or take the row out and attach it again.",
    )


def attachments_beside(source: Path) -> dict[str, bytes]:
    """Return the documents kept with a scenario, each under its name with the folder before it."""
    if source.is_file() and source.suffix.lower() == ".zip":
        return {f"{FOLDER}/{name}": content for name, content in _zipped(source)}
    return {f"{FOLDER}/{file.name}": file.read_bytes() for file in _kept_files(source)}


def _digests(source: Path) -> Iterator[tuple[str, str]]:
    if source.is_file() and source.suffix.lower() == ".zip":
        for name, content in _zipped(source):
            yield name, hashlib.sha256(content).hexdigest()
        return
    for file in _kept_files(source):
        yield file.name, _digest_of(file)


def _kept_files(source: Path) -> list[Path]:
    folder = (source if source.is_dir() else source.parent) / FOLDER
    try:
        files = sorted(folder.iterdir()) if not folder.is_symlink() else []
        return [
            file for file in files if STORED.fullmatch(file.name) and file.is_file() and not file.is_symlink()
        ]
    except OSError:
        return []


def _zipped(path: Path) -> Iterator[tuple[str, bytes]]:
    """Yield the documents in a zip; none where it cannot be read, which its reader tells."""
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive)
            for name in sorted(archive.namelist()):
                parts = PurePosixPath(name).parts
                if is_kept(parts):
                    yield parts[-1], archive.read(name)
    except (
        Broken,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
    ):
        return


def _digest_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
