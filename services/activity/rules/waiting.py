"""In which order what waited for an order takes effect. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from services.activity.rules.exchanges import Exchange
from services.activity.rules.returns import Return


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
