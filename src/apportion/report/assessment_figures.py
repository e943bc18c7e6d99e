"""Charts of an assessment: what runs, booked against proposed; and power against what stands at each site."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from apportion.model.plan import MILLION
from apportion.model.room import NO_DRAW
from apportion.report.charts import Area, Figure, heights, rows_behind
from apportion.report.series import ZERO, Line, changes
from apportion.report.words import Words
from apportion.study.assess import Assessment
from apportion.study.futures import CaseStudy, Future

_WEEK = 7
_FUTURES = {
    Future.BOOKED: "assess.future.booked",
    Future.PROPOSED: "assess.future.proposed",
    Future.POLICY: "assess.future.policy",
}


def live_figures(found: Assessment, *, words: Words) -> list[Figure]:
    """Return one chart per party: live unit-days so far, by the baseline and as proposed, week by week."""
    study = found.cases[found.case]
    figures = []
    for number, party in enumerate(found.parties, start=1):
        before = Line("policy", _live_days(study, found.baseline, party=party))
        after = Line("fact", _live_days(study, Future.PROPOSED, party=party))
        rows, more_rows = rows_behind((before, after), words=words)
        figures.append(
            Figure(
                id=f"figure-live-{number}",
                title=party,
                lines=(
                    (words.say(_FUTURES[found.baseline]), before),
                    (words.say("assess.future.proposed"), after),
                ),
                caption=words.say("assess.live-caption", before=before.last, after=after.last),
                unit=words.say("assess.unit-days"),
                rows=rows,
                more_rows=more_rows,
                areas=(
                    Area("ahead", words.say("assess.ahead"), heights(before, after)),
                    Area("behind", words.say("assess.behind"), heights(after, before)),
                ),
            )
        )
    return figures


def _live_days(study: CaseStudy, future: Future, *, party: str) -> tuple[tuple[dt.date, Decimal], ...]:
    outcome = study.futures[future].outcome
    horizon = outcome.horizon
    own = [one for one in outcome.switches if one.entry.party == party]
    points = []
    for day in [*range(horizon.start, horizon.end, _WEEK), horizon.end - 1]:
        live = sum(one.units * max(0, day + 1 - max(one.day, horizon.start)) for one in own)
        points.append((dt.date.fromordinal(day), Decimal(live) / MILLION))
    return changes(points)


def site_figures(found: Assessment, *, words: Words) -> list[Figure]:
    """Return two charts per site concerned: its power against all that stands there, booked and proposed."""
    study = found.cases[found.case]
    figures: list[Figure] = []
    sites = sorted({entry.site for one in study.futures.values() for entry in one.outcome.entries})
    for site in sites:
        for future in (found.baseline, Future.PROPOSED):
            power, load = _power_and_load(study, future, site=site)
            rows, more_rows = rows_behind((power, load), words=words)
            excess = heights(power, load)
            figures.append(
                Figure(
                    id=f"figure-site-{len(figures) + 1}",
                    title=words.say("assess.site-title", site=site, future=words.say(_FUTURES[future])),
                    lines=((words.say("line.power"), power), (words.say("line.load"), load)),
                    caption=words.say("assess.site-caption", days=_idle_days(study, future, site=site)),
                    unit=words.say("unit.kw"),
                    rows=rows,
                    more_rows=more_rows,
                    excess=excess if any(above for _, _, above in excess) else (),
                )
            )
    return figures


def _power_and_load(study: CaseStudy, future: Future, *, site: str) -> tuple[Line, Line]:
    room, outcome = study.rooms.sites[site], study.futures[future].outcome
    own = [entry for entry in outcome.entries if entry.site == site]
    start, end = outcome.horizon.start, outcome.horizon.end
    days = {start, *(entry.arrives for entry in own), *(day.toordinal() for day in room.change_days())}
    power, load = [], []
    for day in sorted(one for one in days if start <= one < end):
        on_day = dt.date.fromordinal(day)
        stands = room.draw_on(on_day).times(MILLION)
        for entry in own:
            stands = stands.plus(entry.draw.times(entry.units) if entry.arrives <= day else NO_DRAW)
        power.append((on_day, Decimal(room.limit_on(on_day).power_milliwatt) / MILLION))
        load.append((on_day, Decimal(stands.power_milliwatt) / MILLION / MILLION))
    return Line("power", changes(power)), Line("load", changes(load))


def _idle_days(study: CaseStudy, future: Future, *, site: str) -> Decimal:
    days = study.futures[future].outcome.days()
    idle = sum(counted[2] for (_, one, _), counted in days.items() if one == site)
    return Decimal(idle) / MILLION if idle else ZERO
