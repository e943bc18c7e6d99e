"""Conflicts in the bundled story: command, files, page and Python say the same of the swap of December 2023."""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import json
import re
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

import apportion as ap
from apportion.cli import app
from apportion.commands.conflicts import conflicts_as_json
from apportion.errors import FindingsError, UsageError
from apportion.govern.entities import entities_on
from apportion.govern.inquiry import Conflicts
from apportion.govern.interests import Reading, Span
from apportion.model.proposal import Kind, Move, Proposal, Raise
from apportion.report.conflicts_drawing import FRAMES, drawings, wrapped
from apportion.report.conflicts_page import conflicts_html
from apportion.report.words import Words
from tests.broken import SETTINGS, lot, order, party, site, sku, step
from tests.build import make_world, write_scenario
from tests.interest_graphs import house_pack

STORY, SWAP = "tesla-x-2023", "swap-2023-12"
LEAD, BOARD = "chief-executive", "tesla-independent-directors"
WORDS = Words.load("en")


@pytest.fixture(scope="module")
def found() -> Conflicts:
    return ap.conflicts(ap.read(STORY), SWAP, persons=["nvidia-chief-executive"])


def run(*arguments: str) -> str:
    outcome = CliRunner().invoke(app, ["conflicts", *arguments], catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return outcome.stdout


def test_tesla_and_x_are_on_the_swap(found: Conflicts) -> None:
    assert found.entities == ("tesla", "x")
    assert found.day == dt.date(2023, 12, 1)
    assert found.span == Span(dt.date(2023, 12, 1), dt.date(2023, 12, 15))


def test_the_chief_executive_is_conflicted_in_both_forums_by_what_he_holds_of_the_other(
    found: Conflicts,
) -> None:
    assert found.conflicted == (LEAD,)
    roles = {
        forum: {
            tie.role for path in found.standing(LEAD, forum).paths for one in path.steps for tie in one.ties
        }
        for forum in found.entities
    }
    assert roles == {"tesla": {"owner", "controller"}, "x": {"officer", "owner"}}


def test_the_supplier_s_chief_executive_is_not_conflicted(found: Conflicts) -> None:
    assert not any(one.is_conflicted for one in found.standings if one.person == "nvidia-chief-executive")
    assert "Tied to none of them: nvidia-chief-executive." in run(
        STORY, SWAP, "--person", "nvidia-chief-executive"
    )


def test_no_mark_lies_between_the_readings_of_the_stake_in_tesla(found: Conflicts) -> None:
    (stake,) = found.standing(LEAD, "x").stakes
    assert [stake.amounts[one].percent for one in Reading] == [13, 13, Fraction("20.5"), 25]
    assert stake.matters_at(found.pack.marks_percent) == ()
    assert not found.standing(LEAD, "x").depends_on_reading


def test_at_a_mark_of_20_percent_the_reading_matters(tmp_path: Path) -> None:
    pack = house_pack(tmp_path, id='"house-twenty"', marks_percent="[5, 20, 50]")
    assert "The reading matters at 20 percent." in run(STORY, SWAP, "--pack", pack)
    stakes = ap.conflicts(ap.read(STORY), SWAP, pack=pack).stakes.filter(entity="tesla", mark_percent=20)
    assert dict(stakes.select("reading", "is_reached").iter_rows()) == {
        "low": False,
        "plain": False,
        "high": True,
        "asked": True,
    }


def test_the_interest_in_xai_was_held_138_days_before_it_was_disclosed(found: Conflicts) -> None:
    rows = found.register.filter(holder=LEAD, entity="xai")
    assert set(rows["days_to_disclosure"]) == {138}
    assert "held an interest in xAI for 138 days before it was disclosed" in run(STORY, SWAP)


def test_who_is_left_on_the_side_of_tesla_is_named_and_of_x_nobody_is_known(found: Conflicts) -> None:
    sides = {side.entity: side for side in found.sides}
    assert sides["tesla"].left == (BOARD,)
    assert not sides["x"].is_known
    told = run(STORY, SWAP).splitlines()
    assert f"Left to decide for Tesla: {BOARD}." in told
    assert "For X (was Twitter) no member is known, which does not say that there is none." in told


def test_the_view_decides_which_interests_are_known() -> None:
    def register(day: str, viewpoint: str) -> set[str]:
        told = json.loads(run(STORY, SWAP, "--as-known-on", day, "--viewpoint", viewpoint, "--json"))
        return {row["entity"] for row in told["register"]}

    assert "xai" not in register("2023-07-30", "public")
    assert "xai" in register("2023-07-31", "public")
    assert "xai" in register("2023-07-30", "party:xai")


def test_the_day_tested_can_be_chosen() -> None:
    told = json.loads(run(STORY, SWAP, "--on", "2022-10-26", "--json"))
    assert told["day_on"] == "2022-10-26"
    assert told["conflicted"] == []
    assert json.loads(run(STORY, SWAP, "--on", "2022-10-27", "--json"))["conflicted"] == [LEAD]


def test_a_pack_that_does_not_govern_on_the_day_says_so() -> None:
    sentence = "The pack does not govern on that day."
    assert sentence in run(STORY, SWAP, "--pack", "de-144-2025")
    assert sentence not in run(STORY, SWAP)


def test_the_json_is_what_python_says(found: Conflicts) -> None:
    told = json.loads(run(STORY, SWAP, "--person", "nvidia-chief-executive", "--json"))
    assert told == conflicts_as_json(found)


def test_the_files_hold_every_row(tmp_path: Path, found: Conflicts) -> None:
    run(STORY, SWAP, "--out", str(tmp_path), "--person", "nvidia-chief-executive")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "conflicts.csv",
        "conflicts.html",
        "conflicts.json",
        "paths.csv",
        "register.csv",
        "stakes.csv",
    ]
    with (tmp_path / "conflicts.csv").open(encoding="utf-8", newline="") as file:
        rows = {(row["person"], row["forum"]): row["is_conflicted"] for row in csv.DictReader(file)}
    assert len(rows) == len(found.standings)
    assert rows[BOARD, "tesla"] == "false"
    assert rows[LEAD, "tesla"] == "true"
    with (tmp_path / "register.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.DictReader(file))) == len(found.ties)
    assert (tmp_path / "conflicts.html").read_text(encoding="utf-8") == conflicts_html(found, words=WORDS)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"persons": ["chief-executiv"]}, "Did you mean 'chief-executive'"),
        ({"pack": "house-strit"}, "Did you mean 'house-strict'"),
    ],
)
def test_a_name_that_is_not_there_is_wrong_use_with_a_suggestion(
    arguments: dict[str, list[str]], says: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(says)):
        ap.conflicts(ap.read(STORY), SWAP, **arguments)  # type: ignore[arg-type]


def test_a_proposal_that_is_not_there_is_wrong_use_with_a_suggestion() -> None:
    with pytest.raises(UsageError, match="Did you mean 'swap-2023-12'"):
        ap.conflicts(ap.read(STORY), "swap-2023-11")
    with pytest.raises(UsageError, match="not in str"):
        ap.conflicts(STORY, SWAP)  # type: ignore[arg-type]


def test_every_interest_is_drawn_and_what_conflicts_stands_out_by_its_line(found: Conflicts) -> None:
    for drawing, frame in zip(drawings(found, words=WORDS), FRAMES, strict=True):
        assert (drawing.name, drawing.width) == (frame.name, frame.width)
        assert len(drawing.lines) == len(found.ties)
        roles = [line.role for line in drawing.lines]
        # Officer and owner of Tesla, owner and controller of X.
        assert (roles.count("conflict"), roles.count("asked")) == (4, 1)
        told = " ".join(text.text for text in drawing.texts)
        assert "13% (13–20.5)" in told
        assert "from 2022-10-27" in told
        assert [box.role for box in drawing.boxes].count("side") == 2


def test_the_page_holds_one_drawing_for_each_width_and_all_its_styles(found: Conflicts) -> None:
    page = conflicts_html(found, words=WORDS)
    assert [page.count(f'class="ties ties-{frame.name}"') for frame in FRAMES] == [1, 1]
    for role in ("conflict", "other", "asked"):
        assert f'class="tie-{role}"' in page
        assert f"path.tie-{role}" in page
    assert "apportion conflicts SCENARIO swap-2023-12 --out DIR --pack house-strict --on 2023-12-01" in page


@pytest.mark.parametrize(
    "text", ["one", "a-very-long-name-without-any-space-in-it", "利害關係人的名稱很長，也要換行", ""]
)
def test_text_that_is_wrapped_keeps_every_letter(text: str) -> None:
    assert "".join(wrapped(text, width=60)).replace(" ", "") == text.replace(" ", "")


PARTIES = [
    party(),
    *(party(party=name, name=name.upper()) for name in ("d", "e")),
    party(party="v", name="V"),
]
SITES = [site(users="c|d|e")]
ORDERS = [
    order(),
    order(order="B", customer="d"),
    order(order="C", customer="e", skus="m"),
    order(order="D", customer="e", status="closed"),
]


def small(**tables: list[dict[str, str]]) -> ap.World:
    plain = {
        "parties": PARTIES,
        "skus": [sku(), sku(sku="m", name="M")],
        "sites": SITES,
        "readiness": [step()],
        "supply": [lot(reserved_for="A"), lot(lot="S")],
        "orders": ORDERS,
    }
    return make_world(SETTINGS, {**plain, **tables})


def moved(lot_id: str, *orders: str) -> Proposal:
    return Proposal(id="m", kind=Kind.DIVERT, moves=(Move(lot=lot_id, to_orders=orders, quantity=1),))


def test_who_receives_and_whose_lot_it_was_are_on_a_diversion() -> None:
    assert entities_on(small(), moved("L", "B")) == ("c", "d")
    # Nobody had booked it, so nobody loses it.
    assert entities_on(small(), moved("S", "B")) == ("d",)


def test_on_a_priority_are_all_who_want_what_the_raised_party_wants() -> None:
    raised = Proposal(
        id="r", kind=Kind.PRIORITY, raises=(Raise(party="c", tier=0, from_on=dt.date(2024, 1, 1)),)
    )
    assert entities_on(small(), raised) == ("c", "d")
    pooled = small(skus=[sku(pool="g"), sku(sku="m", name="M", pool="g")])
    assert entities_on(pooled, raised) == ("c", "d", "e")


def test_a_proposal_with_errors_says_so() -> None:
    with pytest.raises(FindingsError):
        entities_on(small(), moved("nothing", "B"))


def test_a_share_of_a_claim_is_what_is_asked_for() -> None:
    cells = {
        "claim": "K",
        "party": "c",
        "speaker": "v",
        "said_on": "2024-01-03",
        "metric": "share_percent",
        "value": "25",
        "unit": "percent",
        "as_of_on": "2024-01-03",
        "counterparty": "v",
        "statement": "V owns a quarter.",
    }
    parties = [*PARTIES[:3], party(party="v", name="V", kind="person")]
    found = ap.conflicts(small(parties=parties, claims=[cells]), moved("L", "B"), persons=["v"])
    (stake,) = found.standing("v", "d").stakes
    assert [stake.amounts[one].percent for one in Reading] == [0, 0, 0, 25]
    assert found.standing("v", "d").depends_on_reading
    assert found.conflicted == ()


def test_a_claim_known_later_takes_the_place_of_no_document() -> None:
    held = {
        "holder": "v",
        "entity": "c",
        "role": "owner",
        "share_percent": "20",
        "from_on": "",
        "basis": "fact",
    }
    claimed = {**held, "share_percent": "1", "basis": "claim", "known_on": "2024-01-20"}
    parties = [*PARTIES[:3], party(party="v", name="V", kind="person")]
    world = small(parties=parties, interests=[{**held, "known_on": "2024-01-01"}, claimed])
    (stake,) = ap.conflicts(world, moved("L", "B")).standing("v", "d").stakes
    assert stake.amounts[Reading.PLAIN].percent == 20


def test_interests_without_a_column_of_first_days_hold_since_ever() -> None:
    parties = [*PARTIES[:3], party(party="v", name="V", kind="person")]
    held = {"holder": "v", "entity": "c", "role": "officer", "known_on": "2024-01-01"}
    found = ap.conflicts(small(parties=parties, interests=[held]), moved("L", "B"))
    assert found.standing("v", "d").is_conflicted


def test_the_day_without_a_decision_is_the_day_looked_from() -> None:
    assert ap.conflicts(small(), moved("L", "B")).day == dt.date(2024, 1, 31)
    decided = dataclasses.replace(moved("L", "B"), decided_on=dt.date(2024, 1, 7))
    assert ap.conflicts(small(), decided).day == dt.date(2024, 1, 7)


@pytest.mark.parametrize(
    ("from_on", "is_conflicted"), [("2024-01-07", True), ("2024-01-09", True), ("2024-01-10", False)]
)
def test_g01_an_interest_that_begins_by_the_day_of_the_effect_counts(
    from_on: str, *, is_conflicted: bool
) -> None:
    parties = [*PARTIES[:3], party(party="v", name="V", kind="person")]
    held = {"holder": "v", "entity": "c", "role": "officer", "from_on": from_on, "known_on": "2024-01-01"}
    supply = [lot(reserved_for="A", arrives_on="2024-01-09")]
    decided = dataclasses.replace(moved("L", "B"), decided_on=dt.date(2024, 1, 6))
    world = small(parties=parties, supply=supply, interests=[held])
    found = ap.conflicts(world, decided, persons=["v"])
    assert found.standing("v", "d").is_conflicted is is_conflicted
    one_day = ap.conflicts(world, decided, persons=["v"], on=dt.date(2024, 1, 6))
    assert not one_day.standing("v", "d").is_conflicted


def test_nobody_concerned_is_told_and_makes_a_page() -> None:
    found = ap.conflicts(small(), moved("L", "B"))
    page = conflicts_html(found, words=WORDS)
    assert WORDS.say("conflicts.page.who-none") in page
    assert WORDS.say("conflicts.nobody") in page
    assert '<svg class="ties' not in page


def test_bad_interests_are_told_beside_the_answer(tmp_path: Path) -> None:
    interest = {"holder": "v", "entity": "c", "role": "owner", "share_percent": "60", "from_on": "2020-01-01"}
    tables = {
        "parties": PARTIES,
        "skus": [sku()],
        "sites": SITES,
        "readiness": [step()],
        "supply": [lot(reserved_for="A")],
        "orders": ORDERS[:2],
        "interests": [interest, {**interest, "holder": "e"}],
    }
    folder = write_scenario(tmp_path / "bad", SETTINGS, tables=tables)
    (folder / "move.toml").write_text(
        'kind = "divert"\n[[moves]]\nlot = "L"\nto_order = "B"\nquantity = 1\n', encoding="utf-8"
    )
    outcome = CliRunner().invoke(app, ["conflicts", str(folder), "move"])
    assert outcome.exit_code == 0, outcome.output
    assert "interest-sum" in outcome.stderr
