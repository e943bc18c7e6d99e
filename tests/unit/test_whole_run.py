"""A run of the tests tells its seed, and on a build machine refuses to leave a test out."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
SKIPPED_TEST = "import pytest\n\n@pytest.mark.skip(reason='no browser')\ndef test_a_page(): ...\n"
SKIPPED_FILE = "import pytest\n\npytest.importorskip('no_such_package')\n"
DRAWN = (
    "from hypothesis import given, strategies as st\n\n@given(st.integers())\ndef test_drawn(n): print(n)\n"
)
PASSED = "\n\ndef test_that_passes(): ...\n"


def run_tests(folder: Path, *options: str, ci: str) -> tuple[int, str]:
    """Run the tests of a folder under our conftest; return the exit code and what was printed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", f"--rootdir={folder}"]
    answer = subprocess.run(
        [*command, "-c", str(folder / "pytest.ini"), *options, str(folder)],
        cwd=ROOT,
        env={**os.environ, "CI": ci, "APPORTION_HYPOTHESIS": "dev"},
        capture_output=True,
        text=True,
        check=False,
    )
    return answer.returncode, answer.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    return tmp_path


@pytest.mark.parametrize("source", [SKIPPED_TEST + PASSED, SKIPPED_FILE])
@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_build_machine_refuses_a_skipped_test(folder: Path, source: str, workers: str) -> None:
    (folder / "test_left_out.py").write_text(source)
    (folder / "test_passes.py").write_text(PASSED)
    code, printed = run_tests(folder, "-n", workers, ci="true")
    assert code == pytest.ExitCode.TESTS_FAILED
    assert "1 skipped: with CI=true no test may be left out" in printed


def test_another_machine_may_skip_a_test(folder: Path) -> None:
    (folder / "test_left_out.py").write_text(SKIPPED_TEST + PASSED)
    assert run_tests(folder, ci="")[0] == pytest.ExitCode.OK


def test_the_seed_that_is_told_repeats_the_run_in_every_worker(folder: Path) -> None:
    (folder / "test_drawn.py").write_text(DRAWN)
    code, printed = run_tests(folder, "-n", "1", "-rP", ci="")
    assert code == pytest.ExitCode.OK
    [seed] = re.findall(r"repeat with --hypothesis-seed=(\d+)", printed)
    again = run_tests(folder, "-n", "1", "-rP", f"--hypothesis-seed={seed}", ci="")[1]
    assert drawn_in(printed)[:20] == drawn_in(again)[:20] != []
    other = run_tests(folder, "-n", "1", "-rP", f"--hypothesis-seed={int(seed) + 1}", ci="true")[1]
    assert drawn_in(other)[:20] != drawn_in(printed)[:20]


def drawn_in(printed: str) -> list[str]:
    """Return the numbers a test printed."""
    return re.findall(r"^-?\d+$", printed, flags=re.MULTILINE)
