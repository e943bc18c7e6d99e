"""G7: whoever is conflicted or stepped aside sees no deliberation anywhere in a book, and edits nothing it rests on."""

from __future__ import annotations

import re
import shutil
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

import apportion as ap
from apportion.commands.attachments import attach_document
from apportion.commands.audit import list_entries
from apportion.commands.audit_proofs import prove_entry
from apportion.commands.book_adding import add_scenario
from apportion.commands.decisions import act, analyse
from apportion.commands.packing import make_pack
from apportion.commands.people import change_user
from apportion.commands.session import opened
from apportion.errors import NotPermitted, RefusedError
from apportion.govern.rights import Membership, Role
from tests.decided import NAME, Clock
from tests.kept import SCENARIO
from tests.shared_market import text_of
from tests.unit.people.typed import TYPED, VOTED, WROTE, Desk, clock, desk_at, staged
from tests.unit.test_cli_commands import Runner, run

__all__ = ["clock", "run", "staged"]

SAID = re.compile(f"{VOTED}|{WROTE}")
# Cal is conflicted and has every right that anybody has beside the desk's; Amy steps aside.
CONFLICTED, RECUSED = "u-cal", "u-amy"
EVERYTHING = [Membership(Role.DESK), Membership(Role.ADMIN), Membership(Role.COMMITTEE, "alpha")]


@pytest.fixture
def desk(staged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Desk:
    """Give a book with a vote and a memo in it, and somebody conflicted who has every right that a role gives."""
    del clock
    monkeypatch.setenv("APPORTION_KEYS", str(tmp_path / "keys"))
    (tmp_path / "keys").mkdir()
    made = desk_at(staged, tmp_path, stage="review")
    with opened(made.place, "boss"):
        change_user(CONFLICTED, memberships=EVERYTHING)
    return made


def written(folder: Path) -> str:
    """Return the text of all files in a folder, and of what archives in it hold."""
    found = []
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            found.append(file.read_bytes().decode(errors="replace"))
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                found.extend(archive.read(name).decode(errors="replace") for name in archive.namelist())
    return "\n".join(found)


# What only reads, and what would be tried on a vote under way.
TRIED = (
    *("check", "export", "transfers", "pack", "db list", "audit log", "audit verify", "audit prove"),
    *(
        "decision show",
        "decision minutes",
        "decision notices",
        "decision check",
        "apply",
        "vote",
        "user list",
    ),
)


def told_to(run: Runner, desk: Desk, *, user: str, commands: Iterable[str] = TRIED) -> dict[str, str]:
    """Return what each command tells and writes to a user, as text and as JSON, each into a folder of its own."""
    told = {}
    for command in commands:
        for form in ([], ["--json"]):
            folder = desk.out / f"{command}{len(form)}".replace(" ", "-")
            folder.mkdir()
            places = {**desk.places, "out": str(folder)}
            line = TYPED[command].line(Desk(place=desk.place, places=places))
            answer = run(*line, *form, "--db", desk.place, "--as", user)
            assert answer.code in {0, 2, 4}
            if "No such option" in answer.stderr:
                continue
            told[f"{command} {form}"] = answer.stdout + answer.stderr + written(folder)
    return told


def test_g07_no_command_tells_deliberation_to_the_conflicted(run: Runner, desk: Desk) -> None:
    for command, text in told_to(run, desk, user=CONFLICTED).items():
        assert SAID.search(text) is None, command


def test_g07_nor_to_who_stepped_aside(run: Runner, desk: Desk) -> None:
    asked = ("decision show", "decision minutes", "vote", "decision notices")
    before = told_to(run, desk, user="u-bea", commands=["decision minutes"])
    assert all(SAID.search(text) for text in before.values())
    shutil.rmtree(desk.out)
    desk.out.mkdir()
    with opened(desk.place, RECUSED):
        act(SCENARIO, NAME, by="amy", verb="recuse")
    for command, text in told_to(run, desk, user=RECUSED, commands=asked).items():
        assert SAID.search(text) is None, command


def test_the_same_commands_tell_it_to_an_auditor(run: Runner, desk: Desk) -> None:
    """Hold that the words would be found: else the tests above would hold nothing."""
    commands = ("decision minutes", "pack", "export", "decision show")
    for command, text in told_to(run, desk, user="watch", commands=commands).items():
        assert SAID.search(text), command


def test_a_user_who_is_no_person_is_named_by_the_name_of_the_user(run: Runner, desk: Desk) -> None:
    with opened(desk.place, "boss"):
        change_user("boss", memberships=[Membership(Role.DESK), Membership(Role.ADMIN)])
    told = told_to(run, desk, user="boss", commands=["decision show"])
    assert any(text.count("\nboss takes no part in the decision") == 1 for text in told.values())


def test_g07_the_ledger_does_not_say_who_voted_to_who_takes_no_part(desk: Desk) -> None:
    with opened(desk.place, "watch"):
        whole = list_entries(kind="decision")
    assert not any(one.is_withheld for one in whole)
    with opened(desk.place, CONFLICTED):
        seen = list_entries(kind="decision")
        withheld = [one for one in seen if one.is_withheld]
        # A memo and a vote.
        assert len(withheld) == 2
        assert all((one.entry.by, one.entry.content) == ("", "") for one in withheld)
        assert [one.digest for one in seen] == [one.digest for one in whole]
        for one in withheld:
            with pytest.raises(NotPermitted, match="deliberation that is not for you"):
                prove_entry(one.entry.seq)
        open_ones = [one for one in seen if not one.is_withheld]
        assert all(prove_entry(one.entry.seq).entry == one.entry for one in open_ones)


@pytest.mark.parametrize("view", ["full", "auditor"])
def test_g07_no_pack_with_deliberation_is_made_by_who_takes_no_part(
    desk: Desk, tmp_path: Path, view: str
) -> None:
    with opened(desk.place, CONFLICTED), pytest.raises(NotPermitted) as refused:
        make_pack(NAME, view=view, to=tmp_path / "pack.zip")
    assert refused.value.rule == "G7"
    assert not (tmp_path / "pack.zip").exists()


def test_a_pack_without_deliberation_says_the_same_whoever_makes_it(desk: Desk, tmp_path: Path) -> None:
    roots = []
    for user in ("u-cal", "watch"):
        file = tmp_path / f"{user}.zip"
        with opened(desk.place, user):
            make_pack(NAME, view="vendor", to=file)
        with zipfile.ZipFile(file) as archive:
            roots.append(archive.read("manifest.json").partition(b'"documents":')[2].partition(b"}")[0])
    assert roots[0] == roots[1] != b""


def edits(desk: Desk, files: Path) -> dict[str, Callable[[], object]]:
    """Return what changes what a proposal rests on, by name."""
    return {
        "revise": lambda: add_scenario(str(files), name=SCENARIO),
        "attach": lambda: attach_document(SCENARIO, "E1", file=Path(desk.places["memo"])),
        "memo": lambda: act(
            SCENARIO, NAME, by="cal", verb="memo", said={"text": "x", "alternatives": ("policy-result", "w")}
        ),
        "analyse": lambda: analyse(SCENARIO, NAME, by="cal"),
    }


@pytest.fixture
def revised(desk: Desk, tmp_path: Path) -> Path:
    folder = Path(tmp_path / "revised")
    folder.mkdir()
    for file in Path(desk.places["files"]).iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    orders = folder / "orders.csv"
    orders.write_text(orders.read_text(encoding="utf-8").replace(",8,", ",9,", 1), encoding="utf-8")
    return folder


@pytest.mark.parametrize("edit", ["revise", "attach", "memo", "analyse"])
def test_g07_who_takes_no_part_edits_nothing_that_it_rests_on(desk: Desk, revised: Path, edit: str) -> None:
    with opened(desk.place, CONFLICTED), pytest.raises(RefusedError) as refused:
        edits(desk, revised)[edit]()
    assert refused.value.rule == "G7"


@pytest.mark.parametrize(
    "line",
    [
        ("db", "add", "{revised}"),
        ("attach", SCENARIO, "E1", "{memo}"),
        ("decision", "memo", SCENARIO, NAME, "--file", "{memo}", "--alternative", "policy-result"),
        ("decision", "pack", SCENARIO, NAME, "--pack", "nasdaq-5630"),
    ],
)
def test_g07_nor_from_the_command_line(run: Runner, desk: Desk, revised: Path, line: tuple[str, ...]) -> None:
    typed = [one.format_map({**desk.places, "revised": str(revised)}) for one in line]
    answer = run(*typed, "--db", desk.place, "--as", CONFLICTED)
    assert answer.code == 4, answer.stdout + answer.stderr
    told = ("takes no part", "edits nothing", "does not change the rules")
    assert any(one in answer.stderr for one in told), answer.stderr


def test_g07_who_takes_part_edits_the_same(desk: Desk, revised: Path) -> None:
    with opened(desk.place, "u-dan"):
        assert add_scenario(str(revised), name=SCENARIO).is_changed
        assert attach_document(SCENARIO, "E1", file=Path(desk.places["memo"])).is_new


def test_g07_python_tells_no_deliberation_to_who_takes_no_part(desk: Desk, tmp_path: Path) -> None:
    swap = Path(desk.places["files"]) / f"{NAME}.toml"
    with ap.book(desk.place, user=CONFLICTED):
        told = text_of([ap.check(SCENARIO), world := ap.read(SCENARIO), ap.plan(world), ap.claims(world)])
        told += text_of([ap.assess(world, swap), ap.conflicts(world, swap)])
        with pytest.raises(NotPermitted):
            ap.export(SCENARIO, tmp_path / "copy")
    assert SAID.search(told) is None
    assert not (tmp_path / "copy").exists()


def test_a_desk_that_sits_in_no_forum_is_not_told_how_many_said_yes(run: Runner, desk: Desk) -> None:
    with opened(desk.place, "boss"):
        change_user("u-dan", memberships=[Membership(Role.DESK)])
    line = ("apply", SCENARIO, NAME, "--reason", "site-ready", "--because", "x", "--db", desk.place)
    for form in ([], ["--json"]):
        answer = run(*line, *form, "--as", "u-dan")
        assert answer.code == 4
        assert "has not approved" in answer.stdout + answer.stderr
        assert "say yes" not in answer.stdout + answer.stderr
        assert '"yes"' not in answer.stdout
