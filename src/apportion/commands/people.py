"""Acts on the users of a book: add, change, withdraw and list them. Each is an entry of the ledger, and nothing else.

who they are then → the fold over entries says whether that counts → entries in one transaction, with their keys
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from apportion.commands.permits import needs
from apportion.commands.session import Recording, needed, recording
from apportion.errors import UsageError
from apportion.govern.events import Plain
from apportion.govern.keys import KEY_GROUP, KEY_KINDS, KeyEntryError, KeyRing, PublicKey
from apportion.govern.rights import Membership, Right, Role, User
from apportion.govern.users import USER_GROUP, UserEntryError, fold_users, user_value
from apportion.report.people import user_sentences, users_table
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.study.cite import near_names

__all__ = [
    "Changed",
    "add_user",
    "change_user",
    "list_users",
    "memberships_of",
    "tell_user",
    "tell_users",
    "users_as_json",
    "withdraw_user",
]

_MEANT: dict[str, str] = {
    "name": "Name them with letters, digits, dots, dashes and underscores.",
    "known": "Change them with `apportion user change`.",
    "unknown": "`apportion user list` lists those that there are.",
    "membership": "Give each role once, with the party it is of, as ROLE:PARTY.",
    "person-taken": "Withdraw the other user first, or name another person.",
    "last-admin": "Make somebody else an admin first.",
    "no-right": "Ask an admin of the book.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What became of a user.

    Attributes:
        user: The user as they are now.
        key_file: Where the key lies that was made for them; None: none was made.
        kind: ``added``, ``changed`` or ``withdrawn``.
    """

    user: User
    key_file: Path | None
    kind: str

    def as_json(self) -> dict[str, object]:
        """Return it as plain values; of a key its place alone."""
        return {
            **self.user.as_json(),
            "done": self.kind,
            "key_file": None if self.key_file is None else str(self.key_file),
        }


@needs(Right.OPEN)
def memberships_of(roles: Iterable[str], *, party: str = "") -> tuple[Membership, ...]:
    """Return the memberships that texts tell.

    Args:
        roles: Each ``ROLE`` or ``ROLE:PARTY``.
        party: The party of those that name none and may have one.

    Raises:
        UsageError: There is no such role.
    """
    found: list[Membership] = []
    for text in roles:
        role, _, of = text.partition(":")
        if role not in {str(one) for one in Role}:
            raise UsageError(
                f"There is no role {role!r}.",
                fix=f"{near_names(role, [str(one) for one in Role])}Use one of {', '.join(Role)}.",
            )
        named = Role(role)
        found.append(Membership(named, of or ("" if named is Role.ADMIN else party)))
    return tuple(found)


@needs(Right.USERS)
def add_user(
    name: str,
    *,
    memberships: Sequence[Membership] = (),
    person: str = "",
    key: str = "",
    is_key_made: bool = False,
) -> Changed:
    """Add a user to the book.

    Args:
        name: Their name.
        memberships: Their roles; none: they see nothing yet.
        person: The person or body of the scenarios they are; empty: none.
        key: Their public key, 64 hexadecimal digits; empty: none yet, so that they cannot act.
        is_key_made: Whether a key is made for them in the key folder of this machine, to be handed to them.

    Raises:
        NotPermitted: Whoever acts is no admin.
        UsageError: There is such a user, or they cannot be so.
        BookError: The book or the key folder cannot be written.
    """
    user = User(name=name, person=person, memberships=frozenset(memberships))
    public, file = _key_for(name, key=key, is_key_made=is_key_made)
    with recording() as act:
        change = _Change(act)
        change.say("user-added", user)
        if public is not None:
            change.give(name, public)
        return Changed(user=change.user(name), key_file=file, kind="added")


@needs(Right.USERS)
def change_user(
    name: str,
    *,
    memberships: Sequence[Membership] | None = None,
    person: str | None = None,
    key: str = "",
    is_key_made: bool = False,
) -> Changed:
    """Change a user of the book.

    Args:
        name: Their name.
        memberships: Their roles from now on; None: as they are.
        person: The person they are from now on; None: as they are.
        key: The public key in place of theirs; empty: as it is.
        is_key_made: Whether a key is made for them on this machine.

    Raises:
        NotPermitted: Whoever acts is no admin.
        UsageError: There is no such user, they cannot be so, or nothing is to change.
        BookError: The book or the key folder cannot be written.
    """
    public, file = _key_for(name, key=key, is_key_made=is_key_made)
    with recording() as act:
        change = _Change(act)
        user = change.user(name)
        new = replace(
            user,
            person=user.person if person is None else person,
            memberships=user.memberships if memberships is None else frozenset(memberships),
            is_withdrawn=False,
        )
        if new != user:
            change.say("user-changed", new)
        if public is not None and public.hex != user.key:
            change.take(user)
            change.give(name, public)
        if not act.entries:
            raise UsageError(f"Nothing of {name!r} would change.", fix="Say what is to change.")
        return Changed(user=change.user(name), key_file=file, kind="changed")


@needs(Right.USERS)
def withdraw_user(name: str) -> Changed:
    """Withdraw a user: what they did stays, and from now on they and their key do nothing more.

    Raises:
        NotPermitted: Whoever acts is no admin.
        UsageError: There is no such user, they were withdrawn already, or no admin would be left.
        BookError: The book cannot be written.
    """
    with recording() as act:
        change = _Change(act)
        user = change.user(name)
        if user.is_withdrawn:
            raise UsageError(f"The user {name!r} was withdrawn already.", fix="Nothing is left to do.")
        change.say("user-changed", replace(user, is_withdrawn=True))
        change.take(user)
        return Changed(user=change.user(name), key_file=None, kind="withdrawn")


@needs(Right.SEE_USERS)
def list_users() -> list[User]:
    """Return the users of the book, by name, those withdrawn too.

    Raises:
        NotPermitted: Whoever acts may not see them.
        UsageError: There is no book.
    """
    with needed().book.read() as reading:
        return reading.users()


@needs(Right.OPEN)
def tell_user(changed: Changed, *, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return what became of a user in sentences.

    Raises:
        UsageError: There is no such language.
    """
    return user_sentences(
        changed.user, done=changed.kind, key_file=changed.key_file, words=Words.load(language)
    )


@needs(Right.OPEN)
def tell_users(users: Sequence[User], *, language: str = DEFAULT_LANGUAGE) -> list[tuple[str, ...]]:
    """Return users as a table.

    Raises:
        UsageError: There is no such language.
    """
    return users_table(users, words=Words.load(language))


@needs(Right.OPEN)
def users_as_json(users: Sequence[User]) -> list[dict[str, object]]:
    """Return users as plain values."""
    return [one.as_json() for one in users]


class _Change:
    """The entries about users that one act adds, each held to the fold before it is written."""

    def __init__(self, act: Recording) -> None:
        self._act = act
        self._users = {one.name: one for one in act.writing.users()}

    def user(self, name: str) -> User:
        """Return a user as they are by now."""
        if name not in self._users:
            near = near_names(name, list(self._users))
            raise UsageError(f"There is no user {name!r}.", fix=f"{near}{_MEANT['unknown']}")
        return self._users[name]

    def say(self, kind: str, user: User) -> None:
        """Add what becomes of a user."""
        self._add(kind, user.name, {USER_GROUP: user_value(user)})

    def give(self, name: str, key: PublicKey) -> None:
        """Add that a key is a user's from now on."""
        self._check_key(name, key)
        self._add("key-added", name, {KEY_GROUP: {"user": name, "key": key.hex}})

    def take(self, user: User) -> None:
        """Add that the key of a user does not count any more; of one without, nothing."""
        if not user.key:
            return
        if user.key == self._act.session.key.public.hex:
            raise UsageError(
                "This act is signed by that very key, which would not count any more.",
                fix="Let another admin do it, or put another key in its place with `apportion key rotate`.",
            )
        self._add("key-withdrawn", user.name, {KEY_GROUP: {"user": user.name, "key": user.key}})

    def _add(self, kind: str, subject: str, groups: Mapping[str, dict[str, Plain]]) -> None:
        by = self._act.session.user.name
        try:
            self._users = dict(fold_users(self._users, kind=kind, by=by, groups=groups))
        except UserEntryError as problem:
            raise UsageError(str(problem), fix=_MEANT.get(problem.reason, "")) from problem
        self._act.add(kind, subject, groups=groups)

    def _check_key(self, name: str, key: PublicKey) -> None:
        """Refuse a key that was ever anybody's in this book: a signature is of one user."""
        if any(one.public == key for one in self._keys().keys):
            raise UsageError(
                f"The key {key.fingerprint} is or was a key of this book.",
                fix=f"Let {name!r} make another one.",
            )

    def _keys(self) -> KeyRing:
        ring, writing = KeyRing(self._act.session.book.id), self._act.writing
        told = [stored for kind in sorted(KEY_KINDS) for stored in writing.entries(kind=kind)]
        for stored in sorted(told, key=lambda one: one.seq):
            entry, groups = writing.said(stored)
            try:
                ring = ring.with_entry(entry.seq, kind=entry.kind, by=entry.by, value=groups.get(KEY_GROUP))
            except KeyEntryError:
                continue  # It gave nobody a key.
        return ring


def _key_for(name: str, *, key: str, is_key_made: bool) -> tuple[PublicKey | None, Path | None]:
    """Return a user's public key, and where its private half lies if it was made here."""
    from apportion.files.keys import key_file, load_or_make_key  # noqa: PLC0415 - slow to load, and few need it

    if key and is_key_made:
        raise UsageError("A key is given and one is to be made.", fix="Do one of both.")
    if is_key_made:
        return load_or_make_key(name).public, key_file(name)
    if not key:
        return None, None
    try:
        return PublicKey.from_hex(key), None
    except ValueError as problem:
        raise UsageError(str(problem), fix="Let its user print it with `apportion key show`.") from problem
