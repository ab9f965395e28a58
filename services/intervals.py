"""Figures with their uncertainty: shares, means, ratios and differences, each with a 95 % interval. Pure.

An interval is wide where little is known. Shares use score intervals, which stay honest when all of a few
agree; means and ratios use Student's t with the variance between people.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import NormalDist
from typing import Final

FEW: Final = 30  # below it an interval is wider than most decisions can use
CONFIDENCE: Final = 0.95  # the level of every interval
Z95: Final = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
SHARE: Final = "share"  # 0 to 1
POINTS: Final = "NPS points"  # -100 to 100
FREEDOM_MAX: Final = 1e6  # beyond it Student's t is the normal curve to six digits
_STEPS_MAX: Final = 300  # the continued fraction needs about the root of the larger parameter
_TINY: Final = 1e-300


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure with its 95 % interval, all None when nothing was counted, and how many it rests on.

    n: people, orders or answers, whatever was drawn independently; of a difference, the smaller side's.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    unit: str

    @property
    def few(self) -> bool:
        """Whether it rests on so few that it is to be read with care."""
        return self.n < FEW

    def scaled(self, factor: float, unit: str) -> Figure:
        """The same figure in another unit; `factor` > 0."""
        value, low, high = (
            None if one is None else one * factor for one in (self.value, self.low, self.high)
        )
        return Figure(value, low, high, self.n, unit)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with the variance of its error, so that differences can be made of it."""

    value: float
    variance: float | None  # None: a single one shows no variance
    n: int

    @property
    def freedom(self) -> float:
        return self.n - 1


@dataclass(frozen=True, slots=True)
class Moments:
    """Of two amounts y and x of each of n people: the sums, and the sums of their products."""

    n: int
    y: float
    x: float
    yy: float
    xy: float
    xx: float


@dataclass(frozen=True, slots=True)
class Cross:
    """Of two pairs of amounts of the same people: the sums of the products of one pair with the other."""

    yy: float
    yx: float  # y of the first with x of the second
    xy: float
    xx: float


def wilson(successes: int, n: int, unit: str = SHARE) -> Figure:
    """The share of successes, by Wilson's score interval; 0 <= successes <= n."""
    if not n:
        return nothing(unit)
    return Figure(successes / n, *_score(successes / n, n), n, unit)


def clustered_share(moments: Moments, unit: str = SHARE) -> Figure:
    """The share y of x of independent people, such as returned of placed orders, 0 <= y <= x for each.

    Wilson's interval for as many as would tell as much if each stood for itself: one person's are alike.
    """
    estimate = ratio_estimate(moments)
    if estimate is None:
        return nothing(unit)
    share, alone = estimate.value, estimate.value * (1 - estimate.value) / moments.x
    alike = max((estimate.variance or 0.0) / alone, 1.0) if alone > 0 else 1.0
    return Figure(share, *_score(share, moments.x / alike), moments.n, unit)


def _score(share: float, n: float) -> tuple[float, float]:
    square = Z95 * Z95
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = Z95 / (1 + square / n) * math.sqrt(max(share * (1 - share), 0.0) / n + square / (4 * n * n))
    low = centre - half if share > 0 else 0.0  # exactly: rounding would leave a trace
    return low, (centre + half if share < 1 else 1.0)


def newcombe(first: Figure, second: Figure) -> Figure:
    """The first share less the second, of two groups of different people.

    Source: Newcombe 1998, Statistics in Medicine 17:873, method 10.
    """
    return _within_one(apart(first, second))


def net_promoters(promoters: int, detractors: int, n: int) -> Figure:
    """The share of promoters less that of detractors among the same n answers, in points from -100 to 100.

    Source: Newcombe 1998, Statistics in Medicine 17:2635, method 8 without its continuity correction.
    """
    up, down = wilson(promoters, n), wilson(detractors, n)
    if up.value is None or down.value is None:
        return nothing(POINTS)
    others = math.sqrt((1 - up.value) * (1 - down.value))
    together = -math.sqrt(up.value * down.value) / others if others else 0.0
    return _within_one(apart(up, down, together)).scaled(100.0, POINTS)


def _within_one(found: Figure) -> Figure:
    if found.low is None or found.high is None:
        return found
    return replace(found, low=max(found.low, -1.0), high=min(found.high, 1.0))


def mean(n: int, total: float, squares: float, unit: str) -> Figure:
    """The mean of n values that sum to `total` and whose squares sum to `squares`."""
    return ratio(Moments(n, total, n, squares, total, n), unit)


def ratio(moments: Moments, unit: str) -> Figure:
    """The sum of y over that of x of independent people, such as money over orders: by the delta method."""
    return figure(ratio_estimate(moments), unit)


def ratio_estimate(moments: Moments) -> Estimate | None:
    """The ratio, to make differences of; None when the x sum to 0."""
    if not moments.x:
        return None
    value = moments.y / moments.x
    if moments.n < 2:
        return Estimate(value, None, moments.n)
    square = moments.yy - 2 * value * moments.xy + value * value * moments.xx
    scale = moments.n / (moments.n - 1) / (moments.x * moments.x)
    return Estimate(value, max(square, 0.0) * scale, moments.n)


def difference(first: Estimate | None, second: Estimate | None, unit: str) -> Figure:
    """The first less the second, of two groups of different people, after Welch."""
    if first is None or second is None:
        return nothing(unit)
    n, value = min(first.n, second.n), first.value - second.value
    if first.variance is None or second.variance is None:
        return Figure(value, None, None, n, unit)
    variance = first.variance + second.variance
    return _around(value, variance, _welch(first, second, variance), n, unit)


def apart(first: Figure, second: Figure, together: float = 0.0) -> Figure:
    """The first less the second, from their own intervals; `together` is how their errors correlate.

    Source: Zou and Donner 2008, Statistics in Medicine 27:1693 (the method of variance estimates recovery).
    """
    if first.value is None or second.value is None:
        return nothing(first.unit)
    n, value = min(first.n, second.n), first.value - second.value
    left, right = _arms(first), _arms(second)
    if left is None or right is None:
        return Figure(value, None, None, n, first.unit)
    down, up = _reach(left[0], right[1], together), _reach(left[1], right[0], together)
    return Figure(value, value - down, value + up, n, first.unit)


def togetherness(first: Moments, second: Moments, cross: Cross) -> float:
    """How the errors of two ratios correlate that share people, such as before and after; 0 when unknown."""
    one, other = ratio_estimate(first), ratio_estimate(second)
    if one is None or other is None or not one.variance or not other.variance:
        return 0.0
    shared = cross.yy - other.value * cross.yx - one.value * cross.xy + one.value * other.value * cross.xx
    scale = math.sqrt(one.n / (one.n - 1) * other.n / (other.n - 1)) / (first.x * second.x)
    found = shared * scale / math.sqrt(one.variance * other.variance)
    return min(max(found, -1.0), 1.0)


def tally(total: int, squares: int, n: int, unit: str) -> Figure:
    """How many there were, with the interval in which an equal time would lie by chance alone.

    total: the sum of what each of `n` people did, people who came independently; squares: the sum of the
    squares of it. None did: the interval begins at 0. A score interval of the compound Poisson distribution.
    """
    each = squares / total if total else 1.0
    people, square = total / each, Z95 * Z95
    half = Z95 * math.sqrt(people + square / 4)
    low, high = (people + square / 2 - half) * each, (people + square / 2 + half) * each
    return Figure(float(total), max(low, 0.0), high, n, unit)


def figure(estimate: Estimate | None, unit: str) -> Figure:
    """The estimate with its interval; a single one has a value and no interval."""
    if estimate is None:
        return nothing(unit)
    if estimate.variance is None:
        return Figure(estimate.value, None, None, estimate.n, unit)
    return _around(estimate.value, estimate.variance, estimate.freedom, estimate.n, unit)


def nothing(unit: str) -> Figure:
    """The figure of nobody."""
    return Figure(None, None, None, 0, unit)


def _arms(found: Figure) -> tuple[float, float] | None:
    """How far the interval reaches below and above the figure."""
    if found.value is None or found.low is None or found.high is None:
        return None
    return found.value - found.low, found.high - found.value


def _reach(one: float, other: float, together: float) -> float:
    return math.sqrt(max(one * one - 2 * together * one * other + other * other, 0.0))


def _welch(first: Estimate, second: Estimate, variance: float) -> float:
    """Satterthwaite's degrees of freedom."""
    if not variance:
        return min(first.freedom, second.freedom)
    return 1.0 / sum(((one.variance or 0.0) / variance) ** 2 / one.freedom for one in (first, second))


def _around(value: float, variance: float, freedom: float, n: int, unit: str) -> Figure:
    half = student(freedom) * math.sqrt(variance)
    return Figure(value, value - half, value + half, n, unit)


@lru_cache(maxsize=1024)
def student(freedom: float) -> float:
    """How many standard errors a 95 % interval reaches at these degrees of freedom (>= 1)."""
    if freedom >= FREEDOM_MAX:
        return Z95
    low, high = Z95, 13.0  # at one degree of freedom it is 12.7
    while high - low > 1e-9:
        middle = (low + high) / 2
        if _tails(middle, freedom) > 1 - CONFIDENCE:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _tails(t: float, freedom: float) -> float:
    """The chance that Student's t is further from 0 than `t`."""
    return _beta_share(freedom / 2, 0.5, freedom / (freedom + t * t))


def _beta_share(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function, by its continued fraction (NIST DLMF 8.17.22)."""
    if x > (a + 1) / (a + b + 2):
        return 1.0 - _beta_share(b, a, 1.0 - x)
    log = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    return math.exp(log) / a / _fraction(a, b, x)


def _fraction(a: float, b: float, x: float) -> float:
    """1 + d1/(1 + d2/(1 + ...)), evaluated forwards after Lentz."""
    value, numerator, denominator = 1.0, 1.0, 0.0
    for step in range(1, _STEPS_MAX):
        half = step // 2
        if step % 2:
            term = -(a + half) * (a + b + half) * x / ((a + 2 * half) * (a + 2 * half + 1))
        else:
            term = half * (b - half) * x / ((a + 2 * half - 1) * (a + 2 * half))
        denominator = 1.0 / (1.0 + term * denominator or _TINY)
        numerator = 1.0 + term / numerator or _TINY
        value *= numerator * denominator
        if abs(numerator * denominator - 1.0) < 1e-13:
            break
    return value
