"""The page of an assessment: what its bars, answers and sentences say, against the numbers they are made from."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import pytest

import apportion as ap
from apportion.commands.assessments import assessment_as_json, page_of, tell_assessment, write_assessment
from apportion.files.proposal_reading import read_proposal
from apportion.model.proposal import Kind, Move, Proposal
from apportion.report.assessment_answers import answers_grid, break_evens_grid, sign_key
from apportion.report.assessment_bars import tornadoes, waterfall
from apportion.report.words import Words
from apportion.study.assess import Assessment
from apportion.study.futures import Future
from apportion.study.ranges import Interval
from tests.build import day, make_world

WORDS = Words.load("en")
CASES = Path(__file__).parents[1] / "cases"


@pytest.fixture(scope="module")
def story() -> Assessment:
    return ap.assess(ap.read("tesla-x-2023"), "swap-2023-12")


@pytest.fixture(scope="module")
def priority() -> Assessment:
    file = CASES / "assess-xai-first" / "proposal.toml"
    proposal, _ = read_proposal(file.read_bytes(), file=file.name)
    assert proposal is not None
    return ap.assess(ap.read("tesla-x-2023"), proposal)


def test_each_side_goes_from_before_to_after_in_two_steps(story: Assessment) -> None:
    bars = {bar.name: bar.value for bar in waterfall(story, words=WORDS).bars}
    assert bars == {
        "tesla: live before": "2,351,820",
        "tesla: delivered later or earlier": "-1,284,000",
        "tesla: less or more time in the dark": "+1,284,000",
        "tesla: live with the proposal": "2,351,820",
        "x: live before": "4,284,000",
        "x: delivered later or earlier": "+1,284,000",
        # Dark as booked 96,000, as proposed 564,000.
        "x: less or more time in the dark": "-468,000",
        "x: live with the proposal": "5,100,000",
    }


def test_no_bar_leaves_its_ground(story: Assessment) -> None:
    for table in (waterfall(story, words=WORDS), *tornadoes(story, words=WORDS)):
        for bar in table.bars:
            for _, start, length in bar.parts:
                assert 0 <= float(start or 0) <= 100
                assert 0 < float(length) <= 100.001 - float(start or 0)


def test_tornadoes_speak_of_all_and_of_whom_the_second_reading_harms(story: Assessment) -> None:
    first, second = tornadoes(story, words=WORDS)
    # All of the 12,000 in June, or none of it then: 12,000 × 136 and 0.
    assert [bar.name for bar in first.bars][:2] == ["Split of x-split", "Readiness of sites"]
    assert [cell.text for cell in first.bars[0].cells] == ["0", "816,000", "1,632,000"]
    assert "tesla" in second.caption


@pytest.mark.parametrize(
    ("low", "high", "key"),
    [
        (3, 3, "assess.sign.constant"),
        (0, 0, "assess.sign.constant"),
        (1, 3, "assess.sign.kept"),
        (-3, -1, "assess.sign.kept"),
        (0, 3, "assess.sign.never-below"),
        (-3, 0, "assess.sign.never-above"),
        (-1, 1, "assess.sign.changes"),
    ],
)
def test_what_is_said_of_a_sign(low: int, high: int, key: str) -> None:
    plain = Fraction(low)
    found = Interval(
        case="",
        party="",
        measure="live_gained_gpu_days",
        varied="together",
        low=plain,
        plain=plain,
        high=Fraction(high),
        is_proven=False,
        points=2,
    )
    assert sign_key(found) == key


def test_an_answer_that_is_the_same_everywhere_is_told_as_such(story: Assessment) -> None:
    rows = {
        (row[0].text, row[1].text): [cell.text for cell in row[2:]]
        for row in answers_grid(story, words=WORDS).rows
    }
    assert rows["Live time gained", "tesla"] == ["0", "0", "0", "unit-days", "the same everywhere"]
    assert rows["Delivered later (below 0: earlier)", "tesla"][-1] == "keeps its sign"
    assert rows["Live time gained, at all sites of the party", "all"][-1] == "changes its sign"


def test_break_evens_read_as_sentences(story: Assessment) -> None:
    rows = [[cell.text for cell in row] for row in break_evens_grid(story, words=WORDS).rows]
    assert rows[0][:3] == [
        "tesla loses nothing if giga_texas has full power no earlier than",
        "2024-06-15",
        "hall-1, stated for 2024-06-30 (assumption)",
    ]
    found = [row[1] for row in rows]
    assert "6,001 units, 8,581.43 kW" in found  # 6,001 × 1.43
    assert "107 days: the first step on 2024-05-16" in found


def test_who_is_poorest_before_and_after(story: Assessment) -> None:
    assert story.poorest(Future.BOOKED, "level_after_move") == ["x"]
    assert story.poorest(Future.PROPOSED, "level_after_move") == ["tesla"]
    assert story.poorest(Future.PROPOSED, "level_at_end") == ["tesla", "x"]
    assert assessment_as_json(story)["poorest"] == {
        "level_after_move": {
            "booked": ["x"],
            "proposed": ["tesla"],
            "policy": ["tesla", "x"],
            "best": ["tesla"],
        },
        "level_at_end": {future: ["tesla", "x"] for future in ("booked", "proposed", "policy", "best")},
    }


def test_a_priority_that_changes_nothing_is_told_in_few_words(priority: Assessment) -> None:
    told = tell_assessment(priority)
    assert "Nobody would gain or lose live time, whether sites are ready early, as stated or late." in told
    assert not [one for one in told if "0 and 0" in one]
    assert WORDS.say("assess.tornado-none") in page_of(priority)


def test_a_page_is_the_same_each_time(story: Assessment, tmp_path: Path) -> None:
    first, second = (
        {file.name: file.read_bytes() for file in write_assessment(story, folder=tmp_path / name)}
        for name in ("first", "second")
    )
    assert first == second
    assert json.loads(first["comparison.json"])["poorest"]


def three_sides() -> Assessment:
    """Return a diversion by which Ann gives 50 units from 11 January and Bob 80 from the start, both to Cyd.

    To 11 April; Bob's hall is ready on 10 February only, the others from the start.
    """
    names = {"ann": "Ann", "bob": "Bob", "cyd": "Cyd"}
    world = make_world(
        {"name": "three", "start_on": day("2025-01-01"), "end_on": day("2025-04-11"), "round": "day"},
        {
            "parties": [{"party": one, "name": name, "kind": "customer"} for one, name in names.items()],
            "skus": [{"sku": "a", "name": "A", "vendor": "v", "site_kw": "1"}],
            "sites": [{"site": f"s-{one}", "name": one, "operator": one, "users": one} for one in names],
            "readiness": [
                {
                    "site": f"s-{one}",
                    "step": "h",
                    "ready_on": "2025-02-10" if one == "bob" else "2024-12-01",
                    "power_kw": "500",
                }
                for one in names
            ],
            "orders": [
                {
                    "order": f"o-{one}",
                    "customer": one,
                    "skus": "a",
                    "quantity": "300",
                    "sites": f"s-{one}",
                    "requested_on": "2025-01-01",
                }
                for one in names
            ],
            "supply": [
                {
                    "lot": "LA",
                    "sku": "a",
                    "supplier": "v",
                    "arrives_on": "2025-01-11",
                    "quantity": "50",
                    "reserved_for": "o-ann",
                },
                {
                    "lot": "LB",
                    "sku": "a",
                    "supplier": "v",
                    "arrives_on": "2025-01-01",
                    "quantity": "100",
                    "reserved_for": "o-bob",
                },
            ],
        },
    )
    moves = (Move(lot="LA", to_orders=("o-cyd",)), Move(lot="LB", to_orders=("o-cyd",), quantity=80))
    return ap.assess(world, Proposal(id="p", kind=Kind.DIVERT, moves=moves))


def test_everybody_who_loses_is_named_with_the_loss() -> None:
    told = tell_assessment(three_sides())
    # Bob: 80 units from 10 February, 60 days; Ann: 50 from 11 January, 90 days.
    assert [one for one in told if one.startswith("At the sites named, Bob would lose live time: 4,800")]
    assert [one for one in told if "Others lose live time" in one and "Ann 4,500, 4,500 and 4,500" in one]
    # Cyd: 50 × 90 + 80 × 100; together 12,500 − 4,800 − 4,500.
    assert [one for one in told if one.startswith("Cyd would gain live time: 12,500")]
    assert [one for one in told if one.startswith("Together the parties gain 3,200, 3,200 and 3,200")]
    assert not [one for one in told if "unharmed" in one]


def test_trays_are_blamed_for_nothing_that_they_do_not_make() -> None:
    assert not [one for one in tell_assessment(three_sides()) if "whole lots" in one]


def test_a_misspelt_entry_of_a_proposal_is_told(tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text(
        'kind = "divert"\n[[moves]]\nlot = "L1"\nquantiy = 6000\nto_order = "X1"\n'
        '[[moves]]\nlot = "L2"\nto_order = "T1"\n',
        encoding="utf-8",
    )
    with pytest.raises(ap.FindingsError) as refused:
        ap.assess(ap.read("tesla-x-2023"), file)
    assert "setting-unknown" in {str(one.code) for one in refused.value.findings}
