"""How long does a plan of 1,000 orders over 104 weeks take, from the command line, against reading its input?"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.market import write_market

ORDERS = 1_000
SEED = 1


def seconds(*command: str) -> float:
    """Return the processor seconds that one command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_a_thousand_orders_planned_explained_certified_and_proven(tmp_path: Path) -> None:
    scenario = write_market(tmp_path / "market", orders=ORDERS, seed=SEED)
    out = tmp_path / "plan"
    run = [sys.executable, "-c", "from apportion.cli import main; main()"]
    began = time.perf_counter()
    planned = seconds(*run, "plan", str(scenario), "--out", str(out))
    waited = time.perf_counter() - began
    read = seconds(*run, "check", str(scenario))
    proven = seconds(*run, "verify", str(out))
    print(
        f"\n{ORDERS} orders over 104 weeks: plan {planned:.2f} s of processor ({waited:.2f} s waited), "
        f"{planned / read:.1f} times reading and checking ({read:.2f} s); "
        f"the proof {proven / planned:.1f} times the plan"
    )
    assert (out / "report.html").is_file()
