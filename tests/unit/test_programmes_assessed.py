"""Programmes in the assessment of a small diversion: what is capacity, what is told of it, and what rents the gap.

Days are counted from 1 January 2024, the first day of the plan, as day 0.
"""

from __future__ import annotations

import datetime as dt

from apportion.model.policy import Case
from apportion.model.proposal import Kind, Move, Proposal
from apportion.report.assessment import assessment_html, assessment_json, assessment_sentences
from apportion.report.words import Words
from apportion.study.assess import Assessment, assess
from apportion.study.futures import Future
from tests.build import Rows, make_world

FIRST = dt.date(2024, 1, 1).toordinal()
DAYS = 60  # To 1 March.


def on(day: int) -> dt.date:
    return dt.date.fromordinal(FIRST + day)


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
        "orders": [
            order("O1", "us", site="east"),
            order("O2", "them", site="west", quantity="16"),
            order("O3", "us", site="far"),
        ],
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
    assert "70 unit-days of work, at most 8 at a time (assumption)" in page
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
