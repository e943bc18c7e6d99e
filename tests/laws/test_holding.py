"""A broken law is shown on a world with nothing in it that could go."""

from __future__ import annotations

from random import Random

from tests.laws.holding import smallest, told
from tests.worlds import RawWorld, random_world


def test_a_broken_law_is_told_on_the_smallest_world() -> None:
    def nobody_is_in_the_third_tier(raw: RawWorld, _: Random) -> None:
        assert all(row["tier"] != "3" for row in raw.tables["orders"])

    worlds = (random_world(Random(seed)) for seed in range(100))  # noqa: S311
    broken = next(raw for raw in worlds if any(row["tier"] == "3" for row in raw.tables["orders"]))
    small = smallest(nobody_is_in_the_third_tier, broken, seed="any")
    assert {name: len(rows) for name, rows in small.tables.items() if rows} == {"orders": 1}
    (order,) = small.tables["orders"]
    filled = {"order", "customer", "skus", "quantity", "sites", "requested_on", "tier"}
    assert {column for column, cell in order.items() if cell} == filled
    assert '"tier": "3"' in told(small)
