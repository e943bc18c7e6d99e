"""A decision pack: all that a decision rests on in one archive, for a stranger to check without the program.

    parts → trees → what the reader sees → members → manifest → (entry of the ledger) → ledger part → archive

The manifest states every member but itself and the ledger part. Its digest stands in the entry that making the pack
adds to the ledger, and the ledger part proves that entry against a signed checkpoint. So every byte is under one
signature. Source: ``docs/concepts/decision-pack.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from apportion.digest import canonical_bytes
from apportion.govern.checkpoints import Signed
from apportion.govern.events import Plain
from apportion.govern.keys import KEY_GROUP, KEY_KINDS
from apportion.govern.ledger import Entry, Group, Hidden
from apportion.govern.merkle import consistency_proof, inclusion_proof
from apportion.govern.pack_parts import (
    Document,
    Part,
    assessment_parts,
    decision_parts,
    plan_parts,
    proposal_parts,
    world_parts,
)
from apportion.govern.pack_views import Reader, Seen, View, is_entry_seen, is_group_seen, seen
from apportion.govern.recorded import KIND as DECISION
from apportion.govern.redaction import Planted, plant
from apportion.govern.verify_pack import FORMAT, LEDGER, MANIFEST, zipped
from apportion.model.plan import Plan
from apportion.model.world import World

KIND = "pack"
LEDGER_FORMAT = "apportion-pack-ledger/1"
SEED_BYTES = 32
_DOCUMENTS = "documents"


@dataclass(frozen=True, kw_only=True)
class Material:
    """What a decision pack is made of.

    Attributes:
        book: The book's id.
        scenario: The scenario's name.
        decision: The proposal's id.
        world: All facts, as they are stated.
        proposal: The proposal as plain values.
        policy_result: The plan that the policy gives without the proposal.
        plan: The plan with it.
        assessment: What it comes to, as plain values.
        life: What was done and what came of it, rows by section as `decision_parts` takes them.
        seed: What salts and hidden names are drawn from: the same for every pack of one decision.
    """

    book: str
    scenario: str
    decision: str
    world: World
    proposal: Mapping[str, object]
    policy_result: Plan
    plan: Plan
    assessment: Mapping[str, object]
    life: Mapping[str, Sequence[Mapping[str, object]]]
    seed: bytes

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """Return every group of every document."""
        return (
            *world_parts(self.world, seed=self.seed),
            *proposal_parts(self.proposal, seed=self.seed),
            *plan_parts(Document.POLICY_RESULT, self.policy_result, seed=self.seed),
            *plan_parts(Document.PLAN, self.plan, seed=self.seed),
            *assessment_parts(self.assessment, currency=self.world.settings.currency, seed=self.seed),
            *decision_parts(self.life, seed=self.seed),
        )

    @cached_property
    def trees(self) -> dict[Document, Planted]:
        """Return the tree of each document."""
        groups: dict[Document, dict[str, object]] = {one: {} for one in Document}
        for part in self.parts:
            groups[part.document][part.path] = part.value
        return {one: plant(str(one), groups[one], seed=self.seed) for one in Document}

    @property
    def roots(self) -> dict[str, Plain]:
        """Return the root of each document: the same in every view."""
        return {str(name): tree.root for name, tree in sorted(self.trees.items())}


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A pack of which only the part of the ledger is missing.

    Attributes:
        reader: For whom it is.
        members: Its members by name, the manifest among them.
        seen: What the reader sees.
        roots: The root of each document.
        about: The decision and the scenario, which the entry says apart, since a buyer may see neither.
    """

    reader: Reader
    members: Mapping[str, bytes]
    seen: Seen
    roots: Mapping[str, Plain]
    about: Mapping[str, Plain]

    def entry_groups(self, seed: bytes) -> dict[str, Plain]:
        """Return what the entry of the pack says.

        Args:
            seed: The seed, kept so that later packs of the decision have the same roots; shown in none.
        """
        return {
            "about": dict(self.about),
            "documents": dict(self.roots),
            "pack": {
                "view": str(self.reader.view),
                "party": self.reader.party,
                "manifest": sha256(self.members[MANIFEST]).hexdigest(),
            },
            "seed": seed.hex(),
        }


def prepare(material: Material, *, reader: Reader, files: Mapping[str, bytes]) -> Prepared:
    """Return the members of a pack and the manifest over them.

    Args:
        material: What it is made of.
        reader: For whom.
        files: Members beside the documents: what a redacted view must not hold is not among them.
    """
    found = seen(material.parts, reader)
    members = dict(files)
    for name, tree in material.trees.items():
        members[f"{_DOCUMENTS}/{name}.json"] = canonical_bytes(_told(tree, name, reader=reader, found=found))
    is_named = reader.view is not View.BUYER or (reader.is_side and found.names_none(material.decision))
    about: dict[str, Plain] = {"decision": material.decision, "scenario": material.scenario}
    manifest = {
        "format": FORMAT,
        "book": material.book,
        "scenario": material.scenario if reader.view is not View.BUYER else "",
        "decision": material.decision if is_named else "",
        "view": str(reader.view),
        "party": reader.party,
        "world": material.world.digest if reader.view is View.FULL else "",
        "documents": material.roots,
        "members": {name: sha256(held).hexdigest() for name, held in members.items()},
    }
    members[MANIFEST] = canonical_bytes(manifest)
    return Prepared(reader=reader, members=members, seen=found, roots=material.roots, about=about)


def _told(tree: Planted, name: Document, *, reader: Reader, found: Seen) -> dict[str, object]:
    if reader.view is View.FULL:
        return tree.opened()
    return tree.seen(lambda path: (name, path) in found.groups)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """The ledger as a pack needs it, up to the checkpoint that covers the pack's own entry.

    Attributes:
        signed: That checkpoint.
        previous: The checkpoint of the pack before, or None.
        leaves: The leaf of every entry up to it.
        entries: The entries of the decision, of keys, and of the pack, in order, with all their groups.
    """

    signed: Signed
    previous: Signed | None
    leaves: Sequence[bytes]
    entries: Sequence[tuple[Entry, Sequence[Group | Hidden]]]


def finished(prepared: Prepared, evidence: Evidence) -> bytes:
    """Return the whole pack as one archive; the same for the same ledger."""
    signer = _signer(evidence)
    entries = [
        {
            "entry": entry.as_json(),
            "groups": [_group(one, is_shown=_shows(prepared, entry)) for one in groups],
            "proof": [one.hex() for one in inclusion_proof(evidence.leaves, entry.seq - 1)],
        }
        for entry, groups in evidence.entries
        if _is_told(prepared, entry, groups=groups, signer=signer)
    ]
    ledger = {
        "format": LEDGER_FORMAT,
        "checkpoint": evidence.signed.as_json(),
        "previous": _previous(evidence),
        "entries": entries,
    }
    return zipped({**prepared.members, LEDGER: canonical_bytes(ledger)})


def _previous(evidence: Evidence) -> dict[str, object] | None:
    if evidence.previous is None:
        return None
    proof = consistency_proof(evidence.leaves, evidence.previous.checkpoint.size)
    return {"signed": evidence.previous.as_json(), "proof": [one.hex() for one in proof]}


def _is_told(prepared: Prepared, entry: Entry, *, groups: Sequence[Group | Hidden], signer: str) -> bool:
    """Return whether a reader is shown an entry; of keys, some see those of the signer and the first alone."""
    if entry.kind == DECISION:
        return is_entry_seen(entry.by, reader=prepared.reader)
    is_narrow = prepared.reader.view in {View.VENDOR, View.BUYER}
    return entry.kind not in KEY_KINDS or not is_narrow or entry.seq == 1 or signer == _user_of(groups)


def _user_of(groups: Sequence[Group | Hidden]) -> str:
    told = next((one.value for one in groups if isinstance(one, Group) and one.name == KEY_GROUP), None)
    return str(told.get("user", "")) if isinstance(told, dict) else ""


def _signer(evidence: Evidence) -> str:
    """Return the user whose key signed the checkpoint."""
    for entry, groups in evidence.entries:
        for one in groups if entry.kind in KEY_KINDS else ():
            if isinstance(one, Group) and one.name == KEY_GROUP and isinstance(one.value, dict):
                told = {one.value.get("key"), one.value.get("new")}
                if evidence.signed.public_key.hex in told:
                    return str(one.value.get("user", ""))
    return ""


def _shows(prepared: Prepared, entry: Entry) -> Callable[[Group], bool]:
    reader, found = prepared.reader, prepared.seen

    def is_shown(group: Group) -> bool:
        if entry.kind == DECISION:
            return is_group_seen(group.name, group.value, reader=reader, found=found)
        if entry.kind == KIND:
            return group.name in {"groups", "pack", "documents"} or (
                group.name == "about" and reader.view is not View.BUYER
            )
        return group.name in {"groups", "key"} or reader.view is View.FULL

    return is_shown


def _group(one: Group | Hidden, *, is_shown: Callable[[Group], bool]) -> dict[str, object]:
    if isinstance(one, Group) and (one.name == "groups" or is_shown(one)):
        return {"group": one.name, "salt": one.salt.hex(), "value": one.value}
    return {"group": one.name, "leaf": one.leaf.hex()}
