"""When there will be more of what an order is short of, and why an order is not served at all."""

from __future__ import annotations

import datetime as dt

from apportion.model.room import Rooms, later, read_rooms
from apportion.model.world import World


class Outlook:
    """Answers questions about days to come from the standing facts of one world."""

    def __init__(self, world: World) -> None:
        """Read what the answers are made from once."""
        self._rooms: Rooms = read_rooms(world)
        arrivals: dict[str, list[dt.date]] = {}
        for sku, arrives_on, quantity in (
            world.table("supply").select("sku", "arrives_on", "quantity").iter_rows()
        ):
            if quantity:
                arrivals.setdefault(sku, []).append(arrives_on)
        self._arrivals = {sku: sorted(days) for sku, days in arrivals.items()}
        self._quota_ends: dict[str, dt.date | None] = dict(
            world.table("quotas").select("quota", "until_on").iter_rows()
        )
        self._orders = {row["order"]: row for row in world.table("orders").iter_rows(named=True)}

    def more_from(self, key: str, *, after: dt.date) -> dt.date | None:
        """Return the first day after `after` on which there is more of a resource; None: no date known."""
        kind, _, name = key.partition(":")
        if kind == "supply":
            return next((day for day in self._arrivals.get(name, ()) if day > after), None)
        if kind == "quota":
            return self._quota_ends.get(name)
        if kind in {"power", "liquid", "units"}:
            return self._ready_from(name, kind, after=after)
        return None

    def _ready_from(self, site: str, kind: str, *, after: dt.date) -> dt.date | None:
        room = self._rooms.sites[site]
        place = {"power": 0, "liquid": 1, "units": 2}[kind]
        shipped_for = later(after, days=room.lead_days)
        now = room.unclipped_from(shipped_for)[place]
        for day in room.days:
            if day > shipped_for:
                then = room.unclipped_from(day)[place]
                if now is not None and (then is None or then > now):
                    return day
        return None

    def why_not_served(self, order: str) -> str:
        """Return what keeps an order from being served at all, in words."""
        row = self._orders[order]
        if row["status"] != "open":
            return f"status {row['status']}"
        first_sku, first_site = str(row["skus"][0]).partition(":")[0], str(row["sites"][0])
        if not self._rooms.may_use(row["customer"], site=first_site):
            return f"users of {first_site}"
        if not self._rooms.is_cooled(first_sku, site=first_site):
            return f"cooling at {first_site}"
        return f"commitment {row['commitment']}"
