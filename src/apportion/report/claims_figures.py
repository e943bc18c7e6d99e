"""Charts of a claims study: each target against its evidence as it became known, and statements over orders."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import polars as pl

from apportion.model.metrics import REFERENCE_UNITS
from apportion.report.charts import MOST_SMALL, Area, Figure, heights, rows_behind
from apportion.report.claims import claim_unit_words, span, stated_words
from apportion.report.others import customers_named
from apportion.report.series import Line, changes
from apportion.report.words import Words
from apportion.study.claims import Claims, number
from apportion.study.counts import Item, Scope, delivered, ordered, reserved
from apportion.study.known import Known, read_known
from apportion.study.metrics import is_count
from apportion.study.stated import Claim

ZERO, NOTHING = Decimal(0), Fraction(0)
AGEING = "ageing.csv"
_TABLES = ("orders", "supply", "shipments", "fleet")


@dataclass(frozen=True, slots=True)
class Counted:
    """What a party was known, on one day, to have ordered, reserved and received, claims left out.

    Attributes:
        day: The day.
        ordered: Units of its orders, forecasts left out.
        reserved: Units of lots reserved for it, whenever they arrive.
        delivered: Units it held by then.
    """

    day: dt.date
    ordered: Fraction
    reserved: Fraction
    delivered: Fraction


@dataclass(frozen=True, slots=True)
class Course:
    """The claims of units of one party and SKU in one unit, and what was known on each day.

    Attributes:
        party: The party.
        sku: The SKU; empty: all.
        unit: The unit of the claims.
        claims: The claims, in the order in which they were said.
        days: What was known, day by day on which something became known or was said.
    """

    party: str
    sku: str
    unit: str
    claims: tuple[Claim, ...]
    days: tuple[Counted, ...]

    def known_on(self, day: dt.date) -> Counted:
        """Return what was known on a day."""
        return max((one for one in self.days if one.day <= day), key=lambda one: one.day)


def target_figures(found: Claims, *, words: Words) -> tuple[list[Figure], str]:
    """Return one chart per target, at most nine, and the sentence that says how many are not drawn.

    A chart shows what was stated against what was documented, as known day by day. The sentence is empty where every
    target is drawn; the numbers of those that are not stand in ``ageing.csv`` like those of the others.
    """
    aged = [
        (row.claim, days)
        for row in found.judged
        if len(days := found.ageing.filter(pl.col("claim") == row.claim.claim).sort("day_on"))
    ]
    names = customers_named(found.world)
    figures = [
        _target_figure(claim, days, number=number, party=names.get(claim.party, claim.party), words=words)
        for number, (claim, days) in enumerate(aged[:MOST_SMALL], start=1)
    ]
    left = len(aged) - len(figures)
    return figures, words.say(
        "claims.page.undrawn", count=left, drawn=len(figures), file=AGEING
    ) if left else ""


def _target_figure(claim: Claim, days: pl.DataFrame, *, number: int, party: str, words: Words) -> Figure:
    stated, low, plain, high, top = (
        Line(role, changes(tuple(shown.select("day_on", column).iter_rows())))
        for role, shown, column in (
            ("policy", days, "value"),
            ("low", days, "evidence_low"),
            ("fact", days, "evidence_plain"),
            ("high", days, "evidence_high"),
            ("top", days.with_columns(top=pl.col("evidence_high") + pl.col("forecast_high")), "top"),
        )
    )
    rows, more_rows = rows_behind((stated, plain), words=words)
    name = words.say("joint.named", name=party, note=claim.sku) if claim.sku else party
    return Figure(
        id=f"figure-target-{number}",
        title=words.say("claims.page.target", claim=claim.claim, party=name),
        lines=(
            (words.say("claims.page.stated-line"), stated),
            (words.say("claims.page.documented-line"), plain),
        ),
        caption=_target_caption(days.row(-1, named=True), claim, words=words),
        unit=claim_unit_words(claim.unit, words=words),
        rows=rows,
        more_rows=more_rows,
        areas=(
            Area("ahead", words.say("claims.page.range-area"), heights(low, high)),
            Area("behind", words.say("claims.page.forecast-area"), heights(high, top)),
        ),
    )


def _target_caption(last: Mapping[str, Decimal], claim: Claim, *, words: Words) -> str:
    return words.say(
        "claims.page.target-caption",
        stated=stated_words(claim, words=words),
        day=claim.as_of_on,
        known=str(last["day_on"]),
        live=span(Fraction(last["evidence_low"]), Fraction(last["evidence_high"]), words=words),
        plain=last["evidence_plain"],
        forecast=span(Fraction(last["forecast_low"]), Fraction(last["forecast_high"]), words=words),
    )


def courses(found: Claims) -> list[Course]:
    """Return the claims of units by party, SKU and unit, with what was known on each day."""
    held: dict[tuple[str, str, str], list[Claim]] = {}
    for one in found.judged:
        if is_count(one.claim) and one.evidence is not None and one.claim.value is not None:
            held.setdefault((one.claim.party, one.claim.sku, one.claim.unit), []).append(one.claim)
    if not held:
        return []
    known = _known_by_day(found)
    return [
        Course(
            party=party,
            sku=sku,
            unit=unit,
            claims=tuple(claims),
            days=tuple(
                _counted(
                    then,
                    Scope(party=party, sku=sku, site="", day=then.day, is_reference=unit == REFERENCE_UNITS),
                )
                for then in known
            ),
        )
        for (party, sku, unit), claims in held.items()
    ]


def _known_by_day(found: Claims) -> list[Known]:
    """Return what the viewer knew on each day on which a row of what is counted became known, or a claim was said."""
    stated, until = found.world, dt.date.fromordinal(found.known.until)
    days = {found.day, *(one.claim.said_on for one in found.judged)}
    for name in _TABLES:
        frame = stated.statements(name)
        for column in ("known_on", "public_on"):
            days.update(frame[column].drop_nulls() if column in frame.columns else ())
    for proposal in found.known.applied:
        told = (proposal.decided_on, proposal.known_on, proposal.public_on)
        days.update(day for day in told if day is not None)
    days.update(dt.date.fromordinal(one.delivered) for one in found.known.deliveries)
    proposals = (*found.known.applied, *found.known.left_out)
    return [
        read_known(stated.as_known_on(day, stated.view.viewpoint), proposals, until=until)
        for day in sorted(day for day in days if day <= found.day)
    ]


def _counted(then: Known, scope: Scope) -> Counted:
    last = replace(scope, day=dt.date.fromordinal(then.until))
    return Counted(
        day=then.day,
        ordered=_plain(ordered(then, scope)),
        reserved=_plain(reserved(then, last)),
        delivered=_plain(delivered(then, scope)),
    )


def _plain(items: Iterable[Item]) -> Fraction:
    return sum((item.plain for item in items), NOTHING)


def course_figures(found: Claims, given: Iterable[Course], *, words: Words) -> list[Figure]:
    """Return one chart per party and SKU: the highest count stated so far over what was ordered and received.

    Every one is drawn: no file holds what they show.
    """
    names = customers_named(found.world)
    figures: list[Figure] = []
    for index, one in enumerate(given, start=1):
        stated = Line("policy", _highest(one.claims))
        lines = [
            Line(role, changes(tuple((day.day, number(getattr(day, column)) or ZERO) for day in one.days)))
            for role, column in (("supply", "ordered"), ("fact", "delivered"), ("reserved", "reserved"))
        ]
        party = names.get(one.party, one.party)
        rows, more_rows = rows_behind((stated, *lines[:2]), words=words)
        last = one.days[-1]
        figures.append(
            Figure(
                id=f"figure-course-{index}",
                title=words.say("joint.named", name=party, note=one.sku) if one.sku else party,
                lines=(
                    (words.say("claims.page.highest-line"), stated),
                    (words.say("claims.page.ordered-line"), lines[0]),
                    (words.say("claims.page.delivered-line"), lines[1]),
                ),
                caption=words.say(
                    "claims.page.course-caption",
                    day=last.day,
                    ordered=last.ordered,
                    reserved=last.reserved,
                    delivered=last.delivered,
                    stated=stated.last,
                ),
                unit=claim_unit_words(one.unit, words=words),
                rows=rows,
                more_rows=more_rows,
                areas=(
                    Area(
                        "ahead",
                        words.say("claims.page.reserved-area"),
                        tuple((day, ZERO, value) for day, value in lines[2].points),
                    ),
                ),
            )
        )
    return figures


def _highest(claims: Iterable[Claim]) -> tuple[tuple[dt.date, Decimal], ...]:
    """Return the highest count stated by each day on which one was stated."""
    so_far, points = ZERO, {}
    for claim in sorted(claims, key=lambda one: one.said_on):
        so_far = max(so_far, number(claim.value) or ZERO)
        points[claim.said_on] = so_far
    return changes(tuple(points.items()))
