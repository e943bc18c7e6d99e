"""A row has one line, and two different rows never share one."""

from __future__ import annotations

import datetime as dt
from itertools import product

import polars as pl

from apportion.model.canonical import row_lines

MARKS = ("\\", "\x1f", "\x1e", "\n", "u", "")


def test_a_line_names_each_cell_that_is_not_empty_in_the_order_of_names() -> None:
    frame = pl.DataFrame(
        {
            "units": pl.Series([1_000, None], dtype=pl.Int64),
            "known_on": [dt.date(2023, 12, 1), None],
            "price": pl.Series([100, 0], dtype=pl.Decimal(9, 2)),
            "is_firm": [True, None],
            "known_to": [["alpha", "beta"], []],
            "note": ["a\x1fb", None],
            "nothing": pl.Series([None, None], dtype=pl.Null),
        }
    )
    whole = (
        "orders\x1eis_firm\x1ftrue\x1eknown_on\x1f2023-12-01\x1eknown_to\x1falpha|beta\x1e"
        "note\x1fa\\ub\x1eprice\x1f100\x1eunits\x1f1000\x1e"
    )
    expected = [whole, "orders\x1eknown_to\x1f\x1eprice\x1f0\x1e"]
    assert row_lines(frame, table="orders") == expected
    assert row_lines(frame.select(reversed(frame.columns)), table="orders") == expected
    assert row_lines(frame.clear(), table="orders") == []


def test_the_same_name_of_another_type_is_spelt_as_its_type_says() -> None:
    """What was said of a column is kept by its name and type; neither may answer for the other."""
    for values, spelt in (([10], "10"), (["1\n0"], "1\\n0"), ([["1", "\x1e"]], "1|\\e"), ([True], "true")):
        assert row_lines(pl.DataFrame({"x": values}), table="t") == [f"t\x1ex\x1f{spelt}\x1e"]
    for scale in (0, 2):
        frame = pl.DataFrame({"x": pl.Series(["10"]).cast(pl.Decimal(9, scale))})
        assert row_lines(frame, table="t") == ["t\x1ex\x1f10\x1e"]


def test_rows_whose_cells_hold_the_marks_themselves_share_no_line() -> None:
    cells = [None, *("".join(two) for two in product(MARKS, repeat=2))]
    rows = set(product(cells, repeat=2))
    frame = pl.DataFrame(list(rows), schema={"a": pl.String, "b": pl.String}, orient="row")
    assert len(set(row_lines(frame, table="t"))) == len(rows)
