"""A document by its bytes: whether it may be kept, what it is, and under which name.

What a document is, its first bytes say and its ending must not deny. Its name is its SHA-256, so that the same bytes
are kept once, and other bytes can never stand under that name.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path

from apportion.errors import UsageError

MEGABYTE = 10**6
MOST_MEGABYTES = 25
_PDF, _PNG, _JPEG = b"%PDF-", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"
_ENDINGS = {
    ".pdf": "pdf",
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".txt": "text",
    ".csv": "csv",
    ".html": "html",
    ".htm": "html",
    ".eml": "eml",
}
_SAVED_AS = {
    "pdf": ".pdf",
    "png": ".png",
    "jpeg": ".jpg",
    "text": ".txt",
    "csv": ".csv",
    "html": ".html",
    "eml": ".eml",
}
FOLDER = "attachments"
STORED = re.compile(rf"[0-9a-f]{{64}}({'|'.join(map(re.escape, sorted(_SAVED_AS.values())))})")
# Text has none of these; what has one is of a kind that is not kept.
_NO_TEXT = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEADER = re.compile(rb"(?:[!-9;-~]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)+(?:\r?\n|\Z)")
_SENDER = re.compile(rb"^(?:from|date|received|message-id):", re.IGNORECASE | re.MULTILINE)
_NAME_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A document that may be kept.

    Attributes:
        name: The name of the file it came from, without its folder.
        kind: What it is: pdf, png, jpeg, text, csv, html or eml.
        content: Its bytes.
    """

    name: str
    kind: str
    content: bytes

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of its bytes, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def stored_as(self) -> str:
        """Return the name of the file it is kept in."""
        return f"{self.sha256}{_SAVED_AS[self.kind]}"


def read_document(file: Path, *, most_megabytes: int = MOST_MEGABYTES) -> Document:
    """Return a document that may be kept.

    Raises:
        UsageError: It is not there, no plain file, empty, too large, of no kind that is kept, or its ending says that
            it is another.
    """
    kind = _ENDINGS.get(file.suffix.lower(), "")
    if not kind:
        raise UsageError(
            f"No document ending in {file.suffix!r} is kept.", fix=f"Kept are {', '.join(_ENDINGS)}."
        )
    content = _content(file, most=most_megabytes * MEGABYTE)
    kinds = kinds_of(content)
    if kind not in kinds:
        told = f"as {' or '.join(sorted(kinds))}" if kinds else "as none of the kinds that are kept"
        raise UsageError(
            f"{str(file)!r} ends in {file.suffix!r}, but its bytes read {told}.",
            fix=f"Give it the ending of what it is; kept are {', '.join(_ENDINGS)}.",
        )
    # What no terminal or table can show of a name is left out of it.
    shown = "".join(one for one in file.name if one.isprintable())
    return Document(name=shown.encode(errors="replace").decode()[:_NAME_LONGEST], kind=kind, content=content)


def kinds_of(content: bytes) -> set[str]:
    """Return what bytes may be; nothing where they are of no kind that is kept.

    >>> sorted(kinds_of(b"%PDF-1.7 ...")), sorted(kinds_of(b"a,b")), kinds_of(bytes([0, 1]))
    (['pdf'], ['csv', 'text'], set())
    """
    for mark, kind in ((_PDF, "pdf"), (_PNG, "png"), (_JPEG, "jpeg")):
        if content.startswith(mark):
            return {kind}
    if _NO_TEXT.search(content):
        return set()
    if _HTML.match(content):
        return {"html"}
    header = _HEADER.match(content)
    if header is not None and _SENDER.search(header.group()):
        return {"eml", "text"}
    return {"csv", "text"}


def is_kept(parts: tuple[str, ...]) -> bool:
    """Return whether the path of a file is that of a document kept with a scenario."""
    return len(parts) in {2, 3} and parts[-2] == FOLDER and STORED.fullmatch(parts[-1]) is not None


def _content(file: Path, *, most: int) -> bytes:
    """Return the bytes of a plain file of at most so many; a link is not followed, nor a pipe waited for."""
    flags = (
        os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    )
    try:
        if file.is_symlink():
            raise UsageError(f"{str(file)!r} is a link.", fix="Name the file that it leads to.")
        with os.fdopen(os.open(file, flags), "rb") as opened:
            status = os.fstat(opened.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise UsageError(f"{str(file)!r} is no plain file.", fix="Name a file.")
            content = b"" if status.st_size > most else opened.read(most + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(f"{str(file)!r} cannot be read: {reason}.", fix="Name a file that can.") from error
    size = max(status.st_size, len(content))
    if size > most:
        raise UsageError(
            f"{str(file)!r} has {size:,} bytes, at most {most:,} are kept.",
            fix="Raise the limit with --most-megabytes, or attach the part that matters.",
        )
    if not content:
        raise UsageError(f"{str(file)!r} is empty.", fix="Name a document.")
    return content
