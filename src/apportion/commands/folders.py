"""The files of a study → its folder: all of them or none, and never over a scenario; and where its page is."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

from apportion.commands.permits import internal, needs
from apportion.errors import UsageError
from apportion.files.folder import make_folder
from apportion.govern.rights import Right
from apportion.report.words import DEFAULT_LANGUAGE, Words


@internal
def write_files(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write files into a folder, which is made where it is missing, and return them.

    They are written beside one another first and take their places last, so that a full disk leaves what was
    there before.

    Args:
        folder: Where.
        files: The bytes of each file by its name.

    Raises:
        UsageError: The folder cannot be made or written to, holds a scenario, or has a folder under such a name.
    """
    make_folder(folder)
    if (folder / "scenario.toml").exists():
        raise UsageError(
            f"The folder {str(folder)!r} holds a scenario, beside which nothing is written.",
            fix="Name another folder.",
        )
    for name in files:
        if (folder / name).is_dir():
            raise UsageError(f"There is a folder at {str(folder / name)!r}.", fix="Name another folder.")
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".writing-") as beside:
            for name, content in files.items():
                (Path(beside) / name).write_bytes(content)
            return [(Path(beside) / name).replace(folder / name) for name in files]
    except OSError as error:
        raise UsageError(
            f"Nothing can be written to {str(folder)!r}: {error.strerror or error}.",
            fix="Name another folder.",
        ) from error


@needs(Right.OPEN)
def tell_page(file: Path, *, language: str = DEFAULT_LANGUAGE) -> str:
    """Return the line that says where a page was written."""
    return Words.load(language).say("report.written", file=str(file))
