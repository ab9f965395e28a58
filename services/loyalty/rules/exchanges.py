"""Exchanges: which part of the new goods goes on with the points of the old ones. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

from services.events import OrderedLine, OrderExchanged, OrderPlaced
from services.points.occasions import allotted


@dataclass(frozen=True, slots=True)
class Swap:
    """An exchange by value. Gift cards earn nothing, so they neither bring points nor keep any."""

    kept_minor: int  # of the value that came back, what the new goods keep
    weights: dict[int, int]  # the amounts of the new lines that may keep points, by line
    surplus: OrderPlaced  # the new goods, without the value that was kept

    @property
    def has_surplus(self) -> bool:
        return any(line.amount_minor and not line.gift_card for line in self.surplus.lines)


def swap_of(exchange: OrderExchanged) -> Swap:
    placed = exchange.placed
    weights = {line.line: line.amount_minor for line in placed.lines if not line.gift_card}
    kept_minor = min(exchange.returned_minor, sum(weights.values()))
    shares = dict(zip(weights, allotted(kept_minor, list(weights.values())), strict=True))
    lines = tuple(_without(line, shares.get(line.line, 0)) for line in placed.lines)
    total_minor = placed.total_minor - kept_minor
    return Swap(kept_minor, weights, replace(placed, lines=lines, total_minor=total_minor))


def _without(line: OrderedLine, kept_minor: int) -> OrderedLine:
    return replace(line, amount_minor=line.amount_minor - kept_minor)
