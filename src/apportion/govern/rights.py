"""Who may do what in a book: users, their memberships, and one table of rights. Nobody may what no line allows.

    user → memberships (role, party) → the lines of `RIGHTS` for the act → how far they reach → `may`

The docs table is made from `RIGHTS`. Without a book nothing of this holds: whoever can read a file can read it.
Rules that hang on one proposal, such as recusal (G7), come on top and stand in `govern/acts.py` and `commands/`.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass


class Role(enum.StrEnum):
    """What a user is in a book, of a party or of the whole book."""

    DESK = "desk"  # Plans and keeps the facts, for the vendor.
    BUYER = "buyer"  # Sees what its party knows.
    COMMITTEE = "committee"  # Decides in its party's forum.
    AUDITOR = "auditor"  # Reads, and changes nothing.
    ADMIN = "admin"  # Keeps users and the database; sees no orders by that alone.


# A role that is nobody's without a party, and the one that is of no party.
NEED_PARTY = frozenset({Role.BUYER, Role.COMMITTEE})
OF_WHOLE_BOOK = frozenset({Role.ADMIN})


class Right(enum.StrEnum):
    """A kind of act, as far as rights go; every public function of ``commands/`` declares one."""

    LIST = "list"
    READ = "read"
    CHANGE = "change"
    KEEP = "keep"
    PROPOSE = "propose"
    STATE = "state"
    CONDUCT = "conduct"
    DECIDE = "decide"
    FOLLOW = "follow"
    HEAR = "hear"
    NOTICES = "notices"
    AUDIT = "audit"
    CHECKPOINT = "checkpoint"
    USERS = "users"
    SEE_USERS = "see-users"
    OWN_KEY = "own-key"
    DATABASE = "database"
    HOLD = "hold"
    ERASE = "erase"
    OPEN = "open"

    @property
    def meaning(self) -> str:
        """Return what it lets a user do, in words."""
        return _MEANINGS[self]


_MEANINGS: Mapping[Right, str] = {
    Right.LIST: "see which scenarios there are",
    Right.READ: "see facts, plan and study them",
    Right.CHANGE: "add and revise scenarios, attach documents",
    Right.KEEP: "keep a plan or a study in the book",
    Right.PROPOSE: "put a proposal forward, or take one's own back",
    Right.STATE: "state, attest, step aside",
    Right.CONDUCT: "analyse, disclose, send notices, carry out, settle, close",
    Right.DECIDE: "acknowledge, convene, open the vote, lodge a memo, vote",
    Right.FOLLOW: "see where proposals stand",
    Right.HEAR: "see deliberation: votes, their reasons, memos, findings",
    Right.NOTICES: "see notices to those who lose",
    Right.AUDIT: "read, verify and prove the ledger; make a decision pack",
    Right.CHECKPOINT: "hand out the signed checkpoint of the ledger",
    Right.USERS: "add, change and withdraw users and their keys",
    Right.SEE_USERS: "list users",
    Right.OWN_KEY: "show and rotate one's own key",
    Right.DATABASE: "migrate, back up, restore and check the database",
    Right.HOLD: "lay and lift a legal hold",
    Right.ERASE: "erase what a person said",
    Right.OPEN: "what concerns no facts of a book: policy packs, templates, sentences of a result in hand",
}


class Reach(enum.StrEnum):
    """How far a right goes."""

    ALL = "all"  # Everything of the book.
    NAMED = "named"  # Of the party that the membership names; everything where it names none.
    PARTY = "party"  # Of the membership's party alone.


RIGHTS: Mapping[Right, Mapping[Role, Reach]] = {
    Right.LIST: dict.fromkeys(Role, Reach.ALL),
    Right.READ: {
        Role.DESK: Reach.ALL,
        Role.BUYER: Reach.PARTY,
        Role.COMMITTEE: Reach.PARTY,
        Role.AUDITOR: Reach.ALL,
    },
    Right.CHANGE: {Role.DESK: Reach.ALL},
    Right.KEEP: {Role.DESK: Reach.ALL},
    Right.PROPOSE: {Role.DESK: Reach.ALL, Role.BUYER: Reach.PARTY, Role.COMMITTEE: Reach.PARTY},
    Right.STATE: {Role.DESK: Reach.ALL, Role.BUYER: Reach.PARTY, Role.COMMITTEE: Reach.PARTY},
    Right.CONDUCT: {Role.DESK: Reach.ALL, Role.COMMITTEE: Reach.PARTY},
    Right.DECIDE: {Role.COMMITTEE: Reach.PARTY},
    Right.FOLLOW: {Role.DESK: Reach.ALL, Role.COMMITTEE: Reach.PARTY, Role.AUDITOR: Reach.ALL},
    Right.HEAR: {Role.COMMITTEE: Reach.PARTY, Role.AUDITOR: Reach.NAMED},
    Right.NOTICES: {
        Role.DESK: Reach.ALL,
        Role.BUYER: Reach.PARTY,
        Role.COMMITTEE: Reach.PARTY,
        Role.AUDITOR: Reach.ALL,
    },
    Right.AUDIT: {Role.AUDITOR: Reach.NAMED},
    Right.CHECKPOINT: dict.fromkeys(Role, Reach.ALL),
    Right.USERS: {Role.ADMIN: Reach.ALL},
    Right.SEE_USERS: {Role.ADMIN: Reach.ALL, Role.AUDITOR: Reach.ALL},
    Right.OWN_KEY: dict.fromkeys(Role, Reach.ALL),
    Right.DATABASE: {Role.ADMIN: Reach.ALL},
    Right.HOLD: {Role.ADMIN: Reach.ALL},
    Right.ERASE: {Role.ADMIN: Reach.ALL},
    Right.OPEN: dict.fromkeys(Role, Reach.ALL),
}

# The right that each verb of a decision needs.
OF_VERB: Mapping[str, Right] = {
    **dict.fromkeys(("propose", "withdraw"), Right.PROPOSE),
    **dict.fromkeys(("state", "attest", "recuse"), Right.STATE),
    **dict.fromkeys(
        (
            *("analyse", "disclose", "apply", "lapse", "settle", "notice", "override", "close"),
            "change-pack",
            # What apportion notes by itself at an act: the act has its own right.
            *("facts-changed", "attempt"),
        ),
        Right.CONDUCT,
    ),
    **dict.fromkeys(("acknowledge", "convene", "open-review", "memo", "vote"), Right.DECIDE),
}


@dataclass(frozen=True, slots=True, order=True)
class Membership:
    """A role of a user.

    Attributes:
        role: The role.
        party: Of which party; empty: of the whole book.
    """

    role: Role
    party: str = ""

    @property
    def problem(self) -> str:
        """Return what is wrong with it in words; empty: nothing."""
        if self.role in NEED_PARTY and not self.party:
            return f"The role {self.role} is of a party, and none is named."
        if self.role in OF_WHOLE_BOOK and self.party:
            return f"The role {self.role} is of the whole book, not of the party {self.party!r}."
        return ""

    def as_json(self) -> dict[str, str]:
        """Return it as plain values."""
        return {"role": str(self.role), "party": self.party}


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """Somebody who uses a book.

    Attributes:
        name: The name under which they act.
        person: The person or body of the scenarios they are; empty: none, so that they act as nobody there.
        memberships: Their roles; none: they see nothing.
        key: Their public key in hex; empty: none, so that they cannot sign.
        is_withdrawn: Whether they were withdrawn; their entries stay.
    """

    name: str
    person: str = ""
    memberships: frozenset[Membership] = frozenset()
    key: str = ""
    is_withdrawn: bool = False

    def has(self, role: Role) -> bool:
        """Return whether they have a role, of whichever party."""
        return any(one.role is role for one in self.memberships)

    def as_json(self) -> dict[str, object]:
        """Return them as plain values, memberships in order."""
        return {
            "name": self.name,
            "person": self.person,
            "memberships": [one.as_json() for one in sorted(self.memberships)],
            "key": self.key,
            "is_withdrawn": self.is_withdrawn,
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, object]) -> User:
        """Return the user that `as_json` wrote.

        Raises:
            TypeError: Memberships are no list.
            ValueError: A role is none.
        """
        listed = raw.get("memberships", [])
        if not isinstance(listed, list):
            raise TypeError("memberships are no list")
        return cls(
            name=str(raw["name"]),
            person=str(raw.get("person", "")),
            memberships=frozenset(
                Membership(Role(str(one["role"])), str(one.get("party", ""))) for one in listed
            ),
            key=str(raw.get("key", "")),
            is_withdrawn=bool(raw.get("is_withdrawn", False)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """How far a user's right goes.

    Attributes:
        is_all: To everything of the book.
        parties: Else to what these parties know, or are a side of.
    """

    is_all: bool = False
    parties: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Return whether it goes anywhere."""
        return self.is_all or bool(self.parties)

    def covers(self, parties: Iterable[str]) -> bool:
        """Return whether it goes to something of these parties."""
        return self.is_all or not self.parties.isdisjoint(parties)


NOWHERE = Scope()


def scope(user: User, right: Right) -> Scope:
    """Return how far a right of a user goes; a withdrawn user has none."""
    if user.is_withdrawn:
        return NOWHERE
    reaches = list(_reaches(user, right))
    return Scope(is_all="" in reaches, parties=frozenset(reaches) - {""})


def _reaches(user: User, right: Right) -> Iterator[str]:
    """Yield the party each membership's right goes to; empty: to everything."""
    for one in user.memberships:
        reach = RIGHTS[right].get(one.role)
        if reach is None or one.problem:
            continue
        yield "" if reach is Reach.ALL else one.party


def may(user: User, right: Right, *, parties: Iterable[str] | None = None) -> bool:
    """Return whether a user may do an act.

    Args:
        user: The user.
        right: What the act needs.
        parties: The parties it is about, e.g. the sides of a proposal; None: it is about none, and a right that goes
            anywhere is enough.
    """
    found = scope(user, right)
    return bool(found) if parties is None else found.covers(parties)


def allowed_roles(right: Right) -> tuple[Role, ...]:
    """Return the roles that have a right, as they are told to somebody who has not."""
    return tuple(role for role in Role if role in RIGHTS[right])
