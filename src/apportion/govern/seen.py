"""The part of a world that parties know, as a world of its own: nothing in it names or counts what they do not.

    rows they know → references to rows they do not know dropped or emptied → parties and sites that are left named
    → who else knows, and the place of a row in its file, taken out

A view of a world hides rows; this takes them out, so that no digest, message, count or row number tells of them.

Source: ``docs/concepts/people-and-rights.md``, "What a buyer sees".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

import polars as pl

from apportion.model.columns import Column, Kind
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.proposal import Proposal
from apportion.model.world import PARTY_PREFIX, View, World, is_known
from apportion.study.known import is_proposal_known

# What a row that says nothing of who may know it has to be about, table by table, for somebody to see it.
_OWNERS = frozenset({"orders", "supply"})
# Who knew a row before it was public, where it was not the parties.
OTHERS = "others"
Frames = dict[str, pl.DataFrame]


def seen_world(world: World, *, parties: Collection[str], day: dt.date) -> World:
    """Return what parties know of a world on a day, and nothing else.

    Of a table without the column `public_on` nothing says that anyone may know it: a party sees the rows that are
    about nobody else.

    Args:
        world: All facts.
        parties: The parties; what any of them knows is in it.
        day: The day they look.
    """
    frames: Frames = {}
    for name in sorted(world.tables, key=lambda one: one != "orders"):
        frame = world.tables[name]
        if TABLES[name].always_known or name == "readiness":
            frames[name] = frame
            continue
        frames[name] = frame.filter(_is_seen(frame, name=name, parties=parties, day=day, seen=frames))
    frames = _consistent(frames)
    frames = _with_places(frames, parties=parties, day=day)
    tables = {name: _renumbered(_told(frames[name], parties=parties)) for name in world.tables}
    settings = replace(world.settings, title="", unknown=(), unknown_policy=())
    viewpoint = f"{PARTY_PREFIX}{next(iter(parties))}" if len(parties) == 1 else world.view.viewpoint
    return World(settings=settings, tables=tables, view=replace(world.view, viewpoint=viewpoint))


def seen_proposals(proposals: Iterable[Proposal], *, parties: Collection[str], day: dt.date) -> set[str]:
    """Return the ids of the proposals that any of the parties knows of on a day."""
    views = [View(viewpoint=f"{PARTY_PREFIX}{party}") for party in parties]
    return {one.id for one in proposals if any(is_proposal_known(one, view=view, day=day) for view in views)}


def _is_seen(
    frame: pl.DataFrame, *, name: str, parties: Collection[str], day: dt.date, seen: Frames
) -> pl.Expr:
    """Return which rows of a table the parties know of by the day."""
    if "public_on" in frame.columns:
        views = [View(as_known_on=day, viewpoint=f"{PARTY_PREFIX}{party}") for party in parties]
        return pl.any_horizontal(is_known(frame, view) for view in views)
    was_known = pl.lit(value=True)
    if "known_on" in frame.columns:
        was_known = pl.col("known_on").is_null() | (pl.col("known_on") <= pl.lit(day))
    is_own = pl.all_horizontal(
        pl.lit(value=True), *_own(frame, name=name, parties=parties, seen=seen)
    ).fill_null(value=False)
    if "known_to" not in frame.columns:
        return was_known & is_own
    told = pl.col("known_to")
    is_told = told.list.set_intersection(list(parties)).list.len() > 0
    return was_known & pl.when(told.is_null()).then(is_own).otherwise(is_told)


def _own(frame: pl.DataFrame, *, name: str, parties: Collection[str], seen: Frames) -> Iterator[pl.Expr]:
    """Yield what makes a row of a table about nobody but the parties, one condition for each column that names some."""
    for column in _references(name, frame):
        cell = pl.col(column.name)
        if column.refers == "parties" and not column.loose:
            yield _names_only(cell, column=column, names=parties)
        elif column.refers in _OWNERS:
            yield cell.is_null() | cell.is_in(_names(seen, column.refers))


def _names_only(cell: pl.Expr, *, column: Column, names: Collection[str]) -> pl.Expr:
    if column.kind is Kind.LIST:
        return cell.is_null() | (cell.list.set_difference(list(names)).list.len() == 0)
    return cell.is_null() | cell.is_in(list(names))


def _references(name: str, frame: pl.DataFrame) -> Iterator[Column]:
    for column in TABLES[name].by_name.values():
        if column.refers and column.name in frame.columns:
            yield column


def _names(frames: Mapping[str, pl.DataFrame], table: str) -> list[str]:
    frame = frames.get(table)
    return [] if frame is None else frame[TABLES[table].key[0]].drop_nulls().unique().to_list()


def _consistent(frames: Frames) -> Frames:
    """Return the tables without what names a row that is not in them: the row goes where it needs the name."""
    while True:
        after = {name: _consistent_table(name, frame, frames=frames) for name, frame in frames.items()}
        if all(len(after[name]) == len(frames[name]) for name in frames):
            return after
        frames = after


def _consistent_table(name: str, frame: pl.DataFrame, *, frames: Frames) -> pl.DataFrame:
    for column in _references(name, frame):
        target = TABLES[column.refers]
        if target.always_known or column.refers not in frames:
            continue
        known, cell = _names(frames, column.refers), pl.col(column.name)
        if column.kind is Kind.LIST:
            kept = cell.list.set_intersection(known)
            frame = frame.with_columns(pl.when(kept.list.len() > 0).then(kept).alias(column.name))
        elif column.required:
            frame = frame.filter(cell.is_in(known))
        else:
            frame = frame.with_columns(pl.when(cell.is_in(known)).then(cell).alias(column.name))
    return frame


def _with_places(frames: Frames, *, parties: Collection[str], day: dt.date) -> Frames:
    """Return the tables with those sites and parties alone that the others name, or that are the parties' own."""
    others = {name: frame for name, frame in frames.items() if name not in {"parties", "sites", "readiness"}}
    sites = frames.get("sites")
    named = {*parties, *_named(others, "parties"), *(_names_of_vendors(frames))}
    if sites is not None:
        at = _named(others, "sites")
        is_own = pl.col("site").is_in(list(at)) | pl.col("operator").is_in(list(parties))
        if "users" in sites.columns:
            is_own |= pl.col("users").list.set_intersection(list(parties)).list.len() > 0
        kept = sites.filter(is_own.fill_null(value=False))
        named |= set(kept["operator"].drop_nulls().to_list())
        if "users" in kept.columns:
            users = pl.col("users")
            kept = kept.with_columns(
                pl.when(users.is_null()).then(users).otherwise(users.list.set_intersection(list(named)))
            )
            # Without users a site is everybody's, which this one is not.
            alone = pl.concat_list("operator")
            kept = kept.with_columns(
                pl.when(pl.col("users").list.len() == 0).then(alone).otherwise(pl.col("users")).alias("users")
            )
        frames = {**frames, "sites": kept}
    if "readiness" in frames:
        frames = {**frames, "readiness": _readiness(frames, parties=parties, day=day)}
    if "parties" in frames:
        frames = {**frames, "parties": frames["parties"].filter(pl.col("party").is_in(list(named)))}
    return frames


def _readiness(frames: Frames, *, parties: Collection[str], day: dt.date) -> pl.DataFrame:
    """Return what is known of the sites that are left; a row that does not say who may know it, with its site."""
    frame = frames["readiness"].filter(pl.col("site").is_in(_names(frames, "sites")))
    is_seen = _is_seen(frame, name="readiness", parties=parties, day=day, seen=frames)
    return _consistent_table("readiness", frame.filter(is_seen), frames=frames)


def _named(frames: Frames, table: str) -> set[str]:
    """Return every name of a table that any row of others holds."""
    found: set[str] = set()
    for name, frame in frames.items():
        for column in _references(name, frame):
            if column.refers == table:
                cells = frame[column.name]
                cells = cells.explode() if column.kind is Kind.LIST else cells
                found.update(cells.drop_nulls().unique().to_list())
    return found


def _names_of_vendors(frames: Frames) -> set[str]:
    skus = frames.get("skus")
    return set() if skus is None else set(skus["vendor"].drop_nulls().to_list())


def _told(frame: pl.DataFrame, *, parties: Collection[str]) -> pl.DataFrame:
    """Return a table that does not say who else knows of a row."""
    if "known_to" not in frame.columns:
        return frame
    told = pl.col("known_to")
    known = told.list.set_intersection(list(parties))
    others = pl.when(told.list.len() > 0).then(pl.lit([OTHERS]))
    return frame.with_columns(pl.when(known.list.len() > 0).then(known).otherwise(others).alias("known_to"))


def _renumbered(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table whose rows are counted anew in each file, the header being row 1."""
    if not len(frame):
        return frame
    place = (pl.int_range(pl.len()).over(FILE) + 2).cast(frame.schema[ROW])
    return frame.sort(FILE, ROW, maintain_order=True).with_columns(place.alias(ROW))
