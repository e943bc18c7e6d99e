"""How much slower than a bare interpreter is the start of apportion?"""

from __future__ import annotations

import subprocess
import sys
import time

TRIES = 10


def quickest_ms(*command: str) -> float:
    """Return the time of the quickest of ten runs."""
    return min(one_run_ms(*command) for _ in range(TRIES))


def one_run_ms(*command: str) -> float:
    """Return the time of one run."""
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return (time.perf_counter() - began) * 1000


def test_the_start_of_the_library_and_of_the_command_line() -> None:
    bare = quickest_ms(sys.executable, "-c", "pass")
    library = quickest_ms(sys.executable, "-c", "import apportion")
    command = quickest_ms(sys.executable, "-c", "from apportion.cli import main")
    print(f"\nimport apportion: {library / bare:.1f} bare starts; its command line: {command / bare:.1f}")
    assert library < 5 * bare
