"""What was said against what was known: every claim judged, claims against each other, and how targets age.

    world, proposals → what the viewer knows, claims left out → each claim judged
                                                              → claims that do not hold together
                                                              → each target over time

Source: ``docs/concepts/claims.md``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from functools import cached_property

import polars as pl

from apportion.model.columns import NUMBER
from apportion.model.proposal import Proposal
from apportion.model.world import World
from apportion.study.ageing import Aged, age_targets
from apportion.study.contradictions import find_contradictions
from apportion.study.frames import frame_of
from apportion.study.known import Known, read_known
from apportion.study.relations import Contradiction
from apportion.study.stated import Claim, read_claims
from apportion.study.under_each import UnderEach
from apportion.study.verdicts import Judged, bases_among, judge

_TEXTS = pl.List(pl.String)
CLAIMS = {
    "claim": pl.String,
    "party": pl.String,
    "speaker": pl.String,
    "said_on": pl.Date,
    "metric": pl.String,
    "value": NUMBER,
    "value_low": NUMBER,
    "value_high": NUMBER,
    "unit": pl.String,
    "qualifier": pl.String,
    "from_on": pl.Date,
    "as_of_on": pl.Date,
    "sku": pl.String,
    "site": pl.String,
    "counterparty": pl.String,
    "verdict": pl.String,
    "reason": pl.String,
    "basis": pl.String,
    "evidence_low": NUMBER,
    "evidence_plain": NUMBER,
    "evidence_high": NUMBER,
    "evidence_on_early": pl.Date,
    "evidence_on": pl.Date,
    "evidence_on_late": pl.Date,
    "gap_low": NUMBER,
    "gap_high": NUMBER,
    "gap_unit": pl.String,
    "base_claim": pl.String,
    "base": NUMBER,
    "to_add": NUMBER,
    "documented_least": NUMBER,
    "documented_most": NUMBER,
    "order_by_best_on": pl.Date,
    "order_by_on": pl.Date,
    "order_by_worst_on": pl.Date,
    "met_on": pl.Date,
    "rented_low": NUMBER,
    "rented_plain": NUMBER,
    "rented_high": NUMBER,
    "rentals": _TEXTS,
    "rows": _TEXTS,
    "evidence": _TEXTS,
    "shared_evidence": _TEXTS,
    "set_apart": _TEXTS,
    "disputed_by": _TEXTS,
    "meets": _TEXTS,
    "settled_by": pl.String,
    "statement": pl.String,
}
CONTRADICTIONS = {
    "relation": pl.String,
    "claims": _TEXTS,
    "party": pl.String,
    "low": NUMBER,
    "high": NUMBER,
    "unit": pl.String,
    "first_on": pl.Date,
    "last_on": pl.Date,
    "basis": pl.String,
    "rows": _TEXTS,
    "evidence": _TEXTS,
    "disputes": _TEXTS,
    "is_told": pl.Boolean,
}
AGEING = {
    "claim": pl.String,
    "day_on": pl.Date,
    "value": NUMBER,
    "unit": pl.String,
    "evidence_low": NUMBER,
    "evidence_plain": NUMBER,
    "evidence_high": NUMBER,
    "to_add": NUMBER,
    "documented_least": NUMBER,
    "documented_most": NUMBER,
    "forecast_low": NUMBER,
    "forecast_plain": NUMBER,
    "forecast_high": NUMBER,
    "gap_low": NUMBER,
    "gap_high": NUMBER,
    "verdict": pl.String,
    "order_by_best_on": pl.Date,
    "order_by_on": pl.Date,
    "order_by_worst_on": pl.Date,
    "met_on": pl.Date,
}
_PLACES = Decimal("0.000001")


@dataclass(frozen=True)
class Claims:
    """What was said, against what the viewer knew.

    Attributes:
        known: What the viewer knew, claims left out, and the proposals carried out.
        judged: Each claim, in the order in which they were said.
        found: What does not hold together.
        aged: Each target over the days on which something became known.
        proposals: Those that lie beside the facts, carried out or not.
        under_each: What becomes of verdicts under each statement that does not stand; None: not asked for.
    """

    known: Known
    judged: tuple[Judged, ...]
    found: tuple[Contradiction, ...]
    aged: tuple[Aged, ...]
    proposals: tuple[Proposal, ...] = ()
    under_each: UnderEach | None = None

    @property
    def world(self) -> World:
        """Return the facts under the view."""
        return self.known.stated

    @property
    def day(self) -> dt.date:
        """Return the day looked from."""
        return self.known.day

    @cached_property
    def claims(self) -> pl.DataFrame:
        """Return one row for each claim: what was said, what is documented, the gap and the verdict."""
        disputes = _disputes_of(self.world)
        return frame_of(
            (_claim_row(one, self.found, disputes=disputes) for one in self.judged), columns=CLAIMS
        )

    @cached_property
    def contradictions(self) -> pl.DataFrame:
        """Return one row for each set of claims, or pieces of evidence, that do not hold together."""
        return frame_of((_contradiction_row(one) for one in self.found), columns=CONTRADICTIONS)

    @cached_property
    def ageing(self) -> pl.DataFrame:
        """Return one row for each target and day on which something became known."""
        return frame_of((_aged_row(one) for one in self.aged), columns=AGEING)


def judge_claims(world: World, proposals: Iterable[Proposal] = ()) -> Claims:
    """Return every claim of a world against what its viewer knew.

    Args:
        world: The facts under a view: the day, the viewer, and the case that plain evidence is of.
        proposals: Those that lie beside them; the moves that the viewer knew to be decided are carried out.
    """
    claims, given = read_claims(world), tuple(proposals)
    until = max((one.as_of_on for one in claims), default=None)
    known = read_known(world, given, until=until)
    bases = bases_among(claims)
    judged = tuple(judge(known, one, bases=bases) for one in claims)
    return Claims(
        known=known,
        judged=judged,
        found=tuple(find_contradictions(known, judged)),
        aged=tuple(age_targets(known, judged, proposals=given)),
        proposals=given,
    )


def _disputes_of(world: World) -> dict[str, list[str]]:
    """Return by what each piece of evidence is disputed."""
    found: dict[str, list[str]] = {}
    for name, disputed in world.table("evidence").select("id", "disputes").sort("id").iter_rows():
        for one in disputed or ():
            found.setdefault(one, []).append(name)
    return found


def number(value: Fraction | None) -> Decimal | None:
    """Return an exact number as a cell: six decimals, to the nearest, half to even.

    >>> number(Fraction(2, 3)), number(None)
    (Decimal('0.666667'), None)
    """
    if value is None:
        return None
    # A quotient of two integers may need more digits than the context keeps, so it is rounded in whole numbers.
    scaled = value * 10**6
    return (Decimal(round(scaled)) * _PLACES).quantize(_PLACES, rounding=ROUND_HALF_EVEN)


def _cells(claim: Claim) -> tuple[object, ...]:
    is_range = claim.low != claim.high
    return (
        claim.claim,
        claim.party,
        claim.speaker,
        claim.said_on,
        claim.metric,
        number(claim.value),
        number(claim.low) if is_range else None,
        number(claim.high) if is_range else None,
        claim.unit,
        claim.qualifier or None,
        claim.from_on,
        claim.as_of_on,
        claim.sku or None,
        claim.site or None,
        claim.counterparty or None,
    )


def _claim_row(
    one: Judged, found: Sequence[Contradiction], *, disputes: dict[str, list[str]]
) -> tuple[object, ...]:
    claim, evidence = one.claim, one.evidence
    band = (None, None, None) if evidence is None else (evidence.low, evidence.plain, evidence.high)
    blank: tuple[None, None, None] = (None, None, None)
    numbers = blank if claim.is_dated else tuple(number(value) for value in band)
    days = tuple(day_of(value) for value in band) if claim.is_dated else blank
    meets = {other for row in found if claim.claim in row.claims for other in row.claims} - {claim.claim}
    disputed_by = {by for name in claim.evidence for by in disputes.get(name, ())} - set(claim.evidence)
    return (
        *_cells(claim),
        str(one.verdict),
        one.reason,
        one.basis or None,
        *numbers,
        *days,
        *_gap_cells(one),
        *_target_cells(one),
        *_reach_cells(one),
        one.met_on,
        *_rented_cells(one),
        [row.place for row in one.support],
        list(dict.fromkeys(name for row in one.support for name in row.evidence)),
        list(one.shared_evidence),
        [row.place for row in one.set_apart],
        sorted(disputed_by),
        sorted(meets),
        settled_by(claim),
        claim.statement,
    )


def day_of(value: Fraction | None) -> dt.date | None:
    """Return the day that an ordinal stands for."""
    return None if value is None else dt.date.fromordinal(int(value))


def settled_by(claim: Claim) -> str:
    """Return what would settle a claim, as the words name it: its metric, or that it is none."""
    return claim.metric if claim.kind is not None else "unknown"


def _gap_cells(one: Judged) -> tuple[object, ...]:
    if one.gap is None:
        return (None, None, None)
    return number(one.gap.low), number(one.gap.high), one.gap.unit


def _target_cells(one: Judged) -> tuple[object, ...]:
    target = one.target
    if target is None:
        return (None, None, None, None, None)
    amounts = (target.base, target.to_add, target.least, target.most)
    return (target.base_claim or None, *(number(amount) for amount in amounts))


def _reach_cells(one: Judged) -> tuple[object, ...]:
    reach = one.reach
    return (None, None, None) if reach is None else (reach.best_on, reach.plain_on, reach.worst_on)


def _rented_cells(one: Judged) -> tuple[object, ...]:
    places = list(dict.fromkeys(row.place for item in one.rented for row in item.support))
    if not places:
        return (None, None, None, places)
    sums = (sum(getattr(item, end) for item in one.rented) for end in ("low", "plain", "high"))
    return (*(number(value) for value in sums), places)


def _contradiction_row(one: Contradiction) -> tuple[object, ...]:
    return (
        str(one.relation),
        list(one.claims),
        one.party or None,
        number(one.low),
        number(one.high),
        one.unit or None,
        one.first_on,
        one.last_on,
        one.basis or None,
        [row.place for row in one.support],
        list(one.evidence),
        list(one.disputes),
        one.is_told,
    )


def _aged_row(one: Aged) -> tuple[object, ...]:
    judged, evidence, target = one.judged, one.judged.evidence, one.judged.target
    band = (None, None, None) if evidence is None else (evidence.low, evidence.plain, evidence.high)
    towards = (None, None, None) if target is None else (target.to_add, target.least, target.most)
    return (
        judged.claim.claim,
        one.day,
        number(judged.claim.value),
        judged.claim.unit,
        *(number(value) for value in (*band, *towards, *one.forecast)),
        *_gap_cells(judged)[:2],
        str(judged.verdict),
        *_reach_cells(judged),
        judged.met_on,
    )
