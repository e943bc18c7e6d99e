"""One function per rule, world → findings, and `check_world`, which runs them all.

Adding a check: write ``check_…(world) -> list[Finding]`` in the module of its table, list it there, and give its
code a reproducer in the tests. A check that could find something in every row lists the first of it with
`findings_at` and counts the rest, so that a file that is wrong throughout is told as fast as it is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from apportion.engine.checks.claims import CLAIM_CHECKS
from apportion.engine.checks.interests import INTEREST_CHECKS, INTEREST_SUM_CHECKS
from apportion.engine.checks.orders import ORDER_CHECKS, ORDER_ROW_CHECKS
from apportion.engine.checks.raises import RAISE_CHECKS
from apportion.engine.checks.rentals import RENTAL_CHECKS
from apportion.engine.checks.rows import ROW_CHECKS
from apportion.engine.checks.rows import WHOLE_ROW_CHECKS as EACH_WHOLE_ROW
from apportion.engine.checks.sites import SITE_CHECKS, SITE_ROW_CHECKS, check_sites_have_dates
from apportion.engine.checks.sound import sound_part, whole_rows
from apportion.engine.checks.statements import STATEMENT_CHECKS
from apportion.errors import Finding
from apportion.model.told import first_of_each
from apportion.model.world import World

Check = Callable[[World], list[Finding]]
# Those that look at cells as they are, those that need rows without an error, and those that need the rows which
# these name to be so too.
CELL_CHECKS: tuple[Check, ...] = (*ROW_CHECKS, *STATEMENT_CHECKS)
WHOLE_ROW_CHECKS: tuple[Check, ...] = (
    *EACH_WHOLE_ROW,
    *ORDER_ROW_CHECKS,
    *SITE_ROW_CHECKS,
    *CLAIM_CHECKS,
    *INTEREST_CHECKS,
)
SOUND_CHECKS: tuple[Check, ...] = (
    *ORDER_CHECKS,
    *SITE_CHECKS,
    *RAISE_CHECKS,
    *RENTAL_CHECKS,
    *INTEREST_SUM_CHECKS,
)


def check_world(world: World, *, known: Iterable[Finding] = ()) -> list[Finding]:
    """Return what is wrong with a world, or worth knowing, in file, row, column order: of each file the first.

    Args:
        world: The world; its cells may have findings already.
        known: Those findings; they are part of the answer.
    """
    found = list(known)
    found += [finding for check in CELL_CHECKS for finding in check(world)]
    whole = whole_rows(world, found)
    found += [finding for check in WHOLE_ROW_CHECKS for finding in check(whole)]
    sound = sound_part(whole)
    found += [finding for check in SOUND_CHECKS for finding in check(sound)]
    found += check_sites_have_dates(sound, stated=world)
    return first_of_each(found)
