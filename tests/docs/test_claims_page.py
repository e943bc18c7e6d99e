"""The page on claims names every metric, verdict, reason, relation and column that there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from apportion.model.metrics import METRICS
from apportion.report.claims import _REASONS
from apportion.study.claims import AGEING, CLAIMS, CONTRADICTIONS
from apportion.study.relations import Relation
from apportion.study.verdicts import Verdict

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "concepts" / "claims.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", METRICS)
def test_each_metric_stands_there_with_its_units_and_meaning(name: str) -> None:
    metric = METRICS[name]
    assert f"| `{name}` | {', '.join(metric.units)} | {metric.meaning} |" in PAGE


@pytest.mark.parametrize("name", [*Verdict, *Relation, *_REASONS, *CLAIMS, *CONTRADICTIONS, *AGEING])
def test_each_word_of_the_answer_stands_there(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_the_rules_are_numbered_without_a_gap() -> None:
    rules = [int(number) for number in re.findall(r"\*\*E(\d+)", PAGE)]
    assert sorted(set(rules)) == list(range(1, 29))
