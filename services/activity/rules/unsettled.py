"""Returns and exchanges that are stored and have not taken effect, and why. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.activity.rules.returns import ReturnLine


class WaitingKind(StrEnum):
    RETURN = "RETURN"
    EXCHANGE = "EXCHANGE"


class WaitingReason(StrEnum):
    ORDER_UNKNOWN = "ORDER_UNKNOWN"
    PURCHASE_UNKNOWN = "PURCHASE_UNKNOWN"
    NOT_IN_ORDER = "NOT_IN_ORDER"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, order=True)
class WaitingPlace:
    """Where a record stands in the list of what waits: the oldest first."""

    happened_at: datetime
    kind: str  # a WaitingKind
    source: str
    record_id: str


@dataclass(frozen=True, slots=True)
class WaitingRecord:
    """A return with units that wait, or an exchange; `refused` is why its order did not allow it."""

    place: WaitingPlace
    customer_id: str
    order_id: str  # that it names; empty: none
    order_known: bool
    refused: str
    lines: tuple[ReturnLine, ...]

    @property
    def reason(self) -> WaitingReason:
        if self.refused:
            return WaitingReason.REFUSED
        if not self.order_id:
            return WaitingReason.PURCHASE_UNKNOWN
        return WaitingReason.NOT_IN_ORDER if self.order_known else WaitingReason.ORDER_UNKNOWN


@dataclass(frozen=True, slots=True)
class WaitingCounts:
    """How many records have not taken effect, and how many of them never will as they are."""

    total: int
    refused: int
