"""Results in a book: kept once under their digest, an entry each time; and the checkpoint that a plan says."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from apportion.commands.assessments import assess_scenario
from apportion.commands.attachments import attach_document
from apportion.commands.book_adding import add_scenario
from apportion.commands.claims import claims_of_scenario
from apportion.commands.plans import explain_order, plan_scenario, verify_plan
from apportion.commands.results import tell_checkpoint
from apportion.commands.session import opened
from apportion.commands.sources import find_source
from apportion.govern.checkpoints import Signed
from apportion.store.book import open_book
from apportion.store.places import Place
from tests.build import write_scenario
from tests.decided import NAME
from tests.kept import DESK, SCENARIO, Kept, make_kept
from tests.unit.test_attachments import PDF, document
from tests.unit.test_trace import SETTINGS, tables


def kept_as(kept: Kept, kind: str) -> tuple[list[dict[str, object]], dict[str, bytes]]:
    """Return what the entries of a kind say, and the objects of that kind."""
    with open_book(Place.parse(kept.place)).read() as reading:
        told = [reading.said(one)[1][kind] for one in list(reading.entries(kind=kind, subject=SCENARIO))]
        held = {digest: reading.object(digest) for digest, _ in list(reading.objects(kind))}
    return told, held


def test_a_plan_is_kept_once_with_an_entry_each_time(kept: Kept, tmp_path: Path) -> None:
    with opened(kept.place, DESK):
        world, plan = plan_scenario(SCENARIO, out=tmp_path / "plan", changes={})
        plan_scenario(SCENARIO, out=None, changes={})
    told, held = kept_as(kept, "plan")
    assert [one["digest"] for one in told] == [plan.digest] * 2
    assert {one["world"] for one in told} == {world.digest}
    [whole] = held.values()
    files = json.loads(whole)
    assert files["allocations.csv"].encode() == (tmp_path / "plan" / "allocations.csv").read_bytes()
    assert {**json.loads(files["plan.json"]), "source": SCENARIO} == json.loads(
        (tmp_path / "plan" / "plan.json").read_text(encoding="utf-8")
    )
    with open_book(Place.parse(kept.place)).read() as reading:
        assert reading.world(world.digest).digest == world.digest


def test_an_assessment_and_claims_are_kept_under_the_digest_of_all_they_say(kept: Kept) -> None:
    with opened(kept.place, DESK):
        for _ in range(2):
            assess_scenario(SCENARIO, NAME)
        claims_of_scenario(SCENARIO)
    for kind, count, file in (("assessment", 2, "comparison.json"), ("claims", 1, "claims.json")):
        told, held = kept_as(kept, kind)
        [(digest, whole)] = held.items()
        assert [one["digest"] for one in told] == [digest] * count
        assert hashlib.sha256(whole).hexdigest() == digest
        assert file in json.loads(whole)


def test_who_only_reads_gets_a_plan_and_keeps_none(kept: Kept) -> None:
    with opened(kept.place, "watch") as session:
        plan_scenario(SCENARIO, out=None, changes={})
        assert session.sealed == []
        assert "The ledger of the book has" in tell_checkpoint()[0]
    assert kept_as(kept, "plan") == ([], {})


@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_a_plan_says_its_checkpoint_in_its_folder_on_its_page_and_in_words(
    kept: Kept, tmp_path: Path, language: str
) -> None:
    with opened(kept.place, DESK):
        plan_scenario(SCENARIO, out=tmp_path / "plan", changes={}, language=language)
        [sentence] = tell_checkpoint(language=language)
        assert verify_plan(tmp_path / "plan") == []
        assert explain_order(tmp_path / "plan", "A")
    held = (tmp_path / "plan" / "checkpoint.json").read_text(encoding="utf-8")
    signed = Signed.from_json(json.loads(held))
    page = (tmp_path / "plan" / "report.html").read_text(encoding="utf-8")
    for part in (str(signed.checkpoint.size), signed.checkpoint.root, signed.public_key.fingerprint):
        assert part in sentence
        assert part in page
    # On the files that it was added from it proves too, and the signature is still looked at.
    assert verify_plan(tmp_path / "plan", scenario=str(kept.folder)) == []


def test_a_checkpoint_that_does_not_hold_refuses_the_plan(kept: Kept, tmp_path: Path) -> None:
    with opened(kept.place, DESK):
        plan_scenario(SCENARIO, out=tmp_path / "plan", changes={})
    file = tmp_path / "plan" / "checkpoint.json"
    held = json.loads(file.read_text(encoding="utf-8"))
    held["checkpoint"]["size"] += 1
    file.write_text(json.dumps(held), encoding="utf-8")
    told = [one.sentence for one in verify_plan(tmp_path / "plan", scenario=str(kept.folder))]
    assert "The signature of the checkpoint does not hold." in told
    with opened(kept.place, DESK):
        told = [one.sentence for one in verify_plan(tmp_path / "plan")]
    assert any("do not agree: bad-signature" in one for one in told)
    file.write_text("{}", encoding="utf-8")
    told = [one.sentence for one in verify_plan(tmp_path / "plan", scenario=str(kept.folder))]
    assert any("is no signed checkpoint" in one for one in told)
    file.unlink()
    # Its page says a checkpoint that is not there.
    assert len(verify_plan(tmp_path / "plan", scenario=str(kept.folder))) == 1


def test_a_plan_of_another_book_or_of_a_book_put_back_is_told_from_its_own(
    kept: Kept, tmp_path: Path
) -> None:
    database = Path(kept.place)
    older = tmp_path / "older.db"
    shutil.copy(database, older)
    with opened(kept.place, DESK):
        plan_scenario(SCENARIO, out=tmp_path / "plan", changes={})
    with opened(str(older), DESK):
        [told] = verify_plan(tmp_path / "plan")
        assert told.sentence.endswith("do not agree: cut.")
        # Another plan in the place of the first: as long, and not the same.
        plan_scenario(SCENARIO, out=None, changes={"rule": "pro-rata"})
        [told] = verify_plan(tmp_path / "plan")
        assert told.sentence.endswith("do not agree: forked.")
    other = make_kept(Place.parse(str(tmp_path / "other.db")), tmp_path / "other")
    with opened(other.place, DESK):
        [told] = verify_plan(tmp_path / "plan")
    assert told.sentence.endswith("do not agree: other-book.")


def test_a_plan_of_files_written_over_one_of_a_book_has_no_checkpoint(kept: Kept, tmp_path: Path) -> None:
    with opened(kept.place, DESK):
        plan_scenario(SCENARIO, out=tmp_path / "plan", changes={})
    plan_scenario(str(kept.folder), out=tmp_path / "plan", changes={})
    assert not (tmp_path / "plan" / "checkpoint.json").exists()
    assert verify_plan(tmp_path / "plan") == []


def test_a_document_is_kept_in_a_book_and_listed_in_its_world(kept: Kept, tmp_path: Path) -> None:
    files = write_scenario(tmp_path / "case", SETTINGS, tables=tables())
    paper = document(tmp_path, "memo.pdf")
    with opened(kept.place, DESK):
        add_scenario(str(files), name="case")
        found = attach_document("case", "E1", file=paper)
        assert found.is_new
        assert not attach_document("case", "E1", file=paper).is_new
        source = find_source("case")
        assert source.attachments() == {found.file: PDF}
        world = source.read().world
    assert world is not None
    assert world.table("attachments").select("document", "sha256", "name").rows() == [
        ("E1", hashlib.sha256(PDF).hexdigest(), "memo.pdf")
    ]
    on_files = attach_document(str(files), "E1", file=paper)
    assert on_files.file == found.file
    with opened(kept.place, DESK):
        # The folder says the same by now.
        assert not add_scenario(str(files), name="case").is_changed
