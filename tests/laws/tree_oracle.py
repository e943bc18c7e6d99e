"""The tree of RFC 6962 as its text defines it, written apart from the program: recursive, slow, plain."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256


def head(entries: Sequence[bytes]) -> bytes:
    """Return MTH(D[n]) of section 2.1."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\x00" + entries[0]).digest()
    at = half(len(entries))
    return sha256(b"\x01" + head(entries[:at]) + head(entries[at:])).digest()


def path(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """Return PATH(m, D[n]) of section 2.1.1."""
    if len(entries) == 1:
        return []
    at = half(len(entries))
    if index < at:
        return [*path(index, entries[:at]), head(entries[at:])]
    return [*path(index - at, entries[at:]), head(entries[:at])]


def proof(size: int, entries: Sequence[bytes]) -> list[bytes]:
    """Return PROOF(m, D[n]) of section 2.1.2."""
    return _subproof(size, entries, is_known=True)


def _subproof(size: int, entries: Sequence[bytes], *, is_known: bool) -> list[bytes]:
    if size == len(entries):
        return [] if is_known else [head(entries)]
    at = half(len(entries))
    if size <= at:
        return [*_subproof(size, entries[:at], is_known=is_known), head(entries[at:])]
    return [*_subproof(size - at, entries[at:], is_known=False), head(entries[:at])]


def half(size: int) -> int:
    """Return the largest power of two smaller than a size."""
    at = 1
    while at * 2 < size:
        at *= 2
    return at
