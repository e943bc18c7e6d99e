"""A proposal's TOML file → `Proposal`, or findings that name file, entry and key.

The settings of a scenario stand in ``scenario.toml``; any other TOML file beside it is a proposal.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from apportion.errors import Code, Finding, Severity, UsageError
from apportion.files.archive import archived_files, write_whole
from apportion.files.folder import make_folder
from apportion.model.proposal import Kind, Move, Proposal, Raise

SUFFIX = ".toml"
_SETTINGS = "scenario.toml"
_KNOWN = (
    "id",
    "kind",
    "title",
    "decided_by",
    "decided_on",
    "basis",
    "evidence",
    "known_on",
    "public_on",
    "known_to",
    "note",
    "moves",
    "raise",
)
_MOVE = ("lot", "quantity", "to_order", "site", "note")
_RAISE = ("party", "tier", "from_on", "until_on", "note")


def proposals_beside(source: Path) -> dict[str, bytes]:
    """Return the proposals of a scenario by file name: those in its folder, or in its zip; a workbook has none."""
    if source.is_dir():
        return _in_folder(source)
    if source.suffix.lower() == ".zip":
        return {
            name: held for name, held in archived_files(source, suffix=SUFFIX).items() if name != _SETTINGS
        }
    return {}


def proposals_of(source: Path) -> dict[str, bytes]:
    """Return the proposals of a scenario by file name; of a workbook, those in its folder."""
    return proposals_beside(source) or (_in_folder(source.parent) if source.is_file() else {})


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
    path = Path(name_or_path)
    with contextlib.suppress(OSError, ValueError):
        if path.is_file():
            return path.name, _read(path)
    beside = proposals_of(source)
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


def read_proposal(held: bytes, *, file: str) -> tuple[Proposal | None, list[Finding]]:
    """Return a proposal, None where something it needs is missing or wrong, and all findings of reading it.

    Args:
        held: The bytes of its TOML file.
        file: The file's name, as findings say it; without its ending, the id of a proposal that states none.
    """
    try:
        raw = tomllib.loads(held.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        finding = Finding(
            code=Code.FILE_UNREADABLE,
            severity=Severity.ERROR,
            file=file,
            found=f"It cannot be read: {error}.",
            expected="a TOML file with a proposal.",
            fix="Mend the line named.",
        )
        return None, [finding]
    reader = _Reader(raw, file=file)
    proposal = reader.read(default_id=file.removesuffix(SUFFIX))
    is_wrong = any(one.severity is Severity.ERROR for one in reader.findings)
    return None if is_wrong else proposal, reader.findings


class _Reader:
    """Reads one proposal, keeping every finding on the way."""

    def __init__(self, raw: Mapping[str, object], *, file: str) -> None:
        self._raw = raw
        self._file = file
        self.findings: list[Finding] = []

    def read(self, *, default_id: str) -> Proposal:
        """Return the proposal; where there are findings of error grade it is not to be used."""
        raw = self._raw
        self._check_known(raw, _KNOWN, where="")
        kind = self._kind()
        moves = tuple(self._moves())
        raises = tuple(self._raises())
        self._check_entries(kind)
        return Proposal(
            id=self._text(raw, "id", where="") or default_id,
            kind=kind,
            title=self._text(raw, "title", where=""),
            decided_by=self._text(raw, "decided_by", where=""),
            decided_on=self._day(raw, "decided_on", where=""),
            moves=moves,
            raises=raises,
            basis=self._text(raw, "basis", where=""),
            evidence=self._texts(raw, "evidence", where=""),
            known_on=self._day(raw, "known_on", where=""),
            public_on=self._day(raw, "public_on", where=""),
            known_to=self._texts(raw, "known_to", where=""),
            file=self._file,
        )

    def _kind(self) -> Kind:
        value = self._raw.get("kind")
        if value is None:
            self._missing("kind")
        elif value not in {str(one) for one in Kind}:
            self._wrong("kind", value, expected=f"one of {', '.join(Kind)}.")
        else:
            return Kind(str(value))
        return Kind.DIVERT

    def _moves(self) -> Iterator[Move]:
        for where, entry in self._entries("moves"):
            self._check_known(entry, _MOVE, where=where)
            to_orders = self._texts(entry, "to_order", where=where)
            if not to_orders:
                self._missing(f"{where}to_order")
            yield Move(
                lot=self._text(entry, "lot", where=where, is_needed=True),
                to_orders=to_orders,
                site=self._text(entry, "site", where=where),
                quantity=self._count(entry, "quantity", where=where, least=1),
            )

    def _raises(self) -> Iterator[Raise]:
        for where, entry in self._entries("raise"):
            self._check_known(entry, _RAISE, where=where)
            from_on = self._day(entry, "from_on", where=where, is_needed=True)
            tier = self._count(entry, "tier", where=where, least=0)
            if tier is None and "tier" not in entry:
                self._missing(f"{where}tier")
            until_on = self._day(entry, "until_on", where=where)
            if from_on is not None and until_on is not None and until_on <= from_on:
                self._wrong(f"{where}until_on", until_on, expected=f"a day after from_on {from_on}.")
            yield Raise(
                party=self._text(entry, "party", where=where, is_needed=True),
                tier=tier or 0,
                from_on=from_on or dt.date.min,
                until_on=until_on,
            )

    def _check_entries(self, kind: Kind) -> None:
        needed, other = ("raise", "moves") if kind is Kind.PRIORITY else ("moves", "raise")
        if not self._raw.get(needed):
            self.findings.append(
                Finding(
                    code=Code.PROPOSAL_EMPTY,
                    severity=Severity.ERROR,
                    file=self._file,
                    column=needed,
                    found=f"A proposal of kind {str(kind)!r} has no [[{needed}]], so nothing would change.",
                    expected=f"at least one [[{needed}]].",
                    fix=f"Add a [[{needed}]] with what shall change.",
                )
            )
        if self._raw.get(other):
            self._wrong(other, f"[[{other}]]", expected=f"only [[{needed}]] in a proposal of kind {kind}.")

    def _entries(self, key: str) -> Iterator[tuple[str, Mapping[str, object]]]:
        value = self._raw.get(key, [])
        if not isinstance(value, list) or any(not isinstance(one, dict) for one in value):
            self._wrong(key, value, expected=f"tables [[{key}]].")
            return
        for number, entry in enumerate(value, start=1):
            yield f"{key}[{number}].", entry

    def _check_known(self, raw: Mapping[str, object], known: tuple[str, ...], *, where: str) -> None:
        for key in raw:
            if key in known:
                continue
            near = difflib.get_close_matches(key, known, n=1)
            self.findings.append(
                Finding(
                    code=Code.SETTING_UNKNOWN,
                    severity=Severity.WARNING,
                    file=self._file,
                    column=f"{where}{key}",
                    found=f"The entry {where}{key} is not known; it changes nothing.",
                    expected=f"one of {', '.join(known)}.",
                    fix=f"Did you mean {near[0]!r}?" if near else "Take it out, or write it as a note.",
                )
            )

    def _text(self, raw: Mapping[str, object], key: str, *, where: str, is_needed: bool = False) -> str:
        value = raw.get(key)
        if value is None or value == "":
            if is_needed:
                self._missing(f"{where}{key}")
            return ""
        if not isinstance(value, str):
            self._wrong(f"{where}{key}", value, expected="text in quotes.")
            return ""
        return value

    def _texts(self, raw: Mapping[str, object], key: str, *, where: str) -> tuple[str, ...]:
        value = raw.get(key, [])
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or any(not isinstance(one, str) or not one for one in listed):
            self._wrong(f"{where}{key}", value, expected="text in quotes, or a list of such.")
            return ()
        return tuple(listed)

    def _count(self, raw: Mapping[str, object], key: str, *, where: str, least: int) -> int | None:
        value = raw.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value < 10**12:
            self._wrong(f"{where}{key}", value, expected=f"a whole number of at least {least}.")
            return None
        return value

    def _day(
        self, raw: Mapping[str, object], key: str, *, where: str, is_needed: bool = False
    ) -> dt.date | None:
        value = raw.get(key)
        if value is None:
            if is_needed:
                self._missing(f"{where}{key}")
            return None
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = dt.date.fromisoformat(value)
        if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
            self._wrong(f"{where}{key}", value, expected="a date as YYYY-MM-DD.")
            return None
        return value

    def _wrong(self, key: str, value: object, *, expected: str) -> None:
        self.findings.append(
            Finding(
                code=Code.SETTING_INVALID,
                severity=Severity.ERROR,
                file=self._file,
                column=key,
                found=f"The entry holds {str(value)!r}.",
                expected=expected,
                fix="Correct the entry.",
            )
        )

    def _missing(self, key: str) -> None:
        self.findings.append(
            Finding(
                code=Code.SETTING_MISSING,
                severity=Severity.ERROR,
                file=self._file,
                column=key,
                found=f"The entry {key} is missing.",
                expected=f"a line {key.rpartition('.')[2]} = ….",
                fix="Add it.",
            )
        )
