"""Families of orders: one that was bought, and those that its goods were exchanged for. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.points.lots import cumulative_share

OrderKey = tuple[str, str]  # source, order id


@dataclass(frozen=True, slots=True)
class Kin:
    """An order of a family, by its sums."""

    total_minor: int
    refunded_minor: int  # what came back, exchanged goods among it
    replaces: str  # the order whose goods it was taken for; empty: none


@dataclass(frozen=True, slots=True)
class Child:
    """An order that goods were exchanged for, and how much of their value it kept."""

    order_id: str
    kept_minor: int


@dataclass(frozen=True, slots=True)
class Family:
    """Orders by key, and what was exchanged for their goods."""

    orders: Mapping[OrderKey, Kin]
    children: Mapping[OrderKey, Sequence[Child]]

    def repaid_minor(self, key: OrderKey) -> int:
        """What of an order's total was paid out for good; of exchanged goods what the new ones gave back."""
        repaid = self.orders[key].refunded_minor
        for child in self.children.get(key, ()):
            kept_by = (key[0], child.order_id)
            total_minor = self.orders[kept_by].total_minor
            given_back = cumulative_share(child.kept_minor, self.repaid_minor(kept_by), total_minor)
            repaid -= child.kept_minor - given_back
        return repaid

    def share_repaid(self, points: int, key: OrderKey) -> int:
        """Of points that paid for an order, how many its repayment gives back."""
        return cumulative_share(points, self.repaid_minor(key), self.orders[key].total_minor)

    def spent_on(self, key: OrderKey) -> list[OrderKey]:
        """The order and all that it goes back to: points that paid for one of them paid for it."""
        found: list[OrderKey] = []
        while key in self.orders:
            found.append(key)
            key = (key[0], self.orders[key].replaces)
        return found
