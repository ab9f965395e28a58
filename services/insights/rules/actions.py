"""Before and after an action: what changed, for a group and for the rest, and how sure that is. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.errors import InvalidError, check_moment
from services.insights.rules.caveats import (
    ACTION,
    ACTION_CHOSEN_TODAY,
    NO_ANSWERS,
    NO_ORDERS,
    NOBODY_IN_GROUP,
)
from services.insights.rules.comparisons import money
from services.insights.rules.returns import NOBODY
from services.intervals import (
    POINTS,
    SHARE,
    Cross,
    Figure,
    Moments,
    apart,
    clustered_share,
    net_promoters,
    ratio,
    togetherness,
)
from services.spans import Span, whole

DAYS_DEFAULT: Final = 30  # long enough for a second order, short enough to remember the action
ORDERS_UNIT: Final = "orders per customer"


class ActionInFutureError(InvalidError):
    """This moment has not come yet; there is no after to compare with."""

    reason = "ACTION_IN_FUTURE"


class Metric(StrEnum):
    ORDER_VALUE = "ORDER_VALUE"
    ORDERS_PER_CUSTOMER = "ORDERS_PER_CUSTOMER"
    REPEAT_RATE = "REPEAT_RATE"
    RETURN_RATE = "RETURN_RATE"
    NPS = "NPS"


@dataclass(frozen=True, slots=True)
class Windows:
    """As many days before a moment as after it; cut on both sides when the time after is not over."""

    before: Span
    after: Span
    cut: bool


@dataclass(frozen=True, slots=True)
class Question:
    """Which metric to look at around which action, and for whom: some customers, or everybody (None).

    chosen_today: the customers were chosen by what is known of them now, not by what was known then.
    """

    metric: Metric
    windows: Windows
    customer_ids: frozenset[str] | None = None
    chosen_today: bool = False


@dataclass(frozen=True, slots=True)
class ShiftSums:
    """What some customers add to a metric in both windows, y over x of each, summed; `cross` after by before.

    customers: those in either window. detractors: those among the answers of NPS.
    """

    customers: int
    before: Moments
    after: Moments
    cross: Cross
    detractors_before: int = 0
    detractors_after: int = 0


NO_ONE: Final = ShiftSums(0, NOBODY, NOBODY, Cross(0, 0, 0, 0))


@dataclass(frozen=True, slots=True)
class Shift:
    """A metric before and after, and the second less the first; `customers` are those in either."""

    customers: int
    before: Figure
    after: Figure
    change: Figure


@dataclass(frozen=True, slots=True)
class Effect:
    """What changed around an action. rest: everybody else, None when everybody is looked at.

    effect: how much more the group changed than the rest did (the difference in differences).
    """

    metric: Metric
    windows: Windows
    group: Shift
    rest: Shift | None
    effect: Figure | None
    caveat: str

    @property
    def fallback(self) -> str:
        if self.group.change.value is not None:
            return ""
        if self.rest is not None and self.rest.change.value is not None:
            return NOBODY_IN_GROUP
        return NO_ANSWERS if self.metric is Metric.NPS else NO_ORDERS


def windows_around(moment: datetime, days: int, now: datetime) -> Windows | InvalidError:
    """The windows before and after `moment`; refused when it lies ahead or before there were orders."""
    if moment >= now:
        return ActionInFutureError(field="moment")
    problem = check_moment(moment, now, "moment")
    if problem is not None:
        return problem
    length = min(timedelta(days=days), now - moment)
    cut = length < timedelta(days=days)
    return Windows(whole(moment - length, moment), whole(moment, moment + length), cut)


def effect_of(question: Question, sums: Mapping[bool, ShiftSums], currency: str) -> Effect:
    """The answer to a question; sums: by whether the customers are in its group, which may be everybody."""
    metric, windows = question.metric, question.windows
    unit = _units(currency)[metric]
    group = _shift(metric, sums.get(True, NO_ONE), unit)
    caveat = ACTION + (ACTION_CHOSEN_TODAY if question.chosen_today else "")
    if question.customer_ids is None:
        return Effect(metric, windows, group, None, None, caveat)
    rest = _shift(metric, sums.get(False, NO_ONE), unit)
    return Effect(metric, windows, group, rest, apart(group.change, rest.change), caveat)


def _units(currency: str) -> dict[Metric, str]:
    return {
        Metric.ORDER_VALUE: money(currency),
        Metric.ORDERS_PER_CUSTOMER: ORDERS_UNIT,
        Metric.REPEAT_RATE: SHARE,
        Metric.RETURN_RATE: SHARE,
        Metric.NPS: POINTS,
    }


def _shift(metric: Metric, sums: ShiftSums, unit: str) -> Shift:
    before = _figure(metric, sums.before, sums.detractors_before, unit)
    after = _figure(metric, sums.after, sums.detractors_after, unit)
    together = togetherness(sums.after, sums.before, sums.cross)
    return Shift(sums.customers, before, after, apart(after, before, together))


def _figure(metric: Metric, moments: Moments, detractors: int, unit: str) -> Figure:
    if metric is Metric.NPS:
        return net_promoters(int(moments.y) + detractors, detractors, int(moments.x))
    if metric in {Metric.REPEAT_RATE, Metric.RETURN_RATE}:
        return clustered_share(moments)
    return ratio(moments, unit)
