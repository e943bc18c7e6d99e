"""What moves between parties: who ties them, what it is worth and by which method, and what the register says."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Iterable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apportion.cli import app
from apportion.commands.transfers import movements_of, movements_of_scenario, write_transfers
from apportion.errors import UsageError
from apportion.files.packs import load_pack, read_pack
from apportion.govern.interests import read_graph
from apportion.govern.movements import Movements
from apportion.govern.packs import Pack
from apportion.govern.related import InterestTies
from apportion.govern.transfers import Method, Relation, Transfer, Valued, read_transfers
from apportion.report.transfers_page import transfers_html
from apportion.report.words import Words
from tests.build import day, make_world, write_scenario
from tests.unit.test_report_languages import CHINESE, Told, english_in, known_names

STORY = "tesla-x-2023"
HOUSE = load_pack("house-strict")
Cells = dict[str, str]
SETTINGS = {"name": "moves", "start_on": dt.date(2024, 1, 1), "end_on": dt.date(2025, 1, 1)}
PARTIES: list[Cells] = [
    {"party": "ann", "name": "Ann", "kind": "customer"},
    {"party": "bob", "name": "Bob", "kind": "customer"},
    {"party": "cid", "name": "Cid", "kind": "customer"},
    {"party": "v", "name": "V", "kind": "supplier"},
    {"party": "eve", "name": "Eve", "kind": "person"},
]
SKUS: list[Cells] = [
    {
        "sku": "a",
        "name": "A",
        "vendor": "v",
        "site_kw": "1",
        "rent_usd_per_hour": "4.5",
        "rent_usd_per_hour_low": "3",
    },
    {"sku": "b", "name": "B", "vendor": "v", "site_kw": "1"},
]
LEADS_BOTH: list[Cells] = [
    {
        "holder": "eve",
        "entity": "ann",
        "role": "controller",
        "from_on": "2023-01-01",
        "until_on": "2025-01-01",
    },
    {"holder": "eve", "entity": "bob", "role": "officer", "from_on": "2024-03-01"},
]
TRANSFER: Cells = {
    "transfer": "M",
    "from_party": "ann",
    "to_party": "bob",
    "kind": "people",
    "on": "2024-06-01",
}


def tables(transfers: Iterable[Cells], interests: list[Cells] | None = None) -> dict[str, list[Cells]]:
    """Return the tables of a small world."""
    ties = LEADS_BOTH if interests is None else interests
    moved = [{**TRANSFER, **one} for one in transfers]
    return {"parties": PARTIES, "skus": SKUS, "interests": ties, "transfers": moved}


def register(
    *transfers: Cells, interests: list[Cells] | None = None, pack: Pack = HOUSE
) -> tuple[Transfer, ...]:
    """Return the transfers of a small world as the register has them."""
    world = make_world(SETTINGS, tables(transfers, interests))
    return read_transfers(world, ties=InterestTies(read_graph(world), pack=pack), pack=pack)


def valued(**cells: str) -> Transfer:
    [one] = register(cells)
    return one


def ends(one: Transfer) -> list[str]:
    """Return the least, the plain and the most of a worth as exact text; none where it is not known."""
    return [str(end) for end in (one.worth.low, one.worth.plain, one.worth.high) if end is not None]


def test_a_stated_value_stands_as_stated_with_its_range_and_basis() -> None:
    one = valued(value_usd="100.50", value_usd_low="90", value_usd_high="120", method="a bill", basis="fact")
    assert ends(one) == ["90", "201/2", "120"]
    assert (one.valued, one.method, one.stated_method, one.basis) == (
        Valued.STATED,
        Method.STATED,
        "a bill",
        "fact",
    )


def test_a_stated_value_of_nothing_is_zero_and_listed() -> None:
    one = valued(value_usd="0")
    assert ends(one) == ["0", "0", "0"]
    assert (one.valued, one.counts) == (Valued.STATED, True)


def test_people_are_imputed_by_persons_and_years() -> None:
    # 3 persons for 73 days, a fifth of a year, at 400,000 USD a year.
    one = valued(quantity="3", until_on="2024-08-13", basis="fact")
    assert ends(one) == ["240000", "240000", "240000"]
    assert (one.valued, one.method, one.basis) == (Valued.IMPUTED, Method.PERSON_YEARS, "assumption")


def test_people_are_imputed_over_the_range_of_their_number_and_days() -> None:
    # At least 2 persons for 73 days, at most 4 for 146: 0.2 and 0.4 of a year.
    one = valued(
        quantity="3",
        quantity_low="2",
        quantity_high="4",
        until_on="2024-08-13",
        until_on_early="2024-08-13",
        until_on_late="2024-10-25",
    )
    assert ends(one) == ["160000", "240000", "640000"]


def test_compute_is_imputed_by_units_days_and_list_rent() -> None:
    # 10 units for 30 days at 4.50 an hour: 10 × 30 × 24 × 4.5; at 3 an hour at the least.
    one = valued(kind="compute", quantity="10", sku="a", until_on="2024-07-01")
    assert ends(one) == ["21600", "32400", "32400"]
    assert (one.method, one.basis) == (Method.RENT, "assumption")


@pytest.mark.parametrize(
    ("cells", "method"),
    [
        ({}, Method.NO_QUANTITY),
        ({"quantity": "4"}, Method.NO_END),
        ({"until_on": "2024-07-01"}, Method.NO_QUANTITY),
        ({"kind": "compute", "until_on": "2024-07-01", "sku": "a"}, Method.NO_QUANTITY),
        ({"kind": "compute", "until_on": "2024-07-01", "quantity": "4"}, Method.NO_SKU),
        ({"kind": "compute", "quantity": "4", "sku": "a"}, Method.NO_END),
        ({"kind": "compute", "quantity": "4", "sku": "b", "until_on": "2024-07-01"}, Method.NO_RENT),
        ({"kind": "hall", "quantity": "4", "until_on": "2024-07-01"}, Method.NO_METHOD),
        ({"kind": "opportunity"}, Method.NO_METHOD),
    ],
)
def test_what_the_tables_do_not_say_is_not_valued_and_never_zero(cells: Cells, method: Method) -> None:
    one = valued(**cells)
    assert ends(one) == []
    assert (one.valued, one.method) == (Valued.NOT_VALUED, method)


def test_a_pack_may_value_no_person_and_then_nothing_is_imputed() -> None:
    text = (Path(__file__).parents[2] / "src/apportion/packs/house-strict.toml").read_text(encoding="utf-8")
    own, _ = read_pack(
        text.replace("person_year_usd = 400000", 'person_year_usd = "never"')
        .replace('"house-', '"own-')
        .encode(),
        file="own.toml",
    )
    assert own is not None
    [one] = register({"quantity": "3", "until_on": "2024-08-13"}, pack=own)
    assert one.method is Method.NO_PERSON_YEAR


def related(interests: list[Cells], **cells: str) -> tuple[Relation, tuple[str, ...]]:
    [one] = register(cells, interests=interests)
    return one.relation, one.ties


def owns(percent: str, *, of: str = "bob") -> list[Cells]:
    share = {
        "holder": "eve",
        "entity": of,
        "role": "owner",
        "from_on": "2024-01-01",
        "share_percent": percent,
    }
    return [{"holder": "eve", "entity": "ann", "role": "officer", "from_on": "2024-01-01"}, share]


def test_parties_are_related_by_who_is_tied_to_both() -> None:
    assert related(LEADS_BOTH) == (Relation.RELATED, ("eve",))
    assert related(LEADS_BOTH[:1]) == (Relation.UNRELATED, ())
    assert related(LEADS_BOTH, to_party="cid") == (Relation.UNRELATED, ())


def test_g03_a_share_of_499_relates_nobody_and_one_of_500_does() -> None:
    assert related(owns("4.99"))[0] is Relation.UNRELATED
    assert related(owns("5.00")) == (Relation.RELATED, ("eve",))


def test_g03_a_share_that_is_not_known_relates() -> None:
    assert related(owns("")) == (Relation.RELATED, ("eve",))


def test_a_party_that_owns_the_other_ties_them_itself() -> None:
    held = [{"holder": "ann", "entity": "bob", "role": "owner", "share_percent": "25"}]
    assert related(held) == (Relation.RELATED, ("ann",))


@pytest.mark.parametrize(
    ("on", "relation"),
    [
        ("2024-02-29", Relation.UNRELATED),
        ("2024-03-01", Relation.RELATED),
        ("2024-12-31", Relation.RELATED),
        ("2025-01-01", Relation.UNRELATED),
    ],
)
def test_a_tie_counts_on_its_days_alone(on: str, relation: Relation) -> None:
    assert related(LEADS_BOTH, on=on)[0] is relation


def test_one_day_of_a_lasting_transfer_is_enough() -> None:
    assert related(LEADS_BOTH, on="2024-01-01", until_on="2024-03-01")[0] is Relation.UNRELATED
    assert related(LEADS_BOTH, on="2024-01-01", until_on="2024-03-02")[0] is Relation.RELATED


def test_a_day_that_is_uncertain_relates_possibly_and_counts() -> None:
    [one] = register({"on": "2024-02-01", "on_early": "2024-01-01", "on_late": "2024-03-01"})
    assert (one.relation, one.ties, one.counts) == (Relation.POSSIBLY, ("eve",), True)
    [other] = register({"on": "2024-02-01", "on_early": "2024-01-01", "on_late": "2024-02-28"})
    assert (other.relation, other.counts) == (Relation.UNRELATED, False)


@pytest.fixture(scope="module")
def story() -> Movements:
    return movements_of_scenario(STORY)


def test_the_story_lists_everything_that_moved_and_who_ties_it(story: Movements) -> None:
    told = {one.transfer: (one.giver, one.receiver, one.kind, one.ties) for one in story.transfers}
    lead = ("chief-executive",)
    assert told["TR1"] == ("tesla", "x", "people", lead)
    assert told["TR2"] == ("tesla", "x", "people", lead)
    assert told["TR3"] == ("tesla", "xai", "people", lead)
    assert told["TR4"] == ("tesla", "xai", "people", lead)
    assert told["TR5"] == ("x", "xai", "hall", lead)
    assert told["TR8"] == ("xai", "x_investors", "company", ("x_investors",))
    assert told["TR9"] == ("tesla", "xai", "opportunity", lead)
    assert told["TR10"] == ("solarcity", "tesla", "company", lead)
    assert told["TR7"] == ("xai_investors", "xai", "money", ())
    assert len(told) == 11


def test_the_story_values_what_was_named_and_nothing_else(story: Movements) -> None:
    known = {one.transfer: one.worth.plain for one in story.transfers if one.worth.is_known}
    assert known == {"CC3": 250_000_000, "TR6": 750_000_000, "TR7": 6_000_000_000}
    assert {one.transfer: one.method for one in story.transfers}["TR4"] is Method.NO_END


def test_what_was_not_known_yet_is_not_in_the_register() -> None:
    world = make_world(
        SETTINGS, tables([{"known_on": "2024-06-01", "public_on": "2024-09-01", "known_to": "ann"}])
    )

    def listed(on: str, viewpoint: str = "all") -> int:
        return len(movements_of(world.as_known_on(day(on), viewpoint), [], pack=HOUSE).transfers)

    assert [listed("2024-05-31"), listed("2024-06-01")] == [0, 1]
    assert [listed("2024-08-31", one) for one in ("public", "party:ann", "party:bob")] == [0, 1, 0]
    assert listed("2024-09-01", "public") == 1


def run(*arguments: str) -> str:
    answer = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.output


def test_each_option_changes_what_is_told() -> None:
    plain = run("transfers", STORY)
    assert run("transfers", STORY, "--as-known-on", "2023-12-31") != plain
    assert run("transfers", STORY, "--as-known-on", "2024-03-31", "--viewpoint", "public") != run(
        "transfers", STORY, "--as-known-on", "2024-03-31"
    )
    assert run("transfers", STORY, "--pack", "nasdaq-5630") != plain


@pytest.mark.parametrize("lang", ["en", "zh-Hant"])
def test_the_command_tells_values_records_and_the_disclaimer(lang: str) -> None:
    told = run("transfers", STORY, "--lang", lang)
    assert "250,000,000" in told
    assert "89,400,960" in told
    assert "house-strict 1" in told
    assert Words.load(lang).say("packs.disclaimer") in told
    missing = {"en": "Not valued is not zero", "zh-Hant": "未估值不等於零"}[lang]
    assert missing in told


def test_a_pack_not_in_force_on_the_days_is_told() -> None:
    told = run("transfers", STORY, "--pack", "de-144-2025")
    assert "de-144-2025 1 governs from 2025-03-25 on; it did not on the days of TR10, TR1" in told
    assert "pending on 2025-02-17" in told
    assert "it did not on the days of" not in run("transfers", STORY)
    found = movements_of_scenario(STORY, pack="nyse-314-2021-08")
    assert found.not_governed == ["TR10"]


def test_a_proposal_of_which_the_view_hides_a_part_is_named() -> None:
    found = movements_of_scenario(STORY, as_known_on=dt.date(2024, 4, 23), viewpoint="public")
    assert (found.proposed, [one.id for one in found.left_out]) == ([], [])
    found = movements_of_scenario(STORY, as_known_on=dt.date(2023, 12, 1), viewpoint="party:chief-executive")
    assert [one.proposal.id for one in found.proposed] + [one.id for one in found.left_out] == [
        "swap-2023-12"
    ]


def test_the_files_hold_every_row_and_what_is_not_valued_is_no_zero(tmp_path: Path, story: Movements) -> None:
    write_transfers(story, folder=tmp_path, pack="house-strict")
    assert sorted(file.name for file in tmp_path.iterdir()) == [
        "pair_years.csv",
        "transfers.csv",
        "transfers.html",
        "transfers.json",
    ]
    with (tmp_path / "transfers.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["transfer"]: row for row in csv.DictReader(file)}
    assert (rows["TR1"]["usd"], rows["TR1"]["with_earlier_usd"], rows["TR1"]["with"]) == ("", "", "TR2|TR1")
    assert rows["CC3"]["usd"] == "250000000.000000"
    with (tmp_path / "pair_years.csv").open(encoding="utf-8", newline="") as file:
        years = {(row["first_party"], row["second_party"], row["year"]): row for row in csv.DictReader(file)}
    assert (years["x", "xai", "2023"]["forth_usd"], years["x", "xai", "2023"]["back_usd"]) == (
        "250000000.000000",
        "0.000000",
    )
    assert (
        years["tesla", "xai", "2024"]["forth_usd"],
        years["tesla", "xai", "2024"]["forth_not_valued"],
    ) == (
        "",
        "TR3|TR4",
    )
    told = json.loads((tmp_path / "transfers.json").read_text(encoding="utf-8"))
    assert told["pack"] == "house-strict 1"
    assert told == json.loads(run("transfers", STORY, "--json"))


def test_a_scenario_without_transfers_says_so_and_writes_headers(tmp_path: Path) -> None:
    scenario = write_scenario(tmp_path / "in", SETTINGS, tables={"parties": PARTIES})
    found = movements_of(make_world(SETTINGS, {"parties": PARTIES}), [], pack=HOUSE)
    write_transfers(found, folder=tmp_path / "out", pack="house-strict")
    assert (tmp_path / "out" / "transfers.csv").read_text(encoding="utf-8").startswith("transfer,from_party,")
    assert "No transfer between parties was known by then." in (
        tmp_path / "out" / "transfers.html"
    ).read_text(encoding="utf-8")
    with pytest.raises(UsageError, match="holds a scenario"):
        write_transfers(found, folder=scenario, pack="house-strict")


def test_the_chinese_page_says_nothing_in_english_but_names(story: Movements) -> None:
    page = Told(transfers_html(story, pack="house-strict", words=CHINESE))
    known = {*known_names(story.world), "--pack", "house-strict", "swap-2023-12", "H100-SXM"}
    known |= {cell for one in story.transfers for cell in (one.transfer, one.stated_method)} - {""}
    assert english_in(page, known=known) == []
    assert "--lang zh-Hant" in "".join(page.said)


def test_the_page_is_the_same_bytes_again(tmp_path: Path, story: Movements) -> None:
    for name in ("one", "two"):
        write_transfers(story, folder=tmp_path / name, pack="house-strict")
    one, two = ((tmp_path / name / "transfers.html").read_bytes() for name in ("one", "two"))
    assert one == two
    assert b"--pack house-strict" in one
    # What is not valued has an outline and no bar.
    assert one.count(b'class="bar-unknown"') == 6
    assert one.count(b'class="bar-ran"') == 2
