"""A table of another system, every cell as text → the same rows in our columns and words, with all that was read so.

Stages: columns that are not there → lengths, ranks and states in our words → rows that are none of the table left
out. Nothing is read in silence: which columns are taken for which is told once, and each state, rank or length
whose meaning could be another is told with the row where it first stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction

import polars as pl

from apportion.errors import Code, Finding, Severity
from apportion.files.other_names import (
    LEFT_OUT,
    Holds,
    OtherColumn,
    OtherTable,
    States,
    other_tables_of,
    squashed,
)
from apportion.model.columns import Kind, Table
from apportion.model.parsing import ROW

_DAY_AT_MIDNIGHT = r"^\s*(\d{4}-\d{2}-\d{2})[\sT]+00:00(?::00(?:\.0+)?)?\s*$"
_SECONDS = re.compile(r"\d{1,15}(\.0*)?")
_CLOCK = re.compile(r"(?:(\d{1,6})(?: days?,)? +)?(\d{1,9}):([0-5]\d):([0-5]\d)(?:\.0+)?")
_ISO_DAYS = re.compile(r"P(\d{1,9})D")
_SECONDS_PER_DAY = 86_400
_SECONDS_PER_HOUR = 3_600
_SECONDS_PER_MINUTE = 60


class OtherReader:
    """Reads one table of another system, keeping every finding on the way.

    Attributes:
        text: The rows, in our columns.
        findings: What was found so far.
    """

    def __init__(
        self, text: pl.DataFrame, other: OtherTable, *, theirs: Mapping[str, str], place: str
    ) -> None:
        """Start with the columns under our names.

        Args:
            text: Every cell as text, empty ones null, with the row numbers in `_row`.
            other: The table it is.
            theirs: Of our columns the header under which each stands in the file, where that is not ours.
            place: The file or sheet as findings name it.
        """
        self.text = text
        self.findings: list[Finding] = []
        self._other = other
        self._theirs = theirs
        self._place = place

    def read(self) -> pl.DataFrame:
        """Return the rows in our columns and words."""
        self.findings.append(self._names())
        self._read_unread()
        if self._other.states is not None:
            self._read_states(self._other.states)
        for column in self._other.columns:
            if column.ours in self._theirs:
                self._read_column(column)
        days = [one.name for one in self._other.ours.columns if one.kind is Kind.DAY]
        self.text = self.text.with_columns(
            pl.col(name).str.replace(_DAY_AT_MIDNIGHT, "${1}") for name in days if name in self.text.columns
        )
        self._add_columns()
        return self.text

    def _names(self) -> Finding:
        other = self._other
        read = [f"{header!r} as {ours}" for ours, header in self._theirs.items()]
        read += [
            f"{self._theirs.get(source, source)!r} as {name} too"
            for name, source in other.copies.items()
            if self._is_added(name) and source in self.text.columns
        ]
        read += [
            f"{name} {value!r} in every row" for name, value in other.fills.items() if self._is_added(name)
        ]
        return Finding(
            code=Code.OTHER_NAMES,
            severity=Severity.INFO,
            file=self._place,
            found=f"It bears a name of {other.system} and is read as {other.table}: "
            f"{', '.join(read) or 'every column under its own name'}.",
            expected=f"a table {other.table}, or one in the names of {other.system}.",
            fix="Nothing, if that is meant; else rename it. What is written bears our names.",
        )

    def _is_added(self, name: str) -> bool:
        return name not in self.text.columns

    def _add_columns(self) -> None:
        columns = set(self.text.columns)
        copies = {name: pl.col(source) for name, source in self._other.copies.items() if source in columns}
        fills = {name: pl.lit(value, dtype=pl.String) for name, value in self._other.fills.items()}
        added = {name: made for name, made in {**copies, **fills}.items() if name not in columns}
        self.text = self.text.with_columns(**added)

    def _read_unread(self) -> None:
        by_name = {squashed(name): name for name in self.text.columns}
        for unread in self._other.unread:
            name = next((by_name[squashed(one)] for one in unread.names if squashed(one) in by_name), None)
            if name is None:
                continue
            cell = pl.col(name)
            rows = self.text.filter(cell.is_not_null() & ~cell.str.to_lowercase().is_in(unread.plain))
            if rows[name].n_unique() >= unread.least:
                values = ", ".join(map(repr, rows[name].unique(maintain_order=True).head(3).to_list()))
                self._tell(
                    name,
                    row=rows[ROW][0],
                    found=f"The column says {values} in {len(rows)} row(s), which changes a plan of "
                    f"{self._other.system}; it is kept and changes nothing here: {unread.why}.",
                    expected="rows that mean the same without this column.",
                    fix="Look whether that is acceptable; else leave these rows out.",
                )

    def _read_states(self, states: States) -> None:
        name = states.column
        if name not in self.text.columns:
            if states.if_empty:
                self._tell(
                    name,
                    found=f"There is no column {name!r}: {states.if_empty}; every row counts.",
                    expected=f"a column {name!r}, as {self._other.system} has it.",
                    fix="Add the column, or look whether every row is still to come.",
                )
            return
        self._check_states(states)
        cell = pl.col(name)
        state = cell.str.strip_chars().str.to_lowercase()
        for word in states.words:
            rows = self.text.filter(state == word.theirs)
            if word.why and len(rows):
                read = "left out" if word.ours == LEFT_OUT else f"read as {word.ours!r}"
                self._tell(
                    name,
                    row=rows[ROW][0],
                    found=f"{len(rows)} row(s) have the status {word.theirs!r}; they are {read}: {word.why}.",
                    expected=f"a status that {self._other.table} has too.",
                    fix="Nothing, if that is meant; else correct the status.",
                )
        left_out = [word.theirs for word in states.words if word.ours == LEFT_OUT]
        self.text = self.text.filter(cell.is_null() | ~state.is_in(left_out))
        if name in self._other.ours.by_name:
            ours = {word.theirs: word.ours for word in states.words}
            read_as = state.replace_strict(ours, default=None, return_dtype=pl.String)
            self.text = self.text.with_columns(pl.coalesce(read_as, cell).alias(name))

    def _check_states(self, states: States) -> None:
        """Tell the rows whose state is none; of our own column the contract says which words it takes."""
        name = states.column
        known = [word.theirs for word in states.words]
        for row, value in self.text.select(ROW, name).iter_rows():
            if value is None:
                if not states.if_empty:
                    continue
                found = f"The cell is empty: {states.if_empty}."
            elif value.strip().lower() in known or name in self._other.ours.by_name:
                continue
            else:
                found = f"The cell holds {value!r}."
            self._tell(
                name,
                row=row,
                found=found,
                expected=f"one of {', '.join(known)}.",
                fix="Fill in how the row stands, or take the row out.",
                severity=Severity.ERROR,
            )

    def _read_column(self, column: OtherColumn) -> None:
        match column.holds:
            case Holds.ONE:
                marks = f"[{re.escape(column.marks)}]"
                wrong = self.text.filter(pl.col(column.ours).str.contains(marks).fill_null(value=False))
                self._tell_cells(
                    wrong,
                    column.ours,
                    expected=f"one name without {' or '.join(map(repr, column.marks))}, which {column.ours} reads as "
                    "a mark.",
                    found=lambda cell: f"The cell holds {cell!r}.",
                )
            case Holds.RANK:
                self._read_rank(column.ours)
            case Holds.LENGTH:
                self._read_length(column.ours)
            case Holds.SAME:
                pass

    def _read_rank(self, ours: str) -> None:
        system, cell = self._other.system, pl.col(ours)
        filled = self.text.filter(cell.is_not_null())
        if len(filled):
            self._tell(
                ours,
                row=filled[ROW][0],
                found=f"{self._theirs[ours]!r} is read as {ours} in {len(filled)} row(s): the lowest number is served "
                f"first, as in {system}.",
                expected="ranks that count from the same end.",
                fix=f"If a high number is to be first, put a column {ours} in its place: 1 is served first.",
            )
        self._tell_cells(
            self.text.filter(cell.is_null()),
            ours,
            expected="a whole number from 1 on.",
            found=lambda _: f"The cell is empty, which would be first here and is another rank in {system}.",
        )

    def _read_length(self, ours: str) -> None:
        lengths = {text: length_in_days(text) for text in self.text[ours].drop_nulls().unique().to_list()}
        days = {
            text: str(length)
            for text, length in lengths.items()
            if length is not None and length.denominator == 1
        }
        wrong = self.text.filter(pl.col(ours).is_not_null() & ~pl.col(ours).is_in(list(days)))

        def found(cell: str | None) -> str:
            length = lengths.get(cell or "")
            if length is None:
                return f"The cell holds {cell!r}."
            return f"The cell holds {cell!r}, which is {float(length):g} days."

        self._tell_cells(
            wrong,
            ours,
            expected="a length of whole days, as seconds, as H:MM:SS, or as P7D for 7 days.",
            found=found,
        )
        read = pl.col(ours).replace_strict(days, default=None, return_dtype=pl.String)
        self.text = self.text.with_columns(read.alias(ours))

    def _tell(
        self,
        column: str,
        *,
        row: int | None = None,
        found: str,
        expected: str,
        fix: str,
        severity: Severity = Severity.WARNING,
    ) -> None:
        self.findings.append(
            Finding(
                code=Code.OTHER_MEANING,
                severity=severity,
                file=self._place,
                row=row,
                column=column,
                found=found,
                expected=expected,
                fix=fix,
            )
        )

    def _tell_cells(
        self, rows: pl.DataFrame, ours: str, *, expected: str, found: Callable[[str | None], str]
    ) -> None:
        self.findings.extend(
            Finding(
                code=Code.VALUE_INVALID,
                severity=Severity.ERROR,
                file=self._place,
                row=row,
                column=ours,
                found=found(cell),
                expected=expected,
                fix=f"Correct the cell under {self._theirs[ours]!r}.",
            )
            for row, cell in rows.select(ROW, ours).iter_rows()
        )


def length_in_days(text: str) -> Fraction | None:
    """Return a length of time in days, exact; None where the text is none that is certain.

    >>> [str(length_in_days(text)) for text in ("259200", "168:00:00", "01:00:00", "7 00:00:00", "P2D", "7 days")]
    ['3', '7', '1/24', '7', '2', 'None']
    """
    trimmed = text.strip()
    if _SECONDS.fullmatch(trimmed):
        return Fraction(trimmed) / _SECONDS_PER_DAY
    if found := _CLOCK.fullmatch(trimmed):
        days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
        whole = hours * _SECONDS_PER_HOUR + minutes * _SECONDS_PER_MINUTE + seconds
        return days + Fraction(whole, _SECONDS_PER_DAY)
    found = _ISO_DAYS.fullmatch(trimmed)
    return None if found is None else Fraction(int(found[1]))


def in_our_names(
    text: pl.DataFrame, other: OtherTable, *, place: str
) -> tuple[pl.DataFrame | None, list[Finding]]:
    """Return the rows of a file in our columns and words, None where two of its columns are one of ours.

    Args:
        text: Every cell as text under the headers of the file, with the row numbers in `_row`.
        other: The table it is.
        place: The file as findings name it.
    """
    own = {squashed(name): name for name in other.ours.by_name}
    names = {at: name for at, name in enumerate(text.columns) if name != ROW}
    there = {own[squashed(name)] for name in names.values() if squashed(name) in own}
    taken = other.taken(names, there=there)
    columns = {at: taken.get(at) or own.get(squashed(name), name) for at, name in names.items()}
    twice = list(check_twice(columns, names, place=place))
    if twice:
        return None, twice
    theirs = {ours: names[at] for at, ours in taken.items()}
    renamed = text.rename({names[at]: column for at, column in columns.items()})
    reader = OtherReader(renamed, other, theirs=theirs, place=place)
    return reader.read(), reader.findings


def check_twice(columns: Mapping[int, str], headers: Mapping[int, str], *, place: str) -> Iterator[Finding]:
    """Yield each column that several headers mean.

    Args:
        columns: The column of each place.
        headers: What stands over it.
        place: The file or sheet as findings name it.
    """
    for name in dict.fromkeys(columns.values()):
        found = [headers[at] for at, one in columns.items() if one == name]
        if len(found) > 1:
            yield Finding(
                code=Code.COLUMN_DUPLICATE,
                severity=Severity.ERROR,
                file=place,
                column=name,
                found=f"The headers {' and '.join(map(repr, found))} both mean the column {name}.",
                expected="each column once, under our name or another.",
                fix="Take one of them out.",
            )


def check_not_taken(header: Sequence[str], table: Table, *, place: str) -> Iterator[Finding]:
    """Yield the columns of a table of ours that bear another system's name for one that is not there."""
    for other in other_tables_of(table):
        taken = other.taken(dict(enumerate(header)), there=set(table.by_name))
        for at, ours in taken.items():
            if ours not in header:
                yield Finding(
                    code=Code.COLUMN_UNKNOWN,
                    severity=Severity.WARNING,
                    file=place,
                    column=header[at],
                    found=f"There is no column {ours!r}; {header[at]!r}, as {other.system} calls it, is kept and "
                    "changes nothing.",
                    expected=f"our names in the table {table.name}.",
                    fix=f"Rename the column if {ours} is meant, or the table to {other.sheets[0]!r}.",
                )
