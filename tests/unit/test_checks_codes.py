"""Every code that a finding can carry has a scenario that gives it, and tells place, value and what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from apportion.commands.scenarios import check_scenario
from apportion.errors import Code, Severity, in_order
from tests.broken import GOOD, SETTINGS, Broken, lot, order, party, site, sku, step
from tests.build import Rows, write_scenario
from tests.reproducers import BROKEN, NEVER_A_FINDING, OF_EXCEPTIONS, findings_of, write_broken


def test_the_good_scenario_has_no_finding(tmp_path: Path) -> None:
    assert check_scenario(str(write_scenario(tmp_path, SETTINGS, tables=GOOD))) == []


def test_every_code_of_a_finding_has_a_scenario_that_gives_it() -> None:
    assert set(BROKEN) == set(Code) - OF_EXCEPTIONS - NEVER_A_FINDING


@pytest.mark.parametrize(("code", "broken"), BROKEN.items(), ids=[str(code) for code in BROKEN])
def test_a_finding_tells_place_value_and_remedy(tmp_path: Path, code: Code, broken: Broken) -> None:
    findings = findings_of(write_broken(tmp_path, broken), broken)
    [told] = [one for one in findings if one.code is code]
    assert (told.file, told.row, told.column, told.severity) == (
        broken.file,
        broken.row,
        broken.column,
        broken.severity,
    )
    assert broken.quoted in told.found
    assert told.expected.endswith((".", "…."))
    assert told.fix.endswith(".") or told.fix.endswith("?")
    if broken.severity is Severity.ERROR:
        assert [one for one in findings if one.severity is Severity.ERROR] == [told]


def test_all_findings_come_at_once_in_file_row_and_column_order(tmp_path: Path) -> None:
    tables: dict[str, Rows] = {
        "parties": [party(kind="friend"), party(party="v", name="")],
        "skus": [sku(site_kw="x", lot_units="0")],
        "supply": [lot(quantity="-1", arrives_on="soon"), lot(lot="M", sku="z", reserved_for="Z")],
        "orders": [order(quantity="", sites="mars"), order(order="B", min_ship="9"), order(order="B")],
        "readiness": [step(power_kw="1e3")],
        "sites": [site()],
    }
    findings = check_scenario(str(write_scenario(tmp_path, SETTINGS, tables=tables)))
    assert findings == in_order(findings)
    assert [(one.file, one.row, one.column, str(one.code)) for one in findings] == [
        ("orders.csv", 2, "quantity", "value-missing"),
        ("orders.csv", 2, "sites", "reference-unknown"),
        ("orders.csv", 3, "min_ship", "min-ship-above-quantity"),
        ("orders.csv", 4, "order", "key-duplicate"),
        ("parties.csv", 2, "kind", "value-invalid"),
        ("parties.csv", 3, "name", "value-missing"),
        ("readiness.csv", 2, "power_kw", "value-invalid"),
        ("skus.csv", 2, "lot_units", "value-out-of-range"),
        ("skus.csv", 2, "site_kw", "value-invalid"),
        ("supply.csv", 2, "arrives_on", "value-invalid"),
        ("supply.csv", 2, "quantity", "value-out-of-range"),
        ("supply.csv", 3, "reserved_for", "reference-unknown"),
        ("supply.csv", 3, "sku", "reference-unknown"),
    ]
