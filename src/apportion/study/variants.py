"""One scope under other numbers: settings of knobs → the answers of booked and proposed.

The light way through the same steps as an assessment: lots, orders and moves are changed as plain values, and
rooms are read again only where power or fleet changes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import polars as pl

from apportion.model.columns import NUMBER
from apportion.model.plan import MILLION
from apportion.model.room import Rooms, read_rooms
from apportion.model.world import World
from apportion.study.book import ORDERED, Book, Line, Send, booked_parts, parts_with
from apportion.study.elsewhere import Elsewhere, read_elsewhere, walk_everywhere
from apportion.study.entries import EntryMaker, Horizon, OrderRank, ranked_orders, read_horizon
from apportion.study.knobs import Cell, Setting
from apportion.study.measures import Measuring, Prices, Tallies, read_prices, tallies_of
from apportion.study.moved import Moved, moved_units, value_of
from apportion.study.outcome import Outcome, entries_of
from apportion.study.replay import walk_sites
from apportion.study.stock import Held

Answer = tuple[str, str]  # Party (empty: all) and measure.
Answers = Mapping[Answer, Fraction | None]

MEASURES = (
    "live_gained_gpu_days",
    "idle_avoided_gpu_days",
    "shifted_gpu_days",
    "delay_months_mean",
    "value_usd",
    "rent_value_usd",
    "depreciation_usd",
    "live_gained_gpu_days_all_sites",
)
"""What is asked of every variant; in all, only what is not zero by definition."""
_NOT_IN_ALL = frozenset({"shifted_gpu_days", "delay_months_mean"})
_AT_SITES = frozenset({"sites", "readiness", "fleet", "shipments"})
_MOVES_ROOM = frozenset({"site_kw"})


@dataclass(frozen=True, slots=True)
class _Places:
    """Rooms and where else units may go live, under one power and fleet."""

    rooms: Rooms
    elsewhere: Elsewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What happens under one setting: booked, proposed, and what the second reading gains by party."""

    before: Tallies
    after: Tallies
    gained_everywhere: Mapping[str, int]
    moved: Moved


@dataclass(kw_only=True)
class Variants:
    """Answers of one case of one scope under other settings; the same setting is worked out once.

    Attributes:
        world: The facts of the scope, in one case.
        book: Its lots and orders.
        sends: The moves, resolved.
        answered: How many different settings have been worked out.
    """

    world: World
    book: Book
    sends: Sequence[Send]
    _known: dict[frozenset[tuple[Cell, int]], Answers] = field(default_factory=dict)
    _runs: dict[frozenset[tuple[Cell, int]], _Run] = field(default_factory=dict)
    _places: dict[frozenset[tuple[Cell, int]], _Places] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read once what no setting changes."""
        self._prices = read_prices(self.world)
        self._horizon: Horizon = read_horizon(self.world)
        self._ranks: Mapping[str, OrderRank] = ranked_orders(self.world)
        self._parties = sorted({line.customer for line in self.book.lines.values()})
        self._near = near_world(self.world, book=self.book)

    @property
    def answered(self) -> int:
        """Return how many different settings have been worked out."""
        return len(self._known)

    def answers(self, setting: Setting) -> Answers:
        """Return every answer under a setting."""
        key = frozenset(setting.items())
        if key not in self._known:
            self._known[key] = self._answer(setting)
        return self._known[key]

    def _answer(self, setting: Setting) -> Answers:
        run = self._run({cell: value for cell, value in setting.items() if not _is_price(cell)})
        prices = _varied_prices(self._prices, setting)
        measuring = Measuring(prices=prices, horizon=self._horizon, before=run.before)
        found: dict[Answer, Fraction | None] = {}
        for party in ["", *self._parties]:
            values = dict(measuring.measure(run.after, group=(party, "")))
            values["value_usd"] = value_of(run.moved.exchanged(party), prices)
            own = [party] if party else self._parties
            values["live_gained_gpu_days_all_sites"] = Fraction(
                sum(run.gained_everywhere.get(one, 0) for one in own), MILLION
            )
            for name in MEASURES:
                value = values[name]
                if party or name not in _NOT_IN_ALL:
                    found[party, name] = value if isinstance(value, Fraction) else None
        return found

    def _run(self, setting: Setting) -> _Run:
        """Return what happens under a setting, whatever things cost."""
        key = frozenset(setting.items())
        if key not in self._runs:
            places = self._places_under(setting)
            book, sends = varied_book(self.book, self.sends, setting=setting)
            maker = EntryMaker(orders=self._ranks, rooms=places.rooms, start=self._horizon.start)
            outcomes = []
            for parts in (booked_parts(book), parts_with(book, sends=sends)):
                entries = entries_of(parts, maker=maker)
                switches = walk_sites(entries, rooms=places.rooms, horizon=self._horizon)
                # As booked and as proposed nothing waits at the supplier, so nobody's measures need the stock.
                outcomes.append(
                    Outcome(entries=entries, switches=switches, held=Held(), horizon=self._horizon)
                )
            was, now = (self._live_everywhere(one, places.elsewhere) for one in outcomes)
            self._runs[key] = _Run(
                before=tallies_of(outcomes[0]),
                after=tallies_of(outcomes[1]),
                gained_everywhere={party: now.get(party, 0) - was.get(party, 0) for party in self._parties},
                moved=moved_units(book, sends),
            )
        return self._runs[key]

    def _live_everywhere(self, outcome: Outcome, elsewhere: Elsewhere) -> dict[str, int]:
        live: dict[str, int] = {}
        for one in walk_everywhere(outcome.entries, where=elsewhere, horizon=self._horizon):
            party = one.entry.party
            live[party] = live.get(party, 0) + one.units * self._horizon.days_from(one.day)
        return live

    def _places_under(self, setting: Setting) -> _Places:
        moving = {
            cell: value for cell, value in setting.items() if cell[0] == "fleet" or cell[2] in _MOVES_ROOM
        }
        key = frozenset(moving.items())
        if key not in self._places:
            world = varied_world(self._near, moving)
            rooms = read_rooms(world)
            self._places[key] = _Places(rooms, read_elsewhere(world, rooms=rooms))
        return self._places[key]


def _is_price(cell: Cell) -> bool:
    return cell[0] == "skus" and cell[2] not in _MOVES_ROOM


def near_world(world: World, *, book: Book) -> World:
    """Return the world with only the sites that the scope's units can run at: its orders' and its parties'."""
    parties = [line.customer for line in book.lines.values()]
    accepted = {site for line in book.lines.values() for site in line.sites}
    own = read_elsewhere(world, rooms=read_rooms(world)).of_party
    near = sorted(accepted.union(*(own.get(party, ()) for party in parties)))
    tables = {
        name: frame.filter(pl.col("site").is_in(near)) if name in _AT_SITES else frame
        for name, frame in world.tables.items()
    }
    return replace(world, tables=tables)


def varied_world(world: World, setting: Setting) -> World:
    """Return the world with cells of `skus` and `fleet` changed."""
    tables = dict(world.tables)
    for table, key in (("skus", "sku"), ("fleet", "holding")):
        changed = {cell: value for cell, value in setting.items() if cell[0] == table}
        if not changed:
            continue
        frame = world.table(table)
        for (_, name, column), value in changed.items():
            frame = frame.with_columns(_changed(frame, key=key, name=name, column=column, value=value))
        tables[table] = frame
    return replace(world, tables=tables)


def _changed(frame: pl.DataFrame, *, key: str, name: str, column: str, value: int) -> pl.Expr:
    dtype = frame.schema[column]
    literal = pl.lit(_decimal_text(value)).cast(NUMBER) if dtype == NUMBER else pl.lit(value)
    return pl.when(pl.col(key) == name).then(literal).otherwise(pl.col(column)).cast(dtype).alias(column)


def _decimal_text(millionths: int) -> str:
    """Return millionths as decimal text.

    >>> _decimal_text(1_430_000)
    '1.430000'
    """
    return f"{millionths // 10**6}.{millionths % 10**6:06d}"


def _varied_prices(prices: Prices, setting: Setting) -> Prices:
    changed: dict[str, dict[str, int]] = defaultdict(dict)
    for (table, name, column), value in setting.items():
        if table == "skus":
            changed[column][name] = value
    return replace(
        prices,
        power={**prices.power, **changed["site_kw"]},
        price={**prices.price, **changed["unit_price_usd"]},
        rent={**prices.rent, **changed["rent_usd_per_hour"]},
        life_days={**prices.life_days, **changed["useful_life_days"]},
    )


def varied_book(book: Book, sends: Sequence[Send], *, setting: Setting) -> tuple[Book, list[Send]]:
    """Return lots, orders and moves under a setting.

    A lot and the order it is reserved for that share a balance change by the same units. A move changes with its
    lot; a move of a lot that stays changes with the order it goes to.
    """
    lots, lines = dict(book.lots), dict(book.lines)
    by_lot: dict[str, int] = {}
    by_order: dict[str, int] = defaultdict(int)
    for (table, name, column), value in setting.items():
        if table != "supply" or name not in lots:
            continue
        lot = lots[name]
        if column == "arrives_on":
            lots[name] = replace(lot, arrives=value)
            continue
        by_lot[name] = value - lot.stated
        lots[name] = replace(lots[name], units=max(0, lot.units + by_lot[name]))
        line = lines.get(lot.reserved_for)
        if line is not None and lot.balance and line.balance == lot.balance:
            by_order[line.order] += by_lot[name]
    for order, units in by_order.items():
        lines[order] = _widened(lines[order], units)
    ordered = sorted(lots.values(), key=lambda lot: (lot.arrives, lot.lot))
    changed = replace(book, lots={lot.lot: lot for lot in ordered}, lines=lines)
    return changed, _varied_sends(sends, by_lot=by_lot, by_order=by_order)


def _widened(line: Line, units: int) -> Line:
    """Return an order of so many more units, of its first SKU."""
    return replace(line, open=max(0, line.open + units * ORDERED))


def _varied_sends(
    sends: Sequence[Send], *, by_lot: Mapping[str, int], by_order: Mapping[str, int]
) -> list[Send]:
    shares: dict[str, int] = defaultdict(int)
    for send in sends:
        shares[send.lot] += send.units
    changed, given, sent = [], dict.fromkeys(shares, 0), dict.fromkeys(shares, 0)
    for send in sends:
        units = send.units
        if by_lot.get(send.lot):
            # The change is spread over the lot's moves; cutting the running sum keeps whole units and the total.
            sent[send.lot] += send.units
            so_far = by_lot[send.lot] * sent[send.lot] // shares[send.lot]
            units += so_far - given[send.lot]
            given[send.lot] = so_far
        else:
            units += by_order.get(send.order, 0)
        if units > 0:
            changed.append(replace(send, units=units))
    return changed
