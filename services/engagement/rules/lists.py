"""What a list of customers is asked for: whom, and in which order. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.engagement.rules.fields import FIELDS
from services.filtering.ordering import Sort, parse_order
from services.filtering.parsing import parse
from services.filtering.tree import Condition, Group, Operator, Tree, fields_in
from services.programme.programme import Programme

BEST_FIRST: Final = (Sort(FIELDS["score"], descending=True),)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Customers for whom the filter holds at `now`; whoever is equal by `sorts` is told apart by the id."""

    tree: Tree
    now: datetime
    lowest_tier: str  # of a member who has earned nothing so far
    sorts: tuple[Sort, ...] = BEST_FIRST

    @property
    def all_sorts(self) -> tuple[Sort, ...]:
        """With the customer id at the end, in the direction of the field before it."""
        known = [sort.field.name for sort in self.sorts]
        last = Sort(FIELDS["customer_id"], self.sorts[-1].descending)
        return self.sorts if "customer_id" in known else (*self.sorts, last)

    @property
    def fields(self) -> frozenset[str]:
        return fields_in(self.tree) | {sort.field.name for sort in self.sorts}


def wanted(text: str, order: str, now: datetime, programme: Programme, segment: str = "") -> Wanted:
    """A list by its filter and order, of one RFM segment when it is named; an empty order is BEST_FIRST.

    Raises FilterInvalidError, OrderInvalidError.
    """
    tree = parse(text, FIELDS, programme.zone)
    if segment:
        condition = Condition(FIELDS["segment"], Operator.EQUAL, segment, f"segment = {segment}", 1)
        tree = Group((condition, tree))
    return Wanted(tree, now, programme.tiers.levels[0].name, parse_order(order, FIELDS) or BEST_FIRST)
