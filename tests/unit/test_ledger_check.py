"""What a check says of a ledger: each kind of fault, at its place, once, and nothing that only follows from it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from apportion.govern.checkpoints import State
from apportion.govern.events import Plain
from apportion.govern.ledger import Draft, chain
from apportion.govern.ledger_check import LedgerCheck
from apportion.govern.ledger_faults import Fault, FaultKind, StoredCheckpoint, StoredEntry
from apportion.govern.merkle import EMPTY, Peaks
from tests import ledger_edits as edits
from tests.ledgers import (
    BOOK,
    Kept,
    Ledger,
    entry_row,
    group_rows,
    key_of,
    salts_from,
    small_ledger,
)

VOTE = Draft(kind="decision", subject="tesla", groups={"facts": 1}, by="mara")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (edits.edit_text, [("entry-edited", 4)]),
        (edits.edit_text_and_digest, [("checkpoint-differs", 4), ("chain-broken", 5)]),
        (edits.edit_the_last, [("entry-edited", 9)]),
        (edits.edit_number, [("entry-moved", 4), ("entry-edited", 4)]),
        (edits.edit_two, [("entry-edited", 4), ("entry-edited", 8)]),
        (edits.edit_all_from_there_on, [("checkpoint-differs", 4)]),
        (edits.edit_digest, [("digest-edited", 4)]),
        (edits.edit_last_digest, [("digest-edited", 9)]),
        (edits.edit_column, [("columns-differ", 4)]),
        (edits.spoil, [("entry-unreadable", 4)]),
        (edits.spell_otherwise, [("entry-unreadable", 4)]),
        (edits.take_out, [("entries-missing", 4)]),
        (edits.take_out_with_groups, [("entries-missing", 4)]),
        (edits.take_out_and_close, [("entry-moved", 5)]),
        (edits.put_in, [("entry-moved", 5), ("checkpoint-by", 5)]),
        (edits.swap, [("entry-moved", 5), ("entry-moved", 6)]),
        (edits.cut_entries, [("entries-missing", 7)]),
        (edits.cut_checkpoints, [("unsigned-tail", 8)]),
        (edits.change_value, [("groups-differ", 4)]),
        (edits.change_leaf, [("group-columns", 4)]),
        (edits.rename_group, [("group-columns", 4)]),
        (edits.take_group, [("groups-differ", 4)]),
        (edits.add_group, [("group-columns", 4), ("groups-differ", 4)]),
        (edits.groups_of_nobody, [("groups-alone", 12)]),
        (edits.groups_before_all, [("groups-alone", 0)]),
        (edits.root_by_the_key_itself, [("checkpoint-differs", 4)]),
        (edits.head_by_the_key_itself, [("checkpoint-differs", 4)]),
        (edits.sign_falsely, [("checkpoint-signature", 4)]),
        (edits.sign_by_a_stranger, [("checkpoint-key", 4)]),
        (edits.sign_by_another_user, [("checkpoint-by", 4)]),
        (edits.sign_by_a_key_that_was_rotated, [("checkpoint-key", 8)]),
        (edits.sign_another_book, [("checkpoint-book", 4), ("unsigned-tail", 5)]),
        (edits.sign_twice, [("checkpoint-order", 4)]),
        (edits.sign_earlier, [("checkpoint-order", 4)]),
        (edits.countersign_falsely, [("countersignature", 4)]),
    ],
)
def test_a_change_is_told_at_its_place_and_what_follows_from_it_is_not(
    change: Callable[[Kept], None], told: list[tuple[str, int]]
) -> None:
    kept = small_ledger().kept
    change(kept)
    assert kept.told() == told


def test_an_empty_book_has_no_fault() -> None:
    check, faults = Kept().check(sizes=(0,))
    assert faults == []
    assert (check.size, check.signed, check.states[0]) == (0, None, State(EMPTY.hex(), "0" * 64))


def test_entries_that_nobody_ever_signed_are_an_unsigned_tail() -> None:
    kept = small_ledger().kept
    kept.checkpoints = []
    assert kept.told() == [("unsigned-tail", 1)]


def test_time_that_runs_backwards_is_told_once() -> None:
    ledger = small_ledger()
    later = ledger.head.at
    for at in ("2024-01-05T09:30:00.000000Z", "2024-01-05T09:31:00.000000Z"):
        ledger.head = replace(ledger.head, at="")
        written, ledger.head = chain(ledger.head, [VOTE], at=at, salts=salts_from(at))
        ledger.kept.entries.extend(entry_row(one) for one in written)
        ledger.kept.groups.extend(row for one in written for row in group_rows(one))
    ledger.head = replace(ledger.head, at=later)
    ledger.seal("mara")
    [fault] = ledger.kept.check()[1]
    assert (fault.kind, fault.seq) == (FaultKind.TIME_BACKWARDS, 10)
    assert fault.values == {"at": "2024-01-05T09:30:00.000000Z", "before": later}


def test_a_key_entry_that_does_not_count_is_told_with_its_reason() -> None:
    ledger = Ledger()
    ledger.add_user("noor")
    ledger.act("mara", ("key-added", {"key": {"user": "noor", "key": key_of("mara").public.hex}}))
    ledger.act("mara", ("key-withdrawn", {"facts": 1}))
    ledger.act("noor", ("key-added", {"key": {"user": "noor", "key": key_of("more").public.hex}}))
    assert [(one.kind, one.seq, one.values) for one in ledger.kept.check()[1]] == [
        (FaultKind.PEOPLE_ENTRY, 4, {"reason": "in-use"}),
        (FaultKind.PEOPLE_ENTRY, 5, {"reason": "shape"}),
        (FaultKind.PEOPLE_ENTRY, 6, {"reason": "no-right"}),
    ]


def test_a_user_who_enters_the_act_of_somebody_else_is_told() -> None:
    ledger = small_ledger()
    ledger.vote("noor", as_person="mara")
    ledger.vote("noor", as_person="apportion")
    ledger.vote("mara", as_person="noor")
    ledger.put([Draft(kind="decision", subject="tesla", groups={"act": {"by": "noor"}}, by="apportion")])
    ledger.seal("mara")
    assert [(one.kind, one.seq, one.values) for one in ledger.kept.check()[1]] == [
        (FaultKind.ACT_BY, 10, {"by": "noor", "person": "mara"}),
        (FaultKind.ACT_BY, 11, {"by": "noor", "person": "apportion"}),
        (FaultKind.ACT_BY, 12, {"by": "mara", "person": "noor"}),
        (FaultKind.ACT_BY, 13, {"by": "apportion", "person": "noor"}),
    ]


def test_acts_that_a_new_scenario_brought_along_are_as_its_files_told_them() -> None:
    ledger = small_ledger()
    told: Mapping[str, Plain] = {"scenario": {"name": "tesla"}, "decisions": {"events": 2, "last": ""}}
    acts: list[dict[str, Plain]] = [{"act": {"by": person}} for person in ("ann", "bea", "cal")]
    ledger.act("mara", ("scenario-added", told), *(("decision", one) for one in acts))
    assert [(one.kind, one.seq, one.values) for one in ledger.kept.check()[1]] == [
        (FaultKind.ACT_BY, 13, {"by": "mara", "person": "cal"})
    ]


def test_nobody_but_an_admin_makes_a_key_for_somebody_to_sign_as_them() -> None:
    ledger = small_ledger()
    forged = key_of("forged")
    told = {"user": "mara", "key": forged.public.hex}
    ledger.act("noor", ("key-added", {"key": dict(told)}))
    ledger.put([VOTE])
    ledger.seal("mara", key=forged)
    assert ledger.kept.told() == [("people-entry", 10), ("checkpoint-key", 11)]


def test_the_text_of_a_group_about_people_that_is_no_json_is_told() -> None:
    kept = small_ledger().kept
    kept.groups[1] = kept.groups[1]._replace(text="no")
    assert ("people-entry", 2) in kept.told()


def test_a_rotation_without_the_signature_of_the_old_key_takes_no_key_over() -> None:
    ledger = Ledger()
    ledger.add_user("noor")
    thief = key_of("thief")
    told = {
        "user": "noor",
        "old": key_of("noor").public.hex,
        "new": thief.public.hex,
        "by_old": "00" * 64,
        "by_new": "00" * 64,
    }
    ledger.put([Draft(kind="key-rotated", subject="", groups={"key": dict(told)}, by="noor")])
    ledger.seal("noor", key=thief)
    assert ledger.kept.told() == [("people-entry", 4), ("checkpoint-key", 4)]


def test_entries_of_two_users_under_one_signature_are_told_at_the_one_who_did_not_sign() -> None:
    ledger = Ledger()
    ledger.add_user("noor")
    ledger.put(
        [Draft(kind="plan", subject="", groups={"facts": 1}, by=by) for by in ("mara", "apportion", "noor")]
    )
    ledger.seal("mara")
    [fault] = ledger.kept.check()[1]
    assert (fault.kind, fault.seq, fault.values) == (
        FaultKind.CHECKPOINT_BY,
        6,
        {"by": "noor", "user": "mara", "size": 6},
    )


@pytest.mark.parametrize(
    "changes",
    [{"size": 8, "peaks": Peaks()}, {"digest": "0" * 64}, {"at": ""}, {"peaks": Peaks(9, (EMPTY, EMPTY))}],
)
def test_an_end_that_the_entries_do_not_make_is_told(changes: dict[str, Any]) -> None:
    ledger = small_ledger()
    check, _ = ledger.kept.check()
    assert list(check.differs_from(ledger.head)) == []
    if "size" in changes:
        changes["peaks"] = Peaks(8, (EMPTY,))
    [fault] = check.differs_from(replace(ledger.head, **changes))
    assert (fault.kind, fault.seq) == (FaultKind.HEAD_DIFFERS, 9)


@pytest.mark.parametrize("text", ["", "[]", "{}", "[" * 100_000])
def test_a_checkpoint_that_cannot_be_read_is_told(text: str) -> None:
    ledger = small_ledger()
    stored = ledger.kept.stored
    stored[2] = StoredCheckpoint(4, text)
    check = LedgerCheck(BOOK)
    faults = list(check.faults(ledger.kept.entries, groups=ledger.kept.groups, checkpoints=stored))
    # Without it, what noor wrote stands under the next signature, which is of mara.
    assert [(one.kind, one.seq) for one in faults] == [
        (FaultKind.CHECKPOINT_UNREADABLE, 4),
        (FaultKind.CHECKPOINT_BY, 4),
    ]


def test_a_checkpoint_in_another_spelling_is_told() -> None:
    ledger = small_ledger()
    stored = ledger.kept.stored
    stored[2] = stored[2]._replace(text=stored[2].text.replace('"size":', '"size": '))
    faults = list(
        LedgerCheck(BOOK).faults(ledger.kept.entries, groups=ledger.kept.groups, checkpoints=stored)
    )
    assert [(one.kind, one.seq) for one in faults] == [(FaultKind.CHECKPOINT_UNREADABLE, 4)]


def test_a_checkpoint_under_another_size_than_its_own_is_told() -> None:
    ledger = small_ledger()
    stored = ledger.kept.stored
    stored[2] = stored[2]._replace(size=3)
    check = LedgerCheck(BOOK)
    faults = list(check.faults(ledger.kept.entries, groups=ledger.kept.groups, checkpoints=stored))
    assert [(one.kind, one.seq) for one in faults] == [(FaultKind.CHECKPOINT_UNREADABLE, 3)]


def test_a_text_that_needs_escapes_is_read_as_any_other() -> None:
    ledger = Ledger()
    said: dict[str, Plain] = {"a\n": 1, 'b "c"': {"x": "\u2028"}}
    ledger.put([Draft(kind="plan", subject='O"Hara \\ 林\n', groups=said, by="mara")])
    ledger.seal("mara")
    assert ledger.kept.told() == []


def test_the_states_that_were_asked_for_are_those_of_the_ledger_then() -> None:
    ledger = small_ledger()
    check, _ = ledger.kept.check(sizes=(1, 4, 6, 9, 99))
    stated = {
        one.checkpoint.size: State(one.checkpoint.root, one.checkpoint.head)
        for one in ledger.kept.checkpoints
    }
    assert {size: check.states.get(size) for size in (1, 6, 9)} == {size: stated[size] for size in (1, 6, 9)}
    assert sorted(check.states) == [0, 1, 4, 6, 9]


def test_after_a_fault_the_last_checkpoint_that_holds_is_named() -> None:
    ledger = small_ledger()
    kept = ledger.kept.copy()
    kept.entries[7] = edits.edited(kept, 8)
    check, _ = kept.check()
    assert check.signed == ledger.kept.checkpoints[4]


def test_faults_come_as_they_are_found() -> None:
    kept = small_ledger().kept
    kept.entries[1] = kept.entries[1]._replace(subject="x")
    seen: list[int] = []

    def rows() -> Iterator[StoredEntry]:
        for one in kept.entries:
            seen.append(one.seq)
            yield one

    check = LedgerCheck(BOOK)
    first = next(iter(check.faults(rows(), groups=kept.groups, checkpoints=kept.stored)))
    assert (first, seen) == (Fault(FaultKind.COLUMNS_DIFFER, 2, first.values), [1, 2])
    assert first.as_json() == {
        "kind": "columns-differ",
        "seq": 2,
        "values": {"column": "subject", "kept": "x", "said": "tesla"},
    }
