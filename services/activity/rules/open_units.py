"""Returned units that are not settled for good, because an order may still come that explains them. Pure.

Units of a return that names an order wait until it comes. Units of a return that names none belong to the
latest purchase before it that the others leave them: to which one may change with whatever becomes known, so
that the order of arrival does not matter. Returns that name an order take first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from services.activity.rules.returns import Match, Purchase, Return, ReturnKey, ReturnLine, take_units
from services.events import OrderPlaced

LineKey = tuple[str, int]  # order id, line
Owner = tuple[str, str]  # source, customer id
Goods = tuple[str, str, str]  # source, customer id, SKU
Held = dict[tuple[str, str, str], dict[LineKey, int]]  # source, return id, SKU -> units by order line


@dataclass(frozen=True, slots=True)
class OpenUnits:
    """Units of one product of a return."""

    return_id: str
    source: str
    sku: str
    customer_id: str
    order_id: str  # that the return names; empty: none
    quantity: int  # all of them where the return names no order; else those that wait
    returned_at: datetime

    @property
    def key(self) -> ReturnKey:
        return self.source, self.return_id

    @property
    def part(self) -> tuple[str, str, str]:
        return self.source, self.return_id, self.sku

    @property
    def goods(self) -> Goods:
        return self.source, self.customer_id, self.sku

    def explained_by(self, order: OrderPlaced) -> bool:
        """Whether units may go back to the order."""
        return (
            (self.source, self.customer_id) == (order.source, order.customer_id)
            and self.order_id in {"", order.order_id}
            and self.sku in order.skus
            and self.returned_at >= order.placed_at
        )


@dataclass(frozen=True, slots=True)
class Move:
    """Units of a return without an order that go to an order line, or (fewer than none) leave it."""

    units: OpenUnits
    match: Match
    rest: int  # of these units that the line has then


@dataclass(slots=True)
class Pool:
    """What customers bought of some products, and what came back of them without an order.

    held: where the units of such returns are. `left` of a purchase does not count them: they make room.
    """

    purchases: Mapping[Owner, Sequence[Purchase]]
    units: list[OpenUnits] = field(default_factory=list)
    held: Held = field(default_factory=dict)

    def of(self, source: str, customer_id: str) -> Sequence[Purchase]:
        return self.purchases.get((source, customer_id), ())

    def settle(self) -> list[Move]:
        """Give all units their places anew, one return after another by time: what changes."""
        ordered = sorted(self.units, key=lambda one: (one.returned_at, one.return_id, one.sku))
        return [move for one in ordered for move in self._settle(one)]

    def _settle(self, one: OpenUnits) -> list[Move]:
        bought = [purchase for purchase in self.of(one.source, one.customer_id) if purchase.sku == one.sku]
        held = self.held.get(one.part, {})
        here = {purchase.key for purchase in bought}
        elsewhere = sum(
            units for line, units in held.items() if line not in here
        )  # undoing a merge parted them
        found = take_units(one.sku, one.quantity - elsewhere, one.returned_at, bought)
        after = {match.purchase.key: match.quantity for match in found}
        changes = ((purchase, after.get(purchase.key, 0), held.get(purchase.key, 0)) for purchase in bought)
        return [
            Move(one, Match(purchase, rest - before), rest)
            for purchase, rest, before in changes
            if rest != before
        ]


def open_pool(purchases: Mapping[Owner, Sequence[Purchase]], units: Sequence[OpenUnits], held: Held) -> Pool:
    """A pool in which units hold nothing yet; held: what they hold in the database."""
    room: dict[tuple[Goods, LineKey], int] = {}
    for one in units:
        for line, quantity in held.get(one.part, {}).items():
            room[one.goods, line] = room.get((one.goods, line), 0) + quantity
    for owner, bought in purchases.items():
        for purchase in bought:
            purchase.left += room.get(((*owner, purchase.sku), purchase.key), 0)
    return Pool(purchases, list(units), held)


def waiting_returns(units: Iterable[OpenUnits]) -> list[Return]:
    """The returns that name the order they wait for, by time, as if made of the waiting units alone."""
    waiting = [one for one in units if one.order_id]
    waiting.sort(key=lambda one: (one.returned_at, one.source, one.return_id, one.sku))
    made: list[Return] = []
    for _, found in groupby(waiting, key=lambda one: one.key):
        parts = list(found)
        lines = tuple(ReturnLine(one.sku, one.quantity) for one in parts)
        first = parts[0]
        made.append(
            Return(first.source, first.return_id, first.order_id, first.customer_id, first.returned_at, lines)
        )
    return made
