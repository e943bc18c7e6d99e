"""Whether a ledger is as it was written: one pass over what a book keeps, which names every fault and goes on.

The stages of one entry: its text against the digest beside it; its number; the entry before it; its groups; then the
checkpoint that ends there. What follows from a fault is no fault of its own: an entry that was taken out breaks the
chain once, and every later root, and is told once.

Millions of entries pass through, so an entry is a row and a few hashes here, and never an object.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import TypeAlias

from apportion.govern.checkpoints import Signed, State
from apportion.govern.events import SYSTEM
from apportion.govern.keys import KEY_GROUP, KEY_KINDS, KeyEntryError, KeyRing
from apportion.govern.ledger import START, Entry
from apportion.govern.ledger_faults import Fault, FaultKind, StoredEntry, StoredGroup, StoredKey
from apportion.govern.merkle import EMPTY, root_of, root_of_peaks

# An entry in its one spelling, where no text in it needs an escape; the others are read as JSON.
_PLAIN_TEXT = r'([^"\\\x00-\x1f]*)'
_ENTRY = re.compile(
    r'\{"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z)","before":"([0-9a-f]{64})","by":"' + _PLAIN_TEXT + r'"'
    r',"content":"([0-9a-f]{64})","kind":"'
    + _PLAIN_TEXT
    + r'","seq":([1-9][0-9]*),"subject":"'
    + _PLAIN_TEXT
    + r'"\}'
)
_PARTS = ("at", "before", "by", "content", "kind", "seq", "subject")
_NO_GROUP = StoredGroup(1 << 62, "", b"", None, None)

# at, before, by, content, kind, seq, subject: in the order of the canonical text.
_Read: TypeAlias = Sequence[str]


class LedgerCheck:
    """One check of one ledger, and what it found out beside faults.

    Attributes:
        book: The book's id.
        size: How many entries there are.
        last_seq: The number of the last.
        checkpoints: How many checkpoints there are.
        signed: The last checkpoint whose signature, root and head hold; None where none does.
        ring: The keys, as the entries tell them.
        states: What the ledger was at each size that was asked for.
    """

    def __init__(self, book: str, *, sizes: Iterable[int] = ()) -> None:
        """Begin with nothing read.

        Args:
            book: The book's id.
            sizes: At which sizes the state of the ledger is wanted, e.g. those of checkpoints kept outside.
        """
        self.book = book
        self.size = 0
        self.last_seq = 0
        self.checkpoints = 0
        self.signed: Signed | None = None
        self.ring = KeyRing(book)
        self.states: dict[int, State] = {0: State(EMPTY.hex(), START)}
        self._sizes = frozenset(sizes)
        self._found: list[Fault] = []
        self._peaks: list[bytes] = []
        self._head = START
        self._at = ""
        # From where on the entries are known to be others than those that were signed; 0 while they are not.
        self._broken = 0
        self._is_head_known = True
        # How far the entry before stands from its own number, and whether the next may be chained to another one.
        self._shift = 0
        self._is_loose = False
        # The entry before, where its text does not make its digest: the next entry tells which of them was changed.
        self._doubt: tuple[str, str] | None = None
        self._missing = range(0)
        # Who wrote since the last checkpoint, and their first entry in it.
        self._authors: dict[str, int] = {}
        self._checkpoint = (-1, "")
        self._told: set[tuple[FaultKind, str]] = set()

    def faults(
        self,
        entries: Iterable[StoredEntry],
        *,
        groups: Iterable[StoredGroup],
        checkpoints: Iterable[Signed],
    ) -> Iterator[Fault]:
        """Yield every fault, by entry; the attributes are those of the whole ledger once it has ended.

        Args:
            entries: In order of their numbers.
            groups: In order of their entries.
            checkpoints: In order of their sizes.
        """
        found = self._found
        signed = iter(checkpoints)
        held = iter(groups)
        after: Signed | None = next(signed, None)
        group = next(held, _NO_GROUP)
        for row in entries:
            seq = row[0]
            while after is not None and after.checkpoint.size < seq:
                self._check_checkpoint(after)
                after = next(signed, None)
            self._begin(seq)
            group = self._skip(group, held, until=seq)
            own = []
            while group[0] == seq:
                own.append(group)
                group = next(held, _NO_GROUP)
            self._check_entry(row, own)
            if found:
                yield from found
                found.clear()
        while after is not None:
            self._check_checkpoint(after)
            after = next(signed, None)
        self._end()
        self._skip(group, held, until=_NO_GROUP.seq)
        yield from found
        found.clear()

    def differing_keys(self, stored: Iterable[StoredKey]) -> Iterator[Fault]:
        """Yield where a list of keys says another thing than the entries do; to be asked after `faults`."""
        told = {
            (one.user, one.public.hex): StoredKey(one.user, one.public.hex, one.since, one.until)
            for one in self.ring.keys
        }
        kept = {(one[0], one[1]): StoredKey(*one) for one in stored}
        for name in sorted(told.keys() | kept.keys()):
            if told.get(name) != kept.get(name):
                seq = (told.get(name) or kept[name]).since
                yield Fault(FaultKind.KEYS_DIFFER, seq, {"user": name[0], "key": name[1]})

    @property
    def state(self) -> State:
        """Return what the ledger is after the last entry read."""
        return State(root_of_peaks(self._peaks).hex(), self._head)

    def _tell(self, kind: FaultKind, seq: int, **values: str | int) -> None:
        self._found.append(Fault(kind, seq, values))

    def _tell_once(self, kind: FaultKind, seq: int, *, about: str, **values: str | int) -> None:
        """Tell a fault that one cause repeats at every later checkpoint at its first place only."""
        if (kind, about) not in self._told:
            self._told.add((kind, about))
            self._tell(kind, seq, **values)

    def _break(self, seq: int) -> None:
        """Note that the entries from ``seq`` on are others than those that were signed: no later root can be made."""
        self._broken = self._broken or seq

    def _begin(self, seq: int) -> None:
        """See whether entries are missing before the next one."""
        expected = self.last_seq + 1
        self._missing = range(expected, seq)
        if seq != expected:
            self._is_loose = True
            self._break(expected)
            self._tell(FaultKind.ENTRIES_MISSING, expected, first=expected, last=max(expected, seq - 1))

    def _skip(self, group: StoredGroup, held: Iterator[StoredGroup], *, until: int) -> StoredGroup:
        """Pass over groups of entries that are not there, and return the first of ``until`` or later."""
        last = 0
        while group[0] < until:
            # Those of entries that are missing went with the fault that tells so.
            if group[0] != last and group[0] not in self._missing:
                self._tell(FaultKind.GROUPS_ALONE, group[0])
            last = group[0]
            group = next(held, _NO_GROUP)
        return group

    def _check_entry(self, row: StoredEntry, groups: Sequence[StoredGroup]) -> None:
        seq, text, kept = row[0], row[1], row[2]
        held = text.encode("utf-8", "surrogatepass")
        made = sha256(held).hexdigest()
        read = _read(text)
        if read is None:
            self._settle("")
            self._tell(FaultKind.ENTRY_UNREADABLE, seq, found=text[:80])
            self._break(seq)
            self._is_loose = True
        else:
            self._check_place(seq, read)
            if (read[0], read[2], read[4], read[6]) != (row[3], row[4], row[5], row[6]):
                self._tell_columns(row, read)
            if read[0] < self._at:
                self._tell(FaultKind.TIME_BACKWARDS, seq, at=read[0], before=self._at)
            self._at = read[0]
            self._authors.setdefault(read[2], seq)
            self._check_groups(seq, groups, content=read[3])
            if read[4] in KEY_KINDS:
                self._turn_ring(seq, groups, kind=read[4], by=read[2])
        if kept != made:
            self._doubt = (kept, made)
        self._add(held, seq=seq, made=made)

    def _check_place(self, seq: int, read: _Read) -> None:
        """Check the number of an entry, and that it is chained to the one before it."""
        before = read[1]
        shift = int(read[5]) - seq
        if shift != self._shift:
            self._is_loose = True
            self._break(seq)
            if shift:
                self._tell(FaultKind.ENTRY_MOVED, seq, number=int(read[5]))
            self._shift = shift
        if self._doubt is not None:
            self._settle(before)
        elif before != self._head and not self._is_loose:
            self._break(seq)
            self._tell(FaultKind.CHAIN_BROKEN, seq, before=seq - 1)
        self._is_loose = False

    def _settle(self, said: str) -> None:
        """Tell which of text and digest of the entry before was changed, by what was said of it later."""
        if self._doubt is None:
            return
        kept, made = self._doubt
        self._doubt = None
        if said == made:
            self._tell(FaultKind.DIGEST_EDITED, self.last_seq, kept=kept, made=made)
            return
        self._break(self.last_seq)
        self._tell(FaultKind.ENTRY_EDITED, self.last_seq, kept=kept, made=made)

    def _tell_columns(self, row: StoredEntry, read: _Read) -> None:
        pairs = zip(
            ("at", "by", "kind", "subject"), row[3:7], (read[0], read[2], read[4], read[6]), strict=True
        )
        name, kept, said = next(pair for pair in pairs if pair[1] != pair[2])
        self._tell(FaultKind.COLUMNS_DIFFER, row[0], column=name, kept=str(kept), said=said)

    def _check_groups(self, seq: int, groups: Sequence[StoredGroup], *, content: str) -> None:
        leaves = []
        for _, name, leaf, salt, text in groups:
            made = leaf
            if text is not None and salt is not None:
                made = sha256(b"\x00" + salt + text.encode("utf-8", "surrogatepass")).digest()
                if not text.startswith(_head_of_group(name)):
                    self._tell(FaultKind.GROUP_COLUMNS, seq, group=name)
            leaves.append((name, made))
            if made != leaf:
                self._tell(FaultKind.GROUP_COLUMNS, seq, group=name)
        if len(leaves) > 1:
            leaves.sort()
        if root_of([leaf for _, leaf in leaves]).hex() != content:
            self._tell(FaultKind.GROUPS_DIFFER, seq)

    def _turn_ring(self, seq: int, groups: Sequence[StoredGroup], *, kind: str, by: str) -> None:
        text = next((one[4] for one in groups if one[1] == KEY_GROUP), None)
        try:
            value = json.loads(text)["value"] if text is not None else None
            self.ring = self.ring.with_entry(seq, kind=kind, by=by, value=value)
        except KeyEntryError as error:
            self._tell(FaultKind.KEY_ENTRY, seq, reason=error.reason)
        except (ValueError, KeyError, TypeError):
            self._tell(FaultKind.KEY_ENTRY, seq, reason="shape")

    def _add(self, held: bytes, *, seq: int, made: str) -> None:
        """Add an entry to the tree; as `merkle.Peaks.add` does, in place."""
        peaks = self._peaks
        peaks.append(sha256(b"\x00" + held).digest())
        merged = self.size
        while merged & 1:
            right = peaks.pop()
            peaks[-1] = sha256(b"\x01" + peaks[-1] + right).digest()
            merged >>= 1
        self.size += 1
        self.last_seq = seq
        self._head = made
        if self.size in self._sizes:
            self.states[self.size] = self.state

    def _check_checkpoint(self, signed: Signed) -> None:
        stated = signed.checkpoint
        size = stated.size
        self.checkpoints += 1
        self._settle(stated.head)
        if size <= self._checkpoint[0] or stated.at < max(self._checkpoint[1], self._at):
            self._tell(FaultKind.CHECKPOINT_ORDER, size, at=stated.at)
        self._checkpoint = (size, stated.at)
        if stated.book != self.book:
            self._tell_once(FaultKind.CHECKPOINT_BOOK, size, about=stated.book, book=stated.book)
        is_signed = self._check_signatures(signed)
        self._authors.pop(SYSTEM, None)
        authors, self._authors = self._authors, {}
        key = self.ring.find(stated.key)
        if key is None or key.public != signed.public_key or not key.counts_at(size):
            self._tell_once(FaultKind.CHECKPOINT_KEY, size, about=stated.key, key=stated.key)
        else:
            for by, seq in authors.items():
                if by != key.user:
                    self._tell(FaultKind.CHECKPOINT_BY, seq, by=by, user=key.user, size=size)
        if size > self.last_seq:
            self._tell_cut(size)
        elif self._holds(stated.root, stated.head, size=size) and is_signed:
            self.signed = signed

    def _check_signatures(self, signed: Signed) -> bool:
        size = signed.checkpoint.size
        is_signed = signed.is_signed
        if not is_signed:
            self._tell(FaultKind.CHECKPOINT_SIGNATURE, size, key=signed.checkpoint.key)
        for one in signed.countersignatures:
            if not signed.is_countersigned(one):
                self._tell(FaultKind.COUNTERSIGNATURE, size, by=one.by)
        return is_signed

    def _holds(self, root: str, head: str, *, size: int) -> bool:
        """Return whether a checkpoint states what the entries make; of a cascade, tell the first."""
        is_head = self._head == head
        if self._broken:
            if not is_head and self._is_head_known:
                self._is_head_known = False
                self._tell_differs(size)
            return False
        if is_head and root_of_peaks(self._peaks).hex() == root:
            return True
        self._break(size)
        self._is_head_known = is_head
        self._tell_differs(size)
        return False

    def _tell_differs(self, size: int) -> None:
        after = self.signed.checkpoint.size if self.signed else 0
        self._tell(FaultKind.CHECKPOINT_DIFFERS, size, first=after + 1)

    def _tell_cut(self, size: int) -> None:
        first = self.last_seq + 1
        self._missing = range(first, size + 1)
        self._tell_once(FaultKind.ENTRIES_MISSING, first, about="tail", first=first, last=size)

    def _end(self) -> None:
        self._settle("")
        tail = self.last_seq - self._checkpoint[0]
        if self.size and tail > 0:
            first = max(self._checkpoint[0], 0) + 1
            self._tell(FaultKind.UNSIGNED_TAIL, first, first=first, last=self.last_seq)


@functools.lru_cache(maxsize=1024)
def _head_of_group(name: str) -> str:
    """Return how the text of a group begins."""
    return f'{{"group":{json.dumps(name, ensure_ascii=False)},"value":'


def _read(text: str) -> _Read | None:
    """Return the parts of an entry in its one spelling; None where it is none."""
    plain = _ENTRY.fullmatch(text)
    if plain is not None:
        return plain.groups()
    try:
        entry = Entry.from_json(json.loads(text))
        if entry.canonical.decode() != text:
            return None
    except (ValueError, TypeError, AttributeError, RecursionError):
        return None
    values = entry.as_json()
    return [str(values[name]) for name in _PARTS]
