"""What can be wrong with a ledger that is kept: one kind for each way in which it fails to hold together."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class FaultKind(enum.StrEnum):
    """A way in which a stored ledger is not as it was written; ``report/words`` has a sentence for each."""

    # The entries.
    ENTRY_UNREADABLE = "entry-unreadable"  # Its text is no entry in its one spelling.
    ENTRY_EDITED = "entry-edited"  # Its text is another than the one that its digest was made of.
    DIGEST_EDITED = (
        "digest-edited"  # The digest beside it is another than that of its text, which was not changed.
    )
    COLUMNS_DIFFER = "columns-differ"  # What is kept beside it says another thing than its text.
    ENTRIES_MISSING = "entries-missing"
    ENTRY_MOVED = "entry-moved"  # It stands under another number than its own.
    CHAIN_BROKEN = "chain-broken"  # It does not follow the entry before: one of the two is another.
    TIME_BACKWARDS = "time-backwards"
    # What the entries say.
    GROUPS_DIFFER = (
        "groups-differ"  # Its groups do not make its content: changed, removed, added, or salted anew.
    )
    GROUP_COLUMNS = "group-columns"  # What is kept beside a group says another thing than its text.
    GROUPS_ALONE = "groups-alone"  # Groups of an entry that is not there.
    PEOPLE_ENTRY = "people-entry"  # It says something about users or keys that does not count.
    ACT_BY = "act-by"  # It tells an act of a decision of another person than the user who wrote it.
    # The checkpoints.
    CHECKPOINT_DIFFERS = "checkpoint-differs"  # It states another root or head than the entries make.
    CHECKPOINT_UNREADABLE = (
        "checkpoint-unreadable"  # Its text is none in its one spelling, or of another size.
    )
    CHECKPOINT_ORDER = "checkpoint-order"  # It is no larger, or earlier, than what came before it.
    CHECKPOINT_SIGNATURE = "checkpoint-signature"
    CHECKPOINT_BOOK = "checkpoint-book"
    CHECKPOINT_KEY = "checkpoint-key"  # Its key is none that counts at its size.
    CHECKPOINT_BY = "checkpoint-by"  # It is of another user than the entries that it signs.
    COUNTERSIGNATURE = "countersignature"
    UNSIGNED_TAIL = "unsigned-tail"  # Entries after the last checkpoint: nobody signed them.
    # What is kept beside all of them.
    HEAD_DIFFERS = "head-differs"  # The book says another end of its ledger than its entries make.


@dataclass(frozen=True, slots=True)
class Fault:
    """One place where a ledger does not hold together.

    Attributes:
        kind: How.
        seq: The entry; of a checkpoint, its size: the last entry that it states.
        values: What its sentence names.
    """

    kind: FaultKind
    seq: int
    values: Mapping[str, str | int] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {"kind": str(self.kind), "seq": self.seq, "values": dict(self.values)}


class StoredEntry(NamedTuple):
    """An entry as a book keeps it; any sequence in this order will do.

    Attributes:
        seq: Under which number.
        text: Its canonical JSON.
        digest: The SHA-256 of it, in hexadecimal.
        at: Beside it, to find it by, as are the rest.
        by: Who.
        kind: What was done.
        subject: What it is about.
    """

    seq: int
    text: str
    digest: str
    at: str
    by: str
    kind: str
    subject: str


class StoredGroup(NamedTuple):
    """A group of an entry as a book keeps it; any sequence in this order will do.

    Attributes:
        seq: The entry.
        name: Its name.
        leaf: Its leaf, 32 bytes.
        salt: Its salt, 16 bytes; None where it was erased.
        text: The canonical JSON of name and value; None where it was erased.
    """

    seq: int
    name: str
    leaf: bytes
    salt: bytes | None
    text: str | None


class StoredCheckpoint(NamedTuple):
    """A signed checkpoint as a book keeps it; any sequence in this order will do.

    Attributes:
        size: Under which size.
        text: Its JSON.
    """

    size: int
    text: str
