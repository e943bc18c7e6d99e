"""Quotas: which options a row matches, and in which rounds it holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from apportion.calendar import Calendar
from apportion.engine.problem import MILLION, Resource
from apportion.model.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaRow:
    """One row of `quotas`; None matches everything.

    Attributes:
        sites: The sites it matches by `site` and `country` together; None: all.
    """

    quota: str
    party: str | None
    group: str | None
    sku: str | None
    sites: frozenset[str] | None
    from_on: dt.date | None
    until_on: dt.date | None
    at_most: int

    def matches(self, *, customer: str, group: str, sku: str, site: str) -> bool:
        """Return whether an option of an order counts in it."""
        return (
            self.party in {None, customer}
            and self.group in {None, group}
            and self.sku in {None, sku}
            and (self.sites is None or site in self.sites)
        )

    def window(self, calendar: Calendar) -> tuple[int, int]:
        """Return the rounds in which it holds as (first, end)."""
        first = calendar.first_round(self.from_on)
        end = len(calendar) if self.until_on is None else calendar.first_round(self.until_on)
        return first, max(first, end)


def read_quotas(world: World) -> list[QuotaRow]:
    """Return the quotas of a world by id."""
    country = dict(world.table("sites").select("site", "country").iter_rows())
    quotas: list[QuotaRow] = []
    for row in world.table("quotas").sort("quota").iter_rows(named=True):
        sites: frozenset[str] | None = None
        if row["site"] is not None or row["country"] is not None:
            sites = frozenset(
                site
                for site, stands_in in country.items()
                if row["site"] in {None, site} and row["country"] in {None, stands_in}
            )
        quotas.append(
            QuotaRow(
                quota=row["quota"],
                party=row["party"],
                group=row["group"],
                sku=row["sku"],
                sites=sites,
                from_on=row["from_on"],
                until_on=row["until_on"],
                at_most=row["at_most"],
            )
        )
    return quotas


def quota_resources(quotas: Sequence[QuotaRow], calendar: Calendar) -> Iterable[Resource]:
    """Return each quota as a resource; one whose window holds no round binds nothing."""
    for quota in quotas:
        window = quota.window(calendar)
        if window[0] < window[1]:
            most = [quota.at_most * MILLION] * len(calendar)
            yield Resource(f"quota:{quota.quota}", most, most, window, MILLION)
