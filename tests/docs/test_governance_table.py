"""The page of rules and tests is current, and a rule that loses its tests is found."""

from __future__ import annotations

from pathlib import Path

from apportion.govern.refusal import Rule
from tools.make_governance_table import MEANINGS, PAGE, TESTS, claims_by_rule, page_text, untested


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == "\n".join(page_text(claims_by_rule(TESTS))) + "\n", (
        "run python tools/make_governance_table.py"
    )


def test_every_rule_has_a_meaning_and_a_test() -> None:
    assert set(MEANINGS) == set(Rule)
    assert untested(claims_by_rule(TESTS)) == []


def test_a_rule_without_a_test_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_some.py").write_text(
        "def test_g10_two_are_no_majority() -> None: ...\n\ndef test_g3_a_share() -> None: ...\n",
        encoding="utf-8",
    )
    found = claims_by_rule(folder)
    assert found == {
        "G10": [("two are no majority", "tests/test_some.py")],
        "G3": [("a share", "tests/test_some.py")],
    }
    assert "G10" not in untested(found)
    assert "G9" in untested(found)
