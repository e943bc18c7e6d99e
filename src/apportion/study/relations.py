"""How things that were said do not hold together: the relations, and what is told of each.

Source: ``docs/concepts/claims.md``, E19 to E24.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from apportion.study.stated import Claim
from apportion.study.support import Support, weakest

Value = Fraction | str | dt.date

_OPEN_ENDS = frozenset({"more than", "at least", "at most"})


class Relation(enum.StrEnum):
    """How things that were said do not hold together."""

    VALUES = "values-differ"  # Two values of one thing on one day.
    DAYS = "days-differ"  # One value of one thing on different days.
    WORDS = "words-differ"  # One value, hedged in different words.
    PRICES = "prices-differ"  # Different prices of one SKU.
    PART = "part-of-total"  # A part leaves the rest of a total to others.
    SPEND = "count-against-spend"  # Units at their price come to another sum than the spending named.
    POWER = "count-against-power"  # Units need more power than is known.
    ROOM = "active-against-room"  # More units run than there was room for, by the same party's words.
    BOOK = "target-against-book"  # More is to be added than is documented.
    READINESS = "date-against-readiness"  # A day before the one that readiness names.
    SITE = "site-replaced"  # A site without readiness, where orders or readiness name another.
    REACH = "out-of-reach"  # No order placed now could be live in time.
    DISPUTED = "disputed-by"  # A piece of evidence speaks against another.


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """Things said, or known, that do not hold together.

    Attributes:
        relation: How.
        claims: The claims, in the order in which they were said; of a disputed piece of evidence, those that cite it.
        party: Of whom they speak; empty: of several, or nobody.
        low: How far they are apart, at the least; None: no number.
        high: At the most.
        unit: Of what.
        first_on: The first day they name; None: none.
        last_on: The last.
        support: The rows that the size rests on.
        evidence: The evidence that the claims cite; of a dispute, the piece that speaks against others.
        disputes: Of a dispute, the pieces it speaks against.
        is_told: Of a dispute, whether claims that cite both sides meet by another rule.
        values: What the sentence of the relation names.
    """

    relation: Relation
    claims: tuple[str, ...] = ()
    party: str = ""
    low: Fraction | None = None
    high: Fraction | None = None
    unit: str = ""
    first_on: dt.date | None = None
    last_on: dt.date | None = None
    support: tuple[Support, ...] = ()
    evidence: tuple[str, ...] = ()
    disputes: tuple[str, ...] = ()
    is_told: bool = False
    values: Mapping[str, Value] = field(default_factory=dict)

    @property
    def basis(self) -> str:
        """Return the weakest class of the rows that the size rests on; empty: it rests on claims alone."""
        return weakest(one.basis for one in self.support)


def with_claims(found: Contradiction, claims: Sequence[Claim]) -> Contradiction:
    """Return a contradiction with the claims it is of, their party where they have one, and what they cite."""
    parties = {claim.party for claim in claims}
    return replace(
        found,
        claims=tuple(claim.claim for claim in claims),
        party=next(iter(parties)) if len(parties) == 1 else "",
        evidence=tuple(dict.fromkeys(one for claim in claims for one in claim.evidence)),
    )


def is_open_ended(claim: Claim) -> bool:
    """Return whether a claim names only a least or only a most."""
    return claim.qualifier in _OPEN_ENDS
