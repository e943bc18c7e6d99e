"""All that is known of a scenario by the day it was known and the day it was made public, and what it changed.

    tables → one row per statement that the viewer knew → which of them restate a fact, and how → one ordered list

Columns are worked on whole, so that a hundred thousand rows take no longer than reading them.

Source: ``docs/concepts/evidence.md``, rules V11 to V14.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import polars as pl

from apportion.model.canonical import as_text
from apportion.model.columns import Table
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.plan import Schema
from apportion.model.proposal import Move, Proposal, Raise
from apportion.model.world import World, is_known
from apportion.study.known import is_proposal_known
from apportion.study.says import says_text
from apportion.study.statements import ABOUT

ENTRIES: Schema = {
    "entry": pl.UInt32,
    "known_on": pl.Date,
    "public_on": pl.Date,
    "known_to": pl.List(pl.String),
    "kind": pl.String,
    "name": pl.String,
    "about_on": pl.Date,
    "says": pl.String,
    "basis": pl.String,
    "evidence": pl.List(pl.String),
    "file": pl.String,
    "row": pl.UInt32,
}
CHANGES: Schema = {"entry": pl.UInt32, "column": pl.String, "before": pl.String, "after": pl.String}
# The day that a row speaks of.
_ABOUT_ON = {
    "events": "on",
    "claims": "said_on",
    "transfers": "on",
    "shipments": "shipped_on",
    "evidence": "published_on",
}
_KINDS = {"events": "event", "claims": "claim", "evidence": "evidence"}
_FIRST, _STATEMENT = "row", "statement"
DECISION = "decision"
_PROVENANCE = {
    "known_on": pl.Date(),
    "known_to": pl.List(pl.String()),
    "basis": pl.String(),
    "evidence": pl.List(pl.String()),
}
_NUMBER, _PREFIX, _BEFORE = "\x1fnumber", "\x1fprefix", "\x1fbefore"


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a viewer knew, in order.

    Attributes:
        entries: One row per statement and decision, columns `ENTRIES`: those known first come first, what was always
            known before all.
        changes: What each further statement of a fact, and each decision, changed, columns `CHANGES`.
    """

    entries: pl.DataFrame
    changes: pl.DataFrame

    def as_json(self) -> list[dict[str, object]]:
        """Return the entries as plain values, each with what it changed."""
        changed: dict[int, list[dict[str, str]]] = {}
        for entry, column, before, after in self.changes.iter_rows():
            changed.setdefault(entry, []).append({"what": column, "from": before, "to": after})
        days = [name for name, dtype in ENTRIES.items() if dtype is pl.Date]
        rows = self.entries.with_columns(pl.col(days).cast(pl.String)).to_dicts()
        return [{**row, "changed": changed.get(row["entry"], [])} for row in rows]


def timeline(world: World, proposals: Collection[Proposal] = ()) -> Timeline:
    """Return what a viewer of a world knew, in order.

    Args:
        world: The facts, under the viewer's view.
        proposals: The decisions beside them.
    """
    entries: list[pl.DataFrame] = []
    changes: list[pl.DataFrame] = []
    for name, contract in TABLES.items():
        if name in world.tables and set(contract.key) <= set(world.tables[name].columns):
            made, changed = _of_table(world, contract)
            entries.append(made)
            changes.append(changed)
    made, changed = _of_proposals(world, proposals)
    every = pl.concat([*entries, made]).sort(
        "known_on",
        "public_on",
        "kind",
        "name",
        "row",
        nulls_last=[False, True, False, False, False],
        maintain_order=True,
    )
    places = every.select("file", "row", _PREFIX).with_row_index("entry", offset=1)
    told = pl.concat([*changes, changed]).join(
        places, on=["file", "row", _PREFIX], how="inner", nulls_equal=True
    )
    return Timeline(
        entries=every.drop(_PREFIX).with_row_index("entry", offset=1).select(list(ENTRIES)),
        changes=told.sort("entry", _NUMBER, maintain_order=True).select(list(CHANGES)),
    )


def _of_table(world: World, contract: Table) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the entries of one table, and what its further statements changed."""
    stated = world.tables[contract.name]
    frame = stated.filter(is_known(stated, world.view)) if world.view.is_filtered else stated
    absent = {name: dtype for name, dtype in _PROVENANCE.items() if name not in frame.columns}
    frame = frame.with_columns(pl.lit(None, dtype=dtype).alias(name) for name, dtype in absent.items())
    if "public_on" not in frame.columns:
        frame = frame.with_columns(pl.col("known_on").alias("public_on"))
    key = list(contract.key)
    ordered = frame.sort(*key, "known_on", nulls_last=False, maintain_order=True)
    is_first = ordered.select(pl.struct(key).is_first_distinct()).to_series()
    text = as_text(ordered.drop(ROW, FILE))
    about_on = _ABOUT_ON.get(contract.name, "")
    named = pl.concat_str([pl.col(part).fill_null("") for part in key], separator=",")
    # Where no column says anything the text is one for all rows, so it is put beside them.
    says = text.with_columns(says_text(text.columns, table=contract.name).alias("says"))["says"]
    kind = _KINDS.get(contract.name, _FIRST)
    entries = ordered.select(
        "known_on",
        "public_on",
        "known_to",
        pl.when(is_first).then(pl.lit(kind)).otherwise(pl.lit(_STATEMENT)).alias("kind"),
        text.select(pl.concat_str([pl.lit(f"{contract.name}:"), named])).to_series().alias("name"),
        (pl.col(about_on) if about_on in ordered.columns else pl.lit(None, dtype=pl.Date())).alias(
            "about_on"
        ),
        says,
        "basis",
        pl.col("evidence"),
        pl.col(FILE).alias("file"),
        pl.col(ROW).alias("row"),
        pl.lit(contract.name).alias(_PREFIX),
    )
    return entries, _changes(ordered, text, contract=contract, is_first=is_first)


def _changes(
    ordered: pl.DataFrame, text: pl.DataFrame, *, contract: Table, is_first: pl.Series
) -> pl.DataFrame:
    """Return where a further statement differs from the one of its fact that was known last before it."""
    said = [name for name in text.columns if name not in {*ABOUT, *contract.key}]
    if is_first.all() or not said:
        return _no_changes()
    is_further = ~is_first
    earlier = text.select(pl.col(said).shift().name.suffix(_BEFORE))
    rows = pl.concat([ordered.select(FILE, ROW), text.select(said), earlier], how="horizontal").filter(
        is_further
    )
    told: list[pl.DataFrame] = [
        rows.filter(pl.col(name).ne_missing(pl.col(f"{name}{_BEFORE}"))).select(
            pl.col(FILE).alias("file"),
            pl.col(ROW).alias("row"),
            pl.lit(contract.name).alias(_PREFIX),
            pl.lit(number, dtype=pl.Int64).alias(_NUMBER),
            pl.lit(name).alias("column"),
            pl.col(f"{name}{_BEFORE}").fill_null("").alias("before"),
            pl.col(name).fill_null("").alias("after"),
        )
        for number, name in enumerate(said)
    ]
    return pl.concat(told)


def _no_changes() -> pl.DataFrame:
    schema = {"file": pl.String, "row": pl.UInt32, _PREFIX: pl.String, _NUMBER: pl.Int64}
    return pl.DataFrame(schema={**schema, "column": pl.String, "before": pl.String, "after": pl.String})


def known_decisions(world: World, proposals: Collection[Proposal]) -> list[Proposal]:
    """Return the proposals that the viewer of a world knew of, by the rules for any row."""
    view = world.view
    if not view.is_filtered:
        return list(proposals)
    day = view.as_known_on or dt.date.max
    return [one for one in proposals if is_proposal_known(one, view=view, day=day)]


def _of_proposals(world: World, proposals: Collection[Proposal]) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the decisions that the viewer knew, and what each of them moves."""
    rows = [
        {
            "known_on": one.known_on,
            "public_on": one.public_on,
            "known_to": list(one.known_to) or None,
            "kind": DECISION,
            "name": f"{DECISION}:{one.id}",
            "about_on": one.decided_on,
            "says": one.title,
            "basis": one.basis or None,
            "evidence": list(one.evidence) or None,
            "file": one.file,
            "row": None,
            _PREFIX: DECISION,
        }
        for one in known_decisions(world, proposals)
    ]
    schema: Schema = {name: dtype for name, dtype in ENTRIES.items() if name != "entry"}
    schema[_PREFIX] = pl.String
    frame = pl.DataFrame(rows, schema=schema)
    booked = dict(world.table("supply").select("lot", "reserved_for").iter_rows())
    told = [
        {"file": one.file, "row": None, _PREFIX: DECISION, _NUMBER: number, **change}
        for one in proposals
        for number, change in enumerate(_moved(one, booked=booked))
    ]
    return frame, pl.DataFrame(told, schema=_no_changes().schema)


def _moved(proposal: Proposal, *, booked: dict[str, str | None]) -> Iterator[dict[str, str]]:
    """Yield what a decision changes: of each lot whose it was and whose it is, of each party its tier."""
    for move in proposal.moves:
        yield {"column": move.lot, "before": booked.get(move.lot) or "", "after": _move_text(move)}
    for one in proposal.raises:
        yield {"column": one.party, "before": "", "after": _raise_text(one)}


def _move_text(move: Move) -> str:
    site = f" {move.site}" if move.site else ""
    amount = "" if move.quantity is None else f" {move.quantity}"
    return f"{'|'.join(move.to_orders)}{site}{amount}"


def _raise_text(one: Raise) -> str:
    until = f"/{one.until_on}" if one.until_on else ""
    return f"tier {one.tier} {one.from_on}{until}"
