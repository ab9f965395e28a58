"""How long things take when some have not ended yet. Pure.

Leaving out what has not ended would make the slow look quick. Kaplan and Meier count it for as long as it has
lasted: a quantile is absent while too few have ended, and so may be an end of its interval.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from services.intervals import Z95, Figure

_ROUNDING: Final = 1e-12  # half of ten things is a half, whatever the product of ten fractions says


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something took, or has lasted so far."""

    hours: float
    has_ended: bool


@dataclass(frozen=True, slots=True)
class Step:
    """From `hours` on, this share has not ended: the estimate, and its 95 % interval."""

    hours: float
    still: float
    low: float
    high: float


def quantile(durations: Sequence[Duration], share: float, unit: str) -> Figure:
    """When this share has ended, with the 95 % interval after Brookmeyer and Crowley (1982, log-log)."""
    steps, left = list(_steps(durations)), 1 - share + _ROUNDING
    value = _first(one.hours for one in steps if one.still <= left)
    if value is None:
        return Figure(None, None, None, len(durations), unit)
    low = _first(one.hours for one in steps if one.low <= left)
    high = _first(one.hours for one in steps if one.high <= left)
    return Figure(value, low, high, len(durations), unit)


def _first(hours: Iterable[float]) -> float | None:
    return next(iter(hours), None)


def _steps(durations: Sequence[Duration]) -> Iterator[Step]:
    """The product-limit estimate, a step wherever something ended; the variance is Greenwood's."""
    ended = Counter(one.hours for one in durations if one.has_ended)
    lasting = Counter(one.hours for one in durations)
    at_risk, still, variance = len(durations), 1.0, 0.0
    for hours in sorted(lasting):
        number = ended[hours]
        still *= 1 - number / at_risk
        if number == at_risk:
            yield Step(hours, 0.0, math.nan, math.nan)  # all have ended: how sure that is cannot be told
        elif number:
            variance += number / (at_risk * (at_risk - number))
            yield Step(hours, still, *_between(still, variance))
        at_risk -= lasting[hours]


def _between(still: float, variance: float) -> tuple[float, float]:
    """The interval of a share in (0, 1) on the log-log scale, on which it stays inside of 0 and 1."""
    reach = Z95 * math.sqrt(variance) / abs(math.log(still))
    return still ** math.exp(reach), still ** math.exp(-reach)
