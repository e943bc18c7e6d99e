"""Why units are short or late: what an order could have filled, counting one more limit at each step.

F_k(t) is "the most it could have filled by round t, alone in the world, within its own quantity and
window, with the limits of all rounds, later ones too, counting only the first k" limits. Units short
with reason k are F_{k-1}(end) - F_k(end).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from .linear import Program
from .maxmin import ShareKey, cut_to_millionth, use_of
from .minship import filled_units
from .world import RefOption, RefOrder, RefWorld, Resource

REASONS = (
    "",
    "on-hold",
    "no-usable-site",
    "quota",
    "site-not-ready",
    "no-supply",
    "higher-tier",
    "fair-share",
    "below-min-ship",
    "partial-lot",
)
(
    ON_HOLD,
    NO_USABLE_SITE,
    QUOTA,
    SITE_NOT_READY,
    NO_SUPPLY,
    HIGHER_TIER,
    FAIR_SHARE,
    BELOW_MIN_SHIP,
    PARTIAL_LOT,
) = range(1, 10)
# Where orders are served one after another, what stands before an order has other names.
IN_TURN = {"higher-tier": "order-ahead", "fair-share": "taken-early"}
NO_ROUND = "no-round"
NOT_BOOKED = "not-booked"
NOT_DECIDED = "not-decided"

Reasoned = dict[tuple[str, str], Fraction]


@dataclass
class RefReasons:
    """Ordered units short and late by (order, reason), and the mean days late of what shipped."""

    shortages: Reasoned = field(default_factory=dict)
    late: Reasoned = field(default_factory=dict)
    late_days: dict[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Segment:
    """Open rounds under the same quotas. Limits never fall, so shipping in the last of them is best."""

    quotas: frozenset[str]
    last_round: int


@dataclass(frozen=True, kw_only=True)
class Entitled:
    """What the rule gave one order, before lots.

    Attributes:
        ahead: The rounds in which what ships to another order is out of its reach: those in which the other is
            of a higher tier, or all if it is served before it.
        shares: What the rule gave it but for `min_ship`.
        shipped: What ships of that.
        names: The names of the reasons.
    """

    ahead: Mapping[str, frozenset[int]]
    shares: Mapping[ShareKey, Fraction]
    shipped: Mapping[ShareKey, Fraction]
    names: tuple[str, ...] = REASONS


@dataclass(frozen=True, kw_only=True)
class Account:
    """The plan as far as the reasons of one order need it."""

    world: RefWorld
    order: RefOrder
    entitled: Entitled
    allocations: Mapping[ShareKey, Fraction]


def entitle_fairly(
    world: RefWorld,
    *,
    shares: Mapping[str, Mapping[ShareKey, Fraction]],
    shipped: Mapping[ShareKey, Fraction],
) -> dict[str, Entitled]:
    """Return what each order got under max-min or pro-rata; `shares` are by order."""
    return {
        order.name: Entitled(
            ahead={
                other.name: frozenset(
                    at for at in range(len(world.rounds)) if other.tiers[at] < order.tiers[at]
                )
                for other in world.orders
            },
            shares=shares[order.name],
            shipped=shipped,
        )
        for order in world.orders
    }


def entitle_in_turn(
    world: RefWorld, *, impatient: Mapping[ShareKey, Fraction], shipped: Mapping[ShareKey, Fraction]
) -> dict[str, Entitled]:
    """Return what each order took in its turn; `impatient` is what it could have taken without `min_ship`."""
    names = [order.name for order in world.serving_order()]
    always = frozenset(range(len(world.rounds)))
    words = tuple(IN_TURN.get(reason, reason) for reason in REASONS)
    return {
        name: Entitled(
            ahead=dict.fromkeys(names[:turn], always), shares=impatient, shipped=shipped, names=words
        )
        for turn, name in enumerate(names)
    }


def explain_plan(
    world: RefWorld, *, entitled: Mapping[str, Entitled], allocations: Mapping[ShareKey, Fraction]
) -> RefReasons:
    """Return the reasons of all orders: closed orders and those complete before the plan have none."""
    reasons = RefReasons()
    for order in world.orders:
        if order.is_closed or order.open_before < order.tolerance:
            continue
        account = Account(world=world, order=order, entitled=entitled[order.name], allocations=allocations)
        if not order.open_rounds:
            reasons.shortages[order.name, NO_ROUND] = order.open_before
            continue
        explain_short(account, reasons=reasons)
        explain_late(account, reasons=reasons)
    return reasons


def explain_short(account: Account, *, reasons: RefReasons) -> None:
    """Add the short units: "rows under 10^-6 x sum of rho are left out"."""
    last = len(account.world.rounds) - 1
    order = account.order
    most = possible_by(account, round_number=last)
    for step in range(1, len(REASONS)):
        short = most[step - 1] - most[step]
        if short > 0 and short >= order.tolerance:
            reasons.shortages[order.name, account.entitled.names[step]] = short


def explain_late(account: Account, *, reasons: RefReasons) -> None:
    """Add the late units and the mean days late.

    "The n-th filled unit is late if it shipped after the first round on or after requested_on, by the first
    k whose F_k reaches n only when it shipped": the first k with F_k(round before) < n. Units that even
    the window alone held back (F_0) have no reason.
    """
    world, order = account.world, account.order
    shipped_in = sorted(
        {at for (name, _, at), units in account.allocations.items() if name == order.name and units}
    )
    if not shipped_in:
        return
    late: dict[str, Fraction] = {}
    unit_days = Fraction(0)
    for at in shipped_in:
        if order.wanted_round is None or at <= order.wanted_round:
            continue
        until_now = filled_units(order, units=account.allocations, until_round=at)
        before = filled_units(order, units=account.allocations, until_round=at - 1)
        days = (world.rounds[at] - world.rounds[order.wanted_round]).days
        unit_days += units_shipped(account, at=at) * days
        most = possible_by(account, round_number=at - 1)
        for step in range(1, len(REASONS)):
            part = min(until_now, most[step - 1]) - max(before, most[step])
            if part > 0:
                reason = account.entitled.names[step]
                late[reason] = late.get(reason, Fraction(0)) + part
    for reason, units in late.items():
        if units >= order.tolerance:
            reasons.late[order.name, reason] = units
    reasons.late_days[order.name] = unit_days / units_shipped(account)


def units_shipped(account: Account, *, at: int | None = None) -> Fraction:
    """Return the units of any SKU that ship to the order, in one round or in all."""
    return sum(
        (
            units
            for (name, _, round_number), units in account.allocations.items()
            if name == account.order.name and at in {None, round_number}
        ),
        Fraction(0),
    )


def possible_by(account: Account, *, round_number: int) -> list[Fraction]:
    """Return F_0 to F_9 of an order at a round; none of F_0 to F_6 below what was granted."""
    order = account.order
    granted = filled_units(order, units=account.allocations, until_round=round_number)
    most = [order.open_before if order.open_rounds[0] <= round_number else Fraction(0)]
    for step in (ON_HOLD, NO_USABLE_SITE, QUOTA, SITE_NOT_READY, NO_SUPPLY, HIGHER_TIER):
        alone = most[-1]
        is_held = step == ON_HOLD and not order.is_planned
        is_homeless = step == NO_USABLE_SITE and not any(option.is_usable for option in order.options)
        if is_held or is_homeless:
            alone = Fraction(0)
        elif step >= QUOTA and alone > 0:
            alone = cut_to_millionth(most_alone(account, step=step, round_number=round_number))
        most.append(min(most[-1], max(alone, granted)))
    share = filled_units(order, units=account.entitled.shares, until_round=round_number)
    shipped = filled_units(order, units=account.entitled.shipped, until_round=round_number)
    most.append(min(most[HIGHER_TIER], max(share, granted)))
    most.append(min(most[FAIR_SHARE], max(shipped, granted)))
    most.append(granted)
    return most


def most_alone(account: Account, *, step: int, round_number: int) -> Fraction:
    """Return the most the order could fill alone by a round under the first `step` limits.

    One variable for each usable option in each segment of its rounds so far.
    """
    order = account.order
    segments = list_segments(account, round_number=round_number)
    columns = [(option, segment) for segment in segments for option in order.options if option.is_usable]
    rows: list[list[Fraction]] = [[option.ratio for option, _ in columns]]
    bounds: list[Fraction] = [order.open_before]
    for name in sorted({name for segment in segments for name in segment.quotas}):
        resource = ("quota", name)
        rows.append(
            [
                use_of(option, resource) if name in segment.quotas else Fraction(0)
                for option, segment in columns
            ]
        )
        bounds.append(
            max(
                Fraction(0), account.world.quotas[name].at_most - taken(account, resource=resource, step=step)
            )
        )
    for resource in counted_resources(account, step=step):
        for segment in segments:
            limit = lowest_limit(account, resource=resource, step=step, round_number=segment.last_round)
            if limit is not None:
                rows.append(
                    [
                        use_of(option, resource) if other.last_round <= segment.last_round else Fraction(0)
                        for option, other in columns
                    ]
                )
                bounds.append(limit)
    return Program(rows, bounds, size=len(columns)).maximise([option.ratio for option, _ in columns])


def list_segments(account: Account, *, round_number: int) -> list[Segment]:
    """Return, for each set of quotas that bind the order together in some open round, the last such round."""
    mine = {name for option in account.order.options if option.is_usable for name in option.quotas}
    last: dict[frozenset[str], int] = {}
    for at in account.order.open_rounds:
        if at <= round_number:
            last[frozenset(name for name in mine if at in account.world.quotas[name].rounds)] = at
    return [Segment(quotas=quotas, last_round=at) for quotas, at in last.items()]


def counted_resources(account: Account, *, step: int) -> list[Resource]:
    """Return the room (from `site-not-ready` on) and supply (from `no-supply` on) that the order uses."""
    used = {
        resource: None for option in account.order.options if option.is_usable for resource in option.uses
    }
    return [
        resource for resource in used if step >= (NO_SUPPLY if resource[0] == "supply" else SITE_NOT_READY)
    ]


def lowest_limit(account: Account, *, resource: Resource, step: int, round_number: int) -> Fraction | None:
    """Return what may be used up to a round so that every later round still holds; None is no limit."""
    left = []
    for at in range(round_number, len(account.world.rounds)):
        limit = account.world.limit(resource, round_number=at)
        if limit is not None:
            left.append(limit - taken(account, resource=resource, step=step, until_round=at))
    return max(Fraction(0), min(left)) if left else None


def taken(account: Account, *, resource: Resource, step: int, until_round: int | None = None) -> Fraction:
    """Return what the orders ahead were granted of a resource, from the step `higher-tier` on.

    None: in all rounds. Of a quota, only what was granted in its window counts.
    """
    if step < HIGHER_TIER:
        return Fraction(0)
    world = account.world
    options: dict[tuple[str, int], RefOption] = {
        (other.name, place): option
        for other in world.orders
        if other.name in account.entitled.ahead
        for place, option in enumerate(other.options)
    }
    inside = (
        set(world.quotas[resource[1]].rounds) if resource[0] == "quota" else set(range(len(world.rounds)))
    )
    return sum(
        (
            use_of(options[name, place], resource) * units
            for (name, place, at), units in account.allocations.items()
            if (name, place) in options
            and at in account.entitled.ahead[name]
            and at in inside
            and (until_round is None or at <= until_round)
        ),
        Fraction(0),
    )
