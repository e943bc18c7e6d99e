"""Who may do what in a book, against a table that was written by hand, and the laws that any such table has to keep."""

from __future__ import annotations

import csv
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apportion.govern.acts import VERBS
from apportion.govern.rights import OF_VERB, RIGHTS, Membership, Right, Role, User, may, scope

TABLE = Path(__file__).resolve().parent.parent / "cases" / "rights" / "who-may.csv"
OWN, OTHER = "tesla", "x"
# What an act is about: the membership's party, another, both, or nothing of any party.
ABOUT = {"own": {OWN}, "other": {OTHER}, "both": {OWN, OTHER}, "none": None}


def expected() -> dict[tuple[str, str], str]:
    with TABLE.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {(row["right"], role): cell for row in rows for role, cell in row.items() if role != "right"}


CELLS = expected()
memberships = st.builds(Membership, st.sampled_from(list(Role)), st.sampled_from(["", OWN, OTHER]))
users = st.builds(
    lambda held, *, gone: User(name="u", memberships=frozenset(held), is_withdrawn=gone),
    st.lists(memberships, max_size=4),
    gone=st.booleans(),
)


def test_the_table_speaks_of_every_right_and_role() -> None:
    assert set(CELLS) == {(str(right), str(role)) for right in Right for role in Role}
    assert set(RIGHTS) == set(Right)


@pytest.mark.parametrize(
    ("right", "role", "party", "about"),
    list(itertools.product(Right, Role, ("", OWN), ABOUT)),
)
def test_a_role_may_what_the_table_says_and_nothing_else(
    right: Right, role: Role, party: str, about: str
) -> None:
    cell = CELLS[right, role]
    needs_party, is_whole = role in {Role.BUYER, Role.COMMITTEE}, role is Role.ADMIN
    is_malformed = (needs_party and not party) or (is_whole and party)
    if is_malformed or cell == "-":
        is_allowed = False
    elif cell == "all" or (cell == "named" and not party):
        is_allowed = True
    else:
        is_allowed = about != "other"
    user = User(name="u", memberships=frozenset({Membership(role, party)}))
    assert may(user, right, parties=ABOUT[about]) is is_allowed


@given(users, st.sampled_from(list(Right)))
def test_a_user_without_a_role_or_withdrawn_may_nothing(user: User, right: Right) -> None:
    if user.is_withdrawn or not user.memberships:
        assert not scope(user, right)
        assert not may(user, right)


@given(users, memberships, st.sampled_from(list(Right)), st.sampled_from([{OWN}, {OTHER}, None]))
def test_a_role_more_takes_no_right_away_and_gives_no_more_than_its_own(
    user: User, more: Membership, right: Right, about: set[str] | None
) -> None:
    alone = User(name="v", memberships=frozenset({more}), is_withdrawn=user.is_withdrawn)
    both = User(name="u", memberships=user.memberships | {more}, is_withdrawn=user.is_withdrawn)
    before = may(user, right, parties=about) or may(alone, right, parties=about)
    assert may(both, right, parties=about) is before


@given(st.sampled_from(list(Right)), st.lists(st.sampled_from(["", OWN, OTHER]), max_size=3))
def test_auditors_alone_change_nothing(right: Right, parties: list[str]) -> None:
    changing = {Right.CHANGE, Right.KEEP, Right.PROPOSE, Right.STATE, Right.CONDUCT, Right.DECIDE}
    changing |= {Right.USERS, Right.DATABASE, Right.HOLD, Right.ERASE}
    user = User(name="u", memberships=frozenset(Membership(Role.AUDITOR, one) for one in parties))
    assert not (right in changing and may(user, right))


def test_every_verb_of_a_decision_needs_a_right() -> None:
    assert set(OF_VERB) == set(VERBS)


@given(users)
def test_a_user_reads_back_as_written(user: User) -> None:
    assert User.from_json(user.as_json()) == user
