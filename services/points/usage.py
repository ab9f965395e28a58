"""What rules with limits have given so far, and how much is left of them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from services.points.conditions import Why
from services.points.occasions import Occasion
from services.programme.earning_rule import EarningRule, Period

EVERYBODY: Final = ""  # stands for the customer in the key of a budget

UsageKey = tuple[str, str, str]  # rule id, customer id, period

_LABELS: Final[dict[Period, str]] = {"DAY": "%Y-%m-%d", "MONTH": "%Y-%m", "YEAR": "%Y", "EVER": "EVER"}


@dataclass(frozen=True, slots=True)
class Given:
    """What a rule gave, in points and in times."""

    points: int = 0
    times: int = 0


@dataclass(slots=True)
class Usage:
    """What was given under each key, and which keys have changed since they were read."""

    given: dict[UsageKey, Given] = field(default_factory=dict)
    changed: set[UsageKey] = field(default_factory=set)

    def room(self, rule: EarningRule, occasion: Occasion, zone: ZoneInfo) -> tuple[int, Why] | None:
        """How many points the tightest limit of the rule leaves, and which it is. None: it has no limit."""
        left: list[tuple[int, Why]] = []
        if rule.budget_points is not None:
            left.append((rule.budget_points - self._of(budget_key(rule)).points, Why.BUDGET))
        if has_member_limit(rule):
            so_far = self._of(member_key(rule, occasion, zone))
            if rule.member_points_max is not None:
                left.append((rule.member_points_max - so_far.points, Why.MEMBER_LIMIT))
            if rule.member_times_max is not None and so_far.times >= rule.member_times_max:
                left.append((0, Why.MEMBER_LIMIT))
        return min(left, default=None)

    def count(self, rule: EarningRule, occasion: Occasion, points: int, zone: ZoneInfo) -> None:
        """Note that the rule gave points."""
        for key in usage_keys(rule, occasion, zone):
            so_far = self._of(key)
            self.given[key] = Given(so_far.points + points, so_far.times + 1)
            self.changed.add(key)

    def _of(self, key: UsageKey) -> Given:
        return self.given.get(key, Given())


def usage_keys(rule: EarningRule, occasion: Occasion, zone: ZoneInfo) -> Iterator[UsageKey]:
    """Under which keys the rule's limits count what the occasion gets. Versions of a rule share them."""
    if rule.budget_points is not None:
        yield budget_key(rule)
    if has_member_limit(rule):
        yield member_key(rule, occasion, zone)


def budget_key(rule: EarningRule) -> UsageKey:
    return rule.id, EVERYBODY, "EVER"


def member_key(rule: EarningRule, occasion: Occasion, zone: ZoneInfo) -> UsageKey:
    return rule.id, occasion.customer_id, period_label(rule.member_period, occasion.at, zone)


def has_member_limit(rule: EarningRule) -> bool:
    return rule.member_points_max is not None or rule.member_times_max is not None


def has_limit(rule: EarningRule) -> bool:
    return rule.budget_points is not None or has_member_limit(rule)


def period_label(period: Period, at: datetime, zone: ZoneInfo) -> str:
    """The day, month or year of the moment, in the programme's time zone."""
    return at.astimezone(zone).strftime(_LABELS[period])
