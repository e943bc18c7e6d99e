"""Laws of the tree of a ledger: its proofs are those of an oracle written apart, and hold for nothing else."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from apportion.govern.merkle import (
    Peaks,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root_of,
)
from tests.laws import tree_oracle as oracle

# Short contents, so that two entries are often alike.
ENTRIES = st.lists(st.binary(max_size=2), min_size=1, max_size=40)


def hashed(entries: list[bytes]) -> list[bytes]:
    return [leaf_hash(one) for one in entries]


def changed(proof: list[bytes], drawn: st.DataObject, *, pool: list[bytes]) -> tuple[bytes, ...]:
    """Return a proof with something taken out, put in, exchanged or changed."""
    other = list(proof)
    for _ in range(drawn.draw(st.integers(1, 2))):
        at = drawn.draw(st.integers(0, len(other)))
        act = drawn.draw(st.sampled_from(("put", "take", "exchange", "turn")))
        if act == "put":
            other.insert(at, drawn.draw(st.sampled_from(pool)))
        elif act == "take" and at < len(other):
            del other[at]
        elif act == "exchange" and at < len(other):
            other[at] = drawn.draw(st.sampled_from(pool))
        elif act == "turn":
            other.reverse()
    return tuple(other)


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_the_root_is_that_of_the_oracle_however_it_is_made(entries: list[bytes]) -> None:
    peaks = Peaks()
    for leaf in hashed(entries):
        peaks = peaks.add(leaf)
    assert root_of(hashed(entries)) == peaks.root() == oracle.head(entries)


@given(ENTRIES, st.data())
def test_the_inclusion_proof_is_that_of_the_oracle_and_holds(
    entries: list[bytes], drawn: st.DataObject
) -> None:
    index = drawn.draw(st.integers(0, len(entries) - 1))
    leaves = hashed(entries)
    proof = inclusion_proof(leaves, index)
    assert list(proof) == oracle.path(index, entries)
    assert check_inclusion(leaves[index], index, size=len(entries), proof=proof, root=root_of(leaves))


@given(ENTRIES, st.data())
def test_the_consistency_proof_is_that_of_the_oracle_and_holds(
    entries: list[bytes], drawn: st.DataObject
) -> None:
    old = drawn.draw(st.integers(1, len(entries)))
    leaves = hashed(entries)
    proof = consistency_proof(leaves, old)
    assert list(proof) == oracle.proof(old, entries)
    assert check_consistency(old, root_of(leaves[:old]), size=len(leaves), root=root_of(leaves), proof=proof)


@settings(max_examples=300)
@given(ENTRIES, st.data())
def test_no_other_inclusion_proof_holds(entries: list[bytes], drawn: st.DataObject) -> None:
    index = drawn.draw(st.integers(0, len(entries) - 1))
    leaves = hashed(entries)
    right = oracle.path(index, entries)
    proof = changed(right, drawn, pool=[*leaves, *right, root_of(leaves), bytes(32)])
    holds = check_inclusion(leaves[index], index, size=len(entries), proof=proof, root=root_of(leaves))
    assert holds == (list(proof) == right)


@settings(max_examples=300)
@given(ENTRIES, st.data())
def test_no_other_place_or_size_or_leaf_holds_under_a_proof(
    entries: list[bytes], drawn: st.DataObject
) -> None:
    index = drawn.draw(st.integers(0, len(entries) - 1))
    leaves = hashed(entries)
    proof = inclusion_proof(leaves, index)
    place, size = drawn.draw(st.integers(0, 45)), drawn.draw(st.integers(0, 45))
    leaf = drawn.draw(st.sampled_from(leaves))
    if check_inclusion(leaf, place, size=size, proof=proof, root=root_of(leaves)):
        # A path says from which sides its hashes come, so another size can have the same one; the leaf cannot differ.
        assert leaf == leaves[index]
        if size == len(entries):
            assert place == index or entries[place] == entries[index]


@settings(max_examples=300)
@given(ENTRIES, st.data())
def test_no_other_consistency_proof_holds(entries: list[bytes], drawn: st.DataObject) -> None:
    old = drawn.draw(st.integers(1, len(entries)))
    leaves = hashed(entries)
    right = oracle.proof(old, entries)
    proof = changed(right, drawn, pool=[*leaves, *right, root_of(leaves), root_of(leaves[:old])])
    roots = root_of(leaves[:old]), root_of(leaves)
    holds = check_consistency(old, roots[0], size=len(entries), root=roots[1], proof=proof)
    assert holds == (list(proof) == right)


@given(ENTRIES, st.data())
def test_a_list_that_does_not_begin_with_the_old_one_is_not_consistent(
    entries: list[bytes], drawn: st.DataObject
) -> None:
    old = drawn.draw(st.integers(1, len(entries)))
    other = list(entries)
    at = drawn.draw(st.integers(0, old - 1))
    other[at] += b"x"
    old_root, root = oracle.head(entries[:old]), oracle.head(other)
    for proof in (oracle.proof(old, entries), oracle.proof(old, other)):
        assert not check_consistency(old, old_root, size=len(other), root=root, proof=proof)
