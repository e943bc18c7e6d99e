"""A policy pack's TOML file → `Pack`, or findings that name the file, the entry and what it was expected to hold.

Packs that come with apportion lie in the package, one file each; a user's own is any TOML file.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import difflib
import enum
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from apportion.errors import Code, Finding, FindingsError, Severity, UsageError
from apportion.govern.packs import Majority, Pack, Sides, Source

DEFAULT_PACK = "house-strict"
SUFFIX = ".toml"
NEVER = "never"
_FIELDS = tuple(field.name for field in fields(Pack))
_SOURCE = ("title", "where", "says", "verified", "values")
_ABOUT = ("id", "version", "title", "disclaimer", "from_on", "until_on", "note", "sources")
VALUES = tuple(name for name in _FIELDS if name not in _ABOUT)
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FRACTION = re.compile(r"\d{1,15}/[1-9]\d{0,8}")
_WHOLE_PERCENT = 100
_MOST = 10**15
_MOST_DECIMALS = 9
_MOST_DAYS = 40_000
# Nobody decides alone, neither in a committee nor in an emergency (G9, G15).
_FEWEST_MEMBERS = 2

E = TypeVar("E", bound=enum.StrEnum)
N = TypeVar("N")


def pack_names() -> list[str]:
    """Return the names of the packs that come with apportion, the one that governs by default first."""
    names = sorted(
        file.name.removesuffix(SUFFIX) for file in _folder().iterdir() if file.name.endswith(SUFFIX)
    )
    return sorted(names, key=lambda name: name != DEFAULT_PACK)


def pack_on(day: dt.date) -> tuple[Pack, ...]:
    """Return every pack that came with apportion and governed on a day; the default one first."""
    return tuple(pack for pack in map(load_pack, pack_names()) if pack.governs(day))


def load_pack(name_or_path: str) -> Pack:
    """Return a pack: one that comes with apportion by its name, else a TOML file.

    Raises:
        UsageError: There is no such pack and no such file.
        FindingsError: The file is no pack; all that is wrong with it is in ``findings``.
    """
    if name_or_path in pack_names():
        return _bundled(name_or_path)
    path = Path(name_or_path)
    with contextlib.suppress(OSError, ValueError):
        if path.is_file():
            pack, findings = read_pack(_read(path), file=path.name)
            if pack is None or findings:
                raise FindingsError(findings)
            return pack
    near = difflib.get_close_matches(name_or_path, pack_names(), n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise UsageError(
        f"There is no policy pack and no file {name_or_path!r}.",
        fix=f"{hint}Name one of {', '.join(pack_names())}, or a TOML file.",
    )


def read_pack(held: bytes, *, file: str) -> tuple[Pack | None, list[Finding]]:
    """Return a pack, None where something it needs is missing or wrong, and all findings of reading it.

    Args:
        held: The bytes of its TOML file.
        file: The file's name, as findings say it.
    """
    try:
        raw = tomllib.loads(held.decode("utf-8-sig"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        finding = Finding(
            code=Code.FILE_UNREADABLE,
            severity=Severity.ERROR,
            file=file,
            found=f"It cannot be read: {error}.",
            expected="a TOML file with the values of a policy pack.",
            fix="Mend the line named.",
        )
        return None, [finding]
    reader = _PackReader(raw, file=file)
    pack = reader.read()
    if pack is not None and pack.id in pack_names() and pack.digest != _bundled(pack.id).digest:
        reader.wrong("id", pack.id, expected="an id of its own: a pack of this id comes with apportion.")
    return (None if reader.findings else pack), reader.findings


@cache
def _bundled(name: str) -> Pack:
    file = f"{name}{SUFFIX}"
    reader = _PackReader(
        tomllib.loads(_folder().joinpath(file).read_text("utf-8"), parse_float=Decimal), file=file
    )
    pack = reader.read()
    if pack is None:
        raise FindingsError(reader.findings)
    return pack


def _folder() -> Traversable:
    return resources.files("apportion") / "packs"


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UsageError(
            f"The file {path.name!r} cannot be read: {error.strerror or error}.", fix="Name another one."
        ) from error


class _PackReader:
    """Reads one pack, keeping every finding on the way."""

    def __init__(self, raw: Mapping[str, object], *, file: str) -> None:
        self._raw = raw
        self._file = file
        self.findings: list[Finding] = []

    def read(self) -> Pack | None:
        """Return the pack, or None where something it needs is missing or wrong."""
        self._check_known(self._raw, _FIELDS, where="")
        until_on = self._day("until_on")
        from_on = self._day("from_on")
        if from_on is not None and until_on is not None and until_on <= from_on:
            self.wrong("until_on", until_on, expected=f"a day after from_on {from_on}.")
        numbers = {
            name: self._value(name, read, expected=expected, nothing=nothing)
            for name, (read, expected, nothing) in _NUMBERS.items()
        }
        told = {name: self._text(self._raw, name, key=name) for name in ("id", "title", "disclaimer")}
        if told["id"] and not _ID.fullmatch(told["id"]):
            self.wrong("id", told["id"], expected="small letters, digits and single hyphens.")
        flags = {name: self._flag(self._raw, name, key=name) for name in _FLAGS}
        sides, majority = self._choice("sides", Sides), self._choice("majority", Majority)
        note = self._text(self._raw, "note", key="note", is_needed=False)
        sources = tuple(self._sources())
        if self.findings:
            return None
        parts: dict[str, object] = {**numbers, **told, **flags, "sides": sides, "majority": majority}
        parts |= {"from_on": from_on, "until_on": until_on, "note": note, "sources": sources}
        # Every field was read by the kind that `Pack` declares for it, or a finding was kept above.
        return Pack(**parts)  # type: ignore[arg-type]

    def _value(
        self, name: str, read: Callable[[object], N | None], *, expected: str, nothing: str | None
    ) -> N | None:
        """Return a value as `read` has it; None where it is left out and may be, or is the word for nothing."""
        value = self._raw.get(name)
        if value is None:
            if nothing != "":
                self._missing(name)
            return None
        if nothing and value == nothing:
            return None
        found = read(value)
        if found is None:
            self.wrong(name, value, expected=expected)
        return found

    def _sources(self) -> Iterator[Source]:
        given = self._raw.get("sources")
        if given is None:
            self._missing("sources")
            return
        if not isinstance(given, list) or not given or any(not isinstance(one, dict) for one in given):
            self.wrong("sources", given, expected="tables [[sources]], at least one.")
            return
        for number, raw in enumerate(given, start=1):
            where = f"sources[{number}]."
            self._check_known(raw, _SOURCE, where=where)
            told = {key: self._text(raw, key, key=f"{where}{key}") for key in ("title", "where", "says")}
            is_verified = "verified" not in raw or self._flag(raw, "verified", key=f"{where}verified")
            yield Source(**told, is_verified=is_verified, values=self._names(raw, where=where))

    def _names(self, raw: Mapping[str, object], *, where: str) -> tuple[str, ...]:
        given = raw.get("values", [])
        if not isinstance(given, list) or any(one not in VALUES for one in given):
            self.wrong(f"{where}values", given, expected=f"a list of {', '.join(VALUES)}.")
            return ()
        return tuple(given)

    def _check_known(self, raw: Mapping[str, object], known: tuple[str, ...], *, where: str) -> None:
        for key in raw:
            if key in known:
                continue
            near = difflib.get_close_matches(key, known, n=1)
            self._add(
                Code.SETTING_UNKNOWN,
                f"{where}{key}",
                found=f"The entry {where}{key} is not known, and a rule that is not read is not kept.",
                expected=f"one of {', '.join(known)}.",
                fix=f"Did you mean {near[0]!r}?" if near else "Take it out.",
            )

    def _text(self, raw: Mapping[str, object], name: str, *, key: str, is_needed: bool = True) -> str:
        value = raw.get(name)
        if value is None and is_needed:
            self._missing(key)
        elif value is not None and (not isinstance(value, str) or not value.strip()):
            self.wrong(key, value, expected="text in quotes.")
        return value if isinstance(value, str) else ""

    def _flag(self, raw: Mapping[str, object], name: str, *, key: str) -> bool:
        value = raw.get(name)
        if value is None:
            self._missing(key)
        elif not isinstance(value, bool):
            self.wrong(key, value, expected="true or false.")
        return value is True

    def _choice(self, name: str, kinds: type[E]) -> E | None:
        value, allowed = self._raw.get(name), [str(one) for one in kinds]
        if value is None:
            self._missing(name)
        elif value not in allowed:
            self.wrong(name, value, expected=f"one of {', '.join(allowed)}.")
        else:
            return kinds(str(value))
        return None

    def _day(self, name: str) -> dt.date | None:
        value = self._raw.get(name)
        if isinstance(value, str):
            with contextlib.suppress(ValueError):
                value = dt.date.fromisoformat(value)
        if value is not None and (isinstance(value, dt.datetime) or not isinstance(value, dt.date)):
            self.wrong(name, value, expected="a date as YYYY-MM-DD.")
            return None
        return value

    def wrong(self, key: str, value: object, *, expected: str) -> None:
        """Keep the finding that an entry holds what it may not."""
        self._add(
            Code.SETTING_INVALID,
            key,
            found=f"The entry holds {str(value)!r}.",
            expected=expected,
            fix="Correct the entry.",
        )

    def _missing(self, key: str) -> None:
        self._add(
            Code.SETTING_MISSING,
            key,
            found=f"The entry {key} is missing.",
            expected=f"a line {key.rpartition('.')[2]} = ….",
            fix="Add it; `apportion packs house-strict` tells what each value means.",
        )

    def _add(self, code: Code, key: str, *, found: str, expected: str, fix: str) -> None:
        self.findings.append(
            Finding(
                code=code,
                severity=Severity.ERROR,
                file=self._file,
                column=key,
                found=found,
                expected=expected,
                fix=fix,
            )
        )


def _number(value: object) -> Fraction | None:
    """Return a number of at least 0, exact: whole, with decimals, or a fraction in quotes as ``100/3``."""
    if isinstance(value, str):
        return Fraction(value) if _FRACTION.fullmatch(value) else None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if isinstance(value, Decimal) and not value.is_finite():
        return None
    # Looked at before it is made a fraction: the digits of 1e999999999 would not fit anywhere.
    if not 0 <= value < _MOST or value != round(Decimal(value), _MOST_DECIMALS):
        return None
    return Fraction(value)


def _percent(value: object) -> Fraction | None:
    found = _number(value)
    return found if found is not None and found <= _WHOLE_PERCENT else None


def _marks(value: object) -> tuple[Fraction, ...] | None:
    if not isinstance(value, list):
        return None
    found = [mark for one in value if (mark := _percent(one)) is not None]
    is_rising = all(low < high for low, high in pairwise(found))
    return tuple(found) if found and len(found) == len(value) and is_rising else None


def _whole(least: int) -> Callable[[object], int | None]:
    def read(value: object) -> int | None:
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        return value if is_whole and isinstance(value, int) and least <= value <= _MOST_DAYS else None

    return read


_NUMBER_WORDS = 'a number of at least 0, or a fraction in quotes as "100/3".'
_PERCENT_WORDS = 'percent from 0 to 100, or a fraction in quotes as "100/3".'
# How each number is read, what it was expected to be, and what stands for none: a word, or "" where it may be left out.
_NUMBERS: Mapping[str, tuple[Callable[[object], object | None], str, str | None]] = {
    "version": (_whole(1), "a whole number of at least 1.", None),
    "interest_percent": (_percent, _PERCENT_WORDS, None),
    "marks_percent": (_marks, f"a list of rising marks, each {_PERCENT_WORDS}", None),
    "materiality_usd": (_number, _NUMBER_WORDS, None),
    "window_months": (_whole(1), "a whole number of at least 1.", None),
    "quorum_percent": (_percent, _PERCENT_WORDS, None),
    "committee_least": (_whole(_FEWEST_MEMBERS), "a whole number of at least 2: nobody decides alone.", None),
    "board_conflicted_percent": (_percent, _PERCENT_WORDS, None),
    "power_to_reject_from_percent": (_percent, _PERCENT_WORDS, ""),
    "memo_from_usd": (_number, f'{_NUMBER_WORDS[:-1]}, or "never".', NEVER),
    "emergency_least": (_whole(_FEWEST_MEMBERS), "a whole number of at least 2: nobody decides alone.", None),
    "emergency_days": (_whole(1), 'a whole number of days of at least 1, or "never".', NEVER),
    "attestation_days": (_whole(1), "a whole number of days of at least 1.", None),
    "notice_days": (_whole(0), "a whole number of days of at least 0.", None),
    "apply_days": (_whole(1), "a whole number of days of at least 1.", None),
    "person_year_usd": (_number, f'{_NUMBER_WORDS[:-1]}, or "never".', NEVER),
}
_FLAGS = ("needs_conflict_below_materiality", "is_prior", "needs_power_to_reject")
