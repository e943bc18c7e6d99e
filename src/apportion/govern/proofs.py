"""Proofs that can be handed on: that one entry is in a ledger, and that a ledger goes on from an earlier one.

Each holds its checkpoint, so that whoever knows the key of it needs nothing else: no book, no other entry.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from apportion.govern.checkpoints import Signed
from apportion.govern.events import Plain
from apportion.govern.ledger import Entry
from apportion.govern.merkle import check_consistency, check_inclusion

__all__ = ["ConsistencyProof", "Failing", "InclusionProof", "Proof", "proof_from_json"]

_HASH = re.compile(r"[0-9a-f]{64}")


class Failing(enum.StrEnum):
    """Why a proof does not hold; a sentence for each in ``report/words``."""

    SIGNATURE = "signature"  # A checkpoint in it is not signed by the key that it names.
    BOOK = "book"  # Its two checkpoints are of two books.
    PATH = "path"  # Its hashes do not lead to the root that is stated.


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """That an entry is in the ledger that a checkpoint states.

    Attributes:
        entry: The entry.
        path: The audit path of RFC 6962, lowest first.
        signed: The checkpoint.
    """

    entry: Entry
    path: tuple[bytes, ...]
    signed: Signed

    @property
    def failing(self) -> Failing | None:
        """Return why it does not hold; None where it does."""
        stated = self.signed.checkpoint
        if not self.signed.is_signed:
            return Failing.SIGNATURE
        holds = check_inclusion(
            self.entry.leaf,
            self.entry.seq - 1,
            size=stated.size,
            proof=self.path,
            root=bytes.fromhex(stated.root),
        )
        return None if holds else Failing.PATH

    def as_json(self) -> dict[str, Plain]:
        """Return it as plain values."""
        return {
            "proof": "inclusion",
            "entry": self.entry.as_json(),
            "path": [one.hex() for one in self.path],
            "checkpoint": self.signed.as_json(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsistencyProof:
    """That the ledger that one checkpoint states begins with the one that an earlier one states.

    Attributes:
        old: The earlier checkpoint.
        new: The later one.
        path: The consistency proof of RFC 6962.
    """

    old: Signed
    new: Signed
    path: tuple[bytes, ...]

    @property
    def failing(self) -> Failing | None:
        """Return why it does not hold; None where it does."""
        if not (self.old.is_signed and self.new.is_signed):
            return Failing.SIGNATURE
        old, new = self.old.checkpoint, self.new.checkpoint
        if old.book != new.book:
            return Failing.BOOK
        holds = check_consistency(
            old.size,
            bytes.fromhex(old.root),
            size=new.size,
            root=bytes.fromhex(new.root),
            proof=self.path,
        )
        return None if holds else Failing.PATH

    def as_json(self) -> dict[str, Plain]:
        """Return it as plain values."""
        return {
            "proof": "consistency",
            "old": self.old.as_json(),
            "new": self.new.as_json(),
            "path": [one.hex() for one in self.path],
        }


Proof: TypeAlias = InclusionProof | ConsistencyProof
_PARTS = {
    "inclusion": {"proof", "entry", "path", "checkpoint"},
    "consistency": {"proof", "old", "new", "path"},
}


def proof_from_json(values: object) -> Proof:
    """Return the proof that plain values tell; whether it holds is not checked here.

    Raises:
        ValueError: They tell none.
    """
    kind = values.get("proof") if isinstance(values, Mapping) else None
    if not isinstance(values, Mapping) or set(values) != _PARTS.get(str(kind)):
        raise ValueError("It is no object with the parts of a proof of inclusion or of consistency.")
    path = _path(values["path"])
    if kind == "consistency":
        return ConsistencyProof(
            old=Signed.from_json(values["old"]), new=Signed.from_json(values["new"]), path=path
        )
    entry = values["entry"]
    if not isinstance(entry, Mapping):
        raise ValueError(f"Its entry is no object: {entry!r}.")  # noqa: TRY004 - a value of a file
    return InclusionProof(
        entry=Entry.from_json(entry), path=path, signed=Signed.from_json(values["checkpoint"])
    )


def _path(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or not all(isinstance(one, str) and _HASH.fullmatch(one) for one in value):
        raise ValueError("The path of a proof is a list of hashes in hexadecimal.")
    return tuple(bytes.fromhex(one) for one in value)
