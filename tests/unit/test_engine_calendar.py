"""Rounds and what counts from which of them."""

from __future__ import annotations

import datetime as dt

import pytest

from apportion.calendar import Calendar, RoundLength
from tests.build import day


@pytest.mark.parametrize(
    ("length", "rounds"),
    [
        (RoundLength.DAY, 60),  # 29 days are left of January, 29 in February 2024, and 1 and 2 March.
        (RoundLength.WEEK, 8),  # 8, 15, 22, 29 January and 5, 12, 19, 26 February.
        (RoundLength.MONTH, 2),  # 1 February and 1 March.
    ],
)
def test_rounds_are_the_first_days_of_periods_inside_the_horizon(length: RoundLength, rounds: int) -> None:
    calendar = Calendar(day("2024-01-03"), day("2024-03-03"), length=length)
    assert len(calendar) == rounds
    assert all(day("2024-01-03") <= one < day("2024-03-03") for one in calendar.rounds)


@pytest.mark.parametrize(
    ("on", "first", "after"),
    [
        ("2023-12-01", 0, 0),  # Before the start: the first round.
        ("2024-01-01", 0, 1),  # A Monday.
        ("2024-01-02", 1, 1),
        ("2024-01-08", 1, 2),
        ("2024-01-16", 3, 3),  # After the last round, the 15th: never.
    ],
)
def test_what_is_dated_between_rounds_counts_from_the_next(on: str, first: int, after: int) -> None:
    calendar = Calendar(day("2024-01-01"), day("2024-01-22"), length=RoundLength.WEEK)
    assert [one.day for one in calendar.rounds] == [1, 8, 15]
    assert calendar.first_round(day(on)) == first
    assert calendar.round_after(day(on)) == after


def test_an_unknown_day_is_before_every_round_and_after_none() -> None:
    calendar = Calendar(day("2024-01-01"), day("2024-01-22"), length=RoundLength.WEEK)
    assert calendar.first_round(None) == 0
    assert calendar.round_after(None) == 3


def test_the_first_day_counts_and_the_last_does_not() -> None:
    # 2024 is a leap year: 29 days from 1 February to 1 March.
    calendar = Calendar(day("2024-01-01"), day("2024-01-22"), length=RoundLength.DAY)
    assert calendar.days_between(day("2024-02-01"), day("2024-03-01")) == 29
    assert calendar.days_between(dt.date(2024, 1, 1), dt.date(2024, 1, 1)) == 0
