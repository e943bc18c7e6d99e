"""The register of everything that moves between related parties, under one policy pack.

    transfers and assessed proposals → which are between related parties → sums over windows → records
                                                                         → sums by pair and year

Source: ``docs/concepts/transfers.md``.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from apportion.govern.materiality import (
    Aggregate,
    Dealing,
    Pair,
    PairYear,
    aggregate,
    dealing_of_proposal,
    dealing_of_transfer,
    pair_years,
)
from apportion.govern.packs import Pack
from apportion.govern.proposal_worth import value_at_stake
from apportion.govern.transfers import Transfer, Tying, read_transfers
from apportion.govern.worth import Worth
from apportion.model.proposal import Proposal
from apportion.model.world import World
from apportion.study.assess import Assessment


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposed:
    """A proposal that moves units between parties.

    Attributes:
        proposal: The proposal.
        units: The units moved, by giver, receiver and SKU.
        worth: Its value at stake.
        dealing: The proposal as it adds up with others.
        ties: Who ties each two parties that were related on its days; pairs that were not are left out.
    """

    proposal: Proposal
    units: Mapping[tuple[str, str, str], int]
    worth: Worth
    dealing: Dealing
    ties: Mapping[Pair, tuple[str, ...]]

    def as_json(self) -> dict[str, object]:
        """Return the proposal as plain values."""
        return {
            "proposal": self.proposal.id,
            "on": self.dealing.on.isoformat(),
            "units": [[*names, units] for names, units in sorted(self.units.items())],
            "skus": sorted(self.dealing.skus),
            "worth": self.worth.as_json(),
            "related": [[list(pair), list(ties)] for pair, ties in sorted(self.ties.items())],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Movements:
    """Everything that moves.

    Attributes:
        world: The facts under a view.
        pack: The rules.
        transfers: Every transfer that the viewer knew of.
        proposed: The proposals assessed.
        left_out: Proposals known, of which the viewer does not know every lot, order and site.
        aggregates: What each of them between related parties comes to with earlier ones, by id.
        years: What each two related parties dealt in each year.
    """

    world: World
    pack: Pack
    transfers: Sequence[Transfer]
    proposed: Sequence[Proposed]
    left_out: Sequence[Proposal]
    aggregates: Mapping[str, Aggregate]
    years: Sequence[PairYear]

    @property
    def related(self) -> list[Transfer]:
        """Return the transfers between related parties, or parties that may have been."""
        return [one for one in self.transfers if one.counts]

    @property
    def records(self) -> list[str]:
        """Return the ids of what a record is made of (G4, G5)."""
        return [name for name, one in self.aggregates.items() if one.is_record]

    @property
    def not_governed(self) -> list[str]:
        """Return the ids of what is in the register from days on which the pack did not govern."""
        return [name for name, one in self.aggregates.items() if not self.pack.governs(one.on)]


def read_movements(
    world: World,
    *,
    ties: Tying,
    pack: Pack,
    assessments: Iterable[Assessment] = (),
    left_out: Iterable[Proposal] = (),
) -> Movements:
    """Return the register of everything that moves.

    Args:
        world: The facts under a view.
        ties: Who ties two parties.
        pack: The rules.
        assessments: What the proposals come to.
        left_out: Proposals that could not be assessed under the view.
    """
    transfers = read_transfers(world, ties=ties, pack=pack)
    taken = {one.transfer for one in transfers}
    proposed: list[Proposed] = []
    for assessment in assessments:
        proposed.append(_proposed(assessment, ties=ties, taken=taken))
        taken.add(proposed[-1].dealing.name)
    dealings = [dealing_of_transfer(one) for one in transfers if one.counts]
    dealings += [one.dealing for one in proposed if one.ties]
    dealings.sort(key=lambda one: (one.on, one.name))
    by_pair: dict[Pair, list[Dealing]] = defaultdict(list)
    for one in dealings:
        for pair in one.pairs:
            by_pair[pair].append(one)
    return Movements(
        world=world,
        pack=pack,
        transfers=transfers,
        proposed=proposed,
        left_out=tuple(left_out),
        aggregates={one.name: aggregate(one, _of_pairs(one, by_pair), pack=pack) for one in dealings},
        years=pair_years(transfers),
    )


def _of_pairs(dealing: Dealing, by_pair: Mapping[Pair, Sequence[Dealing]]) -> list[Dealing]:
    """Return the dealings of a dealing's parties, each once."""
    return list({one.name: one for pair in dealing.pairs for one in by_pair[pair]}.values())


def _proposed(assessment: Assessment, *, ties: Tying, taken: Collection[str]) -> Proposed:
    proposal, worth = assessment.proposal, value_at_stake(assessment)
    first, last = days_of(assessment)
    dealing = dealing_of_proposal(assessment, worth=worth, on=first)
    # A proposal may bear the id of a transfer or of another one, and neither may stand in for the other.
    while dealing.name in taken:
        dealing = replace(dealing, name=f"{dealing.name} ({proposal.file})")
    tying = {pair: ties.tying(*pair, first=first, last=last) for pair in sorted(dealing.pairs)}
    return Proposed(
        proposal=proposal,
        units=assessment.moved.units,
        worth=worth,
        dealing=dealing,
        ties={pair: found for pair, found in tying.items() if found},
    )


def days_of(assessment: Assessment) -> tuple[dt.date, dt.date]:
    """Return the days of a proposal: from its decision, or else its effect, to the later of the two.

    Its effect is the day the first of its units moves, of a priority the first on which a tier changes, else the
    first of the plan.
    """
    proposal, moved = assessment.proposal, assessment.moved.first_day
    raised = min((one.from_on for one in proposal.raises), default=None)
    starts = assessment.world.settings.calendar.start_on
    effect = dt.date.fromordinal(moved) if moved is not None else max(raised or starts, starts)
    decided = proposal.decided_on or effect
    return decided, max(decided, effect)
