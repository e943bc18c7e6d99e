"""What does not hold together: every rule in turn, then the evidence that speaks against other evidence.

Source: ``docs/concepts/claims.md``, E19 to E24.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from apportion.study.against_facts import (
    active_against_room,
    counts_against_power,
    counts_against_spend,
    dates_against_readiness,
    sites_replaced,
    targets_against_book,
    targets_out_of_reach,
)
from apportion.study.among_claims import (
    days_differ,
    parts_of_totals,
    prices_differ,
    values_differ,
    words_differ,
)
from apportion.study.known import Known
from apportion.study.relations import Contradiction, Relation
from apportion.study.stated import Claim
from apportion.study.support import support_of
from apportion.study.verdicts import Judged

Rule = Callable[[Known, Sequence[Judged]], Iterator[Contradiction]]
RULES: tuple[Rule, ...] = (
    targets_against_book,
    targets_out_of_reach,
    parts_of_totals,
    counts_against_spend,
    counts_against_power,
    active_against_room,
    dates_against_readiness,
    sites_replaced,
    days_differ,
    values_differ,
    prices_differ,
    words_differ,
)
# Claims of these say nothing that could be laid beside another.
_NOTHING_STATED = frozenset({"unknown-metric", "unit-unfit", "no-value", "unknown-sku", "unknown-site"})


def find_contradictions(known: Known, judged: Sequence[Judged]) -> list[Contradiction]:
    """Return what does not hold together, rule by rule, each in the order in which it was said."""
    comparable = [one for one in judged if one.reason not in _NOTHING_STATED]
    found = [row for rule in RULES for row in rule(known, comparable)]
    return [*found, *_disputed(known, [one.claim for one in judged], found=found)]


def _disputed(
    known: Known, claims: Sequence[Claim], *, found: Sequence[Contradiction]
) -> Iterator[Contradiction]:
    """Yield each piece of evidence that speaks against others, as far as the viewer knows both."""
    rows = {row["id"]: row for row in known.stated.table("evidence").iter_rows(named=True)}
    met = {frozenset((one, other)) for row in found for one in row.claims for other in row.claims}
    for name in sorted(rows):
        disputed = [one for one in rows[name]["disputes"] or () if one in rows]
        if not disputed:
            continue
        citing = [claim for claim in claims if {name, *disputed} & set(claim.evidence)]
        yield Contradiction(
            relation=Relation.DISPUTED,
            claims=tuple(claim.claim for claim in citing),
            first_on=rows[name]["published_on"],
            last_on=rows[name]["published_on"],
            support=(support_of("evidence", rows[name], name=name),),
            evidence=(name,),
            disputes=tuple(disputed),
            is_told=all(_meet(name, one, claims=claims, met=met) for one in disputed),
        )


def _meet(name: str, disputed: str, *, claims: Sequence[Claim], met: set[frozenset[str]]) -> bool:
    """Return whether claims that cite the two pieces of evidence meet by another rule."""
    return any(
        frozenset((one.claim, other.claim)) in met
        for one in claims
        for other in claims
        if one is not other and name in one.evidence and disputed in other.evidence
    )
