"""What the tests of the proof are made of: tiny worlds from text, and plans of them from the reference.

The cuts are found here by a linear program of their own, so that no line of the engine is needed.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import polars as pl

from apportion.calendar import Calendar, RoundLength
from apportion.model.contracts import TABLES
from apportion.model.parsing import ROW, parse_table
from apportion.model.plan import SCHEMAS, SHARES, Cut, CutOrder, Plan, StageProof
from apportion.model.policy import Policy, Rule, Settings
from apportion.model.world import World
from apportion.verify import verify
from apportion.verify.alone import Granted
from apportion.verify.facts import Facts, read_facts
from apportion.verify.figures import AMOUNT, MICRO, USE
from apportion.verify.reading import read_movements
from apportion.verify.reasons import NO_ROUND
from apportion.verify.remedies import NO_REMEDY, Remedies
from apportion.verify.replay import Stage, replay
from tests.reference import RefPlan, RefWorld, reference_plan
from tests.reference.linear import Program
from tests.reference.maxmin import plan_shares
from tests.reference.minship import filled_units, is_waiting, plan_shipping, ship_waiting

Text = dict[str, list[dict[str, str]]]
START, END = dt.date(2025, 1, 1), dt.date(2025, 1, 9)


def table(text: str) -> list[dict[str, str]]:
    """Return rows from lines of cells separated by blanks; ``-`` is an empty cell."""
    head, *lines = [line.split() for line in text.strip().splitlines()]
    return [
        {name: "" if cell == "-" else cell for name, cell in zip(head, line, strict=True)} for line in lines
    ]


def scarce_tables() -> Text:
    """Return three customers of one SKU and two sites, of which one is late, with too little supply."""
    return {
        "parties": table("""
            party name kind weight
            alder Alder customer 5
            birch Birch customer 3
            cedar Cedar customer 2
        """),
        "skus": table("""
            sku name vendor site_kw lot_units
            chip Chip foundry 2 4
        """),
        "sites": table("""
            site name operator users
            north North hallworks -
            south South hallworks cedar|alder
        """),
        "readiness": table("""
            site step ready_on power_kw
            north hall-1 2024-12-01 60
            south hall-1 2025-01-05 40
        """),
        "supply": table("""
            lot sku supplier arrives_on quantity
            L1 chip foundry 2025-01-01 21
            L2 chip foundry 2025-01-04 20
        """),
        "orders": table("""
            order customer skus quantity sites requested_on tier min_ship max_late_days
            A1 alder chip 14 north|south 2025-01-01 1 - -
            A2 alder chip 9 north|south 2025-01-01 1 - -
            B1 birch chip 12 north 2025-01-01 1 - 5
            C1 cedar chip 10 south|north 2025-01-02 1 - -
        """),
    }


def make_world(tables: Text, policy: Policy | None = None, *, length: RoundLength = RoundLength.DAY) -> World:
    """Return the world of text tables."""
    frames: dict[str, pl.DataFrame] = {}
    for name, rows in tables.items():
        needed = [column.name for column in TABLES[name].needed]
        columns = list(dict.fromkeys([*needed, *(column for row in rows for column in row)]))
        cells = {column: [row.get(column) or None for row in rows] for column in columns}
        text = pl.DataFrame(cells, schema=dict.fromkeys(columns, pl.String)).with_row_index(ROW, offset=2)
        parsed = parse_table(text, TABLES[name], file=f"{name}.csv")
        assert not parsed.findings, parsed.findings
        frames[name] = parsed.frame
    calendar = Calendar(START, END, length=length)
    return World(Settings(name="tiny", calendar=calendar, policy=policy or Policy()), frames)


def make_plan(
    tables: Text, policy: Policy | None = None, *, length: RoundLength = RoundLength.DAY
) -> tuple[World, Plan]:
    """Return a world and its plan: shares and what ships by the reference, cuts by a program of their own."""
    policy = policy or Policy()
    world = make_world(tables, policy, length=length)
    settings: dict[str, object] = {"name": "tiny", "start_on": START, "end_on": END, "round": str(length)}
    stated = {name: value for name, value in policy.as_json().items() if value is not None}
    reference = RefWorld(settings | {"policy": stated}, tables)
    plan = reference_plan(reference)
    facts = read_facts(world, policy)
    shares = rows_frame(plan.shares)
    cut_orders: tuple[CutOrder, ...] = ()
    stages: tuple[StageProof, ...] = ()
    if policy.rule in {Rule.MAX_MIN, Rule.PRO_RATA}:
        cut_orders = cut_orders_of(reference)
        kept = {one.order: int(one.kept * AMOUNT) for one in cut_orders}
        movements = read_movements(facts, shares.iter_rows(), table="shares")[0]
        stages = tuple(prove(stage) for stage in replay(facts, movements, kept=kept))
    is_booked = policy.rule is Rule.AS_BOOKED
    made = Plan(
        scenario="tiny",
        world_digest=world.digest,
        view=world.view,
        policy=policy,
        software="0",
        shares=shares,
        stages=stages,
        cut_orders=cut_orders,
        tables={
            "allocations": allocations_frame(
                facts, plan.allocations, whole_lots=policy.whole_lots and not is_booked
            ),
            "shortages": shortages_frame(facts, plan, remedies=remedies_of(facts, plan, is_booked=is_booked)),
            "levels": levels_frame(stages),
        },
    )
    return world, made


def proven(tables: Text, policy: Policy | None = None, *, length: RoundLength = RoundLength.DAY) -> list[str]:
    """Return the sentences that refuse the plan of a world."""
    world, plan = make_plan(tables, policy, length=length)
    return [f"{one.rule}: {one.order} {one.round_on} {one.sentence}" for one in verify(world, plan)]


def decimal(value: Fraction | int, *, places: int = 6) -> Decimal:
    """Return a fraction as a decimal, cut down at its last place."""
    return Decimal(Fraction(value) * 10**places // 1).scaleb(-places)


def half_even(value: Fraction) -> Decimal:
    """Return a fraction as a decimal of six places, rounded half to even."""
    return Decimal(round(value * MICRO)).scaleb(-6)


def rows_frame(units: Mapping[tuple[str, str, str, dt.date], Fraction]) -> pl.DataFrame:
    """Return shares as a table."""
    rows = [(*key, decimal(value)) for key, value in sorted(units.items()) if value]
    return pl.DataFrame(rows, schema=SHARES, orient="row")


def allocations_frame(
    facts: Facts, units: Mapping[tuple[str, str, str, dt.date], Fraction], *, whole_lots: bool
) -> pl.DataFrame:
    """Return allocations as a table."""
    rows = []
    for (name, sku, site, day), value in sorted(units.items()):
        order = facts.orders[name]
        rate = Fraction(order.options[order.by_place[sku, site]].rate, USE)
        partial = value % facts.lot_units[sku] if whole_lots else Fraction(0)
        cells = (decimal(value), decimal(rate * value, places=12), decimal(partial))
        rows.append((name, order.customer, sku, site, day, *cells))
    return pl.DataFrame(rows, schema=SCHEMAS["allocations"], orient="row")


def remedies_of(facts: Facts, plan: RefPlan, *, is_booked: bool) -> Remedies:
    """Return the law of remedies for a plan."""
    if is_booked:
        return Remedies(facts, Granted(facts, ()))
    rows = rows_frame(plan.allocations).iter_rows()
    return Remedies(facts, Granted(facts, read_movements(facts, rows, table="allocations")[0]))


def late_by_window(facts: Facts, plan: RefPlan) -> set[tuple[str, str]]:
    """Return the orders whose window opens after the round wanted, if they ship as it opens.

    That the window alone made units late is a row of a plan which the reference has no word for.
    """
    late: dict[str, Fraction] = defaultdict(Fraction)
    for (name, sku, site, day), units in plan.allocations.items():
        order = facts.orders[name]
        if order.wanted_round < order.first_round == facts.calendar.first_round(day):
            late[name] += units * order.options[order.by_place[sku, site]].rate * (AMOUNT // USE)
    return {(name, NO_ROUND) for name, amount in late.items() if amount >= facts.orders[name].tolerance}


def shortages_frame(facts: Facts, plan: RefPlan, *, remedies: Remedies) -> pl.DataFrame:
    """Return the shortages of the reference as a table."""
    rows = []
    late = set(plan.late) | late_by_window(facts, plan)
    for name, reason in sorted(set(plan.shortages) | late):
        order = facts.orders[name]
        short = plan.shortages.get((name, reason), Fraction(0))
        days = plan.late_days.get(name)
        lacks = {} if reason in NO_REMEDY else remedies.lacks(order, is_short=short > 0)
        remedy = "|".join(
            f"{decimal(Fraction(amount, AMOUNT), places=18).normalize():f} {words}"
            for words, amount in lacks.items()
        )
        cells = (
            decimal(short, places=12),
            None if days is None else half_even(days),
            reason,
            "",
            None,
            remedy,
        )
        rows.append((name, order.customer, *cells))
    return pl.DataFrame(rows, schema=SCHEMAS["shortages"], orient="row")


def levels_frame(stages: tuple[StageProof, ...]) -> pl.DataFrame:
    """Return the levels of the proofs as a table."""
    rows = [
        (stage.round_on, stage.tier, name, str(level), None)
        for stage in stages
        for name, level in sorted(stage.levels.items())
    ]
    return pl.DataFrame(rows, schema=SCHEMAS["levels"], orient="row")


def cut_orders_of(reference: RefWorld) -> tuple[CutOrder, ...]:
    """Return the cut orders of the reference with what they keep and their first shares.

    An order may ship a millionth less than it keeps, so the cuts are made one after another as it makes them.
    """
    orders = {order.name: order for order in reference.orders}
    wanted = {order.name: order.open_before for order in reference.orders}
    cut: dict[str, CutOrder] = {}
    for name, first in plan_shipping(reference).first_cut.items():
        shares = [
            (day, filled_units(orders[name], units=first.units, until_round=at))
            for at, day in enumerate(reference.rounds)
        ]
        cut[name] = CutOrder(order=name, kept=Fraction(-1), first_share=tuple(shares))
    while True:
        shared = plan_shares(reference, wanted=wanted)
        shipped = ship_waiting(reference, shares=shared, wanted=wanted)
        left = [order for order in reference.orders if is_waiting(order, shares=shared, shipped=shipped)]
        if not left:
            return tuple(cut.values())
        name = left[-1].name
        is_first = cut[name].kept < 0
        wanted[name] = filled_units(left[-1], units=shipped) if is_first else Fraction(0)
        cut[name] = replace(cut[name], kept=wanted[name])


def prove(stage: Stage) -> StageProof:
    """Return the proof of a stage: one cut for each class, found by a linear program."""
    days = stage.history.facts.calendar.rounds
    levels = {name: stage.level(name, gain=stage.gains.get(name, 0)) for name in stage.kinds}
    names = sorted(levels)
    cuts = tuple(stopping_cut(stage, name, levels=levels) for name in names)
    named = {name: place for place, name in enumerate(names)}
    return StageProof(round_on=days[stage.at], tier=stage.tier, levels=levels, named=named, cuts=cuts)


def stopping_cut(stage: Stage, stopped: str, *, levels: Mapping[str, Fraction]) -> Cut:
    """Return the cut with the least slack that counts a class once and none that stands higher."""
    history, facts = stage.history, stage.history.facts
    slack = {
        name: sum(option.value * len(orders) for option, orders in kinds.values())
        for name, kinds in stage.kinds.items()
    }
    weight = stage.weight(stopped)
    classes = [name for name in levels if (levels[name] - levels[stopped]) * weight <= slack[stopped]]
    uses: list[tuple[str, dict[str, int], int]] = []
    for order in stage.members:
        for option in order.options:
            if option.is_usable:
                quotas = dict.fromkeys(facts.active_quotas(option, stage.at), USE)
                uses.append(
                    (order.demand_class, {**option.uses, **quotas, order.resource: option.rate}, option.value)
                )
    lefts = {resource: history.left(resource, stage.at) for _, use, _ in uses for resource in use}
    resources = sorted(resource for resource, left in lefts.items() if left is not None)
    columns = {name: place for place, name in enumerate([*classes, *resources])}
    rows, bounds = [], []
    for name, use, value in uses:
        row = [Fraction(0)] * len(columns)
        for resource, amount in use.items():
            if resource in columns:
                row[columns[resource]] -= Fraction(amount, USE)
        if name in classes:
            row[columns[name]] += Fraction(value, USE)
        rows.append(row)
        bounds.append(Fraction(0))
    for name, sign, bound in [(stopped, -1, -1), (stopped, 1, 1), *((name, 1, 1000) for name in classes)]:
        row = [Fraction(0)] * len(columns)
        row[columns[name]] = Fraction(sign)
        rows.append(row)
        bounds.append(Fraction(bound))
    goal = [Fraction(stage.gains.get(name, 0) + slack[name], AMOUNT) for name in classes]
    goal += [-Fraction(lefts[resource] or 0, AMOUNT) for resource in resources]
    program = Program(rows, bounds, size=len(columns))
    program.maximise(goal)
    point = program.point()
    chosen = {name: point[columns[name]] for name in classes if point[columns[name]]}
    prices = {resource: point[columns[resource]] for resource in resources if point[columns[resource]]}
    return Cut(level=max(levels[name] for name in chosen), classes=chosen, prices=prices)
