"""Two kinds of customers side by side: what each spent, and how sure the difference is. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from services.insights.rules.caveats import MEMBERS, NO_ORDERS, OMNICHANNEL, ONE_SIDE_EMPTY, REPEAT_BUYERS
from services.intervals import Cross, Figure, Moments, apart, difference, ratio, ratio_estimate, togetherness
from services.spans import Span

CHANNELS_OMNI: Final = 3  # the domain's "omnichannel" begins here


class Group(StrEnum):
    MEMBERS = "MEMBERS"
    NON_MEMBERS = "NON_MEMBERS"
    REPEAT_BUYERS = "REPEAT_BUYERS"
    ONE_TIME_BUYERS = "ONE_TIME_BUYERS"
    OMNICHANNEL = "OMNICHANNEL"
    SINGLE_CHANNEL = "SINGLE_CHANNEL"


class Measure(StrEnum):
    ORDER_VALUE = "ORDER_VALUE"  # net revenue by orders: the AOV
    SPEND = "SPEND"  # net revenue by buyers
    SPEND_IN_STORE = "SPEND_IN_STORE"
    SPEND_ONLINE = "SPEND_ONLINE"


@dataclass(frozen=True, slots=True)
class Side:
    """One group and what it bought, exactly; a customer may be in both groups of members and others."""

    group: Group
    customers: int
    orders: int
    net_minor: int


@dataclass(frozen=True, slots=True)
class Contrast:
    """One measure of both groups; `difference` is the first less the second."""

    measure: Measure
    first: Figure
    second: Figure
    difference: Figure


@dataclass(frozen=True, slots=True)
class Comparison:
    """A report about two groups."""

    span: Span
    first: Side
    second: Side
    contrasts: tuple[Contrast, ...]
    caveat: str

    @property
    def fallback(self) -> str:
        """Why there is no difference to show; empty when there is one."""
        if not self.first.orders and not self.second.orders:
            return NO_ORDERS
        return "" if self.first.orders and self.second.orders else ONE_SIDE_EMPTY


@dataclass(frozen=True, slots=True)
class MemberSums:
    """Money (y) and orders (x) of each customer as a member and as none, summed; `cross` member by other."""

    members: Moments
    others: Moments
    cross: Cross


@dataclass(frozen=True, slots=True)
class BuyerSums:
    """What the buyers of one group spent: by orders, and by the person in total, in store and online."""

    by_order: Moments
    by_buyer: Moments
    in_store: Moments
    online: Moments


def money(currency: str) -> str:
    """The unit of money in figures."""
    return f"{currency} minor units"


def side(group: Group, by_order: Moments) -> Side:
    return Side(group, by_order.n, int(by_order.x), int(by_order.y))


def members_report(sums: MemberSums, span: Span, currency: str) -> Comparison:
    """AOV of what was ordered as a member against what was not."""
    unit = money(currency)
    first, second = ratio(sums.members, unit), ratio(sums.others, unit)
    together = togetherness(sums.members, sums.others, sums.cross)
    contrast = Contrast(Measure.ORDER_VALUE, first, second, apart(first, second, together))
    sides = side(Group.MEMBERS, sums.members), side(Group.NON_MEMBERS, sums.others)
    return Comparison(span, *sides, (contrast,), MEMBERS)


def repeat_report(repeat: BuyerSums, once: BuyerSums, span: Span, currency: str) -> Comparison:
    """Spend of those with two orders or more against those with one."""
    contrasts = (
        contrast(Measure.SPEND, repeat.by_buyer, once.by_buyer, currency),
        contrast(Measure.ORDER_VALUE, repeat.by_order, once.by_order, currency),
    )
    sides = side(Group.REPEAT_BUYERS, repeat.by_order), side(Group.ONE_TIME_BUYERS, once.by_order)
    return Comparison(span, *sides, contrasts, REPEAT_BUYERS)


def omnichannel_report(omni: BuyerSums, single: BuyerSums, span: Span, currency: str) -> Comparison:
    """In-store and online spend of buyers with three channels or more against those with one."""
    contrasts = (
        contrast(Measure.SPEND, omni.by_buyer, single.by_buyer, currency),
        contrast(Measure.SPEND_IN_STORE, omni.in_store, single.in_store, currency),
        contrast(Measure.SPEND_ONLINE, omni.online, single.online, currency),
    )
    sides = side(Group.OMNICHANNEL, omni.by_order), side(Group.SINGLE_CHANNEL, single.by_order)
    return Comparison(span, *sides, contrasts, OMNICHANNEL)


def contrast(measure: Measure, first: Moments, second: Moments, currency: str) -> Contrast:
    """One measure of two groups of different people."""
    unit = money(currency)
    apart_by = difference(ratio_estimate(first), ratio_estimate(second), unit)
    return Contrast(measure, ratio(first, unit), ratio(second, unit), apart_by)
