"""Where customers go on: from channel to channel, and with their carts. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.intervals import Figure, Moments, clustered_share
from services.journey.rules.touches import NO_TOUCHES
from services.windows import Window

GAP_DEFAULT: Final = timedelta(days=30)  # whoever comes back later begins anew
CAVEAT: Final = (
    "Customers choose their channels, and only touches that are told under a customer's name are known: a "
    "channel that reports little looks as if few went there. Pairs reach from one touch inside the window to "
    "the next one inside it. Carts of the last days may still be bought."
)


@dataclass(frozen=True, slots=True)
class Going:
    """How often customers went from `start` to `end` (empty: nowhere), with sums over these customers.

    squares: of each customer's number. products: of it with all that the customer began in `start`.
    """

    start: str
    end: str
    customers: int
    count: int
    squares: int
    products: int


@dataclass(frozen=True, slots=True)
class Start:
    """How often customers began in a channel, wherever they went, with the sum of each one's square."""

    channel: str
    customers: int
    count: int
    squares: int


@dataclass(frozen=True, slots=True)
class Share:
    """How often customers went from one channel to another, and its share of all that began in the first."""

    start: str
    end: str
    count: int
    customers: int
    share: Figure


@dataclass(frozen=True, slots=True)
class Transitions:
    window: Window
    gap_max: timedelta
    transitions: tuple[Share, ...]
    carts: tuple[Share, ...]
    caveat: str = CAVEAT

    @property
    def fallback(self) -> str:
        return "" if self.transitions or self.carts else NO_TOUCHES


def shares_of(starts: Iterable[Start], goings: Sequence[Going]) -> tuple[Share, ...]:
    """Each pair that was met, by the channel of the start and the most frequent end first."""
    by_channel = {start.channel: start for start in starts}
    ordered = sorted(goings, key=lambda going: (going.start, -going.count, going.end))
    return tuple(_share(going, by_channel[going.start]) for going in ordered)


def _share(going: Going, start: Start) -> Share:
    moments = Moments(
        n=start.customers,
        y=going.count,
        x=start.count,
        yy=going.squares,
        xy=going.products,
        xx=start.squares,
    )
    return Share(going.start, going.end, going.count, going.customers, clustered_share(moments))
