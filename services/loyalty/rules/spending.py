"""Spending as values: what is asked, and what is answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from services.points.holds import Hold, Wanted
from services.points.lots import Balance


@dataclass(frozen=True, slots=True)
class Spend:
    """Points to spend at once."""

    customer_id: str
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class SetAside:
    """Points to set aside. ttl: None as long as the programme says."""

    customer_id: str
    wanted: Wanted
    ttl: timedelta | None


@dataclass(frozen=True, slots=True)
class Capture:
    """A hold to spend. points: None for all of it."""

    customer_id: str
    hold_id: str
    points: int | None


@dataclass(frozen=True, slots=True)
class Release:
    """A hold to give back."""

    customer_id: str
    hold_id: str


@dataclass(frozen=True, slots=True)
class Booked:
    """A hold after a command, and the member's balance after it."""

    hold: Hold
    balance: Balance


def reference_of(wanted: Wanted) -> str:
    """What the movements of a hold refer to: the order that it pays for, else the hold itself."""
    return f"order {wanted.source}/{wanted.order_id}" if wanted.order_id else f"hold {wanted.hold_id}"
