"""Users of a book: what became of one in sentences, and all of them as a table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from apportion.govern.erasure import Hold
from apportion.govern.rights import Membership, User
from apportion.report.words import Words

__all__ = ["erased_sentences", "hold_sentence", "holds_table", "user_sentences", "users_table"]

_DONE = {"added": "people.added", "changed": "people.changed", "withdrawn": "people.withdrawn"}
_COLUMNS = ("people.column.user", "people.column.person", "people.column.roles", "people.column.key")
_HOLD_COLUMNS = (
    "people.column.held",
    "people.column.since",
    "people.column.user",
    "people.column.reason",
)
# So many digits of a key name it on a screen.
_SHOWN = 16


def user_sentences(user: User, *, done: str, key_file: Path | None, words: Words) -> list[str]:
    """Return what became of a user; of a key that was made, where it lies and not what it is."""
    roles = words.listed([_role(one) for one in sorted(user.memberships)])
    told = [words.say(_DONE[done], user=user.name)]
    if done != "withdrawn":
        told.append(
            words.say("people.roles", user=user.name, roles=roles)
            if roles
            else words.say("people.no-roles", user=user.name)
        )
        if not user.key:
            told.append(words.say("people.no-key", user=user.name))
    if key_file is not None:
        told.append(words.say("people.key-made", user=user.name, file=str(key_file)))
    return told


def users_table(users: Sequence[User], *, words: Words) -> list[tuple[str, ...]]:
    """Return users as a table with its header."""
    rows = [
        (
            one.name,
            one.person,
            words.say("people.gone") if one.is_withdrawn else ", ".join(map(_role, sorted(one.memberships))),
            one.key[:_SHOWN],
        )
        for one in users
    ]
    return [tuple(words.say(key) for key in _COLUMNS), *rows]


def hold_sentence(hold: Hold, *, is_lifted: bool, words: Words) -> str:
    """Return what became of a hold."""
    key = "people.hold-lifted" if is_lifted else "people.held"
    return words.say(key, target=hold.target)


def holds_table(holds: Sequence[Hold], *, words: Words) -> list[tuple[str, ...]]:
    """Return holds as a table with its header."""
    head = tuple(words.say(key) for key in _HOLD_COLUMNS)
    return [head, *((one.target, one.at[:10], one.by, one.reason) for one in holds)]


def erased_sentences(
    person: str, *, day: str, by: str, acts: int, is_scrubbed: bool, words: Words
) -> list[str]:
    """Return that words were erased, and what is still to be done with copies of the book."""
    done = [
        words.say("people.erased", person=person, day=day, user=by, count=acts),
        words.say("people.erased-stays"),
        words.say("people.erased-copies"),
    ]
    return done if is_scrubbed else [*done, words.say("people.erased-held-back")]


def _role(one: Membership) -> str:
    return f"{one.role}:{one.party}" if one.party else str(one.role)
