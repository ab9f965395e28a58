"""Two groups compared like for like: within strata of customers who are alike, then together. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import NormalDist

from services.intervals import SHARE, Z95, Figure, nothing


@dataclass(frozen=True, slots=True)
class Stratum:
    """Customers who are alike: of those on each side, how many it happened to."""

    happened: int
    n: int
    happened_else: int
    n_else: int

    @property
    def both(self) -> int:
        return self.n + self.n_else

    @property
    def difference(self) -> float:
        return self.happened / self.n - self.happened_else / self.n_else

    @property
    def weight(self) -> float:
        return self.n * self.n_else / self.both


def compared(strata: Iterable[Stratum]) -> list[Stratum]:
    """The strata that have customers on both sides."""
    return [one for one in strata if one.n and one.n_else]


def difference_of_shares(strata: Iterable[Stratum]) -> Figure:
    """The share of the one side less that of the other, weighted together after Mantel and Haenszel.

    n: customers of the smaller side. Source of the variance: Sato 1989, Biometrics 45:1323.
    """
    found = compared(strata)
    if not found:
        return nothing(SHARE)
    weight = sum(one.weight for one in found)
    value = (
        sum(one.weight * (one.happened / one.n - one.happened_else / one.n_else) for one in found) / weight
    )
    variance = (value * sum(map(_skew, found)) + sum(map(_spread, found))) / weight**2
    half = Z95 * math.sqrt(max(variance, 0.0))
    n = min(sum(one.n for one in found), sum(one.n_else for one in found))
    return Figure(value, max(value - half, -1.0), min(value + half, 1.0), n, SHARE)


def _skew(one: Stratum) -> float:
    crossed = one.n**2 * one.happened_else - one.n_else**2 * one.happened
    return (crossed + one.n * one.n_else * (one.n_else - one.n) / 2) / one.both**2


def _spread(one: Stratum) -> float:
    others = one.happened * (one.n_else - one.happened_else) + one.happened_else * (one.n - one.happened)
    return others / (2 * one.both)


def chance_of_shares(strata: Iterable[Stratum]) -> float | None:
    """How often chance alone makes so large a difference: the test of Cochran, Mantel and Haenszel."""
    found = compared(strata)
    if not found:
        return None
    surplus = sum(one.happened - one.n * _rate(one) for one in found)
    return two_sided(surplus, sum(_variance(one) for one in found))


def _rate(one: Stratum) -> float:
    return (one.happened + one.happened_else) / one.both


def _variance(one: Stratum) -> float:
    return one.n * one.n_else * _rate(one) * (1 - _rate(one)) / (one.both - 1)


def two_sided(difference: float, variance: float) -> float:
    """How often a normal error of this variance lies as far from 0."""
    if variance <= 0:  # all of both sides are alike
        return 1.0
    return 2 * NormalDist().cdf(-abs(difference) / math.sqrt(variance))


def false_alarm_shares(chances: Sequence[float]) -> list[float]:
    """For each of several tests the share of false alarms to expect among all that are at least as sure.

    Source: Benjamini and Hochberg 1995, Journal of the Royal Statistical Society B 57:289.
    """
    places = sorted(range(len(chances)), key=lambda place: -chances[place])
    shares, share = [1.0] * len(chances), 1.0
    for passed, place in enumerate(places):
        share = min(share, chances[place] * (len(chances) / (len(chances) - passed)))
        shares[place] = share
    return shares
