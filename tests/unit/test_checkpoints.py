"""Checkpoints: what is signed, by whom, and how one that was kept outside stands to a ledger."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from apportion.govern.checkpoints import (
    Checkpoint,
    Countersignature,
    Signed,
    Standing,
    State,
    compare,
    countersign,
    sign,
)
from apportion.govern.events import Plain
from tests.ledgers import BOOK, Ledger, key_of, small_ledger


def standing(outside: Signed, ledger: Ledger) -> Standing:
    check, _ = ledger.kept.check(sizes=(outside.checkpoint.size,))
    return compare(outside, book=check.book, size=check.size, state_at=check.states.get)


def test_what_is_signed_is_the_canonical_json_of_six_parts_after_a_line_of_its_own() -> None:
    stated = small_ledger().kept.checkpoints[0].checkpoint
    assert stated.signed_bytes == (
        b"apportion checkpoint\n"
        b'{"at":"2024-01-05T09:30:00.000000Z","book":"' + BOOK.encode() + b'",'
        b'"head":"' + stated.head.encode() + b'","key":"' + key_of("mara").public.id.encode() + b'",'
        b'"root":"' + stated.root.encode() + b'","size":1}'
    )


def test_a_checkpoint_holds_under_its_own_key_alone() -> None:
    signed = small_ledger().kept.checkpoints[0]
    assert signed.is_signed
    assert not replace(signed, public_key=key_of("noor").public).is_signed
    assert not replace(signed, signature=bytes(64)).is_signed
    assert not replace(signed, signature=b"").is_signed
    for name, value in [
        ("size", 2),
        ("at", "2024-01-05T09:30:00.000001Z"),
        ("book", "cd" * 16),
        ("root", "0" * 64),
    ]:
        changed = Checkpoint.from_json({**signed.checkpoint.as_json(), name: value})
        assert not replace(signed, checkpoint=changed).is_signed


def test_a_checkpoint_is_signed_by_the_key_that_it_names_only() -> None:
    signed = small_ledger().kept.checkpoints[0]
    with pytest.raises(ValueError, match="is to be signed by"):
        sign(signed.checkpoint, key_of("noor"))
    # Signed in full by another, and the id of the first left in it.
    other = key_of("noor")
    forged = Signed(
        checkpoint=signed.checkpoint,
        signature=other.sign(signed.checkpoint.signed_bytes),
        public_key=other.public,
    )
    assert not forged.is_signed


def test_a_signed_checkpoint_reads_back_from_its_json() -> None:
    signed = countersign(small_ledger().kept.checkpoints[3], key_of("auditor"), by="Iris")
    assert Signed.from_json(json.loads(json.dumps(signed.as_json()))) == signed


@pytest.mark.parametrize(
    "change",
    [
        {"more": 1},
        {"signature": "AB" * 64},
        {"signature": "ab"},
        {"public_key": "ab" * 31},
        {"public_key": 1},
        {"public_key": "zz" * 32},
        {"checkpoint": []},
        {"checkpoint": {}},
        {"countersignatures": {}},
        {"countersignatures": [1]},
        {"countersignatures": [{"by": 1, "key": "ab" * 32, "signature": "ab" * 64}]},
    ],
)
def test_json_that_is_no_signed_checkpoint_is_refused(change: dict[str, Plain]) -> None:
    values = {**small_ledger().kept.checkpoints[0].as_json(), **change}
    with pytest.raises(ValueError, match=r"checkpoint|hexadecimal|countersignature"):
        Signed.from_json(values)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", -1),
        ("size", True),
        ("size", "1"),
        ("at", 1),
        ("at", "now"),
        ("book", "x"),
        ("root", "A" * 64),
    ],
)
def test_json_that_is_no_checkpoint_is_refused(name: str, value: Plain) -> None:
    values = {**small_ledger().kept.checkpoints[0].checkpoint.as_json(), name: value}
    with pytest.raises(ValueError, match=r"checkpoint|hexadecimal|isoformat"):
        Checkpoint.from_json(values)


def test_a_countersignature_is_over_the_checkpoint_and_its_signature() -> None:
    first, second = small_ledger().kept.checkpoints[:2]
    signed = countersign(first, key_of("auditor"), by="Iris")
    [one] = signed.countersignatures
    assert signed.is_countersigned(one)
    assert not second.is_countersigned(one)
    assert not first.is_countersigned(replace(one, public_key=key_of("mara").public))
    assert not first.is_countersigned(
        Countersignature(by="x", public_key=one.public_key, signature=bytes(64))
    )
    # The countersignature is no part of what the first signed.
    assert signed.is_signed


def test_who_countersigns_again_is_there_once_and_others_stay() -> None:
    first = small_ledger().kept.checkpoints[0]
    twice = countersign(countersign(first, key_of("auditor"), by="Iris"), key_of("buyer"), by="Tan")
    again = countersign(twice, key_of("auditor"), by="Iris Lee")
    assert [one.by for one in again.countersignatures] == ["Tan", "Iris Lee"]
    assert all(again.is_countersigned(one) for one in again.countersignatures)


def test_nobody_countersigns_what_is_not_signed() -> None:
    first = replace(small_ledger().kept.checkpoints[0], signature=bytes(64))
    with pytest.raises(ValueError, match="not signed"):
        countersign(first, key_of("auditor"), by="Iris")


def test_a_checkpoint_of_every_earlier_size_is_consistent() -> None:
    ledger = small_ledger()
    assert {standing(one, ledger) for one in ledger.kept.checkpoints} == {Standing.CONSISTENT}


def test_a_checkpoint_of_more_entries_than_there_are_shows_a_cut() -> None:
    ledger = small_ledger()
    outside = ledger.kept.checkpoints[-1]
    older = Ledger()
    assert standing(outside, older) is Standing.CUT


def test_a_checkpoint_of_other_entries_shows_a_fork() -> None:
    ledger, other = small_ledger(), small_ledger()
    other.vote("noor", "yes")
    ledger.vote("noor", "no")
    assert standing(other.kept.checkpoints[-1], ledger) is Standing.FORKED
    ledger.vote("noor", "no")
    assert standing(other.kept.checkpoints[-1], ledger) is Standing.FORKED


def test_a_checkpoint_of_another_book_or_without_its_signature_says_nothing_of_this_one() -> None:
    ledger = small_ledger()
    first = ledger.kept.checkpoints[0]
    other = sign(replace(first.checkpoint, book="cd" * 16), key_of("mara"))
    assert standing(other, ledger) is Standing.OTHER_BOOK
    assert standing(replace(first, signature=bytes(64)), ledger) is Standing.BAD_SIGNATURE


def test_the_head_that_is_stated_counts_as_the_root_does() -> None:
    first = small_ledger().kept.checkpoints[0]
    state = State(first.checkpoint.root, "0" * 64)
    assert compare(first, book=BOOK, size=1, state_at=lambda _: state) is Standing.FORKED
