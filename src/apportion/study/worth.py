"""What units cost: prices, spending in a period, and the value of what was moved or is held.

Source: ``docs/concepts/claims.md``, E10 and E11.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction

from apportion.study.band import Found, bounded, summed
from apportion.study.counts import Item, Scope, delivered, item_of, of_party, scope_of
from apportion.study.known import Known
from apportion.study.stated import Claim
from apportion.study.support import Support, support_of


def price_of(known: Known, sku: str, *, order: str = "") -> tuple[Item, ...]:
    """Return the price of one unit: that of its order, or else the SKU's; empty where neither states one."""
    orders = known.world.table("orders").iter_rows(named=True) if order else iter(())
    named = next((row for row in orders if row["order"] == order and row["unit_price_usd"] is not None), None)
    row = named or known.skus.get(sku)
    if row is None or row["unit_price_usd"] is None:
        return ()
    support = support_of("orders" if named else "skus", row, name=order if named else sku)
    return (item_of(row, "unit_price_usd", support=(support,)),)


def price_found(known: Known, claim: Claim) -> Found:
    """Return the price of the SKU that a claim names."""
    if not claim.sku:
        return "no-sku"
    prices = price_of(known, claim.sku)
    if not prices:
        return "no-price"
    return bounded(summed(prices))


def _priced(item: Item, *, price: Item) -> Item:
    return Item(
        low=item.low * price.low,
        plain=item.plain * price.plain,
        high=item.high * price.high,
        support=(*item.support, *price.support),
        is_there=item.is_there,
    )


def _worth(known: Known, items: Iterable[tuple[Item, str, str]]) -> Found:
    """Return units times their price; `items` come with SKU and order."""
    found: list[Item] = []
    is_unpriced = False
    for item, sku, order in items:
        prices = price_of(known, sku, order=order)
        is_unpriced = is_unpriced or not prices
        found.extend(_priced(item, price=price) for price in prices)
    return "no-price" if is_unpriced and not found else summed(found)


def spend_found(known: Known, claim: Claim) -> Found:
    """Return what was delivered to the party in the period, at its price."""
    scope = scope_of(claim)
    first = claim.from_on.toordinal() if claim.from_on else 0
    found = [
        (
            _units(
                known, low=one.low, plain=one.plain, high=one.high, day=one.delivered, support=one.support
            ),
            one,
        )
        for one in of_party(known, scope)
        if first <= one.delivered <= scope.day.toordinal() and claim.counterparty in {"", one.supplier}
    ]
    return _worth(known, ((item, one.sku, one.order) for item, one in found))


def _units(
    known: Known, *, low: Fraction, plain: Fraction, high: Fraction, day: int, support: tuple[Support, ...]
) -> Item:
    is_there = day <= known.day.toordinal()
    return Item(low=low, plain=plain, high=high, support=support, is_there=is_there)


def units_sent(known: Known, claim: Claim) -> list[tuple[Item, str, str]]:
    """Return what decided moves send of the party's own lots to the counterparty, with SKU and order."""
    found = []
    supply = {row["lot"]: row for row in known.world.table("supply").iter_rows(named=True)}
    by = tuple(Support("proposal", one.id, basis=one.basis, evidence=one.evidence) for one in known.applied)
    for send in known.sends:
        owner = known.book.lines.get(known.book.lots[send.lot].reserved_for)
        receiver = known.book.lines[send.order]
        is_meant = owner is not None and owner.customer == claim.party
        if not is_meant or receiver.customer != claim.counterparty:
            continue
        sku = known.book.lots[send.lot].sku
        if claim.sku in {"", sku}:
            own = support_of("supply", supply[send.lot], name=send.lot)
            units = Fraction(send.units)
            day = known.book.lots[send.lot].arrives
            item = _units(known, low=units, plain=units, high=units, day=day, support=(own, *by))
            found.append((item, sku, send.order))
    return found


def value_found(known: Known, claim: Claim) -> Found:
    """Return the value of what moves send to the counterparty, or of what the party holds."""
    if claim.counterparty:
        return _worth(known, units_sent(known, claim))
    scope = scope_of(claim)
    held = []
    for sku in [claim.sku] if claim.sku else sorted(known.skus):
        one = Scope(party=scope.party, sku=sku, site=scope.site, day=scope.day)
        held += [(item, sku, "") for item in delivered(known, one)]
    return _worth(known, held)
