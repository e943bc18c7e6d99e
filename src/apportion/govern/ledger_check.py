"""Whether a ledger is as it was written: one pass over what a book keeps, which names every fault and goes on.

The stages of one entry: its text against the digest beside it; its number; the entry before it; its groups; then the
checkpoint that ends there. What follows from a fault is no fault of its own: an entry that was taken out breaks the
chain once, and every later root, and is told once.

Millions of entries pass through, so an entry is a row and a few hashes here, and never an object.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256

from apportion.digest import canonical_bytes
from apportion.govern.checkpoints import Signed, State
from apportion.govern.events import SYSTEM
from apportion.govern.keys import KeyEntryError, KeyRing
from apportion.govern.ledger import START, Head
from apportion.govern.ledger_acts import KINDS as ACT_KINDS
from apportion.govern.ledger_acts import Acts
from apportion.govern.ledger_faults import Fault, FaultKind, StoredCheckpoint, StoredEntry, StoredGroup
from apportion.govern.ledger_people import KINDS as PEOPLE_KINDS
from apportion.govern.ledger_people import People
from apportion.govern.ledger_rows import Parts, read_entry, shown_values, text_begins
from apportion.govern.merkle import EMPTY, root_of, root_of_peaks
from apportion.govern.users import UserEntryError

_NO_GROUP = StoredGroup(1 << 62, "", b"", None, None)


class LedgerCheck:
    """One check of one ledger, and what it found out beside faults.

    Attributes:
        book: The book's id.
        size: How many entries there are.
        last_seq: The number of the last.
        checkpoints: How many checkpoints there are.
        signed: The last checkpoint whose signature, root and head hold; None where none does.
        people: Users and keys, as the entries tell them.
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
        self._number = 0
        self.checkpoints = 0
        self.signed: Signed | None = None
        self.people = People(KeyRing(book))
        self._acts = Acts()
        self.states: dict[int, State] = {0: State(EMPTY.hex(), START)}
        self._sizes = frozenset(sizes)
        self._found: list[Fault] = []
        self._peaks: list[bytes] = []
        self._head = START
        self._at = ""
        # From where on the entries are known to be others than those that were signed; 0 while they are not.
        self._broken = 0
        # Whether a checkpoint has not stated another head since, and whether the last entry is where it belongs.
        self._is_head_known = True
        self._is_head_sure = True
        # How far the entry before stands from its own number, and whether the next may be chained to another one.
        self._shift = 0
        self._trusted_shift = 0
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
        checkpoints: Iterable[StoredCheckpoint],
    ) -> Iterator[Fault]:
        """Yield every fault, by entry; the attributes are those of the whole ledger once it has ended.

        Args:
            entries: In order of their numbers.
            groups: In order of their entries.
            checkpoints: In order of their sizes.
        """
        found = self._found
        signed = self._signed(checkpoints)
        held = iter(groups)
        after = next(signed, None)
        group = next(held, _NO_GROUP)
        for row in entries:
            seq = row[0]
            read = read_entry(row[1])
            number = self._find_place(seq, read)
            while after is not None and after.checkpoint.size < number:
                self._check_checkpoint(after)
                after = next(signed, None)
            group = self._skip(group, held, until=seq)
            own = []
            while group[0] == seq:
                own.append(group)
                group = next(held, _NO_GROUP)
            self._check_entry(row, read, number=number, groups=own)
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

    def differs_from(self, head: Head) -> Iterator[Fault]:
        """Yield the fault that a book says another end of its ledger than its entries make; to be asked after `faults`.

        Where entries are at fault already, their end is as well, and that is none of its own.
        """
        made = (self.size, self._head, tuple(self._peaks), self._at)
        if not self._broken and made != (head.size, head.digest, head.peaks.hashes, head.at):
            yield Fault(FaultKind.HEAD_DIFFERS, self.size, {"size": head.size})

    def _signed(self, stored: Iterable[StoredCheckpoint]) -> Iterator[Signed]:
        """Yield the checkpoints that can be read, and tell those that cannot."""
        for size, text in stored:
            try:
                signed = Signed.from_json(json.loads(text))
            except (ValueError, RecursionError):
                self._tell(FaultKind.CHECKPOINT_UNREADABLE, size, found=text[:80])
                continue
            if signed.checkpoint.size != size or canonical_bytes(signed.as_json()).decode() != text:
                self._tell(FaultKind.CHECKPOINT_UNREADABLE, size, found=text[:80])
            yield signed

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

    def _find_place(self, seq: int, read: Parts | None) -> int:
        """Return the number that an entry was written under, and see whether any are missing or moved before it."""
        expected = self.last_seq + 1
        self._missing = range(expected, seq)
        if seq != expected:
            self._is_loose = True
            self._break(expected)
            self._tell(FaultKind.ENTRIES_MISSING, expected, first=expected, last=max(expected, seq - 1))
        shift = self._shift if read is None else int(read[5]) - seq
        if shift != self._shift:
            self._is_loose = True
            self._break(seq)
            if shift:
                self._tell(FaultKind.ENTRY_MOVED, seq, number=seq + shift)
            self._shift = shift
        else:
            # Two entries in a row that stand as far from their numbers: others were taken out or put in before them.
            self._trusted_shift = shift
            self._number = max(self._number, self.last_seq + shift)
        return seq + self._trusted_shift

    def _skip(self, group: StoredGroup, held: Iterator[StoredGroup], *, until: int) -> StoredGroup:
        """Pass over groups of entries that are not there, and return the first of ``until`` or later."""
        last = -1
        while group[0] < until:
            # Those of entries that are missing went with the fault that tells so.
            if group[0] != last and group[0] not in self._missing:
                self._tell(FaultKind.GROUPS_ALONE, group[0])
            last = group[0]
            group = next(held, _NO_GROUP)
        return group

    def _check_entry(
        self, row: StoredEntry, read: Parts | None, *, number: int, groups: Sequence[StoredGroup]
    ) -> None:
        seq, text, kept = row[0], row[1], row[2]
        held = text.encode("utf-8", "surrogatepass")
        made = sha256(held).hexdigest()
        if read is None:
            self._settle("")
            self._tell(FaultKind.ENTRY_UNREADABLE, seq, found=text[:80])
            self._break(seq)
            # What the next entry is chained to, and what a checkpoint states of it, cannot be told.
            self._is_loose = True
            self._is_head_sure = False
        else:
            self._check_chain(seq, before=read[1])
            if (read[0], read[2], read[4], read[6]) != (row[3], row[4], row[5], row[6]):
                self._tell_columns(row, read)
            if read[0] < self._at:
                self._tell(FaultKind.TIME_BACKWARDS, seq, at=read[0], before=self._at)
            self._at = read[0]
            self._authors.setdefault(read[2], seq)
            self._check_groups(seq, groups, content=read[3])
            if read[4] in PEOPLE_KINDS:
                self._turn_people(number, groups, kind=read[4], by=read[2])
            elif read[4] in ACT_KINDS:
                self._check_act(seq, groups, read=read)
            if kept != made:
                self._doubt = (kept, made)
            self._is_head_sure = not self._shift
        self._add(held, seq=seq, made=made)
        self._number = max(self._number, number)

    def _check_chain(self, seq: int, *, before: str) -> None:
        """Check that an entry is chained to the one before it."""
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
        if said == kept:
            # The rest of the chain hangs on what it was, so nothing else is wrong with it.
            self._head = kept
        if said == made:
            self._tell(FaultKind.DIGEST_EDITED, self.last_seq, kept=kept, made=made)
            return
        self._break(self.last_seq)
        self._tell(FaultKind.ENTRY_EDITED, self.last_seq, kept=kept, made=made)

    def _tell_columns(self, row: StoredEntry, read: Parts) -> None:
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
                if not text.startswith(text_begins(name)):
                    self._tell(FaultKind.GROUP_COLUMNS, seq, group=name)
            leaves.append((name, made))
            if made != leaf:
                self._tell(FaultKind.GROUP_COLUMNS, seq, group=name)
        if len(leaves) > 1:
            leaves.sort()
        if root_of([leaf for _, leaf in leaves]).hex() != content:
            self._tell(FaultKind.GROUPS_DIFFER, seq)

    def _turn_people(self, seq: int, groups: Sequence[StoredGroup], *, kind: str, by: str) -> None:
        """Go on with the users and keys as an entry about them says, unless it does not count."""
        try:
            said = shown_values(groups)
            self.people = self.people.with_entry(seq, kind=kind, by=by, groups=said)
        except (KeyEntryError, UserEntryError) as error:
            self._tell(FaultKind.PEOPLE_ENTRY, seq, reason=error.reason)
        except (ValueError, RecursionError):
            self._tell(FaultKind.PEOPLE_ENTRY, seq, reason="shape")

    def _check_act(self, seq: int, groups: Sequence[StoredGroup], *, read: Parts) -> None:
        """Check that an act of a decision is of the person who entered it."""
        by = read[2]
        try:
            person = self._acts.other_person(
                groups, kind=read[4], by=by, subject=read[6], users=self.people.users
            )
        except (ValueError, RecursionError):
            # Its groups do not make its content, which is told.
            return
        if person is not None:
            self._tell(FaultKind.ACT_BY, seq, by=by, person=person)

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
        before = self._checkpoint[0]
        self._checkpoint = (size, stated.at)
        if stated.book != self.book:
            self._tell_once(FaultKind.CHECKPOINT_BOOK, size, about=stated.book, book=stated.book)
        is_signed = self._check_signatures(signed)
        self._authors.pop(SYSTEM, None)
        authors, self._authors = self._authors, {}
        if size > self._number:
            # Entries about keys may be among those that are missing, so its key is not judged.
            self._tell_cut(size)
            return
        self._check_key(signed, authors, after=before)
        if self._holds(stated.root, stated.head, size=size) and is_signed:
            self.signed = signed

    def _check_key(self, signed: Signed, authors: Mapping[str, int], *, after: int) -> None:
        """Check that a checkpoint is of a key that counts, of the user who wrote what it signs."""
        size, id_ = signed.checkpoint.size, signed.checkpoint.key
        key = self.people.ring.find(id_)
        if key is None or key.public != signed.public_key or not key.counts_at(size, after=after):
            self._tell_once(FaultKind.CHECKPOINT_KEY, size, about=id_, key=id_)
            return
        for by, seq in authors.items():
            if by != key.user:
                self._tell(FaultKind.CHECKPOINT_BY, seq, by=by, user=key.user, size=size)

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
            if not is_head and self._is_head_known and self._is_head_sure:
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
        """Tell that a checkpoint states entries that are not there, unless others after them showed it."""
        first = self._number + 1
        if size in self._missing:
            return
        self._missing = range(first, size + 1)
        self._tell_once(FaultKind.ENTRIES_MISSING, first, about="tail", first=first, last=size)

    def _end(self) -> None:
        self._settle("")
        signed = max(self._checkpoint[0], 0)
        if self._number > signed:
            self._tell(FaultKind.UNSIGNED_TAIL, signed + 1, first=signed + 1, last=self._number)
