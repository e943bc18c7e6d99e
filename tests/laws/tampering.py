"""Plans that were tampered with, one by one: every one is wrong, and the digests are made anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import permutations, product
from typing import Any

import polars as pl

from apportion.model.plan import Cut, Plan, StageProof
from tests.laws.arithmetic import ZERO, Sums

Row = tuple[Any, ...]
UNITS = 4
MOVES = (Fraction(1, 10**6), Fraction(-1, 10**6), Fraction(1), Fraction(-1))
UNIT, MILLIONTH = Decimal(1), Decimal("0.000001")


@dataclass(frozen=True)
class Tampered:
    """A plan and what was done to it."""

    told: str
    plan: Plan


Tampering = Callable[[Plan, Sums], Iterator[Tampered]]


def with_rows(plan: Plan, rows: Sequence[Row], *, table: str) -> Plan:
    """Return the plan with other rows in `shares` or in one of its tables."""
    frame = plan.shares if table == "shares" else plan.tables[table]
    changed = pl.DataFrame(rows, schema=frame.schema, orient="row")
    if table == "shares":
        return replace(plan, shares=changed)
    return replace(plan, tables={**plan.tables, table: changed})


def rows_of(plan: Plan, table: str) -> list[Row]:
    return (plan.shares if table == "shares" else plan.tables[table]).rows()


def with_stage(plan: Plan, place: int, *, stage: StageProof) -> Plan:
    return replace(plan, stages=(*plan.stages[:place], stage, *plan.stages[place + 1 :]))


def with_cut(plan: Plan, place: int, *, number: int, cut: Cut) -> Plan:
    cuts = plan.stages[place].cuts
    changed = replace(plan.stages[place], cuts=(*cuts[:number], cut, *cuts[number + 1 :]))
    return with_stage(plan, place, stage=changed)


def cuts_of(plan: Plan) -> Iterator[tuple[int, StageProof, int, Cut]]:
    for place, stage in enumerate(plan.stages):
        for number, cut in enumerate(stage.cuts):
            yield place, stage, number, cut


def empty_certificates(plan: Plan, _: Sums) -> Iterator[Tampered]:
    if plan.stages:
        yield Tampered("no stages", replace(plan, stages=()))
        bare = tuple(replace(stage, cuts=()) for stage in plan.stages)
        yield Tampered("no cuts", replace(plan, stages=bare))
        blank = tuple(replace(stage, cuts=(), levels={}, named={}) for stage in plan.stages)
        yield Tampered("no classes", replace(plan, stages=blank))
        nothing = Cut(level=ZERO, classes={}, prices={})
        hollow = tuple(replace(stage, cuts=(nothing,) * len(stage.cuts)) for stage in plan.stages)
        yield Tampered("cuts that say nothing", replace(plan, stages=hollow))


def stages_dropped(plan: Plan, _: Sums) -> Iterator[Tampered]:
    for place, stage in enumerate(plan.stages):
        without = replace(plan, stages=plan.stages[:place] + plan.stages[place + 1 :])
        yield Tampered(f"without stage {stage.round_on} tier {stage.tier}", without)


def cuts_dropped(plan: Plan, _: Sums) -> Iterator[Tampered]:
    for place, stage, number, _cut in cuts_of(plan):
        cuts = stage.cuts[:number] + stage.cuts[number + 1 :]
        told = f"stage {place} without cut {number}"
        yield Tampered(told, with_stage(plan, place, stage=replace(stage, cuts=cuts)))
        shifted = {name: named - (named > number) for name, named in stage.named.items()}
        mine = {name for name, named in stage.named.items() if named == number}
        levels = {name: level for name, level in stage.levels.items() if name not in mine}
        fewer = {name: named for name, named in shifted.items() if name not in mine}
        gone = replace(stage, cuts=cuts, named=fewer, levels=levels)
        yield Tampered(f"{told} and its classes", with_stage(plan, place, stage=gone))
        for other, kept in enumerate(cuts):
            # Another cut that counts the class may prove it as well.
            if not mine & kept.classes.keys():
                named = shifted | dict.fromkeys(mine, other)
                pointing = replace(stage, cuts=cuts, named=named)
                yield Tampered(f"{told}, pointing to another", with_stage(plan, place, stage=pointing))


def levels_moved(plan: Plan, _: Sums) -> Iterator[Tampered]:
    for place, stage in enumerate(plan.stages):
        for name, level in stage.levels.items():
            for by in MOVES:
                levels = {**stage.levels, name: level + by}
                moved = with_stage(plan, place, stage=replace(stage, levels=levels))
                yield Tampered(f"stage {place}, level of {name} by {by}", moved)
                yield Tampered(
                    f"stage {place}, level of {name} by {by}, in levels.csv too", with_levels_stated(moved)
                )


def level_rows_changed(plan: Plan, _: Sums) -> Iterator[Tampered]:
    rows = rows_of(plan, "levels")
    for place, (on, tier, name, level, bottleneck) in enumerate(rows):
        moved: Row = (on, tier, name, str(Fraction(level) + MOVES[0]), bottleneck)
        told = f"levels.csv, {name} on {on}"
        others = (rows[:place], rows[place + 1 :])
        yield Tampered(told, with_rows(plan, [*others[0], moved, *others[1]], table="levels"))
        yield Tampered(f"{told}, without", with_rows(plan, others[0] + others[1], table="levels"))


def cut_levels_moved(plan: Plan, _: Sums) -> Iterator[Tampered]:
    for place, _stage, number, cut in cuts_of(plan):
        for by in MOVES:
            moved = with_cut(plan, place, number=number, cut=replace(cut, level=cut.level + by))
            yield Tampered(f"stage {place}, cut {number} level by {by}", moved)


def coefficients_zeroed(plan: Plan, _: Sums) -> Iterator[Tampered]:
    for place, stage, number, cut in cuts_of(plan):
        for name in cut.classes:
            # Whoever names the cut must be counted in it; of another class less may be proven and be true.
            if stage.named[name] == number:
                for classes in (
                    {other: value for other, value in cut.classes.items() if other != name},
                    {**cut.classes, name: ZERO},
                ):
                    zeroed = with_cut(plan, place, number=number, cut=replace(cut, classes=classes))
                    yield Tampered(f"stage {place}, cut {number}, c of {name} zero", zeroed)
        negative = {name: -value for name, value in cut.classes.items()}
        yield Tampered(
            "c below zero", with_cut(plan, place, number=number, cut=replace(cut, classes=negative))
        )
        free = replace(cut, prices={})
        if cut.prices:
            yield Tampered(
                f"stage {place}, cut {number} unpriced", with_cut(plan, place, number=number, cut=free)
            )


def with_levels_stated(plan: Plan) -> Plan:
    """Return the plan whose levels.csv and cut levels say what its stages say."""
    stages = tuple(
        replace(
            stage,
            cuts=tuple(
                replace(cut, level=max(stage.levels[name] for name in cut.classes)) for cut in stage.cuts
            ),
        )
        for stage in plan.stages
    )
    levels = {(stage.round_on, stage.tier): stage.levels for stage in stages}
    rows = [
        (on, tier, name, str(levels[on, tier][name]), bottleneck)
        for on, tier, name, _, bottleneck in rows_of(plan, "levels")
    ]
    return with_rows(replace(plan, stages=stages), rows, table="levels")


def with_levels_of_shares(plan: Plan, sums: Sums) -> Plan:
    """Return the plan whose stages and levels follow from its shares, as a forger would restate them."""
    rounds = sums.world.rounds
    stages = []
    for stage in plan.stages:
        levels = {}
        for name in stage.levels:
            one = next(order for order in sums.world.orders if order.demand_class == name)
            received = sums.world.received_before().get(name, ZERO)
            for order, sku, site, on, units in rows_of(plan, "shares"):
                facts = sums.orders[order]
                if facts.demand_class == name and (on, facts.tiers[rounds.index(on)]) <= (
                    stage.round_on,
                    stage.tier,
                ):
                    received += sums.options[order, sku, site].value * Fraction(units)
            weight = sums.world.weight(one, round_number=rounds.index(stage.round_on))
            levels[name] = received / weight
        stages.append(replace(stage, levels=levels))
    return with_levels_stated(replace(plan, stages=tuple(stages)))


def units_moved(plan: Plan, sums: Sums) -> Iterator[Tampered]:
    """Move a unit, or a millionth, from one order to another that ships the same SKU to the same site that day."""
    for by, table in product((UNIT, MILLIONTH), ("shares", "allocations")):
        for giver, taker in giving_pairs(plan, by=by, table=table):
            told = f"{by} of {table} from {giver[0]} to {taker[0]}"
            moved = move(plan, (giver, taker), by=by, table=table)
            yield Tampered(told, moved)
            if table == "shares":
                restated = with_levels_of_shares(moved, sums)
                yield Tampered(f"{told}, levels restated", restated)
                for pair in giving_pairs(plan, by=by, table="allocations"):
                    if (pair[0][0], pair[1][0]) == (giver[0], taker[0]):
                        both = move(restated, pair, by=by, table="allocations")
                        yield Tampered(f"{told}, levels restated, allocations as well", both)


def giving_pairs(plan: Plan, *, by: Decimal, table: str) -> Iterator[tuple[Row, Row]]:
    """Yield two rows of different orders for the same SKU, site and day, of which the first holds enough."""
    key = slice(1, 4) if table == "shares" else slice(2, 5)
    for giver, taker in permutations(rows_of(plan, table), 2):
        if giver[0] != taker[0] and giver[key] == taker[key] and giver[units_at(table)] >= by:
            yield giver, taker


def move(plan: Plan, pair: tuple[Row, Row], *, by: Decimal, table: str) -> Plan:
    """Return the plan with units of the first row in the second; a row left with none is gone."""
    at = units_at(table)
    changed = []
    for row in rows_of(plan, table):
        amount = row[at] + by * ((row == pair[1]) - (row == pair[0]))
        changed += [with_units(row, amount, table=table)] if amount else []
    return with_rows(plan, changed, table=table)


def units_at(table: str) -> int:
    return UNITS if table == "shares" else UNITS + 1


def with_units(row: Row, units: Decimal, *, table: str) -> Row:
    at = units_at(table)
    changed = [*row]
    changed[at] = units
    if table == "allocations":
        # What the units fill grows with them; the forger leaves whole lots as they look.
        changed[at + 1] = row[at + 1] / row[at] * units
    return tuple(changed)


def rows_changed(plan: Plan, sums: Sums) -> Iterator[Tampered]:
    """Change each share and allocation by itself."""
    for table in ("shares", "allocations"):
        rows = rows_of(plan, table)
        for place, row in enumerate(rows):
            others = (rows[:place], rows[place + 1 :])
            told = f"{table}, {row[:4]}"
            units = row[units_at(table)]
            more = with_units(row, units + MILLIONTH, table=table)
            less = with_units(row, units - MILLIONTH, table=table)
            yield Tampered(f"{told} gone", with_rows(plan, others[0] + others[1], table=table))
            for changed, how in ((more, "a millionth more"), (less, "a millionth less")):
                forged = with_rows(plan, [*others[0], changed, *others[1]], table=table)
                yield Tampered(f"{told} {how}", forged)
                if table == "shares":
                    yield Tampered(f"{told} {how}, levels restated", with_levels_of_shares(forged, sums))


def rounds_early(plan: Plan, sums: Sums) -> Iterator[Tampered]:
    """Move each share and allocation to the round before."""
    rounds = sums.world.rounds
    for table, at in (("shares", 3), ("allocations", 4)):
        rows = rows_of(plan, table)
        for place, row in enumerate(rows):
            number = rounds.index(row[at]) if row[at] in rounds else 0
            if number:
                early: Row = (*row[:at], rounds[number - 1], *row[at + 1 :])
                changed = with_rows(
                    plan, merged([*rows[:place], early, *rows[place + 1 :]], table), table=table
                )
                yield Tampered(f"{table}, {row[:4]} a round early", changed)
                if table == "shares":
                    yield Tampered("a round early, levels restated", with_levels_of_shares(changed, sums))


def merged(rows: Sequence[Row], table: str) -> list[Row]:
    """Return rows with those of one key added up."""
    found: dict[Row, Row] = {}
    at = units_at(table)
    for row in rows:
        key = row[:at]
        found[key] = with_units(row, found[key][at] + row[at], table=table) if key in found else row
    return list(found.values())


def shortages_changed(plan: Plan, _: Sums) -> Iterator[Tampered]:
    rows = rows_of(plan, "shortages")
    names = plan.tables["shortages"].columns
    for place, row in enumerate(rows):
        for told, changed in wrong_shortages(dict(zip(names, row, strict=True))):
            others = (rows[:place], rows[place + 1 :])
            kept = [] if changed is None else [tuple(changed.values())]
            wrong = with_rows(plan, [*others[0], *kept, *others[1]], table="shortages")
            yield Tampered(f"shortage of {row[0]}: {told}", wrong)


def wrong_shortages(row: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any] | None]]:
    yield "gone", None
    reason = "fair-share" if row["reason"] != "fair-share" else "no-supply"
    yield "another reason", row | {"reason": reason}
    for by in (UNIT, -UNIT, MILLIONTH):
        yield f"short by {by}", row | {"short": row["short"] + by}
    days: Decimal | None = row["late_days"]
    if days is not None:
        yield "later", row | {"late_days": days + Decimal("0.001")}
        yield "no days", row | {"late_days": None}
    else:
        yield "days", row | {"late_days": Decimal(0)}


def facts_changed(plan: Plan, _: Sums) -> Iterator[Tampered]:
    yield Tampered("other facts", replace(plan, world_digest="0" * 64))
    if plan.stages:
        first = plan.stages[0]
        moved = replace(first, round_on=first.round_on + dt.timedelta(days=1))
        yield Tampered("another day", with_stage(plan, 0, stage=moved))


ALL: tuple[Tampering, ...] = (
    empty_certificates,
    stages_dropped,
    cuts_dropped,
    levels_moved,
    level_rows_changed,
    cut_levels_moved,
    coefficients_zeroed,
    units_moved,
    rows_changed,
    rounds_early,
    shortages_changed,
    facts_changed,
)
