"""Raises: the tier of an order in each round.

"The tier of an order in a round is the smallest of its own and those of the raises of its customer that hold in the
round."
"""

import datetime as dt

from .tables import Tables, day, optional_day, text

RULES_WITH_TIERS = {"max-min", "pro-rata", "priority"}


def tiers_by_round(
    tables: Tables, *, order: dict[str, str], rule: str, rounds: list[dt.date]
) -> tuple[int, ...]:
    """Return the tier of an order in every round."""
    tiers = []
    for on in rounds:
        tier = int(text(order, "tier", default="1"))
        for row in read_raises(tables, rule=rule):
            if row["party"] == order["customer"] and holds(row, on=on) and int(row["tier"]) < tier:
                tier = int(row["tier"])
        tiers.append(tier)
    return tuple(tiers)


def raise_rounds(tables: Tables, *, rule: str, rounds: list[dt.date]) -> set[int]:
    """Return the rounds in which a raise holds and did not in the round before, or the other way about."""
    changes = set()
    for row in read_raises(tables, rule=rule):
        held = False
        for at, on in enumerate(rounds):
            if holds(row, on=on) != held:
                held = not held
                changes.add(at)
    return changes


def read_raises(tables: Tables, *, rule: str) -> list[dict[str, str]]:
    """Return the raises that count under a rule."""
    return tables.get("raises", []) if rule in RULES_WITH_TIERS else []


def holds(row: dict[str, str], *, on: dt.date) -> bool:
    """Say whether a raise holds on a day."""
    until_on = optional_day(row, "until_on")
    return day(row, "from_on") <= on and (until_on is None or on < until_on)
