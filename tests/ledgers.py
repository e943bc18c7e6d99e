"""Small ledgers as a book keeps them, for tests: rows that a test can change as it likes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from apportion.digest import canonical_bytes
from apportion.govern.checkpoints import Checkpoint, Signed, sign
from apportion.govern.events import Plain, stamp
from apportion.govern.keys import PrivateKey, PublicKey, rotation
from apportion.govern.ledger import Draft, Head, Written, chain
from apportion.govern.ledger_check import LedgerCheck
from apportion.govern.ledger_faults import Fault, StoredCheckpoint, StoredEntry, StoredGroup
from apportion.govern.rights import Membership, Role, User
from apportion.govern.users import user_value

BOOK = "ab" * 16
START = dt.datetime(2024, 1, 5, 9, 30, tzinfo=dt.UTC)


def key_of(name: str) -> PrivateKey:
    """Return a key that is always the same for a name."""
    return PrivateKey(sha256(name.encode()).digest())


def salts_from(seed: str) -> Callable[[], bytes]:
    """Return a source of salts that is always the same for a seed."""
    count = 0

    def salt() -> bytes:
        nonlocal count
        count += 1
        return sha256(f"{seed} {count}".encode()).digest()[:16]

    return salt


def entry_row(one: Written) -> StoredEntry:
    """Return an entry as a book keeps it."""
    entry = one.entry
    text = entry.canonical.decode()
    return StoredEntry(entry.seq, text, entry.digest, entry.at, entry.by, entry.kind, entry.subject)


def group_rows(one: Written) -> list[StoredGroup]:
    """Return the groups of an entry as a book keeps them."""
    return [
        StoredGroup(one.entry.seq, group.name, group.leaf, group.salt, group.text) for group in one.groups
    ]


@dataclass
class Kept:
    """What a book keeps of a ledger."""

    entries: list[StoredEntry] = field(default_factory=list)
    groups: list[StoredGroup] = field(default_factory=list)
    checkpoints: list[Signed] = field(default_factory=list)

    def copy(self) -> Kept:
        """Return one of its own, to be changed."""
        return Kept(list(self.entries), list(self.groups), list(self.checkpoints))

    def check(self, sizes: tuple[int, ...] = ()) -> tuple[LedgerCheck, list[Fault]]:
        """Return the check of it, and every fault."""
        check = LedgerCheck(BOOK, sizes=sizes)
        return check, list(check.faults(self.entries, groups=self.groups, checkpoints=self.stored))

    @property
    def stored(self) -> list[StoredCheckpoint]:
        """Return the checkpoints as a book keeps them."""
        return [
            StoredCheckpoint(one.checkpoint.size, canonical_bytes(one.as_json()).decode())
            for one in self.checkpoints
        ]

    def told(self) -> list[tuple[str, int]]:
        """Return kind and place of every fault."""
        return [(str(one.kind), one.seq) for one in self.check()[1]]


class Ledger:
    """A ledger that grows by acts, each sealed by the key of its user."""

    def __init__(self, first: str = "mara", *, keys: str = "") -> None:
        """Open a book; other `keys` make one that looks the same and is signed by others."""
        self.head = Head()
        self.kept = Kept()
        self.written: list[Written] = []
        self.keys: dict[str, PrivateKey] = {}
        self._seed = keys
        self._salts = salts_from(f"salts {keys}")
        self.keys[first] = key_of(keys + first)
        # Who opens a book is nobody of a scenario; the others are the person of their own name.
        self.first = first
        self.act(first, ("book-opened", {"key": self.told_key(first)}))

    def told_key(self, user: str) -> dict[str, Plain]:
        """Return what the group of a key says."""
        return {"user": user, "key": self.keys[user].public.hex}

    def add_user(self, name: str, *, by: str = "mara") -> None:
        """Give a user a key."""
        self.keys[name] = key_of(self._seed + name)
        user = User(name=name, person=name, memberships=frozenset({Membership(Role.DESK)}))
        self.act(by, ("user-added", {"user": user_value(user)}), ("key-added", {"key": self.told_key(name)}))

    def rotate(self, name: str) -> None:
        """Rotate the key of a user."""
        old = self.keys[name]
        new = PrivateKey(sha256(old.seed).digest())
        told: dict[str, Plain] = dict(rotation(BOOK, user=name, old=old, new=new))
        self.keys[name] = new
        self.act(name, ("key-rotated", {"key": told}))

    def act(self, by: str, *said: tuple[str, Mapping[str, Plain]], also: int = 0) -> None:
        """Write entries of one user, and as many of apportion itself as `also` says, and seal them."""
        drafts = [Draft(kind=kind, subject="tesla", groups=groups, by=by) for kind, groups in said]
        drafts += [Draft(kind="plan", subject="tesla", groups={"facts": number}) for number in range(also)]
        self.put(drafts)
        self.seal(by)

    def put(self, drafts: list[Draft]) -> None:
        """Write entries, without sealing them."""
        at = stamp(START + dt.timedelta(minutes=self.head.size))
        written, self.head = chain(self.head, drafts, at=at, salts=self._salts)
        self.written.extend(written)
        self.kept.entries.extend(entry_row(one) for one in written)
        self.kept.groups.extend(row for one in written for row in group_rows(one))

    def seal(self, by: str, *, key: PrivateKey | None = None) -> Signed:
        """Sign the ledger as it is."""
        signed = sign(self.state_for((key or self.keys[by]).public), key or self.keys[by])
        self.kept.checkpoints.append(signed)
        return signed

    def state_for(self, key: PublicKey) -> Checkpoint:
        """Return what a key is to sign."""
        return Checkpoint(
            book=BOOK,
            size=self.head.size,
            root=self.head.peaks.root().hex(),
            head=self.head.digest,
            at=self.head.at,
            key=key.id,
        )

    def person_of(self, user: str) -> str:
        """Return the person that a user is."""
        return "" if user == self.first else user

    def vote(self, by: str, choice: str = "yes", *, as_person: str | None = None) -> None:
        """Write an entry of several groups, of the person that the user is or says to be."""
        groups: dict[str, Plain] = {
            "act": {"by": as_person if as_person is not None else self.person_of(by), "verb": "vote"},
            "choice": choice,
            "said": {"reason": f"for {choice}"},
        }
        self.act(by, ("decision", groups))


def small_ledger() -> Ledger:
    """Return a ledger of nine entries and seven checkpoints, of two users, with a rotation in it."""
    ledger = Ledger()  # 1
    ledger.add_user("noor")  # 2, 3
    ledger.vote("noor")  # 4
    ledger.act("mara", ("scenario-added", {"facts": {"world": "w"}}), also=1)  # 5, 6
    ledger.rotate("mara")  # 7
    ledger.vote("mara", "no")  # 8
    ledger.vote("noor", "no")  # 9
    return ledger


def resigned(one: Signed, key: PrivateKey, **changes: Plain) -> Signed:
    """Return a checkpoint that states something else, signed by a key."""
    return sign(Checkpoint.from_json({**one.checkpoint.as_json(), "key": key.public.id, **changes}), key)
