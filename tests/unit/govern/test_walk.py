"""A decision of the past under each pack: what the facts show, what they do not, and what changes an answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.commands.walk import tell_walks, walk_scenario, walks_as_json
from apportion.errors import UsageError
from apportion.govern.walk import Answer, Walk

PACKS = ("house-strict", "de-144-2025", "nasdaq-5630", "nyse-314-2021-08")


@pytest.fixture(scope="module")
def story() -> list[Walk]:
    """Return the walks through the story's swap, one for each pack."""
    return walk_scenario("tesla-x-2023", "swap-2023-12", packs=PACKS)


def answers(walk: Walk) -> dict[tuple[str, str], Answer]:
    return {(step.what, step.about): step.answer for step in walk.steps}


FILES = {
    "scenario.toml": 'name = "small"\nstart_on = 2023-12-01\nend_on = 2024-03-01\nround = "day"\n',
    "parties.csv": "party,name,kind,listed\nalder,Alder,customer,yes\nbirch,Birch,customer,no\n"
    "boss,Boss of both,person,\nann,Director of Alder,person,\nben,Director of Birch,person,\n",
    "skus.csv": "sku,name,vendor,site_kw,unit_price_usd,rent_usd_per_hour,useful_life_days\n"
    "chip,Chip,foundry,1,30000,2,1000\n",
    "sites.csv": "site,name,operator\nnorth,North,alder\nsouth,South,birch\n",
    "readiness.csv": "site,step,ready_on,power_kw\nnorth,hall,2023-12-01,9000\nsouth,hall,2023-12-01,9000\n",
    "supply.csv": "lot,sku,supplier,arrives_on,quantity,reserved_for\nL1,chip,foundry,2023-12-15,UNITS,A1\n"
    "L2,chip,foundry,2024-01-15,UNITS,B1\n",
    "orders.csv": "order,customer,skus,quantity,sites,requested_on\n"
    "A1,alder,chip,UNITS,north,2023-12-15\nB1,birch,chip,UNITS,south,2023-12-15\n",
    "interests.csv": "holder,entity,role,from_on,share_percent,disclosed_on\nboss,alder,officer,2020-01-01,,\n"
    "boss,birch,owner,2020-01-01,60,2020-02-01\nann,alder,director,2020-01-01,,\nben,birch,director,2020-01-01,,\n",
    "swap.toml": 'id = "swap"\nkind = "swap"\ntitle = "Birch first"\ndecided_by = "boss"\n'
    'decided_on = 2023-12-01\n[[moves]]\nlot = "L1"\nto_order = "B1"\n[[moves]]\nlot = "L2"\nto_order = "A1"\n',
}


def walked(
    folder: Path, *events: tuple[str, str, str], pack: str = "house-strict", units: int = 4000
) -> Walk:
    """Return the walk through a swap between two parties with one boss; events are day, kind and parties."""
    for name, text in FILES.items():
        (folder / name).write_text(text.replace("UNITS", str(units)), encoding="utf-8")
    rows = [f"N{number},{day},{kind},{parties},{kind}" for number, (day, kind, parties) in enumerate(events)]
    (folder / "events.csv").write_text(
        "\n".join(["event,on,kind,parties,title", *rows, ""]), encoding="utf-8"
    )
    (found,) = walk_scenario(str(folder), "swap", packs=[pack])
    return found


def test_the_story_has_no_recusal_no_approval_no_compensation_and_no_early_disclosure(
    story: list[Walk],
) -> None:
    found = answers(story[0])
    assert found["decider", "chief-executive"] is Answer.AGAINST
    assert found["recusal", "chief-executive"] is Answer.MISSING
    for party in ("tesla", "x"):
        assert found["approval", party] is Answer.MISSING
        assert found["compensation", party] is Answer.MISSING
        assert found["told", party] is Answer.LATE
    told = next(step for step in story[0].steps if (step.what, step.about) == ("told", "tesla"))
    # 2023-12-01 to 2024-06-04: 30 days of December, then 31, 29, 31, 30, 31 and 4.
    assert told.values["days"] == 30 + 31 + 29 + 31 + 30 + 31 + 4
    assert told.events == ("E19",)


def test_g24_packs_ask_different_things_of_the_same_facts(story: list[Walk]) -> None:
    house, delaware, nasdaq, nyse = story
    assert [side.entity for side in house.sides] == ["tesla", "x"]
    assert [side.entity for side in nasdaq.sides] == ["tesla"]
    assert ("approval", "x") in answers(delaware)
    assert ("approval", "x") not in answers(nyse)
    assert [walk.is_in_force for walk in story] == [True, False, True, True]
    assert all(walk.is_held for walk in story)


def test_who_is_left_is_told_for_each_side(story: list[Walk]) -> None:
    left = {side.entity: side.left for side in story[0].sides}
    assert left == {"tesla": ("tesla-independent-directors",), "x": ()}


def test_each_thing_that_is_done_in_time_is_shown(tmp_path: Path) -> None:
    both = "alder|birch"
    done = [
        ("2023-11-01", "recusal", "boss"),
        ("2023-11-02", "disclosure", both),
        ("2023-11-05", "fairness-memo", both),
        ("2023-12-01", "approval", both),
        ("2024-02-01", "related-party-record", both),
        ("2023-12-02", "compensation", both),
        ("2023-11-30", "notice", both),
    ]
    found = answers(walked(tmp_path, *done))
    for what in ("told", "memo", "approval", "record", "compensation", "notice"):
        assert {found[what, "alder"], found[what, "birch"]} == {Answer.SHOWN}, what
    assert found["recusal", "boss"] is Answer.SHOWN
    # Who decided does not change by that.
    assert found["decider", "boss"] is Answer.AGAINST


def test_an_event_of_another_party_shows_nothing(tmp_path: Path) -> None:
    found = answers(walked(tmp_path, ("2023-11-01", "approval", "ann"), ("2023-11-01", "recusal", "birch")))
    assert found["approval", "alder"] is Answer.MISSING
    assert found["recusal", "boss"] is Answer.MISSING


@pytest.mark.parametrize(("pack", "answer"), [("house-strict", Answer.LATE), ("nasdaq-5630", Answer.SHOWN)])
def test_g14_a_later_approval_is_late_only_where_review_has_to_come_first(
    tmp_path: Path, pack: str, answer: Answer
) -> None:
    found = answers(walked(tmp_path, ("2023-12-02", "approval", "alder"), pack=pack))
    assert found["approval", "alder"] is answer


def test_g24_a_small_swap_is_held_by_one_pack_and_free_under_another(tmp_path: Path) -> None:
    assert walked(tmp_path, units=40).is_held
    free = walked(tmp_path, units=40, pack="nasdaq-5630")
    assert not free.is_held
    assert answers(free)["approval", "alder"] is Answer.NOT_ASKED
    assert answers(free)["decider", "boss"] is Answer.AGAINST


def test_g04_zero_cash_does_not_make_the_swap_small(story: list[Walk]) -> None:
    for walk in story:
        assert walk.aggregate is not None
        assert walk.aggregate.is_record
        assert walk.aggregate.total.low > walk.pack.materiality_usd


def test_a_proposal_without_a_day_has_nothing_to_walk_through(tmp_path: Path) -> None:
    walked(tmp_path)
    file = tmp_path / "swap.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("decided_on = 2023-12-01\n", ""), encoding="utf-8")
    with pytest.raises(UsageError, match="names no day"):
        walk_scenario(str(tmp_path), "swap")


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_what_is_the_same_under_all_packs_is_said_once(story: list[Walk], language: str) -> None:
    told = tell_walks(story, language=language)
    assert sum("tesla-independent-directors" in line and "→" not in line for line in told[:9]) == 1
    assert sum("186" in line for line in told) == 2 + 2 + 1 + 1


def test_every_step_has_a_sentence_in_each_language(tmp_path: Path, story: list[Walk]) -> None:
    late = [("2024-05-01", kind, "alder|birch|boss") for kind in ("recusal", "fairness-memo", "notice")]
    for walks in (story, [walked(tmp_path, *late)]):
        for language in ("en", "zh-Hant"):
            for one, walk in zip(walks_as_json(walks, language=language), walks, strict=True):
                sentences = one["sentences"]
                assert isinstance(sentences, list)
                assert len(sentences) >= len(walk.asked)
                assert not [line for line in sentences if "{" in line or "illegal" in line or "fraud" in line]
