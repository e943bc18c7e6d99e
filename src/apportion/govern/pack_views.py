"""Who sees which groups of a decision pack: vendor, buyer, auditor.

    what the reader's rows are → what may be seen by topic and sort → names that may not be told
    → whatever names one of them is withheld too

The last step needs no knowledge of where a name may stand: a title, a reason, a bottleneck of a plan.
Source: ``docs/concepts/decision-pack.md``, "What each view shows".
"""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from apportion.digest import canonical_bytes
from apportion.govern.events import SYSTEM
from apportion.govern.pack_parts import Document, Part
from apportion.govern.pack_rows import Sort
from apportion.model.columns import Kind
from apportion.model.contracts import TABLES


class View(enum.StrEnum):
    """For whom a pack is."""

    FULL = "full"
    VENDOR = "vendor"
    BUYER = "buyer"
    AUDITOR = "auditor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads a pack.

    Attributes:
        view: As what.
        party: Of which party, for a buyer.
        sides: The parties that gain or lose by the proposal.
    """

    view: View
    party: str = ""
    sides: frozenset[str] = frozenset()

    @property
    def is_side(self) -> bool:
        """Return whether the buyer is one of the sides."""
        return self.party in self.sides


@dataclass(frozen=True, slots=True)
class Seen:
    """What a reader may see.

    Attributes:
        groups: The groups, each by document and path.
        secrets: Names that nothing they see may hold.
        hides_money: Whether prices of some party are withheld.
    """

    groups: frozenset[tuple[Document, str]]
    secrets: frozenset[str]
    hides_money: bool

    def names_none(self, value: object) -> bool:
        """Return whether a value holds none of the secrets, in whatever text of it."""
        return not _naming(self.secrets)(value)


# What the vendor keeps itself; the rest is the business of the parties.
_OF_VENDOR = frozenset(
    {
        *("settings", "parties", "entitlements", "skus", "sites", "readiness", "supply", "orders", "raises"),
        *("shipments", "fleet", "quotas", "lead_times", "undecided"),
        *("proposal", "moves", "raises", "place", "plan", "totals", "proof"),
        *("plan-shares", "plan-allocations", "plan-shortages", "plan-customers", "plan-sites", "plan-levels"),
        *("assessment", "assessed-comparison", "assessed-ranges", "assessed-break_evens"),
        *("outcome", "sides", "conflicts", "notices", "obligations", "events"),
    }
)
_OF_SIDE = frozenset({"proposal", "outcome", "events"})
# What a row is called by, or names: beside its key and what it refers to.
_NAMES = frozenset({"name", "known_to", "vendor", "group"})
# Shorter names stand within words by chance.
_SHORT = 5


def seen(parts: Sequence[Part], reader: Reader) -> Seen:
    """Return what a reader may see of a pack.

    Args:
        parts: Every group of every document.
        reader: Who reads.
    """
    if reader.view is View.FULL:
        return _all(parts)
    if reader.view is View.AUDITOR:
        return _for_auditor(parts, sides=reader.sides)
    may = _for_vendor if reader.view is View.VENDOR else _Own(parts, reader).may
    shown = {(one.document, one.path) for one in parts if may(one)}
    rows = {one.row for one in parts if one.row and (one.document, one.path) in shown}
    secrets = _secrets(parts, rows)
    names = _naming(secrets)
    told = frozenset(
        (one.document, one.path)
        for one in parts
        if (one.document, one.path) in shown and not names(one.value)
    )
    return Seen(told, secrets, hides_money=True)


def _all(parts: Iterable[Part]) -> Seen:
    return Seen(frozenset((one.document, one.path) for one in parts), frozenset(), hides_money=False)


def _for_auditor(parts: Sequence[Part], *, sides: frozenset[str]) -> Seen:
    """Return all but the money of parties that are not on the proposal, and sums and words that would tell it."""
    customers = {
        str(one.cells.get("order")): one.cells.get("customer") for one in parts if one.topic == "orders"
    }

    def is_others(part: Part) -> bool:
        about = set(_parties_of(part.cells, part.topic, customers=customers))
        return bool(about) and about.isdisjoint(sides)

    hidden = {id(one) for one in parts if one.sort in {Sort.MONEY, Sort.NOTE} and is_others(one)}
    sums = {one.topic for one in parts if id(one) in hidden and one.document is Document.ASSESSMENT}
    for one in parts:
        is_sum = one.topic in sums and one.sort is Sort.MONEY and not one.cells.get("party")
        if is_sum or (sums and one.topic == "assessment" and one.sort is Sort.NOTE):
            hidden.add(id(one))
    shown = frozenset((one.document, one.path) for one in parts if id(one) not in hidden)
    return Seen(shown, frozenset(), hides_money=bool(hidden))


def _parties_of(cells: Mapping[str, object], topic: str, *, customers: Mapping[str, object]) -> Iterator[str]:
    """Yield the parties that a row is about."""
    table = TABLES.get(topic)
    for name, cell in cells.items():
        column = None if table is None else table.by_name.get(name)
        is_party = name == "party" or (column is not None and column.refers == "parties" and not column.loose)
        if is_party and cell:
            yield from _texts(cell)
        elif name in {"order", "reserved_for"} and topic not in {"orders", "parties"}:
            yield from (str(customers[one]) for one in _texts(cell) if one in customers)


def _for_vendor(part: Part) -> bool:
    if part.sort in {Sort.NOTE, Sort.DIGEST, Sort.PROVENANCE} or part.topic not in _OF_VENDOR:
        return False
    if part.topic == "parties" and part.cells.get("kind") == "person":
        return False
    return _is_noted(part) and not (part.document is Document.ASSESSMENT and part.sort is Sort.MONEY)


def _is_noted(part: Part) -> bool:
    """Return whether a group is no event that somebody other than the program wrote."""
    return part.topic != "events" or part.cells.get("by") == SYSTEM


class _Own:
    """What is a party's own among the rows of a world."""

    def __init__(self, parts: Sequence[Part], reader: Reader) -> None:
        self.reader, party = reader, reader.party
        rows: dict[str, dict[str, Mapping[str, object]]] = {}
        for one in parts:
            if one.row:
                rows.setdefault(one.topic, {})[one.row] = one.cells

        def cells(topic: str, **wanted: Collection[str]) -> list[Mapping[str, object]]:
            """Return the rows of a table in which each column names one of some names."""
            return [
                one
                for one in rows.get(topic, {}).values()
                if all(not set(_texts(one.get(name))).isdisjoint(names) for name, names in wanted.items())
            ]

        orders = cells("orders", customer={party})
        self.orders = _column(orders, "order")
        lots = cells("supply", reserved_for=self.orders)
        shipments = cells("shipments", order=self.orders)
        fleet = cells("fleet", party={party})
        self.lots = _column(lots, "lot")
        sites = [*cells("sites", operator={party}), *cells("sites", users={party})]
        self.sites = _column(sites, "site") | _column(orders, "sites") | _column([*shipments, *fleet], "site")
        self.skus = _column(orders, "skus") | _column([*shipments, *fleet], "sku")
        vendors = _column(cells("skus", sku=self.skus), "vendor")
        self.parties = {party} | _column(lots, "supplier") | vendors

    def may(self, part: Part) -> bool:
        """Return whether a group is the party's own."""
        if part.sort in {Sort.NOTE, Sort.DIGEST, Sort.PROVENANCE}:
            return False
        match part.document:
            case Document.WORLD:
                return part.topic == "settings" or self._is_own(part)
            case Document.POLICY_RESULT | Document.PLAN:
                return part.topic == "plan" or self._is_planned(part)
            case Document.ASSESSMENT:
                return part.topic.startswith("assessed-") and part.cells.get("party") == self.reader.party
            case Document.PROPOSAL | Document.DECISION:
                return self.reader.is_side and self._is_of_side(part)

    def _is_of_side(self, part: Part) -> bool:
        cells = part.cells
        if part.topic == "moves":
            is_own_lot = cells.get("lot") in self.lots
            return is_own_lot or bool(self.orders.intersection(_texts(cells.get("to_orders"))))
        if part.topic in {"sides", "notices", "obligations", "raises", "conflicts"}:
            return any(
                cells.get(name) == self.reader.party for name in ("party", "entity", "creditor", "debtor")
            )
        return part.topic in _OF_SIDE and _is_noted(part)

    def _is_own(self, part: Part) -> bool:
        cells, topic = part.cells, part.topic
        told = _texts(cells.get("known_to"))
        if told and self.reader.party not in told:
            return False
        if topic == "skus" and part.sort is Sort.MONEY:
            return False  # The vendor's list, not the price agreed with this party.
        named: Mapping[str, tuple[str, Collection[str]]] = {
            "parties": ("party", self.parties),
            "skus": ("sku", self.skus),
            "sites": ("site", self.sites),
            "readiness": ("site", self.sites),
            "supply": ("lot", self.lots),
            "orders": ("order", self.orders),
            "shipments": ("order", self.orders),
            **dict.fromkeys(
                ("entitlements", "raises", "fleet", "quotas", "programmes", "rentals", "claims"),
                ("party", {self.reader.party}),
            ),
        }
        column, names = named.get(topic, ("", ()))
        return cells.get(column) in names

    def _is_planned(self, part: Part) -> bool:
        if part.topic in {"plan-shares", "plan-allocations", "plan-shortages"}:
            return part.cells.get("order") in self.orders
        column = {"plan-customers": "customer", "plan-levels": "demand_class"}.get(part.topic, "")
        return part.cells.get(column) == self.reader.party


def _column(rows: Iterable[Mapping[str, object]], name: str) -> set[str]:
    return {text for one in rows for text in _texts(one.get(name))}


def _texts(cell: object) -> list[str]:
    if isinstance(cell, list):
        return [str(one) for one in cell]
    return [] if cell is None else [str(cell)]


def _secrets(parts: Iterable[Part], shown: Collection[str]) -> frozenset[str]:
    """Return the names that stand in hidden rows, but for those by which a shown row is called."""
    named: set[str] = set()
    called: set[str] = set()
    for one in parts:
        if not one.row:
            continue
        table = TABLES[one.topic]
        own = _texts(one.cells.get(table.key[0])) + _texts(one.cells.get("name"))
        if one.row in shown:
            called.update(own)
        else:
            named.update(own)
            named.update(_referred(one.topic, one.cells))
    return frozenset(name for name in named - called if name)


def _referred(topic: str, cells: Mapping[str, object]) -> Iterator[str]:
    for name, cell in cells.items():
        column = TABLES[topic].by_name[name]
        if name in _NAMES or (column.refers and column.kind is not Kind.CHOICE):
            yield from _texts(cell)


def _naming(secrets: Collection[str]) -> Callable[[object], bool]:
    """Return what tells whether a value holds any of some names: short ones as words, others anywhere."""
    # As they are spelt within the text of a value.
    spelled = [canonical_bytes(name).decode()[1:-1] for name in secrets]
    whole = [name for name in spelled if len(name) >= _SHORT]
    words = [re.compile(rf"(?<![^\W_]){re.escape(name)}(?![^\W_])") for name in spelled if len(name) < _SHORT]

    def holds(value: object) -> bool:
        text = canonical_bytes(value).decode()
        return any(name in text for name in whole) or any(one.search(text) for one in words)

    return holds


def is_entry_seen(by: str, *, reader: Reader) -> bool:
    """Return whether a reader sees an entry of a decision, if no more than who did what and when.

    Args:
        by: Who wrote it.
        reader: Who reads.
    """
    if reader.view in {View.FULL, View.AUDITOR}:
        return True
    # Who of a board did what is the board's; what apportion noted is everybody's on whom it bears.
    return by == SYSTEM and (reader.view is View.VENDOR or reader.is_side)


def is_group_seen(name: str, value: object, *, reader: Reader, found: Seen) -> bool:
    """Return whether a reader sees a group of an entry that they see."""
    if reader.view is View.FULL:
        return True
    if reader.view is View.AUDITOR:
        return not (found.hides_money and "usd" in canonical_bytes(value).decode())
    return name in {"act", "groups"} and found.names_none(value)
