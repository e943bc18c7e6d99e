"""Policy packs: what the bundled ones say, on which days they govern, and what a bad file of one's own is told."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

import pytest
from typer.testing import CliRunner

from apportion.cli import app
from apportion.errors import FindingsError, UsageError
from apportion.files.packs import DEFAULT_PACK, VALUES, load_pack, pack_names, pack_on, read_pack
from apportion.govern.packs import Majority, Pack, Sides
from apportion.report.packs import number_words
from apportion.report.words import Words

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "src" / "apportion" / "packs"
HOUSE = (FOLDER / "house-strict.toml").read_text(encoding="utf-8").replace("house-strict", "own")


def run(*arguments: str) -> str:
    answer = CliRunner().invoke(app, list(arguments), catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.output


def told_of(text: str) -> dict[str, str]:
    """Return what is found wrong with a pack, by entry."""
    pack, findings = read_pack(text.encode(), file="own.toml")
    assert (pack is None) == bool(findings)
    assert all(one.file == "own.toml" and one.expected and one.fix for one in findings)
    return {one.column: f"{one.code}: {one.found}" for one in findings}


def with_entry(key: str, value: str) -> str:
    """Return the house's pack with one entry changed, or added at its head."""
    lines = HOUSE.splitlines()
    if any(line.startswith(f"{key} = ") for line in lines):
        return "\n".join(f"{key} = {value}" if line.startswith(f"{key} = ") else line for line in lines)
    return f"{key} = {value}\n{HOUSE}"


def test_four_packs_come_with_apportion_and_the_default_is_first() -> None:
    assert pack_names() == ["house-strict", "de-144-2025", "nasdaq-5630", "nyse-314-2021-08"]
    assert pack_names()[0] == DEFAULT_PACK


@pytest.mark.parametrize("name", pack_names())
def test_g24_every_pack_has_id_version_disclaimer_and_a_source_for_every_value(name: str) -> None:
    pack = load_pack(name)
    assert pack.name == f"{name} 1"
    assert pack.disclaimer == "This is product input, not legal advice."
    assert [value for value in VALUES if not pack.sources_of(value)] == (
        [] if pack.power_to_reject_from_percent is not None else ["power_to_reject_from_percent"]
    )
    assert all(one.title and one.where and one.says for one in pack.sources)


def test_the_packs_lie_in_the_package_and_go_into_the_wheel_with_it() -> None:
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert wheel["targets"]["wheel"] == {"packages": ["src/apportion"]}
    assert sorted(file.stem for file in FOLDER.glob("*.toml")) == sorted(pack_names())


@pytest.mark.parametrize(
    ("name", "before", "first"),
    [
        ("de-144-2025", "2025-03-24", "2025-03-25"),
        ("nyse-314-2021-08", "2021-07-31", "2021-08-01"),
        ("nasdaq-5630", "2006-12-31", "2007-01-01"),
    ],
)
def test_a_pack_governs_from_its_first_day_on(name: str, before: str, first: str) -> None:
    pack = load_pack(name)
    assert not pack.governs(dt.date.fromisoformat(before))
    assert pack.governs(dt.date.fromisoformat(first))
    assert pack not in pack_on(dt.date.fromisoformat(before))
    assert pack in pack_on(dt.date.fromisoformat(first))


def test_a_pack_governs_no_more_on_its_last_day() -> None:
    pack, _ = read_pack(with_entry("until_on", "2024-01-01").encode(), file="own.toml")
    assert pack is not None
    assert pack.governs(dt.date(2023, 12, 31))
    assert not pack.governs(dt.date(2024, 1, 1))


def test_the_house_is_the_strictest_and_governs_always() -> None:
    house = load_pack("house-strict")
    assert house.governs(dt.date.min)
    assert house.materiality_usd == 0
    assert (house.is_prior, house.committee_least) == (True, 2)
    assert house.needs_conflict_below_materiality
    assert (house.sides, house.majority) == (Sides.OUTSIDE_OWNERS, Majority.SERVING)
    assert (house.attestation_days, house.notice_days) == (365, 30)
    assert house.memo_from_usd == Fraction(120_000)
    assert house.marks_percent == (Fraction(5), Fraction(10), Fraction(100, 3), Fraction(50))
    for name in pack_names():
        other = load_pack(name)
        assert house.materiality_usd <= other.materiality_usd
        assert house.is_prior >= other.is_prior
        assert house.interest_percent <= other.interest_percent


def test_the_laws_say_what_they_say() -> None:
    delaware, nasdaq, nyse = (load_pack(name) for name in pack_names()[1:])
    assert delaware.marks_percent == (Fraction(100, 3), Fraction(50))
    assert delaware.power_to_reject_from_percent == Fraction(100, 3)
    assert not delaware.is_prior
    assert delaware.board_conflicted_percent == Fraction(50)
    assert "pending on 2025-02-17" in delaware.note
    assert (nasdaq.sides, nasdaq.is_prior, nasdaq.materiality_usd) == (Sides.LISTED, False, Fraction(120_000))
    assert (nyse.sides, nyse.is_prior, nyse.materiality_usd) == (Sides.LISTED, True, Fraction(120_000))
    assert nyse.sources_of("needs_power_to_reject")[0].title.startswith("NYSE")


def test_what_was_not_verified_is_marked() -> None:
    unread = [one.title for name in pack_names() for one in load_pack(name).sources if not one.is_verified]
    assert len(unread) == 3
    assert run("packs", "de-144-2025").count("This phrase is not verified.") == 1


def test_an_own_pack_is_read_exactly(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(with_entry("materiality_usd", "0.1"), encoding="utf-8")
    pack = load_pack(str(file))
    assert (pack.id, pack.materiality_usd) == ("own", Fraction(1, 10))
    assert pack.digest != load_pack("house-strict").digest
    assert {field.name for field in fields(Pack)} == set(pack.as_json())


WRONG = {
    "version": ["0", '"one"', "true", "1.5"],
    "id": ['"House rules"', "7", '""'],
    "interest_percent": ["-1", "101", '"five"', '"1/0"', "nan", "inf", "1e999999999", "1e-999999999", "true"],
    "marks_percent": ["5", "[]", "[10, 5]", "[5, 5]", "[5, 101]", "[[5]]"],
    "materiality_usd": ["-0.01", '"much"', '"never"'],
    "needs_conflict_below_materiality": ['"yes"', "1"],
    "window_months": ["0", "1.5"],
    "sides": ['"both"', "2"],
    "majority": ['"all"'],
    "committee_least": ["1"],
    "emergency_least": ["1"],
    "emergency_days": ["0", '"no"'],
    "memo_from_usd": ['"none"', "-1"],
    "from_on": ['"spring"', "2025-01-01T00:00:00", "2025"],
    "power_to_reject_from_percent": ['"never"', "101"],
    "note": ["7", '" "'],
    "sources": ['"the law"', "[]"],
}


@pytest.mark.parametrize(("key", "value"), [(key, one) for key, values in WRONG.items() for one in values])
def test_a_wrong_value_is_quoted_with_what_was_expected(key: str, value: str) -> None:
    text = with_entry(key, value)
    if key == "sources":
        text = text.partition("[[sources]]")[0]
    told = told_of(text)
    assert list(told) == [key]
    assert told[key].startswith("setting-invalid: The entry holds '")
    plain = value.strip('"').replace(" ", "")
    assert plain[:2].casefold() in told[key].replace(" ", "").casefold()


@pytest.mark.parametrize(
    "key", [line.partition(" = ")[0] for line in HOUSE.splitlines() if " = " in line][:21]
)
def test_a_value_left_out_is_missing_and_no_default_stands_for_it(key: str) -> None:
    head, mark, rest = HOUSE.partition("[[sources]]")
    kept = [line for line in head.splitlines() if not line.startswith(f"{key} = ")]
    told = told_of("\n".join([*kept, mark + rest]))
    assert told == ({} if key == "note" else {key: f"setting-missing: The entry {key} is missing."})


def test_all_that_is_wrong_is_told_at_once() -> None:
    told = told_of(
        'id = "x"\nversion = 0\nsides = "both"\nrules = 1\n[[sources]]\ntitle = ""\nvalues = ["fair"]\n'
    )
    assert told["rules"].startswith("setting-unknown: ")
    assert told["sources[1].title"] == "setting-invalid: The entry holds ''."
    assert told["sources[1].where"] == "setting-missing: The entry sources[1].where is missing."
    assert told["sources[1].values"].startswith("setting-invalid: ")
    wanted = {"version", "sides", "title", "disclaimer", "majority", *VALUES}
    assert wanted - {"power_to_reject_from_percent"} <= set(told)


def test_a_misspelt_rule_is_not_passed_over() -> None:
    pack, findings = read_pack(with_entry("notice_day", "3").encode(), file="own.toml")
    assert pack is None
    assert [(one.column, one.fix) for one in findings] == [("notice_day", "Did you mean 'notice_days'?")]


def test_g24_an_id_of_a_bundled_pack_is_not_taken_by_another() -> None:
    bundled = (FOLDER / "nasdaq-5630.toml").read_bytes()
    assert read_pack(bundled, file="copy.toml")[1] == []
    pack, findings = read_pack(bundled.replace(b"= 120000", b"= 999999999"), file="other.toml")
    assert pack is None
    assert [(one.column, one.found) for one in findings] == [("id", "The entry holds 'nasdaq-5630'.")]


def test_what_is_no_toml_is_told_with_its_line() -> None:
    pack, findings = read_pack(b'id = "own\n', file="own.toml")
    assert pack is None
    assert [(str(one.code), "line 1" in one.found) for one in findings] == [("file-unreadable", True)]


def test_a_pack_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean 'nasdaq-5630'"):
        load_pack("nasdaq")
    file = tmp_path / "bad.toml"
    file.write_text("version = 0\n", encoding="utf-8")
    with pytest.raises(FindingsError):
        load_pack(str(file))


def test_what_an_own_pack_says_of_itself_is_told_beside_that_it_is_no_legal_advice(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(with_entry("disclaimer", '"Ask counsel."'), encoding="utf-8")
    assert run("packs", str(file)).splitlines()[-2:] == [
        "Ask counsel.",
        "This is product input, not legal advice.",
    ]


def test_numbers_are_told_exactly() -> None:
    words = Words.load("en")
    told = [
        number_words(one, words=words)
        for one in (Fraction(100, 3), Fraction(1, 3), Fraction(5, 2), Fraction(50))
    ]
    assert told == ["33 1/3", "1/3", "2.5", "50"]


def test_the_list_names_the_days_and_a_day_leaves_out_what_did_not_govern() -> None:
    everything, on_day = run("packs"), run("packs", "--on", "2023-12-01")
    assert "from 2025-03-25 on" in everything
    assert all(any(line.startswith(f"{name} ") for line in everything.splitlines()) for name in pack_names())
    assert not any(line.startswith("de-144-2025  ") for line in on_day.splitlines())
    assert "de-144-2025 1 did not govern on 2023-12-01: it governs from 2025-03-25 on." in on_day
    assert "Where no pack is named, house-strict governs." in on_day
    assert [one["id"] for one in json.loads(run("packs", "--on", "2023-12-01", "--json"))] == [
        "house-strict",
        "nasdaq-5630",
        "nyse-314-2021-08",
    ]


@pytest.mark.parametrize("lang", ["en", "zh-Hant"])
@pytest.mark.parametrize("name", pack_names())
def test_a_pack_shows_every_value_with_its_meaning_its_sources_and_the_disclaimer(
    name: str, lang: str
) -> None:
    told = run("packs", name, "--lang", lang)
    pack = load_pack(name)
    assert all(any(line.startswith(f"{value} ") for line in told.splitlines()) for value in VALUES)
    assert all(f"{one.title}" in told and one.says in told for one in pack.sources)
    assert told.rstrip().endswith(Words.load(lang).say("packs.disclaimer"))


def test_a_pack_tells_whether_it_governed_on_a_day() -> None:
    early, late = (run("packs", "de-144-2025", "--on", day) for day in ("2025-03-24", "2025-03-25"))
    assert "de-144-2025 1 did not govern on 2025-03-24" in early
    assert "It governed on 2025-03-25." in late
    [told] = json.loads(run("packs", "de-144-2025", "--on", "2025-03-24", "--json"))
    assert (told["governs"], told["marks_percent"], len(told["digest"])) == (False, ["100/3", "50"], 64)
