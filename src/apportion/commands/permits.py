"""Who acts in a book, and whether they may: every public function of ``commands/`` says here which right it needs.

    a face calls a command → the right it declares → the user as the book has them now → `NotPermitted`, or it goes on

Without a book nobody is asked: whoever can read a file can read it. A user is looked up anew for every command, so
that one who was withdrawn is so at once.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import ParamSpec, TypeVar

from apportion.errors import NotPermitted, UsageError
from apportion.govern.acts import Act, Convene, Vote
from apportion.govern.events import SYSTEM
from apportion.govern.rights import OF_VERB, Right, Scope, User, allowed_roles, may, scope
from apportion.model.world import ALL, PARTY_PREFIX, PUBLIC

P = ParamSpec("P")
T = TypeVar("T")
DECLARED = "__right__"

__all__ = [
    "DECLARED",
    "Acting",
    "acting",
    "acting_among",
    "acting_as",
    "check_act",
    "check_person",
    "internal",
    "may_now",
    "needs",
    "parties_seen",
    "permitted_viewpoint",
    "person_acting",
    "refuse_if_narrow",
    "require",
    "scope_now",
    "unseen",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Who acts in a book.

    Attributes:
        user: The user as the book has them.
        admins: The names of those who may change that, to be asked.
    """

    user: User
    admins: tuple[str, ...] = ()


_LOOK_UP: ContextVar[Callable[[], Acting] | None] = ContextVar("look_up", default=None)
_FOUND: ContextVar[Acting | None] = ContextVar("found", default=None)


def internal(command: Callable[P, T]) -> Callable[P, T]:
    """Declare that no face calls a function; whoever calls it has asked for the right already."""
    setattr(command, DECLARED, None)
    return command


internal(internal)


@internal
def acting() -> Acting | None:
    """Return who acts; None: there is no book, and nobody is asked."""
    found = _FOUND.get()
    if found is not None:
        return found
    look_up = _LOOK_UP.get()
    return None if look_up is None else look_up()


@internal
@contextmanager
def acting_as(look_up: Callable[[], Acting]) -> Iterator[None]:
    """Let a user act in a book.

    Args:
        look_up: Gives the user as the book has them at that moment.
    """
    token, none_found = _LOOK_UP.set(look_up), _FOUND.set(None)
    try:
        yield
    finally:
        _FOUND.reset(none_found)
        _LOOK_UP.reset(token)


@internal
def acting_among(users: Iterable[User], name: str, *, key: str) -> Acting:
    """Return a user of a book as somebody who acts.

    Args:
        users: Everybody.
        name: Who says that they act.
        key: The public key, in hexadecimal, of the private one that they have.

    Raises:
        NotPermitted: There is none of this name, they were withdrawn, or the key is not theirs. It says whom to ask,
            and names nobody else.
    """
    there = {one.name: one for one in users}
    admins = sorted(one.name for one in there.values() if may(one, Right.USERS))
    user = there.get(name)
    if user is not None and not user.is_withdrawn and user.key == key:
        return Acting(user=user, admins=tuple(admins))
    if user is None:
        sentence = f"The book has no user {name!r}."
    elif user.is_withdrawn:
        sentence = f"The user {name!r} was withdrawn."
    elif not user.key:
        sentence = f"The user {name!r} has no key in the book, so nothing shows that it is they who act."
    else:
        sentence = f"The key of {name!r} on this machine does not count in the book."
    raise NotPermitted(sentence, fix=_ask(admins), user=name, ask=admins)


@internal
def needs(right: Right) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """Declare the right that a command needs, and hold every call to it."""

    def declare(command: Callable[P, T]) -> Callable[P, T]:
        @functools.wraps(command)
        def checked(*args: P.args, **kwargs: P.kwargs) -> T:
            who = acting()
            if who is None:
                return command(*args, **kwargs)
            # One command looks its user up once, whatever other commands it calls.
            token = _FOUND.set(who)
            try:
                require(right)
                return command(*args, **kwargs)
            finally:
                _FOUND.reset(token)

        setattr(checked, DECLARED, right)
        return checked

    return declare


@internal
def require(right: Right, *, parties: Iterable[str] | None = None) -> None:
    """Refuse an act to whoever has no right to it.

    Args:
        right: What it needs.
        parties: The parties it is about; None: a right that goes anywhere is enough.

    Raises:
        NotPermitted: The user has no such right; it says who has, and whom to ask.
    """
    who = acting()
    if who is None or may(who.user, right, parties=parties):
        return
    raise _refused(who, right)


def _refused(who: Acting, right: Right) -> NotPermitted:
    user, roles = who.user, [str(role) for role in allowed_roles(right)]
    if user.is_withdrawn:
        sentence = f"The user {user.name!r} was withdrawn."
    elif not user.memberships:
        sentence = f"The user {user.name!r} has no role, and sees nothing."
    else:
        sentence = f"The user {user.name!r} has no right to this: {right.meaning}."
    return NotPermitted(
        sentence,
        fix=f"It is for the role {' or '.join(roles)}. {_ask(who.admins)}",
        user=user.name,
        right=str(right),
        roles=roles,
        ask=list(who.admins),
    )


def _ask(admins: Sequence[str]) -> str:
    return f"Ask {' or '.join(admins)}, who may change that." if admins else "Ask an admin of the book."


@internal
def unseen(name: str) -> NotPermitted:
    """Return the refusal of something that is not there for a user: the same whether there is such a thing or not."""
    who = acting()
    user = "" if who is None else who.user.name
    return NotPermitted(
        f"There is nothing of the name {name!r} that is for the user {user!r}.",
        fix="Check the name." if who is None else f"Check the name. {_ask(who.admins)}",
        user=user,
        ask=[] if who is None else list(who.admins),
    )


@internal
def scope_now(right: Right) -> Scope:
    """Return how far a right of whoever acts goes; without a book, everywhere."""
    who = acting()
    return Scope(is_all=True) if who is None else scope(who.user, right)


@internal
def may_now(right: Right, *, parties: Iterable[str] | None = None) -> bool:
    """Return whether whoever acts may do an act; without a book everybody may."""
    who = acting()
    return who is None or may(who.user, right, parties=parties)


@internal
def parties_seen() -> frozenset[str] | None:
    """Return the parties whose knowledge whoever acts is held to; None: they see everything.

    Raises:
        NotPermitted: They may see no facts.
    """
    require(Right.READ)
    found = scope_now(Right.READ)
    return None if found.is_all else found.parties


@internal
def permitted_viewpoint(viewpoint: str) -> str:
    """Return the viewpoint that somebody looks from who asked for one; of who sees one party's facts, that party.

    Raises:
        NotPermitted: It is of a party that is not theirs.
    """
    parties = parties_seen()
    if parties is None or viewpoint == PUBLIC:
        return viewpoint
    own = {f"{PARTY_PREFIX}{party}" for party in parties}
    if viewpoint == ALL:
        return next(iter(own)) if len(own) == 1 else ALL
    if viewpoint not in own:
        raise unseen(viewpoint)
    return viewpoint


@internal
def person_acting() -> str | None:
    """Return the person of whoever acts, as a reader of decisions; None: there is no book."""
    who = acting()
    return None if who is None else who.user.person


@internal
def user_name_acting() -> str:
    """Return the name of the user who acts; empty: there is no book."""
    who = acting()
    return "" if who is None else who.user.name


@internal
def check_person(person: str) -> None:
    """Refuse to act in the name of somebody else.

    Raises:
        NotPermitted: The user who acts is not this person.
    """
    who = acting()
    if who is None or person == SYSTEM or (person and person == who.user.person):
        return
    own = f"is {who.user.person!r}" if who.user.person else "is no person of a scenario"
    raise NotPermitted(
        f"The user {who.user.name!r} {own}, and does not act as {person!r}.",
        fix=f"Only the user of a person acts as that person. {_ask(who.admins)}",
        user=who.user.name,
        person=person,
        ask=list(who.admins),
    )


@internal
def check_act(act: Act, *, sides: Collection[str]) -> None:
    """Refuse an act on a proposal that is not for whoever acts.

    Args:
        act: The act.
        sides: The parties that gain or lose by the proposal.

    Raises:
        NotPermitted: It is somebody else's, of no right of theirs, or of sides that are not theirs.
    """
    if acting() is None or act.by == SYSTEM:
        return
    check_person(act.by)
    right = OF_VERB[act.verb]
    if not may_now(right, parties=sides):
        require(right)
        raise unseen(act.proposal)
    if isinstance(act, Vote | Convene) and not may_now(right, parties={act.side}):
        raise unseen(act.side)


@internal
def refuse_if_narrow(problem: UsageError, name: str) -> NotPermitted | UsageError:
    """Return a problem of a name as it may be told: to whoever does not see everything, without names like it."""
    return problem if scope_now(Right.READ).is_all else unseen(name)
