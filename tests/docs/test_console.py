"""Every command in the tutorial, the guides and the README runs and prints what the page says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.console import ROOT, fits, run_steps, steps_of

PAGES = [
    ROOT / "README.md",
    ROOT / "docs" / "tutorial.md",
    ROOT / "docs" / "examples.md",
    *sorted((ROOT / "docs" / "guides").glob("*.md")),
]
PAGE = """\
A picture of a block:

```console
$ echo one; echo two
one
two
$ false
$ echo $?
1
$ seq 9
1
…
9
```
"""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_the_commands_of_a_page_print_what_it_says(page: Path, tmp_path: Path) -> None:
    steps = list(steps_of(page.read_text(encoding="utf-8")))
    printed = run_steps(steps, folder=tmp_path)
    assert len(printed) == len(steps), "the shell ended early"
    for step, now in zip(steps, printed, strict=True):
        assert fits(step.expected, now), (
            f"{page.name}, line {step.line + 1}: {step.command}\nprints\n" + "\n".join(now)
        )


def test_a_block_is_read_command_by_command_in_one_shell(tmp_path: Path) -> None:
    steps = list(steps_of(PAGE))
    assert [step.command for step in steps] == ["echo one; echo two", "false", "echo $?", "seq 9"]
    printed = run_steps(steps, folder=tmp_path)
    assert printed[:3] == [["one", "two"], [], ["1"]]
    assert all(fits(step.expected, now) for step, now in zip(steps, printed, strict=True))


def test_a_page_that_says_otherwise_is_refused() -> None:
    assert not fits(["one"], ["one", "two"])
    assert not fits(["one", "…", "three"], ["one", "two"])
    assert not fits([], ["one"])
