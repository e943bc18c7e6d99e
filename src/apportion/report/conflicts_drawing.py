"""Interests as a drawing: whoever holds one on a card, a line from each interest to the one it is in.

Cards stand on the left, one under another, each with a row for every interest; whoever holds none stands on the
right. A line that ends at another card bends round on the left. All lengths are pixels.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from apportion.govern.inquiry import Conflicts
from apportion.govern.interests import Tie
from apportion.govern.stakes import Path
from apportion.report.conflicts import tie_days, tie_words
from apportion.report.others import customers_named
from apportion.report.words import Words

# So many interests are drawn; the register holds all.
MOST_LINES = 60
_LINE = 17  # From one line of text to the next.
_PAD = 9
_GAP = 14  # Between cards, and between boxes.
_TEXT = 13  # Size of letters.
# Widths of letters in parts of their size, wide enough for the fonts of common systems.
_WIDE, _CAPITAL, _SMALL = 1.0, 0.74, 0.58


@dataclass(frozen=True, slots=True)
class Frame:
    """The widths of a drawing.

    Attributes:
        name: Its name in the style.
        margin: Left of the cards, where lines between cards bend.
        card: Of a card.
        gap: Between cards and boxes.
        box: Of a box.
    """

    name: str
    margin: int
    card: int
    gap: int
    box: int

    @property
    def width(self) -> int:
        """Return the width of the whole."""
        return self.margin + self.card + self.gap + self.box + 2


FRAMES = (
    Frame("narrow", margin=20, card=188, gap=44, box=104),
    Frame("wide", margin=36, card=420, gap=190, box=240),
)


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text.

    Attributes:
        x: Of its start, from the left.
        y: Of its base line.
        text: What it says.
        role: ``name``, ``tie``, ``note``, or ``days``, which ends at x.
    """

    x: int
    y: int
    text: str
    role: str


@dataclass(frozen=True, slots=True)
class Line:
    """One interest.

    Attributes:
        path: Its course.
        head: The head of its arrow.
        role: ``conflict``, ``asked`` or ``other``.
    """

    path: str
    head: str
    role: str


@dataclass(frozen=True, slots=True)
class Box:
    """A card or box with a frame.

    Attributes:
        x: From the left.
        y: From the top.
        width: Its width.
        height: Its height.
        role: ``side`` where it is on the proposal, else ``party``.
    """

    x: int
    y: int
    width: int
    height: int
    role: str


@dataclass(slots=True)
class Drawing:
    """A drawing for one width.

    Attributes:
        name: Its name in the style.
        width: Its width.
        height: Its height.
        boxes: Frames of cards and boxes.
        texts: What stands in them.
        lines: The interests; those that conflict last, so that they lie on top.
    """

    name: str
    width: int
    height: int = 0
    boxes: list[Box] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def drawings(found: Conflicts, *, words: Words) -> list[Drawing]:
    """Return the drawing of the interests in each width; empty where there is none."""
    ties = drawn_ties(found)
    return [_Drafting(found, ties, frame=frame, words=words).drawing for frame in FRAMES] if ties else []


def drawn_ties(found: Conflicts) -> tuple[Tie, ...]:
    """Return the interests that are drawn: those on a path that conflicts first, so many at the most."""
    conflicting = conflicting_ties(found)
    return tuple(sorted(found.ties, key=lambda tie: tie not in conflicting)[:MOST_LINES])


def conflicting_ties(found: Conflicts) -> frozenset[Tie]:
    """Return the interests on a path by which somebody is conflicted on their own side."""
    return frozenset(
        tie
        for one in found.standings
        if one.person in found.conflicted
        for stake in one.conflicting
        for path in stake.paths
        if not path.is_claimed
        for tie in _documented(path)
    )


def _documented(path: Path) -> Iterator[Tie]:
    return (tie for step in path.steps for tie in step.ties if not tie.is_claimed)


def wrapped(text: str, *, width: float, size: int = _TEXT) -> list[str]:
    """Return a text in lines that fit a width, broken at spaces and arrows and between Chinese characters.

    >>> wrapped("Chief executive of Tesla", width=90)
    ['Chief', 'executive', 'of Tesla']
    """
    lines, line = [], ""
    for word in _words(text):
        if line and _width(line + word.rstrip(), size=size) > width:
            lines.append(line.rstrip())
            line = ""
        line += word
        while _width(line.rstrip(), size=size) > width and len(line) > 1:
            kept = max(1, _fitting(line, width=width, size=size))
            lines.append(line[:kept])
            line = line[kept:]
    return [*lines, line.rstrip()] if line.strip() else lines


def _words(text: str) -> Iterator[str]:
    """Yield the pieces of a text that stay whole, each with the space that follows it."""
    piece = ""
    for place, letter in enumerate(text):
        piece += letter
        after = text[place + 1 : place + 2]
        if letter in " →" or (after and _is_wide(after) and unicodedata.category(after) == "Lo"):
            yield piece
            piece = ""
    yield piece


def _fitting(text: str, *, width: float, size: int) -> int:
    return max((n for n in range(len(text)) if _width(text[:n], size=size) <= width), default=1)


def _width(text: str, *, size: int) -> float:
    return sum(
        (_WIDE if _is_wide(one) else _CAPITAL if one.isupper() or one in "%&@mw—" else _SMALL) * size
        for one in text
    )


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in {"W", "F"}


class _Drafting:
    """Places cards, boxes and lines of one drawing."""

    def __init__(self, found: Conflicts, ties: Sequence[Tie], *, frame: Frame, words: Words) -> None:
        self._frame = frame
        self._words = words
        self._names = customers_named(found.world)
        self._sides = set(found.entities)
        self._conflicting = conflicting_ties(found)
        self._tops: dict[str, int] = {}
        self._starts: list[tuple[Tie, int]] = []
        self.drawing = Drawing(frame.name, frame.width)
        first = set(found.conflicted)
        holders = sorted({tie.holder for tie in ties}, key=lambda one: (one not in first, one))
        for holder in holders:
            held = [tie for tie in ties if tie.holder == holder]
            # What is on the proposal stands together and first, so that few lines cross.
            self._place_card(
                holder,
                sorted(held, key=lambda tie: (tie.entity not in self._sides, tie.entity, tie.is_claimed)),
            )
        cards_end = self.drawing.height
        self._place_boxes([tie for tie in ties if tie.entity not in self._tops])
        self.drawing.height = max(cards_end, self.drawing.height) + 2
        self._draw_lines()

    def _place_card(self, holder: str, ties: Sequence[Tie]) -> None:
        x, top = self._frame.margin, self.drawing.height + (_GAP if self._tops else 2)
        y = self._write(holder, x=x, y=top + _PAD, width=self._frame.card)
        for tie in ties:
            start = y
            y = self._write_tie(tie, x=x + _PAD, y=y)
            y += 4
            self._starts.append((tie, (start + y - 4) // 2))
        self._frame_in(holder, x=x, top=top, width=self._frame.card, bottom=y + _PAD - 4)

    def _write_tie(self, tie: Tie, *, x: int, y: int) -> int:
        """Write an interest and its days, beside each other where there is room, and return where the next begins."""
        # Lines may run close to each other, so a row names the other end as well.
        told = self._words.say(
            "conflicts.arrow",
            before=tie_words(tie, words=self._words),
            after=self._names.get(tie.entity, tie.entity),
        )
        days = tie_days(tie, words=self._words)
        room = self._frame.card - 2 * _PAD
        if _width(told, size=_TEXT) + _width(days, size=_TEXT) + 2 * _PAD <= room:
            self.drawing.texts += [
                Text(x, y + _TEXT, told, "tie"),
                Text(x + room, y + _TEXT, days, "days"),
            ]
            return y + _LINE
        for text, role in ((told, "tie"), (days, "note")):
            for line in wrapped(text, width=room):
                self.drawing.texts.append(Text(x, y + _TEXT, line, role))
                y += _LINE
        return y

    def _write(self, party: str, *, x: int, y: int, width: int) -> int:
        """Write a party's name, and that it is on the proposal, and return where the next line begins."""
        name = self._names.get(party, party)
        notes = [self._words.say("conflicts.page.on-proposal")] if party in self._sides else []
        for text, role in ((name, "name"), *((note, "note") for note in notes)):
            for line in wrapped(text, width=(width - 2 * _PAD) / (1.08 if role == "name" else 1)):
                self.drawing.texts.append(Text(x + _PAD, y + _TEXT, line, role))
                y += _LINE
        return y + 4

    def _frame_in(self, party: str, *, x: int, top: int, width: int, bottom: int) -> None:
        role = "side" if party in self._sides else "party"
        self.drawing.boxes.append(Box(x, top, width, bottom - top, role))
        self._tops[party] = top
        self.drawing.height = bottom

    def _place_boxes(self, ties: Sequence[Tie]) -> None:
        """Place who holds nothing, each about where its lines come from and none over another."""
        starts: dict[str, list[int]] = defaultdict(list)
        wanted = set(ties)
        for tie, y in self._starts:
            if tie in wanted:
                starts[tie.entity].append(y)
        means = {entity: sum(found) / len(found) for entity, found in starts.items()}
        x, free = self._frame.margin + self._frame.card + self._frame.gap, 2
        for entity in sorted(means, key=lambda one: (one not in self._sides, means[one], one)):
            top = max(free, round(means[entity]) - _PAD - _LINE // 2)
            bottom = self._write(entity, x=x, y=top + _PAD, width=self._frame.box) + _PAD - 4
            self._frame_in(entity, x=x, top=top, width=self._frame.box, bottom=bottom)
            free = bottom + _GAP

    def _draw_lines(self) -> None:
        ends: Mapping[tuple[str, str], Iterator[int]] = self._ends()
        lines = [
            self._line(tie, y=y, end=next(ends[tie.entity, "left" if self._is_card(tie) else "right"]))
            for tie, y in self._starts
        ]
        self.drawing.lines = sorted(lines, key=lambda one: ("other", "asked", "conflict").index(one.role))

    def _is_card(self, tie: Tie) -> bool:
        return any(tie.entity == other.holder for other, _ in self._starts)

    def _ends(self) -> Mapping[tuple[str, str], Iterator[int]]:
        """Return, of each card and box, where its lines end: one under another, so that no two become one."""
        counts: dict[tuple[str, str], int] = defaultdict(int)
        for tie, _ in self._starts:
            counts[tie.entity, "left" if self._is_card(tie) else "right"] += 1
        return {
            (entity, side): iter(
                [
                    self._tops[entity] + _PAD + _LINE // 2 + place * 7 - (count - 1) * 3
                    for place in range(count)
                ]
            )
            for (entity, side), count in counts.items()
        }

    def _line(self, tie: Tie, *, y: int, end: int) -> Line:
        role = "asked" if tie.is_claimed else "conflict" if tie in self._conflicting else "other"
        left, right = self._frame.margin, self._frame.margin + self._frame.card
        if self._is_card(tie):
            bend = 3
            course = f"M{left} {y}C{bend} {y} {bend} {end} {left - 6} {end}"
            return Line(course, _arrow(left, end), role)
        target = right + self._frame.gap
        half = right + self._frame.gap // 2
        course = f"M{right} {y}C{half} {y} {half} {end} {target - 6} {end}"
        return Line(course, _arrow(target, end), role)


def _arrow(x: int, y: int) -> str:
    return f"M{x - 1} {y}L{x - 8} {y - 4}L{x - 8} {y + 4}Z"
