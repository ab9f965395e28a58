"""How gateways fare, and what is wrong with them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

DOWN_AFTER: Final = timedelta(minutes=2)  # four of its reports are missing
SKEW_MS_MAX: Final = 2_000.0  # its times are corrected; but whoever looks into its logs is misled
DROPPED_LATELY: Final = timedelta(days=1)
EPOCHS_KEPT: Final = timedelta(days=31)  # longer than anything that a gateway may still send is believed


class Trouble(StrEnum):
    DOWN = "DOWN"
    DEGRADED = "DEGRADED"
    CLOCK = "CLOCK"
    DISK = "DISK"
    DROPPED = "DROPPED"


@dataclass(frozen=True, slots=True)
class Greeting:
    """A gateway that connects. session: made by the server; the latest is the one that counts."""

    gateway: str
    store: str
    epoch: str
    version: str
    session: str

    @property
    def customer_id(self) -> str:
        return self.gateway


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway as it was last heard of.

    health, config: as in the messages Health and Config; None before it said or was told anything.
    dropped: events that it dropped, by its GAP events; dropped_at: when the latest of those came.
    """

    gateway: str
    store: str
    version: str
    last_contact_at: datetime
    health: Mapping[str, Any] | None
    config: Mapping[str, Any] | None
    dropped: int
    dropped_at: datetime | None

    @property
    def is_deaf(self) -> bool:
        """Whether the silence of any of its receivers says nothing about who is there."""
        return any(radio.get("deaf") for radio in (self.health or {}).get("radios", ()))


def troubles(one: Gateway, now: datetime) -> list[Trouble]:
    """What is wrong with a gateway now."""
    health = one.health or {}
    lately = one.dropped_at is not None and now - one.dropped_at <= DROPPED_LATELY
    found = {
        Trouble.DOWN: now - one.last_contact_at > DOWN_AFTER,
        Trouble.DEGRADED: bool(health.get("degraded")),
        Trouble.CLOCK: abs(health.get("clock_offset_ms", 0.0)) > SKEW_MS_MAX,
        Trouble.DISK: bool(health.get("spool_in_memory")),
        Trouble.DROPPED: lately,
    }
    return [trouble for trouble, is_so in found.items() if is_so]
