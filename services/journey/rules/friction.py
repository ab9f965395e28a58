"""What may hold customers up: how those who met it differ from the others, and how sure that is. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.intervals import Figure, apart, net_promoters, newcombe, wilson
from services.journey.rules.like_for_like import (
    Stratum,
    chance_of_shares,
    difference_of_shares,
    false_alarm_shares,
    two_sided,
)
from services.windows import Window, whole_window

HORIZON_DEFAULT_DAYS: Final = 90
EXPOSURE_DEFAULT: Final = timedelta(days=180)  # long enough to meet what is met seldom
SIGNALS_MAX: Final = 200  # a typing error in an id can make as many names as there are touches
POINTS_MAX: Final = 100
FALSE_ALARMS_MAX: Final = 0.05
OFTEN: Final = (5, 3, 2, 1)  # customers who ordered about as often: at least so many times
ABANDONED_CART: Final = "abandoned_cart"
NOT_MATURED: Final = "NOT_MATURED"
NO_ORDERS: Final = "NO_ORDERS"
NO_SIGNALS: Final = "NO_SIGNALS"
CAVEAT: Final = (
    "An association, not a cause: an unhappy customer may complain and leave for one and the same reason. "
    "Whoever buys more meets more of everything, so churn is compared like for like, among customers who "
    "ordered as often; in other ways they may differ still. Many signals are tested at once, so some differ "
    "by chance alone: trust those that stand out, and try a change on customers drawn by lot before you "
    "believe the rest. Below 30 customers on either side nothing stands out."
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
    def net_promoters(self) -> int:
        return self.promoters - self.detractors

    @property
    def outspoken(self) -> int:
        return self.promoters + self.detractors

    @property
    def churned(self) -> Figure:
        return wilson(self.gone, self.buyers)

    @property
    def nps(self) -> Figure:
        return net_promoters(self.promoters, self.detractors, self.answered)


NOBODY: Final = Tally(0, 0, 0, 0, 0)
Tallies = Mapping[int, Tally]  # by the least number of orders of those who ordered about as often


@dataclass(frozen=True, slots=True)
class Point:
    """One signal: those who met it beside those who did not.

    like_for_like: the difference in churn among customers who ordered as often.
    """

    signal: str
    customers: int
    churned_with: Figure
    churned_without: Figure
    churn_difference: Figure
    like_for_like: Figure
    nps_with: Figure
    nps_without: Figure
    nps_difference: Figure
    ranking: Ranking
    chance: float | None  # of such a difference where there is none
    false_alarm_share: float | None = None

    @property
    def difference(self) -> Figure:
        """The one that is ranked."""
        return self.like_for_like if self.ranking is Ranking.CHURN else self.nps_difference

    @property
    def bound(self) -> float:
        """How far from 0 the interval of the ranked difference stays; of few customers it tells nothing."""
        low, high = self.difference.low, self.difference.high
        if self.difference.few or low is None or high is None or low <= 0 <= high:
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
    exposure: Exposure, everybody: Tallies, signals: Mapping[str, Tallies], ranking: Ranking
) -> FrictionReport:
    """everybody: all buyers, by how often they ordered; signals: of these the ones who met each."""
    points = [_point(signal, met, everybody, ranking) for signal, met in signals.items()]
    rated = _rated(points)
    rated.sort(key=lambda point: (-point.bound, -abs(point.difference.value or 0.0), point.signal))
    return FrictionReport(exposure, tuple(rated[:POINTS_MAX]), total(everybody).buyers, len(points))


def total(tallies: Tallies) -> Tally:
    columns = zip(*(astuple(one) for one in tallies.values()), strict=True)
    return Tally(*map(sum, columns)) if tallies else NOBODY


def _point(signal: str, met: Tallies, everybody: Tallies, ranking: Ranking) -> Point:
    one, other = total(met), total(everybody).without(total(met))
    strata = [_stratum(met.get(often, NOBODY), tally) for often, tally in everybody.items()]
    return Point(
        signal,
        one.buyers,
        one.churned,
        other.churned,
        newcombe(one.churned, other.churned),
        difference_of_shares(strata),
        one.nps,
        other.nps,
        apart(one.nps, other.nps),
        ranking,
        chance_of_shares(strata) if ranking is Ranking.CHURN else nps_chance(one, other),
    )


def _stratum(met: Tally, everybody: Tally) -> Stratum:
    others = everybody.without(met)
    return Stratum(met.gone, met.buyers, others.gone, others.buyers)


def nps_chance(one: Tally, other: Tally) -> float | None:
    """How often chance alone makes so large a difference in NPS, from the spread of all answers together."""
    if not one.answered or not other.answered:
        return None
    answered = one.answered + other.answered
    net = (one.net_promoters + other.net_promoters) / answered
    spread = (one.outspoken + other.outspoken) / answered - net * net
    difference = one.net_promoters / one.answered - other.net_promoters / other.answered
    return two_sided(difference, spread * (1 / one.answered + 1 / other.answered))


def _rated(points: Sequence[Point]) -> list[Point]:
    """The points, each with the share of false alarms; without evidence there is none."""
    tested = [(one, one.chance) for one in points if one.chance is not None]
    shares = false_alarm_shares([chance for _, chance in tested])
    rated = [replace(one, false_alarm_share=share) for (one, _), share in zip(tested, shares, strict=True)]
    return rated + [one for one in points if one.chance is None]
