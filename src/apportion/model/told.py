"""The findings of one file: where it is so wished the first of them in full, the rest counted.

A file can be wrong in every cell. What is told of it stays readable, and is made in the time that reading takes.
"""

from __future__ import annotations

from collections.abc import Iterable

from apportion.errors import Code, Finding, Severity, in_order

_ALL = 1 << 60


class Told:
    """What is told of one file so far.

    Attributes:
        file: The file as the user named it.
        most: How many findings are told in full.
    """

    def __init__(self, file: str, *, most: int = _ALL) -> None:
        """Start with nothing told."""
        self.file = file
        self.most = most
        self._kept: list[Finding] = []
        self._rest = 0
        self._worst = Severity.INFO

    def add(self, findings: Iterable[Finding], *, rest: int = 0, severity: Severity = Severity.ERROR) -> None:
        """Keep findings.

        Args:
            findings: What is told in full.
            rest: How many more of their kind there are in rows further down.
            severity: The grade of those.
        """
        self._kept.extend(findings)
        if rest:
            self._rest += rest
            self._worst = max(self._worst, severity)

    def add_next(self, finding: Finding) -> None:
        """Keep a finding where findings come by row and few are kept so far; count it where many are."""
        if len(self._kept) < self.most:
            self._kept.append(finding)
        else:
            self.add((), rest=1, severity=finding.severity)

    def add_all(self, other: Told) -> None:
        """Keep what is told of the same file elsewhere."""
        self.add(other._kept, rest=other._rest, severity=other._worst)

    def __bool__(self) -> bool:
        """Return whether anything is told."""
        return bool(self._kept)

    def findings(self) -> list[Finding]:
        """Return all findings; where they are too many, the first in their order and one that counts the rest."""
        if not self._over:
            return list(self._kept)
        shown, over = self._divided()
        rest = self._rest + len(over)
        cut = Finding(
            code=Code.FINDINGS_CUT,
            severity=self._worst_cut(over),
            file=self.file,
            found=f"{rest:,} more findings of this file are not listed.",
            expected=f"at most {self.most:,} findings of one file.",
            fix="Mend what is listed, which often mends the rest, and check again.",
        )
        return [*shown, cut]

    @property
    def cuts_errors(self) -> bool:
        """Return whether a finding of error grade is counted only, so that its row is known to nobody."""
        return bool(self._over) and self._worst_cut(self._divided()[1]) is Severity.ERROR

    @property
    def _over(self) -> int:
        return self._rest + max(len(self._kept) - self.most, 0)

    def _divided(self) -> tuple[list[Finding], list[Finding]]:
        ordered = in_order(self._kept)
        return ordered[: self.most], ordered[self.most :]

    def _worst_cut(self, over: list[Finding]) -> Severity:
        return max([self._worst, *(one.severity for one in over)])
