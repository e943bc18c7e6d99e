"""Checkpoints: signed statements of how long a ledger was, and of every entry in it by one hash.

A checkpoint that is kept outside the book is the only thing that can show that the end of the ledger was cut off,
that an older copy of the whole book was put in its place, or that all of it was made anew under other keys.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from apportion.digest import canonical_bytes
from apportion.govern.events import Plain, time_of
from apportion.govern.keys import PrivateKey, PublicKey

CHECKPOINT = b"apportion checkpoint\n"
COUNTERSIGNATURE = b"apportion countersignature\n"
_PARTS = {
    "book": re.compile(r"[0-9a-f]{32}"),
    "head": re.compile(r"[0-9a-f]{64}"),
    "key": re.compile(r"[0-9a-f]{16}"),
    "root": re.compile(r"[0-9a-f]{64}"),
}
_SIGNATURE = re.compile(r"[0-9a-f]{128}")


class Standing(enum.StrEnum):
    """How a checkpoint that was kept outside stands to the ledger; a word for each in ``report/words``."""

    CONSISTENT = "consistent"  # The ledger holds every entry that it states, and maybe later ones.
    CUT = "cut"  # It states more entries than there are: the end was cut off, or an older copy put back.
    FORKED = "forked"  # It states other entries than those that are there.
    OTHER_BOOK = "other-book"
    BAD_SIGNATURE = "bad-signature"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What is stated of a ledger.

    Attributes:
        book: The book, 32 hexadecimal digits.
        size: How many entries there are.
        root: The root over their leaves, in hexadecimal.
        head: The digest of the last; zeros of an empty ledger.
        at: When it was stated, as `govern.events.stamp` spells it.
        key: The id of the key that signs it, 16 hexadecimal digits.
    """

    book: str
    size: int
    root: str
    head: str
    at: str
    key: str

    @property
    def signed_bytes(self) -> bytes:
        """Return what the signature is over."""
        return CHECKPOINT + canonical_bytes(self.as_json())

    def as_json(self) -> dict[str, Plain]:
        """Return it as plain values."""
        return {
            "at": self.at,
            "book": self.book,
            "head": self.head,
            "key": self.key,
            "root": self.root,
            "size": self.size,
        }

    @classmethod
    def from_json(cls, values: object) -> Checkpoint:
        """Return the checkpoint that plain values tell.

        Raises:
            ValueError: A part is missing, of another kind, or one more is there.
        """
        named = _object(values, {"at", "size", *_PARTS}, of="a checkpoint")
        size, at = named["size"], named["at"]
        if not isinstance(size, int) or isinstance(size, bool) or size < 0:
            raise ValueError(f"'size' of a checkpoint is no number from 0: {size!r}.")
        texts = {name: _hex(named, name, shape=shape) for name, shape in _PARTS.items()}
        if not isinstance(at, str):
            raise ValueError(f"'at' of a checkpoint is no text: {at!r}.")  # noqa: TRY004 - a value of a file
        time_of(at)
        return cls(size=size, at=at, **texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Countersignature:
    """A signature of somebody else over a signed checkpoint: they have seen the ledger so.

    Attributes:
        by: Who, by the name they gave themselves.
        public_key: Their key.
        signature: 64 bytes.
    """

    by: str
    public_key: PublicKey
    signature: bytes

    def as_json(self) -> dict[str, Plain]:
        """Return it as plain values."""
        return {"by": self.by, "key": self.public_key.hex, "signature": self.signature.hex()}

    @classmethod
    def from_json(cls, values: object) -> Countersignature:
        """Return the countersignature that plain values tell.

        Raises:
            ValueError: A part is missing, of another kind, or one more is there.
        """
        named = _object(values, {"by", "key", "signature"}, of="a countersignature")
        by = named["by"]
        if not isinstance(by, str):
            raise ValueError(f"'by' of a countersignature is no text: {by!r}.")  # noqa: TRY004 - a value of a file
        return cls(
            by=by,
            public_key=PublicKey.from_hex(named["key"]),
            signature=bytes.fromhex(_hex(named, "signature", shape=_SIGNATURE)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A checkpoint with its signature.

    Attributes:
        checkpoint: What is stated.
        signature: 64 bytes, by the key that the checkpoint names.
        public_key: That key.
        countersignatures: What others have signed of it.
    """

    checkpoint: Checkpoint
    signature: bytes
    public_key: PublicKey
    countersignatures: tuple[Countersignature, ...] = ()

    @property
    def countersigned_bytes(self) -> bytes:
        """Return what a countersignature is over: the checkpoint and its signature."""
        return COUNTERSIGNATURE + canonical_bytes(
            {**self.checkpoint.as_json(), "signature": self.signature.hex()}
        )

    @property
    def is_signed(self) -> bool:
        """Return whether the signature is by the key that the checkpoint names."""
        is_named = self.checkpoint.key == self.public_key.id
        return is_named and self.public_key.has_signed(self.checkpoint.signed_bytes, signature=self.signature)

    def is_countersigned(self, one: Countersignature) -> bool:
        """Return whether a countersignature is one of this checkpoint."""
        return one.public_key.has_signed(self.countersigned_bytes, signature=one.signature)

    def as_json(self) -> dict[str, Plain]:
        """Return it as plain values: the content of a checkpoint file."""
        return {
            "checkpoint": self.checkpoint.as_json(),
            "signature": self.signature.hex(),
            "public_key": self.public_key.hex,
            "countersignatures": [one.as_json() for one in self.countersignatures],
        }

    @classmethod
    def from_json(cls, values: object) -> Signed:
        """Return the signed checkpoint that plain values tell; its signature is not checked here.

        Raises:
            ValueError: A part is missing, of another kind, or one more is there.
        """
        names = {"checkpoint", "signature", "public_key", "countersignatures"}
        named = _object(values, names, of="a signed checkpoint")
        others = named["countersignatures"]
        if not isinstance(others, list):
            raise ValueError(f"The countersignatures of a checkpoint are no list: {others!r}.")  # noqa: TRY004 - a value of a file
        return cls(
            checkpoint=Checkpoint.from_json(named["checkpoint"]),
            signature=bytes.fromhex(_hex(named, "signature", shape=_SIGNATURE)),
            public_key=PublicKey.from_hex(named["public_key"]),
            countersignatures=tuple(Countersignature.from_json(one) for one in others),
        )


def sign(checkpoint: Checkpoint, key: PrivateKey) -> Signed:
    """Return a checkpoint signed by a key.

    Raises:
        ValueError: The checkpoint names another key.
    """
    public = key.public
    if checkpoint.key != public.id:
        raise ValueError(
            f"The checkpoint names the key {checkpoint.key}, and is to be signed by {public.id}."
        )
    return Signed(checkpoint=checkpoint, signature=key.sign(checkpoint.signed_bytes), public_key=public)


def countersign(signed: Signed, key: PrivateKey, *, by: str) -> Signed:
    """Return a signed checkpoint with one more countersignature.

    Raises:
        ValueError: Its signature does not hold, so there is nothing to sign.
    """
    if not signed.is_signed:
        raise ValueError(
            f"The checkpoint of {signed.checkpoint.size} entries is not signed by the key it names."
        )
    one = Countersignature(by=by, public_key=key.public, signature=key.sign(signed.countersigned_bytes))
    kept = tuple(other for other in signed.countersignatures if other.public_key != one.public_key)
    return replace(signed, countersignatures=(*kept, one))


@dataclass(frozen=True, slots=True)
class State:
    """What a ledger was at one size: its root and the digest of its last entry, in hexadecimal."""

    root: str
    head: str


def compare(outside: Signed, *, book: str, size: int, state_at: Callable[[int], State | None]) -> Standing:
    """Return how a checkpoint that was kept outside stands to a ledger.

    Args:
        outside: The checkpoint.
        book: The book's id.
        size: How many entries its ledger has.
        state_at: Gives what the ledger was at a size up to ``size``, computed from its entries.
    """
    stated = outside.checkpoint
    if not outside.is_signed:
        return Standing.BAD_SIGNATURE
    if stated.book != book:
        return Standing.OTHER_BOOK
    if stated.size > size:
        return Standing.CUT
    return (
        Standing.CONSISTENT if state_at(stated.size) == State(stated.root, stated.head) else Standing.FORKED
    )


def _object(values: object, names: set[str], *, of: str) -> Mapping[str, object]:
    if not isinstance(values, Mapping) or values.keys() != names:
        raise ValueError(f"No object with the parts of {of}: {', '.join(sorted(names))}.")
    return values


def _hex(named: Mapping[str, object], name: str, *, shape: re.Pattern[str]) -> str:
    value = named[name]
    if not isinstance(value, str) or not shape.fullmatch(value):
        raise ValueError(f"{name!r} is not spelt in hexadecimal as it is there: {value!r}.")
    return value
