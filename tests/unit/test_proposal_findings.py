"""What is wrong with a proposal's file is told at once, each thing once, and nothing is said that it does not say."""

from __future__ import annotations

from pathlib import Path

import pytest

import apportion as ap
from apportion.commands.scenarios import check_scenario, export_scenario
from apportion.errors import Finding, Severity
from apportion.files.proposal_reading import read_proposal
from tests.build import day

STORY = "tesla-x-2023"
MOVE = '[[moves]]\nlot = "L1"\nto_order = "X1"\n'


def read(text: str) -> list[Finding]:
    return read_proposal(text.encode(), file="p.toml")[1]


def told(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(str(one.code), one.column) for one in findings]


def layered() -> str:
    """Return a proposal wrong in each way that another may hide."""
    return (
        'kind = "swop"\nevidence = ["S999"]\ndecided_on = "soon"\nmoves = [7, '
        '{lot = "L9", to_order = "X1", quantity = 0}, {to_order = "X9"}, {lot = "L1", to_order = 7, site = "mars"}]\n'
        '[[raise]]\nparty = "nobody"\ntier = "first"\nfrom_on = 2024-01-01\n'
    )


EVERY = {
    ("setting-invalid", "kind"),
    ("reference-unknown", "evidence"),
    ("setting-invalid", "decided_on"),
    ("setting-invalid", "moves[1]"),
    ("reference-unknown", "moves[2].lot"),
    ("setting-invalid", "moves[2].quantity"),
    ("setting-missing", "moves[3].lot"),
    ("reference-unknown", "moves[3].to_order"),
    ("setting-invalid", "moves[4].to_order"),
    ("reference-unknown", "moves[4].site"),
    ("reference-unknown", "raise[1].party"),
    ("setting-invalid", "raise[1].tier"),
}


def test_every_finding_is_told_at_once_by_check_and_by_assess(tmp_path: Path) -> None:
    export_scenario(STORY, to=tmp_path / "copy", made_on=day("2024-01-01"))
    file = tmp_path / "copy" / "p.toml"
    file.write_text(layered(), encoding="utf-8")
    checked = [one for one in check_scenario(str(tmp_path / "copy")) if one.file == "p.toml"]
    with pytest.raises(ap.FindingsError) as refused:
        ap.assess(ap.read(STORY), file)
    for findings in (checked, list(refused.value.findings)):
        assert set(told(findings)) == EVERY
        assert len(findings) == len(EVERY)


def test_what_moves_come_to_together_is_not_said_of_a_proposal_read_in_part(tmp_path: Path) -> None:
    # The first move would make room for the second; without it none is there.
    file = tmp_path / "p.toml"
    file.write_text(f'kind = "swap"\n[[moves]]\nlot = "L2"\nto_order = 7\n{MOVE}', encoding="utf-8")
    with pytest.raises(ap.FindingsError) as refused:
        ap.assess(ap.read(STORY), file)
    assert told(list(refused.value.findings)) == [("setting-invalid", "moves[1].to_order")]


@pytest.mark.parametrize("held", ["7", '""', "[7]", "{}"])
def test_an_entry_that_is_no_text_is_one_finding(held: str) -> None:
    findings = read(f'kind = "divert"\n[[moves]]\nlot = "L1"\nto_order = {held}\n')
    assert told(findings) == [("setting-invalid", "moves[1].to_order")]


@pytest.mark.parametrize("line", ["", "to_order = []"])
def test_an_entry_without_an_order_is_one_finding(line: str) -> None:
    findings = read(f'kind = "divert"\n[[moves]]\nlot = "L1"\n{line}\n')
    assert told(findings) == [("setting-missing", "moves[1].to_order")]


@pytest.mark.parametrize("line", ['kind = "swop"', "kind = 7", ""])
def test_a_kind_that_is_none_is_not_called_another(line: str) -> None:
    for rest in ("", MOVE, '[[raise]]\nparty = "x"\ntier = 0\nfrom_on = 2024-01-01\n'):
        findings = read(f"{line}\n{rest}")
        assert [column for _, column in told(findings)] == (["kind"] if rest else ["kind", "moves"])
        assert not [one for one in findings if "divert" in one.found]


@pytest.mark.parametrize("quantity", ["0", "1000000000000", "-1", "true"])
def test_a_quantity_out_of_range_is_told_both_ends(quantity: str) -> None:
    (found,) = read(f'kind = "divert"\n{MOVE}quantity = {quantity}\n')
    assert found.expected == "a whole number from 1 to 999,999,999,999."


def test_the_largest_quantity_can_be_read() -> None:
    assert not [
        one
        for one in read(f'kind = "divert"\n{MOVE}quantity = 999999999999\n')
        if one.severity is Severity.ERROR
    ]
