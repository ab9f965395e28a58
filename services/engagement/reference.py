"""What a customer is compared with: the distribution of each measure, and RFM's thresholds. Pure."""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple

POINTS: Final = 201  # every half percent: finer than any decision made on a score
BUYERS_MIN: Final = 50  # below it quintiles of the population say nothing, and fixed thresholds hold
QUINTILE_STEPS: Final = (1, 2, 3, 4)

SEGMENTS: Final = {  # R quintile -> segment by FM = round((F + M) / 2), from 1 to 5
    5: ("PROMISING", "PROMISING", "ACTIVE", "CHAMPIONS", "CHAMPIONS"),
    4: ("PROMISING", "PROMISING", "ACTIVE", "LOYAL", "LOYAL"),
    3: ("ALMOST_LOST", "ALMOST_LOST", "NEEDS_ATTENTION", "LOYAL", "LOYAL"),
    2: ("ALMOST_LOST", "ALMOST_LOST", "AT_RISK", "AT_RISK", "PREVIOUSLY_LOYAL"),
    1: ("DORMANT", "DORMANT", "AT_RISK", "AT_RISK", "PREVIOUSLY_LOYAL"),
}
SEGMENT_NAMES: Final = (
    "CHAMPIONS",
    "LOYAL",
    "ACTIVE",
    "NEW",
    "PROMISING",
    "NEEDS_ATTENTION",
    "ALMOST_LOST",
    "AT_RISK",
    "PREVIOUSLY_LOYAL",
    "DORMANT",
    "PROSPECT",
)


class Rfm(NamedTuple):
    """Quintiles among the buyers, 5 the best; all 0 for a PROSPECT."""

    recency: int
    frequency: int
    monetary: int
    segment: str


PROSPECT: Final = Rfm(0, 0, 0, "PROSPECT")


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The worst value of the best 20, 40, 60 and 80 % of the buyers."""

    recency_days: tuple[float, ...]
    orders: tuple[float, ...]
    money_minor: tuple[float, ...]


# A shop with few buyers: a visit within a fortnight is recent, five orders a year are many.
FIXED_THRESHOLDS: Final = Thresholds((14, 30, 90, 180), (10, 5, 3, 2), (50_000, 20_000, 10_000, 5_000))


@dataclass(frozen=True)
class Reference:
    """Sorted sample points of each measure, and the thresholds; `version` names their content."""

    version: str
    points: Mapping[str, Sequence[float]]
    thresholds: Thresholds

    def percentile(self, kind: str, value: float) -> float:
        """Mid-rank of a value: the share below it and half of the share equal to it; .5 without a sample."""
        points = self.points.get(kind, ())
        if not points:
            return 0.5
        below = upto = bisect_left(points, value)
        if below < len(points) and points[below] == value:
            upto = bisect_right(points, value, below)
        return (below + upto) / (2 * len(points))


# Before the first distribution is built: shapes that any retailer's figures fall into.
BUILTIN: Final = Reference(
    "builtin-2",
    {
        "AVERAGE_ORDER_VALUE": [500 * 1.05**step for step in range(POINTS)],
        "REPEAT_RATE": [0.0, 0.0, 0.0, 0.0, 0.5, 0.5, 2 / 3, 0.75, 0.8, 0.9],
        "PURCHASE_FREQUENCY": [1, 1, 1, 1, 2, 2, 3, 4, 6, 12],
        "RECENCY": [float(day) for day in range(1, 366)],
        "CHANNEL_COUNT": [1, 1, 1, 1, 1, 1, 2, 2, 2, 3],
        "PAGES_PER_SESSION": [1, 2, 3, 4, 5, 6, 8, 10, 14, 20],
        "OPEN_RATE": [0.0, 0.0, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 1.0],
        "SENTIMENT": [0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.0],
    },
    FIXED_THRESHOLDS,
)


def build_reference(
    samples: Mapping[str, Sequence[float]],
    buyers: Sequence[tuple[float, int, int]],
    built_at: datetime,
) -> Reference:
    """A reference from all customers.

    samples: values of each measure. buyers: (recency in days, orders, net minor units) of each buyer.
    """
    points = {kind: quantiles(values) for kind, values in sorted(samples.items()) if values}
    limits = thresholds(buyers) if len(buyers) >= BUYERS_MIN else FIXED_THRESHOLDS
    digest = hashlib.sha256(body_text(points, limits).encode()).hexdigest()
    return Reference(f"{built_at:%Y%m%d}-{digest[:12]}", points, limits)


def quantiles(values: Sequence[float]) -> list[float]:
    """At most POINTS values that stand for the sorted whole."""
    ordered = sorted(values)
    if len(ordered) <= POINTS:
        return ordered
    last = len(ordered) - 1
    return [ordered[round(step * last / (POINTS - 1))] for step in range(POINTS)]


def thresholds(buyers: Sequence[tuple[float, int, int]]) -> Thresholds:
    recency, orders, money = zip(*buyers, strict=True)
    return Thresholds(
        limits(sorted(recency)), limits(sorted(orders, reverse=True)), limits(sorted(money, reverse=True))
    )


def limits(best_first: Sequence[float]) -> tuple[float, ...]:
    """The value that still belongs to the best k fifths; ties share the better rank."""
    return tuple(best_first[math.ceil(step * len(best_first) / 5) - 1] for step in QUINTILE_STEPS)


def rfm_of(recency_days: float, orders: int, money_minor: int, known: Thresholds) -> Rfm:
    """Quintiles and segment of a buyer with at least one order."""
    recency = 5 - sum(recency_days > limit for limit in known.recency_days)
    frequency = 5 - sum(orders < limit for limit in known.orders)
    monetary = 5 - sum(money_minor < limit for limit in known.money_minor)
    return Rfm(recency, frequency, monetary, segment(recency, frequency, monetary, orders))


def segment(recency: int, frequency: int, monetary: int, orders: int) -> str:
    both = (frequency + monetary + 1) // 2  # halves are rounded up, in the customer's favour
    name = SEGMENTS[recency][both - 1]
    first_order = recency == 5 and both <= 2 and orders == 1
    return "NEW" if first_order else name


def body_text(points: Mapping[str, Sequence[float]], limits_found: Thresholds) -> str:
    return json.dumps(
        {
            "points": {kind: list(values) for kind, values in points.items()},
            "recency_days": limits_found.recency_days,
            "orders": limits_found.orders,
            "money_minor": limits_found.money_minor,
        },
        sort_keys=True,
    )


@lru_cache(maxsize=4)  # parsed once per version, not once per batch
def reference_of(version: str, text: str) -> Reference:
    body = json.loads(text)
    found = Thresholds(*(tuple(body[name]) for name in ("recency_days", "orders", "money_minor")))
    return Reference(version, body["points"], found)
