"""Laws of the check of a ledger: whatever is done to one is found, but for what only an outside holder can see."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from apportion.govern.checkpoints import Standing, compare
from apportion.govern.ledger_faults import FaultKind
from tests.laws import ledger_changes as changes
from tests.ledgers import BOOK, Kept, Ledger, small_ledger


def standings(kept: Kept, *, of: Kept) -> set[Standing]:
    """Return how every checkpoint of a ledger stands to what is kept now."""
    check, _ = kept.check(sizes=tuple(one.checkpoint.size for one in of.checkpoints))
    return {compare(one, book=BOOK, size=check.size, state_at=check.states.get) for one in of.checkpoints}


@given(changes.ledgers())
def test_what_was_written_has_no_fault(ledger: Ledger) -> None:
    check, faults = ledger.kept.check()
    assert faults == []
    assert (check.size, check.state.head) == (ledger.head.size, ledger.head.digest)
    assert check.state.root == ledger.head.peaks.root().hex()
    assert check.signed == ledger.kept.checkpoints[-1]
    assert list(check.differs_from(ledger.head)) == []


@pytest.mark.parametrize("change", changes.ALL, ids=[one.__name__ for one in changes.ALL])
@settings(max_examples=150)
@given(changes.ledgers(), st.data())
def test_g21_whatever_is_changed_without_a_key_is_found(
    change: changes.Change, ledger: Ledger, drawn: st.DataObject
) -> None:
    kept = ledger.kept.copy()
    change(kept, drawn.draw)
    assume(kept != ledger.kept)
    _, faults = kept.check()
    assert bool(faults) != changes.is_cut_to_a_checkpoint(kept, of=ledger.kept)


@given(changes.ledgers(), st.data())
def test_g22_a_cut_back_to_a_checkpoint_shows_against_one_held_outside_alone(
    ledger: Ledger, drawn: st.DataObject
) -> None:
    whole = ledger.kept
    last = drawn.draw(st.sampled_from(whole.checkpoints[:-1])).checkpoint.size
    kept = Kept(
        whole.entries[:last],
        [one for one in whole.groups if one.seq <= last],
        [one for one in whole.checkpoints if one.checkpoint.size <= last],
    )
    assert kept.check()[1] == []
    check, _ = kept.check(sizes=tuple(range(20)))
    for one in whole.checkpoints:
        expected = Standing.CUT if one.checkpoint.size > last else Standing.CONSISTENT
        assert compare(one, book=BOOK, size=check.size, state_at=check.states.get) is expected


@given(changes.ledgers())
def test_g22_a_ledger_made_anew_under_other_keys_shows_against_a_checkpoint_held_outside_alone(
    ledger: Ledger,
) -> None:
    anew = Ledger(keys="others ")
    anew.add_user("noor")
    for _ in range(ledger.head.size):
        anew.vote("noor")
    assert anew.kept.check()[1] == []
    assert standings(anew.kept, of=ledger.kept) == {Standing.FORKED}


@given(changes.ledgers(), st.data())
def test_g21_a_fork_by_a_holder_of_the_keys_shows_against_a_checkpoint_of_the_other_branch(
    ledger: Ledger, drawn: st.DataObject
) -> None:
    at = drawn.draw(st.integers(0, 2))
    one, other = small_ledger(), small_ledger()
    for branch, choice in ((one, "yes"), (other, "no")):
        for _ in range(at + 1):
            branch.vote("noor", choice)
        assert branch.kept.check()[1] == []
    assert standings(one.kept, of=other.kept) == {Standing.CONSISTENT, Standing.FORKED}


@given(changes.ledgers(), st.data())
def test_a_checkpoint_taken_out_between_two_takes_no_entry_and_is_found_unless_of_the_same_user(
    ledger: Ledger, drawn: st.DataObject
) -> None:
    kept = ledger.kept.copy()
    assume(len(kept.checkpoints) > 1)
    at = drawn.draw(st.integers(0, len(kept.checkpoints) - 2))
    gone, after = kept.checkpoints.pop(at), kept.checkpoints[at]
    owners = {name: key.public.id for name, key in ledger.keys.items()}
    _, faults = kept.check()
    # A key that was given counts from the next checkpoint of another key on, which may be the one that is gone.
    assert {one.kind for one in faults} <= {FaultKind.CHECKPOINT_BY, FaultKind.CHECKPOINT_KEY}
    if not faults:
        # Either one user signed both, or only apportion wrote under the one that is gone.
        users = {user for user, key in owners.items() if key in {gone.checkpoint.key, after.checkpoint.key}}
        assert len(users) <= 1 or gone.checkpoint.key == after.checkpoint.key


@given(changes.ledgers(), st.data())
def test_a_group_that_is_withheld_leaves_all_else_checked(ledger: Ledger, drawn: st.DataObject) -> None:
    kept = ledger.kept.copy()
    places = [place for place, row in enumerate(kept.groups) if row.name not in {"key", "user"}]
    assume(places)
    at = drawn.draw(st.sampled_from(places))
    kept.groups[at] = kept.groups[at]._replace(salt=None, text=None)
    check, faults = kept.check()
    assert faults == []
    assert check.signed == ledger.kept.checkpoints[-1]
    assert standings(kept, of=ledger.kept) == {Standing.CONSISTENT}


@given(changes.ledgers(), st.data())
def test_an_edit_is_told_at_its_entry_once(ledger: Ledger, drawn: st.DataObject) -> None:
    kept = ledger.kept.copy()
    at = drawn.draw(
        st.sampled_from([place for place, row in enumerate(kept.entries) if row.kind == "decision"] or [0])
    )
    assume(kept.entries[at].kind == "decision")
    kept.entries[at] = kept.entries[at]._replace(
        text=kept.entries[at].text.replace("tesla", "texas"), subject="texas"
    )
    assert kept.told() == [("entry-edited", at + 1)]


@given(changes.ledgers(), st.data())
def test_entries_taken_out_are_told_once_with_how_many(ledger: Ledger, drawn: st.DataObject) -> None:
    kept = ledger.kept.copy()
    votes = [row.seq for row in kept.entries if row.kind == "decision"]
    assume(votes and votes[0] < len(kept.entries))
    gone = drawn.draw(st.sampled_from(votes))
    assume(gone < len(kept.entries))
    kept.entries = [row for row in kept.entries if row.seq != gone]
    kept.groups = [row for row in kept.groups if row.seq != gone or drawn.draw(st.booleans())]
    [fault] = kept.check()[1]
    assert (fault.kind, fault.seq) == (FaultKind.ENTRIES_MISSING, gone)
    assert fault.values == {"first": gone, "last": gone}
