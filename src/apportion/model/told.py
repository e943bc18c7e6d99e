"""The findings of one file: the first of them in full, the rest counted.

A file can be wrong in every cell. What is told of it stays readable, and is made in the time that reading takes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from apportion.errors import Code, Finding, Severity, in_order

# So many findings of one file are told in full.
MOST = 1_000
# Findings are put in order whenever so many times the most are held, so that few are held at any time.
_HELD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Finding):
    """How many more findings of a file there are than those listed.

    Attributes:
        rest: How many; the grade is that of the worst of them.
    """

    rest: int


def cut(file: str, rest: int, *, severity: Severity, most: int = MOST) -> Cut:
    """Return the finding that stands for `rest` others, the worst of them of this grade."""
    return Cut(
        code=Code.FINDINGS_CUT,
        severity=severity,
        file=file,
        found=f"{rest:,} more findings of this file are not listed.",
        expected=f"at most {most:,} findings of one file.",
        fix="Mend what is listed, which often mends the rest, and check again.",
        rest=rest,
    )


class Told:
    """What is told of one file so far.

    Attributes:
        file: The file as the user named it.
        most: How many findings are told in full.
    """

    def __init__(self, file: str, *, most: int = MOST) -> None:
        """Start with nothing told."""
        self.file = file
        self.most = most
        self._kept: list[Finding] = []
        self._rest = 0
        self._worst = Severity.INFO

    def add(self, findings: Iterable[Finding], *, rest: int = 0, severity: Severity = Severity.ERROR) -> None:
        """Keep findings.

        Args:
            findings: What is told in full, and what was cut elsewhere.
            rest: How many more of their kind there are in rows further down.
            severity: The grade of those.
        """
        for one in findings:
            if isinstance(one, Cut):
                self._count(one.rest, severity=one.severity)
                continue
            self._kept.append(one)
            if len(self._kept) > _HELD * self.most:
                self._keep_first()
        self._count(rest, severity=severity)

    def add_all(self, other: Told) -> None:
        """Keep what is told of the same file elsewhere."""
        self.add(other._kept, rest=other._rest, severity=other._worst)

    def __bool__(self) -> bool:
        """Return whether anything is told."""
        return bool(self._kept or self._rest)

    @property
    def is_full(self) -> bool:
        """Return whether a finding in a row further down would only be counted."""
        return len(self._kept) >= self.most

    def findings(self) -> list[Finding]:
        """Return all findings; where they are too many, the first in their order and one that counts the rest."""
        self._keep_first()
        if not self._rest:
            return list(self._kept)
        return [*self._kept, cut(self.file, self._rest, severity=self._worst, most=self.most)]

    @property
    def cuts_errors(self) -> bool:
        """Return whether a finding of error grade is counted only, so that its row is known to nobody."""
        self._keep_first()
        return bool(self._rest) and self._worst is Severity.ERROR

    def _count(self, rest: int, *, severity: Severity) -> None:
        if rest:
            self._rest += rest
            self._worst = max(self._worst, severity)

    def _keep_first(self) -> None:
        ordered = in_order(self._kept)
        self._kept = ordered[: self.most]
        for one in ordered[self.most :]:
            self._count(1, severity=one.severity)


def first_of_each(findings: Iterable[Finding]) -> list[Finding]:
    """Return the findings of many files in order, of each file the first and how many more there are."""
    told: dict[str, Told] = {}
    for one in findings:
        told.setdefault(one.file, Told(one.file)).add([one])
    return in_order(one for file in told.values() for one in file.findings())
