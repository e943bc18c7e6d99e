"""Canonical bytes and SHA-256 of plain values.

The same value gives the same digest on every machine: JSON as RFC 8785 spells it, with keys sorted by their UTF-16
code units, no white space, and text as UTF-8. Only text, whole numbers, booleans, null, lists and objects are
allowed: floats have no one spelling. Whole numbers are spelt in full at any size, also where RFC 8785, which knows
floats alone, ends (2^53).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from apportion.errors import UsageError

# Below this, and in text without surrogates, the order of code points is the order of UTF-16 code units.
_ASTRAL = "\U00010000"

_SORTED = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
_AS_GIVEN = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode
# What most values are; asking for these first saves asking for the rest.
_PLAIN = frozenset({str, int, bool, type(None)})


class HalfCharacterError(UsageError, ValueError):
    """A text holds half of a character (a lone surrogate): a value like others that cannot be, told to its user."""


def canonical_bytes(value: object) -> bytes:
    """Return the one spelling of ``value`` as bytes.

    Raises:
        TypeError: It holds a float, a key that is no text, or another type without one spelling.
        HalfCharacterError: A text in it holds a lone surrogate, which no file can keep.

    Source:
        RFC 8785, section 3.2.

    >>> canonical_bytes({"b": 1, "a": ["x", None]})
    b'{"a":["x",null],"b":1}'
    """
    text = _AS_GIVEN(_in_order(value)) if _refuse_others(value) else _SORTED(value)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise HalfCharacterError(
            f"{text[max(0, error.start - 20) : error.end + 20]!a} holds half of a character.",
            fix="Type the text again, or save its file as UTF-8.",
        ) from None


def _refuse_others(value: object) -> bool:
    """Refuse what has no one spelling, and return whether a key has a character that sorts otherwise in UTF-16."""
    if type(value) in _PLAIN:
        return False
    if isinstance(value, float):
        raise TypeError(f"A float has no one spelling: {value!r}.")
    is_astral = False
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not isinstance(key, str):
                raise TypeError(f"A key that is no text has no one spelling: {key!r}.")
            if not key.isascii() and max(key) >= _ASTRAL:
                is_astral = True
            is_astral |= _refuse_others(part)
    elif isinstance(value, list | tuple):
        for part in value:
            is_astral |= _refuse_others(part)
    return is_astral


def _in_order(value: object) -> object:
    """Return the value with the keys of every object in order of their UTF-16 code units."""
    if isinstance(value, Mapping):
        return {key: _in_order(value[key]) for key in sorted(value, key=_utf_16)}
    if isinstance(value, list | tuple):
        return [_in_order(part) for part in value]
    return value


def _utf_16(key: str) -> bytes:
    # Big-endian bytes compare as their code units do; half a character is refused as the text is encoded.
    return key.encode("utf-16-be", "surrogatepass")


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical bytes of ``value``, in hexadecimal."""
    return hashlib.sha256(canonical_bytes(value)).hexdigest()


def digest_lines(lines: Iterable[str]) -> str:
    """Return the SHA-256 of lines whatever their order: they are sorted by code point first.

    >>> digest_lines(["b", "a"]) == digest_lines(["a", "b"])
    True
    """
    running = hashlib.sha256()
    for line in sorted(lines):
        running.update(line.encode())
        running.update(b"\n")
    return running.hexdigest()
