"""Whether one person can have been where a device was heard. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

TRAVEL_MIN: Final = timedelta(minutes=3)  # nobody walks out of one store, and into another, in less


class Stay(Protocol):
    """Somebody's time in a store."""

    @property
    def store(self) -> str: ...

    @property
    def entered_at(self) -> datetime: ...

    @property
    def last_seen_at(self) -> datetime: ...


AnyStay = TypeVar("AnyStay", bound=Stay)


def contradicted(stay: Stay, others: Iterable[AnyStay]) -> list[AnyStay]:
    """The same person's stays in other stores that leave no time for the way between.

    One of the two devices is a copy, and nothing says which: neither stay is trusted.
    """
    return [
        other
        for other in others
        if other.store != stay.store
        and other.entered_at < stay.last_seen_at + TRAVEL_MIN
        and stay.entered_at < other.last_seen_at + TRAVEL_MIN
    ]
