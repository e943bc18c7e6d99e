"""The rungs are tried in order, and only a browser that starts counts."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tools import get_browser

APT, NPM, PLAYWRIGHT = Path("apt"), Path("npm"), Path("playwright")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[set[Path]], None]:
    """Give a way to say which browsers start, on a machine that has none yet."""
    monkeypatch.delenv(get_browser.SETTING, raising=False)
    monkeypatch.setattr(get_browser, "NOTE", tmp_path / ".browser")
    monkeypatch.setattr("shutil.which", lambda _name: None)
    rungs = tuple((f"by {path}", lambda path=path: path) for path in (APT, NPM, PLAYWRIGHT))
    monkeypatch.setattr(get_browser, "RUNGS", rungs)

    def with_browsers(working: set[Path]) -> None:
        monkeypatch.setattr(get_browser, "starts", lambda browser: Path(browser) in working)

    return with_browsers


def test_the_first_rung_whose_browser_starts_is_taken(machine: Callable[[set[Path]], None]) -> None:
    machine({NPM, PLAYWRIGHT})
    assert get_browser.get_browser() == (NPM, "by npm")


def test_a_browser_that_is_named_comes_first(
    machine: Callable[[set[Path]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(get_browser.SETTING, "named")
    machine({Path("named"), APT})
    assert get_browser.get_browser() == (Path("named"), "already here")


def test_a_named_browser_that_does_not_start_is_not_replaced(
    machine: Callable[[set[Path]], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(get_browser.SETTING, "broken")
    machine({APT})
    with pytest.raises(get_browser.NoBrowserError, match="names broken, which does not start"):
        get_browser.get_browser()


def test_what_was_found_is_noted_and_taken_next_time(
    machine: Callable[[set[Path]], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = tmp_path / "browser"
    browser.touch()
    (tmp_path / ".browser").write_text(f"{browser}\n")
    machine({browser})
    assert get_browser.main() == 0
    assert capsys.readouterr().out.startswith(f"browser: {browser}, already here")


def test_without_any_one_sentence_lists_the_rungs(
    machine: Callable[[set[Path]], None], capsys: pytest.CaptureFixture[str]
) -> None:
    machine(set())
    assert get_browser.main() == 1
    problem = capsys.readouterr().err
    assert problem.count("\n") == 1
    assert all(word in problem for word in ("APPORTION_CHROMIUM", "apt-get", "npm", "playwright install"))
