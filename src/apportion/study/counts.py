"""Four different counts of one party on a day, and what makes up power, room and output: each row with its range.

An **item** is what one row, or one delivery, adds to a count, as least, plain and most. A count is the sum of its
items: rows are independent of each other, and lots that share a balance stand at their plain quantities.

Source: ``docs/concepts/claims.md``, E5 to E9 and E28.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from apportion.model.metrics import REFERENCE_UNITS
from apportion.model.plan import MILLION
from apportion.model.policy import Case
from apportion.model.room import Rooms
from apportion.study.capacity import HELD
from apportion.study.known import CASES, Delivery, Known
from apportion.study.stated import Claim, exact
from apportion.study.support import CLAIM, Support, support_of

NOTHING, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """What one row adds to a count.

    Attributes:
        low: At the least.
        plain: As stated, in the case of the view.
        high: At the most.
        support: The rows this rests on.
        is_there: Whether it is there already on the day looked from, and not only due.
    """

    low: Fraction
    plain: Fraction
    high: Fraction
    support: tuple[Support, ...]
    is_there: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """Whose units of which SKU at which site are counted, on which day.

    Attributes:
        party: Whose.
        sku: Of which SKU; empty: of any.
        site: At which site; empty: at any.
        day: The day.
        is_reference: Whether they are counted in reference units.
    """

    party: str
    sku: str
    site: str
    day: dt.date
    is_reference: bool = False

    def holds(self, *, sku: str, site: str) -> bool:
        """Return whether units of a SKU at a site are counted."""
        return self.sku in {"", sku} and self.site in {"", site}


def scope_of(claim: Claim) -> Scope:
    """Return whose units of what and where a claim speaks of."""
    return Scope(
        party=claim.party,
        sku=claim.sku,
        site=claim.site,
        day=claim.as_of_on,
        is_reference=claim.unit == REFERENCE_UNITS,
    )


def ordered(known: Known, scope: Scope) -> Iterator[Item]:
    """Yield what the party's orders ask for; of a closed order, what was shipped."""
    for row in known.lookup.rows("orders", column="customer", values=[scope.party]):
        sku = next(iter(known.book.lines[row["order"]].rates), "")
        is_placed = row["placed_on"] is None or row["placed_on"] <= scope.day
        is_counted = row["commitment"] != "forecast" and is_placed
        if not (is_counted and scope.holds(sku=sku, site=row["sites"][0])):
            continue
        weight = _weight(known, sku, scope=scope)
        support = (support_of("orders", row, name=row["order"]),)
        if row["status"] == "closed":
            units = known.shipped.get(row["order"], NOTHING) * weight
            yield Item(low=units, plain=units, high=units, support=support)
        else:
            yield item_of(row, "quantity", weight=weight, support=support)


def reserved(known: Known, scope: Scope) -> Iterator[Item]:
    """Yield units of lots and shipments that arrive by the day and go to the party."""
    for one in of_party(known, scope):
        if one.arrives <= scope.day.toordinal():
            yield _whole(known, one, scope=scope)


def delivered(known: Known, scope: Scope) -> Iterator[Item]:
    """Yield the fleet on the day and what was delivered by then."""
    yield from fleet(known, scope)
    for one in of_party(known, scope):
        if one.delivered <= scope.day.toordinal():
            yield _whole(known, one, scope=scope)


def active(known: Known, scope: Scope) -> Iterator[Item]:
    """Yield the fleet on the day and what of the deliveries is live; at the most, all that was delivered.

    The replay knows only of the sites that units were sent to. Units may run elsewhere, but none that was not
    delivered can.
    """
    yield from fleet(known, scope)
    day = scope.day.toordinal()
    plain_case = known.stated.view.case
    for one in of_party(known, scope):
        if one.delivered > day:
            continue
        live = {case: one.live_on(day, case=case) for case in CASES}
        missing = one.plain - one.low
        low = max(NOTHING, min(live.values()) - missing)
        weight = _weight(known, one.sku, scope=scope)
        yield Item(
            low=low * weight,
            plain=live[plain_case] * weight,
            high=one.high * weight,
            support=one.support,
            is_there=day <= known.day.toordinal(),
        )


def fleet(known: Known, scope: Scope) -> Iterator[Item]:
    """Yield what the party holds beside deliveries on the day."""
    for row in known.lookup.rows("fleet", column="party", values=[scope.party]):
        is_there = row["since_on"] <= scope.day and (row["until_on"] is None or row["until_on"] > scope.day)
        if is_there and scope.holds(sku=row["sku"], site=row["site"]):
            support = (support_of("fleet", row, name=row["holding"]),)
            yield item_of(row, "quantity", weight=_weight(known, row["sku"], scope=scope), support=support)


def rented(known: Known, scope: Scope) -> Iterator[Item]:
    """Yield what the party rents on the day, wherever it runs; it is in no count.

    A contract names no site, and of an offer nothing is held. What a claim alone stands behind is left out.
    """
    for row in known.lookup.rows("rentals", column="party", values=[scope.party]):
        is_held = row["status"] == HELD and row.get("basis") != CLAIM
        is_on = row["start_on"] <= scope.day and (row["end_on"] is None or row["end_on"] > scope.day)
        if is_held and is_on and scope.sku in {"", row["sku"]}:
            support = (support_of("rentals", row, name=row["contract"]),)
            yield item_of(row, "quantity", weight=_weight(known, row["sku"], scope=scope), support=support)


def rented_most(known: Known, scope: Scope) -> Fraction:
    """Return the most that the party rents elsewhere: nothing where the scope names one site of its own."""
    return NOTHING if scope.site else sum((item.high for item in rented(known, scope)), NOTHING)


def last_fleet_day(known: Known, scope: Scope) -> dt.date | None:
    """Return the day of the party's last fleet row by the day of the scope, wherever it stands; None: it has none."""
    days = [
        row["since_on"]
        for row in known.lookup.rows("fleet", column="party", values=[scope.party])
        if scope.sku in {"", row["sku"]} and row["since_on"] <= scope.day
    ]
    return max(days, default=None)


def documented(known: Known, scope: Scope, *, after: dt.date | None) -> list[Item]:
    """Return the deliveries after one day and by the day of the scope; None: all by then."""
    first = 0 if after is None else after.toordinal()
    return [
        _whole(known, one, scope=scope)
        for one in of_party(known, scope)
        if first < one.delivered <= scope.day.toordinal()
    ]


def forecast(known: Known, scope: Scope) -> Iterator[Item]:
    """Yield the party's forecast orders that are wanted by the day."""
    for row in known.lookup.rows("orders", column="customer", values=[scope.party]):
        sku = next(iter(known.book.lines[row["order"]].rates), "")
        is_due = row["commitment"] == "forecast" and row["requested_on"] <= scope.day
        if is_due and scope.holds(sku=sku, site=row["sites"][0]):
            support = (support_of("orders", row, name=row["order"]),)
            yield item_of(row, "quantity", weight=_weight(known, sku, scope=scope), support=support)


def output(known: Known, scope: Scope, *, from_on: dt.date | None) -> Iterator[Item]:
    """Yield the lots that the party supplies in the period."""
    for row in known.lookup.rows("supply", column="supplier", values=[scope.party]):
        if scope.sku in {"", row["sku"]} and (from_on or dt.date.min) <= row["arrives_on"] <= scope.day:
            item = item_of(
                row,
                "quantity",
                weight=_weight(known, row["sku"], scope=scope),
                support=(support_of("supply", row, name=row["lot"]),),
                is_there=row["arrives_on"] <= known.day,
            )
            yield _at_plain(item) if row["balance"] else item


def of_party(known: Known, scope: Scope) -> Iterator[Delivery]:
    """Yield the deliveries to the party that the scope holds, whatever their day."""
    for one in known.deliveries_of.get(scope.party, ()):
        if scope.holds(sku=one.sku, site=one.site):
            yield one


def sites_meant(known: Known, scope: Scope) -> tuple[str, ...]:
    """Return the site of the scope, or all sites of the party."""
    return (scope.site,) if scope.site else known.sites_of.get(scope.party, ())


def sites_without_date(known: Known, scope: Scope) -> tuple[str, ...]:
    """Return the sites meant of which no readiness is known but by a claim."""
    sites = sites_meant(known, scope)
    dated = {row["site"] for row in known.lookup.rows("readiness", column="site", values=sites)}
    return tuple(site for site in sites if site not in dated)


def power(known: Known, scope: Scope) -> Mapping[Case, Fraction]:
    """Return the usable power of the sites meant on the day in each case, in kW."""
    return {
        case: sum(
            (
                Fraction(known.rooms[case].sites[site].limit_on(scope.day).power_milliwatt, MILLION)
                for site in sites_meant(known, scope)
            ),
            NOTHING,
        )
        for case in CASES
    }


def room(known: Known, scope: Scope, *, from_on: dt.date | None) -> Mapping[Case, Fraction]:
    """Return the most units for which the sites meant had power left on one day of the period, in each case."""
    return {
        case: _room(known.rooms[case], scope=scope, sites=sites_meant(known, scope), from_on=from_on)
        for case in CASES
    }


def _room(rooms: Rooms, *, scope: Scope, sites: Iterable[str], from_on: dt.date | None) -> Fraction:
    named = list(sites)
    first = from_on or scope.day
    days = {first, scope.day}
    for site in named:
        days.update(day for day in rooms.sites[site].change_days() if first <= day <= scope.day)
    return max(
        sum(
            (_units_left(rooms, site=site, sku=scope.sku, day=day) for site in named),
            NOTHING,
        )
        for day in days
    )


def _units_left(rooms: Rooms, *, site: str, sku: str, day: dt.date) -> Fraction:
    left = rooms.sites[site].left_on(day).clipped
    each = rooms.unit_draw(sku, site=site)
    if not rooms.is_cooled(sku, site=site):
        return NOTHING
    fits = [limit // one for limit, one in zip(left, each, strict=True) if limit is not None and one]
    return Fraction(min(fits, default=0))


def readiness_rows(known: Known, scope: Scope, *, until: dt.date = dt.date.max) -> tuple[Support, ...]:
    """Return the readiness rows of the sites meant that may be ready by a day, claims left out."""
    return tuple(
        support_of("readiness", row, name=f"{row['site']} {row['step']}")
        for row in known.lookup.rows("readiness", column="site", values=sites_meant(known, scope))
        if (row.get("ready_on_early") or row["ready_on"]) <= until
    )


def _whole(known: Known, one: Delivery, *, scope: Scope) -> Item:
    weight = _weight(known, one.sku, scope=scope)
    return Item(
        low=one.low * weight,
        plain=one.plain * weight,
        high=one.high * weight,
        support=one.support,
        is_there=one.delivered <= known.day.toordinal(),
    )


def item_of(
    row: Mapping[str, object],
    column: str,
    *,
    support: tuple[Support, ...],
    weight: Fraction = ONE,
    is_there: bool = True,
) -> Item:
    """Return what a column of a row adds, with the range that its siblings give."""
    plain = exact(row[column]) or NOTHING
    low, high = exact(row.get(f"{column}_low")), exact(row.get(f"{column}_high"))
    return Item(
        low=(plain if low is None else low) * weight,
        plain=plain * weight,
        high=(plain if high is None else high) * weight,
        support=support,
        is_there=is_there,
    )


def _at_plain(item: Item) -> Item:
    return Item(
        low=item.plain, plain=item.plain, high=item.plain, support=item.support, is_there=item.is_there
    )


def _weight(known: Known, sku: str, *, scope: Scope) -> Fraction:
    """Return what one unit counts for: 1, or its reference units."""
    if not scope.is_reference:
        return Fraction(1)
    return exact(known.skus[sku]["reference_units"]) or Fraction(1)
