"""The act of making a decision pack: gathered from a book, entered in its ledger, proven, and written as one archive.

Policy packs, which are rules, are another thing: ``commands/packs.py``.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

from apportion.commands.assessments import assess_proposal, assessment_as_json
from apportion.commands.decision_log import Known, held_by, known_of, proposals_by_id
from apportion.commands.decision_record import minutes_of, notices_of, whole_record
from apportion.commands.decision_rights import check_hears
from apportion.commands.decisions import named
from apportion.commands.permits import internal, needs, require
from apportion.commands.plans import make_plan
from apportion.commands.scenarios import read_files
from apportion.commands.session import Session, needed, recording
from apportion.commands.sources import Source, find_source
from apportion.digest import canonical_bytes
from apportion.errors import UsageError
from apportion.files.archive import write_whole
from apportion.files.folder import write_folder
from apportion.files.plans import plan_files
from apportion.govern.erasure import ERASED_KIND
from apportion.govern.frozen import Frozen
from apportion.govern.hold import Held, stand
from apportion.govern.keys import KEY_KINDS
from apportion.govern.pack import KIND, SEED_BYTES, Evidence, Material, finished, prepare
from apportion.govern.pack_views import Reader, View
from apportion.govern.recorded import KIND as DECISION
from apportion.govern.rights import Right
from apportion.govern.state import Case
from apportion.model.plan import Plan
from apportion.model.proposal import Proposal
from apportion.model.world import World

if TYPE_CHECKING:
    from apportion.govern.checkpoints import Signed
    from apportion.store.book import Reading

__all__ = ["Packed", "make_pack", "plan_with"]

_README = """\
Decision pack of apportion.

It holds what one decision rests on, and the proof that nothing of it was changed since.
To check it you need Python 3.9 or later and nothing else:

    python verify.py

documents/    what was known, proposed, planned, assessed and decided, in groups of fields that can be withheld
manifest.json the SHA-256 of every file, and the root of every document
ledger.json   the entries of the ledger, their proofs, and the signed checkpoint that covers them
verify.py     the check; read it before you trust it

Compare the checkpoint or the fingerprint of its key with one that you were handed another way
(--checkpoint, --key): a pack alone cannot show that its ledger is the only one.

決策資料包。請以 Python 3.9 以上執行：python verify.py
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A pack that was written.

    Attributes:
        file: Where.
        decision: Of which proposal.
        view: For whom.
        party: Of which party, for a buyer.
        entry: The number of its entry in the ledger.
        checkpoint: The checkpoint that covers it.
    """

    file: Path
    decision: str
    view: str
    party: str
    entry: int
    checkpoint: Signed

    def as_json(self) -> dict[str, object]:
        """Return it as plain values."""
        about = {"decision": self.decision, "view": self.view, "party": self.party}
        return {
            "file": str(self.file),
            **about,
            "entry": self.entry,
            "checkpoint": self.checkpoint.as_json(),
        }


@needs(Right.AUDIT)
def make_pack(
    decision: str, *, scenario: str = "", view: str = "full", party: str = "", to: Path | None = None
) -> Packed:
    """Write the pack of a decision, and enter it in the ledger.

    Args:
        decision: The proposal's id.
        scenario: Its scenario; empty: the only one of the book.
        view: ``full``, ``vendor``, ``buyer`` or ``auditor``.
        party: The buyer's party.
        to: The archive; None: ``DECISION-VIEW.zip``, with the party of a buyer.

    Raises:
        UsageError: There is no book, scenario, decision or view, the decision was never analysed, or the file is
            there already.
        NotPermitted: The user may not make packs of this decision, or may not see all the deliberation in one.
    """
    session = needed()
    scenario = scenario or _only_scenario(session)
    source = find_source(scenario)
    known = known_of(source)
    case = known.state.cases.get(named(decision, known))
    if case is None or case.frozen is None:
        raise UsageError(
            f"Nothing was analysed for the decision {decision!r} of {scenario!r}, so there is nothing to pack.",
            fix="See what there is with `apportion decision list SCENARIO`.",
        )
    sides = frozenset(one.id for one in case.frozen.entities)
    require(Right.AUDIT, parties=sides)
    if view in {View.FULL, View.AUDITOR}:
        # The whole pack holds the log of the scenario, with every other decision on it.
        check_hears(known.state.cases.values() if view == View.FULL else [case])
    reader = _reader(view, party, world=read_files(source).world, sides=sides)
    file = to or Path("-".join(one for one in (case.proposal, view, party) if one) + ".zip")
    if file.exists():
        raise UsageError(
            f"{str(file)!r} is there already, and is not written over.", fix="Name another file."
        )
    material = _material(session, source, known=known, case=case)
    files = _files(material, source, case=case, is_full=reader.view is View.FULL)
    prepared = prepare(material, reader=reader, files=files)
    with recording() as act:
        entry = act.add(
            KIND, subject=scenario if view != View.BUYER else "", groups=prepared.entry_groups(material.seed)
        )
    with session.book.read() as reading:
        evidence = _evidence(
            reading, scenario, decision=case.proposal, entry=entry.seq, is_full=view == View.FULL
        )
    write_whole(file, finished(prepared, evidence))
    return Packed(
        file=file,
        decision=case.proposal,
        view=view,
        party=party,
        entry=entry.seq,
        checkpoint=evidence.signed,
    )


def _only_scenario(session: Session) -> str:
    with session.book.read() as reading:
        names = [one.name for one in reading.scenarios()]
    if len(names) != 1:
        raise UsageError(f"The book has {len(names)} scenarios.", fix="Name one with --scenario.")
    return names[0]


def _reader(view: str, party: str, *, world: World, sides: frozenset[str]) -> Reader:
    if view not in set(View):
        raise UsageError(f"There is no view {view!r}.", fix=f"Use one of {', '.join(View)}.")
    if (view == View.BUYER) != bool(party):
        raise UsageError(
            "The view of a buyer, and no other, is of a party.", fix="Use --view buyer --party PARTY."
        )
    if party and party not in world.table("parties")["party"].to_list():
        raise UsageError(f"There is no party {party!r}.", fix="Name one as the scenario does.")
    return Reader(view=View(view), party=party, sides=sides)


def _material(session: Session, source: Source, *, known: Known, case: Case) -> Material:
    proposal = proposals_by_id(source)[case.proposal]
    with session.book.read() as reading:
        frozen = case.frozen.assessment if case.frozen is not None else ""
        kept = json.loads(reading.object(frozen)) if reading.has_object(frozen) else None
        world = None if kept is None else reading.world(kept["world_digest"])
        events = list(_events(reading, source.label, decision=case.proposal))
        seed = _seed(reading, source.label, decision=case.proposal) or token_bytes(SEED_BYTES)
    if kept is None or world is None:
        # A decision that was taken over from files brought no results; they are made anew from what stands.
        stated = read_files(source).world
        world = stand(stated, held_by(known, world=stated, but=case.proposal)).world
        kept = assessment_as_json(assess_proposal(world, proposal))
    return Material(
        book=session.book.id,
        scenario=source.label,
        decision=case.proposal,
        world=world,
        proposal=proposal.as_json(),
        policy_result=make_plan(world),
        plan=plan_with(world, proposal),
        assessment=kept,
        life=_life(known, case, events=events),
        seed=seed,
    )


@internal
def plan_with(world: World, proposal: Proposal) -> Plan:
    """Return the plan of a world in which a proposal is carried out."""
    held = Held(frozen=Frozen.from_world(world), applied=(proposal,), open=(), conflicted_pairs=frozenset())
    return make_plan(stand(world, held).world)


def _events(reading: Reading, scenario: str, *, decision: str) -> Iterator[dict[str, object]]:
    for stored in reading.entries(kind=DECISION, subject=scenario):
        _, groups = reading.said(stored)
        if _proposal_of(groups) == decision:
            yield {"seq": stored.seq, "entry": stored.digest, "by": stored.by}


def _proposal_of(groups: Mapping[str, Any]) -> str:
    act = groups.get("act")
    return str(act.get("proposal", "")) if isinstance(act, dict) else ""


def _seed(reading: Reading, scenario: str, *, decision: str) -> bytes | None:
    """Return the seed of the first pack of a decision, so that the roots stay the same; None: there was none."""
    for stored in reading.entries(kind=KIND):
        _, groups = reading.said(stored)
        if groups.get("about") == {"decision": decision, "scenario": scenario}:
            return bytes.fromhex(groups["seed"])
    return None


def _life(
    known: Known, case: Case, *, events: Sequence[dict[str, object]]
) -> dict[str, Sequence[Mapping[str, object]]]:
    """Return what was done and what came of it, in rows that say nothing of each other."""
    body: Any = whole_record(known, case)
    sides: list[dict[str, Any]] = body["sides"]
    names = ("members", "excluded", "disinterested", "eligible")
    votes = ("yes", "no", "abstain")
    frozen: Any = {} if case.frozen is None else case.frozen.as_json()
    minutes = [{"minute": one} for one in body["minutes"]]
    plain_sides = [
        {name: value for name, value in one.items() if name not in {*names, *votes}} for one in sides
    ]
    return {
        "outcome": [
            {"status": str(case.status), "pack": case.pack.name, "effective_on": frozen["effective_on"]}
        ],
        "sides": plain_sides,
        "seats": [{"entity": one["entity"], **{name: one[name] for name in names}} for one in sides],
        "votes": [{"entity": one["entity"], **{name: one[name] for name in votes}} for one in sides],
        "conflicts": [
            {"entity": one["entity"], "is_conflict_present": bool(one["excluded"])} for one in sides
        ],
        "disclosures": [{"tie": one} for one in frozen["ties"]],
        "standings": [{"standing": one} for one in frozen["standings"]],
        "minutes": minutes,
        "notices": notices_of(known.source.label, case.proposal)[0],
        "obligations": frozen["obligations"],
        "events": list(events),
    }


def _files(material: Material, source: Source, *, case: Case, is_full: bool) -> dict[str, bytes]:
    checker = resources.files("apportion") / "govern" / "verify_pack.py"
    files = {"README.txt": _README.encode(), "verify.py": checker.read_bytes()}
    if not is_full:
        return files
    with tempfile.TemporaryDirectory() as folder:
        for file in write_folder(material.world, Path(folder)):
            files[f"scenario/{file.name}"] = file.read_bytes()
    proposals = proposals_by_id(source)
    files[f"scenario/{Path(proposals[case.proposal].file).name}"] = source.proposals()[
        proposals[case.proposal].file
    ]
    for name, held in {**source.attachments(), **source.log_files()}.items():
        files[f"scenario/{name}"] = held
    for folder_, plan in (("plan-by-policy", material.policy_result), ("plan-with-proposal", material.plan)):
        files.update({f"{folder_}/{name}": held for name, held in plan_files(plan).items()})
    files["assessment.json"] = canonical_bytes(material.assessment)
    files["policy-pack.json"] = canonical_bytes(case.pack.as_json())
    _, minutes = minutes_of(material.scenario, case.proposal)
    _, notices = notices_of(material.scenario, case.proposal)
    files["minutes.txt"] = "".join(f"{line}\n" for line in minutes).encode()
    files["notices.txt"] = "".join(f"{line}\n" for line in notices).encode()
    return files


def _evidence(reading: Reading, scenario: str, *, decision: str, entry: int, is_full: bool) -> Evidence:
    checkpoints = list(reading.checkpoints())
    signed = next(one for one in checkpoints if one.checkpoint.size >= entry)
    size = signed.checkpoint.size
    packs = [one.seq for one in reading.entries(last=entry - 1, kind=KIND)]
    previous = next((one for one in checkpoints if packs and one.checkpoint.size >= packs[-1]), None)
    chosen = []
    people: set[str] = set()
    for stored in reading.entries(last=size):
        found, groups = reading.said(stored)
        is_of_decision = (
            found.kind == DECISION and found.subject == scenario and _proposal_of(groups) == decision
        )
        is_key = found.kind in KEY_KINDS
        is_of_scenario = (
            is_full and found.subject == scenario and found.kind.startswith(("scenario-", "file-"))
        )
        if is_of_decision:
            people.add(str(groups["act"]["by"]))
        # So that who reads the pack sees that words are gone, and by whose hand, and were not held back from them.
        is_erasure = is_full and found.kind == ERASED_KIND and found.subject in people
        if is_of_decision or is_key or is_of_scenario or is_erasure or found.seq == entry:
            chosen.append((found, reading.groups(found.seq)))
    return Evidence(
        signed=signed,
        previous=previous if previous is not signed else None,
        leaves=reading.leaves()[:size],
        entries=chosen,
    )
