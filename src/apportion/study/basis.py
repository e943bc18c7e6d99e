"""How strong the classes are in which a row can be known, and which of them is the weakest on a way.

Source: ``docs/concepts/evidence.md``, rules V1 and V2.
"""

from __future__ import annotations

from collections.abc import Iterable

# The strongest first. A row that does not say how it is known is weaker than all of them.
STRENGTH = ("fact", "order", "estimate", "forecast", "claim", "assumption")
UNKNOWN = ""


def weakness(basis: str) -> int:
    """Return the place of a class from the strongest, 0, on; a row without one comes last.

    >>> weakness("fact"), weakness("assumption"), weakness("")
    (0, 5, 6)
    """
    return STRENGTH.index(basis) if basis in STRENGTH else len(STRENGTH)


def weakest(bases: Iterable[str]) -> str | None:
    """Return the weakest of some classes; None where there is none.

    >>> weakest(["order", "claim", "fact"]), weakest([])
    ('claim', None)
    """
    return max(bases, key=weakness, default=None)
