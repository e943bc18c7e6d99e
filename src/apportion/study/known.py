"""What a viewer knows on a day, claims left out: deliveries after the moves decided, fleet, power.

    world, proposals → rows of basis `claim` taken out → moves known and decided by the day → deliveries
                                                       → what of them is live, in each case

Source: ``docs/concepts/claims.md``, E1 to E3.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

from apportion.errors import has_errors
from apportion.model.plan import MILLION
from apportion.model.policy import Case
from apportion.model.proposal import Kind, Proposal
from apportion.model.room import Rooms, later, read_rooms
from apportion.model.world import ALL, PARTY_PREFIX, PUBLIC, View, World
from apportion.study.book import Book, Part, Send, booked_parts, parts_with, read_book
from apportion.study.entries import EntryMaker, Horizon, in_stock_order
from apportion.study.lookup import Lookup
from apportion.study.moves import resolve_moves
from apportion.study.replay import walk_sites
from apportion.study.support import Support, is_no_claim, support_of

# The tables whose rows may support a claim, and whose rows of basis `claim` never do.
DOCUMENTED = ("fleet", "orders", "supply", "shipments", "readiness", "interests")
CASES = (Case.UNFAVOURABLE, Case.MIDDLE, Case.FAVOURABLE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Units of one lot or shipment that a party receives at a site.

    Attributes:
        party: Who receives them.
        sku: What.
        site: Where.
        order: For which order.
        lot: The lot; empty: not known.
        supplier: Who supplies them; empty: not known.
        arrives: The day the lot can be shipped from, as an ordinal.
        delivered: The day they are delivered.
        low: The least units.
        plain: Units.
        high: The most.
        live: What is live from which day on, in each case.
        support: The rows this rests on.
    """

    party: str
    sku: str
    site: str
    order: str
    lot: str
    supplier: str
    arrives: int
    delivered: int
    low: Fraction
    plain: Fraction
    high: Fraction
    live: Mapping[Case, Sequence[tuple[int, Fraction]]]
    support: tuple[Support, ...]

    def live_on(self, day: int, *, case: Case) -> Fraction:
        """Return the units live on a day."""
        return sum((units for since, units in self.live[case] if since <= day), Fraction(0))


@dataclass(frozen=True)
class Known:
    """What a viewer knows on a day, claims left out.

    Attributes:
        world: The facts under the view, rows of basis `claim` taken out.
        stated: The facts under the view as they stand.
        day: The day looked from.
        book: Lots and orders.
        sends: The moves applied.
        applied: The proposals applied, in the order in which they were decided.
        left_out: Proposals known, of which the viewer does not know every lot and order.
        until: The last day looked at, as an ordinal.
    """

    world: World
    stated: World
    day: dt.date
    book: Book
    sends: Sequence[Send]
    applied: tuple[Proposal, ...]
    left_out: tuple[Proposal, ...]
    until: int

    @cached_property
    def deliveries(self) -> tuple[Delivery, ...]:
        """Return what parties receive, of lots and by shipments."""
        return (*_of_lots(self), *_of_shipments(self))

    @cached_property
    def rooms(self) -> Mapping[Case, Rooms]:
        """Return the room of the sites in each case."""
        return {case: read_rooms(self.world.case(str(case))) for case in CASES}

    @cached_property
    def deliveries_of(self) -> Mapping[str, tuple[Delivery, ...]]:
        """Return the deliveries by the party that receives them."""
        found: dict[str, list[Delivery]] = defaultdict(list)
        for one in self.deliveries:
            found[one.party].append(one)
        return {party: tuple(those) for party, those in found.items()}

    @cached_property
    def lookup(self) -> Lookup:
        """Return the rows that may support a claim, by what stands in a column."""
        names = (*DOCUMENTED, "lead_times", "rentals")
        return Lookup({name: self.world.table(name) for name in names})

    @cached_property
    def claimed(self) -> Lookup:
        """Return the rows behind which a claim alone stands, by what stands in a column."""
        standing = {name: self.stated.table(name) for name in ("fleet", "orders", "readiness", "rentals")}
        return Lookup({name: frame.filter(~is_no_claim(frame)) for name, frame in standing.items()})

    @cached_property
    def shipped(self) -> Mapping[str, Fraction]:
        """Return the units shipped by order."""
        found: dict[str, Fraction] = defaultdict(Fraction)
        for order, quantity in self.world.table("shipments").select("order", "quantity").iter_rows():
            found[order] += quantity
        return dict(found)

    @cached_property
    def lead_days(self) -> Mapping[str, int]:
        """Return the days that a delivery to each site takes."""
        return dict(self.world.table("sites").select("site", "lead_days").iter_rows())

    @cached_property
    def event_days(self) -> Sequence[int]:
        """Return the days, in order, on which units of anybody begin to run or to be held."""
        days = {since for one in self.deliveries for live in one.live.values() for since, _ in live}
        days.update(day.toordinal() for day in self.world.table("fleet")["since_on"].to_list())
        return sorted(days)

    @cached_property
    def skus(self) -> Mapping[str, Mapping[str, object]]:
        """Return the rows of the SKUs by name."""
        return {row["sku"]: row for row in self.world.table("skus").iter_rows(named=True)}

    @cached_property
    def sites_of(self) -> Mapping[str, tuple[str, ...]]:
        """Return the sites of each party: those that name it as user, or, where they name none, as operator."""
        found: dict[str, list[str]] = defaultdict(list)
        for site, operator, users in (
            self.world.table("sites").select("site", "operator", "users").iter_rows()
        ):
            for party in dict.fromkeys(users or [operator]):
                found[party].append(site)
        return {party: tuple(sorted(sites)) for party, sites in found.items()}


def day_looked_from(world: World) -> dt.date:
    """Return the day of a view: the last day of the plan where the view names none."""
    return world.view.as_known_on or world.settings.calendar.end_on - dt.timedelta(days=1)


def is_proposal_known(proposal: Proposal, *, view: View, day: dt.date) -> bool:
    """Return whether a viewer knows of a proposal on a day, as of any row."""
    is_known = proposal.known_on is None or proposal.known_on <= day
    is_public = proposal.public_on is not None and proposal.public_on <= day
    if view.viewpoint == ALL:
        return is_known
    if view.viewpoint == PUBLIC:
        return is_public
    return is_public or (is_known and view.viewpoint.removeprefix(PARTY_PREFIX) in proposal.known_to)


def read_known(world: World, proposals: Iterable[Proposal] = (), *, until: dt.date | None = None) -> Known:
    """Return what the viewer of a world knows, with the moves decided by then carried out.

    Args:
        world: The facts under a view.
        proposals: Those that lie beside them.
        until: The last day looked at; None: the day looked from.
    """
    day = day_looked_from(world)
    last = max(day, until or day, world.settings.calendar.end_on)
    bare = without_claims(world)
    # A target may lie after the plan, and what is delivered by then counts.
    book = replace(read_book(bare), end=last.toordinal() + 1)
    sends: list[Send] = []
    applied: list[Proposal] = []
    left_out: list[Proposal] = []
    for proposal in sorted(proposals, key=lambda one: (one.decided_on or dt.date.max, one.id)):
        is_decided = proposal.decided_on is not None and proposal.decided_on <= day
        is_move = proposal.kind is not Kind.PRIORITY and bool(proposal.moves)
        if not (is_decided and is_move and is_proposal_known(proposal, view=world.view, day=day)):
            continue
        resolved, findings = resolve_moves(bare, proposal, book=book)
        if has_errors(findings):
            left_out.append(proposal)
        else:
            applied.append(proposal)
            sends.extend(resolved)
    return Known(
        world=bare,
        stated=world,
        day=day,
        book=book,
        sends=tuple(sends),
        applied=tuple(applied),
        left_out=tuple(left_out),
        until=last.toordinal(),
    )


def without_claims(world: World) -> World:
    """Return a world without the rows that are known by a claim alone, the claims themselves left in."""
    tables = {
        name: frame.filter(is_no_claim(frame)) if name in DOCUMENTED else frame
        for name, frame in world.tables.items()
    }
    return replace(world, tables=tables)


def _of_lots(known: Known) -> Iterable[Delivery]:
    parts = _joined(parts_with(known.book, sends=known.sends))
    booked = {(part.lot, part.order, part.site, part.units) for part in booked_parts(known.book)}
    by_proposal = tuple(
        Support("proposal", one.id, basis=one.basis, evidence=one.evidence) for one in known.applied
    )
    live = {case: _live(known, parts, case=case) for case in CASES}
    rows = {row["lot"]: row for row in known.world.table("supply").iter_rows(named=True)}
    for part in parts:
        row, lot = rows[part.lot], known.book.lots[part.lot]
        plain = Fraction(part.units, MILLION)
        low, high = _box(row, part=plain)
        lead_days = known.rooms[Case.MIDDLE].sites[part.site].lead_days
        arrives_on = dt.date.fromordinal(lot.arrives)
        own = (support_of("supply", row, name=part.lot),)
        is_booked = (part.lot, part.order, part.site, part.units) in booked
        yield Delivery(
            party=known.book.lines[part.order].customer,
            sku=part.sku,
            site=part.site,
            order=part.order,
            lot=part.lot,
            supplier=row["supplier"],
            arrives=lot.arrives,
            delivered=later(arrives_on, days=lead_days).toordinal(),
            low=low,
            plain=plain,
            high=high,
            live={case: live[case].get(_key(part), ()) for case in CASES},
            support=own if is_booked else (*own, *by_proposal),
        )


def _box(row: Mapping[str, object], *, part: Fraction) -> tuple[Fraction, Fraction]:
    """Return the least and most of a part of a lot.

    Lots that share a balance keep the sum of their plain quantities, so they stand at these here.
    """
    plain = Fraction(str(row["quantity"]))
    low, high = row.get("quantity_low"), row.get("quantity_high")
    if row["balance"]:
        return part, part
    least = part if low is None else max(Fraction(0), part - (plain - Fraction(str(low))))
    most = part if high is None or part != plain else Fraction(str(high))
    return least, most


def _key(part: Part) -> tuple[str, str, str]:
    return part.lot, part.order, part.site


def _joined(parts: Iterable[Part]) -> list[Part]:
    """Return one part for each lot, order and site."""
    found: dict[tuple[str, str, str], Part] = {}
    for part in parts:
        before = found.get(_key(part))
        found[_key(part)] = part if before is None else replace(before, units=before.units + part.units)
    return list(found.values())


def _live(
    known: Known, parts: Sequence[Part], *, case: Case
) -> Mapping[tuple[str, str, str], Sequence[tuple[int, Fraction]]]:
    """Return what of each part is live from which day on, by the replay at the site it ships to."""
    world, rooms = known.world.case(str(case)), known.rooms[case]
    maker = EntryMaker.of(world, rooms=rooms)
    keys = {}
    entries = []
    for part in parts:
        entry = maker.entry(
            part.order, lot=part.lot, sku=part.sku, site=part.site, ships=part.day, units=part.units
        )
        keys[entry] = _key(part)
        entries.append(entry)
    horizon = Horizon(known.book.start, known.until + 1)
    found: dict[tuple[str, str, str], list[tuple[int, Fraction]]] = defaultdict(list)
    for switch in walk_sites(in_stock_order(entries), rooms=rooms, horizon=horizon):
        found[keys[switch.entry]].append((switch.day, Fraction(switch.units, MILLION)))
    return found


def _of_shipments(known: Known) -> Iterable[Delivery]:
    customers = {line.order: line.customer for line in known.book.lines.values()}
    suppliers = dict(known.world.table("supply").select("lot", "supplier").iter_rows())
    for row in known.world.table("shipments").iter_rows(named=True):
        if row["order"] not in customers:
            continue
        lead_days = known.rooms[Case.MIDDLE].sites[row["site"]].lead_days
        arrived_on = row["delivered_on"] or later(row["shipped_on"], days=lead_days)
        live_on = row["live_on"] or later(row["shipped_on"], days=lead_days)
        units = Fraction(row["quantity"])
        yield Delivery(
            party=customers[row["order"]],
            sku=row["sku"],
            site=row["site"],
            order=row["order"],
            lot=row["lot"] or "",
            supplier=suppliers.get(row["lot"] or "", ""),
            arrives=row["shipped_on"].toordinal(),
            delivered=arrived_on.toordinal(),
            low=units,
            plain=units,
            high=units,
            live={case: ((live_on.toordinal(), units),) for case in CASES},
            support=(support_of("shipments", row, name=row["shipment"]),),
        )
