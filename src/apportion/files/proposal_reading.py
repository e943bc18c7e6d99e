"""A proposal's TOML file → `Proposal`, or findings that name file, entry and key."""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal

from apportion.errors import Code, Finding, Severity, has_errors
from apportion.model.proposal import Kind, Move, Proposal, Raise

SUFFIX = ".toml"
# The largest whole number that an entry may hold.
_MOST = 10**12 - 1
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


def read_proposal(held: bytes, *, file: str) -> tuple[Proposal | None, list[Finding]]:
    """Return a proposal, None where something it needs is missing or wrong, and all findings of reading it.

    Args:
        held: The bytes of its TOML file.
        file: The file's name, as findings say it; without its ending, the id of a proposal that states none.
    """
    proposal, findings = read_partly(held, file=file)
    return None if has_errors(findings) else proposal, findings


def read_partly(held: bytes, *, file: str) -> tuple[Proposal | None, list[Finding]]:
    """Return as much of a proposal as could be read, None where it is no TOML, and all findings of reading it.

    Where any is of error grade, what is missing or wrong stands empty, and only its names may be looked up.

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
    return proposal, reader.findings


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
            kind=kind or Kind.DIVERT,
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

    def _kind(self) -> Kind | None:
        value = self._raw.get("kind")
        if value is None:
            self._missing("kind")
        elif value not in {str(one) for one in Kind}:
            self._wrong("kind", value, expected=f"one of {', '.join(Kind)}.")
        else:
            return Kind(str(value))
        return None

    def _moves(self) -> Iterator[Move]:
        for where, entry in self._entries("moves"):
            if entry is None:
                yield Move(lot="", to_orders=())
                continue
            self._check_known(entry, _MOVE, where=where)
            to_orders = self._texts(entry, "to_order", where=where)
            if not to_orders and entry.get("to_order") in (None, []):
                self._missing(f"{where}to_order")
            yield Move(
                lot=self._text(entry, "lot", where=where, is_needed=True),
                to_orders=to_orders,
                site=self._text(entry, "site", where=where),
                quantity=self._count(entry, "quantity", where=where, least=1),
            )

    def _raises(self) -> Iterator[Raise]:
        for where, entry in self._entries("raise"):
            if entry is None:
                yield Raise(party="", tier=0, from_on=dt.date.min)
                continue
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

    def _check_entries(self, kind: Kind | None) -> None:
        if kind is None:
            # Which of them is needed is not known, but one is.
            if not self._raw.get("moves") and not self._raw.get("raise"):
                self._empty("moves", found="A proposal without [[moves]] and [[raise]] would change nothing.")
            return
        needed, other = ("raise", "moves") if kind is Kind.PRIORITY else ("moves", "raise")
        if not self._raw.get(needed):
            self._empty(
                needed,
                found=f"A proposal of kind {str(kind)!r} has no [[{needed}]], so nothing would change.",
            )
        if self._raw.get(other):
            self._wrong(other, f"[[{other}]]", expected=f"only [[{needed}]] in a proposal of kind {kind}.")

    def _empty(self, needed: str, *, found: str) -> None:
        self.findings.append(
            Finding(
                code=Code.PROPOSAL_EMPTY,
                severity=Severity.ERROR,
                file=self._file,
                column=needed,
                found=found,
                expected=f"at least one [[{needed}]].",
                fix=f"Add a [[{needed}]] with what shall change.",
            )
        )

    def _entries(self, key: str) -> Iterator[tuple[str, Mapping[str, object] | None]]:
        """Yield entries with where they stand; one that is no table as None, so that the others keep their places."""
        value = self._raw.get(key, [])
        if not isinstance(value, list):
            self._wrong(key, value, expected=f"tables [[{key}]].")
            return
        for number, entry in enumerate(value, start=1):
            if isinstance(entry, dict):
                yield f"{key}[{number}].", entry
            else:
                self._wrong(f"{key}[{number}]", entry, expected=f"a table [[{key}]].")
                yield f"{key}[{number}].", None

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
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= _MOST:
            self._wrong(f"{where}{key}", value, expected=f"a whole number from {least} to {_MOST:,}.")
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
