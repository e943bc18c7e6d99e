"""Entries and groups of a ledger: how they are spelled, hashed, chained, withheld."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from apportion.errors import UsageError
from apportion.govern.ledger import (
    KINDS,
    LISTING,
    START,
    Draft,
    Entry,
    Group,
    Head,
    Hidden,
    TimeBackwardsError,
    chain,
    content_root,
    shows_all_names,
)
from apportion.govern.merkle import node_hash, root_of
from tests.ledgers import salts_from, small_ledger

AT = "2024-01-05T09:30:00.000000Z"
SALT = bytes(range(16))


def draft(**groups: str) -> Draft:
    return Draft(kind="decision", subject="tesla", groups=groups or {"facts": "x"}, by="mara")


def test_an_entry_is_one_line_of_canonical_json_and_its_digest_is_of_that() -> None:
    [written], head = chain(Head(), [draft()], at=AT, salts=lambda: SALT)
    leaf = sha256(b"\x00" + SALT + b'{"group":"facts","value":"x"}').hexdigest()
    line = (
        f'{{"at":"{AT}","before":"{START}","by":"mara","content":"{leaf}",'
        '"kind":"decision","seq":1,"subject":"tesla"}'
    )
    assert written.entry.canonical.decode() == line
    assert written.entry.digest == head.digest == sha256(line.encode()).hexdigest()
    assert written.entry.leaf == head.peaks.root() == sha256(b"\x00" + line.encode()).digest()
    assert Entry.from_json(json.loads(line)) == written.entry


def test_each_entry_is_chained_to_the_one_before_over_several_acts() -> None:
    entries = [one.entry for one in small_ledger().written]
    assert [one.seq for one in entries] == list(range(1, 10))
    assert [one.before for one in entries] == [START, *(one.digest for one in entries[:-1])]


def test_the_tree_of_a_head_is_the_tree_over_the_leaves_of_all_entries() -> None:
    ledger = small_ledger()
    assert ledger.head.peaks.root() == root_of([one.entry.leaf for one in ledger.written])
    assert (ledger.head.size, ledger.head.digest) == (9, ledger.written[-1].entry.digest)


def test_an_entry_never_goes_back_in_time() -> None:
    _, head = chain(Head(), [draft()], at=AT, salts=lambda: SALT)
    chain(head, [draft()], at=AT, salts=lambda: SALT)
    with pytest.raises(
        TimeBackwardsError, match=r"2024-01-05T09:30:00\.000000Z, later than 2024-01-05T09:29"
    ):
        chain(head, [draft()], at=AT.replace("30:00", "29:59"), salts=lambda: SALT)


def test_groups_are_hashed_in_the_order_of_their_names_and_listed() -> None:
    [written], _ = chain(Head(), [draft(b="2", a="1")], at=AT, salts=salts_from("s"))
    assert [(one.name, one.value) for one in written.groups] == [
        ("a", "1"),
        ("b", "2"),
        (LISTING, ["a", "b"]),
    ]
    leaves = [one.leaf for one in written.groups]
    assert written.entry.content == node_hash(node_hash(leaves[0], leaves[1]), leaves[2]).hex()
    assert len({one.salt for one in written.groups}) == 3


def test_a_withheld_group_leaves_the_root_as_it_was() -> None:
    [written], _ = chain(Head(), [draft(a="1", b="2", c="3")], at=AT, salts=salts_from("s"))
    for name in ("a", "b", "c", LISTING):
        view = [Hidden(one.name, one.leaf) if one.name == name else one for one in written.groups]
        assert content_root(view).hex() == written.entry.content
        assert shows_all_names(view) == (name != LISTING)


def test_two_withheld_groups_cannot_be_shown_as_one() -> None:
    # Of a tree alone nobody can say how many leaves it has: here the root is the same, and a group is gone.
    [written], _ = chain(Head(), [draft(a="1", b="2", c="3")], at=AT, salts=salts_from("s"))
    a, b, c, listing = written.groups
    view = [Hidden("a", node_hash(a.leaf, b.leaf)), Hidden("c", node_hash(c.leaf, listing.leaf))]
    assert content_root(view).hex() == written.entry.content
    assert not shows_all_names(view)
    assert not shows_all_names([Hidden("c", bytes.fromhex(written.entry.content))])


def test_a_group_alone_is_shown_to_be_all_where_it_is_shown() -> None:
    [written], _ = chain(Head(), [draft(a="1")], at=AT, salts=salts_from("s"))
    [only] = written.groups
    assert shows_all_names([only])
    assert not shows_all_names([Hidden(only.name, only.leaf)])


def test_a_listing_that_lacks_a_group_shows_nothing() -> None:
    group = Group("a", 1, SALT)
    assert shows_all_names([group, Group(LISTING, ["a"], SALT)])
    assert not shows_all_names([group, Group(LISTING, ["a", "b"], SALT)])
    assert not shows_all_names([group, Group(LISTING, [], SALT)])


def test_a_group_reads_back_from_its_text() -> None:
    group = Group('a "b"', {"x": [1, None]}, SALT)
    assert Group.from_text(group.text, SALT) == group


@pytest.mark.parametrize(
    "text", ["[]", '{"group":"a"}', '{"group":1,"value":2}', "x", '{"group":"a","value":1,"b":2}']
)
def test_a_text_that_is_no_group_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"no group|Expecting"):
        Group.from_text(text, SALT)


def test_two_groups_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="one name"):
        content_root([Group("a", 1, SALT), Hidden("a", SALT * 2)])


def test_a_salt_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="15 bytes"):
        Group("a", 1, SALT[:15])


@pytest.mark.parametrize(
    "wrong",
    [
        Draft(kind="party", subject="", groups={"a": 1}),
        Draft(kind="plan", subject="", groups={}),
        Draft(kind="plan", subject="", groups={LISTING: 1}),
    ],
)
def test_a_draft_that_says_nothing_known_is_refused(wrong: Draft) -> None:
    with pytest.raises(ValueError, match=r"no kind of entry|has groups"):
        chain(Head(), [wrong], at=AT, salts=lambda: SALT)


def test_a_draft_with_half_of_a_character_is_told_to_its_user() -> None:
    for one in (draft(a="\ud800"), Draft(kind="plan", subject="\udcff", groups={"a": 1})):
        with pytest.raises(UsageError, match="half of a character"):
            chain(Head(), [one], at=AT, salts=lambda: SALT)


@pytest.mark.parametrize(
    "changes",
    [
        {"seq": 0},
        {"seq": True},
        {"seq": "1"},
        {"at": "2024-01-05"},
        {"by": 1},
        {"content": "x"},
        {"before": "0" * 63},
        {"more": 1},
    ],
)
def test_values_that_are_no_entry_are_refused(changes: dict[str, object]) -> None:
    entry = small_ledger().written[0].entry
    with pytest.raises(ValueError, match=r"entry|zone"):
        Entry.from_json({**entry.as_json(), **changes})


def test_the_kinds_are_each_there_once() -> None:
    assert len(set(KINDS)) == len(KINDS)
