"""A law is tried on random worlds; where it fails, rows and cells go until nothing can go any more.

Hypothesis draws the seeds, tells the one that failed and tries it first next time. It does not shrink the draws
behind a world: dropping rows finds a smaller world, and in seconds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from random import Random

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from apportion.model.contracts import TABLES
from apportion.model.world import World
from tests.build import typed_world
from tests.worlds import RawWorld, Rows, restated_world

PROFILE = settings.default
assert PROFILE is not None
PROFILE_WORLDS: int = PROFILE.max_examples
Law = Callable[[RawWorld, Random], None]


def hold_on_random_worlds(law: Law, *, worlds: int | None = None) -> None:
    """Try a law on so many random worlds (None: as the profile says).

    Raises:
        AssertionError: The law is broken; the message shows a small world that breaks it.
    """
    chosen = settings(
        max_examples=worlds or PROFILE_WORLDS,
        phases=(Phase.explicit, Phase.reuse, Phase.generate),
        suppress_health_check=list(HealthCheck),
    )

    @chosen
    @given(st.integers(0, 2**48))
    def run(number: int) -> None:
        # One seed starts all tests of a run; the name of the law gives each its own worlds.
        seed = f"{law.__qualname__} {number}"
        raw = restated_world(Random(seed))  # noqa: S311
        if is_broken(law, raw, seed=seed):
            small = smallest(law, raw, seed=seed)
            try:
                law(small, Random(seed))  # noqa: S311
            except AssertionError as broken:
                raise AssertionError(f"{broken}\n{told(small)}") from broken

    run()


def is_broken(law: Law, raw: RawWorld, *, seed: str) -> bool:
    """Say whether a world breaks a law; a world that is none any more does not."""
    try:
        law(deepcopy(raw), Random(seed))  # noqa: S311
    except AssertionError:
        return True
    return False


def smallest(law: Law, raw: RawWorld, *, seed: str) -> RawWorld:
    """Return a world that breaks the law and no longer does without any one of its rows or cells."""
    found = True
    while found:
        found = False
        for smaller in smaller_worlds(raw):
            try:
                is_smaller = is_broken(law, smaller, seed=seed)
            except (KeyError, ValueError, IndexError, ZeroDivisionError):
                continue  # Something named what is gone.
            if is_smaller:
                raw, found = smaller, True
                break
    return raw


def smaller_worlds(raw: RawWorld) -> Iterator[RawWorld]:
    """Yield the world without one row, then with one optional cell emptied."""
    for name, rows in raw.tables.items():
        for place in range(len(rows)):
            smaller = deepcopy(raw)
            gone = smaller.tables[name].pop(place)
            drop_what_names(gone, tables=smaller.tables, table=name)
            yield smaller
    for name, rows in raw.tables.items():
        for place, row in enumerate(rows):
            for column in TABLES[name].columns:
                if row.get(column.name) and not column.required and column.name != "weight":
                    smaller = deepcopy(raw)
                    smaller.tables[name][place][column.name] = ""
                    yield smaller


def drop_what_names(gone: dict[str, str], *, tables: dict[str, Rows], table: str) -> None:
    """Drop the rows and empty the cells that name an order which is gone."""
    if table == "orders" and all(row["order"] != gone["order"] for row in tables["orders"]):
        tables["shipments"] = [row for row in tables.get("shipments", []) if row["order"] != gone["order"]]
        for row in tables["supply"]:
            if row.get("reserved_for") == gone["order"]:
                row["reserved_for"] = ""


def told(raw: RawWorld) -> str:
    """Return a world as text that a test can be made of."""
    tables = {
        name: [{column: cell for column, cell in row.items() if cell} for row in rows]
        for name, rows in raw.tables.items()
        if rows
    }
    settings_text = json.dumps(raw.settings, default=str)
    rows_text = "\n".join(f"{name}: {json.dumps(row)}" for name, rows in tables.items() for row in rows)
    return f"as known on {raw.as_known_on}; {settings_text}\n{rows_text}"


def seen_world(raw: RawWorld) -> World:
    """Return the world as it is looked at."""
    return typed_world(raw.settings, raw.tables).as_known_on(raw.as_known_on)
