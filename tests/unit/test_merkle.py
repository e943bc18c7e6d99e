"""The Merkle tree of a ledger against values known from elsewhere; its laws stand in tests/laws."""

from __future__ import annotations

from hashlib import sha256

import pytest

from apportion.govern.merkle import (
    EMPTY,
    Peaks,
    check_consistency,
    check_inclusion,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_of,
)

# The inputs, roots and proofs of the reference implementation of Certificate Transparency.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes.fromhex(one)) for one in INPUTS]
INCLUSION = {  # (index, size): path
    (0, 1): [],
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {  # (old size, size): proof
    (1, 1): [],
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert EMPTY.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert root_of([]) == Peaks().root() == EMPTY


def test_a_leaf_and_a_node_are_hashed_with_a_byte_of_their_own() -> None:
    assert leaf_hash(b"x") == sha256(b"\x00x").digest()
    assert node_hash(LEAVES[0], LEAVES[1]) == sha256(b"\x01" + LEAVES[0] + LEAVES[1]).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_of_the_reference(size: int) -> None:
    peaks = Peaks()
    for leaf in LEAVES[:size]:
        peaks = peaks.add(leaf)
    assert peaks.root().hex() == root_of(LEAVES[:size]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize(("place", "path"), INCLUSION.items())
def test_the_inclusion_proofs_are_those_of_the_reference(place: tuple[int, int], path: list[str]) -> None:
    index, size = place
    proof = inclusion_proof(LEAVES[:size], index)
    assert [one.hex() for one in proof] == path
    root = bytes.fromhex(ROOTS[size - 1])
    assert check_inclusion(LEAVES[index], index, size=size, proof=proof, root=root)


@pytest.mark.parametrize(("sizes", "path"), CONSISTENCY.items())
def test_the_consistency_proofs_are_those_of_the_reference(sizes: tuple[int, int], path: list[str]) -> None:
    old, size = sizes
    proof = consistency_proof(LEAVES[:size], old)
    assert [one.hex() for one in proof] == path
    roots = [bytes.fromhex(ROOTS[one - 1]) for one in sizes]
    assert check_consistency(old, roots[0], size=size, root=roots[1], proof=proof)


@pytest.mark.parametrize("index", [-1, 8])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int) -> None:
    with pytest.raises(IndexError):
        inclusion_proof(LEAVES, index)
    assert not check_inclusion(
        LEAVES[0], index, size=8, proof=inclusion_proof(LEAVES, 0), root=root_of(LEAVES)
    )


@pytest.mark.parametrize("old", [-1, 9])
def test_there_is_no_proof_of_more_than_there_was(old: int) -> None:
    with pytest.raises(IndexError):
        consistency_proof(LEAVES, old)
    assert not check_consistency(old, EMPTY, size=8, root=root_of(LEAVES), proof=())


def test_every_tree_begins_with_the_empty_one_and_no_other_does() -> None:
    root = root_of(LEAVES)
    assert check_consistency(0, EMPTY, size=8, root=root, proof=consistency_proof(LEAVES, 0))
    assert not check_consistency(0, root, size=8, root=root, proof=())
    assert not check_consistency(0, EMPTY, size=8, root=root, proof=(root,))


@pytest.mark.parametrize(("size", "hashes"), [(1, ()), (2, (EMPTY, EMPTY)), (-1, ()), (1, (b"short",))])
def test_peaks_of_another_size_are_refused(size: int, hashes: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match="no peaks"):
        Peaks(size, hashes)
