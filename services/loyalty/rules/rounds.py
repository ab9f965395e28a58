"""Events of many customers, parted so that each part holds one of each customer's at most. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Protocol, TypeVar


class OfCustomer(Protocol):
    @property
    def customer_id(self) -> str: ...


Event = TypeVar("Event", bound=OfCustomer)


def rounds(events: Iterable[Event]) -> list[list[Event]]:
    """Each customer's first events, in the order in which they come, then the second ones, and so on."""
    made: list[list[Event]] = []
    seen: defaultdict[str, int] = defaultdict(int)
    for event in events:
        nth = seen[event.customer_id]
        seen[event.customer_id] += 1
        if nth == len(made):
            made.append([])
        made[nth].append(event)
    return made
