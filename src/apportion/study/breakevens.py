"""Where a proposal stops being harmless: the readiness, the power elsewhere and the split at which a party loses.

A party loses when its live unit-days are fewer than as booked. Each break-even is found by search on a replay of
both futures, with all else as the facts state it in the case, and stands beside the fact that comes nearest.

Source: ``docs/concepts/assessment.md``, "Break-evens".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

import polars as pl

from apportion.model.plan import MILLION
from apportion.model.room import Room, Rooms, Step, read_rooms, site_room
from apportion.model.world import World
from apportion.study.breakeven import BreakEven, Question
from apportion.study.elsewhere import Elsewhere, walk_everywhere
from apportion.study.entries import Horizon
from apportion.study.futures import CaseStudy, Future
from apportion.study.knobs import Knob, Setting, Varied
from apportion.study.measures import UNSHIPPED, Tallies, shift_between, together
from apportion.study.replay import walk_sites
from apportion.study.variants import Variants

_ANYWHERE = "(another site)"
_AMPLE = 10**18


def break_evens(study: CaseStudy, *, variants: Variants, knobs: Sequence[Knob]) -> list[BreakEven]:
    """Return every break-even of a proposal in one case.

    Args:
        study: The futures of that case.
        variants: The same scope under other settings.
        knobs: What is uncertain, splits among them.
    """
    search = _Search(study)
    found: list[BreakEven] = []
    for party in search.parties_later():
        for site in search.sites_of(party):
            found.append(search.ready_on(party, site=site))
            found.append(search.days_earlier(party, site=site))
        found.extend(search.elsewhere(party))
        found.extend(_split(variants, knob, party=party) for knob in knobs if knob.kind is Varied.SPLIT)
    return found


def _last_harmless(is_harmless: Callable[[int], bool], *, most: int) -> int:
    """Return the greatest step up to which nothing harms, by halving; −1 where step 0 harms already."""
    if not is_harmless(0):
        return -1
    low, high = 0, most
    if is_harmless(most):
        return most
    while high - low > 1:
        middle = (low + high) // 2
        if is_harmless(middle):
            low = middle
        else:
            high = middle
    return low


class _Search:
    """Searches in one case."""

    def __init__(self, study: CaseStudy) -> None:
        self._study = study
        self._before = study.futures[Future.BOOKED]
        self._after = study.futures[Future.PROPOSED]
        self._horizon: Horizon = self._before.outcome.horizon
        self._steps = study.world.table("readiness")

    def parties_later(self) -> list[str]:
        """Return the parties of which units come later than booked, by name."""
        parties = sorted({party for party, _, _ in self._before.tallies if party != UNSHIPPED})
        return [
            party
            for party in parties
            if shift_between(
                self._delivered(self._before.tallies, party),
                self._delivered(self._after.tallies, party),
                horizon=self._horizon,
            ).later
        ]

    def sites_of(self, party: str) -> list[str]:
        """Return the sites at which a party is booked, by name."""
        return sorted({site for one, site, _ in self._before.tallies if one == party})

    def _delivered(self, tallies: Tallies, party: str, *, site: str = "") -> Mapping[int, int]:
        return together(
            tally.delivered for (one, at, _), tally in tallies.items() if one == party and site in {"", at}
        )

    def ready_on(self, party: str, *, site: str) -> BreakEven:
        """Return the first day from which full power at a site, whenever it comes, costs the party nothing.

        The fact beside it is the nearest day that any case names for a step of the site.
        """
        before = self._delivered(self._before.tallies, party, site=site)
        after = self._delivered(self._after.tallies, party, site=site)
        day = first_harmless_day(before, after, horizon=self._horizon)
        nearest = self._nearest_step(site, day)
        return BreakEven(
            question=Question.READY_ON,
            party=party,
            site=site,
            day=dt.date.fromordinal(day),
            is_found=day > self._horizon.start,
            **nearest,  # type: ignore[arg-type]
        )

    def _nearest_step(self, site: str, day: int) -> Mapping[str, object]:
        stated = [
            (abs(stated_on.toordinal() - day), stated_on, row)
            for row in self._steps.iter_rows(named=True)
            if row["site"] == site
            for stated_on in (row["ready_on"], row.get("ready_on_early"), row.get("ready_on_late"))
            if stated_on is not None
        ]
        if not stated:
            return {}
        _, stated_on, row = min(stated, key=lambda one: one[:2])
        return {
            "name": row["step"],
            "stated_on": stated_on,
            "basis": row.get("basis") or "",
            "evidence": tuple(row.get("evidence") or ()),
        }

    def days_earlier(self, party: str, *, site: str) -> BreakEven:
        """Return by how many days all steps of a site could come earlier before the party loses."""
        rows = self._steps.filter(pl.col("site") == site)
        first = rows["ready_on"].min()
        if not isinstance(first, dt.date):
            return BreakEven(question=Question.DAYS_EARLIER, party=party, site=site, is_found=False)
        last = max(day.toordinal() for day in rows["ready_on"].to_list())
        most = max(0, last - self._horizon.start)
        days = _last_harmless(lambda days: self._gain_with(party, site=site, days=days) >= 0, most=most)
        nearest = rows.sort("ready_on", "power_kw").row(0, named=True)
        return BreakEven(
            question=Question.DAYS_EARLIER,
            party=party,
            site=site,
            name=nearest["step"],
            amount=max(0, days),
            day=first - dt.timedelta(days=max(0, days)),
            stated_on=first,
            basis=nearest.get("basis") or "",
            evidence=tuple(nearest.get("evidence") or ()),
            is_found=days < most,
        )

    def _gain_with(self, party: str, *, site: str, days: int) -> int:
        """Return what a party gains when the steps of a site come so many days earlier."""
        rooms = read_rooms(_ready_earlier(self._study.world, site=site, days=days))
        live = [
            self._live(walk_sites(one.outcome.entries, rooms=rooms, horizon=self._horizon), party)
            for one in (self._before, self._after)
        ]
        return live[1] - live[0]

    def _live(self, placed: Sequence[object], party: str) -> int:
        return sum(
            one.units * self._horizon.days_from(one.day)  # type: ignore[attr-defined]
            for one in placed
            if one.entry.party == party  # type: ignore[attr-defined]
        )

    def elsewhere(self, party: str) -> Iterator[BreakEven]:
        """Yield how many units another site may run before the party loses, from each day of interest."""
        own = set(self.sites_of(party))
        others = [site for site in self._study.elsewhere.of_party.get(party, ()) if site not in own]
        steps = [row for row in self._steps.iter_rows(named=True) if row["site"] in others]
        start = dt.date.fromordinal(self._horizon.start)
        days: dict[dt.date, list[Mapping[str, object]]] = {start: []}
        for row in sorted(steps, key=lambda row: (row["ready_on"], row["site"], row["step"])):
            if row["ready_on"].toordinal() < self._horizon.end:
                days.setdefault(max(start, row["ready_on"]), []).append(row)
        for day, rows in sorted(days.items()):
            yield self._elsewhere_from(party, day=day, rows=rows)

    def _elsewhere_from(self, party: str, *, day: dt.date, rows: Sequence[Mapping[str, object]]) -> BreakEven:
        entries = [one for one in self._before.outcome.entries if one.party == party]
        most = sum(entry.units for entry in entries) // MILLION
        skus = {entry.sku for entry in entries}
        units = _last_harmless(
            lambda units: self._gain_elsewhere(party, units=units, day=day) >= 0, most=most
        )
        power = self._study.rooms.unit_milliwatt[next(iter(skus))] if len(skus) == 1 else None
        spare = [(self._spare_units(str(row["site"]), day=day, skus=skus), row) for row in rows]
        nearest = max(spare, key=lambda one: one[0], default=None)
        row = nearest[1] if nearest else {}
        evidence = row.get("evidence")
        return BreakEven(
            question=Question.ELSEWHERE,
            party=party,
            site=str(row.get("site", "")),
            name=str(row.get("step", "")),
            from_on=day,
            amount=units + 1 if units < most else None,
            milliwatt=None if power is None or units >= most else power * (units + 1),
            stated_on=day if nearest else None,
            stated=nearest[0] if nearest else None,
            basis=str(row.get("basis") or ""),
            evidence=tuple(map(str, evidence)) if isinstance(evidence, list) else (),
            is_found=units < most,
        )

    def _spare_units(self, site: str, *, day: dt.date, skus: set[str]) -> int:
        """Return how many whole units a site has room for from a day on, claimed fleet left out."""
        spare = self._study.elsewhere.spare
        room = spare.sites[site].room_from(day)
        counts = []
        for sku in skus:
            draw = spare.unit_draw(sku, site=site)
            fits = [
                limit // each for limit, each in zip(room, draw, strict=True) if limit is not None and each
            ]
            counts.append(min(fits, default=0) if spare.is_cooled(sku, site=site) else 0)
        return min(counts, default=0)

    def _gain_elsewhere(self, party: str, *, units: int, day: dt.date) -> int:
        where = _one_more_site(self._study.rooms, party=party, units=units, day=day)
        live = [
            self._live(walk_everywhere(one.outcome.entries, where=where, horizon=self._horizon), party)
            for one in (self._before, self._after)
        ]
        return live[1] - live[0]


def first_harmless_day(before: Mapping[int, int], after: Mapping[int, int], *, horizon: Horizon) -> int:
    """Return the first day D such that running all that is there from D, or any later day, on loses nothing.

    Args:
        before: Units delivered by day as booked.
        after: The same as proposed.
        horizon: The days counted.
    """
    days = sorted({horizon.start, *before, *after})
    ahead, stretches = 0, []
    for day, then in zip(days, [*days[1:], horizon.end], strict=True):
        ahead += before.get(day, 0) - after.get(day, 0)
        stretches.append((max(day, horizon.start), min(then, horizon.end), ahead))
    lost = 0
    for first, end, units in reversed(stretches):
        over = lost + units * max(0, end - first)
        if over > 0:
            # Within this stretch the loss grows by `units` a day as D comes earlier.
            harmless = -lost // units if units > 0 else 0
            return max(first, end - harmless)
        lost = over
    return horizon.start


def _ready_earlier(world: World, *, site: str, days: int) -> World:
    """Return the world with the steps of one site so many days earlier, in the case that it is looked at in."""
    earlier = pl.col("ready_on") - pl.duration(days=days)
    rows = world.table("readiness").with_columns(
        pl.when(pl.col("site") == site).then(earlier).otherwise("ready_on").alias("ready_on")
    )
    kept = [name for name in rows.columns if not name.endswith(("_early", "_late", "_low", "_high"))]
    return replace(world, tables={**world.tables, "readiness": rows.select(kept)})


def _one_more_site(rooms: Rooms, *, party: str, units: int, day: dt.date) -> Elsewhere:
    """Return where units may go live with one more site of a party, which holds so many of any SKU from a day on."""
    step = Step(name=_ANYWHERE, ready_on=day, limit=Room(_AMPLE, None, units))
    site = site_room(_ANYWHERE, lead_days=0, steps=[step], draw_changes={})
    any_cooling = frozenset(kind for kinds in rooms.sku_cooling.values() for kind in kinds)
    spare = replace(
        rooms,
        sites={**rooms.sites, _ANYWHERE: site},
        site_cooling={**rooms.site_cooling, _ANYWHERE: any_cooling},
        users={**rooms.users, _ANYWHERE: frozenset()},
    )
    return Elsewhere(rooms=rooms, spare=spare, of_party={party: [_ANYWHERE]})


def _split(variants: Variants, knob: Knob, *, party: str) -> BreakEven:
    """Return how many units must move within a balance before a party loses; the nearest over all corners."""

    def is_harmless(setting: Setting) -> bool:
        gained = variants.answers(setting)[party, "live_gained_gpu_days"]
        return gained is None or gained >= 0

    nearest: int | None = None
    for corner in knob.corners:
        units = sum(max(0, corner[cell] - plain) for cell, plain in knob.plain.items())
        steps = _last_harmless(
            lambda step, corner=corner, units=units: is_harmless(
                _part_way(knob, corner, step=step, units=units)
            ),  # type: ignore[misc]
            most=units,
        )
        if steps < units and (nearest is None or steps + 1 < nearest):
            nearest = steps + 1
    return BreakEven(
        question=Question.SPLIT,
        party=party,
        name=knob.name,
        amount=nearest,
        evidence=knob.evidence,
        is_found=nearest is not None,
    )


def _part_way(knob: Knob, corner: Setting, *, step: int, units: int) -> Setting:
    """Return the stated division with `step` of the `units` moved towards a corner."""
    if not units:
        return knob.plain
    part = {cell: plain + (corner[cell] - plain) * step // units for cell, plain in knob.plain.items()}
    drift = sum(knob.plain.values()) - sum(part.values())
    last = next(reversed(part))
    return {**part, last: part[last] + drift}
