"""The sheet `scenario`: a key and a value in each row ⇄ `Settings`.

What a cell cannot hold to the letter, such as a list or a number that must keep its last zero, stands as TOML,
which the third column says.
"""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

import tomli_w

from apportion.errors import Code, Finding, Severity
from apportion.files.other_names import squashed
from apportion.files.settings import SettingsReader, settings_text
from apportion.files.workbook_cells import Cells, Value, Wrong, spelled_number
from apportion.files.workbook_words import words, words_for
from apportion.model.columns import Kind
from apportion.model.policy import Settings

SHEET = "scenario"
HEADER = ("key", "value", "written as", "meaning")
TOML = "TOML"
_POLICY = "policy."
# Each known setting with the kind of its value; a flag is a choice of two words.
KINDS: dict[str, Kind] = {
    "name": Kind.TEXT,
    "title": Kind.TEXT,
    "start_on": Kind.DAY,
    "end_on": Kind.DAY,
    "round": Kind.TEXT,
    "reference_sku": Kind.TEXT,
    "currency": Kind.TEXT,
    "capital_percent_per_year": Kind.NUMBER,
    "policy.rule": Kind.TEXT,
    "policy.level_by": Kind.TEXT,
    "policy.count": Kind.TEXT,
    "policy.readiness": Kind.CHOICE,
    "policy.whole_lots": Kind.CHOICE,
    "policy.commitments": Kind.LIST,
    "policy.count_from_on": Kind.DAY,
}
_KNOWN = {squashed(key): key for key in KINDS}
_FLAGS = {"true": True, "false": False}
_PLAIN_NUMBER = re.compile(r"\s*[+-]?\d{1,15}(\.\d{1,15})?\s*")
_MOST_DIGITS = 15
_FIRST_SURE_DAY = dt.date(1900, 3, 1)  # Before it, spreadsheets count days differently.


class Entry(NamedTuple):
    """One row of the sheet: the key, what stands in its cell, and whether that is TOML."""

    key: str
    value: str | int | float | bool | dt.date
    is_toml: bool


def read_settings_sheet(cells: Cells, *, place: str) -> tuple[Settings | None, list[Finding]]:
    """Return the settings that a sheet holds, and all that was found wrong with them.

    Args:
        cells: What stands on the sheet.
        place: The sheet as findings name it.
    """
    raw: dict[str, object] = {}
    policy: dict[str, object] = {}
    rows: dict[str, int] = {}
    findings: list[Finding] = []
    for row, key_text, value, is_toml in _entries(cells):
        is_policy, key = _key(key_text)
        whole = f"{_POLICY}{key}" if is_policy else key
        if whole in rows:
            found = f"The setting {whole} stands in the rows {rows[whole]} and {row}."
            findings.append(_wrong(place, whole, row=row, found=found, fix="Take one of them out."))
            continue
        rows[whole] = row
        if value is None:
            continue
        try:
            (policy if is_policy else raw)[key] = _value(value, KINDS.get(whole), is_toml=is_toml)
        except ValueError as error:
            findings.append(
                _wrong(place, whole, row=row, found=f"The cell holds {error}.", fix="Correct the cell.")
            )
    if policy:
        raw.setdefault("policy", policy)
    reader = SettingsReader(raw)
    settings = reader.read()
    told = {finding.column for finding in findings}
    findings += [
        replace(one, file=place, row=rows.get(one.column))
        for one in reader.findings
        if one.column not in told
    ]
    has_wrong = any(finding.severity is Severity.ERROR for finding in findings)
    return (None if has_wrong else settings), findings


def _entries(cells: Cells) -> Iterator[tuple[int, str, Value | None, bool]]:
    """Yield row, key, value and whether it is TOML; columns by their header, else the first three."""
    at = dict(zip(HEADER, (1, 2, 3, 4), strict=True))
    header_row = 0
    for row in sorted(cells.rows)[:10]:
        names = {squashed(words(value)): column for column, value in cells.rows[row].items()}
        if squashed(HEADER[0]) in names and squashed(HEADER[1]) in names:
            header_row = row
            at = {name: names.get(squashed(name), 0) for name in HEADER}
            break
    for row in sorted(cells.rows):
        key = cells.rows[row].get(at["key"])
        if row > header_row and key is not None and words(key).strip():
            mark = cells.rows[row].get(at["written as"], "")
            yield row, words(key).strip(), cells.rows[row].get(at["value"]), words(mark).strip() == TOML


def _key(text: str) -> tuple[bool, str]:
    """Return whether a key belongs to the policy, and its name there.

    >>> _key("Start On"), _key("policy.rule"), _key('policy."Rule"')
    ((False, 'start_on'), (True, 'rule'), (True, 'Rule'))
    """
    known = _KNOWN.get(squashed(text), text)
    is_policy = known.startswith(_POLICY)
    name = known.removeprefix(_POLICY)
    if name.startswith('"'):
        try:
            parsed = tomllib.loads(f"{name} = 0")
        except ValueError:
            return is_policy, name
        return is_policy, next(iter(parsed), name)
    return is_policy, name


def _value(value: Value, kind: Kind | None, *, is_toml: bool) -> object:
    """Return a value as the reader of settings takes it.

    Raises:
        ValueError: The cell holds none; the message quotes what it holds.
    """
    if isinstance(value, Wrong):
        raise ValueError(value.told)  # noqa: TRY004, a wrong value, not a wrong type
    if is_toml:
        try:
            return tomllib.loads(words(value), parse_float=Decimal)["value"]
        except (ValueError, KeyError, RecursionError) as error:
            raise ValueError(f"{words(value)!r}, which is no TOML line of the form value = …") from error
    text = words_for(value, kind or Kind.TEXT)
    match kind:
        case Kind.TEXT | Kind.DAY:
            return text
        case Kind.LIST:
            return [part.strip() for part in text.split("|")]
        case Kind.CHOICE:
            return _FLAGS.get(text.strip().lower(), text)
        case Kind.NUMBER:
            return Decimal(text.strip()) if _PLAIN_NUMBER.fullmatch(text) else text
        case _:
            return Decimal(spelled_number(value)) if isinstance(value, float) else value


def settings_entries(settings: Settings) -> list[Entry]:
    """Return the rows of the sheet, from which the same settings are read."""
    raw = tomllib.loads(settings_text(settings), parse_float=Decimal)
    policy = raw.pop("policy", {})
    entries = [_entry(key, value, prefix="") for key, value in raw.items()]
    return [*entries, *(_entry(key, value, prefix=_POLICY) for key, value in policy.items())]


def _entry(key: str, value: object, *, prefix: str) -> Entry:
    whole = f"{prefix}{key}"
    kind = KINDS.get(whole)
    is_plain = bool(whole) and whole == whole.strip() and _key(whole) == (bool(prefix), key)
    name = whole if is_plain else _quoted(key, prefix)
    if kind is Kind.LIST and isinstance(value, list) and all(isinstance(one, str) and one for one in value):
        # An empty list is a value; an empty cell is none.
        return (
            Entry(name, "|".join(value), is_toml=False) if value else Entry(name, "value = []", is_toml=True)
        )
    if kind is Kind.DAY and isinstance(value, str):
        value = dt.date.fromisoformat(value)
    cell = _cell(value, kind)
    if cell is None:
        return Entry(name, tomli_w.dumps({"value": value}), is_toml=True)
    return Entry(name, cell, is_toml=False)


def _quoted(key: str, prefix: str) -> str:
    return prefix + tomli_w.dumps({"key": key}).removeprefix("key = ").strip()


def _cell(value: object, kind: Kind | None) -> str | int | float | bool | dt.date | None:
    """Return what a cell holds for a value, or None where a cell would not keep it to the letter."""
    match value:
        case bool():
            return value
        case str():
            return value if value or kind else None
        case int():
            return value if len(str(abs(value))) <= _MOST_DIGITS else None
        case Decimal():
            return _float(value, is_known=kind is not None)
        case dt.date() if not isinstance(value, dt.datetime):
            return value if value >= _FIRST_SURE_DAY else (value.isoformat() if kind else None)
        case _:
            return None


def _float(value: Decimal, *, is_known: bool) -> float | str | None:
    """Return a decimal as a number where it is read back with the same digits; a known one else as text."""
    is_short = value.is_finite() and len(value.as_tuple().digits) <= _MOST_DIGITS
    if is_known:
        return float(value) if is_short else format(value, "f")
    is_kept = is_short and repr(Decimal(spelled_number(float(value)))) == repr(value) and value != int(value)
    return float(value) if is_kept else None


def _wrong(place: str, key: str, *, row: int, found: str, fix: str) -> Finding:
    return Finding(
        code=Code.SETTING_INVALID,
        severity=Severity.ERROR,
        file=place,
        row=row,
        column=key,
        found=found,
        expected="each setting once, with one value.",
        fix=fix,
    )
