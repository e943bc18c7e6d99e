"""Entries of the ledger: what was done in a book, each chained to the entry before it.

An entry is one line of canonical JSON. What it says is not in it, but in **groups** of fields, each hashed with a salt
of its own into a leaf; the entry holds the Merkle root over them. So a group can be withheld or erased, its leaf
staying in its place, while the entry still proves. The leaf of an entry in the tree of the ledger is the hash of its
line.

Where there is more than one group, one more lists their names (`LISTING`). It is never withheld: a root alone does
not say of how many leaves it is, and two withheld groups could else be shown as one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from apportion.digest import canonical_bytes
from apportion.govern.events import SYSTEM, Plain, time_of
from apportion.govern.merkle import Peaks, leaf_hash, root_of

# What the first entry is chained to.
START = "0" * 64
# The group that lists the names of the others.
LISTING = "groups"
SALT_BYTES = 16
_HEX = re.compile(r"[0-9a-f]{64}")
_TEXTS = ("at", "by", "kind", "subject", "content", "before")

# Every kind of entry.
KINDS = (
    "book-opened",
    "key-added",
    "key-rotated",
    "key-withdrawn",
    "user-added",
    "user-changed",
    "scenario-added",
    "scenario-revised",
    "file-kept",
    "plan",
    "assessment",
    "claims",
    "decision",
    "pack",
    "hold",
    "erased",
    "restored",
)


class TimeBackwardsError(ValueError):
    """An entry would be earlier than the entry before it."""


@dataclass(frozen=True, slots=True)
class Group:
    """One group of fields of an entry, shown.

    Attributes:
        name: What it is called; no two of an entry alike.
        value: What it says, in plain values.
        salt: 16 random bytes, without which nobody can find the value by trying.
    """

    name: str
    value: Plain
    salt: bytes

    def __post_init__(self) -> None:
        """Refuse a salt of another length.

        Raises:
            ValueError: The salt is not 16 bytes long.
        """
        if len(self.salt) != SALT_BYTES:
            raise ValueError(
                f"The salt of group {self.name!r} is {len(self.salt)} bytes long, not {SALT_BYTES}."
            )

    @property
    def text(self) -> str:
        """Return the canonical JSON of name and value: what is stored, and hashed after the salt.

        >>> Group("act", {"verb": "vote"}, bytes(16)).text
        '{"group":"act","value":{"verb":"vote"}}'
        """
        return canonical_bytes({"group": self.name, "value": self.value}).decode()

    @property
    def leaf(self) -> bytes:
        """Return the hash that stands for it in the entry."""
        return group_leaf(self.salt, self.text)

    @classmethod
    def from_text(cls, text: str, salt: bytes) -> Group:
        """Return the group that a stored text tells.

        Raises:
            ValueError: It is none.
        """
        values = json.loads(text)
        if (
            not isinstance(values, dict)
            or values.keys() != {"group", "value"}
            or not isinstance(values["group"], str)
        ):
            raise ValueError(f"{text[:80]!r} is no group of an entry.")
        return cls(values["group"], values["value"], salt)


@dataclass(frozen=True, slots=True)
class Hidden:
    """One group of fields of an entry, withheld or erased: only its name and its leaf are left."""

    name: str
    leaf: bytes


def group_leaf(salt: bytes, text: str) -> bytes:
    """Return the leaf of a group: SHA-256 of a zero byte, the salt and the canonical JSON of name and value."""
    return leaf_hash(salt + text.encode())


def content_root(groups: Iterable[Group | Hidden]) -> bytes:
    """Return the root over the leaves of groups, in the order of their names by code point.

    Raises:
        ValueError: Two groups have one name.
    """
    held = list(groups)
    by_name = {one.name: one.leaf for one in held}
    if len(by_name) != len(held):
        raise ValueError(f"Two groups of one entry have one name: {sorted(one.name for one in held)}.")
    return root_of([by_name[name] for name in sorted(by_name)])


def shows_all_names(groups: Iterable[Group | Hidden]) -> bool:
    """Return whether groups that make the root of an entry are shown to be all of it.

    They are where the listing is shown and names them, or where there is one group, and it is shown.
    """
    held = {one.name: one for one in groups}
    listing = held.pop(LISTING, None)
    if isinstance(listing, Group):
        return listing.value == sorted(held)
    return listing is None and len(held) == 1 and isinstance(next(iter(held.values())), Group)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the ledger.

    Attributes:
        seq: Its number, from 1.
        at: When, as `govern.events.stamp` spells it; never earlier than the entry before.
        by: Who: a user of the book, or ``apportion``.
        kind: What was done; one of `KINDS`.
        subject: What it is about: a scenario mostly.
        content: The root over its groups, in hexadecimal.
        before: The digest of the entry before it; zeros for the first.
    """

    seq: int
    at: str
    by: str
    kind: str
    subject: str
    content: str
    before: str

    @property
    def canonical(self) -> bytes:
        """Return its one spelling: what is stored and hashed."""
        return canonical_bytes(self.as_json())

    @property
    def digest(self) -> str:
        """Return the SHA-256 of its one spelling, in hexadecimal."""
        return sha256(self.canonical).hexdigest()

    @property
    def leaf(self) -> bytes:
        """Return its leaf in the tree of the ledger."""
        return leaf_hash(self.canonical)

    def as_json(self) -> dict[str, Plain]:
        """Return it as plain values."""
        return {
            "seq": self.seq,
            "at": self.at,
            "by": self.by,
            "kind": self.kind,
            "subject": self.subject,
            "content": self.content,
            "before": self.before,
        }

    @classmethod
    def from_json(cls, values: Mapping[str, object]) -> Entry:
        """Return the entry that plain values tell.

        Raises:
            ValueError: A part is missing, of another kind, or one more is there.
        """
        if values.keys() != {"seq", *_TEXTS}:
            raise ValueError(f"An entry has the parts seq, {', '.join(_TEXTS)}; here are {sorted(values)}.")
        seq = values["seq"]
        if not isinstance(seq, int) or isinstance(seq, bool) or seq < 1:
            raise ValueError(f"'seq' of an entry is no number from 1: {seq!r}.")
        texts: dict[str, str] = {}
        for name in _TEXTS:
            value = values[name]
            if not isinstance(value, str):
                raise ValueError(f"{name!r} of an entry is no text: {value!r}.")  # noqa: TRY004 - a value of a file
            texts[name] = value
        for name in ("content", "before"):
            if not _HEX.fullmatch(texts[name]):
                raise ValueError(f"{name!r} of an entry is no SHA-256: {texts[name]!r}.")
        time_of(texts["at"])
        return cls(seq=seq, **texts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An entry that is still to be written.

    Attributes:
        kind: What was done; one of `KINDS`.
        subject: What it is about: a scenario mostly.
        groups: What it says: name → plain value, at least one.
        by: Who.
    """

    kind: str
    subject: str
    groups: Mapping[str, Plain]
    by: str = SYSTEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Where a ledger ends: all that is needed to add to it.

    Attributes:
        size: How many entries it has.
        digest: The digest of the last; zeros of an empty one.
        peaks: The tree over its entries.
        at: When the last was written; empty of an empty one.
    """

    size: int = 0
    digest: str = START
    peaks: Peaks = field(default_factory=Peaks)
    at: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """An entry that was written, with the groups it stands for, in the order of their names."""

    entry: Entry
    groups: tuple[Group, ...]


def chain(
    head: Head, drafts: Sequence[Draft], *, at: str, salts: Callable[[], bytes]
) -> tuple[list[Written], Head]:
    """Return drafts as the next entries of a ledger, and where it ends then.

    Args:
        head: Where the ledger ends now.
        drafts: What to write, in order.
        at: When; the same for all.
        salts: Gives 16 new random bytes at each call, e.g. ``partial(secrets.token_bytes, 16)``.

    Raises:
        TimeBackwardsError: ``at`` is earlier than the last entry.
        ValueError: A draft is of no kind there is, says nothing, or names a group ``groups``.
        HalfCharacterError: A text in it holds half of a character.
    """
    time_of(at)
    if at < head.at:
        raise TimeBackwardsError(f"The last entry is of {head.at}, later than {at}.")
    written = []
    for draft in drafts:
        groups = _groups_of(draft, salts)
        entry = Entry(
            seq=head.size + 1,
            at=at,
            by=draft.by,
            kind=draft.kind,
            subject=draft.subject,
            content=content_root(groups).hex(),
            before=head.digest,
        )
        written.append(Written(entry, groups))
        line = entry.canonical
        peaks = head.peaks.add(leaf_hash(line))
        head = Head(size=entry.seq, digest=sha256(line).hexdigest(), peaks=peaks, at=at)
    return written, head


def _groups_of(draft: Draft, salts: Callable[[], bytes]) -> tuple[Group, ...]:
    if draft.kind not in KINDS:
        raise ValueError(f"{draft.kind!r} is no kind of entry.")
    if not draft.groups or LISTING in draft.groups:
        raise ValueError(f"An entry has groups, none of them called {LISTING!r}: {sorted(draft.groups)}.")
    values = dict(draft.groups)
    if len(values) > 1:
        values[LISTING] = list[Plain](sorted(draft.groups))
    return tuple(Group(name, values[name], salts()) for name in sorted(values))
