"""Console blocks of a page: find them, run them, compare, and write what they print now.

A block opens with ```` ```console ````. A line that starts with ``$ `` is a command, what follows it is what it
prints; ``…`` alone on a line stands for any lines. The blocks of a page run one after another in one shell, in a
folder of their own that holds `examples/`. To accept what is printed now, run
``python -m tests.docs.console PAGE…``; a command whose page holds a ``…`` is left as it is where it still fits.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
OPENING, CLOSING, PROMPT, ANY = "```console", "```", "$ ", "…"
_END = "==end of command=="


@dataclass(frozen=True, slots=True)
class Step:
    """One command of a page.

    Attributes:
        line: The line of the command, from 0.
        end: The first line after what it prints.
        command: What is run.
        expected: What the page says that it prints.
    """

    line: int
    end: int
    command: str
    expected: tuple[str, ...]


def steps_of(text: str) -> Iterator[Step]:
    """Yield the commands of all console blocks of a page."""
    lines = text.splitlines()
    inside, at = False, 0
    while at < len(lines):
        if not inside or not lines[at].startswith(PROMPT):
            inside = lines[at] == OPENING or (inside and lines[at] != CLOSING)
            at += 1
            continue
        end = at + 1
        while lines[end] != CLOSING and not lines[end].startswith(PROMPT):
            end += 1
        command = lines[at].removeprefix(PROMPT)
        yield Step(at, end, command, tuple(line.rstrip() for line in lines[at + 1 : end]))
        at = end


def run_steps(steps: Sequence[Step], *, folder: Path) -> list[list[str]]:
    """Return what each command prints, all run in one shell in a folder of their own."""
    shutil.copytree(ROOT / "examples", folder / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    ends = f'kept=$?; echo; echo "{_END}"; (exit "$kept")'
    script = "\n".join(f"{step.command}\n{ends}" for step in steps)
    programs = Path(sys.executable).parent
    answer = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "COLUMNS": "80", "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    printed = answer.stdout.split(f"{_END}\n")[: len(steps)]
    return [[line.rstrip() for line in part.removesuffix("\n").splitlines()] for part in printed]


def fits(expected: Sequence[str], printed: Sequence[str]) -> bool:
    """Return whether a command printed what the page says.

    >>> fits(["a", "…", "z"], ["a", "b", "c", "z"]), fits(["a"], ["a", "b"]), fits(["…"], [])
    (True, False, True)
    """
    pattern = "".join(r"(.*\n)*" if line == ANY else f"{re.escape(line)}\n" for line in expected)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in printed)) is not None


def accepted(text: str) -> str:
    """Return a page with what its commands print now."""
    steps = list(steps_of(text))
    with tempfile.TemporaryDirectory() as folder:
        printed = run_steps(steps, folder=Path(folder))
    lines = text.splitlines()
    for step, now in reversed(list(zip(steps, printed, strict=True))):
        if any(line.startswith("internal-error") for line in now):
            raise SystemExit(f"{step.command} fails by a bug of ours: {' '.join(now)}")
        if not fits(step.expected, now):
            lines[step.line + 1 : step.end] = now
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        page = Path(name)
        page.write_text(accepted(page.read_text(encoding="utf-8")), encoding="utf-8")
