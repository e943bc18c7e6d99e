"""A checkpoint of a book's ledger in words: how long it was, its root, and the key that signed it."""

from __future__ import annotations

from apportion.govern.checkpoints import Signed
from apportion.report.words import Words


def checkpoint_sentence(signed: Signed, *, words: Words) -> str:
    """Return what a checkpoint states, as one sentence."""
    stated = signed.checkpoint
    return words.say(
        "checkpoint.stated", count=stated.size, root=stated.root, key=signed.public_key.fingerprint
    )


def checkpoint_digests(signed: Signed | None, *, words: Words) -> list[tuple[str, str]]:
    """Return the same as named values, for the list of digests of a page; none for what is of no book."""
    if signed is None:
        return []
    stated = signed.checkpoint
    return [
        (words.say("checkpoint.root", count=stated.size), stated.root),
        (words.say("checkpoint.key"), signed.public_key.fingerprint),
    ]
