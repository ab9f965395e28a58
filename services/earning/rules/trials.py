"""Trying a rule before it is in force: on one order, or on all orders of a quarter. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import nsmallest
from typing import Final

from services.clock import EARLIEST
from services.earning.rules.versions import NewDraft
from services.errors import InvalidError, WrongStateError
from services.points.earning import award
from services.points.occasions import Occasion
from services.points.usage import Usage
from services.programme.earning_rule import EarningRule
from services.programme.programme import Programme

REPLAY_SPAN: Final = timedelta(days=90)
REPLAY_ORDERS_MAX: Final = 100_000  # what a slow machine runs within the 60 seconds that a call may take
TOTAL_MINOR_MAX: Final = 10**12  # as of an order that is recorded
SIMULATED_AHEAD_MAX: Final = timedelta(days=366)  # a campaign of next year's season
NEWCOMER: Final = "\x1f"  # stands for a new customer: no customer id holds a control character


class BeforeEnrolmentError(WrongStateError):
    """The order would have been placed before the customer became a member."""

    reason = "BEFORE_ENROLMENT"


class PlacedTooFarError(InvalidError):
    """placed_at lies before 1990 or more than a year ahead."""

    reason = "PLACED_AT_TOO_FAR"


class TotalTooLargeError(InvalidError):
    """The total of the lines is larger than that of any order."""

    reason = "TOTAL_TOO_LARGE"


class PointsPayTooMuchError(InvalidError):
    """Points can pay no more than the total of the lines."""

    reason = "POINTS_PAY_TOO_MUCH"


class RuleNotOfOrdersError(InvalidError):
    """Only a rule that orders trigger can be run over past orders."""

    reason = "RULE_NOT_OF_ORDERS"


@dataclass(frozen=True, slots=True)
class RuleReference:
    """A version of a rule that is kept; 0: its newest."""

    rule_id: str
    version: int


Tried = NewDraft | RuleReference


def check_order(order: Occasion, now: datetime) -> None:
    """Refuse what could not be recorded as an order either, but for one that lies ahead.

    Raises PlacedTooFarError, TotalTooLargeError, PointsPayTooMuchError.
    """
    total = sum(line.amount_minor for line in order.lines)
    if not EARLIEST <= order.at <= now + SIMULATED_AHEAD_MAX:
        raise PlacedTooFarError(field="placed_at")
    if total > TOTAL_MINOR_MAX:
        raise TotalTooLargeError(field="lines")
    if order.points_paid_minor > total:
        raise PointsPayTooMuchError(field="points_paid_minor", total_minor=total)


def with_tried(rules: Iterable[EarningRule], tried: EarningRule | None) -> list[EarningRule]:
    """The rules, with the one that is tried in the place of its other version."""
    if tried is None:
        return list(rules)
    return [*(rule for rule in rules if rule.id != tried.id), tried]


def always_open(rules: Iterable[EarningRule], rule_id: str) -> list[EarningRule]:
    """The rules, one of them without its time window."""
    opened = {"starts_at": None, "ends_at": None}
    return [rule.model_copy(update=opened) if rule.id == rule_id else rule for rule in rules]


@dataclass(slots=True)
class Course:
    """One set of rules, run over orders with the limits carried on."""

    rules: Sequence[EarningRule]
    usage: Usage = field(default_factory=Usage)

    def run(self, orders: Iterable[Occasion], programme: Programme) -> int:
        """The points that the orders earn, one after the other."""
        points = 0
        for order in orders:
            for one in award(order, self.rules, self.usage, programme):
                self.usage.count(one.rule, order, one.points, programme.zone)
                points += one.points
        return points


@dataclass(frozen=True, slots=True)
class MemberReplay:
    """What one member would have earned under either set of rules."""

    customer_id: str
    orders: int
    present_points: int
    tried_points: int

    @property
    def difference(self) -> int:
        return self.tried_points - self.present_points


@dataclass(slots=True)
class Replay:
    """All members together, and those whom it would change most."""

    since: datetime
    shown_max: int
    orders: int = 0
    members: int = 0
    members_changed: int = 0
    present_points: int = 0
    tried_points: int = 0
    complete: bool = True
    shown: list[MemberReplay] = field(default_factory=list)

    def add(self, members: Sequence[MemberReplay]) -> None:
        changed = [one for one in members if one.difference]
        self.orders += sum(one.orders for one in members)
        self.members += sum(one.orders > 0 for one in members)
        self.members_changed += len(changed)
        self.present_points += sum(one.present_points for one in members)
        self.tried_points += sum(one.tried_points for one in members)
        self.shown = nsmallest(self.shown_max, [*self.shown, *changed], key=_by_size)

    def cost_minor(self, programme: Programme) -> int:
        """What the difference is worth, rounded towards zero."""
        difference = self.tried_points - self.present_points
        worth: int = abs(difference) * programme.points.hundred_points_minor // 100
        return worth if difference > 0 else -worth


def _by_size(one: MemberReplay) -> tuple[int, str]:
    return -abs(one.difference), one.customer_id
