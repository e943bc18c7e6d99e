"""Results in a book: each stored whole under its digest, with its entry; and the checkpoint that a face shows of it.

Without a session nothing is kept, and nothing is shown.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from apportion.commands.permits import internal, may_now, needs
from apportion.commands.session import current, recording
from apportion.digest import canonical_bytes
from apportion.errors import PlanFileError
from apportion.files.checkpoints import CHECKPOINT_FILE, read_checkpoint
from apportion.files.plans import plan_files, read_plan
from apportion.govern.checkpoints import Signed, Standing, State, compare
from apportion.govern.merkle import root_of
from apportion.govern.rights import Right
from apportion.model.plan import Plan
from apportion.model.world import View, World
from apportion.report.checkpoint import checkpoint_sentence
from apportion.report.words import DEFAULT_LANGUAGE, Words
from apportion.verify import Refusal

if TYPE_CHECKING:
    from apportion.govern.events import Plain
    from apportion.store.book import Reading
    from apportion.study.assess import Assessment

__all__ = [
    "checkpoint_as_json",
    "checkpoint_file",
    "checkpoint_now",
    "checkpoint_of",
    "digest_of_kept_plan",
    "keep_assessment",
    "keep_claims",
    "keep_plan",
    "keep_with_decision",
    "tell_checkpoint",
]

PLAN, ASSESSMENT, CLAIMS = "plan", "assessment", "claims"


@internal
def keep_plan(world: World, plan: Plan, *, scenario: str) -> None:
    """Keep a plan in the book: its tables and ``plan.json``, without its page, which can be made from them."""
    if not _is_kept():
        return
    told: dict[str, Plain] = {"policy": _plain(plan.policy.as_json()), "software": plan.software}
    _keep(_Result(PLAN, scenario, world, plan_files(plan)), digest=plan.digest, told=told)


@internal
def keep_assessment(found: Assessment, *, scenario: str, files: Callable[[], Mapping[str, bytes]]) -> None:
    """Keep an assessment in the book, all it says in English under the digest of that.

    Args:
        found: The assessment.
        scenario: The scenario's name.
        files: Gives its files without its page, by name; asked only where it is kept.
    """
    if _is_kept():
        told: dict[str, Plain] = {"proposal": found.proposal.id, "proposal_digest": found.proposal.digest}
        _keep(_Result(ASSESSMENT, scenario, found.world, files()), told=told)


@internal
def keep_claims(world: World, *, scenario: str, files: Callable[[], Mapping[str, bytes]]) -> None:
    """Keep a study of claims in the book, as `keep_assessment` does."""
    if _is_kept():
        _keep(_Result(CLAIMS, scenario, world, files()), told={})


@internal
def keep_with_decision(plan: Plan, assessment: Mapping[str, object], *, world: World) -> None:
    """Have what an analysis was made of kept with its event, which names each by its digest.

    Args:
        plan: What the policy gives without the proposal.
        assessment: All that the assessment says, as plain values.
        world: The facts of both.
    """
    session = current()
    if session is not None:
        spelled = canonical_bytes(assessment)
        session.pending[hashlib.sha256(spelled).hexdigest()] = (ASSESSMENT, spelled)
        session.pending[plan.digest] = (PLAN, _bundle(plan_files(plan)))
        session.pending[world.digest] = world


def _is_kept() -> bool:
    """Return whether results are kept: in a session of whoever may; others get the result all the same."""
    return current() is not None and may_now(Right.KEEP)


@dataclass(frozen=True, slots=True)
class _Result:
    """What is kept of one result."""

    kind: str
    scenario: str
    world: World
    files: Mapping[str, bytes]


def _keep(found: _Result, *, told: Mapping[str, Plain], digest: str = "") -> None:
    """Store a result and the facts it was made from once, and add an entry each time it was come to."""
    bundle = _bundle(found.files)
    name = digest or hashlib.sha256(bundle).hexdigest()
    with recording() as act:
        # The view is said of the result; the facts are the same under each.
        facts = act.writing.put_world(replace(found.world, view=View()))
        act.writing.put_object(found.kind, bundle, digest=name)
        said: dict[str, Plain] = {
            "digest": name,
            "world": facts,
            "view": _plain(found.world.view.as_json()),
            **told,
        }
        act.add(found.kind, found.scenario, groups={found.kind: said})


def _bundle(files: Mapping[str, bytes]) -> bytes:
    """Return text files as one: a JSON object of file name and text, the same bytes for the same files."""
    return canonical_bytes({name: content.decode() for name, content in files.items()})


@internal
def digest_of_kept_plan(held: bytes) -> str:
    """Return the digest that the files of a kept plan come to; empty where they are none of a plan."""
    try:
        files = {str(name): str(text) for name, text in json.loads(held).items()}
    except (ValueError, AttributeError, RecursionError):
        return ""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            if name != Path(name).name:
                return ""
            (Path(folder) / name).write_bytes(text.encode())
        try:
            return read_plan(Path(folder)).digest
        except PlanFileError:
            return ""


def _plain(values: Mapping[str, object]) -> dict[str, Plain]:
    """Return values as the ledger may hold them."""
    found: dict[str, Plain] = json.loads(canonical_bytes(dict(values)))
    return found


@internal
def checkpoint_now() -> Signed | None:
    """Return the checkpoint of what was last done in this session, else the book's last; None without a book."""
    session = current()
    if session is None:
        return None
    if session.sealed:
        return session.sealed[-1]
    with session.book.read() as reading:
        return reading.last_checkpoint()


@needs(Right.OPEN)
def tell_checkpoint(*, language: str = DEFAULT_LANGUAGE) -> list[str]:
    """Return how long the ledger of the book is, and by which root and key that can be held; nothing without a book.

    Raises:
        UsageError: There is no such language.
    """
    words, signed = Words.load(language), checkpoint_now()
    return [] if signed is None else [checkpoint_sentence(signed, words=words)]


@needs(Right.OPEN)
def checkpoint_as_json() -> dict[str, object]:
    """Return the same as plain values, under one name; nothing without a book."""
    signed = checkpoint_now()
    return {} if signed is None else {"checkpoint": signed.as_json()}


@internal
def checkpoint_file(signed: Signed | None) -> dict[str, bytes]:
    """Return the file that a plan says its checkpoint in; nothing for a plan that is of no book."""
    if signed is None:
        return {}
    text = json.dumps(signed.as_json(), ensure_ascii=False, sort_keys=True, indent=1)
    return {CHECKPOINT_FILE: f"{text}\n".encode()}


@internal
def checkpoint_of(folder: Path) -> tuple[Signed | None, list[Refusal]]:
    """Return the checkpoint of a plan on disk, and why it does not hold; in a session the book is asked too."""
    try:
        signed = read_checkpoint(folder)
    except ValueError as problem:
        return None, [_refused(f"{CHECKPOINT_FILE} is no signed checkpoint: {problem}")]
    if signed is None:
        return None, []
    session = current()
    if session is None:
        return signed, [] if signed.is_signed else [
            _refused("The signature of the checkpoint does not hold.")
        ]
    with session.book.read() as reading:
        size = reading.head().size
        found = compare(signed, book=session.book.id, size=size, state_at=lambda at: _state(reading, at))
    if found is Standing.CONSISTENT:
        return signed, []
    return signed, [_refused(f"The checkpoint of the plan and the ledger of the book do not agree: {found}.")]


def _state(reading: Reading, size: int) -> State:
    """Return what the ledger was at a size."""
    heads = [one.digest for one in reading.entries(first=size, last=size)] if size else []
    return State(root_of(reading.leaves()[:size]).hex(), heads[0] if heads else "0" * 64)


def _refused(sentence: str) -> Refusal:
    return Refusal(rule="file-differs", order="", round_on=None, sentence=sentence)
