"""The source lines of a row, and the tables whose rows say how they are known and not by what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import apportion as ap
from apportion.cli import app
from apportion.commands.evidence import cite_row, lay_timeline, tell_citations
from apportion.engine.checks.statements import check_evidence
from apportion.errors import UsageError
from apportion.model.proposal import Kind, Proposal
from apportion.study.cite import cite
from tests.build import Rows, day, make_world, write_scenario
from tests.unit.test_trace import SETTINGS, tables

STORY = "tesla-x-2023"


def test_a_row_is_cited_with_title_kind_day_source_basis_and_place() -> None:
    lines = tell_citations(cite_row(STORY, "supply:L1"))
    assert lines[0] == "supply:L1 (supply.csv, row 2; basis: fact; known on: 2023-12-01)"
    assert lines[2] == (
        "  S017: December memo, first leg. Memo, published 2024-06-04. seed article. Basis: order. "
        "evidence.csv, row 12."
    )


def test_every_statement_is_cited_and_the_one_used_is_marked() -> None:
    world = make_world(SETTINGS, tables())
    found = cite(world, "readiness:north,hall-2")
    assert [(one.row, one.is_used, [source.id for source in one.sources]) for one in found] == [
        (3, False, ["E2"]),
        (4, True, ["E3"]),
    ]
    (known,) = cite(world.as_known_on(day("2023-12-10")), "readiness:north,hall-2")
    assert (known.row, known.is_used) == (3, True)


def test_a_document_is_its_own_source() -> None:
    (found,) = cite(make_world(SETTINGS, tables()), "evidence:E2")
    assert [source.title for source in found.sources] == ["Second"]


def test_a_source_that_others_dispute_says_by_which_as_far_as_they_were_known() -> None:
    assert "  S010 is disputed by C008, S011, S020 and S072." in tell_citations(cite_row(STORY, "claims:K3"))
    early = tell_citations(cite_row(STORY, "claims:K3", as_known_on=day("2024-05-15"), viewpoint="public"))
    assert not [line for line in early if "disputed" in line]


def test_a_row_without_evidence_says_so() -> None:
    found = cite(make_world(SETTINGS, tables()), "skus:old")
    assert tell_citations(found)[1] == "  It names no evidence."


def test_an_empty_end_of_a_key_may_be_left_out() -> None:
    plain = cite_row(STORY, "interests:nvidia-chief-executive,nvidia,officer")
    assert plain == cite_row(STORY, "interests:nvidia-chief-executive,nvidia,officer,")


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("orders", "A row is TABLE:KEY"),
        ("order:T1", "Did you mean 'orders'"),
        ("orders:T9", "There are T1, X1"),
        ("orders:t1", "Did you mean 'T1'"),
        ("readiness:giga_texas", "SITE,STEP. There are giga_texas,hall-1"),
        ("quotas:any", "The viewer knew none"),
        (":", "A row is TABLE:KEY"),
        ("decisions:swap-2023-12", "Did you mean 'decision'"),
        ("decision:swap-2023", "Did you mean 'swap-2023-12'. There are swap-2023-12."),
    ],
)
def test_a_row_that_is_not_there_is_told_with_what_is(row: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        cite_row(STORY, row)


def test_a_row_that_the_viewer_did_not_know_is_not_cited() -> None:
    with pytest.raises(UsageError, match="as far as the viewer knows"):
        cite_row(STORY, "supply:L1", as_known_on=day("2024-04-23"), viewpoint="public")
    with pytest.raises(UsageError, match="as far as the viewer knows"):
        cite_row(STORY, "sites:xai_memphis", as_known_on=day("2024-04-23"))


def test_the_command_cites_in_both_languages() -> None:
    run = CliRunner()
    told = run.invoke(app, ["cite", STORY, "orders:T1", "--lang", "zh-TW"])
    assert "備忘錄，2024-06-04 發布" in told.output
    values = json.loads(run.invoke(app, ["cite", STORY, "orders:T1", "--json"]).output)
    assert [source["id"] for source in values[0]["sources"]] == ["C001", "S017"]


def test_a_decision_is_cited_as_the_time_line_names_it() -> None:
    found, _ = lay_timeline(STORY)
    (name,) = found.entries.filter(kind="decision")["name"]
    lines = tell_citations(cite_row(STORY, name))
    assert lines[0] == (
        "decision:swap-2023-12: 12,000 H100 to X first "
        "(swap-2023-12.toml; basis: order; known on: 2023-12-01)"
    )
    (cited,) = cite_row(STORY, name)
    assert [source.id for source in cited.sources] == sorted(
        found.entries.filter(kind="decision")["evidence"][0]
    )
    assert cited.as_json()["file_row"] is None


@pytest.mark.parametrize("viewpoint", ["all", "public", "party:tesla"])
def test_a_decision_unknown_to_the_viewer_is_told_as_one_that_is_not_there(viewpoint: str) -> None:
    told = []
    for name in ("swap-2023-12", "swap-2023-13"):
        with pytest.raises(UsageError) as refused:
            cite_row(STORY, f"decision:{name}", as_known_on=day("2023-11-30"), viewpoint=viewpoint)
        told.append(f"{refused.value}".replace(name, "NAME"))
    assert told[0] == told[1]
    assert "The viewer knew none" in told[0]


def test_a_decision_has_its_line_in_both_languages_and_without_a_title() -> None:
    bare = Proposal(id="mine", kind=Kind.SWAP, file="mine.toml")
    found = cite(make_world(SETTINGS, tables()), "decision:mine", proposals=[bare])
    assert tell_citations(found) == [
        "decision:mine (mine.toml; basis: unknown; known on: always)",
        "  It names no evidence.",
    ]
    answer = CliRunner().invoke(app, ["cite", STORY, "decision:swap-2023-12", "--lang", "zh-TW"])
    assert "依據類別：訂單" in answer.output


def test_rows_without_evidence_are_one_finding_a_table() -> None:
    lots = [
        {"lot": str(number), "sku": "chip", "supplier": "f", "arrives_on": "2024-01-01", "quantity": "1"}
        for number in range(3_000)
    ]
    bare: Rows = [{**lot, "basis": "fact" if number else "forecast"} for number, lot in enumerate(lots)]
    (found,) = check_evidence(make_world(SETTINGS, tables(supply=bare)))
    assert found.found == "2,999 rows of supply stand without evidence; the first is row 3, of basis 'fact'."
    assert (found.file, found.row, found.column) == ("supply.csv", None, "evidence")


def test_nothing_is_asked_of_a_scenario_that_lists_no_evidence(tmp_path: Path) -> None:
    changed = tables()
    del changed["evidence"]
    for name, rows in changed.items():
        changed[name] = [{key: cell for key, cell in row.items() if key != "evidence"} for row in rows]
    folder = write_scenario(tmp_path / "s", SETTINGS, tables=changed)
    assert "evidence-missing" not in {str(one.code) for one in ap.check(folder)}


@pytest.mark.parametrize("name", ap.scenarios())
def test_the_bundled_scenarios_name_evidence_wherever_they_must(name: str) -> None:
    assert check_evidence(ap.read(name)) == []
