"""A proposal's moves, checked against the book: who receives which units, or what is wrong with it.

Source: ``docs/reference/scenario.md``, "A proposal".
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

from apportion.errors import Code, Finding, Severity, has_errors, in_order
from apportion.model.plan import MILLION
from apportion.model.proposal import Kind, Move, Proposal
from apportion.model.room import read_rooms
from apportion.model.world import ALL, PARTY_PREFIX, PUBLIC, World
from apportion.study.book import Book, Send, booked_parts, parts_with


def resolve_moves(world: World, proposal: Proposal, *, book: Book) -> tuple[list[Send], list[Finding]]:
    """Return who receives what by the moves of a proposal, and all that is wrong with it.

    The sends are to be used only where no finding is of error grade.
    """
    named = list(_check_named(world, proposal))
    if proposal.kind is Kind.PRIORITY:
        return [], in_order([*named, *_check_raises(world, proposal)])
    resolving = _Resolving(world, proposal, book=book)
    resolving.findings.extend(named)
    sends = resolving.sends()
    if not has_errors(resolving.findings) and parts_with(book, sends=sends) == booked_parts(book):
        resolving.findings.append(_nothing_changes(proposal, world))
    return sends, in_order(resolving.findings)


def check_alone(world: World, proposal: Proposal, *, book: Book) -> list[Finding]:
    """Return what is wrong with entries of a proposal that was read in part, each looked at by itself.

    What is empty could not be read and is passed over, and so is all that several moves come to together.
    """
    resolving = _Resolving(world, proposal, book=book)
    resolving.check_alone()
    customers = set(world.table("orders")["customer"])
    telling = _Telling(proposal.file, world=world)
    parties = [
        telling.unknown(f"raise[{number}].party", one.party, known=customers, what="customer with an order")
        for number, one in enumerate(proposal.raises, start=1)
        if one.party and one.party not in customers
    ]
    return in_order([*_check_named(world, proposal), *resolving.findings, *parties])


def room_of_orders(book: Book, leaving: Mapping[str, int]) -> dict[str, int]:
    """Return what each order can take beside what it keeps of its own lots, in 10⁻¹² of an ordered unit.

    Args:
        book: Lots and orders.
        leaving: The whole units that moves take of each lot.
    """
    kept: dict[str, int] = defaultdict(int)
    for part in booked_parts(book):
        # What leaves is first what nobody had room for, then what was booked.
        spare = book.lots[part.lot].units * MILLION - part.units
        gone = max(0, leaving.get(part.lot, 0) * MILLION - spare)
        kept[part.order] += max(0, part.units - gone) * book.lines[part.order].rates[part.sku]
    return {line.order: line.open - kept[line.order] for line in book.lines.values()}


def _nothing_changes(proposal: Proposal, world: World) -> Finding:
    return _Telling(proposal.file, world=world).tell(
        Code.MOVE_CHANGES_NOTHING,
        "moves",
        severity=Severity.WARNING,
        found="Everybody receives the same units at the same site as booked.",
        expected="moves to another order or site than a lot is booked for.",
        fix="Check lots and orders.",
    )


def _check_named(world: World, proposal: Proposal) -> Iterator[Finding]:
    """Yield a warning for each party and evidence that a proposal names and nobody states."""
    telling = _Telling(proposal.file, world=world)
    names = {
        "party": [("decided_by", proposal.decided_by), *(("known_to", party) for party in proposal.known_to)],
        "piece of evidence": [("evidence", one) for one in proposal.evidence],
    }
    for what, named in names.items():
        table, key = _TABLES_OF[what]
        known = set(world.table(table)[key])
        for column, name in named:
            if name and name not in known and table in world.tables:
                yield telling.unknown(column, name, known=known, what=what, severity=Severity.WARNING)


def _check_raises(world: World, proposal: Proposal) -> Iterator[Finding]:
    customers = world.table("orders").group_by("customer").agg("tier")
    tiers = {customer: max(found) for customer, found in customers.iter_rows()}
    telling = _Telling(proposal.file, world=world)
    calendar = world.settings.calendar
    for number, one in enumerate(proposal.raises, start=1):
        where = f"raise[{number}]."
        if one.party not in tiers:
            yield telling.unknown(f"{where}party", one.party, known=tiers, what="customer with an order")
        elif tiers[one.party] <= one.tier:
            yield telling.tell(
                Code.MOVE_CHANGES_NOTHING,
                f"{where}tier",
                severity=Severity.WARNING,
                found=f"No order of {one.party!r} has a tier after {one.tier}, so the raise changes nothing.",
                expected="a tier before that of an order, 0 at the least.",
                fix="Name a lower tier, or leave the raise out.",
            )
        if one.from_on >= calendar.end_on or (one.until_on or calendar.end_on) <= calendar.start_on:
            yield telling.tell(
                Code.MOVE_CHANGES_NOTHING,
                f"{where}from_on",
                severity=Severity.WARNING,
                found=f"The raise holds from {one.from_on} to {one.until_on or 'the end'}, outside the plan.",
                expected=f"a period that meets [{calendar.start_on}, {calendar.end_on}).",
                fix="Change the days.",
            )


# Where each kind of thing that a proposal names is stated.
_TABLES_OF = {
    "lot": ("supply", "lot"),
    "order": ("orders", "order"),
    "site": ("sites", "site"),
    "customer with an order": ("orders", "customer"),
    "party": ("parties", "party"),
    "piece of evidence": ("evidence", "id"),
}


def _an(what: str) -> str:
    return f"{'an' if what[0] in 'aeiou' else 'a'} {what}"


class _Telling:
    """Makes findings about one proposal's file."""

    def __init__(self, file: str, *, world: World) -> None:
        self._file = file
        self._world = world

    def tell(
        self,
        code: Code,
        column: str,
        *,
        found: str,
        expected: str,
        fix: str,
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        return Finding(
            code=code,
            severity=severity,
            file=self._file,
            column=column,
            found=found,
            expected=expected,
            fix=fix,
        )

    def unknown(
        self,
        column: str,
        value: str,
        *,
        known: Iterable[str],
        what: str,
        severity: Severity = Severity.ERROR,
    ) -> Finding:
        table, key = _TABLES_OF[what]
        stated = self._world.tables.get(table)
        if stated is not None and value in stated[key]:
            return self._hidden(column, value, what=what, severity=severity)
        near = difflib.get_close_matches(value, list(known), n=1)
        return self.tell(
            Code.REFERENCE_UNKNOWN,
            column,
            severity=severity,
            found=f"There is no {what} {value!r}.",
            expected=f"{_an(what)} of the scenario.",
            fix=f"Did you mean {near[0]!r}?" if near else "Name one that is there.",
        )

    def _hidden(self, column: str, value: str, *, what: str, severity: Severity) -> Finding:
        """Return what is told of a name that the scenario has and the view does not."""
        view = self._world.view
        day = "" if view.as_known_on is None else f" by {view.as_known_on}"
        whom = {ALL: "anybody", PUBLIC: "the public"}.get(
            view.viewpoint, view.viewpoint.removeprefix(PARTY_PREFIX)
        )
        return self.tell(
            Code.REFERENCE_UNKNOWN,
            column,
            severity=severity,
            found=f"The {what} {value!r} was not known{day} to {whom}.",
            expected=f"{_an(what)} that the viewer knew of on that day.",
            fix="Assess it as known on a later day, or from another viewpoint.",
        )


class _Resolving:
    """Resolves the moves of one proposal, keeping every finding on the way."""

    def __init__(self, world: World, proposal: Proposal, *, book: Book) -> None:
        self._rooms = read_rooms(world)
        self._sites = set(world.table("sites")["site"])
        self._moves = proposal.moves
        self._book = book
        self._telling = _Telling(proposal.file, world=world)
        self.findings: list[Finding] = []

    def sends(self) -> list[Send]:
        """Return the units that each order receives by the moves."""
        good = [
            (number, move) for number, move in enumerate(self._moves, start=1) if self._is_known(number, move)
        ]
        self._check_repeated(good)
        units = self._units(good)
        room = self._room_of_orders(good, units)
        sends: list[Send] = []
        for number, move in good:
            sends.extend(self._fill(number, move, units=units.get(number, 0), room=room))
        return sends

    def check_alone(self) -> None:
        """Look at each move by itself."""
        for number, move in enumerate(self._moves, start=1):
            self._is_known(number, move)

    def _is_known(self, number: int, move: Move) -> bool:
        """Return whether lot, orders and site of a move are there and fit each other."""
        before = len(self.findings)
        where = f"moves[{number}]."
        lot = self._book.lots.get(move.lot)
        if lot is None and move.lot:
            self.findings.append(
                self._telling.unknown(f"{where}lot", move.lot, known=self._book.lots, what="lot")
            )
        elif lot is not None and lot.arrives >= self._book.end:
            self.findings.append(
                self._telling.tell(
                    Code.MOVE_CHANGES_NOTHING,
                    f"{where}lot",
                    severity=Severity.WARNING,
                    found=f"Lot {lot.lot!r} arrives after the plan ends, so nobody receives it.",
                    expected="a lot that arrives before the end.",
                    fix="Name another lot, or let the plan end later.",
                )
            )
        if move.site and move.site not in self._sites:
            self.findings.append(
                self._telling.unknown(f"{where}site", move.site, known=self._sites, what="site")
            )
        for order in move.to_orders:
            self._check_order(where, move, order=order)
        return not any(one.severity is Severity.ERROR for one in self.findings[before:])

    def _check_order(self, where: str, move: Move, *, order: str) -> None:
        line, lot = self._book.lines.get(order), self._book.lots.get(move.lot)
        if line is None:
            self.findings.append(
                self._telling.unknown(f"{where}to_order", order, known=self._book.lines, what="order")
            )
            return
        if lot is not None and lot.sku not in line.rates:
            self._not_accepted(
                f"{where}to_order",
                found=f"Order {order!r} does not accept {lot.sku!r}, which lot {lot.lot!r} holds.",
                expected=f"an order that accepts {lot.sku!r}.",
            )
        if not move.site or move.site not in self._sites:
            return
        if move.site not in line.sites:
            self._not_accepted(
                f"{where}site",
                found=f"Order {order!r} does not accept the site {move.site!r}.",
                expected=f"one of {', '.join(line.sites)}.",
            )
        elif not self._rooms.may_use(line.customer, site=move.site):
            self._not_accepted(
                f"{where}site",
                found=f"{line.customer!r}, whose order {order!r} is, may not use the site {move.site!r}.",
                expected="a site that the receiver may use.",
            )
        elif lot is not None and not self._rooms.is_cooled(lot.sku, site=move.site):
            self._not_accepted(
                f"{where}site",
                found=f"The site {move.site!r} cannot cool {lot.sku!r}.",
                expected="a site that offers its cooling.",
            )

    def _not_accepted(self, column: str, *, found: str, expected: str) -> None:
        self.findings.append(
            self._telling.tell(
                Code.MOVE_NOT_ACCEPTED,
                column,
                found=found,
                expected=expected,
                fix="Name another, or change the order or the site.",
            )
        )

    def _check_repeated(self, good: Iterable[tuple[int, Move]]) -> None:
        counts = Counter((move.lot, move.to_orders, move.site) for _, move in good)
        told: set[tuple[str, tuple[str, ...], str]] = set()
        for number, move in good:
            key = (move.lot, move.to_orders, move.site)
            if counts[key] > 1 and key in told:
                self.findings.append(
                    self._telling.tell(
                        Code.MOVE_REPEATED,
                        f"moves[{number}]",
                        found=f"Lot {move.lot!r} goes to {', '.join(move.to_orders)} a second time.",
                        expected="each part of a lot once.",
                        fix="Join the two moves into one, with the sum of their quantities.",
                    )
                )
            told.add(key)

    def _units(self, good: Iterable[tuple[int, Move]]) -> dict[int, int]:
        """Return the whole units that each move takes of its lot."""
        left = {lot.lot: lot.units for lot in self._book.lots.values()}
        units: dict[int, int] = {}
        for number, move in good:
            most = left[move.lot]
            wanted = most if move.quantity is None else move.quantity
            if wanted > most or not most:
                self.findings.append(self._above_lot(number, move.lot, wanted=wanted, most=most))
            units[number] = min(wanted, most)
            left[move.lot] -= units[number]
        return units

    def _above_lot(self, number: int, lot: str, *, wanted: int, most: int) -> Finding:
        held = self._book.lots[lot].units
        many = f"{wanted} units of lot {lot!r} are to go; of its {held} the moves before left {most}."
        return self._telling.tell(
            Code.MOVE_ABOVE_LOT,
            f"moves[{number}].quantity",
            found=many if wanted else f"Nothing is left of the {held} units of lot {lot!r}.",
            expected=f"at most {most} units.",
            fix="Lower the quantity, or name another lot.",
        )

    def _room_of_orders(self, good: Iterable[tuple[int, Move]], units: Mapping[int, int]) -> dict[str, int]:
        leaving: dict[str, int] = defaultdict(int)
        for number, move in good:
            leaving[move.lot] += units[number]
        return room_of_orders(self._book, leaving)

    def _fill(self, number: int, move: Move, *, units: int, room: dict[str, int]) -> Iterator[Send]:
        """Yield what each order of a move receives, in turn; what none has room for is a finding."""
        left = units
        for order in move.to_orders:
            line = self._book.lines[order]
            rate = line.rates[self._book.lots[move.lot].sku]
            given = min(left, max(0, room[order]) // (rate * MILLION))
            if given:
                room[order] -= given * rate * MILLION
                left -= given
                yield Send(lot=move.lot, order=order, site=move.site or line.sites[0], units=given)
        if left:
            orders = ", ".join(move.to_orders)
            self.findings.append(
                self._telling.tell(
                    Code.MOVE_ABOVE_ORDER,
                    f"moves[{number}].quantity",
                    found=f"{units} units go to {orders}, where there is room for {units - left}, "
                    "beside the lots that stay with them.",
                    expected="no more than the orders still want.",
                    fix="Lower the quantity, name another order, or move an order's own lot elsewhere first.",
                )
            )
