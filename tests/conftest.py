"""How every test runs: seeds that are told, and on a build machine no test left out."""

from __future__ import annotations

import os
import secrets
from typing import Protocol

import hypothesis
import pytest

SEED_LIMIT = 2**32

# A failure prints the blob that repeats it; no deadline, since a shared machine may stall.
# Hypothesis by itself draws the same examples each time on a build machine; ours differ, and the
# seed is told.
for profile, max_examples in {"dev": 50, "ci": 50, "soak": 5_000}.items():
    hypothesis.settings.register_profile(
        profile, print_blob=True, deadline=None, derandomize=False, max_examples=max_examples
    )


def on_build_machine() -> bool:
    """Return whether this run decides on a change."""
    return os.environ.get("CI", "").lower() == "true"


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Choose the profile, and a seed to be told, before hypothesis and the workers start."""
    profile = os.environ.get("APPORTION_HYPOTHESIS", "ci" if on_build_machine() else "dev")
    hypothesis.settings.load_profile(profile)
    told = getattr(config, "workerinput", {}).get("hypothesis_seed")
    if config.option.hypothesis_seed is None:
        config.option.hypothesis_seed = told or str(secrets.randbelow(SEED_LIMIT))


class WorkerNode(Protocol):
    """What xdist tells of a worker it is about to start."""

    config: pytest.Config
    workerinput: dict[str, str]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerNode) -> None:
    """Hand the seed to a worker, which else would draw one of its own."""
    node.workerinput["hypothesis_seed"] = node.config.option.hypothesis_seed


def left_out(config: pytest.Config) -> int:
    """Return how many tests were skipped, whole files included."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return len(reporter.stats.get("skipped", [])) if reporter else 0


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run on a build machine that left a test out: a skipped test looks like a passed one."""
    if on_build_machine() and left_out(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell the seed that repeats this run, and why a run that left a test out fails."""
    config = terminalreporter.config
    terminalreporter.write_line(f"repeat with --hypothesis-seed={config.option.hypothesis_seed}")
    # What a test counted reaches the terminal through its report: a worker has no terminal of its own.
    for report in terminalreporter.getreports("passed") + terminalreporter.getreports("failed"):
        for name, told in report.user_properties:
            if name == "told":
                terminalreporter.write_line(str(told))
    if on_build_machine() and left_out(config):
        terminalreporter.write_line(
            f"{left_out(config)} skipped: with CI=true no test may be left out; make it run or remove it.",
            red=True,
        )
