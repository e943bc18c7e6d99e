"""The ledger of a book in words: its entries, what is wrong with it, what was checked, and what nobody can see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from apportion.govern.checkpoints import Standing
from apportion.govern.erasure import Erased
from apportion.govern.keys import KeyOf
from apportion.govern.ledger import Entry
from apportion.govern.ledger_faults import Fault, FaultKind
from apportion.govern.ledger_verified import Compared, Verified
from apportion.govern.proofs import ConsistencyProof, Failing, Proof
from apportion.report.words import Words

__all__ = [
    "ListedEntry",
    "fault_sentence",
    "gone_note",
    "key_rows",
    "log_rows",
    "proof_sentences",
    "reason_note",
    "standing_sentence",
    "verified_sentences",
]

_FAULTS: Mapping[FaultKind, str] = {
    FaultKind.ENTRY_UNREADABLE: "audit.fault.entry-unreadable",
    FaultKind.ENTRY_EDITED: "audit.fault.entry-edited",
    FaultKind.DIGEST_EDITED: "audit.fault.digest-edited",
    FaultKind.COLUMNS_DIFFER: "audit.fault.columns-differ",
    FaultKind.ENTRIES_MISSING: "audit.fault.entries-missing",
    FaultKind.ENTRY_MOVED: "audit.fault.entry-moved",
    FaultKind.CHAIN_BROKEN: "audit.fault.chain-broken",
    FaultKind.TIME_BACKWARDS: "audit.fault.time-backwards",
    FaultKind.GROUPS_DIFFER: "audit.fault.groups-differ",
    FaultKind.GROUP_COLUMNS: "audit.fault.group-columns",
    FaultKind.GROUPS_ALONE: "audit.fault.groups-alone",
    FaultKind.PEOPLE_ENTRY: "audit.fault.people-entry",
    FaultKind.ACT_BY: "audit.fault.act-by",
    FaultKind.CHECKPOINT_DIFFERS: "audit.fault.checkpoint-differs",
    FaultKind.CHECKPOINT_UNREADABLE: "audit.fault.checkpoint-unreadable",
    FaultKind.CHECKPOINT_ORDER: "audit.fault.checkpoint-order",
    FaultKind.CHECKPOINT_SIGNATURE: "audit.fault.checkpoint-signature",
    FaultKind.CHECKPOINT_BOOK: "audit.fault.checkpoint-book",
    FaultKind.CHECKPOINT_KEY: "audit.fault.checkpoint-key",
    FaultKind.CHECKPOINT_BY: "audit.fault.checkpoint-by",
    FaultKind.COUNTERSIGNATURE: "audit.fault.countersignature",
    FaultKind.UNSIGNED_TAIL: "audit.fault.unsigned-tail",
    FaultKind.HEAD_DIFFERS: "audit.fault.head-differs",
}
_STANDINGS: Mapping[Standing, str] = {
    Standing.CONSISTENT: "audit.standing.consistent",
    Standing.CUT: "audit.standing.cut",
    Standing.FORKED: "audit.standing.forked",
    Standing.OTHER_BOOK: "audit.standing.other-book",
    Standing.BAD_SIGNATURE: "audit.standing.bad-signature",
}
_FAILINGS: Mapping[Failing, str] = {
    Failing.SIGNATURE: "audit.proof.signature",
    Failing.BOOK: "audit.proof.book",
    Failing.PATH: "audit.proof.path",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedEntry:
    """An entry as somebody may see it.

    Attributes:
        entry: The entry; of deliberation that is not for them without its user and its content.
        digest: The digest of the whole of it.
        is_withheld: Whether these are withheld.
    """

    entry: Entry
    digest: str
    is_withheld: bool

    @classmethod
    def of(cls, entry: Entry, *, is_withheld: bool) -> ListedEntry:
        """Return an entry as somebody may see it."""
        shown = replace(entry, by="", content="") if is_withheld else entry
        return cls(entry=shown, digest=entry.digest, is_withheld=is_withheld)

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        return {**self.entry.as_json(), "digest": self.digest, "is_withheld": self.is_withheld}


def log_rows(
    entries: Iterable[ListedEntry], *, words: Words, notes: Mapping[int, str] | None = None
) -> list[list[str]]:
    """Return entries as rows under their header, first to last, with a column of notes where there are any.

    Args:
        entries: The entries.
        words: The language.
        notes: What is to be told of an entry beside, by its number.
    """
    header = [words.say(key) for key in ("audit.column.entry", "audit.column.at", "audit.column.by")]
    header += [words.say(key) for key in ("audit.column.kind", "audit.column.subject")]
    rows = [_log_row(one, words=words) for one in entries]
    if notes:
        header.append(words.say("audit.column.note"))
        rows = [[*row, notes.get(int(row[0]), "")] for row in rows]
    return [header, *rows]


def _log_row(listed: ListedEntry, *, words: Words) -> list[str]:
    one = listed.entry
    by = words.say("audit.withheld") if listed.is_withheld else one.by
    return [str(one.seq), one.at, by, one.kind, one.subject]


def reason_note(said: Mapping[str, object], *, words: Words) -> str:
    """Return why a hold was placed or lifted, or words were erased, as their entry says it."""
    key = "audit.note.erasing"
    if "is_lifted" in said:
        key = "audit.note.lifted" if said["is_lifted"] else "audit.note.held"
    return words.say(key, reason=str(said.get("reason", "")))


def gone_note(erasure: Erased | None, *, words: Words) -> str:
    """Return what became of the words of an entry: who erased them, when and why; None: their key is not here."""
    if erasure is None:
        return words.say("audit.note.sealed")
    told = {"day": erasure.at[:10], "user": erasure.by, "seq": str(erasure.seq), "reason": erasure.reason}
    return words.say("audit.note.erased", **told)


def key_rows(keys: Iterable[KeyOf], *, words: Words) -> list[list[str]]:
    """Return keys as rows under their header."""
    header = [words.say(key) for key in ("audit.column.user", "audit.column.key", "audit.column.since")]
    rows = [
        [one.user, one.public.fingerprint, str(one.since), "" if one.until is None else str(one.until)]
        for one in keys
    ]
    return [[*header, words.say("audit.column.until")], *rows]


def fault_sentence(fault: Fault, *, words: Words) -> str:
    """Return what is wrong at one place."""
    return words.say(_FAULTS[fault.kind], seq=fault.seq, **_said(fault.values))


def _said(values: Mapping[str, str | int]) -> dict[str, str]:
    # Numbers of entries are names of places, so that no thousands are set apart in them.
    return {name: str(value) for name, value in values.items()}


def standing_sentence(one: Compared, *, size: int, words: Words) -> str:
    """Return how a checkpoint that was kept outside stands to the ledger."""
    stated = one.signed.checkpoint
    return words.say(
        _STANDINGS[one.standing], file=one.file, stated=str(stated.size), at=stated.at, size=str(size)
    )


def verified_sentences(found: Verified, *, words: Words) -> Iterator[str]:
    """Yield what was checked, how checkpoints kept outside stand to it, and what cannot be known."""
    yield words.say("audit.checked", count=found.size, checkpoints=str(found.checkpoints), label=found.label)
    if found.fault_count > len(found.faults):
        yield words.say("audit.more", count=found.fault_count - len(found.faults))
    if not found.fault_count:
        yield words.say("audit.whole")
    if found.signed is not None:
        stated = found.signed.checkpoint
        yield words.say(
            "audit.last", size=str(stated.size), root=stated.root, key=found.signed.public_key.fingerprint
        )
    for one in found.outside:
        yield standing_sentence(one, size=found.size, words=words)
        if one.countersigned_by:
            yield words.say("audit.countersigned", by=", ".join(one.countersigned_by))
        if one.false_countersignatures:
            yield words.say("audit.false-countersignature", by=", ".join(one.false_countersignatures))
    yield from _unknown(found, words=words)


def _unknown(found: Verified, *, words: Words) -> Iterator[str]:
    """Yield what nobody can see in the book itself (G22)."""
    shown = found.shown_size
    if not shown:
        yield words.say("audit.unknown", option="--checkpoint")
    elif shown < found.size:
        yield words.say("audit.unknown-after", seq=str(shown))
    else:
        yield words.say("audit.unknown-none", seq=str(shown))
    yield words.say("audit.fingerprints")


def proof_sentences(proof: Proof, *, words: Words) -> Iterator[str]:
    """Yield what a proof shows, or why it does not hold."""
    failing = proof.failing
    if failing is not None:
        yield words.say(_FAILINGS[failing])
        return
    if isinstance(proof, ConsistencyProof):
        old, new = proof.old.checkpoint, proof.new.checkpoint
        yield words.say("audit.proof.consistent", old=str(old.size), new=str(new.size), book=new.book)
        keys = [proof.old.public_key.fingerprint, proof.new.public_key.fingerprint]
        yield words.say("audit.proof.keys", key=", ".join(dict.fromkeys(keys)))
        return
    stated, entry = proof.signed.checkpoint, proof.entry
    yield words.say("audit.proof.included", seq=str(entry.seq), size=str(stated.size), book=stated.book)
    yield words.say(
        "audit.proof.entry", at=entry.at, by=entry.by, kind=entry.kind, subject=entry.subject or "-"
    )
    yield words.say("audit.proof.keys", key=proof.signed.public_key.fingerprint)
