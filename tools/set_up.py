"""Make `.venv` hold exactly what a lock file names: `python3 tools/set_up.py run` or `dev`.

1. uv, from the PATH or from the package index into `.boot`.
2. An environment in `.venv`, by a Python of this machine.
3. The packages of `requirements/run.lock` or `requirements/dev.lock`, each checked by its hash.
4. apportion itself, editable.

Notes in `.venv` keep the digest of the lock; while they fit, nothing is done. This file uses
the standard library only and runs before any package is there.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
UV_VERSION = "0.13.9"
PYTHON_NEEDED = ">=3.11"
BOOT = ROOT / ".boot"
VENV = ROOT / ".venv"
NOTES = VENV / "set-up.json"
KINDS = ("run", "dev")
WINDOWS = os.name == "nt"


def program(folder: Path, name: str) -> Path:
    """Return where an environment keeps one of its programs."""
    return folder / "Scripts" / f"{name}.exe" if WINDOWS else folder / "bin" / name


def lock_of(kind: str) -> Path:
    """Return the lock file of one kind of environment."""
    return ROOT / "requirements" / f"{kind}.lock"


def digest_of(*paths: Path) -> str:
    """Return one SHA-256 over files."""
    return hashlib.sha256(b"".join(path.read_bytes() for path in paths)).hexdigest()


def wanted_notes(kind: str) -> dict[str, str]:
    """Return what the notes in `.venv` say when each part of it is as it should be."""
    return {
        # The programs of an environment hold its path, so one that was moved is made again.
        "place": str(ROOT),
        "kind": kind,
        "packages": digest_of(lock_of(kind)),
        # pyproject.toml names the commands that the editable install writes.
        "apportion": digest_of(lock_of("build"), ROOT / "pyproject.toml"),
    }


def notes_here() -> dict[str, str]:
    """Return the notes of the environment that is there; none without one."""
    if not (NOTES.exists() and program(VENV, "python").exists()):
        return {}
    notes: dict[str, str] = json.loads(NOTES.read_text(encoding="utf-8"))
    return notes


def step(told: str, command: list[str]) -> None:
    """Run one step of the set-up and tell it, and its seconds, in one line.

    Raises:
        SystemExit: The step failed; what it printed is shown in full.
    """
    began = time.monotonic()
    # No Python is ever fetched: a machine without one gets a sentence that says so.
    environment = {**os.environ, "UV_PYTHON_DOWNLOADS": "never"}
    answer = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if answer.returncode:
        raise SystemExit(f"set-up: could not make {told}:\n{answer.stdout.strip()}")
    print(f"set-up: {told} ({time.monotonic() - began:.1f} s)", flush=True)


def uv() -> str:
    """Return a uv to call: the one on the PATH, or one put into `.boot`."""
    on_path = shutil.which("uv")
    if on_path:
        return on_path
    own, stamp = program(BOOT, "uv"), BOOT / f"uv-{UV_VERSION}"
    if not (own.exists() and stamp.exists()):
        step("a starting environment in .boot", [sys.executable, "-m", "venv", "--clear", str(BOOT)])
        pip = [str(program(BOOT, "python")), "-m", "pip", "install", "--quiet"]
        step(f"uv {UV_VERSION} in .boot", [*pip, "--disable-pip-version-check", f"uv=={UV_VERSION}"])
        stamp.touch()
    return str(own)


def set_up(kind: str) -> None:
    """Bring `.venv` to what the lock of this kind names, doing only what is not done."""
    notes = notes_here()
    # Whoever has the tools of a developer keeps them when only running; dev holds all of run.
    kind = "dev" if notes.get("kind") == "dev" else kind
    wanted = wanted_notes(kind)
    if notes == wanted:
        return
    call, into = uv(), ["--python", str(program(VENV, "python"))]
    NOTES.unlink(missing_ok=True)
    if notes.get("place") != wanted["place"]:
        venv = [call, "venv", "--quiet", "--clear", "--python", PYTHON_NEEDED, str(VENV)]
        step("a Python environment in .venv", venv)
    if notes.get("packages") != wanted["packages"]:
        lock = lock_of(kind)
        sync = [call, "pip", "sync", "--quiet", *into, "--require-hashes", str(lock)]
        step(f"the packages of requirements/{lock.name} in .venv", sync)
    build = ["--build-constraints", str(lock_of("build")), "--no-deps", "--editable", "."]
    step("apportion in .venv", [call, "pip", "install", "--quiet", *into, *build])
    NOTES.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")


def main() -> int:
    """Set up one kind of environment; exit code 2 for a kind that is not known."""
    if len(sys.argv) != len(("set_up.py", "kind")) or sys.argv[1] not in KINDS:
        print(f"usage: python3 tools/set_up.py {'|'.join(KINDS)}", file=sys.stderr)
        return 2
    set_up(sys.argv[1])
    return 0


if __name__ == "__main__":
    sys.exit(main())
