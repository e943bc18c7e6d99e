"""Threads and the seed of hashes change no byte: a plan is a function of the facts."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
DIGESTS = """
from random import Random
from tests.build import proven_plan
from tests.laws.holding import seen_world
from tests.worlds import restated_world
for seed in range(15):
    print(proven_plan(seen_world(restated_world(Random(seed)))).digest)
"""


def digests(*, threads: int, hash_seed: int) -> list[str]:
    told = {"POLARS_MAX_THREADS": str(threads), "PYTHONHASHSEED": str(hash_seed)}
    run = subprocess.run(
        [sys.executable, "-c", DIGESTS],
        cwd=ROOT,
        env=os.environ | told,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.split()


def test_threads_and_hashes_change_no_digest() -> None:
    one = digests(threads=1, hash_seed=1)
    assert len(set(one)) == 15
    assert one == digests(threads=4, hash_seed=2)
