"""The users of a book as its ledger tells them: a fold over entries, and which entries do not count.

Users are added, changed and withdrawn by an admin; whoever opened the book is the first. A person of the scenarios is
at most one user, so that nobody can say later who acted. There is always an admin.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from apportion.govern.events import SYSTEM, Plain
from apportion.govern.rights import Membership, Right, Role, User, may

__all__ = ["KINDS", "USER_GROUP", "UserEntryError", "fold_users", "opened_by", "user_value"]

USER_GROUP, KEY_GROUP = "user", "key"
# The kinds of entries that say something about users or their keys.
KINDS = frozenset({"book-opened", "user-added", "user-changed", "key-added", "key-rotated", "key-withdrawn"})
# What whoever opens a book is in it, until they say otherwise.
MAKER = frozenset({Membership(Role.ADMIN), Membership(Role.DESK)})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class UserEntryError(ValueError):
    """An entry about users that does not count.

    Attributes:
        reason: Which rule it breaks: ``shape``, ``name``, ``not-first``, ``known``, ``unknown``, ``no-right``,
            ``membership``, ``person-taken`` or ``last-admin``.
    """

    def __init__(self, message: str, *, reason: str) -> None:
        """Keep the rule beside the sentence."""
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Told:
    """What an entry says."""

    kind: str
    by: str
    groups: Mapping[str, object]

    def group(self, name: str) -> Mapping[str, object]:
        """Return what a group says."""
        value = self.groups.get(name)
        if not isinstance(value, Mapping):
            raise UserEntryError(f"An entry {self.kind} has a group {name!r}.", reason="shape")
        return value


def user_value(user: User) -> dict[str, Plain]:
    """Return what an entry says of a user in its group ``user``; keys have entries of their own."""
    return {
        "name": user.name,
        "person": user.person,
        "memberships": [dict(one.as_json()) for one in sorted(user.memberships)],
        "is_withdrawn": user.is_withdrawn,
    }


def opened_by(name: str, *, key: str, person: str = "") -> User:
    """Return the first user of a book, who opens it.

    Raises:
        UserEntryError: They cannot be called so.
    """
    _check_name(name)
    return User(name=name, person=person, memberships=MAKER, key=key)


def fold_users(
    users: Mapping[str, User], *, kind: str, by: str, groups: Mapping[str, object]
) -> Mapping[str, User]:
    """Return the users of a book after an entry of `KINDS`.

    Args:
        users: Those before it, by name.
        kind: Its kind.
        by: Who wrote it.
        groups: What its groups say.

    Raises:
        UserEntryError: It does not count, and the users stay as they are.
    """
    told = _Told(kind, by, groups)
    if kind == "book-opened":
        return _opened(users, told)
    if kind in {"user-added", "user-changed"}:
        return _with_user(users, told)
    return _with_key(users, told)


def _opened(users: Mapping[str, User], told: _Told) -> Mapping[str, User]:
    key = told.group(KEY_GROUP)
    name = str(key.get("user", ""))
    if users or name != told.by:
        raise UserEntryError(
            "A book is opened once, by its first entry and its first user.", reason="not-first"
        )
    first = opened_by(name, key=str(key.get("key", "")))
    if USER_GROUP in told.groups:
        said = _user(told.group(USER_GROUP))
        first = replace(first, person=said.person, memberships=said.memberships)
    _check_user(first)
    return _checked({name: first})


def _with_user(users: Mapping[str, User], told: _Told) -> Mapping[str, User]:
    _check_admin(users, told.by)
    said = _user(told.group(USER_GROUP))
    _check_user(said)
    was = users.get(said.name)
    if told.kind == "user-added" and was is not None:
        raise UserEntryError(f"There is a user {said.name!r} already.", reason="known")
    if told.kind == "user-changed" and was is None:
        raise UserEntryError(f"There is no user {said.name!r}.", reason="unknown")
    return _checked({**users, said.name: replace(said, key="" if was is None else was.key)})


def _with_key(users: Mapping[str, User], told: _Told) -> Mapping[str, User]:
    key = told.group(KEY_GROUP)
    name = str(key.get("user", ""))
    if name not in users:
        raise UserEntryError(f"There is no user {name!r}.", reason="unknown")
    if told.kind == "key-rotated":
        if told.by != name:
            raise UserEntryError(f"{told.by!r} rotates a key of {name!r}.", reason="no-right")
        return {**users, name: replace(users[name], key=str(key.get("new", "")))}
    _check_admin(users, told.by)
    new = str(key.get("key", "")) if told.kind == "key-added" else ""
    if told.kind == "key-withdrawn" and users[name].key != str(key.get("key", "")):
        return users
    return {**users, name: replace(users[name], key=new)}


def _user(value: Mapping[str, object]) -> User:
    try:
        return User.from_json(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserEntryError(f"It tells no user: {error}.", reason="shape") from error


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name) or name == SYSTEM:
        raise UserEntryError(
            f"{name!r} is no name of a user: up to 64 letters, digits, dots, dashes and underscores.",
            reason="name",
        )


def _check_user(user: User) -> None:
    _check_name(user.name)
    for one in sorted(user.memberships):
        if one.problem:
            raise UserEntryError(one.problem, reason="membership")
    others = {one.role for one in user.memberships} - {Role.AUDITOR, Role.ADMIN}
    if user.has(Role.AUDITOR) and others:
        raise UserEntryError(
            f"An auditor changes nothing, so {user.name!r} is not {' or '.join(sorted(others))} as well.",
            reason="membership",
        )


def _check_admin(users: Mapping[str, User], by: str) -> None:
    if by not in users or not may(users[by], Right.USERS):
        raise UserEntryError(f"{by!r} may not change users.", reason="no-right")


def _checked(users: Mapping[str, User]) -> Mapping[str, User]:
    """Return users that can be so together."""
    if not any(may(one, Right.USERS) for one in users.values()):
        raise UserEntryError("No admin would be left, so that nobody could add one.", reason="last-admin")
    persons = dict[str, str]()
    for one in users.values():
        if one.person and not one.is_withdrawn and persons.setdefault(one.person, one.name) != one.name:
            raise UserEntryError(
                f"The person {one.person!r} is the user {persons[one.person]!r} already.",
                reason="person-taken",
            )
    return users
