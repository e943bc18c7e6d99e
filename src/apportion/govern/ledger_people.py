"""Who may sign a ledger, as its own entries tell: the users of a book and their keys, folded together.

An entry that gives somebody a key, or makes somebody an admin, counts only where whoever wrote it may do so; else
anybody who can write to the book could make a key for somebody else and sign as them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apportion.govern.keys import KEY_GROUP, KEY_KINDS, KeyRing
from apportion.govern.rights import User
from apportion.govern.users import KINDS, fold_users

__all__ = ["KINDS", "People"]


@dataclass(frozen=True, slots=True)
class People:
    """The users and keys of a book at one size of its ledger.

    Attributes:
        ring: The keys.
        users: The users, by name.
    """

    ring: KeyRing
    users: Mapping[str, User] = field(default_factory=dict)

    def with_entry(self, seq: int, *, kind: str, by: str, groups: Mapping[str, object]) -> People:
        """Return them after an entry of `KINDS`.

        Args:
            seq: Its number.
            kind: Its kind.
            by: Who wrote it.
            groups: What its groups say.

        Raises:
            UserEntryError: It does not count by what it says of users, or by who wrote it.
            KeyEntryError: It does not count by what it says of a key.
        """
        users = fold_users(self.users, kind=kind, by=by, groups=groups)
        if kind not in KEY_KINDS:
            return People(self.ring, users)
        return People(self.ring.with_entry(seq, kind=kind, by=by, value=groups.get(KEY_GROUP)), users)
