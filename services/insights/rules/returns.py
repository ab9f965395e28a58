"""How often orders come back, by the number of channels a customer uses. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.insights.rules.caveats import NO_ORDERS, ONE_SIDE_EMPTY, RETURN_RATES
from services.intervals import Figure, Moments, clustered_share, newcombe
from services.spans import Span

CHANNELS_TOP: Final = 3  # three and more are one group, as in the domain's "omnichannel"
NOBODY: Final = Moments(0, 0, 0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class ReturnRate:
    """Orders of which something came back, of all that were placed; 3 channels mean 3 or more."""

    channels: int
    customers: int
    orders: int
    returned_orders: int
    rate: Figure


@dataclass(frozen=True, slots=True)
class ReturnRates:
    span: Span
    rates: tuple[ReturnRate, ...]  # of 1, 2, 3 channels
    difference: Figure  # of the customers with most channels less those with one
    caveat: str = RETURN_RATES

    @property
    def fallback(self) -> str:
        if not any(one.orders for one in self.rates):
            return NO_ORDERS
        return "" if self.difference.n else ONE_SIDE_EMPTY


def returns_report(sums: Mapping[int, Moments], span: Span) -> ReturnRates:
    """sums: by the number of channels, returned (y) of placed (x) orders of each customer."""
    rates = tuple(return_rate(count, sums.get(count, NOBODY)) for count in range(1, CHANNELS_TOP + 1))
    return ReturnRates(span, rates, newcombe(rates[-1].rate, rates[0].rate))


def return_rate(channels: int, moments: Moments) -> ReturnRate:
    rate = clustered_share(moments)
    return ReturnRate(channels, moments.n, int(moments.x), int(moments.y), rate)
