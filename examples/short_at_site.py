"""Who wanted a site and is short or late there, and why."""

import sys

import polars as pl

import apportion as ap


def short_at(scenario: str, site: str) -> pl.DataFrame:
    """Return the shortages of every order that accepts a site, with what the order wanted."""
    world = ap.read(scenario)
    plan = ap.plan(world)
    wanted = world.orders.filter(pl.col("sites").list.contains(site))
    return wanted.select("order", "quantity", "requested_on").join(plan.shortages, on="order")


if __name__ == "__main__":
    scenario, site = sys.argv[1:] if len(sys.argv) > 1 else ("tesla-x-2023", "giga_texas")
    for row in short_at(scenario, site).iter_rows(named=True):
        told = f"{row['short']:,.0f} short" if row["short"] else f"{row['late_days']:.0f} days late"
        until = f", more from {row['until_on']}" if row["until_on"] else ""
        print(f"{row['order']} of {row['customer']}: {told}: {row['reason']} ({row['resource']}{until})")
