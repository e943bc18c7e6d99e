"""`World`: one immutable snapshot of all facts, a typed table per noun, with its digest.

All statements of a fact are kept. A **view** says which are looked at: those known on a day to a viewer, and
of each fact the latest; and, for the readiness of sites, the case. `World.table` gives the rows that stand.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import polars as pl

from apportion.digest import digest, digest_lines
from apportion.errors import UsageError
from apportion.model.canonical import row_lines
from apportion.model.columns import Kind, Same, Table
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.policy import Case, Settings

ALL = "all"
PUBLIC = "public"
PARTY_PREFIX = "party:"
# So many names are looked through for one like that of a viewpoint.
_MOST_NAMES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Which statements are looked at.

    Attributes:
        as_known_on: Only what was known by the end of this day; None: everything.
        viewpoint: To whom it was known: ``all``, ``public`` or ``party:NAME``.
        case: Which readiness of the sites.
        under: Statements taken to be the only ones of their facts, each ``TABLE:KEY@ROW``; the others are left out.
    """

    as_known_on: dt.date | None = None
    viewpoint: str = ALL
    case: Case = Case.MIDDLE
    under: tuple[str, ...] = ()

    @property
    def is_filtered(self) -> bool:
        """Return whether any statement may be left out."""
        return self.as_known_on is not None or self.viewpoint != ALL

    def as_json(self) -> dict[str, str | list[str] | None]:
        """Return the view as plain values; statements only where some are chosen."""
        day = None if self.as_known_on is None else self.as_known_on.isoformat()
        plain: dict[str, str | list[str] | None] = {
            "as_known_on": day,
            "viewpoint": self.viewpoint,
            "case": str(self.case),
        }
        return {**plain, "under": list(self.under)} if self.under else plain


@dataclass(frozen=True)
class World:
    """One snapshot of all facts.

    Attributes:
        settings: What ``scenario.toml`` says.
        tables: Every statement of every table, typed, with `_file` and `_row`; absent tables are absent.
        view: Which statements are looked at.
    """

    settings: Settings
    tables: Mapping[str, pl.DataFrame]
    view: View = field(default_factory=View)

    def as_known_on(self, day: dt.date | None, viewpoint: str = ALL) -> World:
        """Return the world as a viewer knew it on `day`.

        Raises:
            UsageError: The viewpoint is none of ``all``, ``public``, ``party:NAME``, or no row names such a party
                while some name others.
        """
        is_party = viewpoint.startswith(PARTY_PREFIX) and len(viewpoint) > len(PARTY_PREFIX)
        if viewpoint not in {ALL, PUBLIC} and not is_party:
            raise UsageError(
                f"There is no viewpoint {viewpoint!r}.",
                fix="Use all, public or party:NAME, e.g. party:tesla.",
            )
        if is_party:
            _check_named(viewpoint.removeprefix(PARTY_PREFIX), _parties_named(self))
        return replace(self, view=replace(self.view, as_known_on=day, viewpoint=viewpoint))

    def case(self, case: str) -> World:
        """Return the world with the readiness of sites ``favourable``, ``middle`` or ``unfavourable``.

        Raises:
            UsageError: There is no such case.
        """
        if case not in {str(one) for one in Case}:
            raise UsageError(f"There is no case {case!r}.", fix=f"Use one of {', '.join(Case)}.")
        return replace(self, view=replace(self.view, case=Case(case)))

    @cached_property
    def digest(self) -> str:
        """Return the SHA-256 of all facts and settings, whatever the order of rows; the view is not part of it."""
        lines = [f"settings {digest(self._settings_as_json())}"]
        for name in sorted(self.tables):
            facts = self.tables[name].drop(ROW, FILE)
            lines.append(f"columns {name} {'|'.join(sorted(facts.columns))}")
            lines.extend(row_lines(facts, table=name))
        return digest_lines(lines)

    def _settings_as_json(self) -> dict[str, object]:
        settings = self.settings
        return {
            "name": settings.name,
            "title": settings.title,
            "start_on": settings.calendar.start_on.isoformat(),
            "end_on": settings.calendar.end_on.isoformat(),
            "round": str(settings.round),
            "reference_sku": settings.reference_sku,
            "currency": settings.currency,
            "capital_percent_per_year": settings.capital_percent_per_year,
            "policy": settings.policy.as_json(),
            "unknown": _spelled(dict(settings.unknown)),
            "unknown_policy": _spelled(dict(settings.unknown_policy)),
        }

    def statements(self, name: str) -> pl.DataFrame:
        """Return the statements of one table that the view lets through, defaults not filled in."""
        contract = TABLES[name]
        frame = self.tables.get(name)
        if frame is None:
            return _empty(contract)
        if contract.always_known or not self.view.is_filtered:
            return frame
        return frame.filter(is_known(frame, self.view))

    def table(self, name: str) -> pl.DataFrame:
        """Return the rows of one table that stand: the latest statement of each fact, defaults filled in."""
        cached: dict[str, pl.DataFrame] = self.__dict__.setdefault("_standing", {})
        if name not in cached:
            contract = TABLES[name]
            rows = _latest(self.statements(name), contract, as_of=self.view.as_known_on)
            if name == "readiness":
                rows = _in_case(rows, self.view.case)
            cached[name] = _with_defaults(rows, contract)
        return cached[name]

    @property
    def emptied(self) -> list[str]:
        """Return the tables that hold statements of which the view lets none through."""
        if not self.view.is_filtered:
            return []
        return [name for name, frame in self.tables.items() if len(frame) and not len(self.statements(name))]

    def __getattr__(self, name: str) -> pl.DataFrame:
        """Return the standing rows of a table by its name, e.g. ``world.orders``."""
        if name in TABLES:
            return self.table(name)
        raise AttributeError(f"A world has no {name!r}; its tables are {', '.join(TABLES)}.")


def _parties_named(world: World) -> set[str]:
    """Return every party that a statement names, as what it is about or as who knew of it."""
    names: set[str] = set()
    for name, frame in world.tables.items():
        for column in TABLES[name].by_name.values():
            is_party = column.refers == "parties" or column.name in {"known_to", "vendor"}
            if (is_party or (name, column.name) == ("parties", "party")) and column.name in frame.columns:
                cells = frame[column.name]
                named = cells.explode() if column.kind is Kind.LIST else cells
                names.update(named.unique().drop_nulls().to_list())
    return names


def _check_named(party: str, known: Collection[str]) -> None:
    if not known or party in known:
        return
    folded = {name.casefold(): name for name in sorted(known)[:_MOST_NAMES]}
    near = [folded[one] for one in difflib.get_close_matches(party.casefold(), folded)]
    meant = f"Did you mean {' or '.join(PARTY_PREFIX + name for name in near)}? " if near else ""
    raise UsageError(
        f"No row names a party {party!r}, so there is no viewpoint {PARTY_PREFIX + party!r}.",
        fix=f"{meant}Name a party as the scenario does, or add it to the table parties.",
    )


def _spelled(value: object) -> object:
    """Return an unknown setting with each plain value as its type and text, so that its digest needs no order."""
    if isinstance(value, dict):
        return {key: _spelled(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_spelled(part) for part in value]
    return repr(value)


def _empty(contract: Table) -> pl.DataFrame:
    schema = {column.name: column.kind.dtype for column in contract.columns}
    return pl.DataFrame(schema={ROW: pl.UInt32(), FILE: pl.String(), **schema})


def is_known(frame: pl.DataFrame, view: View) -> pl.Expr:
    """Return which rows of a frame the viewer knew by the day, tables that are always let through among them.

    Source: ``docs/reference/scenario.md``, the rules for every table.
    """
    day = pl.lit(view.as_known_on or dt.date.max)
    known_on = pl.col("known_on") if "known_on" in frame.columns else pl.lit(None, dtype=pl.Date())
    was_known = known_on.is_null() | (known_on <= day)
    if view.viewpoint == ALL:
        return was_known
    is_public = (
        (pl.col("public_on") <= day).fill_null(value=False) if "public_on" in frame.columns else was_known
    )
    if view.viewpoint == PUBLIC or "known_to" not in frame.columns:
        return is_public
    party = view.viewpoint.removeprefix(PARTY_PREFIX)
    is_told = pl.col("known_to").list.contains(party).fill_null(value=False)
    return is_public | (was_known & is_told)


def _latest(frame: pl.DataFrame, contract: Table, *, as_of: dt.date | None) -> pl.DataFrame:
    """Return one row per key: the latest known by `as_of`, or, where none was (parties, SKUs, sites), the first."""
    # A column of the key that no file has is empty in every row, so the others tell rows apart.
    key = [name for name in contract.key if name in frame.columns]
    if "known_on" not in frame.columns:
        return frame.unique(subset=key, keep="last", maintain_order=True)
    is_later = (pl.col("known_on") > pl.lit(as_of or dt.date.max)).fill_null(value=False)
    later = frame.filter(is_later).sort("known_on", descending=True, maintain_order=True)
    known = frame.filter(~is_later).sort("known_on", nulls_last=False, maintain_order=True)
    one_each = pl.concat([later, known]).unique(subset=key, keep="last", maintain_order=True)
    return one_each.sort(FILE, ROW)


def _in_case(frame: pl.DataFrame, case: Case) -> pl.DataFrame:
    """Return the readiness with its dates and power moved to the case where the row says so."""
    if case is Case.MIDDLE:
        return frame
    is_good = case is Case.FAVOURABLE
    siblings = {
        "ready_on": "ready_on_early" if is_good else "ready_on_late",
        "power_kw": "power_kw_high" if is_good else "power_kw_low",
    }
    there = {plain: sibling for plain, sibling in siblings.items() if sibling in frame.columns}
    return frame.with_columns(pl.coalesce(sibling, plain).alias(plain) for plain, sibling in there.items())


def _with_defaults(frame: pl.DataFrame, contract: Table) -> pl.DataFrame:
    absent = [column for column in contract.columns if column.name not in frame.columns]
    whole = frame.with_columns(pl.lit(None, dtype=column.kind.dtype).alias(column.name) for column in absent)
    filled: list[pl.Expr] = []
    for column in contract.columns:
        if isinstance(column.default, Same):
            filled.append(pl.coalesce(column.name, column.default.column).alias(column.name))
        elif column.default is not None:
            value = pl.lit(column.default).cast(column.kind.dtype)
            filled.append(pl.col(column.name).fill_null(value))
    return whole.with_columns(filled)
