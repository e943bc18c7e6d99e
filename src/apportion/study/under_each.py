"""Any study under each statement that does not stand: what its headline figures would be, and whether that matters.

    world → facts stated more than once → the world under each other statement → the figures that change

A study gives its headline figures as a mapping; nothing else is known of it here.

Source: ``docs/concepts/evidence.md``, rules V8 to V10c.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import polars as pl

from apportion.engine.checks import check_world
from apportion.errors import FindingsError, UsageError, has_errors
from apportion.model.contracts import TABLES
from apportion.model.parsing import ROW
from apportion.model.world import World, is_known
from apportion.study.statements import Fact, Statement, restated, under

# So many statements are tried, unless more are asked for.
MOST = 12
Value = Fraction | dt.date | str | None
"""A number, a day, a word for a verdict; None: the study says nothing there."""
COLUMNS = {
    "fact": pl.String,
    "file": pl.String,
    "file_row": pl.UInt32,
    "says": pl.String,
    "known_on": pl.String,
    "used_row": pl.UInt32,
    "matters": pl.Boolean,
    "problem": pl.String,
    "subject": pl.String,
    "measure": pl.String,
    "bound": pl.String,
    "before": pl.String,
    "after": pl.String,
    "unit": pl.String,
    "is_sign_change": pl.Boolean,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What one headline figure of a study is of.

    Attributes:
        subject: The customer, party or claim it speaks of; empty: all of them.
        measure: What is measured, as the study names it.
        unit: Its unit; empty: a count, or a word.
        bound: ``least`` or ``most`` of a range; empty: as stated.
        is_signed: Whether above and below 0 mean opposite things, such as a gain and a loss.
    """

    subject: str
    measure: str
    unit: str = ""
    bound: str = ""
    is_signed: bool = False


Headline = Mapping[Figure, Value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One figure that another statement changes.

    Attributes:
        figure: Which.
        before: What it is under the statement that stands.
        after: What it is under the other one.
    """

    figure: Figure
    before: Value
    after: Value

    @property
    def is_sign_change(self) -> bool:
        """Return whether a gain becomes a loss, a loss a gain, or either nothing."""
        before, after = self.before, self.after
        is_number = isinstance(before, Fraction) and isinstance(after, Fraction)
        return self.figure.is_signed and is_number and _sign(before) != _sign(after)

    def as_json(self) -> dict[str, object]:
        """Return the change as plain values; numbers as text of six decimals at the most."""
        return {
            "subject": self.figure.subject,
            "measure": self.figure.measure,
            "bound": self.figure.bound,
            "before": value_text(self.before),
            "after": value_text(self.after),
            "unit": self.figure.unit,
            "is_sign_change": self.is_sign_change,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What becomes of a study under one statement that does not stand.

    Attributes:
        fact: The fact.
        statement: The statement.
        changes: The figures that it changes.
        problem: Why the study cannot be made under it; empty: it can.
    """

    fact: Fact
    statement: Statement
    changes: tuple[Change, ...] = ()
    problem: str = ""

    @property
    def matters(self) -> bool:
        """Return whether the choice of this statement changes a figure, or leaves nothing that can be studied."""
        return bool(self.changes or self.problem)

    def as_json(self) -> dict[str, object]:
        """Return the trial as plain values."""
        return {
            "fact": self.fact.name,
            "file": self.statement.file,
            "file_row": self.statement.row,
            "known_on": self.statement.known_on,
            "says": dict(self.statement.says),
            "used_row": self.fact.statements[self.fact.used].row,
            "matters": self.matters,
            "problem": self.problem,
            "changes": [one.as_json() for one in self.changes],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderEach:
    """What becomes of a study under each statement that does not stand.

    Attributes:
        trials: Each statement that was tried, in the order of tables and keys.
        fact_count: How many facts have a statement that could be tried.
        statement_count: How many such statements there are.
    """

    trials: tuple[Trial, ...]
    fact_count: int
    statement_count: int

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Return the facts of which a statement was tried, each once."""
        return tuple({one.fact.name: one.fact for one in self.trials}.values())

    @property
    def mattering(self) -> int:
        """Return under how many of the statements tried something changes."""
        return sum(one.matters for one in self.trials)

    @property
    def turning(self) -> int:
        """Return under how many of the statements tried a gain becomes a loss, a loss a gain, or either nothing."""
        return sum(any(change.is_sign_change for change in one.changes) for one in self.trials)

    @property
    def left_out(self) -> int:
        """Return how many statements were not tried."""
        return self.statement_count - len(self.trials)

    @property
    def frame(self) -> pl.DataFrame:
        """Return one row for each figure that a statement changes, and one for each statement that changes none."""
        rows = [_row(trial, change) for trial in self.trials for change in (trial.changes or (None,))]
        return pl.DataFrame(rows, schema=COLUMNS, orient="row")

    def as_json(self) -> dict[str, object]:
        """Return all of it as plain values."""
        return {
            "fact_count": self.fact_count,
            "statement_count": self.statement_count,
            "tried": len(self.trials),
            "left_out": self.left_out,
            "matters": self.mattering,
            "turns": self.turning,
            "restated": [fact.as_json() for fact in self.facts],
            "statements": [one.as_json() for one in self.trials],
        }


def _row(trial: Trial, change: Change | None) -> tuple[object, ...]:
    said, used = trial.statement, trial.fact.statements[trial.fact.used]
    says = ", ".join(f"{column} {value}".rstrip() for column, value in said.says)
    named = (
        trial.fact.name,
        said.file,
        said.row,
        says or None,
        said.known_on or None,
        used.row,
        trial.matters,
        trial.problem or None,
    )
    if change is None:
        return (*named, *[None] * 7)
    told = change.as_json().values()
    return (*named, *(None if value == "" else value for value in told))


def _sign(value: Value) -> int:
    return 0 if not isinstance(value, Fraction) else (value > 0) - (value < 0)


def value_text(value: Value) -> str | None:
    """Return a value as text: a number to six decimals, half to even, in its shortest spelling.

    >>> value_text(Fraction(5, 2)), value_text(Fraction(2, 3)), value_text(Fraction(100)), value_text(None)
    ('2.5', '0.666667', '100', None)
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, dt.date):
        return value.isoformat()
    text = f"{Decimal(round(value * 10**6)).scaleb(-6):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def choices(world: World, *, first: Iterable[str] = ()) -> list[tuple[Fact, Statement]]:
    """Return every statement that does not stand and that the viewer knew by the day, with its fact.

    Args:
        world: The facts under a view.
        first: Tables that come before all others.
    """
    order = dict.fromkeys([*first, *TABLES])
    facts = [fact for name in order for fact in restated(world, world.table(name), table=name)]
    known = {name: _known_rows(world, name) for name in {fact.table for fact in facts}}
    return [(fact, said) for fact in facts for said in fact.others if said.row in known[fact.table]]


def _known_rows(world: World, table: str) -> set[int]:
    """Return the rows of a table that the viewer knew, of parties, SKUs and sites too."""
    frame = world.statements(table)
    return set(frame.filter(is_known(frame, world.view))[ROW].to_list())


def under_each(
    world: World,
    headline: Callable[[World], Headline],
    *,
    base: Headline | None = None,
    first: Iterable[str] = (),
    most: int = MOST,
    tell: Callable[[int, int], None] | None = None,
) -> UnderEach:
    """Return what becomes of the headline figures of a study under each statement that does not stand.

    Args:
        world: The facts under a view.
        headline: Makes the study of a world, and returns its headline figures.
        base: Its figures in `world` where they are there already; None: they are made.
        first: Tables whose statements are tried before those of all others.
        most: So many statements are tried, at least 1.
        tell: Is told how many were tried and how many wait; None: nobody is.

    Raises:
        UsageError: Not even one statement is to be tried.
        FindingsError: The study cannot be made of `world` itself.
    """
    if most < 1:
        raise UsageError(f"{most} statements cannot be tried.", fix="Try at least one.")
    stands = headline(world) if base is None else base
    # Facts that are not sound as they stand, as a view may leave them, are not asked to be sound under another.
    made = headline if has_errors(check_world(world)) else _checked(headline)
    offered = choices(world, first=first)
    trials: list[Trial] = []
    for fact, said in offered[:most]:
        other = under(world, fact, statement=said)
        trials.append(_trial(other, made, stands=stands, fact=fact, statement=said))
        if tell is not None:
            tell(len(trials), min(most, len(offered)) - len(trials))
    names = {fact.name for fact, _ in offered}
    return UnderEach(trials=tuple(trials), fact_count=len(names), statement_count=len(offered))


def _checked(headline: Callable[[World], Headline]) -> Callable[[World], Headline]:
    """Return what makes a headline only of facts that are sound: under another statement they need not be."""

    def made(other: World) -> Headline:
        findings = check_world(other)
        if has_errors(findings):
            raise FindingsError(findings)
        return headline(other)

    return made


def _trial(
    other: World,
    headline: Callable[[World], Headline],
    *,
    stands: Headline,
    fact: Fact,
    statement: Statement,
) -> Trial:
    try:
        figures = headline(other)
    except (FindingsError, UsageError) as error:
        return Trial(fact=fact, statement=statement, problem=str(error.code))
    return Trial(fact=fact, statement=statement, changes=tuple(changes(stands, figures)))


def changes(stands: Headline, other: Headline) -> list[Change]:
    """Return the figures in which two headlines differ as they are written, in the order of the first."""
    both = dict.fromkeys([*stands, *other])
    found = [Change(figure=one, before=stands.get(one), after=other.get(one)) for one in both]
    return [one for one in found if value_text(one.before) != value_text(one.after)]
