"""Before and after an action: what changed, for a group and for the rest, and how sure that is. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
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
from services.insights.rules.spans import Span, whole
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
class Amounts:
    """What one customer adds to a metric: y over x; of NPS also the detractors among the answers."""

    y: int
    x: int
    detractors: int = 0


PerCustomer = Mapping[str, Amounts]
NOTHING: Final = Amounts(0, 0)


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


def effect_of(question: Question, amounts: tuple[PerCustomer, PerCustomer], currency: str) -> Effect:
    """The answer to a question; amounts: before and after."""
    metric, windows, chosen = question.metric, question.windows, question.customer_ids
    everybody = amounts[0].keys() | amounts[1].keys()
    unit = _units(currency)[metric]
    inside = everybody if chosen is None else everybody & chosen
    group = _shift(metric, amounts, inside, unit)
    caveat = ACTION + (ACTION_CHOSEN_TODAY if question.chosen_today else "")
    if chosen is None:
        return Effect(metric, windows, group, None, None, caveat)
    rest = _shift(metric, amounts, everybody - inside, unit)
    return Effect(metric, windows, group, rest, apart(group.change, rest.change), caveat)


def _units(currency: str) -> dict[Metric, str]:
    return {
        Metric.ORDER_VALUE: money(currency),
        Metric.ORDERS_PER_CUSTOMER: ORDERS_UNIT,
        Metric.REPEAT_RATE: SHARE,
        Metric.RETURN_RATE: SHARE,
        Metric.NPS: POINTS,
    }


def _shift(
    metric: Metric, amounts: tuple[PerCustomer, PerCustomer], customers: Collection[str], unit: str
) -> Shift:
    first = [amounts[0].get(one, NOTHING) for one in customers]
    second = [amounts[1].get(one, NOTHING) for one in customers]
    before, after = moments_of(first), moments_of(second)
    figures = _figure(metric, before, first, unit), _figure(metric, after, second, unit)
    together = togetherness(after, before, cross_of(second, first))
    return Shift(len(customers), *figures, apart(figures[1], figures[0], together))


def _figure(metric: Metric, moments: Moments, amounts: Iterable[Amounts], unit: str) -> Figure:
    if metric is Metric.NPS:
        detractors = sum(one.detractors for one in amounts)
        return net_promoters(int(moments.y) + detractors, detractors, int(moments.x))
    if metric in {Metric.REPEAT_RATE, Metric.RETURN_RATE}:
        return clustered_share(moments)
    return ratio(moments, unit)


def moments_of(amounts: Collection[Amounts]) -> Moments:
    """Exact sums; n counts those who have anything."""
    return Moments(
        sum(one.x > 0 for one in amounts),
        sum(one.y for one in amounts),
        sum(one.x for one in amounts),
        sum(one.y * one.y for one in amounts),
        sum(one.x * one.y for one in amounts),
        sum(one.x * one.x for one in amounts),
    )


def cross_of(first: Collection[Amounts], second: Collection[Amounts]) -> Cross:
    """The products of each customer's amounts in both windows."""
    both = [(one, other) for one, other in zip(first, second, strict=True) if one.x and other.x]
    return Cross(
        sum(one.y * other.y for one, other in both),
        sum(one.y * other.x for one, other in both),
        sum(one.x * other.y for one, other in both),
        sum(one.x * other.x for one, other in both),
    )
