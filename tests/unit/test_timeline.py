"""What was known when: in which order, to whom, and what each further statement and decision changed."""

from __future__ import annotations

import json
import time
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

import apportion as ap
from apportion.cli import app
from apportion.commands.evidence import lay_timeline
from apportion.errors import UsageError
from apportion.model.world import World
from apportion.study.timeline import timeline
from tests.build import day, make_world
from tests.unit.test_trace import SETTINGS, tables

STORY = "tesla-x-2023"


def world() -> World:
    """Return a supply row that was known to two before it was public, then restated for all."""
    lot = {"lot": "l1", "sku": "chip", "supplier": "foundry", "arrives_on": "2024-01-01"}
    supply = [
        {
            **lot,
            "quantity": "20",
            "known_on": "2023-11-01",
            "public_on": "2024-02-01",
            "known_to": "foundry|alder",
        },
        {
            **lot,
            "quantity": "16",
            "arrives_on": "2024-01-03",
            "known_on": "2023-12-05",
            "public_on": "2023-12-05",
        },
    ]
    return make_world(SETTINGS, tables(supply=supply))


def names(found: pl.DataFrame) -> list[tuple[str, str, str | None]]:
    dated = found.drop_nulls("known_on").with_columns(pl.col("known_on").cast(pl.String))
    return dated.select("known_on", "kind", "name").rows()


def test_entries_stand_by_the_day_known_and_tell_what_they_changed() -> None:
    found = timeline(world())
    assert names(found.entries) == [
        ("2023-11-01", "row", "supply:l1"),
        ("2023-12-01", "row", "readiness:north,hall-2"),
        ("2023-12-05", "statement", "supply:l1"),
        ("2023-12-20", "statement", "readiness:north,hall-2"),
    ]
    assert (
        found.entries["known_on"].null_count() == 12
    )  # 2 parties, 2 SKUs, 2 sites, 2 steps, 1 order, 3 documents
    said = dict(found.entries.select("entry", "name").iter_rows())
    assert [(said[entry], *change) for entry, *change in found.changes.iter_rows()] == [
        ("supply:l1", "arrives_on", "2024-01-01", "2024-01-03"),
        ("supply:l1", "quantity", "20", "16"),
        ("readiness:north,hall-2", "ready_on", "2024-01-03", "2024-01-06"),
    ]


@pytest.mark.parametrize(
    ("viewpoint", "until", "quantities"),
    [
        ("all", "2023-11-30", ["20"]),
        ("public", "2023-11-30", []),
        ("party:alder", "2023-11-30", ["20"]),
        ("public", "2023-12-31", ["16"]),
        ("public", "2024-02-01", ["20", "16"]),
    ],
)
def test_a_viewer_sees_what_it_knew(viewpoint: str, until: str, quantities: list[str]) -> None:
    found = timeline(world().as_known_on(day(until), viewpoint)).entries
    lots = found.filter(pl.col("name") == "supply:l1")["says"].to_list()
    assert [text.split("quantity ")[1].split(",")[0] for text in lots] == quantities


def test_a_statement_is_the_first_to_whom_the_earlier_one_was_not_told() -> None:
    found = timeline(world().as_known_on(day("2023-12-31"), "public"))
    lots = found.entries.filter(pl.col("name") == "supply:l1")
    assert lots["kind"].to_list() == ["row"]
    assert "quantity" not in found.changes["column"].to_list()


def test_rows_that_no_view_leaves_out_of_a_plan_are_not_known_before_their_day() -> None:
    later = [{**row, "known_on": "2024-06-20"} for row in tables()["sites"]]
    looked = make_world(SETTINGS, tables(sites=later)).as_known_on(day("2024-01-01"))
    assert len(looked.table("sites")) == 2
    assert timeline(looked).entries.filter(pl.col("name").str.starts_with("sites:")).is_empty()


def test_a_decision_stands_by_the_day_it_was_known_with_its_moves() -> None:
    found, _ = lay_timeline(STORY, as_known_on=day("2024-04-23"), viewpoint="party:nvidia")
    (decision,) = found.entries.filter(pl.col("kind") == "decision").to_dicts()
    assert (str(decision["known_on"]), str(decision["public_on"])) == ("2023-12-01", "2024-06-04")
    moved = found.changes.filter(pl.col("entry") == decision["entry"]).drop("entry").rows()
    assert moved == [
        ("L1", "T1", "X1 x_atlanta 6000"),
        ("L1", "T1", "X2 x_atlanta 6000"),
        ("L2", "X1", "T1 giga_texas 6000"),
        ("L3", "X2", "T1 giga_texas 6000"),
    ]
    public, _ = lay_timeline(STORY, as_known_on=day("2024-04-23"), viewpoint="public")
    assert public.entries.filter(pl.col("kind") == "decision").is_empty()


def test_every_statement_of_the_story_is_listed_once() -> None:
    story = ap.read(STORY)
    found, _ = lay_timeline(STORY)
    assert len(found.entries) == sum(len(frame) for frame in story.tables.values()) + 1
    assert found.entries["entry"].to_list() == list(range(1, len(found.entries) + 1))
    dated = found.entries["known_on"].drop_nulls()
    assert dated.is_sorted()


def test_the_order_of_rows_changes_nothing_but_their_place() -> None:
    story = ap.read(STORY)
    turned = World(
        story.settings, {name: frame.sort("_row", descending=True) for name, frame in story.tables.items()}
    )
    assert timeline(turned).entries.equals(timeline(story).entries)


def test_a_hundred_thousand_rows_take_as_long_as_reading_them() -> None:
    base = make_world(SETTINGS, tables())
    orders = base.tables["orders"]
    many = pl.concat([orders] * 100_000).with_columns(
        pl.int_range(100_000).cast(pl.String).alias("order"),
        pl.int_range(2, 100_002).cast(pl.UInt32).alias("_row"),
        (pl.lit(day("2020-01-01")) + pl.duration(days=pl.int_range(100_000) % 1000))
        .cast(pl.Date)
        .alias("known_on"),
    )
    started = time.perf_counter()
    found = timeline(World(base.settings, {**base.tables, "orders": many}))
    assert len(found.entries) > 100_000
    assert time.perf_counter() - started < 5


def test_the_command_prints_writes_and_cuts(tmp_path: Path) -> None:
    run = CliRunner()
    told = run.invoke(app, ["timeline", STORY, "--most", "3", "--out", str(tmp_path / "line")])
    assert told.exit_code == 0, told.output
    assert "more entries: --most lists more" in told.output
    assert sorted(file.name for file in (tmp_path / "line").iterdir()) == [
        "changes.csv",
        "timeline.csv",
        "timeline.json",
    ]
    written = json.loads((tmp_path / "line" / "timeline.json").read_text(encoding="utf-8"))
    printed = json.loads(run.invoke(app, ["timeline", STORY, "--json"]).output)
    assert written == printed
    assert pl.read_csv(tmp_path / "line" / "timeline.csv", infer_schema=False).height == len(
        written["entries"]
    )
    chinese = run.invoke(app, ["timeline", STORY, "--as-known-on", "2024-04-23", "--lang", "zh-TW"])
    assert "至 2024-04-23 日終，視角 all 所知" in chinese.output


def test_a_viewpoint_that_is_not_there_is_wrong_use() -> None:
    with pytest.raises(UsageError, match="party:tesla"):
        lay_timeline(STORY, viewpoint="party:telsa")
