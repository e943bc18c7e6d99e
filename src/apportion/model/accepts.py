"""What an order accepts: SKUs with how many ordered units one of each fills."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from apportion.model.columns import DECIMALS

_MILLION = 10**DECIMALS


@dataclass(frozen=True, slots=True)
class Accepted:
    """One accepted SKU.

    Attributes:
        sku: The SKU.
        rate: Millionths of an ordered unit that one unit of it fills; None where the text is no such number.
    """

    sku: str
    rate: int


def parse_accepted(text: str) -> tuple[str, int | None]:
    """Return the SKU and its rate in millionths; None where the rate is no number above 0 of six decimals.

    >>> parse_accepted("H100"), parse_accepted("B200:2.5"), parse_accepted("B200:0"), parse_accepted("a:b")
    (('H100', 1000000), ('B200', 2500000), ('B200', None), ('a', None))
    """
    sku, mark, rate = text.rpartition(":")
    if not mark:
        return text, _MILLION
    return sku.strip(), _rate(rate.strip())


def _rate(text: str) -> int | None:
    if not text.replace(".", "", 1).isdecimal() or not text.isascii():
        return None
    try:
        scaled = Decimal(text) * _MILLION
    except InvalidOperation:
        return None
    return int(scaled) if scaled == int(scaled) and 0 < scaled < 10**18 else None


def accepted(row: Mapping[str, object]) -> list[Accepted]:
    """Return what a checked row of `orders` accepts, best first."""
    skus = row["skus"]
    parts = [parse_accepted(str(one)) for one in skus] if isinstance(skus, list) else []
    return [Accepted(sku, rate) for sku, rate in parts if rate is not None]
