"""Starting is quick: the command line is called in loops and in hooks.

Processor time is measured, not the clock: the other tests run beside this one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TRIES = 5
HEAVY = ("polars", "rich", "typer")
APPORTION = Path(sys.executable).parent / "apportion"
# A setting that forbids compiled files would have every start compile the sources again.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def start_ms(command: list[str]) -> float:
    """Return the processor time of the quickest of five runs, in milliseconds."""
    return min(one_start_ms(command) for _ in range(TRIES))


def one_start_ms(command: list[str]) -> float:
    """Return the processor time of one run, in milliseconds."""
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"{command} exits with {process.returncode}"
    return (usage.ru_utime + usage.ru_stime) * 1000


def test_importing_apportion_adds_under_60_ms() -> None:
    bare = start_ms([sys.executable, "-c", "pass"])
    assert start_ms([sys.executable, "-c", "import apportion"]) - bare < 60


def test_importing_apportion_loads_no_heavy_package() -> None:
    script = f"import sys, apportion; print(*(set({HEAVY}) & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.split() == []


def test_a_command_that_only_reads_loads_neither_a_solver_nor_a_writer() -> None:
    call = "from apportion.cli import main; sys.argv[1:] = ['check', 'tesla-x-2023']"
    script = f"import sys, atexit; {call}; atexit.register(lambda: print('!', *sys.modules)); main()"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.partition("!")[2].split())
    assert "polars" in loaded
    assert loaded & {"highspy", "jinja2", "numpy", "sqlalchemy", "xlsxwriter"} == set()


def test_help_answers_under_400_ms() -> None:
    assert start_ms([str(APPORTION), "--help"]) < 400
