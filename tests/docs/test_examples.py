"""Every Python example of the documentation runs and prints what the page says."""

from __future__ import annotations

import doctest
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
BUILT = ROOT / "docs" / "_build"
WRITTEN = [path for path in (ROOT / "docs").rglob("*.md") if BUILT not in path.parents]
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *WRITTEN])


def without_fences(text: str) -> str:
    """Return the text with the marks of code blocks blanked, which end what an example prints."""
    lines = text.splitlines()
    return "\n".join("" if line.lstrip().startswith("```") else line for line in lines)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_examples_of_a_page_run(page: Path) -> None:
    text = without_fences(page.read_text(encoding="utf-8"))
    examples = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    report: list[str] = []
    doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples, out=report.append)
    assert report == []
