"""The users of a book as a fold over its entries: who may change them, and what never comes to be."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.govern.rights import Membership, Right, Role, User, may
from apportion.govern.users import UserEntryError, fold_users, user_value

KEYS = [f"{digit:x}" * 64 for digit in range(1, 9)]
NAMES = ["ada", "ben", "cal"]
Entry = tuple[str, str, Mapping[str, object]]
OPENED: Entry = ("book-opened", "ada", {"key": {"user": "ada", "key": KEYS[0]}})


def told(*entries: Entry) -> dict[str, User]:
    users: Mapping[str, User] = {}
    for kind, by, groups in entries:
        users = fold_users(users, kind=kind, by=by, groups=groups)
    return dict(users)


def user(name: str, *held: Membership, person: str = "", gone: bool = False) -> Mapping[str, object]:
    return {
        "user": user_value(User(name=name, person=person, memberships=frozenset(held), is_withdrawn=gone))
    }


ADMIN, DESK, AUDITOR = Membership(Role.ADMIN), Membership(Role.DESK), Membership(Role.AUDITOR)
BUYER = Membership(Role.BUYER, "tesla")


def test_whoever_opens_a_book_is_its_admin_and_desk() -> None:
    assert told(OPENED)["ada"] == User(name="ada", memberships=frozenset({ADMIN, DESK}), key=KEYS[0])


def test_a_user_is_added_with_a_key_changed_and_withdrawn() -> None:
    added: list[Entry] = [
        OPENED,
        ("user-added", "ada", user("ben", BUYER, person="b")),
        ("key-added", "ada", {"key": {"user": "ben", "key": KEYS[1]}}),
    ]
    assert told(*added)["ben"] == User(name="ben", person="b", memberships=frozenset({BUYER}), key=KEYS[1])
    gone: list[Entry] = [
        ("user-changed", "ada", user("ben", BUYER, person="b", gone=True)),
        ("key-withdrawn", "ada", {"key": {"user": "ben", "key": KEYS[1]}}),
    ]
    after = told(*added, *gone)["ben"]
    assert (after.is_withdrawn, after.key) == (True, "")
    assert not any(may(after, right) for right in Right)


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (("user-added", "ben", user("cal", ADMIN)), "no-right"),
        (("key-added", "ben", {"key": {"user": "ben", "key": KEYS[2]}}), "no-right"),
        (("key-rotated", "ada", {"key": {"user": "ben", "new": KEYS[2]}}), "no-right"),
        (("user-added", "ada", user("ben")), "known"),
        (("user-changed", "ada", user("cal")), "unknown"),
        (("key-added", "ada", {"key": {"user": "cal", "key": KEYS[2]}}), "unknown"),
        (("user-changed", "ada", user("ada", DESK)), "last-admin"),
        (("user-changed", "ada", user("ada", ADMIN, gone=True)), "last-admin"),
        (("user-added", "ada", user("cal", person="b")), "person-taken"),
        (("user-added", "ada", user("cal", Membership(Role.BUYER))), "membership"),
        (("user-added", "ada", user("cal", Membership(Role.ADMIN, "x"))), "membership"),
        (("user-added", "ada", user("cal", AUDITOR, DESK)), "membership"),
        (("user-added", "ada", user("apportion")), "name"),
        (("user-added", "ada", user("a b")), "name"),
        (("user-added", "ada", {}), "shape"),
        (("user-added", "ada", {"user": {"name": "cal", "memberships": [{"role": "king"}]}}), "shape"),
        (("book-opened", "ada", {"key": {"user": "ada", "key": KEYS[2]}}), "not-first"),
    ],
)
def test_an_entry_that_does_not_count_says_why(entry: Entry, reason: str) -> None:
    before = told(OPENED, ("user-added", "ada", user("ben", BUYER, person="b")))
    kind, by, groups = entry
    with pytest.raises(UserEntryError) as refused:
        fold_users(before, kind=kind, by=by, groups=groups)
    assert refused.value.reason == reason


memberships = st.builds(Membership, st.sampled_from(list(Role)), st.sampled_from(["", "tesla", "x"]))
changes = st.tuples(
    st.sampled_from(["user-added", "user-changed"]),
    st.sampled_from(NAMES),
    st.builds(
        lambda name, held, person, *, gone: user(name, *held, person=person, gone=gone),
        st.sampled_from(NAMES),
        st.lists(memberships, max_size=3),
        st.sampled_from(["", "p", "q"]),
        gone=st.booleans(),
    ),
)


@given(st.lists(changes, max_size=12))
def test_whatever_is_tried_an_admin_is_left_and_a_person_is_one_user(entries: list[Entry]) -> None:
    users: Mapping[str, User] = told(OPENED)
    for kind, by, groups in entries:
        could = may(users[by], Right.USERS) if by in users else False
        try:
            users = fold_users(users, kind=kind, by=by, groups=groups)
        except UserEntryError:
            continue
        assert could
    here = [one for one in users.values() if not one.is_withdrawn]
    assert any(one.has(Role.ADMIN) for one in here)
    persons = [one.person for one in here if one.person]
    assert len(persons) == len(set(persons))
    assert not any(one.has(Role.AUDITOR) and one.has(Role.DESK) for one in users.values())
