"""What the uncertain does to the answers: each range alone for a tornado, those of a kind together, and all together.

An answer's least and most are looked for among the corners of the box, along each range alone, and from the best
corners along every range again until nothing improves. Between the points looked at nothing is proven but for
days moved and what follows from them alone: these rise or fall with each range by itself, so that their extremes
lie in corners.

Source: ``docs/concepts/assessment.md``, "What the uncertain does".
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import polars as pl

from apportion.study.knobs import Cell, Knob, Setting
from apportion.study.measures import UNITS, value_text
from apportion.study.variants import Answer, Answers, Variants

TOGETHER = "together"
READINESS = "readiness"
_MOST_CORNERS = 1_024
_SWEEPS = 1
# So many units of work one box may cost: settings, times the lots and orders that each looks at. It is counted and
# not timed, so that the same facts give the same answers on every machine.
_MOST_WORK = 120_000
_FEWEST = 200
_STOPS = 4
# Their extremes lie in corners: each is, with all else held, linear in a price and steady in a date or split.
_PROVEN = frozenset({"shifted_gpu_days", "delay_months_mean", "value_usd"})
# The answers for which corners may hide an extreme, and which decide whether a swap harms.
_SEARCHED = frozenset({"live_gained_gpu_days", "live_gained_gpu_days_all_sites", "idle_avoided_gpu_days"})

RANGES = {
    "case": pl.String,
    "party": pl.String,
    "measure": pl.String,
    "varied": pl.String,
    "name": pl.String,
    "column": pl.String,
    "low": pl.String,
    "plain": pl.String,
    "high": pl.String,
    "unit": pl.String,
    "is_sign_constant": pl.Boolean,
    "is_constant": pl.Boolean,
    "is_proven": pl.Boolean,
    "points": pl.Int64,
}


Points = dict[frozenset[tuple[Cell, int]], tuple[Setting, Answers]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """The least and most found of one answer while something varies.

    Attributes:
        case: The readiness of the sites; empty: all cases.
        party: The party; empty: all.
        measure: The answer.
        varied: The kind of thing varied, `together` for all, `readiness` for the cases.
        name: The knob; empty: all of that kind.
        column: What it varies of it.
        low: The least.
        plain: The value the facts state.
        high: The most.
        is_proven: Whether nothing in the box can lie outside.
        points: How many settings were looked at.
        evidence: Ids of evidence of what varies.
    """

    case: str
    party: str
    measure: str
    varied: str
    name: str = ""
    column: str = ""
    low: Fraction
    plain: Fraction
    high: Fraction
    is_proven: bool
    points: int
    evidence: tuple[str, ...] = ()

    @property
    def is_constant(self) -> bool:
        """Return whether the answer is the same wherever it was looked at."""
        return self.low == self.high

    @property
    def is_sign_constant(self) -> bool:
        """Return whether the answer is above, below or at zero wherever it was looked at."""
        return self.low > 0 or self.high < 0 or self.low == self.high == 0

    @property
    def swing(self) -> Fraction:
        """Return the most less the least."""
        return self.high - self.low


def ranges_frame(intervals: Sequence[Interval], *, currency: str) -> pl.DataFrame:
    """Return intervals as a table of text, with units."""
    rows = []
    for one in intervals:
        unit = UNITS[one.measure]
        rows.append(
            (
                one.case,
                one.party,
                one.measure,
                one.varied,
                one.name,
                one.column,
                value_text(one.low),
                value_text(one.plain),
                value_text(one.high),
                currency if unit == "USD" else unit,
                one.is_sign_constant,
                one.is_constant,
                one.is_proven,
                one.points,
            )
        )
    return pl.DataFrame(rows, schema=RANGES, orient="row")


def study_ranges(variants: Variants, knobs: Sequence[Knob], *, case: str) -> list[Interval]:
    """Return the intervals of every answer: each knob alone, each kind together, and all together.

    Args:
        variants: The scope in one case.
        knobs: What is uncertain.
        case: The case's name.
    """
    return list(_Study(variants, knobs, case=case).intervals())


def across_cases(intervals: Sequence[Interval]) -> list[Interval]:
    """Return what each answer does over all cases, with all ranges at their plain values and with all varied."""
    groups: dict[tuple[str, str], list[Interval]] = {}
    for one in intervals:
        if one.varied == TOGETHER:
            groups.setdefault((one.party, one.measure), []).append(one)
    found = []
    for (party, measure), group in groups.items():
        stated = [one.plain for one in group]
        middle = stated[len(stated) // 2] if len(stated) > 1 else stated[0]
        common = {"case": "", "party": party, "measure": measure, "plain": middle}
        found.append(
            Interval(
                **common,  # type: ignore[arg-type]
                varied=READINESS,
                low=min(stated),
                high=max(stated),
                is_proven=True,
                points=len(group),
            )
        )
        found.append(
            Interval(
                **common,  # type: ignore[arg-type]
                varied=TOGETHER,
                low=min(one.low for one in group),
                high=max(one.high for one in group),
                is_proven=all(one.is_proven for one in group),
                points=sum(one.points for one in group),
            )
        )
    return found


class _Study:
    """Varies one scope in one case."""

    def __init__(self, variants: Variants, knobs: Sequence[Knob], *, case: str) -> None:
        self._variants = variants
        self._knobs = knobs
        self._case = case
        self._plain = variants.answers({})
        each = 1 + len(variants.book.lots) + len(variants.book.lines)
        self._most = max(_FEWEST, _MOST_WORK // each)
        self._most_corners = min(_MOST_CORNERS, self._most)
        self._is_short = sum(len(knob.grid) for knob in knobs) > self._most

    @property
    def _is_spent(self) -> bool:
        """Return whether as many settings were looked at as one case may cost."""
        return self._variants.answered >= self._most

    def _points(self, knob: Knob) -> Sequence[Setting]:
        """Return the settings of a range alone: of very many ranges its ends."""
        return knob.corners if self._is_short else knob.grid

    def intervals(self) -> Iterator[Interval]:
        """Yield every interval."""
        for knob in self._knobs:
            answers = [self._variants.answers(setting) for setting in self._points(knob)]
            yield from self._spread(
                answers, varied=str(knob.kind), name=knob.name, column=knob.column, evidence=knob.evidence
            )
        kinds = list(dict.fromkeys(knob.kind for knob in self._knobs))
        for kind in kinds:
            own = [knob for knob in self._knobs if knob.kind is kind]
            yield from self._spread(self._explore(own), varied=str(kind), is_full=self._is_full(own))
        yield from self._spread(
            self._explore(self._knobs), varied=TOGETHER, is_full=self._is_full(self._knobs)
        )

    def _is_full(self, knobs: Sequence[Knob]) -> bool:
        """Return whether all corners of a box are looked at."""
        return _count(len(knob.corners) for knob in knobs) <= self._most_corners

    def _explore(self, knobs: Sequence[Knob]) -> list[Answers]:
        """Return the answers at all points of a box that are looked at."""
        settings: list[Setting] = [{}]
        if _count(len(knob.grid) for knob in knobs) <= self._most_corners:
            settings.extend(_joined(point) for point in itertools.product(*(knob.grid for knob in knobs)))
        elif self._is_full(knobs):
            settings.extend(
                _joined(corner) for corner in itertools.product(*(knob.corners for knob in knobs))
            )
        settings.extend(setting for knob in knobs for setting in self._points(knob))
        answers: Points = {frozenset(one.items()): (one, self._variants.answers(one)) for one in settings}
        is_full = self._is_full(knobs)
        for answer in self._plain:
            if len(knobs) > 1 and (answer[1] in _SEARCHED or not is_full):
                for sign in (1, -1):
                    self._climb(answers, knobs, answer=answer, sign=sign)
        return [found for _, found in answers.values()]

    def _climb(
        self,
        answers: Points,
        knobs: Sequence[Knob],
        *,
        answer: Answer,
        sign: int,
    ) -> None:
        """Go from the best point along every knob until nothing improves."""

        def worth(found: Answers) -> Fraction:
            value = found[answer]
            return sign * value if value is not None else Fraction(-(10**30))

        best, best_answers = max(answers.values(), key=lambda one: worth(one[1]))
        for _ in range(_SWEEPS):
            before = worth(best_answers)
            for knob in knobs:
                if self._is_spent:
                    return
                for setting in _few(knob.grid):
                    tried = {**best, **setting}
                    found = self._variants.answers(tried)
                    answers.setdefault(frozenset(tried.items()), (tried, found))
                    if worth(found) > worth(best_answers):
                        best, best_answers = tried, found
            if worth(best_answers) == before:
                return

    def _spread(
        self,
        answers: Sequence[Answers],
        *,
        varied: str,
        name: str = "",
        column: str = "",
        evidence: tuple[str, ...] = (),
        is_full: bool = True,
    ) -> Iterator[Interval]:
        for answer, plain in self._plain.items():
            values = [found[answer] for found in [self._plain, *answers]]
            known = [value for value in values if value is not None]
            if plain is None or len(known) < len(values):
                continue
            yield Interval(
                case=self._case,
                party=answer[0],
                measure=answer[1],
                varied=varied,
                name=name,
                column=column,
                low=min(known),
                plain=plain,
                high=max(known),
                is_proven=is_full and answer[1] in _PROVEN,
                points=len(answers),
                evidence=evidence,
            )


def _count(sizes: Iterable[int]) -> int:
    """Return how many combinations there are, or one too many once they are more than are looked at."""
    count = 1
    for size in sizes:
        count *= size
        if count > _MOST_CORNERS:
            break
    return count


def _few(grid: Sequence[Setting]) -> Sequence[Setting]:
    """Return some settings of a grid, both ends among them."""
    every = max(1, len(grid) // _STOPS)
    return [*grid[:-1:every], grid[-1]]


def _joined(settings: Sequence[Setting]) -> Setting:
    joined: dict[tuple[str, str, str], int] = {}
    for setting in settings:
        joined.update(setting)
    return joined


def find_interval(
    intervals: Sequence[Interval], *, measure: str, party: str = "", varied: str = TOGETHER, case: str = ""
) -> Interval | None:
    """Return the interval of one answer where there is one."""
    wanted = (measure, party, varied, case)
    for one in intervals:
        if (one.measure, one.party, one.varied, one.case) == wanted and not one.name:
            return one
    return None
