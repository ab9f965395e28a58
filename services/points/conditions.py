"""Why an earning rule does not hold for an occasion. Pure."""

from __future__ import annotations

from calendar import isleap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from services.points.occasions import CountedLine, Occasion, counted_lines
from services.programme.earning_rule import EarningRule

WEEKDAYS: Final = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
LEAP_DAY: Final = (2, 29)


class Why(StrEnum):
    """Why a rule gives nothing."""

    WINDOW = "WINDOW"  # before its starts_at, or not before its ends_at
    RECIPIENT = "RECIPIENT"  # it pays the other side of the referral
    CHANNEL = "CHANNEL"
    TIER = "TIER"
    FIRST_PURCHASE = "FIRST_PURCHASE"
    BIRTHDAY = "BIRTHDAY"
    WEEKDAY = "WEEKDAY"
    HOUR = "HOUR"
    LINES = "LINES"  # no line counts for it
    SPEND = "SPEND"  # too little is spent on the lines that count
    TOO_LITTLE = "TOO_LITTLE"  # it comes to less than one point
    MEMBER_LIMIT = "MEMBER_LIMIT"
    BUDGET = "BUDGET"
    GROUP = "GROUP"  # another rule of its group gives more
    EXCLUSIVE = "EXCLUSIVE"  # an exclusive rule of higher priority applies


@dataclass(frozen=True, slots=True)
class Scene:
    """An occasion as rules look at it."""

    occasion: Occasion
    local: datetime  # in the programme's time zone
    lines: tuple[CountedLine, ...]

    @classmethod
    def of(cls, occasion: Occasion, zone: ZoneInfo) -> Scene:
        return cls(occasion, occasion.at.astimezone(zone), counted_lines(occasion))

    def lines_for(self, rule: EarningRule) -> Sequence[CountedLine]:
        """The lines that count for the rule."""
        if not rule.categories and not rule.skus:
            return self.lines
        return [
            line
            for line in self.lines
            if (not rule.categories or line.category in rule.categories)
            and (not rule.skus or line.sku in rule.skus)
        ]


Lines = Sequence[CountedLine]


def refusal(rule: EarningRule, scene: Scene, lines: Lines) -> Why | None:
    """The first condition of the rule that does not hold. lines: the ones that count for it."""
    for why, fails in _CHECKS:
        if fails(rule, scene, lines):
            return why
    return None


def _window(rule: EarningRule, scene: Scene, _lines: Lines) -> bool:
    return not rule.is_open_at(scene.occasion.at)


def _recipient(rule: EarningRule, scene: Scene, _lines: Lines) -> bool:
    return rule.trigger == "REFERRAL" and rule.recipient != scene.occasion.recipient


def _channel(rule: EarningRule, scene: Scene, _lines: Lines) -> bool:
    return bool(rule.channels) and scene.occasion.channel not in rule.channels


def _tier(rule: EarningRule, scene: Scene, _lines: Lines) -> bool:
    return bool(rule.tiers) and scene.occasion.tier not in rule.tiers


def _first_purchase(rule: EarningRule, scene: Scene, _lines: Lines) -> bool:
    return rule.first_purchase and not scene.occasion.is_first_purchase


def _birthday(rule: EarningRule, scene: Scene, _lines: Lines) -> bool:
    if not rule.birthday:
        return False
    born = scene.occasion.birthday
    if born is None:
        return True
    if rule.birthday == "MONTH":
        return born[0] != scene.local.month
    return born_on(born, scene.local.year) != (scene.local.month, scene.local.day)


def born_on(born: tuple[int, int], year: int) -> tuple[int, int]:
    """The day on which a birthday is kept: 29 February on the 28th where there is none."""
    return (2, 28) if born == LEAP_DAY and not isleap(year) else born


def _weekday(rule: EarningRule, scene: Scene, _lines: Lines) -> bool:
    return bool(rule.weekdays) and WEEKDAYS[scene.local.weekday()] not in rule.weekdays


def _hour(rule: EarningRule, scene: Scene, _lines: Lines) -> bool:
    return not rule.hour_from <= scene.local.hour < rule.hour_until


def _lines_count(rule: EarningRule, _scene: Scene, lines: Lines) -> bool:
    return rule.trigger == "ORDER" and not lines


def _spend(rule: EarningRule, _scene: Scene, lines: Lines) -> bool:
    return rule.spend_minor_min > 0 and sum(line.basis_minor for line in lines) < rule.spend_minor_min


_CHECKS: Final[tuple[tuple[Why, Callable[[EarningRule, Scene, Lines], bool]], ...]] = (
    (Why.WINDOW, _window),
    (Why.RECIPIENT, _recipient),
    (Why.CHANNEL, _channel),
    (Why.TIER, _tier),
    (Why.FIRST_PURCHASE, _first_purchase),
    (Why.BIRTHDAY, _birthday),
    (Why.WEEKDAY, _weekday),
    (Why.HOUR, _hour),
    (Why.LINES, _lines_count),
    (Why.SPEND, _spend),
)
