"""A scenario folder in one ``.zip``, and the limits under which any archive is opened.

An archive is told by what it says of its parts before anything is unpacked: how many, how large, how far
pressed, under which names. What it says of a size is also the most that is ever read of a part.
"""

from __future__ import annotations

import io
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

import polars as pl

from apportion.errors import Code, Finding, Severity, UsageError, in_order
from apportion.files.documents import is_kept
from apportion.files.folder import Reading, read_folder, write_folder
from apportion.model.parsing import FILE
from apportion.model.world import World

_MOST_PARTS = 10_000
_MOST_BYTES = 1 << 30
# Tables press to a tenth or a twentieth; only a file made to fill the memory presses so far at this size.
_MOST_RATIO = 200
_RATIO_COUNTS_FROM_BYTES = 1 << 25
_ENCRYPTED = 0x1
# The first day that an archive can state: the same world gives the same bytes on every day.
_NO_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = (stat.S_IFREG | 0o644) << 16
_UNIX = 3
# Left by the machines that pack a folder; nobody wrote them.
_LITTER = ("__MACOSX", ".DS_Store", "Thumbs.db", "desktop.ini")


class Broken(Exception):
    """An archive or a part of it cannot be read; the message is the end of a sentence."""


def check_archive(archive: zipfile.ZipFile) -> None:
    """Refuse an archive that is locked or would unpack beyond the limits.

    Raises:
        Broken: It is.
    """
    parts = archive.infolist()
    if len(parts) > _MOST_PARTS:
        raise Broken(f"it holds {len(parts):,} parts, at most {_MOST_PARTS:,} are read")
    if any(part.flag_bits & _ENCRYPTED for part in parts):
        raise Broken("it is protected by a password")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > _MOST_BYTES:
        raise Broken(f"it would unpack to {unpacked:,} bytes, at most {_MOST_BYTES:,} are read")
    for part in parts:
        is_large = part.file_size > _RATIO_COUNTS_FROM_BYTES
        if is_large and part.file_size > _MOST_RATIO * max(part.compress_size, 1):
            raise Broken(
                f"its part {part.filename!r} would unpack to {part.file_size:,} bytes from "
                f"{part.compress_size:,}, at most {_MOST_RATIO} times as much is read"
            )


def write_zip(world: World, path: Path, *, beside: Mapping[str, bytes] | None = None) -> Path:
    """Write every statement of a world as one archive of CSV files; the same world gives the same bytes.

    Args:
        world: What to write.
        path: The archive.
        beside: What else goes into it, by file name; None: nothing.

    Raises:
        UsageError: No file can be written there.
    """
    packed = io.BytesIO()
    with tempfile.TemporaryDirectory() as folder, zipfile.ZipFile(packed, "w") as archive:
        held = {file.name: file.read_bytes() for file in write_folder(world, Path(folder))}
        for name, content in sorted({**(beside or {}), **held}.items()):
            part = zipfile.ZipInfo(name, date_time=_NO_TIME)
            part.compress_type, part.external_attr, part.create_system = zipfile.ZIP_DEFLATED, _MODE, _UNIX
            archive.writestr(part, content)
    write_whole(path, packed.getvalue())
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in one piece.

    Raises:
        UsageError: It cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise UsageError(
            f"No file can be written at {str(path)!r}: {error.strerror or error}.", fix="Name another one."
        ) from error


def archived_files(path: Path, *, suffix: str) -> dict[str, bytes]:
    """Return the files of a zipped scenario folder that end so, by name; none where it cannot be read."""
    try:
        with tempfile.TemporaryDirectory() as folder:
            list(_unpack(path, Path(folder)))
            files = sorted(file for file in Path(folder).iterdir() if file.suffix == suffix)
            return {file.name: file.read_bytes() for file in files}
    except Broken:
        return {}


def read_archive(path: Path) -> Reading:
    """Return the world of a zipped scenario folder with every finding of reading it.

    The files stand at the top of the archive or in its one folder; each is named in findings as
    ``NAME.zip / orders.csv``.
    """
    try:
        with tempfile.TemporaryDirectory() as folder:
            left_out = list(_unpack(path, Path(folder)))
            reading = read_folder(Path(folder))
    except Broken as broken:
        return Reading(None, (_unreadable(path, str(broken)),))
    findings = [replace(one, file=f"{path.name} / {one.file}") for one in reading.findings]
    return Reading(_placed(reading.world, path), tuple(in_order([*findings, *left_out])))


def _placed(world: World | None, path: Path) -> World | None:
    """Return the world with its rows placed in the archive, as their findings are."""
    if world is None:
        return None
    place = pl.lit(f"{path.name} / ") + pl.col(FILE)
    tables = {name: frame.with_columns(place.alias(FILE)) for name, frame in world.tables.items()}
    return replace(world, tables=tables)


def _unpack(path: Path, folder: Path) -> Iterator[Finding]:
    """Write the files of an archive flat into a folder, and yield those left out.

    Raises:
        Broken: It is no archive, beyond the limits, or holds a name that leads out of it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive)
            parts = [part for part in archive.infolist() if not part.is_dir()]
            names = {part.filename: _steps(part) for part in parts}
            if len(names) < len(parts):
                raise Broken("it holds two files of one name")
            kept = {
                name: steps
                for name, steps in names.items()
                if not set(steps) & set(_LITTER) and not is_kept(steps)
            }
            tops = {steps[0] if len(steps) > 1 else "" for steps in kept.values()}
            depth = 2 if len(tops) == 1 and "" not in tops else 1
            for name, steps in sorted(kept.items()):
                if len(steps) != depth:
                    yield _deeper(path, name)
                    continue
                (folder / steps[-1]).write_bytes(archive.read(name))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError) as error:
        raise Broken(f"it is no .zip file, or damaged: {error}") from error
    except (RuntimeError, NotImplementedError) as error:
        raise Broken(f"it cannot be unpacked: {error}") from error


def _steps(part: zipfile.ZipInfo) -> tuple[str, ...]:
    """Return the folders and the name of a part.

    Raises:
        Broken: They lead out of the archive, or the part is a link.
    """
    name = PurePosixPath(part.filename)
    leads_out = name.is_absolute() or ".." in name.parts or any(mark in part.filename for mark in "\\:\0")
    if leads_out or not name.parts:
        raise Broken(f"it holds the name {part.filename!r}, which leads out of it")
    if stat.S_ISLNK(part.external_attr >> 16):
        raise Broken(f"its part {part.filename!r} is a link")
    return name.parts


def _deeper(path: Path, name: str) -> Finding:
    return Finding(
        code=Code.TABLE_UNKNOWN,
        severity=Severity.WARNING,
        file=path.name,
        found=f"The file {name!r} lies in another folder than the scenario; it is left out.",
        expected="scenario.toml and one file per table, side by side.",
        fix="Move the file beside the others, or take it out.",
    )


def _unreadable(path: Path, told: str) -> Finding:
    return Finding(
        code=Code.FILE_UNREADABLE,
        severity=Severity.ERROR,
        file=path.name,
        found=f"It cannot be read as a scenario: {told}.",
        expected="a .zip archive with scenario.toml and one file per table.",
        fix="Pack the folder again, without a password.",
    )
