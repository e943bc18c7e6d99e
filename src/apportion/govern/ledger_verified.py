"""What a verification of a ledger found, and what it could not find out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apportion.govern.checkpoints import Signed, Standing
from apportion.govern.keys import KeyOf
from apportion.govern.ledger_faults import Fault

__all__ = ["Compared", "Verified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A checkpoint that was kept outside, laid beside the ledger.

    Attributes:
        file: Where it is kept.
        signed: The checkpoint.
        standing: How it stands.
    """

    file: str
    signed: Signed
    standing: Standing

    @property
    def countersigned_by(self) -> tuple[str, ...]:
        """Return who countersigned it, by the names they gave and their keys."""
        return tuple(
            f"{one.by} ({one.public_key.fingerprint})"
            for one in self.signed.countersignatures
            if self.signed.is_countersigned(one)
        )

    @property
    def false_countersignatures(self) -> tuple[str, ...]:
        """Return in whose names something stands under it that is no signature of it."""
        return tuple(one.by for one in self.signed.countersignatures if not self.signed.is_countersigned(one))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A ledger, verified.

    Attributes:
        label: What the book is called.
        book: Its id.
        size: How many entries it has.
        checkpoints: How many checkpoints it has.
        signed: Its last checkpoint that holds; None where none does.
        keys: Its keys, in the order in which they came.
        faults: What is wrong, by entry: the first of them.
        fault_count: How much is wrong.
        outside: The checkpoints that were kept outside: of each file the last, and any that does not agree.
    """

    label: str
    book: str
    size: int
    checkpoints: int
    signed: Signed | None
    keys: tuple[KeyOf, ...]
    faults: tuple[Fault, ...]
    fault_count: int
    outside: Sequence[Compared] = ()

    @property
    def is_whole(self) -> bool:
        """Return whether nothing is wrong with it, as far as can be seen."""
        agree = all(
            one.standing is Standing.CONSISTENT and not one.false_countersignatures for one in self.outside
        )
        return not self.fault_count and agree

    @property
    def shown_size(self) -> int:
        """Return up to which entry a checkpoint kept outside shows that nothing was cut off or made anew."""
        sizes = (one.signed.checkpoint.size for one in self.outside if one.standing is Standing.CONSISTENT)
        return max(sizes, default=0)
