"""Give one order a unit of another a round earlier, make the digests again, and see the plan refused."""

import datetime as dt
from dataclasses import replace

import polars as pl

import apportion as ap

world = ap.read("three-orders")
plan = ap.plan(world)

moved = {
    ("birch-1", dt.date(2025, 1, 6)): 1,
    ("alder-1", dt.date(2025, 1, 6)): -1,
    ("birch-1", dt.date(2025, 2, 10)): -1,
    ("alder-1", dt.date(2025, 2, 10)): 1,
}
rows = [(*row[:4], row[4] + moved.get((row[0], row[3]), 0)) for row in plan.shares.rows()]
shares = pl.DataFrame([row for row in rows if row[4]], schema=plan.shares.schema, orient="row")

# The digests of a record are made of what it holds, so those of the changed plan agree with it.
changed = replace(plan, record=replace(plan.record, shares=shares))
print(f"digest {plan.digest[:12]} became {changed.digest[:12]}")
for refusal in changed.verify():
    print(f"{refusal.rule}: {refusal.sentence}")
