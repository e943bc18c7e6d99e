"""Milestones and what is missing until then, worked out by hand; the arithmetic stands beside each number.

Days are counted from 1 January 2024, the first day of the plan, as day 0.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from fractions import Fraction

import pytest

from apportion.model.policy import Case
from apportion.model.proposal import Kind, Move, Proposal
from apportion.report.assessment import assessment_html, assessment_json, assessment_sentences
from apportion.report.words import Words
from apportion.study.assess import Assessment, assess
from apportion.study.capacity import PARTS, Capacity
from apportion.study.entries import Horizon
from apportion.study.futures import Future
from apportion.study.sharing import Milestone, Programme, State, milestones
from tests.build import Rows, make_world

FIRST = dt.date(2024, 1, 1).toordinal()
DAYS = 60  # To 1 March.


def on(day: int) -> dt.date:
    return dt.date.fromordinal(FIRST + day)


def need(
    name: str,
    *,
    first: int = 0,
    deadline: int | None = None,
    units: int | None = None,
    work: int | None = None,
    sites: Sequence[str] = (),
) -> Programme:
    return Programme(
        programme=name,
        party="us",
        name=name,
        kind="training",
        start=FIRST + first,
        deadline=None if deadline is None else FIRST + deadline,
        units=None if units is None else units * PARTS,
        work=None if work is None else work * PARTS,
        sites=frozenset(sites),
        basis="",
        evidence=(),
    )


def reached(*needs: Programme, own: Mapping[str, Mapping[int, int]], days: int = DAYS) -> list[Milestone]:
    """Return what becomes of needs with so many reference units at each site from each day on."""
    steps = tuple(
        (site, tuple((FIRST + day, units * PARTS) for day, units in sorted(levels.items())))
        for site, levels in sorted(own.items())
    )
    served = sorted(needs, key=lambda one: one.rank)
    found = milestones(served, Capacity(steps), horizon=Horizon(FIRST, FIRST + days))
    by_name = {one.programme: milestone for one, milestone in zip(served, found, strict=True)}
    return [by_name[one.programme] for one in needs]


def told(found: Milestone) -> tuple[State, int | None, int | None, int | None]:
    """Return state, day, days late, and what is missing in reference-unit-days."""
    missing = None if found.missing is None else Fraction(found.missing, PARTS)
    assert missing is None or missing.denominator == 1
    day = None if found.day is None else found.day - FIRST
    return found.state, day, found.late_days, None if missing is None else int(missing)


def test_a_held_need_is_met_from_the_day_on_which_it_lacks_nothing_any_more() -> None:
    # 10 wanted on days 5 to 29; 6 there to day 11, 10 from day 12 on: 7 days × 4.
    (found,) = reached(need("p", first=5, deadline=30, units=10), own={"a": {0: 6, 12: 10}})
    assert told(found) == (State.LATE, 12, 7, 28)


def test_a_dip_moves_the_milestone_behind_it() -> None:
    # 10 there, but 7 on days 20 to 24: 5 × 3.
    (found,) = reached(need("p", deadline=30, units=10), own={"a": {0: 10, 20: 7, 25: 10}})
    assert told(found) == (State.LATE, 25, 25, 15)


def test_a_need_that_lacks_something_on_its_last_day_is_not_reached() -> None:
    (found,) = reached(need("p", deadline=30, units=10), own={"a": {0: 10, 29: 9}})
    assert told(found) == (State.NOT_REACHED, None, None, 1)


def test_the_day_of_the_deadline_does_not_count() -> None:
    # What is lost on day 30 is of no account: the window is day 0 to 29.
    (found,) = reached(need("p", deadline=30, units=10), own={"a": {0: 10, 30: 0}})
    assert told(found) == (State.ON_TIME, 0, 0, 0)


def test_without_a_deadline_a_need_is_held_to_the_end_of_the_plan() -> None:
    (found,) = reached(need("p", first=50, units=10), own={"a": {0: 4}})
    assert told(found) == (State.NOT_REACHED, None, None, 60)  # 10 days × 6


@pytest.mark.parametrize(
    ("work", "deadline", "expected"),
    [
        (100, 20, (State.ON_TIME, 9, 0, 0)),  # 10 a day: done by the end of day 9.
        (101, 20, (State.ON_TIME, 10, 0, 0)),
        (200, 20, (State.ON_TIME, 19, 0, 0)),  # Day 19 is the last before the deadline.
        (201, 20, (State.LATE, 20, 1, 1)),  # Worked on the day of the deadline: one day late.
        (600, 60, (State.ON_TIME, 59, 0, 0)),  # The deadline is the end of the plan.
        (601, 60, (State.NOT_REACHED, None, None, 1)),
        (601, 61, (State.OPEN, None, None, None)),  # What is done on day 60 is not known.
        (600, 61, (State.ON_TIME, 59, 0, 0)),
        (100, None, (State.DONE, 9, None, None)),  # No deadline: nothing is missing at it.
        (601, None, (State.OPEN, None, None, None)),
        (0, 20, (State.ON_TIME, 0, 0, 0)),
    ],
)
def test_work_is_done_on_the_last_day_that_it_takes(
    work: int, deadline: int | None, expected: tuple[object, ...]
) -> None:
    (found,) = reached(need("p", deadline=deadline, work=work), own={"a": {0: 10}})
    assert told(found) == expected


def test_work_with_both_needs_uses_no_more_than_its_units_at_a_time() -> None:
    # 10 are there, 4 are used: 100 / 4 = 25 days, and the other takes the 6 that are left: 60 / 6 = 10 days.
    found = reached(need("p", deadline=30, units=4, work=100), need("q", work=60), own={"a": {0: 10}})
    assert [told(one) for one in found] == [(State.ON_TIME, 24, 0, 0), (State.DONE, 9, None, None)]


def test_what_is_held_comes_before_work_whatever_the_deadlines() -> None:
    # 8 of 10 are held to day 29. The work gets 2 a day: 58 by day 28, 60 by the end of day 29; 2 short on day 29.
    found = reached(
        need("work", deadline=29, work=60), need("held", deadline=30, units=8), own={"a": {0: 10}}
    )
    assert [told(one) for one in found] == [(State.LATE, 29, 1, 2), (State.ON_TIME, 0, 0, 0)]


def test_the_nearest_deadline_is_served_first_and_leaves_the_rest_of_its_last_day() -> None:
    # Sooner: 10 a day, 25 done on day 2, of which it takes 5. Later: 5 on day 2, then 10 a day: 30 = 5 + 10 + 10 + 5.
    found = reached(
        need("later", deadline=20, work=30), need("sooner", deadline=10, work=25), own={"a": {0: 10}}
    )
    assert [told(one)[1] for one in found] == [5, 2]


def test_who_accepts_more_sites_leaves_the_narrow_one_to_who_accepts_no_other() -> None:
    # First takes 6 of "b" and 4 of "a", so that second has 6 of the 10 at "a"; it wants 6.
    found = reached(
        need("first", deadline=10, units=10, sites=("a", "b")),
        need("second", deadline=20, units=6, sites=("a",)),
        own={"a": {0: 10}, "b": {0: 6}},
    )
    assert [told(one)[0] for one in found] == [State.ON_TIME, State.ON_TIME]


def test_units_elsewhere_serve_nobody() -> None:
    (found,) = reached(need("p", deadline=10, units=5, sites=("a",)), own={"b": {0: 9}})
    assert told(found) == (State.NOT_REACHED, None, None, 50)


def test_what_is_not_stated_is_not_nothing() -> None:
    (found,) = reached(need("p", deadline=10), own={"a": {0: 9}})
    assert told(found) == (State.NOT_STATED, None, None, None)


@pytest.mark.parametrize(("first", "deadline"), [(60, None), (-20, 0), (-20, -5), (30, 30), (40, 20)])
def test_a_window_without_a_day_in_the_plan_says_so(first: int, deadline: int | None) -> None:
    for one in (
        need("p", first=first, deadline=deadline, units=1),
        need("p", first=first, deadline=deadline, work=1),
    ):
        (found,) = reached(one, own={"a": {0: 9}})
        assert told(found) == (State.NO_DAY, None, None, None)


SETTINGS = {
    "name": "small",
    "start_on": on(0),
    "end_on": on(DAYS),
    "round": "day",
    "reference_sku": "chip",
    "policy": {"rule": "max-min"},
}


def tables(**changed: Rows) -> dict[str, Rows]:
    """Return a world in which a lot of 8 chips arrives on day 10 and is booked for `us` at a site ready on day 30."""

    def order(name: str, customer: str, *, site: str, quantity: str = "8") -> dict[str, str]:
        return {
            "order": name,
            "customer": customer,
            "skus": "chip",
            "quantity": quantity,
            "sites": site,
            "requested_on": str(on(0)),
        }

    whole: dict[str, Rows] = {
        "parties": [
            {"party": name, "name": name.title(), "kind": kind}
            for name, kind in (("us", "customer"), ("them", "customer"), ("maker", "supplier"), ("cloud", "cloud"))
        ],
        "skus": [
            {"sku": "chip", "name": "Chip", "vendor": "maker", "site_kw": "1", "rent_usd_per_hour": "2"},
            {"sku": "big", "name": "Big", "vendor": "maker", "site_kw": "2", "reference_units": "2.5"},
        ],
        "sites": [{"site": name, "name": name, "operator": "us"} for name in ("east", "west", "far")],
        "readiness": [
            {"site": "east", "step": "one", "ready_on": str(on(30)), "power_kw": "100"},
            {"site": "west", "step": "one", "ready_on": str(on(0)), "power_kw": "100"},
            {"site": "far", "step": "one", "ready_on": str(on(20)), "power_kw": "100"},
        ],
        "supply": [
            {"lot": "L1", "sku": "chip", "supplier": "maker", "arrives_on": str(on(10)), "quantity": "8",
             "reserved_for": "O1"},
            {"lot": "L2", "sku": "chip", "supplier": "maker", "arrives_on": str(on(40)), "quantity": "8",
             "reserved_for": "O2"},
            {"lot": "L3", "sku": "chip", "supplier": "maker", "arrives_on": str(on(5)), "quantity": "8",
             "reserved_for": "O3"},
        ],
        "orders": [order("O1", "us", site="east"), order("O2", "them", site="west", quantity="16"), order("O3", "us", site="far")],
    }  # fmt: skip
    return whole | changed


def programme(name: str, **cells: str) -> dict[str, str]:
    return {
        "programme": name,
        "party": "us",
        "name": f"Programme {name}",
        "kind": "training",
        "start_on": str(on(0)),
        **cells,
    }


def diverted(**changed: Rows) -> Assessment:
    """Return the assessment of a diversion of the first lot to `them`, at a site that is ready."""
    move = Move(lot="L1", to_orders=("O2",), site="west")
    return assess(
        make_world(SETTINGS, tables(**changed)),
        Proposal(id="p", kind=Kind.DIVERT, title="Diversion", moves=(move,)),
    )


def row_of(found: Assessment, name: str, *, future: str, case: str = "middle") -> dict[str, object]:
    frame = found.programmes
    rows = [
        row
        for row in frame.iter_rows(named=True)
        if (row["programme"], row["future"], row["case"]) == (name, future, case)
    ]
    assert len(rows) == 1
    return rows[0]


def test_what_goes_live_of_the_scope_is_capacity() -> None:
    found = diverted(
        programmes=[
            programme("ours", need_reference_units="8", sites="east"),
            programme("theirs", party="them", need_reference_units="8", sites="west"),
        ]
    )
    # As booked ours run from day 30, theirs from day 40; the lot that is diverted runs with them on day 10 and 8 of
    # the two lots of theirs suffice. Ours never.
    assert row_of(found, "ours", future="booked")["milestone_on"] == on(30)
    assert row_of(found, "theirs", future="booked")["milestone_on"] == on(40)
    ours, theirs = (row_of(found, name, future="proposed") for name in ("ours", "theirs"))
    assert (ours["milestone_on"], ours["shift_days"], ours["state"]) == (None, None, "not-reached")
    assert (theirs["milestone_on"], theirs["shift_days"]) == (on(10), -30)
    # 8 on each of 60 days less none; at 24 × 2 USD a day.
    assert ours["missing_reference_days"] == 480
    assert ours["rent_gap_usd"] == 480 * 48


def test_what_is_booked_outside_the_scope_runs_as_booked() -> None:
    found = diverted(programmes=[programme("p", need_reference_units="8", sites="far")])
    assert found.scope.orders == {"O1", "O2"}
    for future in Future:
        row = row_of(found, "p", future=future)
        assert row["milestone_on"] == on(20)  # It arrives on day 5, and its site is ready on day 20.
        assert row["missing_reference_days"] == 160


def test_fleet_and_shipments_count_at_their_sites_and_claims_do_not() -> None:
    fleet = [
        {"holding": "F1", "party": "us", "site": "west", "sku": "big", "quantity": "2", "since_on": str(on(3)),
         "until_on": str(on(50)), "basis": "fact"},
        {"holding": "F2", "party": "us", "site": "west", "sku": "big", "quantity": "9", "since_on": str(on(0)),
         "until_on": "", "basis": "claim"},
        {"holding": "F3", "party": "them", "site": "west", "sku": "big", "quantity": "9", "since_on": str(on(0)),
         "until_on": "", "basis": "fact"},
    ]  # fmt: skip
    shipments = [
        {"shipment": "S1", "order": "O3", "sku": "chip", "site": "west", "quantity": "4",
         "shipped_on": str(on(-9)), "live_on": str(on(6))},
    ]  # fmt: skip
    found = diverted(
        fleet=fleet,
        shipments=shipments,
        programmes=[programme("p", need_reference_units="9", deadline_on=str(on(50)), sites="west")],
    )
    row = row_of(found, "p", future="booked")
    # 0 on 3 days, 2 × 2.5 = 5 on 3 days, 5 + 4 = 9 from day 6 on: 3 × 9 + 3 × 4.
    assert (row["milestone_on"], row["missing_reference_days"]) == (on(6), 39)
    assert found.compute.claimed == {"us": (("fleet", "F2"),)}


def held_and_offered(**cells: str) -> Rows:
    common = {"party": "us", "provider": "cloud", "sku": "chip"}
    held = {
        "contract": "C1",
        "quantity": "3",
        "start_on": str(on(0)),
        "end_on": str(on(20)),
        "usd_per_unit_hour": "9",
    }
    offer = {"contract": "C2", "quantity": "20", "start_on": str(on(0)), "end_on": "", "status": "offer",
             "usd_per_unit_hour": "1.5", "least_units": "4", "step_units": "2", "least_days": "30"}  # fmt: skip
    return [common | held | {"status": "held"}, common | offer | cells]


def test_units_held_by_contract_serve_any_site_and_offers_are_no_capacity() -> None:
    found = diverted(
        rentals=held_and_offered(),
        programmes=[programme("p", need_reference_units="8", deadline_on=str(on(50)), sites="east")],
    )
    row = row_of(found, "p", future="booked")
    # 3 rented on days 0 to 19, none on 20 to 29, 8 own from day 30: 20 × 5 + 10 × 8.
    assert (row["milestone_on"], row["missing_reference_days"]) == (on(30), 180)
    totals = found.rental_totals.filter(case="middle", future="booked").to_dicts()
    # Days 0 to 29 want 6 or 8 units in steps of 2: 6 on 30 days and 2 more on 10. No contract of 2 units may be had,
    # and none of less than 30 days: 8 × 30 days × 24 × 1.5 USD.
    assert [(one["rentals_usd"], one["uncovered_reference_days"]) for one in totals] == [(8 * 30 * 36, 0)]
    (contract,) = found.rentals.filter(case="middle", future="booked").to_dicts()
    assert (contract["contract"], contract["units"]) == ("C2", 8)
    assert (contract["start_on"], contract["end_on"]) == (on(0), on(30))


def test_a_party_without_an_offer_rents_at_list() -> None:
    found = diverted(
        programmes=[programme("p", need_reference_units="8", deadline_on=str(on(50)), sites="east")]
    )
    (total,) = found.rental_totals.filter(case="middle", future="booked").to_dicts()
    assert total["rent_gap_usd"] == 30 * 8 * 48
    assert total["rentals_usd"] == total["lower_bound_usd"] == 30 * 8 * 48
    assert total["proven_gap_percent"] == 0


def test_what_no_offer_covers_is_told() -> None:
    offers = held_and_offered(end_on=str(on(40)), start_on=str(on(5)))
    found = diverted(
        rentals=offers[1:],
        programmes=[programme("p", need_reference_units="8", deadline_on=str(on(50)), sites="east")],
    )
    (total,) = found.rental_totals.filter(case="middle", future="booked").to_dicts()
    # Days 0 to 4 cannot be covered: 5 × 8. Days 5 to 29 are, by a contract of 30 days.
    assert (total["missing_reference_days"], total["uncovered_reference_days"]) == (240, 40)
    assert total["rentals_usd"] == 8 * 30 * 36
    assert row_of(found, "p", future="booked")["uncovered_reference_days"] == 40


def test_an_unknown_rent_is_told_as_unknown() -> None:
    skus = [{"sku": "chip", "name": "Chip", "vendor": "maker", "site_kw": "1"}]
    found = diverted(skus=skus, programmes=[programme("p", need_reference_units="8", sites="east")])
    row = row_of(found, "p", future="booked")
    assert (row["missing_reference_days"], row["rent_gap_usd"], row["uncovered_reference_days"]) == (
        240,
        None,
        240,
    )
    assert "not known" in assessment_html(found)


def test_the_summary_tells_the_milestone_that_moves() -> None:
    found = diverted(
        programmes=[programme("theirs", party="them", need_reference_units="8", sites="west", basis="claim")]
    )
    told_of = "\n".join(assessment_sentences(found, words=Words.load("en")))
    assert (
        "Programme theirs of Them, whose need is of basis claim, would have all it needs from 2024-01-11"
        " instead of 2024-02-10" in told_of
    )


def test_without_programmes_nothing_is_said_of_them() -> None:
    found = diverted()
    assert found.programmes.is_empty()
    assert found.rentals.is_empty()
    assert found.rental_totals.is_empty()
    assert 'id="programmes"' not in assessment_html(found)
    assert assessment_json(found)["programmes"] == []


def test_the_page_tells_needs_that_are_not_stated_and_how_others_are_known() -> None:
    found = diverted(
        programmes=[
            programme(
                "p", need_reference_units="8", need_reference_days="70", sites="east", basis="assumption"
            ),
            programme("q"),
        ]
    )
    page = assessment_html(found)
    assert "70 reference-unit-days of work, 8 reference units at a time at most" in page
    assert "Nothing is said of q" in page
    assert "assumption" in page
    assert row_of(found, "q", future="booked")["state"] == "need-not-stated"
    assert row_of(found, "p", future="booked")["milestone_on"] == on(38)  # 8 a day from day 30: 72 by day 38.


def test_each_case_has_its_own_milestones() -> None:
    readiness = [
        {"site": "east", "step": "one", "ready_on": str(on(30)), "ready_on_early": str(on(12)),
         "ready_on_late": str(on(50)), "power_kw": "100"},
        {"site": "west", "step": "one", "ready_on": str(on(0)), "ready_on_early": "", "ready_on_late": "",
         "power_kw": "100"},
        {"site": "far", "step": "one", "ready_on": str(on(20)), "ready_on_early": "", "ready_on_late": "",
         "power_kw": "100"},
    ]  # fmt: skip
    found = diverted(readiness=readiness, programmes=[programme("p", need_reference_units="8", sites="east")])
    days = [row_of(found, "p", future="booked", case=case)["milestone_on"] for case in Case]
    assert days == [on(12), on(30), on(50)]
