"""Where proposals lie: in a scenario's folder, in its zip, or beside its workbook; and those of one scenario, read.

The settings of a scenario stand in ``scenario.toml``; any other TOML file beside it is a proposal.
"""

from __future__ import annotations

import contextlib
import difflib
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from apportion.errors import Finding, FindingsError, UsageError
from apportion.files.archive import archived_files, write_whole
from apportion.files.folder import make_folder
from apportion.files.proposal_reading import SUFFIX, read_proposal
from apportion.files.workbook import is_workbook
from apportion.model.proposal import Proposal

_SETTINGS = "scenario.toml"
# Of these a proposal cannot be without all, and other TOML files have none of them.
_OWN = {"kind", "moves", "raise"}


def proposals_beside(source: Path) -> dict[str, bytes]:
    """Return the proposals of a scenario by file name: those in its folder, in its zip, or beside its workbook.

    Every TOML file of a folder or zip is one, but for the settings. A workbook may lie among files of anything, so
    beside it only a file counts that holds an entry of a proposal's own, or that cannot be read to know.
    """
    if source.is_dir():
        return _in_folder(source)
    if source.is_file() and is_workbook(source):
        return {name: held for name, held in _in_folder(source.parent).items() if _may_propose(held)}
    if source.suffix.lower() == ".zip":
        return {
            name: held for name, held in archived_files(source, suffix=SUFFIX).items() if name != _SETTINGS
        }
    return {}


def read_proposals(source: Path) -> list[Proposal]:
    """Return the proposals that lie beside a scenario, by file name.

    Raises:
        FindingsError: Any has findings of error grade; the findings are those of all.
    """
    return read_all(proposals_beside(source))


def read_all(beside: Mapping[str, bytes]) -> list[Proposal]:
    """Return proposals that are at hand as bytes by file name.

    Raises:
        FindingsError: Any has findings of error grade; the findings are those of all.
    """
    found: list[Proposal] = []
    wrong: list[Finding] = []
    for file, held in sorted(beside.items()):
        proposal, findings = read_proposal(held, file=file)
        if proposal is None:
            wrong.extend(findings)
        else:
            found.append(proposal)
    if wrong:
        raise FindingsError(wrong)
    return found


def _may_propose(held: bytes) -> bool:
    """Return whether a file is a proposal, whole or not, or cannot be read; other people's settings are none."""
    try:
        raw = tomllib.loads(held.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return True
    return not _OWN.isdisjoint(raw)


def _in_folder(folder: Path) -> dict[str, bytes]:
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix == SUFFIX and file.name != _SETTINGS)
        return {file.name: file.read_bytes() for file in files if file.is_file()}
    except OSError:
        return {}


def refuse_other_files(beside: Mapping[str, bytes], folder: Path) -> None:
    """Refuse to write proposals and documents over files of their names that hold something else.

    Raises:
        UsageError: There is such a file.
    """
    for name, held in beside.items():
        file = folder / name
        if file.exists() and not (file.is_file() and file.read_bytes() == held):
            raise UsageError(
                f"{str(file)!r} is there already and does not hold what is to be written.",
                fix="Name another folder, or take it out.",
            )


def write_beside(beside: Mapping[str, bytes], folder: Path) -> list[Path]:
    """Write proposals and documents into a folder and return the files; what is there already is left as it is.

    Raises:
        UsageError: One cannot be written.
    """
    for name, held in beside.items():
        if not (folder / name).is_file():
            make_folder((folder / name).parent)
            write_whole(folder / name, held)
    return [folder / name for name in beside]


def find_proposal(name_or_path: str, *, source: Path) -> tuple[str, bytes]:
    """Return a proposal's file name and content: a file that is there, else one of the scenario's by its name.

    Args:
        name_or_path: A file, or the name of a proposal with or without its ending.
        source: Where the scenario lies; of a workbook, the files in its folder are beside it.

    Raises:
        UsageError: Neither, or it cannot be read.
    """
    return named_among(name_or_path, lambda: proposals_beside(source))


def named_among(name_or_path: str, look: Callable[[], Mapping[str, bytes]]) -> tuple[str, bytes]:
    """Return a proposal's file name and content: a file that is there, else one of those beside a scenario.

    Args:
        name_or_path: A file, or the name of a proposal with or without its ending.
        look: Gives the proposals beside the scenario, asked where there is no such file.

    Raises:
        UsageError: Neither, or it cannot be read.
    """
    path = Path(name_or_path)
    with contextlib.suppress(OSError, ValueError):
        if path.is_file():
            return path.name, _read(path)
    beside = look()
    stems = {name.removesuffix(SUFFIX): name for name in beside}
    stem = name_or_path.removesuffix(SUFFIX)
    if stem in stems:
        return stems[stem], beside[stems[stem]]
    near = difflib.get_close_matches(stem, stems, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    there = (
        f"beside the scenario lies {', '.join(stems)}" if stems else "no proposal lies beside the scenario"
    )
    raise UsageError(
        f"There is no file and no proposal {name_or_path!r}.", fix=f"{hint}Name a TOML file; {there}."
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The file {path.name!r} cannot be read: {error.strerror or error}.", fix="Name another one."
        ) from error
