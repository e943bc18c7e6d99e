"""A Merkle tree over a list that only grows, and the proofs it gives (RFC 6962, section 2.1).

The root stands for the whole list. An inclusion proof shows that one entry is in it without the others, and a
consistency proof that a longer list begins with a shorter one. Leaves and nodes are hashed with a byte of their own
in front, so that no node can be passed off as a leaf.

A list of `leaves` holds leaf hashes, 32 bytes each, as `leaf_hash` gives them; `Peaks` is what of them must be kept
to go on without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

# The root of an empty list (RFC 6962): the hash of nothing.
EMPTY = sha256(b"").digest()


def leaf_hash(content: bytes) -> bytes:
    """Return the hash of one entry as a leaf: SHA-256 of a zero byte and the entry."""
    return sha256(b"\x00" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of a node over two others: SHA-256 of a one byte and both."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Peaks:
    """A list of leaves folded into the roots of its full subtrees: all that is needed to add to it.

    Attributes:
        size: How many leaves there are.
        hashes: The roots of the full subtrees, largest first: one for each bit of ``size`` that is one.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        """Refuse peaks that belong to another size.

        Raises:
            ValueError: There are more or fewer hashes than ``size`` has ones, or a hash is not 32 bytes long.
        """
        if (
            self.size < 0
            or len(self.hashes) != self.size.bit_count()
            or any(len(one) != len(EMPTY) for one in self.hashes)
        ):
            raise ValueError(f"{len(self.hashes)} hashes are no peaks of {self.size} leaves.")

    def add(self, leaf: bytes) -> Peaks:
        """Return the peaks with one more leaf.

        >>> peaks = Peaks().add(leaf_hash(b"a")).add(leaf_hash(b"b"))
        >>> peaks.root() == node_hash(leaf_hash(b"a"), leaf_hash(b"b"))
        True
        """
        hashes = [*self.hashes, leaf]
        # Each one at the end of the old size is a full subtree that the new leaf makes one larger.
        merged = self.size
        while merged & 1:
            right = hashes.pop()
            hashes[-1] = node_hash(hashes[-1], right)
            merged >>= 1
        return Peaks(self.size + 1, tuple(hashes))

    def root(self) -> bytes:
        """Return the root of the whole list."""
        return root_of_peaks(self.hashes)


def root_of_peaks(hashes: Sequence[bytes]) -> bytes:
    """Return the root over full subtrees, largest first."""
    if not hashes:
        return EMPTY
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """Return the root over leaves."""
    hashes: list[bytes] = []
    for size, leaf in enumerate(leaves):
        hashes.append(leaf)
        merged = size
        while merged & 1:
            right = hashes.pop()
            hashes[-1] = node_hash(hashes[-1], right)
            merged >>= 1
    return root_of_peaks(hashes)


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Return the audit path of the leaf at ``index``, counted from 0: what its root is made of besides, lowest first.

    Raises:
        IndexError: There is no such leaf.

    Source:
        RFC 6962, section 2.1.1.
    """
    if not 0 <= index < len(leaves):
        raise IndexError(f"There is no leaf {index} among {len(leaves)}.")
    path = []
    first, last = 0, len(leaves)
    while last - first > 1:
        middle = first + _split(last - first)
        if index < middle:
            path.append(root_of(leaves[middle:last]))
            last = middle
        else:
            path.append(root_of(leaves[first:middle]))
            first = middle
    return tuple(reversed(path))


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Return the proof that all ``leaves`` begin with the first ``old_size`` of them.

    Raises:
        IndexError: ``old_size`` is below 0 or above the number of leaves.

    Source:
        RFC 6962, section 2.1.2; of an empty list, and of the whole, the proof is empty.
    """
    if not 0 <= old_size <= len(leaves):
        raise IndexError(f"There are no first {old_size} leaves of {len(leaves)}.")
    if old_size in {0, len(leaves)}:
        return ()
    return tuple(reversed(list(_consistency(leaves, old_size))))


def _consistency(leaves: Sequence[bytes], old_size: int) -> Iterator[bytes]:
    """Yield the proof, highest node first."""
    first, last = 0, len(leaves)
    # While the old list is one whole subtree seen from the first leaf on, its reader knows the root of it.
    is_known = True
    while old_size != last - first:
        middle = _split(last - first)
        if old_size <= middle:
            yield root_of(leaves[first + middle : last])
            last = first + middle
        else:
            yield root_of(leaves[first : first + middle])
            first, old_size, is_known = first + middle, old_size - middle, False
    if not is_known:
        yield root_of(leaves[first:last])


def check_inclusion(leaf: bytes, index: int, *, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Return whether ``proof`` shows that ``leaf`` is at ``index`` of the list of ``size`` leaves under ``root``.

    Source:
        RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last = index, size - 1
    found = leaf
    for other in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(other, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, other)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def check_consistency(
    old_size: int, old_root: bytes, *, size: int, root: bytes, proof: Sequence[bytes]
) -> bool:
    """Return whether ``proof`` shows that the list under ``root`` begins with the one under ``old_root``.

    Source:
        RFC 9162, section 2.1.4.2.
    """
    if not 0 <= old_size <= size:
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY
    if old_size == size:
        return not proof and old_root == root
    is_whole = old_size & (old_size - 1) == 0
    path = [old_root, *proof] if is_whole else list(proof)
    return bool(path) and _both_roots(old_size, size, path=path) == (old_root, root)


def _both_roots(old_size: int, size: int, *, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """Return the two roots that a path makes; None where it is of another length than the sizes ask for."""
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for other in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(other, old), node_hash(other, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, other)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None


def _split(size: int) -> int:
    """Return the largest power of two below ``size``: how many leaves the left half holds."""
    return 1 << (size - 1).bit_length() - 1
