"""``decisions.jsonl``: every event of every decision on a scenario, one line each, each chained to the line before.

A line is the canonical JSON of an event with its number, the digest of the line before and its own digest, so that
no byte of it can change, and no line can be taken out, put in or moved, without a finding that names the line. What a
chain cannot show is that its last lines were cut off: whoever holds the digest of the last line can.

Lines are only ever added: under a lock, by writing the file anew beside the old one and putting it in its place, so
that a process that is stopped at any instant leaves the old file or the new one.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path, PurePosixPath

from apportion.digest import HalfCharacterError, canonical_bytes, digest
from apportion.errors import ApportionError, Code, Finding, Severity, UsageError
from apportion.files.archive import Broken, check_archive
from apportion.files.workbook import is_workbook
from apportion.govern.events import Event

try:
    import fcntl
except ImportError:  # A system without such locks; nothing is decided there.
    fcntl = None  # type: ignore[assignment]

FILE = "decisions.jsonl"
# What the first line is chained to.
START = "0" * 64
_MOST_BYTES = 1 << 28
_BESIDE = ".decisions.jsonl.new"
_KEYS = frozenset({"seq", "at", "by", "verb", "proposal", "body", "before", "digest"})
_TEXTS = ("at", "by", "verb", "proposal", "before", "digest")
_RESTORE = "Put back the file as it was last; nothing is decided on a log that does not hold together."


class Moved(Exception):
    """Others have added lines since the log was read; read it again and decide anew."""


@dataclass(frozen=True, slots=True)
class Log:
    """The events of a scenario as they were read.

    Attributes:
        events: The events, first to last; none where the file is damaged.
        findings: What is wrong with the file, one finding for each place.
        last: The digest of the last line; of an empty log, zeros. Held elsewhere, it shows a cut (G22).
        digests: The digest of each line, first to last.
        held: The bytes of the file, against which this module sees that others have added to it.
    """

    events: tuple[Event, ...] = ()
    findings: tuple[Finding, ...] = ()
    last: str = START
    digests: tuple[str, ...] = ()
    held: bytes = b""


def read_log(source: Path) -> Log:
    """Return the log of a scenario: in its folder, in its zip, or beside its workbook; empty where there is none."""
    if source.suffix.lower() == ".zip" and source.is_file():
        packed = _packed(source)
        return Log() if packed is None else read_lines(packed)
    file = _folder_of(source) / FILE
    try:
        held = _content(file)
    except FileNotFoundError:
        return Log()
    except OSError as error:
        return Log(findings=(_broken(None, "", found=f"It cannot be read: {error.strerror or error}."),))
    return read_lines(held)


def _packed(source: Path) -> bytes | None:
    """Return the log in a zip; None where it has none, or cannot be opened, which reading the scenario tells."""
    try:
        with zipfile.ZipFile(source) as archive:
            check_archive(archive)
            names = [name for name in archive.namelist() if PurePosixPath(name).name == FILE]
            return archive.read(min(names, key=lambda name: name.count("/"))) if names else None
    except (zipfile.BadZipFile, zlib.error, Broken, EOFError, OSError, ValueError, RuntimeError):
        return None


def decisions_beside(source: Path) -> dict[str, bytes]:
    """Return the log of a scenario by its file name, as it travels with an export; nothing where there is none."""
    held = read_log(source).held
    return {FILE: held} if held else {}


def refuse_other_log(beside: Mapping[str, bytes], folder: Path) -> None:
    """Refuse to write a scenario without decisions into a folder that holds those of another.

    Raises:
        UsageError: The folder has a log that is not among what is written.
    """
    file = folder / FILE
    if FILE not in beside and (file.exists() or file.is_symlink()):
        raise UsageError(
            f"{str(file)!r} is there, and would be read as the decisions of what is written.",
            fix="Name another folder, or take it out.",
        )


def folder_to_decide_in(source: Path) -> Path:
    """Return the folder whose log grows by what is decided on a scenario.

    Raises:
        UsageError: The scenario is a zip, or comes with apportion.
    """
    if source.is_file() and not is_workbook(source):
        raise UsageError(
            f"Nothing can be decided in {source.name!r}: a zip is not written to.",
            fix="Export it into a folder with `apportion export`, and decide there.",
        )
    bundled = Path(str(resources.files("apportion") / "scenarios")).resolve()
    if source.resolve().parent == bundled:
        raise UsageError(
            f"{source.name!r} comes with apportion and is not changed.",
            fix=f"Make a copy with `apportion export {source.name} --to FOLDER`, and decide there.",
        )
    return _folder_of(source)


def can_be_added_to(source: Path) -> bool:
    """Return whether lines may be added to the log of a scenario by whoever asks."""
    try:
        folder = folder_to_decide_in(source)
        _refuse_foreign(folder / FILE)
    except UsageError:
        return False
    return bool(fcntl) and os.access(folder, os.W_OK | os.X_OK)


def append(folder: Path, events: Sequence[Event], *, after: Log) -> Log:
    """Add events to the log of a folder, all of them or none, and return it as it is then.

    Args:
        folder: The scenario's.
        events: What to add, in order.
        after: The log that they were decided on.

    Raises:
        Moved: The log has other lines by now.
        UsageError: The file is another person's or a link, or cannot be written.
        ApportionError: A line does not read back; a bug of ours.
    """
    file = folder / FILE
    try:
        with _locked(folder):
            _refuse_foreign(file)
            held = _content(file) if file.exists() else b""
            if held != after.held:
                raise Moved
            whole = held + b"".join(_lines(events, after=after))
            _replace(file, whole)
    except HalfCharacterError:
        raise  # It says itself what is wrong with the text, and the file is not at fault.
    except (OSError, ValueError) as error:
        raise UsageError(
            f"Nothing can be added to {str(file)!r}: {getattr(error, 'strerror', None) or error}.",
            fix="Make a copy of the scenario with `apportion export`, and decide there.",
        ) from error
    added = read_lines(whole)
    if added.findings:
        raise ApportionError(f"A line that was added does not read back: {added.findings[0].sentence}")
    return added


def _folder_of(source: Path) -> Path:
    return source.parent if source.is_file() else source


def _content(file: Path) -> bytes:
    """Return the bytes of a plain file; a link is not followed, nor a pipe waited for."""
    if file.is_symlink():
        raise OSError("it is a link")
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(file, flags | getattr(os, "O_BINARY", 0)), "rb") as opened:
        status = os.fstat(opened.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise OSError("it is no plain file")
        if status.st_size > _MOST_BYTES:
            raise OSError(f"it has {status.st_size:,} bytes, at most {_MOST_BYTES:,} are read")
        return opened.read(_MOST_BYTES)


def _refuse_foreign(file: Path) -> None:
    """Refuse a log that is a link or belongs to another user of the machine."""
    if file.is_symlink():
        raise UsageError(f"{str(file)!r} is a link.", fix="Put the file itself there.")
    if file.exists() and hasattr(os, "geteuid") and file.stat().st_uid != os.geteuid():
        raise UsageError(
            f"{str(file)!r} belongs to another user.", fix="Let its owner add to it, or decide on a copy."
        )


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Hold the one lock of a folder's log; the folder bears it, since the file is put in place anew each time."""
    if fcntl is None:
        raise UsageError(
            "This system has no locks on files, without which two decisions could overwrite each other.",
            fix="Decide on a system that has them.",
        )
    handle = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _replace(file: Path, whole: bytes) -> None:
    """Put a file in place whole, on the disk before it is there; what a stopped process left is cleared first."""
    beside = file.with_name(_BESIDE)
    beside.unlink(missing_ok=True)
    mode = stat.S_IMODE(file.stat().st_mode) if file.exists() else 0o666
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
    with os.fdopen(os.open(beside, flags | getattr(os, "O_BINARY", 0), mode), "wb") as opened:
        opened.write(whole)
        opened.flush()
        os.fsync(opened.fileno())
    if file.exists():
        beside.chmod(mode)
    beside.replace(file)
    handle = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def lines_of(events: Sequence[Event]) -> bytes:
    """Return the bytes of the file that holds events from its first line on, as `read_lines` reads it."""
    return b"".join(_lines(events, after=Log()))


def _lines(events: Sequence[Event], *, after: Log) -> Iterator[bytes]:
    before = after.last
    for seq, event in enumerate(events, start=len(after.events) + 1):
        body: dict[str, object] = {
            "seq": seq,
            "at": event.at,
            "by": event.by,
            "verb": event.verb,
            "proposal": event.proposal,
            "body": dict(event.body),
            "before": before,
        }
        before = digest(body)
        yield canonical_bytes({**body, "digest": before}) + b"\n"


def read_lines(held: bytes) -> Log:
    """Return the log that the bytes of a file hold, or every place where they do not hold together."""
    findings: list[Finding] = []
    events: list[Event] = []
    digests: list[str] = []
    before, seq = START, 0
    *lines, rest = held.split(b"\n")
    for row, line in enumerate(lines, start=1):
        entry, wrong = _entry(line, row=row)
        if entry is None:
            findings.append(wrong or _broken(row, "", found="It is no line of a log."))
            # What the next line is chained to cannot be told, so it stands for itself.
            before, seq = "", seq + 1
            continue
        findings.extend(_unchained(entry, row=row, before=before, seq=seq + 1))
        before, seq = str(entry["digest"]), int(str(entry["seq"]))
        events.append(_event(entry))
        digests.append(before)
    if rest:
        findings.append(_half(rest, row=len(lines) + 1))
    if not held:
        findings.append(
            _broken(None, "", found="The file is empty; a log has a line from its first event on.")
        )
    if findings:
        return Log(findings=tuple(findings), held=held)
    return Log(events=tuple(events), last=before, digests=tuple(digests), held=held)


def _entry(line: bytes, *, row: int) -> tuple[dict[str, object] | None, Finding | None]:
    """Return what a line holds where it is one entry in its one spelling, else a finding."""
    try:
        raw = json.loads(line.decode())
    except UnicodeDecodeError as error:
        return None, _broken(row, "", found=f"Its byte {error.start + 1} is not UTF-8.")
    except (ValueError, RecursionError):
        return None, _broken(row, "", found=f"It is no JSON: {_quoted(line)}.")
    if not isinstance(raw, dict) or frozenset(raw) != _KEYS:
        return None, _broken(row, "", found=f"It is not an event with its chain: {_quoted(line)}.")
    is_typed = (
        all(isinstance(raw[key], str) for key in _TEXTS)
        and isinstance(raw["body"], dict)
        and type(raw["seq"]) is int
    )
    if not is_typed:
        return None, _broken(row, "", found=f"One of its values is of another kind: {_quoted(line)}.")
    try:
        is_one_spelling = canonical_bytes(raw) == line
    except (TypeError, ValueError, RecursionError):
        is_one_spelling = False
    if not is_one_spelling:
        return None, _broken(row, "", found=f"It is not spelled as it was written: {_quoted(line)}.")
    return raw, None


def _unchained(entry: Mapping[str, object], *, row: int, before: str, seq: int) -> Iterator[Finding]:
    own = digest({name: value for name, value in entry.items() if name != "digest"})
    if entry["digest"] != own:
        yield _broken(
            row,
            "digest",
            found=f"It was changed after it was written: it says digest {entry['digest']!r}.",
            expected=f"digest {own!r}, which is that of what it says.",
        )
    if entry["seq"] != seq:
        yield _broken(
            row,
            "seq",
            found=f"It is event {entry['seq']}; a line was taken out, put in or moved.",
            expected=f"event {seq}.",
        )
    elif before and entry["before"] != before:
        yield _broken(
            row,
            "before",
            found=f"It follows a line of digest {entry['before']!r}; the line before it is another one.",
            expected=f"digest {before!r}, which is that of the line before.",
        )


def _half(rest: bytes, *, row: int) -> Finding:
    return _broken(
        row,
        "",
        found=f"The file ends in the middle of a line: {_quoted(rest)}.",
        expected="a line that ends.",
    )


def _event(entry: Mapping[str, object]) -> Event:
    body = entry["body"]
    return Event(
        at=str(entry["at"]),
        by=str(entry["by"]),
        verb=str(entry["verb"]),
        proposal=str(entry["proposal"]),
        body=body if isinstance(body, dict) else {},
    )


def _quoted(line: bytes) -> str:
    """Return the beginning of a line, as findings quote it."""
    most = 60
    text = line[:most].decode(errors="replace")
    return repr(f"{text}…" if len(line) > most else text)


def _broken(row: int | None, column: str, *, found: str, expected: str = "") -> Finding:
    return Finding(
        code=Code.DECISIONS_BROKEN,
        severity=Severity.ERROR,
        file=FILE,
        row=row,
        column=column,
        found=found,
        expected=expected or "one event a line, each chained to the line before.",
        fix=_RESTORE,
    )
