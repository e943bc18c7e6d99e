"""What a proposal comes to, in at most ten sentences that need no other page.

Every sentence is made from the numbers of the assessment. Live unit-days decide: a plan that holds units at the
supplier has no idle day and helps nobody, so idle time alone is never told as a gain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction

from apportion.errors import Code
from apportion.model.policy import Case
from apportion.model.proposal import Kind
from apportion.report.assessment_programmes import moved_milestone
from apportion.report.facts import basis_words, currency_words, source_words
from apportion.report.words import Words
from apportion.study.assess import Assessment
from apportion.study.breakeven import Question
from apportion.study.elsewhere import Ground
from apportion.study.futures import Future
from apportion.study.measures import Value
from apportion.study.ranges import find_interval

MOST_SENTENCES = 10
_LEVELS = {"level_after_move": "assess.poorest.after-move", "level_at_end": "assess.poorest.at-end"}
_FUTURES = {
    Future.BOOKED: "assess.future.booked",
    Future.PROPOSED: "assess.future.proposed",
    Future.POLICY: "assess.future.policy",
}
_ZERO = Fraction(0)
_MOST_NAMED = 3
_TRAYS = 1_000  # A difference of so small a part is what whole trays make.


def assessment_sentences(found: Assessment, *, words: Words) -> list[str]:
    """Return the summary of an assessment."""
    telling = _Telling(found, words)
    sentences = [
        *telling.moved(),
        *telling.shifted(),
        *telling.lost(),
        *telling.gained(),
        *telling.milestones(),
        *telling.everywhere(),
        *telling.against_policy(),
        *telling.worth(),
        *telling.break_even(),
    ]
    return [*sentences[: MOST_SENTENCES - 1], words.say("assess.two-questions")]


def number_of(value: Value) -> Fraction:
    """Return a measure that is a number; none is 0."""
    return value if isinstance(value, Fraction) else _ZERO


class _Telling:
    """Makes the sentences of one assessment."""

    def __init__(self, found: Assessment, words: Words) -> None:
        self._found = found
        self._words = words
        names = found.world.table("parties").select("party", "name").iter_rows()
        self._names: dict[str, str] = {party: name or party for party, name in names}

    def _name(self, party: str) -> str:
        return self._names.get(party, party)

    def _currency(self) -> str:
        return currency_words(self._found.world.settings.currency, words=self._words)

    def _over_cases(self, measure: str, party: str) -> list[Fraction]:
        """Return a measure of the proposal in each case."""
        return [
            number_of(self._found.value(Future.PROPOSED, measure, party=party, case=case)) for case in Case
        ]

    def _losses(self, measure: str) -> list[tuple[str, Fraction]]:
        """Return by how much a measure of the proposal is below 0 for each party, in the case shown."""
        return [
            (party, -number_of(self._found.value(Future.PROPOSED, measure, party=party)))
            for party in self._found.parties
        ]

    def _parties_with(self, measure: str) -> list[tuple[str, Fraction]]:
        """Return the parties for which a measure of the proposal is above 0 in the case shown, the most first."""
        values = [
            (party, number_of(self._found.value(Future.PROPOSED, measure, party=party)))
            for party in self._found.parties
        ]
        return sorted((one for one in values if one[1] > 0), key=lambda one: (-one[1], one[0]))

    @property
    def _changes_nothing(self) -> bool:
        """Return whether everybody receives the same with the proposal as without it."""
        proposal = self._found.proposal
        told = sum(one.code is Code.MOVE_CHANGES_NOTHING for one in self._found.findings)
        return told > 0 and (proposal.kind is not Kind.PRIORITY or told >= len(proposal.raises))

    def _harmed(self) -> list[str]:
        """Return the parties that receive later or lose live time in some case, whoever loses most first."""
        most = {
            party: max(-one for one in self._over_cases("live_gained_gpu_days", party))
            for party in self._found.parties
        }
        later = dict(self._parties_with("shifted_later_gpu_days"))
        named = [party for party in self._found.parties if most[party] > 0 or party in later]
        return sorted(named, key=lambda party: (-max(most[party], _ZERO), -later.get(party, _ZERO), party))

    def moved(self) -> Iterator[str]:
        """Say what would move and what it costs."""
        units = number_of(self._found.value(Future.PROPOSED, "units_moved"))
        worth = self._found.value(Future.PROPOSED, "value_usd")
        title = self._found.proposal.title or self._found.proposal.id
        if self._changes_nothing:
            yield self._words.say("assess.nothing", title=title)
        elif not units:
            yield self._words.say("assess.raise", title=title)
        elif isinstance(worth, Fraction):
            yield self._words.say(
                "assess.moved", title=title, units=units, worth=round(worth), currency=self._currency()
            )
        else:
            yield self._words.say("assess.moved-unpriced", title=title, units=units)

    def shifted(self) -> Iterator[str]:
        """Say who receives units later, and by how much."""
        later = dict(self._parties_with("shifted_later_gpu_days"))
        for party, days in [(party, later[party]) for party in self._harmed()[:1] if party in later]:
            mean = self._found.value(Future.PROPOSED, "delay_days_mean", party=party)
            months = self._found.value(Future.PROPOSED, "delay_months_mean", party=party)
            if isinstance(mean, Fraction) and isinstance(months, Fraction):
                yield self._words.say(
                    "assess.later", party=self._name(party), days=days, mean=mean, months=round(months, 1)
                )
            else:
                yield self._words.say("assess.later-unequal", party=self._name(party), days=days)

    def lost(self) -> Iterator[str]:
        """Say what the parties that receive later lose, at the sites named."""
        harmed = self._harmed()
        for party in harmed[:1]:
            name, losses = (
                self._name(party),
                [-one for one in self._over_cases("live_gained_gpu_days", party)],
            )
            box = find_interval(self._found.intervals, measure="live_gained_gpu_days", party=party)
            if max(losses) > 0:
                key = "assess.lost-or-gained" if min(losses) < 0 else "assess.lost"
                yield self._words.say(key, party=name, **self._cases(losses))
            elif any(losses):
                yield self._words.say("assess.lost-nothing-late", party=name)
            elif box is not None and box.is_constant:
                yield self._words.say("assess.lost-nowhere", party=name, count=box.points)
            else:
                yield self._words.say("assess.lost-nothing", party=name)
            avoided = self._over_cases("idle_avoided_gpu_days", party)
            if len(set(avoided)) == 1 and avoided[0] > 0 and not any(losses):
                yield self._words.say("assess.avoided", party=name, days=avoided[0])
        others = [party for party in harmed[1:] if min(self._over_cases("live_gained_gpu_days", party)) < 0]
        if others:
            yield self._words.say("assess.others-lose", each=self._each(others, sign=-1))

    def _each(self, parties: Sequence[str], *, sign: int) -> str:
        """Return what each party gains, or loses where the sign is turned, in the three cases."""
        shown = parties[:_MOST_NAMED]
        told = [
            self._words.say(
                "assess.each",
                party=self._name(party),
                **self._cases([sign * one for one in self._over_cases("live_gained_gpu_days", party)]),
            )
            for party in shown
        ]
        if len(parties) > len(shown):
            told.append(self._words.say("assess.and-others", count=len(parties) - len(shown)))
        return self._words.say("joint.clauses").join(told)

    def gained(self) -> Iterator[str]:
        """Say what the parties that receive earlier gain, and all together."""
        gaining = self._parties_with("live_gained_gpu_days")
        for party, _ in gaining[:1]:
            gains = self._over_cases("live_gained_gpu_days", party)
            moved = moved_milestone(self._found, words=self._words, party=party)
            if moved:
                told = {"party": self._name(party), "moved": moved}
                yield self._words.say("assess.gained-and-moved", **told, **self._cases(gains))
            else:
                yield self._words.say("assess.gained", party=self._name(party), **self._cases(gains))
        if len(gaining) > 1:
            yield self._words.say(
                "assess.others-gain", each=self._each([one for one, _ in gaining[1:]], sign=1)
            )
        together = self._over_cases("live_gained_gpu_days", "")
        if not any(
            self._over_cases("live_gained_gpu_days", party) != [0, 0, 0] for party in self._found.parties
        ):
            yield self._words.say("assess.gained-nothing")
        elif not gaining:
            yield self._words.say("assess.gained-by-nobody", **self._cases(together))
        elif not any(together):
            yield self._words.say("assess.together-nothing")
        elif together != self._over_cases("live_gained_gpu_days", gaining[0][0]):
            key = "assess.together" if min(together) >= 0 else "assess.together-or-lose"
            yield self._words.say(key, **self._cases(together))

    def _cases(self, values: Sequence[Fraction]) -> dict[str, Fraction]:
        return dict(zip(("favourable", "middle", "unfavourable"), values, strict=True))

    def everywhere(self) -> Iterator[str]:
        """Say what changes if units could also run at the other sites of their party."""
        losses = self._losses("live_gained_gpu_days_all_sites")
        party, most = max(losses, key=lambda one: one[1])
        if losses == self._losses("live_gained_gpu_days"):
            yield self._words.say("assess.everywhere-same")
            return
        if most <= 0:
            yield self._words.say("assess.everywhere-nothing")
            return
        claims = [self._row(one) for one in self._found.grounds if one.basis == "claim"]
        rests = self._words.say("assess.everywhere-rests", rows=self._words.listed(claims)) if claims else ""
        yield self._words.say("assess.everywhere", party=self._name(party), days=most, rests=rests)

    def _row(self, ground: Ground) -> str:
        """Return a row of the facts by its table, name and evidence."""
        table = source_words(ground.table, words=self._words)
        if not ground.evidence:
            return self._words.say("assess.row", table=table, name=ground.name)
        evidence = self._words.say("list.between").join(ground.evidence)
        return self._words.say("assess.row-cited", table=table, name=ground.name, evidence=evidence)

    def milestones(self) -> Iterator[str]:
        """Say which milestone of who may lose moves most; else of anybody, where none of who gains has been told."""
        for party in self._harmed()[:1]:
            moved = moved_milestone(self._found, words=self._words, party=party)
            if moved:
                yield self._words.say("milestone.sentence", moved=moved)
                return
        gaining = self._parties_with("live_gained_gpu_days")[:1]
        if any(moved_milestone(self._found, words=self._words, party=party) for party, _ in gaining):
            return
        moved = moved_milestone(self._found, words=self._words)
        if moved:
            yield self._words.say("milestone.sentence", moved=moved)

    def against_policy(self) -> Iterator[str]:
        """Say what the policy and the best division would reach, in live unit-days."""
        live = {future: number_of(self._found.value(future, "live_gpu_days")) for future in Future}
        apart = abs(live[Future.POLICY] - live[Future.PROPOSED])
        is_trays = 0 < apart * _TRAYS <= live[Future.POLICY]
        yield self._words.say(
            "assess.policy-trays" if is_trays else "assess.policy",
            booked=live[Future.BOOKED],
            proposed=live[Future.PROPOSED],
            policy=live[Future.POLICY],
            best=live[Future.BEST],
        )

    def worth(self) -> Iterator[str]:
        """Say between which amounts a price for the moved time lies."""
        low = self._found.value(Future.PROPOSED, "imputed_low_usd")
        high = self._found.value(Future.PROPOSED, "imputed_high_usd")
        if isinstance(low, Fraction) and isinstance(high, Fraction) and high:
            yield self._words.say("assess.worth", low=round(low), high=round(high), currency=self._currency())

    def break_even(self) -> Iterator[str]:
        """Say from which day on full power at the site leaves the proposal harmless."""
        for one in self._found.break_evens:
            is_in_plan = isinstance(one.day, dt.date) and one.day < self._found.world.settings.calendar.end_on
            if one.question is Question.READY_ON and one.is_found and is_in_plan and one.day is not None:
                gained = self._found.value(Future.PROPOSED, "live_gained_gpu_days", party=one.party)
                key = "assess.harmless-from" if number_of(gained) >= 0 else "assess.harmless-only-if"
                nearest = (
                    self._words.say(
                        "assess.nearest",
                        step=one.name,
                        day=one.stated_on,
                        basis=basis_words(one.basis, words=self._words),
                    )
                    if one.stated_on is not None
                    else ""
                )
                yield self._words.say(
                    key,
                    party=self._name(one.party),
                    site=one.site,
                    day=one.day,
                    nearest=nearest,
                )
                return


def poorest_sentences(found: Assessment, *, words: Words) -> list[str]:
    """Return who has least for its entitlement in each future, right after the first move and at the end."""
    told = []
    for measure, key in _LEVELS.items():
        poorest = {
            future: found.poorest(future, measure)
            for future in (found.baseline, Future.PROPOSED, Future.POLICY)
        }
        if not all(poorest.values()):
            continue
        each = [
            words.say(
                "assess.poorest.one",
                future=words.say(_FUTURES[future]),
                parties=words.listed(parties),
                level=number_of(found.value(future, measure, party=parties[0])),
            )
            for future, parties in poorest.items()
        ]
        told.append(words.say(key, each=words.say("joint.clauses").join(each)))
    return told
