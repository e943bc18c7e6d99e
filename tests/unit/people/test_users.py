"""Users of a book: added, changed and withdrawn by an admin alone, as entries that the book's users follow from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from apportion.commands.people import (
    add_user,
    change_user,
    list_users,
    memberships_of,
    tell_user,
    withdraw_user,
)
from apportion.commands.plans import plan_scenario
from apportion.commands.session import needed, opened
from apportion.errors import NotPermitted, UsageError
from apportion.files.keys import key_file, load_key, load_or_make_key
from apportion.govern.rights import Membership, Role
from tests.books import MAKER, write_book
from tests.shared_market import OWN, USERS, foreign_in, member, text_of, write_market

BUYER = Membership(Role.BUYER, OWN)


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("APPORTION_KEYS", str(tmp_path / "keys"))
    named = [USERS[name] for name in ("desk", "auditor", "admin")]
    buyer = member("buyer", (Role.BUYER, OWN), person="ava-mercury")
    return write_book(
        tmp_path / "b.db",
        users=[*named, buyer, member("nobody")],
        scenarios=[write_market(tmp_path / "market")],
    )


def entries(book: str) -> list[tuple[str, str, str]]:
    with opened(book, MAKER), needed().book.read() as reading:
        return [(one.kind, one.by, one.subject) for one in reading.entries()]


def test_users_are_what_the_entries_tell_and_each_change_is_one_of_them(book: str) -> None:
    told = [one for one in entries(book) if one[0] not in {"book-opened", "scenario-added"}]
    names = ["desk", "auditor", "admin", "buyer", "nobody"]
    assert told == [(kind, MAKER, name) for name in names for kind in ("user-added", "key-added")]
    with opened(book, "admin"):
        assert [one.name for one in list_users()] == sorted([*names, MAKER])
        assert {one.key for one in list_users()} == {load_key(name).public.hex for name in [*names, MAKER]}


def test_a_change_holds_from_the_next_command_on(book: str) -> None:
    with opened(book, "buyer"):
        plan_scenario("market", out=None, changes={})
        with opened(book, "admin"):
            change_user("buyer", memberships=[])
        with pytest.raises(NotPermitted, match="no role"):
            plan_scenario("market", out=None, changes={})


def test_a_withdrawn_user_does_and_sees_nothing_more(book: str) -> None:
    with opened(book, "buyer"):
        with opened(book, "admin"):
            told = tell_user(withdraw_user("buyer"))
        with pytest.raises(NotPermitted, match="was withdrawn"):
            plan_scenario("market", out=None, changes={})
    assert "what they did stays" in told[0]
    with pytest.raises(NotPermitted, match=r"withdrawn.*admin or maker") as refused, opened(book, "buyer"):
        pass
    assert foreign_in(text_of(refused.value)) == ""
    assert [one[0] for one in entries(book)[-2:]] == ["user-changed", "key-withdrawn"]


def test_a_key_that_is_not_the_users_opens_nothing(book: str, tmp_path: Path) -> None:
    key_file("desk").unlink()
    key_file("nobody").rename(key_file("desk"))
    with pytest.raises(NotPermitted, match="does not count"), opened(book, "desk"):
        pass


def test_a_user_without_a_key_or_of_another_name_is_told_whom_to_ask(book: str) -> None:
    with opened(book, "admin"):
        assert "cannot act" in tell_user(add_user("late", memberships=[BUYER]))[-1]
    for name, told in (("late", "has no key in the book"), ("stranger", "no user 'stranger'")):
        load_or_make_key(name)
        with pytest.raises(NotPermitted, match=f"{told}.*admin or maker") as refused, opened(book, name):
            pass
        assert refused.value.refusal["ask"] == ["admin", MAKER]


@pytest.mark.parametrize("name", ["desk", "buyer", "auditor", "nobody"])
def test_only_an_admin_changes_users(book: str, name: str) -> None:
    before = entries(book)
    with opened(book, name):
        changes: list[Callable[[], object]] = [
            lambda: add_user("x"),
            lambda: change_user("buyer", person="zoe-zephyr"),
            lambda: withdraw_user("buyer"),
        ]
        for change in changes:
            with pytest.raises(NotPermitted, match="role admin"):
                change()
    assert entries(book) == before


def test_the_last_admin_stays(book: str) -> None:
    with opened(book, "admin"):
        withdraw_user(MAKER)
        changes: list[Callable[[], object]] = [
            lambda: withdraw_user("admin"),
            lambda: change_user("admin", memberships=[BUYER]),
        ]
        for change in changes:
            with pytest.raises(UsageError, match="No admin would be left"):
                change()


def test_an_admin_does_not_end_the_key_they_sign_with(book: str) -> None:
    with opened(book, "admin"), pytest.raises(UsageError, match="key rotate"):
        withdraw_user("admin")


def test_a_key_is_of_one_user_for_ever(book: str) -> None:
    with opened(book, "admin"):
        used = load_key("buyer").public.hex
        with pytest.raises(UsageError, match="is or was a key"):
            add_user("other", key=used)
        withdraw_user("buyer")
        with pytest.raises(UsageError, match="is or was a key"):
            add_user("other", key=used)
        with pytest.raises(UsageError, match="hexadecimal"):
            add_user("other", key="12")


def test_roles_are_read_with_their_party() -> None:
    told = memberships_of(["buyer", "committee:x", "admin"], party=OWN)
    assert told == (BUYER, Membership(Role.COMMITTEE, "x"), Membership(Role.ADMIN))
    with pytest.raises(UsageError, match="Did you mean 'buyer'"):
        memberships_of(["bayer"])


def test_what_is_told_of_a_key_is_where_it_lies(book: str) -> None:
    with opened(book, "admin"):
        done = add_user("late", memberships=[BUYER], is_key_made=True)
    seed = load_key("late").seed
    told = text_of([done, tell_user(done), done.as_json(), repr(done)])
    assert str(key_file("late")) in told
    assert seed.hex() not in told
