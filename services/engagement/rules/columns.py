"""The score of thousands of customers at once: `scores.py` says what it is, this says it in columns. Pure.

There are two ways because each is ten times as fast as the other where it is used: a write touches a few
customers, and setting arrays up would cost it more than the figures; the nightly pass touches everybody. Both
do the same operations on the same numbers in the same order, so the results are equal to the last bit; a
property test holds them to it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from services.engagement.reference import PROSPECT, segment
from services.engagement.rules.scores import DAY_US, SIXTIETHS
from services.engagement.rules.versions import KINDS, LESS_IS_BETTER, ComponentKind, Version

Whole = NDArray[np.int64]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BITS: Final = 1 << np.arange(len(KINDS))  # a set of components as one number


@dataclass(frozen=True, slots=True)
class OrderColumns:
    """Figures of the kept orders of n customers, each (n,); `last_us` means nothing without an order."""

    orders: Whole
    net_minor: Whole
    last_us: Whole
    gap_days_median: Floats  # NaN with fewer than two orders


@dataclass(frozen=True, slots=True)
class FigureColumns:
    """`scores.Figures` of n customers, each column (n,); `nps` is -1 where there is none."""

    bought: OrderColumns
    channels: Whole
    contacts: Whole
    sessions: Whole
    pages: Whole
    newsletters: Whole
    opened: Whole
    answers: Whole
    mood_sixtieths: Whole
    nps: Whole


@dataclass(frozen=True, slots=True)
class Measured:
    """Values of the components, (components, n), and where there is evidence for them."""

    values: Floats
    there: Flags


@dataclass(frozen=True, slots=True)
class ScoreColumns:
    """Scores of n customers, each (n,), and what they rest on."""

    score: Floats
    coverage: Floats
    recency: Whole
    frequency: Whole
    monetary: Whole
    segment: NDArray[np.object_]
    measured: Measured


def order_columns(place: Whole, placed_us: Whole, net_minor: Whole, customers: int) -> OrderColumns:
    """Figures by customer from one row per kept order; place: (rows,), the position of its customer."""
    order = np.lexsort((placed_us, place))
    place, placed_us, net_minor = place[order], placed_us[order], net_minor[order]
    count = np.bincount(place, minlength=customers).astype(np.int64)
    net = np.zeros(customers, np.int64)
    np.add.at(net, place, net_minor)
    last = np.zeros(customers, np.int64)
    last[place] = placed_us  # the latest comes last, and stays
    return OrderColumns(count, net, last, _gap_medians(place, placed_us, customers))


def _gap_medians(place: Whole, placed_us: Whole, customers: int) -> Floats:
    """The mean of the two middle gaps of each customer; rows come sorted by customer and time."""
    same = place[1:] == place[:-1]
    owner, gap = place[1:][same], np.diff(placed_us)[same]
    gap = gap[np.lexsort((gap, owner))]
    count = np.bincount(owner, minlength=customers)
    begin = np.cumsum(count) - count
    median = np.full(customers, np.nan)
    has = count > 0
    low, high = (begin + (count - 1) // 2)[has], (begin + count // 2)[has]
    median[has] = (gap[low] + gap[high]) / (2 * DAY_US)
    return median


def measure(found: FigureColumns, as_of_us: int) -> Measured:
    """As `scores.measures`: in the order of KINDS."""
    orders = found.bought.orders
    bought = orders > 0
    counted: dict[ComponentKind, tuple[Floats, Flags]] = {
        ComponentKind.AVERAGE_ORDER_VALUE: (_ratio(found.bought.net_minor, orders), bought),
        ComponentKind.REPEAT_RATE: (_ratio(orders - 1, orders), bought),
        ComponentKind.PURCHASE_FREQUENCY: (orders.astype(np.float64), bought),
        ComponentKind.RECENCY: (np.maximum(_recency_days(found, as_of_us), 0.0), bought),
        ComponentKind.CHANNEL_COUNT: (found.channels.astype(np.float64), found.contacts > 0),
        ComponentKind.PAGES_PER_SESSION: (_ratio(found.pages, found.sessions), found.sessions > 0),
        ComponentKind.OPEN_RATE: (_ratio(found.opened, found.newsletters), found.newsletters > 0),
        ComponentKind.SENTIMENT: (
            _ratio(found.mood_sixtieths, SIXTIETHS * found.answers),
            found.answers > 0,
        ),
    }
    values, there = zip(*(counted[kind] for kind in KINDS), strict=True)
    return Measured(np.stack(values), np.stack(there))


def score_columns(found: FigureColumns, version: Version, as_of_us: int) -> ScoreColumns:
    """As `scores.score`."""
    measured = measure(found, as_of_us)
    weighted = measured.there & np.array([version.weights[kind] > 0 for kind in KINDS])[:, np.newaxis]
    coverage, weights = _shares(weighted, version)
    score = np.zeros(found.channels.size)
    for number, kind in enumerate(KINDS):
        score += 100.0 * weights[number] * _percentiles(version, kind, measured.values[number])
    return ScoreColumns(score, coverage, *_rfm(found, version, as_of_us), measured)


def _ratio(part: Whole, whole: Whole) -> Floats:
    return np.divide(part, whole, out=np.zeros(part.size), where=whole > 0)


def _recency_days(found: FigureColumns, as_of_us: int) -> Floats:
    days: Floats = (as_of_us - found.bought.last_us) / DAY_US
    return days


def _shares(weighted: Flags, version: Version) -> tuple[Floats, Floats]:
    """Coverage, (n,), and weights, (components, n): 0 where there is no evidence."""
    sets, which = np.unique(BITS @ weighted, return_inverse=True)
    coverage, weights = np.zeros(sets.size), np.zeros((len(KINDS), sets.size))
    for column, bits in enumerate(sets):
        places = [number for number in range(len(KINDS)) if bits >> number & 1]
        coverage[column], shares = version.shares(tuple(KINDS[number] for number in places))
        weights[places, column] = shares
    return coverage[which], weights[:, which]


def _percentiles(version: Version, kind: ComponentKind, values: Floats) -> Floats:
    points = version.reference.points.get(kind, ())
    if not points:
        return np.full(values.size, 0.5)
    below, upto = (np.searchsorted(points, values, side) for side in ("left", "right"))
    rank: Floats = (below + upto) / (2 * len(points))
    return 1.0 - rank if kind in LESS_IS_BETTER else rank


def _rfm(
    found: FigureColumns, version: Version, as_of_us: int
) -> tuple[Whole, Whole, Whole, NDArray[np.object_]]:
    known, orders = version.reference.thresholds, found.bought.orders
    recency = 5 - _beyond(_recency_days(found, as_of_us), known.recency_days)
    frequency = 5 - _beyond(-orders, [-limit for limit in known.orders])
    monetary = 5 - _beyond(-found.bought.net_minor, [-limit for limit in known.money_minor])
    names = _segments()[recency, frequency, monetary, (orders == 1).astype(np.int64)]
    bought = orders > 0
    nobody = PROSPECT.recency
    ranks = (np.where(bought, one, nobody) for one in (recency, frequency, monetary))
    return (*ranks, np.where(bought, names, PROSPECT.segment))  # type: ignore[return-value]


def _beyond(values: NDArray[Any], limits: Sequence[float]) -> Whole:
    """How many of the limits each value exceeds."""
    found: Whole = sum((values > limit).astype(np.int64) for limit in limits)  # type: ignore[assignment]
    return found


@cache
def _segments() -> NDArray[np.object_]:
    """The segment of every R, F, M and whether there is one order only."""
    names = np.empty((6, 6, 6, 2), np.object_)
    for r in range(1, 6):
        for f in range(1, 6):
            for m in range(1, 6):
                names[r, f, m] = [segment(r, f, m, orders) for orders in (2, 1)]
    return names


def pairs(ids: Sequence[str], found: Mapping[str, tuple[int, int]]) -> tuple[Whole, Whole]:
    """Two columns of counts by customer, 0 where there are none."""
    both = np.array([found.get(one, (0, 0)) for one in ids], np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]
