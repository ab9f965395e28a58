"""What came before the order that it belongs to, and waits for it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from services.activity.rules.exchanges import Exchange
from services.activity.rules.returns import Return, ReturnLine
from services.events import OrderPlaced

ReturnKey = tuple[str, str]  # source, return id


@dataclass(frozen=True, slots=True)
class WaitingUnits:
    """Units of one product of a return that no known purchase explains."""

    return_id: str
    source: str
    sku: str
    customer_id: str
    order_id: str  # that the return names; empty: none
    quantity: int
    returned_at: datetime

    def explained_by(self, order: OrderPlaced) -> bool:
        """Whether units may go back to the order."""
        return (
            (self.source, self.customer_id) == (order.source, order.customer_id)
            and self.order_id in {"", order.order_id}
            and self.sku in order.skus
            and self.returned_at >= order.placed_at
        )


def waiting_returns(units: Iterable[WaitingUnits], orders: Sequence[OrderPlaced]) -> list[Return]:
    """The returns with units that one of the orders may explain, by time, as if made of these units alone."""
    explained = [one for one in units if any(map(one.explained_by, orders))]
    explained.sort(key=lambda one: (one.returned_at, one.source, one.return_id, one.sku))
    made: list[Return] = []
    for (returned_at, source, return_id), found in groupby(
        explained, key=lambda one: (one.returned_at, one.source, one.return_id)
    ):
        parts = list(found)
        lines = tuple(ReturnLine(one.sku, one.quantity) for one in parts)
        made.append(Return(source, return_id, parts[0].order_id, parts[0].customer_id, returned_at, lines))
    return made


def next_of_each(waiting: Iterable[Return | Exchange]) -> tuple[list[Return], list[Exchange], bool]:
    """What happened first to each customer's goods: all returns before an exchange, or one exchange.

    The third says whether something is left for later. Points follow goods, one step after another.
    """
    returns: list[Return] = []
    exchanges: list[Exchange] = []
    blocked: set[str] = set()
    returning: set[str] = set()
    is_left = False
    for one in sorted(waiting, key=_happened):
        customer_id = one.customer_id
        if customer_id in blocked or (isinstance(one, Exchange) and customer_id in returning):
            blocked.add(customer_id)
            is_left = True
        elif isinstance(one, Exchange):
            blocked.add(customer_id)
            exchanges.append(one)
        else:
            returning.add(customer_id)
            returns.append(one)
    return returns, exchanges, is_left


def _happened(one: Return | Exchange) -> tuple[datetime, str, str]:
    if isinstance(one, Exchange):
        return one.exchanged_at, one.source, one.exchange_id
    return one.returned_at, one.source, one.return_id
