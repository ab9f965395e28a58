"""The business week by week: orders, their value, who came back, active members, returns. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Final

from services.insights.rules.caveats import NO_ORDERS, WEEKLY
from services.insights.rules.comparisons import money
from services.insights.rules.returns import NOBODY
from services.intervals import SHARE, Figure, Moments, clustered_share, nothing, ratio, tally, wilson
from services.spans import Span, whole

WEEKS_DEFAULT: Final = 26  # half a year: a trend shows, and a chart still fits
ORDERS: Final = "orders"
MEMBERS: Final = "members"


@dataclass(frozen=True, slots=True)
class WeekSums:
    """Money (y) by kept orders (x) of each buyer of a week; how many had bought before, and were members."""

    bought: Moments
    returning: int
    members: int


NO_BUYERS: Final = WeekSums(NOBODY, 0, 0)


@dataclass(frozen=True, slots=True)
class Week:
    """One week. orders and active_members: counts, with where chance alone puts a week like it.

    repeat_rate: of those who bought, the share with another order in the 365 days before their last.
    unfinished: the week is not over. returns_open: its orders may still come back.
    """

    span: Span
    net_minor: int
    orders: Figure
    order_value: Figure
    repeat_rate: Figure
    active_members: Figure
    return_rate: Figure
    unfinished: bool
    returns_open: bool


@dataclass(frozen=True, slots=True)
class WeeklySeries:
    span: Span
    weeks: tuple[Week, ...]
    caveat: str = WEEKLY

    @property
    def fallback(self) -> str:
        return "" if any(week.orders.value for week in self.weeks) else NO_ORDERS


@dataclass(frozen=True, slots=True)
class Horizon:
    """Up to when things are known: the report's moment, the shop's first order, and when returns close."""

    as_of: datetime
    first_order_at: datetime | None
    returns_closed_at: datetime  # orders placed up to then have had their return window


def weekly_series(
    starts: Sequence[datetime],
    bought: Mapping[int, WeekSums],
    returned: Mapping[int, Moments],
    horizon: Horizon,
    currency: str,
) -> WeeklySeries:
    """bought, returned: by the number of the week, which begins at starts[number]; none where nothing was."""
    weeks = tuple(
        _week(
            whole(start, end), bought.get(number, NO_BUYERS), returned.get(number, NOBODY), horizon, currency
        )
        for number, (start, end) in enumerate(pairwise(starts))
    )
    return WeeklySeries(Span(weeks[0].span.since, horizon.as_of), weeks)


def _week(span: Span, sums: WeekSums, returned: Moments, horizon: Horizon, currency: str) -> Week:
    buyers = sums.bought.n
    opened = horizon.first_order_at is not None and horizon.first_order_at <= span.until
    squares = int(sums.bought.xx)
    return Week(
        span,
        int(sums.bought.y),
        tally(int(sums.bought.x), squares, buyers, ORDERS) if opened else nothing(ORDERS),
        ratio(sums.bought, money(currency)),
        wilson(sums.returning, buyers, SHARE),
        tally(sums.members, sums.members, sums.members, MEMBERS) if opened else nothing(MEMBERS),
        clustered_share(returned),
        unfinished=span.until > horizon.as_of,
        returns_open=min(span.until, horizon.as_of) > horizon.returns_closed_at,
    )
