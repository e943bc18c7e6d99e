"""Acts on what of a ledger leaves its book: checkpoints, countersignatures, and proofs that need no book."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from apportion.commands.audit import entry_of
from apportion.commands.permits import needs
from apportion.commands.session import needed
from apportion.commands.unheard import unheard
from apportion.digest import canonical_bytes
from apportion.errors import BookError, Code, NotPermitted, UsageError
from apportion.files.keys import load_or_make_key
from apportion.files.proofs import (
    read_checkpoint_file,
    read_checkpoints,
    read_proof,
    replace_json,
    write_new_json,
)
from apportion.govern.checkpoints import Signed, countersign
from apportion.govern.merkle import consistency_proof, inclusion_proof, root_of
from apportion.govern.proofs import ConsistencyProof, InclusionProof, Proof
from apportion.govern.rights import Right
from apportion.report.audit import proof_sentences
from apportion.report.checkpoint import checkpoint_sentence
from apportion.report.words import DEFAULT_LANGUAGE, Words

if TYPE_CHECKING:
    from apportion.store.book import Reading

__all__ = [
    "add_countersigned",
    "check_proof",
    "checkpoint_of_book",
    "countersign_file",
    "prove_entry",
    "prove_since",
    "tell_proof",
    "tell_signed",
]

ProofKind = TypeVar("ProofKind", InclusionProof, ConsistencyProof)
_VERIFY = "Find out where with `apportion audit verify`."


@needs(Right.CHECKPOINT)
def checkpoint_of_book(*, to: Path | None = None) -> Signed:
    """Return the last checkpoint of the book, and write it to a file that is not there yet, where one is named.

    Raises:
        UsageError: There is no book, or the file is there or cannot be written.
        BookError: The book has no checkpoint.
    """
    with needed().book.read() as reading:
        signed = _last(reading)
    if to is not None:
        write_new_json(to, signed.as_json())
    return signed


def _last(reading: Reading) -> Signed:
    signed = reading.last_checkpoint()
    if signed is None:
        raise BookError(
            Code.BOOK_DAMAGED, f"The book {reading.label!r} has no signed checkpoint.", fix=_VERIFY
        )
    return signed


@needs(Right.CHECKPOINT)
def add_countersigned(file: Path) -> Signed:
    """Keep the countersignatures of a checkpoint of the book in the book, and return it with all of them.

    Raises:
        UsageError: The file holds none, it is no checkpoint of this book, or a countersignature does not hold.
    """
    brought = read_checkpoint_file(file)
    with needed().book.write() as writing:
        own = next((one for one in writing.checkpoints(brought.checkpoint.size)), None)
        if own is None or (own.checkpoint, own.signature) != (brought.checkpoint, brought.signature):
            raise UsageError(
                f"The checkpoint in {str(file)!r} is none of this book.",
                fix="Lay it beside the book with `apportion audit verify --checkpoint FILE`.",
            )
        for one in brought.countersignatures:
            if not brought.is_countersigned(one):
                raise UsageError(
                    f"What stands in {str(file)!r} in the name of {one.by!r} is no signature of the checkpoint.",
                    fix="Let them sign it again with `apportion audit countersign`.",
                )
        added = {one.public_key: one for one in (*own.countersignatures, *brought.countersignatures)}
        kept = replace(own, countersignatures=tuple(added.values()))
        writing.put_checkpoint(kept)
    return kept


@needs(Right.OPEN)
def countersign_file(file: Path, *, name: str) -> Signed:
    """Sign the last checkpoint of a file as somebody who has seen it, and write it back; no book is needed.

    Args:
        file: The file.
        name: Who signs: with the key of this name in the key folder, made now where there is none.

    Raises:
        UsageError: The file holds no checkpoint, its signature does not hold, or it cannot be written.
        BookError: The key cannot be used.
    """
    canonical_bytes(name)  # A name that no file can keep is told before anything is signed.
    held = read_checkpoints(file)
    if len(held) != 1:
        raise UsageError(
            f"{str(file)!r} holds {len(held)} checkpoints, and one is signed at a time.",
            fix="Write the last one to a file with `apportion audit checkpoint --to FILE`.",
        )
    try:
        signed = countersign(held[0], load_or_make_key(name), by=name)
    except ValueError as error:
        raise UsageError(str(error), fix="Ask for the checkpoint anew; this one was changed.") from error
    replace_json(file, signed.as_json())
    return signed


@needs(Right.OPEN)
def tell_signed(signed: Signed, *, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return what a checkpoint states and who countersigned it, as sentences."""
    words = Words.load(language)
    names = [f"{one.by} ({one.public_key.fingerprint})" for one in signed.countersignatures]
    told = [words.say("audit.countersigned", by=", ".join(names))] if names else []
    return [checkpoint_sentence(signed, words=words), *told]


@needs(Right.AUDIT)
def prove_entry(seq: int, *, to: Path | None = None) -> InclusionProof:
    """Return the proof that an entry is in the ledger under its last checkpoint, and write it where a file is named.

    Raises:
        UsageError: There is no book or entry, or the file is there or cannot be written.
        NotPermitted: It is deliberation that is not for whoever acts.
        BookError: The ledger is not what its checkpoint states.
    """
    with needed().book.read() as reading:
        signed, leaves = _proved(reading)
        row = next(reading.entries(seq, seq), None)
        if row is None or seq > len(leaves):
            raise UsageError(
                f"There is no entry {seq}; the last checkpoint is of {len(leaves)}.",
                fix="See which there are with `apportion audit log`.",
            )
        if unheard([row], reading=reading):
            raise NotPermitted(
                f"Entry {seq} is deliberation that is not for you, and its proof would say whose it is.",
                fix="Let an auditor of the whole book prove it.",
                seq=seq,
            )
        entry = entry_of(row, label=reading.label)
    proof = InclusionProof(entry=entry, path=inclusion_proof(leaves, seq - 1), signed=signed)
    return _written(proof, to)


@needs(Right.AUDIT)
def prove_since(file: Path, *, to: Path | None = None) -> ConsistencyProof:
    """Return the proof that the ledger begins with what an earlier checkpoint states.

    Raises:
        UsageError: There is no book, the file holds no checkpoint of an earlier state of it, or `to` is there.
        BookError: The ledger is not what its checkpoint states.
    """
    old = read_checkpoint_file(file)
    with needed().book.read() as reading:
        signed, leaves = _proved(reading)
    size = old.checkpoint.size
    is_earlier = size <= len(leaves) and root_of(leaves[:size]).hex() == old.checkpoint.root
    if not is_earlier or old.checkpoint.book != signed.checkpoint.book:
        raise UsageError(
            f"The checkpoint in {str(file)!r} states another ledger than this book has, so nothing can be proved.",
            fix="Lay it beside the book with `apportion audit verify --checkpoint FILE`.",
        )
    proof = ConsistencyProof(old=old, new=signed, path=consistency_proof(leaves, size))
    return _written(proof, to)


def _proved(reading: Reading) -> tuple[Signed, list[bytes]]:
    """Return the last checkpoint and the leaves that it states, once they make its root."""
    signed = _last(reading)
    leaves = reading.leaves()[: signed.checkpoint.size]
    if root_of(leaves).hex() != signed.checkpoint.root:
        raise BookError(
            Code.BOOK_DAMAGED,
            f"The entries of the book {reading.label!r} are not those that its last checkpoint states.",
            fix=_VERIFY,
        )
    return signed, leaves


def _written(proof: ProofKind, to: Path | None) -> ProofKind:
    if to is not None:
        write_new_json(to, proof.as_json())
    return proof


@needs(Right.OPEN)
def check_proof(file: Path) -> Proof:
    """Return the proof in a file; `failing` of it says whether it holds. No book is needed.

    Raises:
        UsageError: The file holds none.
    """
    return read_proof(file)


@needs(Right.OPEN)
def tell_proof(proof: Proof, *, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return what a proof shows, or why it does not hold, as sentences."""
    return list(proof_sentences(proof, words=Words.load(language)))
