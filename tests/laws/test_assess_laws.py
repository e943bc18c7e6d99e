"""The laws of an assessment, each on random worlds with random proposals: docs/concepts/assessment.md."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from fractions import Fraction
from random import Random

from apportion.errors import Code
from apportion.model.plan import MILLION
from apportion.model.policy import Case
from apportion.model.proposal import Kind, Proposal
from apportion.study.assess import Assessment
from apportion.study.book import Send, read_book
from apportion.study.futures import Future
from apportion.study.scope import scope_of
from tests.laws.holding import hold_on_random_worlds, seen_world
from tests.laws.proposing import assessed, claim_some_fleet, random_proposal
from tests.worlds import RawWorld


def some_assessment(raw: RawWorld, rng: Random) -> Assessment | None:
    claim_some_fleet(raw, rng)
    return assessed(seen_world(raw), random_proposal(raw, rng))


def test_no_future_has_more_live_days_than_the_best() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        found = some_assessment(raw, rng)
        for case in Case if found else ():
            best = found.value(Future.BEST, "live_gpu_days", case=case)
            for future in Future:
                live = found.value(future, "live_gpu_days", case=case)
                assert live <= best, (future, str(case), live, best)

    hold_on_random_worlds(law)


def test_no_future_creates_units_or_overfills_an_order() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        found = some_assessment(raw, rng)
        for case, future in found.measured if found else ():
            arrived: Counter[str] = Counter()
            for lot in found.book.lots.values():
                arrived[lot.sku] += lot.units * MILLION * (lot.arrives < found.book.end)
            filled: dict[int, Fraction] = defaultdict(Fraction)
            rank = {one: order for order, one in ranks_of(found, case).items()}
            for entry in found.cases[case].futures[future].outcome.entries:
                arrived[entry.sku] -= entry.units
                line = found.book.lines[rank[entry.place[0]]]
                assert line.customer == entry.party
                filled[entry.place[0]] += Fraction(entry.units * line.rates[entry.sku])
            assert min(arrived.values(), default=0) >= 0
            assert all(amount <= found.book.lines[rank[place]].open for place, amount in filled.items())

    hold_on_random_worlds(law)


def ranks_of(found: Assessment, case: Case) -> dict[str, int]:
    """Return the place of each order of the scope in canonical order, by which entries name theirs."""
    from apportion.study.entries import ranked_orders  # noqa: PLC0415

    return {order: one.rank for order, one in ranked_orders(found.cases[case].world).items()}


def test_what_is_delivered_is_in_one_state_every_day() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        found = some_assessment(raw, rng)
        for (case, future), measured in (found.measured if found else {}).items():
            outcome = found.cases[case].futures[future].outcome
            shipped = sum(one.units * outcome.horizon.days_from(one.ships) for one in outcome.entries)
            values = measured["", ""]
            states = ("transit_gpu_days", "idle_gpu_days", "live_gpu_days")
            assert sum(values[state] for state in states) == Fraction(shipped, MILLION)
            assert values["idle_gpu_days"] >= 0
            assert values["idle_gpu_days_all_sites"] >= 0

    hold_on_random_worlds(law)


def test_what_all_parties_gain_is_the_sum_of_what_each_gains() -> None:
    added = (
        "units",
        "held_gpu_days",
        "idle_gpu_days",
        "live_gpu_days",
        "live_gained_gpu_days",
        "idle_avoided_gpu_days",
        "shifted_gpu_days",
        "shifted_later_gpu_days",
        "live_gained_gpu_days_all_sites",
    )

    def law(raw: RawWorld, rng: Random) -> None:
        found = some_assessment(raw, rng)
        for measured in found.measured.values() if found else ():
            for measure in added:
                parts = [values[measure] for (party, site), values in measured.items() if party and not site]
                assert measured["", ""][measure] == sum(parts), measure

    hold_on_random_worlds(law)


def test_what_one_receives_later_another_receives_earlier_where_the_same_units_are_delivered() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        found = some_assessment(raw, rng)
        if found is None or found.proposal.kind is Kind.PRIORITY:
            return
        parts = [
            Counter({(one.sku, one.arrives): 0 for one in outcome.entries})
            for outcome in (found.cases[Case.MIDDLE].futures[one].outcome for one in (Future.BOOKED, Future.PROPOSED))
        ]
        for counts, future in zip(parts, (Future.BOOKED, Future.PROPOSED), strict=True):
            for one in found.cases[Case.MIDDLE].futures[future].outcome.entries:
                counts[one.sku, one.arrives] += one.units
        if parts[0] == parts[1]:
            assert found.value(Future.PROPOSED, "shifted_gpu_days") == 0

    hold_on_random_worlds(law)


def test_a_scope_is_closed() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        found = some_assessment(raw, rng)
        if found is None or found.proposal.kind is Kind.PRIORITY:
            return
        book = read_book(found.world)
        everything = [
            Send(lot=lot, order=order, site="", units=0)
            for lot in found.scope.lots
            for order in found.scope.orders
        ]
        assert scope_of(book, everything) == found.scope

    hold_on_random_worlds(law)


def test_a_proposal_is_assessed_or_refused_with_findings_whatever_it_says() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        # `assessed` lets through what is no finding, and so does this law: a failure of another kind stops it.
        found = some_assessment(raw, rng)
        assert found is None or len(found.comparison)

    hold_on_random_worlds(law)


def test_the_same_facts_and_proposal_give_the_same_comparison() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        claim_some_fleet(raw, rng)
        proposal = random_proposal(raw, rng)
        found = assessed(seen_world(raw), proposal)
        if found is None:
            return
        for rows in raw.tables.values():
            rng.shuffle(rows)
        again = assessed(seen_world(raw), replace(proposal, title="told otherwise", file="other.toml"))
        assert again is not None
        assert again.world.digest == found.world.digest
        assert again.comparison.equals(found.comparison)

    hold_on_random_worlds(law)


def test_a_proposal_of_what_is_booked_changes_nothing() -> None:
    def law(raw: RawWorld, rng: Random) -> None:
        claim_some_fleet(raw, rng)
        world = seen_world(raw)
        proposal = random_proposal(raw, rng)
        moves = tuple(
            replace(move, to_orders=(reserved,), site="", quantity=None)
            for move in proposal.moves
            for reserved in [next(row["reserved_for"] for row in raw.tables["supply"] if row["lot"] == move.lot)]
            if reserved
        )
        found = assessed(world, replace(proposal, moves=moves[:1])) if moves else None
        if found is None:
            return
        assert {one.code for one in found.findings} == {Code.MOVE_CHANGES_NOTHING}
        for group, values in found.measured[Case.MIDDLE, Future.PROPOSED].items():
            assert values.get("live_gained_gpu_days", 0) == 0, group
            assert values.get("shifted_gpu_days", 0) == 0, group

    hold_on_random_worlds(law)
