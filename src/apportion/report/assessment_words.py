"""What a proposal comes to, in at most ten sentences that need no other page.

Every sentence is made from the numbers of the assessment. Live unit-days decide: a plan that holds units at the
supplier has no idle day and helps nobody, so idle time alone is never told as a gain.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from fractions import Fraction

from apportion.model.policy import Case
from apportion.report.assessment_programmes import moved_milestone
from apportion.report.words import Words
from apportion.study.assess import Assessment
from apportion.study.breakeven import Question
from apportion.study.futures import Future
from apportion.study.measures import Value
from apportion.study.ranges import TOGETHER, find_interval

MOST_SENTENCES = 10
_ZERO = Fraction(0)


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

    def _over_cases(self, measure: str, party: str) -> list[Fraction]:
        """Return a measure of the proposal in each case."""
        return [
            number_of(self._found.value(Future.PROPOSED, measure, party=party, case=case)) for case in Case
        ]

    def _parties_with(self, measure: str) -> list[tuple[str, Fraction]]:
        """Return the parties for which a measure of the proposal is above 0 in the case shown, the most first."""
        values = [
            (party, number_of(self._found.value(Future.PROPOSED, measure, party=party)))
            for party in self._found.parties
        ]
        return sorted((one for one in values if one[1] > 0), key=lambda one: (-one[1], one[0]))

    def moved(self) -> Iterator[str]:
        """Say what would move and what it costs."""
        units = number_of(self._found.value(Future.PROPOSED, "units_moved"))
        worth = self._found.value(Future.PROPOSED, "value_usd")
        title = self._found.proposal.title or self._found.proposal.id
        if not units:
            yield self._words.say("assess.raise", title=title)
        elif isinstance(worth, Fraction):
            currency = self._found.world.settings.currency
            yield self._words.say(
                "assess.moved", title=title, units=units, worth=round(worth), currency=currency
            )
        else:
            yield self._words.say("assess.moved-unpriced", title=title, units=units)

    def shifted(self) -> Iterator[str]:
        """Say who receives units later, and by how much."""
        for party, days in self._parties_with("shifted_later_gpu_days")[:1]:
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
        for party, _ in self._parties_with("shifted_later_gpu_days")[:1]:
            name, losses = (
                self._name(party),
                [-one for one in self._over_cases("live_gained_gpu_days", party)],
            )
            box = find_interval(self._found.intervals, measure="live_gained_gpu_days", party=party)
            if any(losses):
                yield self._words.say("assess.lost", party=name, **self._cases(losses))
            elif box is not None and box.is_constant:
                yield self._words.say("assess.lost-nowhere", party=name, count=box.points)
            else:
                yield self._words.say("assess.lost-nothing", party=name)
            avoided = self._over_cases("idle_avoided_gpu_days", party)
            if len(set(avoided)) == 1 and avoided[0] > 0 and not any(losses):
                yield self._words.say("assess.avoided", party=name, days=avoided[0])

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
        together = self._over_cases("live_gained_gpu_days", "")
        if not gaining:
            yield self._words.say("assess.gained-by-nobody", **self._cases(together))
        elif together != self._over_cases("live_gained_gpu_days", gaining[0][0]):
            yield self._words.say("assess.together", **self._cases(together))

    def _cases(self, values: Sequence[Fraction]) -> dict[str, Fraction]:
        return dict(zip(("favourable", "middle", "unfavourable"), values, strict=True))

    def everywhere(self) -> Iterator[str]:
        """Say what changes if units could also run at the other sites of their party."""
        measure = "live_gained_gpu_days_all_sites"
        losses = [
            (party, -number_of(self._found.value(Future.PROPOSED, measure, party=party)))
            for party in self._found.parties
        ]
        party, most = max(losses, key=lambda one: one[1])
        if most <= 0:
            yield self._words.say("assess.everywhere-nothing")
            return
        claims = [
            f"{one.table} {one.name} ({', '.join(one.evidence)})"
            for one in self._found.grounds
            if one.basis == "claim"
        ]
        rests = self._words.say("assess.everywhere-rests", rows=self._words.listed(claims)) if claims else ""
        yield self._words.say("assess.everywhere", party=self._name(party), days=most, rests=rests)

    def milestones(self) -> Iterator[str]:
        """Say which milestone moves most, where none of who gains has been told."""
        gaining = self._parties_with("live_gained_gpu_days")[:1]
        if any(moved_milestone(self._found, words=self._words, party=party) for party, _ in gaining):
            return
        moved = moved_milestone(self._found, words=self._words)
        if moved:
            yield self._words.say("milestone.sentence", moved=moved)

    def against_policy(self) -> Iterator[str]:
        """Say what the policy and the best division would reach, in live unit-days."""
        live = {future: number_of(self._found.value(future, "live_gpu_days")) for future in Future}
        yield self._words.say(
            "assess.policy",
            booked=live[Future.BOOKED],
            proposed=live[Future.PROPOSED],
            policy=live[Future.POLICY],
            best=live[Future.BEST],
        )

    def worth(self) -> Iterator[str]:
        """Say between which amounts a price for the moved time lies."""
        low = self._found.value(Future.PROPOSED, "imputed_low_usd")
        high = self._found.value(Future.PROPOSED, "imputed_high_usd")
        if isinstance(low, Fraction) and isinstance(high, Fraction):
            currency = self._found.world.settings.currency
            yield self._words.say("assess.worth", low=round(low), high=round(high), currency=currency)

    def break_even(self) -> Iterator[str]:
        """Say from which day on full power at the site leaves the proposal harmless."""
        for one in self._found.break_evens:
            if one.question is Question.READY_ON and one.is_found and isinstance(one.day, dt.date):
                nearest = (
                    self._words.say(
                        "assess.nearest", step=one.name, day=one.stated_on, basis=one.basis or "unknown"
                    )
                    if one.stated_on is not None
                    else ""
                )
                yield self._words.say(
                    "assess.harmless-from",
                    party=self._name(one.party),
                    site=one.site,
                    day=one.day,
                    nearest=nearest,
                )
                return


def extremes_told(found: Assessment, *, words: Words) -> list[str]:
    """Return for each key answer the least and most found while everything varies."""
    told = []
    for party in ["", *found.parties]:
        box = find_interval(found.intervals, measure="live_gained_gpu_days", party=party, varied=TOGETHER)
        if box is None:
            continue
        name = party or words.say("assess.everybody")
        key = "assess.box-constant" if box.is_constant else "assess.box"
        told.append(words.say(key, party=name, low=box.low, high=box.high, count=box.points))
    return told
