"""Whether one person can have been where a device was heard. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol

TRAVEL_MIN: Final = timedelta(minutes=3)  # nobody walks out of one store, and into another, in less


class Stay(Protocol):
    """A visit, as far as it matters here."""

    @property
    def store(self) -> str: ...

    @property
    def entered_at(self) -> datetime: ...

    @property
    def last_seen_at(self) -> datetime: ...


def contradicted(stays: Iterable[Stay], store: str, observed_at: datetime) -> list[Stay]:
    """The person's stays in other stores that were too shortly before or after for a way between.

    One of the two devices is a copy, and nothing says which: neither stay is trusted.
    """
    return [
        stay
        for stay in stays
        if stay.store != store and stay.entered_at - TRAVEL_MIN < observed_at < stay.last_seen_at + TRAVEL_MIN
    ]
