"""The file of decisions: what was written reads back, and every damage of it is found where it lies."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
import zipfile
from pathlib import Path

import pytest

from apportion.digest import canonical_bytes, digest
from apportion.errors import Finding, UsageError
from apportion.files.decisions import (
    FILE,
    START,
    Log,
    Moved,
    append,
    can_be_added_to,
    decisions_beside,
    folder_to_decide_in,
    read_log,
)
from apportion.files.folder import find_scenario
from apportion.govern.events import Event, Plain

PEOPLE = "Zoë 陳"


def event(number: int, **body: Plain) -> Event:
    return Event(
        at=f"2024-01-02T09:00:{number:02}Z",
        by="ann",
        verb="state",
        proposal="swap",
        body={"text": PEOPLE} | body,
    )


def log_of(folder: Path, count: int = 5) -> Log:
    """Return the log of a folder after so many events, each added by itself."""
    log = read_log(folder)
    for number in range(count):
        log = append(folder, [event(number, of=number)], after=log)
    return log


def places(findings: tuple[Finding, ...]) -> list[tuple[int | None, str]]:
    assert {str(one.code) for one in findings} == {"decisions-broken"}
    assert all(one.file == FILE and one.expected and one.fix for one in findings)
    return [(one.row, one.column) for one in findings]


def found_in(folder: Path, lines: list[bytes]) -> list[tuple[int | None, str]]:
    (folder / FILE).write_bytes(b"".join(lines))
    log = read_log(folder)
    assert log.events == ()
    return places(log.findings)


def test_what_was_added_reads_back_in_order(tmp_path: Path) -> None:
    added = log_of(tmp_path)
    read = read_log(tmp_path)
    assert read == added
    assert read.events == tuple(event(number, of=number) for number in range(5))
    assert (read.findings, read.held) == ((), (tmp_path / FILE).read_bytes())


def test_a_folder_without_a_log_has_no_event_and_no_finding(tmp_path: Path) -> None:
    assert read_log(tmp_path) == Log(last=START)


def test_each_line_says_its_number_and_is_chained_to_the_one_before(tmp_path: Path) -> None:
    log = log_of(tmp_path, 3)
    lines = [json.loads(line) for line in (tmp_path / FILE).read_text(encoding="utf-8").splitlines()]
    assert [line["seq"] for line in lines] == [1, 2, 3]
    assert [line["before"] for line in lines] == [START, lines[0]["digest"], lines[1]["digest"]]
    for line in lines:
        assert line.pop("digest") == digest(line)
    assert log.last == json.loads(log.held.splitlines()[-1])["digest"]


def test_several_events_of_one_act_are_added_together(tmp_path: Path) -> None:
    append(tmp_path, [event(1), event(2)], after=Log())
    assert len(read_log(tmp_path).events) == 2


def test_whoever_read_an_older_log_adds_nothing(tmp_path: Path) -> None:
    older = log_of(tmp_path, 1)
    append(tmp_path, [event(2)], after=older)
    held = (tmp_path / FILE).read_bytes()
    with pytest.raises(Moved):
        append(tmp_path, [event(3)], after=older)
    assert (tmp_path / FILE).read_bytes() == held


def test_every_byte_that_is_changed_is_found_in_its_line(tmp_path: Path) -> None:
    held = log_of(tmp_path, 3).held
    ends = [at for at, byte in enumerate(held) if byte == ord("\n")]
    for at, byte in enumerate(held):
        changed = bytearray(held)
        changed[at] = byte ^ 1
        rows = [row for row, _ in found_in(tmp_path, [bytes(changed)])]
        assert 1 + sum(end < at for end in ends) in rows


def test_a_line_changed_with_its_own_digest_is_found_where_the_next_one_follows(tmp_path: Path) -> None:
    lines = log_of(tmp_path).held.splitlines(keepends=True)
    body = json.loads(lines[1])
    del body["digest"]
    body["by"] = "bob"
    lines[1] = canonical_bytes({**body, "digest": digest(body)}) + b"\n"
    assert found_in(tmp_path, lines) == [(3, "before")]


def test_a_line_taken_out_or_put_in_is_found_where_it_was(tmp_path: Path) -> None:
    lines = log_of(tmp_path).held.splitlines(keepends=True)
    assert found_in(tmp_path, [*lines[:1], *lines[2:]]) == [(2, "seq")]
    assert found_in(tmp_path, lines[1:]) == [(1, "seq")]
    assert found_in(tmp_path, [*lines[:3], lines[1], *lines[3:]]) == [(4, "seq"), (5, "seq")]


def test_lines_that_changed_places_are_found(tmp_path: Path) -> None:
    lines = log_of(tmp_path).held.splitlines(keepends=True)
    assert found_in(tmp_path, [lines[0], lines[2], lines[1], *lines[3:]]) == [
        (2, "seq"),
        (3, "seq"),
        (4, "seq"),
    ]


def test_a_log_put_together_of_two_is_found_where_they_meet(tmp_path: Path) -> None:
    lines = log_of(tmp_path, 3).held.splitlines(keepends=True)
    (tmp_path / FILE).unlink()
    first = append(tmp_path, [event(30)], after=Log())
    other = append(tmp_path, [event(31), event(32)], after=first).held.splitlines(keepends=True)
    assert found_in(tmp_path, [*lines[:1], *other[1:]]) == [(2, "before")]


@pytest.mark.parametrize(
    ("damage", "place", "told"),
    [
        (b"", (None, ""), "empty"),
        (b"\n", (1, ""), "no JSON"),
        (b"seq,at\n", (1, ""), "no JSON"),
        (b"[1]\n", (1, ""), "not an event"),
        (b"{}\n", (1, ""), "not an event"),
        (b"[" * 100_000 + b"\n", (1, ""), "no JSON"),
        (b'{"seq":1\n', (1, ""), "no JSON"),
        (b'{"at":"\xff"}\n', (1, ""), "byte 8 is not UTF-8"),
        (
            b'{"at":1,"before":"","body":{},"by":"","digest":"","proposal":"","seq":1,"verb":""}\n',
            (1, ""),
            "another kind",
        ),
        (
            b'{"at":"","before":"","body":{"x":NaN},"by":"","digest":"","proposal":"","seq":1,"verb":""}\n',
            (1, ""),
            "not spelled",
        ),
        (
            b'{"at":"\\ud800","before":"","body":{},"by":"","digest":"","proposal":"","seq":1,"verb":""}\n',
            (1, ""),
            "not spelled",
        ),
    ],
)
def test_what_is_no_log_is_found(
    tmp_path: Path, damage: bytes, place: tuple[int | None, str], told: str
) -> None:
    (tmp_path / FILE).write_bytes(damage)
    [finding] = read_log(tmp_path).findings
    assert places((finding,)) == [place]
    assert told in finding.found


def test_a_half_line_at_the_end_is_found(tmp_path: Path) -> None:
    held = log_of(tmp_path, 2).held
    for cut in (1, 40, len(held.splitlines(keepends=True)[1]) - 1):
        assert found_in(tmp_path, [held[:-cut]]) == [(2, "")]


def test_a_log_opened_and_saved_by_an_editor_is_found(tmp_path: Path) -> None:
    held = log_of(tmp_path, 1).held
    assert found_in(tmp_path, [held.replace(b"\n", b"\r\n")]) == [(1, "")]
    assert found_in(tmp_path, [b"\xef\xbb\xbf" + held]) == [(1, "")]
    assert found_in(tmp_path, [held, b"\n"]) == [(2, "")]


def test_lines_cut_off_at_the_end_show_only_to_who_holds_the_last_digest(tmp_path: Path) -> None:
    log = log_of(tmp_path)
    (tmp_path / FILE).write_bytes(b"".join(log.held.splitlines(keepends=True)[:-1]))
    cut = read_log(tmp_path)
    assert cut.findings == ()
    assert cut.last != log.last


def test_nothing_is_added_to_a_damaged_log(tmp_path: Path) -> None:
    log = log_of(tmp_path, 2)
    (tmp_path / FILE).write_bytes(log.held[:-1])
    with pytest.raises(Moved):
        append(tmp_path, [event(3)], after=log)


def test_a_link_in_place_of_the_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "scenario"
    folder.mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"kept")
    (folder / FILE).symlink_to(elsewhere)
    assert "link" in read_log(folder).findings[0].found
    assert not can_be_added_to(folder)
    with pytest.raises(UsageError, match="link"):
        append(folder, [event(1)], after=Log())
    assert elsewhere.read_bytes() == b"kept"


def test_a_file_of_another_user_is_read_and_not_added_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = log_of(tmp_path, 1)
    monkeypatch.setattr(os, "geteuid", lambda: (tmp_path / FILE).stat().st_uid + 1)
    assert read_log(tmp_path) == log
    assert not can_be_added_to(tmp_path)
    with pytest.raises(UsageError, match="belongs to another user"):
        append(tmp_path, [event(1)], after=log)


def test_a_pipe_or_folder_of_that_name_is_found_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / FILE)
    assert "no plain file" in read_log(tmp_path).findings[0].found
    (tmp_path / FILE).unlink()
    (tmp_path / FILE).mkdir()
    assert read_log(tmp_path).findings != ()


def test_a_folder_that_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Nothing can be added"):
        append(tmp_path / "gone", [event(1)], after=Log())


def test_what_reads_back_as_something_else_is_not_added(tmp_path: Path) -> None:
    with pytest.raises(TypeError):
        append(tmp_path, [event(1, share=0.5)], after=Log())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_the_file_keeps_its_mode_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    log = log_of(tmp_path, 1)
    (tmp_path / FILE).chmod(0o640)
    (tmp_path / ".decisions.jsonl.new").write_bytes(b"left by a stopped process")
    append(tmp_path, [event(2)], after=log)
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o640
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_a_log_lies_in_a_folder_in_a_zip_or_beside_a_workbook(tmp_path: Path) -> None:
    log = log_of(tmp_path, 2)
    (tmp_path / "book.xlsx").write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.writestr(FILE, log.held)
    for source in (tmp_path, tmp_path / "book.xlsx", tmp_path / "packed.zip"):
        assert read_log(source) == log
        assert decisions_beside(source) == {FILE: log.held}
    assert folder_to_decide_in(tmp_path / "book.xlsx") == tmp_path
    with pytest.raises(UsageError, match="apportion export"):
        folder_to_decide_in(tmp_path / "packed.zip")


def test_a_bundled_scenario_holds_no_decisions() -> None:
    with pytest.raises(UsageError, match="apportion export three-orders --to FOLDER"):
        folder_to_decide_in(find_scenario("three-orders"))
    assert not can_be_added_to(find_scenario("three-orders"))


WRITER = """
    import sys
    from pathlib import Path
    from apportion.files.decisions import Moved, append, read_log
    from apportion.govern.events import Event

    folder, name, count, size = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    for number in range(count):
        while True:
            log = read_log(folder)
            assert not log.findings, log.findings
            event = Event(at="2024-01-02T09:00:00Z", by=name, verb="state", proposal="swap",
                          body={"number": number, "text": "x" * size})
            try:
                append(folder, [event], after=log)
            except Moved:
                continue
            break
        print(number, flush=True)
"""


def start_writer(folder: Path, *, name: str, count: int, size: int = 10) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(WRITER), str(folder), name, str(count), str(size)],
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_that_add_at_once_lose_nothing(tmp_path: Path) -> None:
    names, count = ["ann", "bob", "cid"], 15
    writers = [start_writer(tmp_path, name=name, count=count) for name in names]
    for writer in writers:
        writer.communicate(timeout=120)
        assert writer.returncode == 0
    log = read_log(tmp_path)
    assert log.findings == ()
    for name in names:
        assert [one.body["number"] for one in log.events if one.by == name] == list(range(count))


@pytest.mark.parametrize("wait", [0.0, 0.003, 0.011, 0.023])
def test_a_process_killed_while_it_adds_leaves_a_file_that_reads(tmp_path: Path, wait: float) -> None:
    """Whatever the instant, what it said to be added is there, whole, and another can go on."""
    writer = start_writer(tmp_path, name="ann", count=100_000, size=200_000)
    assert writer.stdout is not None
    told = writer.stdout.readline()
    time.sleep(wait)
    writer.send_signal(signal.SIGKILL)
    told = [told, *writer.communicate()[0].splitlines()][-1]
    log = read_log(tmp_path)
    assert log.findings == ()
    assert len(log.events) > int(told)
    assert len(append(tmp_path, [event(1)], after=log).events) == len(log.events) + 1
    assert [file.name for file in tmp_path.iterdir()] == [FILE]


def test_a_text_with_half_of_a_character_is_told_and_the_file_is_left(tmp_path: Path) -> None:
    log = log_of(tmp_path, 1)
    broken = Event(at=event(1).at, by="ann", verb="state", proposal="p", body={"text": "\udcff"})
    with pytest.raises(UsageError, match="half of a character") as caught:
        append(tmp_path, [broken], after=log)
    assert "Nothing can be added" not in caught.value.message
    assert (tmp_path / FILE).read_bytes() == log.held
