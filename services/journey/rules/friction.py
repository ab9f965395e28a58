"""What may hold customers up: how those who met it differ from the others, and how sure that is. Pure."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import NormalDist
from typing import Final

from services.intervals import Figure, apart, net_promoters, newcombe, wilson
from services.journey.rules.windows import Window, whole_window

HORIZON_DEFAULT_DAYS: Final = 90
EXPOSURE_DEFAULT: Final = timedelta(days=180)  # long enough to meet what is met seldom
SIGNALS_MAX: Final = 200  # a typing error in an id can make as many names as there are touches
POINTS_MAX: Final = 100
FALSE_ALARMS_MAX: Final = 0.05
ABANDONED_CART: Final = "abandoned_cart"
NOT_MATURED: Final = "NOT_MATURED"
NO_ORDERS: Final = "NO_ORDERS"
NO_SIGNALS: Final = "NO_SIGNALS"
CAVEAT: Final = (
    "An association, not a cause: whoever buys more meets more of everything, so a return may even mark a "
    "good customer, and an unhappy customer may complain and leave for one and the same reason. Many signals "
    "are tested at once, so some differ by chance alone: trust those that stand out, and try a change on a "
    "part of the customers drawn by lot before you believe the rest. Below 30 customers on either side "
    "nothing stands out."
)


class Ranking(StrEnum):
    CHURN = "CHURN"
    NPS = "NPS"


@dataclass(frozen=True, slots=True)
class Exposure:
    """The time in which customers bought and met friction, and the days after it, which are over."""

    window: Window
    horizon: timedelta
    cut: bool  # whether it ends earlier than it was asked for

    @property
    def is_matured(self) -> bool:
        return self.window.since is None or self.window.since < self.window.until

    @property
    def horizon_end(self) -> datetime:
        return self.window.until + self.horizon


@dataclass(frozen=True, slots=True)
class Tally:
    """Buyers, those who bought nothing later, and of their latest NPS answers how many were what."""

    buyers: int
    gone: int
    answered: int
    promoters: int
    detractors: int

    def without(self, part: Tally) -> Tally:
        return Tally(
            self.buyers - part.buyers,
            self.gone - part.gone,
            self.answered - part.answered,
            self.promoters - part.promoters,
            self.detractors - part.detractors,
        )

    @property
    def churned(self) -> Figure:
        return wilson(self.gone, self.buyers)

    @property
    def nps(self) -> Figure:
        return net_promoters(self.promoters, self.detractors, self.answered)


NOBODY: Final = Tally(0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Point:
    """One signal: those who met it beside those who did not. `difference` is the ranked one of the two."""

    signal: str
    customers: int
    churned_with: Figure
    churned_without: Figure
    churn_difference: Figure
    nps_with: Figure
    nps_without: Figure
    nps_difference: Figure
    ranking: Ranking
    chance: float | None  # of such a difference where there is none
    false_alarm_share: float | None = None

    @property
    def difference(self) -> Figure:
        return self.churn_difference if self.ranking is Ranking.CHURN else self.nps_difference

    @property
    def bound(self) -> float:
        """How far from 0 the interval of the difference stays."""
        low, high = self.difference.low, self.difference.high
        if low is None or high is None or low <= 0 <= high:
            return 0.0
        return min(abs(low), abs(high))

    @property
    def stands_out(self) -> bool:
        share = self.false_alarm_share
        return share is not None and share <= FALSE_ALARMS_MAX and not self.difference.few

    @property
    def worse(self) -> bool:
        value = self.difference.value or 0.0
        return value > 0 if self.ranking is Ranking.CHURN else value < 0


@dataclass(frozen=True, slots=True)
class FrictionReport:
    exposure: Exposure
    points: tuple[Point, ...]
    customers: int
    tested: int
    caveat: str = CAVEAT

    @property
    def fallback(self) -> str:
        if not self.exposure.is_matured:
            return NOT_MATURED
        if not self.customers:
            return NO_ORDERS
        return "" if self.points else NO_SIGNALS


def exposure_of(since: datetime | None, until: datetime | None, days: int, now: datetime) -> Exposure:
    """The window asked for, cut so that its horizon of `days` (0: 90) is over. Raises InvalidError."""
    horizon = timedelta(days=days or HORIZON_DEFAULT_DAYS)
    asked = whole_window(since, until, now)
    end = min(asked.until, now - horizon)
    cut = until is not None and end < asked.until
    return Exposure(Window(end - EXPOSURE_DEFAULT if since is None else since, end), horizon, cut)


def friction_report(
    exposure: Exposure, everybody: Tally, signals: Mapping[str, Tally], ranking: Ranking
) -> FrictionReport:
    """signals: the buyers who met each."""
    points = [_point(signal, met, everybody.without(met), ranking) for signal, met in signals.items()]
    rated = with_false_alarms(points)
    rated.sort(key=lambda point: (-point.bound, -abs(point.difference.value or 0.0), point.signal))
    return FrictionReport(exposure, tuple(rated[:POINTS_MAX]), everybody.buyers, len(points))


def _point(signal: str, met: Tally, others: Tally, ranking: Ranking) -> Point:
    chance = churn_chance(met, others) if ranking is Ranking.CHURN else nps_chance(met, others)
    return Point(
        signal,
        met.buyers,
        met.churned,
        others.churned,
        newcombe(met.churned, others.churned),
        met.nps,
        others.nps,
        apart(met.nps, others.nps),
        ranking,
        chance,
    )


def churn_chance(one: Tally, other: Tally) -> float | None:
    """The chance of a difference in shares as large as this where there is none: the pooled z test."""
    if not one.buyers or not other.buyers:
        return None
    share = (one.gone + other.gone) / (one.buyers + other.buyers)
    difference = one.gone / one.buyers - other.gone / other.buyers
    return _two_sided(difference, share * (1 - share) * (1 / one.buyers + 1 / other.buyers))


def nps_chance(one: Tally, other: Tally) -> float | None:
    """The same for the share of promoters less that of detractors."""
    if not one.answered or not other.answered:
        return None
    answered = one.answered + other.answered
    promoters, detractors = one.promoters + other.promoters, one.detractors + other.detractors
    net = (promoters - detractors) / answered
    each = (promoters + detractors) / answered - net * net
    difference = (one.promoters - one.detractors) / one.answered
    difference -= (other.promoters - other.detractors) / other.answered
    return _two_sided(difference, each * (1 / one.answered + 1 / other.answered))


def _two_sided(difference: float, variance: float) -> float:
    if variance <= 0:  # all of both sides are alike
        return 1.0
    return 2 * NormalDist().cdf(-abs(difference) / math.sqrt(variance))


def with_false_alarms(points: Sequence[Point]) -> list[Point]:
    """The points, each with the share of false alarms to expect among all that are at least as sure.

    Source: Benjamini and Hochberg 1995, Journal of the Royal Statistical Society B 57:289.
    """
    tested = sorted((one for one in points if one.chance is not None), key=lambda one: -(one.chance or 0.0))
    rated = [one for one in points if one.chance is None]
    share = 1.0
    for place, point in enumerate(tested):
        share = min(share, (point.chance or 0.0) * len(tested) / (len(tested) - place))
        rated.append(replace(point, false_alarm_share=share))
    return rated
