"""A target over time: what was documented towards it on each day on which something became known.

Source: ``docs/concepts/claims.md``, E25 to E27.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import polars as pl

from apportion.model.metrics import MetricKind
from apportion.model.proposal import Proposal
from apportion.model.world import PUBLIC
from apportion.study.counts import NOTHING, forecast, scope_of
from apportion.study.known import DOCUMENTED, Known, is_proposal_known, read_known
from apportion.study.stated import Claim, read_claims
from apportion.study.unchanged import Between
from apportion.study.verdicts import Bases, Judged, base_of, bases_among, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Aged:
    """A target as it stood on one day.

    Attributes:
        day: The day.
        judged: The target against what was known then.
        forecast: Forecast orders known then and wanted by the target's day: least, plain and most.
        base: The claim that it counts from, or whose day it does; None: none.
    """

    day: dt.date
    judged: Judged
    forecast: tuple[Fraction, Fraction, Fraction]
    base: Claim | None = None


def age_targets(known: Known, judged: Sequence[Judged], *, proposals: Sequence[Proposal]) -> Iterator[Aged]:
    """Yield each target on each day, from the day it was known on, on which something became known.

    Args:
        known: What the viewer knows in the end.
        judged: The claims of the view.
        proposals: Those that lie beside the facts.
    """
    targets = [one.claim for one in judged if is_target(one.claim) and one.evidence is not None]
    if not targets:
        return
    until = max(claim.as_of_on for claim in targets)
    first = min(claim.said_on for claim in targets)
    days = [day for day in _days_known(known, proposals) if first <= day <= known.day]
    view = known.stated.view
    stood: dict[str, list[Aged]] = {claim.claim: [] for claim in targets}
    before: Known | None = None
    read: dict[tuple[str, int], Claim] = {}
    for day in days:
        then = read_known(known.stated.as_known_on(day, view.viewpoint), proposals, until=until)
        claims = read_claims(then.stated, read=read)
        bases = bases_among(claims)
        between = None if before is None else Between(before, then)
        for claim in claims:
            if claim.claim in stood and is_target(claim):
                last = stood[claim.claim][-1:]
                is_same = (
                    between is not None
                    and bool(last)
                    and _is_same(last[0], claim, between=between, bases=bases)
                )
                stood[claim.claim].append(
                    replace(last[0], day=day) if is_same else _aged(then, claim, bases=bases)
                )
        before = then
    for claim in targets:
        yield from stood[claim.claim]


def _is_same(last: Aged, claim: Claim, *, between: Between, bases: Bases) -> bool:
    """Return whether a target stands as it last stood: on the day before, and nothing that bears on it changed."""
    return (
        last.day == between.before.day
        and last.judged.claim == claim
        and base_of(claim, bases) == last.base
        and not between.bears_on(last.judged)
    )


def is_target(claim: Claim) -> bool:
    """Return whether a claim speaks of units on a day after it was said."""
    is_counted = claim.kind is not None and claim.kind.kind is MetricKind.COUNT
    return is_counted and claim.as_of_on > claim.said_on


def _aged(then: Known, claim: Claim, *, bases: Bases) -> Aged:
    items = list(forecast(then, scope_of(claim)))
    return Aged(
        day=then.day,
        judged=judge(then, claim, bases=bases),
        forecast=(
            sum((item.low for item in items), NOTHING),
            sum((item.plain for item in items), NOTHING),
            sum((item.high for item in items), NOTHING),
        ),
        base=base_of(claim, bases),
    )


def _days_known(known: Known, proposals: Iterable[Proposal]) -> list[dt.date]:
    """Return the days on which a row that evidence may rest on became known to the viewer, and the last day."""
    days: set[dt.date] = {known.day}
    for name in (*DOCUMENTED, "lead_times", "claims"):
        frame = known.stated.statements(name)
        days.update(_days_of(frame, is_public=known.stated.view.viewpoint == PUBLIC))
    for proposal in proposals:
        told = {proposal.decided_on, proposal.known_on, proposal.public_on} - {None}
        is_known = is_proposal_known(proposal, view=known.stated.view, day=known.day)
        days.update(day for day in told if day is not None and is_known)
    return sorted(days)


def _days_of(frame: pl.DataFrame, *, is_public: bool) -> set[dt.date]:
    """Return the days that a table names; a party may know a row on either day, so both are looked at."""
    there = [column for column in ("known_on", "public_on") if column in frame.columns]
    if is_public and len(there) > 1:
        there = ["public_on"]
    return {day for column in there for day in frame[column].drop_nulls().to_list()}
