"""Result → rows → evidence: what a number of a plan rests on, and how well that is known.

Source: ``docs/concepts/evidence.md``, rules V1 to V10.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from apportion.errors import FindingsError
from apportion.model.canonical import as_text
from apportion.model.contracts import TABLES
from apportion.model.parsing import FILE, ROW
from apportion.model.plan import Plan
from apportion.model.world import World
from apportion.study.basis import STRENGTH, UNKNOWN, weakest, weakness
from apportion.study.bearing import Bearing, Role, bearings
from apportion.study.number import Number, read_number, value_of
from apportion.study.says import SAYS
from apportion.study.sources import Source, sources_of
from apportion.study.statements import Fact, Statement, restated, row_name, under

# So many rows of each part, and so many facts and alternatives, are told in full.
MOST = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TracedRow:
    """One row of the facts on the way.

    Attributes:
        table: Its table.
        key: Its key.
        file: Its file.
        row: Its row there.
        says: The cells that a plan reads, by column; empty ones are left out.
        basis: How it is known; empty: not said.
        evidence: Its ids of evidence.
    """

    table: str
    key: tuple[str, ...]
    file: str
    row: int
    says: tuple[tuple[str, str], ...]
    basis: str
    evidence: tuple[str, ...]

    @property
    def name(self) -> str:
        """Return how it is cited, e.g. ``orders:T1``."""
        return row_name(self.table, self.key)

    def as_json(self) -> dict[str, object]:
        """Return the row as plain values."""
        return {
            "row": self.name,
            "file": self.file,
            "file_row": self.row,
            "says": dict(self.says),
            "basis": self.basis,
            "evidence": list(self.evidence),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows that have the same part in a number.

    Attributes:
        role: The part.
        count: How many rows there are.
        bases: How many of them are known in which class, the strongest class first.
        rows: The first of them.
    """

    role: Role
    count: int
    bases: Mapping[str, int]
    rows: tuple[TracedRow, ...]

    def as_json(self) -> dict[str, object]:
        """Return the part as plain values."""
        return {
            "role": str(self.role),
            "count": self.count,
            "bases": dict(self.bases),
            "rows": [row.as_json() for row in self.rows],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Alternative:
    """What a number would be if another statement of a fact stood.

    Attributes:
        fact: The fact.
        statement: The statement that does not stand.
        value: The number then; None: it would say nothing.
        is_changed: Whether that is another value.
        problem: Why no plan can be made then; empty: one can.
    """

    fact: Fact
    statement: Statement
    value: str | None
    is_changed: bool
    problem: str = ""

    def as_json(self) -> dict[str, object]:
        """Return the alternative as plain values."""
        return {
            "fact": self.fact.name,
            "file": self.statement.file,
            "file_row": self.statement.row,
            "says": dict(self.statement.says),
            "value": self.value,
            "is_changed": self.is_changed,
            "problem": self.problem,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What a number of a plan rests on.

    Attributes:
        number: The number.
        value: What it stands at, exact, as text; None: it says nothing.
        parts: The rows on the way.
        settings: What the scenario and the policy set for it, by name.
        sources: The evidence that the rows told name, by id.
        facts: Facts on the way with several statements, the first of them.
        fact_count: How many there are.
        alternatives: The number under each statement that does not stand; None: not asked for.
        alternative_count: How many such statements there are.
    """

    number: Number
    value: str | None
    parts: tuple[Part, ...]
    settings: tuple[tuple[str, str], ...]
    sources: tuple[Source, ...]
    facts: tuple[Fact, ...]
    fact_count: int
    alternatives: tuple[Alternative, ...] | None = None
    alternative_count: int = 0

    @property
    def bases(self) -> dict[str, int]:
        """Return how many rows are known in which class, the strongest first."""
        counts = dict.fromkeys((*STRENGTH, UNKNOWN), 0)
        for part in self.parts:
            for basis, count in part.bases.items():
                counts[basis] += count
        return {basis: count for basis, count in counts.items() if count}

    @property
    def weakest(self) -> str | None:
        """Return the weakest class on the way, empty: a row that says none; None: there is no row."""
        return weakest(self.bases)

    @property
    def row_count(self) -> int:
        """Return how many rows are on the way."""
        return sum(part.count for part in self.parts)

    def as_json(self) -> dict[str, object]:
        """Return the trace as plain values."""
        others = self.alternatives
        return {
            "number": self.number.text,
            "value": self.value,
            "unit": self.number.unit,
            "weakest_basis": self.weakest,
            "bases": self.bases,
            "settings": dict(self.settings),
            "parts": [part.as_json() for part in self.parts],
            "evidence": [source.as_json() for source in self.sources],
            "restated": [fact.as_json() for fact in self.facts],
            "restated_count": self.fact_count,
            "alternatives": None if others is None else [one.as_json() for one in others],
            "alternative_count": self.alternative_count,
        }


def trace(world: World, plan: Plan, *, number: str, most: int = MOST) -> Trace:
    """Return what a number of a plan rests on.

    Args:
        world: The facts, under the plan's view.
        plan: The plan.
        number: Its name, ``TABLE.KEY.COLUMN``.
        most: How many rows of each part, and how many restated facts, are told in full.

    Raises:
        UsageError: There is no such number.
    """
    return _traced(world, plan, number=number, most=most)[0]


def trace_under_each(
    world: World,
    plan: Plan,
    *,
    number: str,
    replan: Callable[[World], Plan],
    most: int = MOST,
    tell: Callable[[int, int], None] | None = None,
) -> Trace:
    """Return what a number of a plan rests on, and what it would be under each statement that does not stand.

    Args:
        world: The facts, under the plan's view.
        plan: The plan.
        number: Its name.
        replan: Returns the plan of another world under the same policy.
        most: How many rows of each part, restated facts, and other statements are told of.
        tell: Is told how many statements were tried and how many wait; None: nobody is.

    Raises:
        UsageError: There is no such number.
    """
    found, facts = _traced(world, plan, number=number, most=most)
    others = [(fact, said) for fact in facts for said in fact.others]
    told: list[Alternative] = []
    for fact, said in others[:most]:
        told.append(_alternative(world, found, fact=fact, statement=said, replan=replan))
        if tell is not None:
            tell(len(told), min(most, len(others)) - len(told))
    return replace(found, alternatives=tuple(told), alternative_count=len(others))


def _traced(world: World, plan: Plan, *, number: str, most: int) -> tuple[Trace, list[Fact]]:
    """Return a trace, and all facts on the way with several statements, those of its own orders first."""
    named = read_number(number, world=world, plan=plan)
    found = bearings(world, plan, number=named)
    parts = tuple(_part(one, most=most) for one in found)
    facts = [fact for one in found for fact in restated(world, one.rows, table=one.table)]
    ids = [one for part in parts for row in part.rows for one in row.evidence]
    ids += [one for fact in facts[:most] for said in fact.statements for one in said.evidence]
    traced = Trace(
        number=named,
        value=value_of(named, plan=plan),
        parts=parts,
        settings=_settings(world, plan),
        sources=sources_of(world, ids=ids),
        facts=tuple(facts[:most]),
        fact_count=len(facts),
    )
    return traced, facts


def _alternative(
    world: World, found: Trace, *, fact: Fact, statement: Statement, replan: Callable[[World], Plan]
) -> Alternative:
    try:
        plan = replan(under(world, fact, statement=statement))
    except FindingsError as error:
        return Alternative(
            fact=fact, statement=statement, value=None, is_changed=True, problem=str(error.code)
        )
    value = value_of(found.number, plan=plan)
    return Alternative(fact=fact, statement=statement, value=value, is_changed=value != found.value)


def _part(one: Bearing, *, most: int) -> Part:
    frame, contract = one.rows, TABLES[one.table]
    bases = frame["basis"].fill_null(UNKNOWN) if "basis" in frame.columns else None
    counts = dict(bases.value_counts().iter_rows()) if bases is not None else {UNKNOWN: len(frame)}
    text = as_text(frame.head(most).drop(ROW, FILE)).with_columns(
        frame[ROW].head(most), frame[FILE].head(most)
    )
    return Part(
        role=one.role,
        count=len(frame),
        bases={basis: counts[basis] for basis in sorted(counts, key=weakness)},
        rows=tuple(_row(row, table=one.table, key=contract.key) for row in text.iter_rows(named=True)),
    )


def _row(row: Mapping[str, object], *, table: str, key: Iterable[str]) -> TracedRow:
    evidence = str(row.get("evidence") or "")
    return TracedRow(
        table=table,
        key=tuple(str(row[part] or "") for part in key),
        file=str(row[FILE]),
        row=int(str(row[ROW])),
        says=tuple((name, str(row[name])) for name in SAYS[table] if row.get(name)),
        basis=str(row.get("basis") or ""),
        evidence=tuple(evidence.split("|")) if evidence else (),
    )


def _settings(world: World, plan: Plan) -> tuple[tuple[str, str], ...]:
    calendar, policy = world.settings.calendar, plan.policy.as_json()
    days = {"start_on": calendar.start_on.isoformat(), "end_on": calendar.end_on.isoformat()}
    view = {name: value for name, value in plan.view.as_json().items() if value}
    return tuple(
        (name, _plain(value)) for name, value in {**days, **policy, **view}.items() if value is not None
    )


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "|".join(map(str, value)) if isinstance(value, list) else str(value)
