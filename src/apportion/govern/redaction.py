"""Documents of which parts can be withheld, and shown to be withheld: groups → padded Merkle tree → view.

    groups (path, value) → salted leaves → keyed order among padding → RFC 6962 root → what one reader sees

The root is the same whatever is shown. What is hidden stands as the hash of a whole subtree, in which a group and
padding look alike: neither how many groups are hidden nor what they are called can be told, only that the document
has at most `Tree.size` of them. Source: ``docs/concepts/decision-pack.md``.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from apportion.digest import canonical_bytes

SALT_BYTES = 16
# The sizes that a tree can have: so far apart that a size says next to nothing of how many groups there are.
_LEAST_SIZE = 256
_STEP = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """A document as groups of fields, each behind a leaf of its own.

    Attributes:
        name: The document.
        groups: The value of each group by its path, plain values.
        seed: What salts, order and padding are drawn from; whoever has it can open everything.
    """

    name: str
    groups: Mapping[str, object]
    seed: bytes

    @property
    def size(self) -> int:
        """Return how many leaves there are, groups and padding."""
        size = _LEAST_SIZE
        while size < len(self.groups):
            size *= _STEP
        return size


@dataclass(frozen=True)
class Planted:
    """A tree with its leaves in place.

    Attributes:
        tree: The tree.
    """

    tree: Tree

    @cached_property
    def padding_key(self) -> bytes:
        """Return what the padding is drawn from: shown only where nothing is hidden."""
        return _drawn(self.tree.seed, "padding", self.tree.name)

    @cached_property
    def slots(self) -> tuple[str | None, ...]:
        """Return the path of the group in each place, None for padding."""
        pads = self.tree.size - len(self.tree.groups)
        tagged: list[tuple[bytes, str | None]] = [
            (_drawn(self.tree.seed, "order", self.tree.name, path), path) for path in self.tree.groups
        ]
        tagged.extend((tag, None) for tag in _pad_tags(self.padding_key, pads))
        return tuple(path for _, path in sorted(tagged, key=lambda one: one[0]))

    @cached_property
    def rows(self) -> tuple[tuple[bytes, ...], ...]:
        """Return the hashes of the tree, row by row, the leaves first and the root last."""
        pads = iter(sorted(_pad_tags(self.padding_key, self.tree.size - len(self.tree.groups))))
        row = tuple(
            hashlib.sha256(b"\0" + next(pads)).digest() if path is None else self._leaf(path)
            for path in self.slots
        )
        rows = [row]
        while len(row) > 1:
            row = tuple(
                hashlib.sha256(b"\1" + row[at] + row[at + 1]).digest() for at in range(0, len(row), 2)
            )
            rows.append(row)
        return tuple(rows)

    @property
    def root(self) -> str:
        """Return the root, in hexadecimal."""
        return self.rows[-1][0].hex()

    def salt(self, path: str) -> bytes:
        """Return the salt of a group."""
        return _drawn(self.tree.seed, "salt", self.tree.name, path)[:SALT_BYTES]

    def _leaf(self, path: str) -> bytes:
        said = canonical_bytes({"group": path, "value": self.tree.groups[path]})
        return hashlib.sha256(b"\0" + self.salt(path) + said).digest()

    def opened(self) -> dict[str, object]:
        """Return the document with everything shown, and shown to be everything: all else is padding."""
        return self._told(list(self._shown(lambda _: True)), hidden=[], padding=self.padding_key.hex())

    def seen(self, is_shown: Callable[[str], bool]) -> dict[str, object]:
        """Return the document as a reader sees it who may see some groups.

        Args:
            is_shown: Whether a group may be seen, by its path.
        """
        shown = list(self._shown(is_shown))
        hidden = list(self._hidden(frozenset(int(str(one["at"])) for one in shown)))
        return self._told(shown, hidden=hidden, padding=None)

    def _told(
        self, shown: list[dict[str, object]], *, hidden: list[list[object]], padding: str | None
    ) -> dict[str, object]:
        return {
            "document": self.tree.name,
            "size": self.tree.size,
            "shown": shown,
            "hidden": hidden,
            "padding": padding,
        }

    def _shown(self, is_shown: Callable[[str], bool]) -> Iterator[dict[str, object]]:
        for at, path in enumerate(self.slots):
            if path is not None and is_shown(path):
                value = self.tree.groups[path]
                yield {"at": at, "group": path, "salt": self.salt(path).hex(), "value": value}

    def _hidden(self, shown: frozenset[int]) -> Iterator[list[object]]:
        """Yield the largest subtrees with nothing shown, left to right: first place, number of places, hash."""
        taken = [set(shown)]
        for _ in self.rows[1:]:
            taken.append({at // 2 for at in taken[-1]})
        height = len(self.rows) - 1
        yield from self._under(height, 0, taken=taken)

    def _under(self, height: int, at: int, *, taken: list[set[int]]) -> Iterator[list[object]]:
        if at not in taken[height]:
            yield [at << height, 1 << height, self.rows[height][at].hex()]
        elif height:
            yield from self._under(height - 1, 2 * at, taken=taken)
            yield from self._under(height - 1, 2 * at + 1, taken=taken)


def plant(name: str, groups: Mapping[str, object], *, seed: bytes) -> Planted:
    """Return a document's tree.

    Args:
        name: The document.
        groups: The value of each group by its path.
        seed: At least 16 bytes that nobody can guess.

    >>> tree = plant("d", {"a": 1, "b": "secret"}, seed=bytes(16))
    >>> seen = tree.seen(lambda path: path == "a")
    >>> [one["value"] for one in seen["shown"]], "secret" in str(seen)
    ([1], False)
    """
    return Planted(Tree(name=name, groups=groups, seed=seed))


def opaque(seed: bytes, *names: str) -> str:
    """Return a name that tells nothing: the same for the same names and seed, 16 hexadecimal digits."""
    return _drawn(seed, "name", *names)[:8].hex()


def _drawn(seed: bytes, *names: str) -> bytes:
    return hmac.digest(seed, canonical_bytes(list(names)), "sha256")


def _pad_tags(key: bytes, count: int) -> Iterable[bytes]:
    return (hmac.digest(key, at.to_bytes(8, "big"), "sha256") for at in range(count))
