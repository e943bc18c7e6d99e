"""The smallest scenario that gives each finding, by its code; tests and the error catalogue run them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from apportion.commands.plans import make_plan
from apportion.commands.scenarios import check_scenario, read_scenario
from apportion.errors import Code, Finding, Severity, in_order
from apportion.govern.hold import Frozen, Held, stand
from apportion.model.policy import Policy
from tests.broken import GOOD, SETTINGS, Broken, lot, order, rental, shipment, site, sku, step
from tests.build import write_scenario
from tests.reproducers_of_bookings import OF_BOOKINGS
from tests.reproducers_of_claims import OF_CLAIMS
from tests.reproducers_of_interests import OF_INTERESTS

# What an exception carries and no finding; the command line holds them.
OF_EXCEPTIONS = {
    Code.LEDGER_BROKEN,  # of a book, and not of a scenario
    Code.NOT_PERMITTED,
    Code.BOOK_UNREACHABLE,
    Code.BOOK_DAMAGED,
    Code.BOOK_OLDER,
    Code.BOOK_NEWER,
    Code.BOOK_BUSY,
    Code.BOOK_FULL,
    Code.BOOK_READ_ONLY,
    Code.CLOCK_BACKWARDS,
    Code.KEY_MISSING,
    Code.KEY_UNUSABLE,
    Code.PLAN_UNREADABLE,
    Code.PROOF_FAILED,
    Code.ACT_REFUSED,
    Code.USAGE,
    Code.INTERNAL,
}
# A scenario that is not there is wrong use, so this code is kept and no finding carries it.
NEVER_A_FINDING: set[Code] = set()
WARNING, INFO = Severity.WARNING, Severity.INFO
FLEET = "holding,party,site,sku,quantity,since_on"
SWAP = 'kind = "swap"'
MOVE = '[[moves]]\nlot = "L"\nto_order = "A"'
BROKEN: dict[Code, Broken] = {
    Code.PROPOSAL_EMPTY: Broken(
        file="swap.toml", column="moves", quoted="'swap'", files={"swap.toml": f"{SWAP}\n"}
    ),
    Code.MOVE_ABOVE_LOT: Broken(
        file="swap.toml",
        column="moves[1].quantity",
        quoted="9 units of lot 'L'",
        files={"swap.toml": f"{SWAP}\n{MOVE}\nquantity = 9\n"},
    ),
    Code.MOVE_REPEATED: Broken(
        file="swap.toml",
        column="moves[2]",
        quoted="'L'",
        files={"swap.toml": f"{SWAP}\n{MOVE}\nquantity = 1\n{MOVE}\nquantity = 2\n"},
    ),
    Code.MOVE_ABOVE_ORDER: Broken(
        file="swap.toml",
        column="moves[1].quantity",
        quoted="4 units go to A",
        tables={"orders": [order(quantity="2")]},
        files={"swap.toml": f"{SWAP}\n{MOVE}\n"},
    ),
    Code.MOVE_NOT_ACCEPTED: Broken(
        file="swap.toml",
        column="moves[1].site",
        quoted="'t'",
        tables={"sites": [site(), site(site="t")]},
        files={"swap.toml": f'{SWAP}\n{MOVE}\nsite = "t"\n'},
    ),
    Code.MOVE_CHANGES_NOTHING: Broken(
        file="swap.toml",
        column="moves",
        quoted="as booked",
        severity=WARNING,
        tables={"supply": [lot(reserved_for="A")]},
        files={"swap.toml": f"{SWAP}\n{MOVE}\n"},
    ),
    **OF_CLAIMS,
    **OF_INTERESTS,
    Code.TABLE_MISSING: Broken(file="supply.csv", quoted="supply.csv", tables={"supply": None}),
    Code.TABLE_UNKNOWN: Broken(
        file="order.csv", quoted="'order.csv'", severity=WARNING, files={"order.csv": "order\nA\n"}
    ),
    Code.TABLE_EMPTY: Broken(
        file="supply.csv",
        quoted="a header and no row",
        severity=WARNING,
        files={"supply.csv": "lot,sku,supplier,arrives_on,quantity\n"},
    ),
    Code.FILE_UNREADABLE: Broken(file="fleet.csv", quoted="the file is empty", files={"fleet.csv": ""}),
    Code.COLUMN_MISSING: Broken(
        file="skus.csv", column="vendor", quoted="'vendor'", files={"skus.csv": "sku,name,site_kw\nk,K,1\n"}
    ),
    Code.COLUMN_DUPLICATE: Broken(
        file="skus.csv", row=1, column="name", quoted="'name'", files={"skus.csv": "sku,name,vendor,site_kw,name\n"}
    ),
    Code.OTHER_NAMES: Broken(
        file="item.csv",
        quoted="'name' as sku",
        severity=INFO,
        tables={"skus": None},
        files={"item.csv": "name,vendor,site_kw\nk,v,1\n"},
    ),
    Code.OTHER_MEANING: Broken(
        file="demand.csv",
        row=2,
        column="status",
        quoted="'quote'",
        severity=WARNING,
        tables={"orders": None},
        files={"demand.csv": "name,item,location,customer,quantity,due,status\nA,k,s,c,5,2024-01-05,quote\n"},
    ),
    Code.SETTING_MISSING: Broken(
        file="scenario.toml", column="end_on", quoted="end_on is missing", settings={"end_on": None}
    ),
    Code.SETTING_INVALID: Broken(
        file="scenario.toml", column="policy.rule", quoted="'fair'", settings={"policy": {"rule": "fair"}}
    ),
    Code.SETTING_UNKNOWN: Broken(
        file="scenario.toml", column="rounds", quoted="rounds", severity=WARNING, settings={"rounds": "day"}
    ),
    Code.VALUE_MISSING: Broken(
        file="orders.csv", row=2, column="quantity", quoted="empty", tables={"orders": [order(quantity="")]}
    ),
    Code.VALUE_INVALID: Broken(
        file="supply.csv", row=2, column="quantity", quoted="'1,000'", tables={"supply": [lot(quantity="1,000")]}
    ),
    Code.VALUE_OUT_OF_RANGE: Broken(
        file="skus.csv", row=2, column="site_kw", quoted="'-1'", tables={"skus": [sku(site_kw="-1")]}
    ),
    Code.KEY_DUPLICATE: Broken(
        file="orders.csv", row=3, column="order", quoted="'A' stands in row 2", tables={"orders": [order(), order()]}
    ),
    Code.FACTS_CONFLICT: Broken(
        file="orders.csv",
        row=3,
        column="quantity",
        quoted="says '7' (known on 2024-01-03); row 2 says '5'",
        severity=WARNING,
        tables={"orders": [order(known_on="2024-01-02"), order(quantity="7", known_on="2024-01-03")]},
    ),
    Code.REFERENCE_UNKNOWN: Broken(
        file="orders.csv", row=2, column="sites", quoted="'mars'", tables={"orders": [order(sites="s|mars")]}
    ),
    Code.PUBLIC_BEFORE_KNOWN: Broken(
        file="supply.csv",
        row=2,
        column="public_on",
        quoted="'2024-01-01'",
        tables={"supply": [lot(known_on="2024-01-02", public_on="2024-01-01")]},
    ),
    Code.KNOWN_TO_MISSING: Broken(
        file="supply.csv",
        row=2,
        column="known_to",
        quoted="known on 2024-01-02 and public on 2024-01-09",
        tables={"supply": [lot(known_on="2024-01-02", public_on="2024-01-09")]},
    ),
    Code.KNOWN_TO_NOBODY: Broken(
        file="supply.csv",
        row=2,
        column="known_to",
        quoted="public_on and known_to are empty",
        severity=WARNING,
        files={
            "supply.csv": "lot,sku,supplier,arrives_on,quantity,public_on,known_to\nL,k,v,2024-01-02,4,,\n"
        },
    ),
    Code.PERIOD_EMPTY: Broken(
        file="fleet.csv",
        row=2,
        column="until_on",
        quoted="'2024-01-03'",
        files={
            "fleet.csv": "holding,party,site,sku,quantity,since_on,until_on\nF,c,s,k,1,2024-01-03,2024-01-03\n"
        },
    ),
    Code.RANGE_DISORDERED: Broken(
        file="supply.csv", row=2, column="quantity_low", quoted="'6'", tables={"supply": [lot(quantity_low="6")]}
    ),
    Code.READINESS_FALLS: Broken(
        file="readiness.csv",
        row=3,
        column="power_kw",
        quoted="'hall-2' of 's' has 8",
        tables={"readiness": [step(), step(step="hall-2", ready_on="2024-01-03", power_kw="8")]},
    ),
    Code.FIRST_SKU_RATE: Broken(
        file="orders.csv", row=2, column="skus", quoted="'A'", tables={"orders": [order(skus="k:2")]}
    ),
    Code.OPTION_REPEATED: Broken(
        file="orders.csv", row=2, column="sites", quoted="'A'", tables={"orders": [order(sites="s|s")]}
    ),
    Code.MIN_SHIP_ABOVE_QUANTITY: Broken(
        file="orders.csv", row=2, column="min_ship", quoted="min_ship of 6", tables={"orders": [order(min_ship="6")]}
    ),
    Code.SHIPMENT_SKU_NOT_ACCEPTED: Broken(
        file="shipments.csv",
        row=2,
        column="sku",
        quoted="'j'",
        severity=WARNING,
        tables={"skus": [sku(), sku(sku="j")], "shipments": [shipment(sku="j")]},
    ),
    Code.SHIPMENT_ABOVE_QUANTITY: Broken(
        file="shipments.csv",
        row=2,
        column="quantity",
        quoted="'H' of 6 more has been shipped than order 'A'",
        severity=WARNING,
        tables={"shipments": [shipment(quantity="6")]},
    ),
    Code.SHIPMENT_ABOVE_LOT: Broken(
        file="shipments.csv",
        row=3,
        column="quantity",
        quoted="than lot 'L'",
        severity=WARNING,
        tables={
            "orders": [order(quantity="50")],
            "shipments": [shipment(lot="L"), shipment(lot="L", shipment="I", quantity="3")],
        },
    ),
    Code.LIVE_BEFORE_SHIPPED: Broken(
        file="shipments.csv",
        row=2,
        column="live_on",
        quoted="2023-12-19",
        tables={"shipments": [shipment(live_on="2023-12-19")]},
    ),
    Code.PROMISED_BEFORE_PLACED: Broken(
        file="orders.csv",
        row=2,
        column="promised_on",
        quoted="2024-01-03",
        severity=WARNING,
        tables={"orders": [order(placed_on="2024-01-04", promised_on="2024-01-03")]},
    ),
    Code.SITE_NEVER_READY: Broken(
        file="sites.csv",
        row=3,
        column="site",
        quoted="'t'",
        severity=INFO,
        tables={"sites": [site(), site(site="t")], "orders": [order(sites="s|t")]},
    ),
    Code.NO_USABLE_SITE: Broken(
        file="orders.csv", row=2, column="sites", quoted="'s'", severity=WARNING, tables={"sites": [site(users="v")]}
    ),
    Code.NO_ROUND: Broken(
        file="orders.csv",
        row=2,
        column="requested_on",
        quoted="2024-02-01",
        severity=WARNING,
        tables={"orders": [order(requested_on="2024-02-01")]},
    ),
    Code.SPLIT_POOL: Broken(
        file="orders.csv",
        row=3,
        column="skus",
        quoted="'k' in pools k and j",
        severity=WARNING,
        tables={"skus": [sku(), sku(sku="j")], "orders": [order(), order(order="B", skus="j|k")]},
    ),
    Code.BALANCE_DISAGREES: Broken(
        file="supply.csv",
        row=2,
        column="balance",
        quoted="'x'; order 'A' has 'y'",
        severity=WARNING,
        tables={"supply": [lot(reserved_for="A", balance="x")], "orders": [order(balance="y")]},
    ),
    Code.RAISE_CHANGES_NOTHING: Broken(
        file="raises.csv",
        row=2,
        column="tier",
        quoted="'c' is of a tier after 1 in a round from 2024-01-03 on",
        severity=INFO,
        tables={"raises": [{"party": "c", "from_on": "2024-01-03", "tier": "1"}]},
    ),
    Code.RENTAL_TERMS: Broken(
        file="rentals.csv",
        row=2,
        column="least_units",
        quoted="'R' of 10 asks for at least 9 in steps of 6",
        severity=WARNING,
        tables={"rentals": [rental(least_units="9", step_units="6")]},
    ),
    Code.COUNT_FROM_AFTER_START: Broken(
        file="scenario.toml",
        column="policy.count_from_on",
        quoted="2024-01-02",
        settings={"policy": {"count_from_on": dt.date(2024, 1, 2)}},
    ),
    Code.EVIDENCE_MISSING: Broken(
        file="supply.csv",
        column="evidence",
        quoted="1 row of supply stands without evidence; the first is row 2, of basis 'fact'",
        severity=INFO,
        tables={
            "supply": [lot(basis="fact")],
            "evidence": [{"id": "E", "kind": "memo", "title": "Memo", "source": "files"}],
        },
    ),
    Code.ATTACHMENT_CHANGED: Broken(
        file="attachments.csv",
        row=2,
        column="sha256",
        quoted=f"{'0' * 64!r} is not there",
        severity=WARNING,
        tables={
            "evidence": [{"id": "E", "kind": "memo", "title": "Memo", "source": "files"}],
            "attachments": [{"document": "E", "sha256": "0" * 64}],
        },
    ),
    Code.DECISIONS_BROKEN: Broken(
        file="decisions.jsonl",
        row=1,
        quoted="ends in the middle of a line",
        files={"decisions.jsonl": '{"at":"2024-01-02T09:00:00Z","before":"00'},
    ),
    Code.NOTHING_KNOWN_YET: Broken(
        file="supply.csv",
        quoted="2024-01-04 to all",
        severity=INFO,
        tables={"supply": [lot(known_on="2024-01-05")]},
        as_known_on=dt.date(2024, 1, 4),
    ),
    **OF_BOOKINGS,
    Code.FILE_ENCODING: Broken(
        file="skus.csv",
        quoted="UTF-16",
        severity=INFO,
        files={"skus.csv": "sku,name,vendor,site_kw\nk,K,v,1\n"},
        encoding="utf-16",
    ),
    Code.FILE_SEPARATOR: Broken(
        file="skus.csv", quoted="semicolons", severity=INFO, files={"skus.csv": "sku;name;vendor;site_kw\nk;K;v;1\n"}
    ),
    Code.ROW_SHORT: Broken(
        file="supply.csv",
        row=2,
        quoted="5 cells, the header 6",
        severity=WARNING,
        files={"supply.csv": "lot,sku,supplier,arrives_on,quantity,note\nL,k,v,2024-01-02,4\n"},
    ),
    Code.FINDINGS_CUT: Broken(
        file="fleet.csv",
        quoted="1 more",
        severity=WARNING,
        files={"fleet.csv": f"{FLEET},until on,{','.join(f'until_on{at:03}' for at in range(1_000))}\n"},
    ),
    Code.COLUMN_UNKNOWN: Broken(
        file="orders.csv",
        column="Min Ship",
        quoted="'Min Ship'",
        severity=WARNING,
        tables={"orders": [order(**{"Min Ship": "2"})]},
    ),
}  # fmt: skip


def write_broken(folder: Path, broken: Broken) -> Path:
    """Write the scenario of one broken case."""
    given = {key: value for key, value in {**SETTINGS, **broken.settings}.items() if value is not None}
    tables = {name: rows for name, rows in {**GOOD, **broken.tables}.items() if rows is not None}
    write_scenario(folder, given, tables=tables)
    for name, text in broken.files.items():
        (folder / name).write_text(text, encoding=broken.encoding)
    return folder


def findings_of(folder: Path, broken: Broken) -> list[Finding]:
    """Return what reading, checking and, where a rule is named, planning find.

    Where parties are tied by a conflict, also what is found of shipments since a decision log began.
    """
    findings = check_scenario(str(folder), as_known_on=broken.as_known_on)
    if broken.tied:
        world = read_scenario(str(folder)).world
        before = replace(
            world, tables={name: rows for name, rows in world.tables.items() if name != "shipments"}
        )
        held = Held(frozen=Frozen.from_world(before), conflicted_pairs=frozenset({broken.tied}))
        findings = [*findings, *stand(world, held).findings]
    if broken.rule is not None:
        findings = [
            *findings,
            *make_plan(read_scenario(str(folder)).world, Policy(rule=broken.rule)).findings,
        ]
    return in_order(findings)
