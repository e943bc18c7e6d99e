"""Canonical bytes and SHA-256 of plain values.

The same value gives the same digest on every machine: keys sorted, no white space, text as UTF-8, and only
text, whole numbers, booleans, lists and objects allowed, since floats have no one spelling.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping


def canonical_bytes(value: object) -> bytes:
    """Return the one spelling of ``value`` as bytes.

    Raises:
        TypeError: It holds a float or another type without one spelling.

    >>> canonical_bytes({"b": 1, "a": ["x", None]})
    b'{"a":["x",null],"b":1}'
    """
    _refuse_floats(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


def _refuse_floats(value: object) -> None:
    if isinstance(value, float):
        raise TypeError(f"A float has no one spelling: {value!r}.")
    if isinstance(value, Mapping):
        for part in value.values():
            _refuse_floats(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse_floats(part)


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
