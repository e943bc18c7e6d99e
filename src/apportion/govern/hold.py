"""Held means held: the world as it stands, with the decision log laid over the files.

What was decided and applied is carried out; what waits for a decision, or was refused one, is not made, and the
tables say so. What the files move between parties tied by a conflict without a decision is put back.

Source: ``docs/concepts/held.md``.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from apportion.digest import digest
from apportion.errors import Finding, FindingsError
from apportion.govern.carry import carried_out
from apportion.govern.frozen import Changed, Frozen
from apportion.govern.undecided import waiting_of, with_undecided
from apportion.model.proposal import Proposal
from apportion.model.world import World

Pair = frozenset[str]


class Answer(enum.StrEnum):
    """What becomes of a change that nobody decided."""

    PUT_BACK = "put-back"  # Treated as not made: what was frozen stands.
    STOPS = "stops"  # Nothing is planned until it is decided or taken out.
    TOLD = "told"  # It stands; it is told, since files alone cannot say whether it moves anything.


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What the decision log says of a scenario.

    Attributes:
        frozen: What stood at its first event.
        applied: The proposals approved and applied, in the order in which they were.
        open: Those that wait for a decision or for being applied; what they would send counts as not decided.
        refused: Those rejected, withdrawn or lapsed: not made, and nothing waits for them.
        conflicted_pairs: Each two parties that somebody's conflict ties on a proposal of the log.
        settled: Digests of attempts that a decision has let stand.
    """

    frozen: Frozen
    applied: tuple[Proposal, ...] = ()
    open: tuple[Proposal, ...] = ()
    refused: tuple[Proposal, ...] = ()
    conflicted_pairs: frozenset[Pair] = frozenset()
    settled: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """A change of the files since the freeze that no applied proposal makes.

    Attributes:
        changed: What changed.
        answer: What becomes of it.
        parties: The two parties tied by a conflict that it lies between; empty: none.
        file: The file it stands in; empty where the row is gone.
        row: Its row; 0 where it is gone.
    """

    changed: Changed
    answer: Answer
    parties: tuple[str, ...] = ()
    file: str = ""
    row: int = 0

    def as_json(self) -> dict[str, object]:
        """Return it as plain values; `file` and `row` are where it stands, no part of what it is."""
        return {**self._content, "file": self.file, "row": self.row}

    @property
    def _content(self) -> dict[str, object]:
        one = self.changed
        return {
            "table": one.table,
            "key": list(one.key),
            "column": one.column,
            "was": one.was,
            "now": one.now,
            "answer": str(self.answer),
            "parties": list(self.parties),
        }

    @property
    def digest(self) -> str:
        """Return the SHA-256 of what it is, the same wherever its row stands."""
        return digest(self._content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A world with the log laid over it.

    Attributes:
        world: The facts as they stand.
        findings: What is wrong with shipments or proposals; with one of error grade nothing is to be planned.
        attempts: Every change since the freeze that no applied proposal makes, in the order of tables and keys.
    """

    world: World
    findings: tuple[Finding, ...] = ()
    attempts: tuple[Attempt, ...] = field(default=())


def stand(world: World, held: Held) -> Standing:
    """Return the world as it stands: what was applied is carried out, what waits for a decision is not made.

    Args:
        world: The facts as the files state them.
        held: What the log says.
    """
    standing, findings = world, list[Finding]()
    for proposal in held.applied:
        try:
            standing = carried_out(standing, proposal)
        except FindingsError as refused:
            findings.extend(refused.findings)
    standing = with_undecided(standing, waiting_of(standing, held.open))
    return Standing(world=standing, findings=tuple(findings))
