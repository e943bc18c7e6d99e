"""What people read tells facts and passes no verdict: words, pages, policy packs and messages alike."""

from __future__ import annotations

import pytest

from tools.tidy import check_verdicts, our_texts

# Put together here, so that no tool that looks for them finds them in this file.
VERDICTS = [f"{head}{tail}" for head, tail in (("fra", "ud"), ("ille", "gal"), ("cri", "me"), ("gui", "lty"))]
MUST_BE_READ = {
    "README.md",
    "docs/concepts/decisions.md",
    "docs/guides/decide.md",
    "src/apportion/report/words/en.toml",
    "src/apportion/packs/house-strict.toml",
    "src/apportion/govern/minutes.py",
}


def test_g28_no_page_word_pack_or_message_passes_a_verdict() -> None:
    texts = our_texts()
    assert texts.keys() >= MUST_BE_READ
    assert [str(problem) for path, text in texts.items() for problem in check_verdicts(path, text)] == []


@pytest.mark.parametrize("path", sorted(MUST_BE_READ))
@pytest.mark.parametrize("verdict", VERDICTS)
def test_g28_a_verdict_is_found_wherever_people_read(path: str, verdict: str) -> None:
    [problem] = check_verdicts(path, f"A conflict is present.\nIt was {verdict.title()}.\n")
    assert problem.line == 2
