"""Entries and groups as a book keeps them, read without an object each: millions pass through a check."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from apportion.govern.ledger import Entry
from apportion.govern.ledger_faults import StoredGroup

# An entry in its one spelling, where no text in it needs an escape; the others are read as JSON.
_PLAIN_TEXT = r'([^"\\\x00-\x1f]*)'
_ENTRY = re.compile(
    r'\{"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)","before":"([0-9a-f]{64})","by":"' + _PLAIN_TEXT + r'"'
    r',"content":"([0-9a-f]{64})","kind":"'
    + _PLAIN_TEXT
    + r'","seq":([1-9][0-9]*),"subject":"'
    + _PLAIN_TEXT
    + r'"\}'
)
_PARTS = ("at", "before", "by", "content", "kind", "seq", "subject")

# at, before, by, content, kind, seq, subject: in the order of the canonical text.
Parts: TypeAlias = Sequence[str]


def read_entry(text: str) -> Parts | None:
    """Return the parts of an entry in its one spelling; None where it is none."""
    plain = _ENTRY.fullmatch(text)
    if plain is not None:
        return plain.groups()
    try:
        entry = Entry.from_json(json.loads(text))
        if entry.canonical.decode() != text:
            return None
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    values = entry.as_json()
    return [str(values[name]) for name in _PARTS]


@functools.lru_cache(maxsize=1024)
def text_begins(name: str) -> str:
    """Return how the text of a group of a name begins."""
    return f'{{"group":{json.dumps(name, ensure_ascii=False)},"value":'


def shown_values(groups: Sequence[StoredGroup]) -> Mapping[str, object]:
    """Return what the groups of an entry say, without those that were erased.

    Raises:
        ValueError: The text of one is none of a group.
    """
    return {name: _value(text) for _, name, _, _, text in groups if text is not None}


def _value(text: str) -> object:
    values = json.loads(text)
    if not isinstance(values, dict) or "value" not in values:
        raise ValueError(f"{text[:80]!r} is no group of an entry.")
    return values["value"]
