"""What a customer did before the enrolment was known: stored rows as the events they once were. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.events import OrderExchanged, OrderPlaced, OrderReturned, ReturnedLine
from services.loyalty.rules.families import OrderKey
from services.loyalty.rules.rounds import rounds

LaterEvent = OrderReturned | OrderExchanged


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order as it was placed, and the order that it replaces; empty: none."""

    placed: OrderPlaced
    replaces: str

    @property
    def key(self) -> OrderKey:
        return self.placed.source, self.placed.order_id


@dataclass(frozen=True, slots=True)
class PastReturn:
    """Units of one order line that came back."""

    source: str
    return_id: str
    line: int  # of the return
    customer_id: str
    returned_at: datetime
    order_id: str
    order_line: int
    quantity: int  # bought
    units: int  # that came back now
    amount_minor: int
    gift_card: bool
    total_minor: int  # of the order
    new_order_id: str  # what they were exchanged for; empty: nothing


def plain_orders(orders: Iterable[PastOrder]) -> list[OrderPlaced]:
    """The orders that were no part of an exchange."""
    return [order.placed for order in orders if not order.replaces]


def later_events(orders: Iterable[PastOrder], returns: Iterable[PastReturn]) -> list[list[LaterEvent]]:
    """What happened to the orders: each customer's first events, then the second ones, and so on.

    Returns of other orders count only where an exchange turned them into one of these.
    """
    known = {order.key: order.placed for order in orders}
    return rounds(_events(known, returns))


def _events(known: Mapping[OrderKey, OrderPlaced], returns: Iterable[PastReturn]) -> Iterator[LaterEvent]:
    units: defaultdict[tuple[OrderKey, int], int] = defaultdict(int)
    refunded: defaultdict[OrderKey, int] = defaultdict(int)
    for parts in _together(returns):
        key = (parts[0].source, parts[0].order_id)
        for part in parts:
            units[key, part.order_line] += part.units
            refunded[key] += part.amount_minor
        lines = {
            part.order_line: ReturnedLine(part.order_line, part.quantity, units[key, part.order_line])
            for part in parts
        }
        back = _returned(parts[0], refunded[key], tuple(lines.values()))
        taken = known.get((parts[0].source, parts[0].new_order_id))
        if taken is not None:
            yield OrderExchanged(back, taken, sum(one.amount_minor for one in parts if not one.gift_card))
        elif key in known:
            yield back


def _together(returns: Iterable[PastReturn]) -> list[Sequence[PastReturn]]:
    """The parts of each return that went to one order, the returns in the order of their time."""
    groups: dict[tuple[datetime, str, str, str], list[PastReturn]] = {}
    for part in sorted(returns, key=lambda one: one.line):
        name = (part.returned_at, part.source, part.return_id, part.order_id)
        groups.setdefault(name, []).append(part)
    return [groups[name] for name in sorted(groups)]


def _returned(part: PastReturn, refunded_minor: int, lines: tuple[ReturnedLine, ...]) -> OrderReturned:
    return OrderReturned(
        part.source,
        part.order_id,
        part.customer_id,
        part.returned_at,
        part.return_id,
        part.total_minor,
        refunded_minor,
        lines,
    )
