"""The replay of a decision pack: plan, assessment and decisions made anew from its world, and compared bit for bit.

The checker in a pack calls it where apportion is installed; the members were checked against their digests before.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from apportion.commands.assessments import assess_proposal, assessment_as_json
from apportion.commands.packing import plan_with
from apportion.commands.permits import needs
from apportion.commands.plans import make_plan
from apportion.digest import canonical_bytes
from apportion.errors import ApportionError
from apportion.files.decisions import FILE, read_lines
from apportion.files.folder import read_folder
from apportion.files.plans import plan_files
from apportion.files.proposal_reading import read_proposal
from apportion.govern.decision import Broken, replay
from apportion.govern.pack_parts import Document, assessment_parts, plan_parts, proposal_parts, world_parts
from apportion.govern.rights import Right
from apportion.model.plan import Plan
from apportion.model.proposal import Proposal
from apportion.model.world import World

__all__ = ["replay_pack"]

_SCENARIO = "scenario/"


@needs(Right.OPEN)
def replay_pack(
    members: Mapping[str, bytes], *, manifest: Mapping[str, Any], groups: Mapping[str, Mapping[str, Any]]
) -> tuple[list[str], list[str]]:
    """Return what came out the same, and what did not.

    Args:
        members: The members of a pack that shows everything, by name.
        manifest: Its manifest.
        groups: The groups of each of its documents, by path.
    """
    try:
        world, proposal = _read(members, str(manifest["decision"]))
    except (ApportionError, LookupError, ValueError) as problem:
        return [], [f"its scenario cannot be read: {problem}"]
    made = {
        "plan-by-policy": make_plan(world),
        "plan-with-proposal": plan_with(world, proposal),
    }
    assessment = assessment_as_json(assess_proposal(world, proposal))
    faults: list[str] = []
    if world.digest != manifest["world"]:
        faults.append(f"the world has the digest {world.digest}; expected {manifest['world']}.")
    for folder, plan in made.items():
        files = {f"{folder}/{name}": held for name, held in plan_files(plan).items()}
        faults.extend(f"{name} comes out otherwise." for name in files if files[name] != members.get(name))
    if canonical_bytes(assessment) != members.get("assessment.json"):
        faults.append("assessment.json comes out otherwise.")
    faults.extend(_other_documents(world, proposal, plans=made, assessment=assessment, groups=groups))
    events = _decided(members.get(f"{_SCENARIO}{FILE}", b""))
    if isinstance(events, str):
        faults.append(events)
    if faults:
        return [], faults
    told = (
        f"the world, both plans and the assessment come out bit for bit; the rules let all {events} events be"
    )
    return [f"replayed: {told}"], []


def _read(members: Mapping[str, bytes], decision: str) -> tuple[World, Proposal]:
    found: Proposal | None = None
    with tempfile.TemporaryDirectory() as place:
        for name, held in members.items():
            inner = name.removeprefix(_SCENARIO)
            if inner == name or "/" in inner:
                continue
            (Path(place) / inner).write_bytes(held)
            if inner.endswith(".toml") and inner != "scenario.toml":
                read, _ = read_proposal(held, file=inner)
                found = read if read is not None and read.id == decision else found
        world = read_folder(Path(place)).world
    if world is None or found is None:
        raise ValueError("there is no world, or no proposal of the decision")
    return world, found


def _other_documents(
    world: World,
    proposal: Proposal,
    *,
    plans: Mapping[str, Plan],
    assessment: Mapping[str, object],
    groups: Mapping[str, Mapping[str, Any]],
) -> Iterator[str]:
    """Yield the documents that say something else than what they are made from, whatever their groups are called."""
    seed = bytes(16)
    parts = [
        *world_parts(world, seed=seed),
        *proposal_parts(proposal.as_json(), seed=seed),
        *plan_parts(Document.POLICY_RESULT, plans["plan-by-policy"], seed=seed),
        *plan_parts(Document.PLAN, plans["plan-with-proposal"], seed=seed),
        *assessment_parts(assessment, currency=world.settings.currency, seed=seed),
    ]
    for document in Document:
        if document is Document.DECISION:
            continue
        made = Counter(canonical_bytes(one.value) for one in parts if one.document is document)
        if made != Counter(canonical_bytes(value) for value in groups[document].values()):
            yield f"the document {document} says something else than its files."


def _decided(held: bytes) -> int | str:
    """Return how many events the rules let be, or why not."""
    log = read_lines(held)
    if log.findings:
        return f"{FILE} does not hold together."
    state = replay(log.events)
    if isinstance(state, Broken):
        return f"event {state.seq} of {FILE} is refused by rule {state.refusal.rule}."
    return len(log.events)
