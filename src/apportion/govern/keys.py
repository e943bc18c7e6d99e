"""Keys: who signs, and which key of whom counts at which size of a ledger.

A key is an Ed25519 key (RFC 8032). Its private half is its user's and never in a book; which public key is whose is
told by the ledger itself: by the entry that opened the book, and by those that add, rotate and withdraw keys.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import TYPE_CHECKING

from apportion.digest import canonical_bytes
from apportion.govern.events import Plain

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

ROTATION = b"apportion rotation\n"
# The kinds of entries that say something about keys, and the group that says it.
KEY_KINDS = frozenset({"book-opened", "key-added", "key-rotated", "key-withdrawn"})
KEY_GROUP = "key"
_PUBLIC_BYTES = 32
_SEED_BYTES = 32


def key_id(public: bytes) -> str:
    """Return the id of a key: the first 16 hexadecimal digits of the SHA-256 of its 32 public bytes."""
    return sha256(public).hexdigest()[:16]


@dataclass(frozen=True)
class PublicKey:
    """The half of a key that everybody may know.

    Attributes:
        raw: Its 32 bytes.
    """

    raw: bytes

    def __post_init__(self) -> None:
        """Refuse what is no public key.

        Raises:
            ValueError: It is not 32 bytes long.
        """
        if len(self.raw) != _PUBLIC_BYTES:
            raise ValueError(f"A public key has {_PUBLIC_BYTES} bytes, not {len(self.raw)}.")

    @classmethod
    def from_hex(cls, text: object) -> PublicKey:
        """Return the key that 64 hexadecimal digits tell.

        Raises:
            ValueError: They are none.
        """
        if not isinstance(text, str) or len(text) != 2 * _PUBLIC_BYTES or text != text.lower():
            raise ValueError(f"A public key is told in {2 * _PUBLIC_BYTES} hexadecimal digits, not {text!r}.")
        return cls(bytes.fromhex(text))

    @property
    def hex(self) -> str:
        """Return it as 64 hexadecimal digits."""
        return self.raw.hex()

    @functools.cached_property
    def id(self) -> str:
        """Return its id, 16 hexadecimal digits."""
        return key_id(self.raw)

    @property
    def fingerprint(self) -> str:
        """Return its id as people read it to each other.

        >>> PublicKey(bytes(32)).fingerprint
        '6668 7aad f862 bd77'
        """
        return " ".join(self.id[place : place + 4] for place in range(0, 16, 4))

    def has_signed(self, message: bytes, *, signature: bytes) -> bool:
        """Return whether a signature of a message is by this key."""
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - slow to load, and few need it

        try:
            self._verifier.verify(signature, message)
        except InvalidSignature:
            return False
        return True

    @functools.cached_property
    def _verifier(self) -> Ed25519PublicKey:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - slow to load, few need it

        return ed25519.Ed25519PublicKey.from_public_bytes(self.raw)


@dataclass(frozen=True)
class PrivateKey:
    """The half of a key that only its user has.

    Attributes:
        seed: Its 32 bytes (RFC 8032, section 5.1.5); never shown.
    """

    seed: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse what is no private key.

        Raises:
            ValueError: It is not 32 bytes long.
        """
        if len(self.seed) != _SEED_BYTES:
            raise ValueError(f"A private key has {_SEED_BYTES} bytes, not {len(self.seed)}.")

    @functools.cached_property
    def public(self) -> PublicKey:
        """Return the half that everybody may know."""
        return PublicKey(self._signer.public_key().public_bytes_raw())

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message, 64 bytes; the same for the same message."""
        return self._signer.sign(message)

    @functools.cached_property
    def _signer(self) -> Ed25519PrivateKey:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: PLC0415 - slow to load, few need it

        return ed25519.Ed25519PrivateKey.from_private_bytes(self.seed)


def rotation_bytes(book: str, *, user: str, old: PublicKey, new: PublicKey) -> bytes:
    """Return what both keys sign when one takes the place of the other."""
    return ROTATION + canonical_bytes({"book": book, "new": new.hex, "old": old.hex, "user": user})


def rotation(book: str, *, user: str, old: PrivateKey, new: PrivateKey) -> dict[str, Plain]:
    """Return what the entry of a rotation says in its group ``key``."""
    stated = rotation_bytes(book, user=user, old=old.public, new=new.public)
    return {
        "user": user,
        "old": old.public.hex,
        "new": new.public.hex,
        "by_old": old.sign(stated).hex(),
        "by_new": new.sign(stated).hex(),
    }


class KeyEntryError(ValueError):
    """An entry about keys that does not count.

    Attributes:
        reason: Which rule it breaks: ``shape``, ``not-first``, ``in-use``, ``not-current``, ``not-own`` or
            ``not-signed``.
    """

    def __init__(self, message: str, *, reason: str) -> None:
        """Keep the rule beside the sentence."""
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class KeyOf:
    """One key of one user.

    Attributes:
        user: Whose.
        public: The key.
        since: The entry that made it theirs: it signs checkpoints of this size and larger ones.
        until: The entry that ended it: it signs none of this size or larger; None while it counts.
        is_its_own: Whether it may sign the entry that made it theirs: the first key of a book, of which there is no
            other, and one that took the place of another, whose signature is in that entry.
    """

    user: str
    public: PublicKey
    since: int
    until: int | None = None
    is_its_own: bool = False

    def counts_at(self, size: int, *, after: int | None = None) -> bool:
        """Return whether it signs a checkpoint of this size.

        Args:
            size: The size.
            after: The size of the checkpoint before; None: not asked. A key that others give has to be in that one:
                else whoever can write to the book could give a key in another's name, and sign that with this key.
        """
        is_given = self.is_its_own or after is None or self.since <= after
        return is_given and self.since <= size and (self.until is None or size < self.until)


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Every key of a book, as its entries tell them.

    Attributes:
        book: The book's id.
        keys: The keys, in the order in which they came; a key belongs to one user, once.
    """

    book: str
    keys: tuple[KeyOf, ...] = ()

    def find(self, id_: str) -> KeyOf | None:
        """Return the key of an id; None where the book knows none."""
        return next((one for one in self.keys if one.public.id == id_), None)

    def current(self, user: str) -> tuple[KeyOf, ...]:
        """Return the keys of a user that count now."""
        return tuple(one for one in self.keys if one.user == user and one.until is None)

    def with_entry(self, seq: int, *, kind: str, by: str, value: object) -> KeyRing:
        """Return the ring after an entry of `KEY_KINDS`.

        Args:
            seq: Its number.
            kind: Its kind.
            by: Who wrote it.
            value: What its group ``key`` says.

        Raises:
            KeyEntryError: It does not count, and the ring stays as it is.
        """
        parts = ("user", "old", "new", "by_old", "by_new") if kind == "key-rotated" else ("user", "key")
        told = _texts(value, parts, kind=kind)
        if kind == "key-rotated":
            return self._rotated(seq, by=by, told=told)
        key = _public(told["key"])
        if kind == "key-withdrawn":
            return _without(self, key, seq=seq, user=told["user"])
        if kind == "book-opened" and (self.keys or seq != 1 or by != told["user"]):
            raise KeyEntryError(
                "A book is opened once, by its first entry and its first user.", reason="not-first"
            )
        return _with(self, KeyOf(told["user"], key, seq, is_its_own=kind == "book-opened"))

    def _rotated(self, seq: int, *, by: str, told: Mapping[str, str]) -> KeyRing:
        user, old, new = told["user"], _public(told["old"]), _public(told["new"])
        if by != user:
            raise KeyEntryError(f"{by!r} rotates a key of {user!r}.", reason="not-own")
        stated = rotation_bytes(self.book, user=user, old=old, new=new)
        for key, name in ((old, "by_old"), (new, "by_new")):
            if not key.has_signed(stated, signature=_signature(told[name])):
                raise KeyEntryError(f"The rotation is not signed by {key.fingerprint}.", reason="not-signed")
        return _with(_without(self, old, seq=seq, user=user), KeyOf(user, new, seq, is_its_own=True))


def _with(ring: KeyRing, key: KeyOf) -> KeyRing:
    if ring.find(key.public.id) is not None:
        raise KeyEntryError(f"The key {key.public.fingerprint} is in the book already.", reason="in-use")
    return replace(ring, keys=(*ring.keys, key))


def _without(ring: KeyRing, key: PublicKey, *, seq: int, user: str) -> KeyRing:
    found = ring.find(key.id)
    if found is None or found.user != user or found.until is not None:
        raise KeyEntryError(f"{user!r} has no key {key.fingerprint} that counts.", reason="not-current")
    ended = replace(found, until=seq)
    return replace(ring, keys=tuple(ended if one is found else one for one in ring.keys))


def _texts(value: object, names: tuple[str, ...], *, kind: str) -> dict[str, str]:
    if not isinstance(value, Mapping) or value.keys() != set(names):
        raise KeyEntryError(
            f"An entry {kind} tells {', '.join(names)} in its group {KEY_GROUP!r}.", reason="shape"
        )
    texts = {name: value[name] for name in names}
    if any(not isinstance(one, str) for one in texts.values()):
        raise KeyEntryError(f"What an entry {kind} tells of a key is text.", reason="shape")
    return texts


def _public(text: str) -> PublicKey:
    try:
        return PublicKey.from_hex(text)
    except ValueError as error:
        raise KeyEntryError(str(error), reason="shape") from error


def _signature(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError as error:
        raise KeyEntryError(f"{text!r} is no signature in hexadecimal.", reason="shape") from error
