"""Who is filled, when, and how many unit-days run, in each case of readiness, fairly and as booked."""

import sys
from collections.abc import Iterator
from dataclasses import replace

import apportion as ap
from apportion.model.policy import Rule

HEADER = ("case", "rule", "customer", "filled", "first day", "live unit-days", "idle unit-days")
LAYOUT = "{:13} {:10} {:9} {:>8} {:>11} {:>15} {:>15}"


def rows(scenario: str) -> Iterator[tuple[str, ...]]:
    """Yield one row per case, rule and customer."""
    world = ap.read(scenario)
    for case in ("favourable", "middle", "unfavourable"):
        for rule in (Rule.MAX_MIN, Rule.AS_BOOKED):
            plan = ap.plan(world.case(case), replace(world.settings.policy, rule=rule))
            # The allocations stand in the order of their rounds, so the first row of a customer is its earliest.
            firsts = plan.allocations.unique("customer", keep="first", maintain_order=True)
            first_on = dict(firsts.select("customer", "round_on").iter_rows())
            for row in plan.customers.iter_rows(named=True):
                counts = (row["filled"], row["live_gpu_days"], row["idle_gpu_days"])
                filled, live, idle = (f"{count:,.0f}" for count in counts)
                yield (
                    case,
                    str(rule),
                    row["customer"],
                    filled,
                    str(first_on.get(row["customer"], "")),
                    live,
                    idle,
                )


if __name__ == "__main__":
    print(LAYOUT.format(*HEADER))
    for row in rows(sys.argv[1] if len(sys.argv) > 1 else "tesla-x-2023"):
        print(LAYOUT.format(*row))
