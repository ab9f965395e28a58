"""Points: how orders become lots, and how returns take them back. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from services.events import OrderPlaced
from services.programme.programme import Programme

BASE_RULE: Final = "base@1"  # which rule, at which version, an award follows


class MovementKind(StrEnum):
    EARN = "EARN"
    REVERSE_EARN = "REVERSE_EARN"


@dataclass(frozen=True, slots=True)
class Membership:
    """What the ledger needs to know of a member."""

    state: str
    enrolled_at: datetime

    @property
    def may_earn(self) -> bool:
        return self.state in {"PENDING", "ACTIVE"}


@dataclass(frozen=True, slots=True)
class Lot:
    """Points of one award. Pending before `activates_at`, spendable until `expires_at`."""

    lot_id: str
    customer_id: str
    points: int
    remaining_points: int
    source: str
    order_id: str
    rule: str
    earned_at: datetime
    activates_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of the ledger: positive credits, negative debits."""

    customer_id: str
    kind: MovementKind
    points: int
    lot_id: str  # empty: it makes or pays debt
    cause: str


@dataclass(frozen=True, slots=True)
class Balance:
    pending_points: int
    active_points: int
    blocked_points: int
    debt_points: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """Points taken back: from lots (what remains of each after it), the rest as debt."""

    remaining_by_lot: dict[str, int]
    movements: tuple[Movement, ...]
    debt_points: int


def award_points(total_minor: int, programme: Programme) -> int:
    """Points of an order, floored once per order."""
    minor_per_unit: int = 10**programme.currency_digits
    return total_minor * programme.points.points_per_unit // minor_per_unit


def earn(order: OrderPlaced, programme: Programme, debt_points: int) -> tuple[Lot, tuple[Movement, ...]]:
    """The lot of an order, and its movements; what the member owes is paid from it first."""
    points = award_points(order.total_minor, programme)
    paid = min(points, debt_points)
    lot = Lot(
        lot_id=f"{order.source}/{order.order_id}",
        customer_id=order.customer_id,
        points=points,
        remaining_points=points - paid,
        source=order.source,
        order_id=order.order_id,
        rule=BASE_RULE,
        earned_at=order.placed_at,
        activates_at=order.placed_at + timedelta(days=programme.points.pending_days),
        expires_at=end_of_month(order.placed_at, programme.points.expiry_months, programme.time_zone),
    )
    return lot, _earn_movements(lot, paid)


def _earn_movements(lot: Lot, paid: int) -> tuple[Movement, ...]:
    cause = f"order {lot.order_id}"
    credit = Movement(lot.customer_id, MovementKind.EARN, lot.points, lot.lot_id, cause)
    if not paid:
        return (credit,)
    netted = Movement(lot.customer_id, MovementKind.REVERSE_EARN, -paid, lot.lot_id, "debt paid")
    settled = Movement(lot.customer_id, MovementKind.REVERSE_EARN, paid, "", "debt paid")
    return (credit, netted, settled)


def end_of_month(moment: datetime, months: int, time_zone: str) -> datetime:
    """The first moment after the month that lies `months` later, in the programme's time zone."""
    zone = ZoneInfo(time_zone)
    local = moment.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    last = datetime(year, month + 1, monthrange(year, month + 1)[1], tzinfo=zone)
    return (last + timedelta(days=1)).astimezone(moment.tzinfo)


def points_to_reverse(award: int, reversed_before: int, total_minor: int, refunded_minor: int) -> int:
    """What a return takes back, so that any sequence of partial returns ends at exactly the award.

    refunded_minor: the order's whole refund so far. The part kept is rounded up, in the member's favour.
    """
    if total_minor <= 0:
        return 0
    return max(award * refunded_minor // total_minor - reversed_before, 0)


def take_back(points: int, order_lot: Lot, others: Sequence[Lot], cause: str, now: datetime) -> Taken:
    """Take points from the order's own lot, then from live ones, soonest expiry first; the rest is debt."""
    remaining: dict[str, int] = {}
    movements: list[Movement] = []
    for lot in (order_lot, *spend_order(lot for lot in others if lot.expires_at > now)):
        taken = min(points, lot.remaining_points)
        if taken:
            points -= taken
            remaining[lot.lot_id] = lot.remaining_points - taken
            movements.append(Movement(lot.customer_id, MovementKind.REVERSE_EARN, -taken, lot.lot_id, cause))
    if points:
        movements.append(Movement(order_lot.customer_id, MovementKind.REVERSE_EARN, -points, "", cause))
    return Taken(remaining, tuple(movements), points)


def spend_order(lots: Iterable[Lot]) -> list[Lot]:
    return sorted(lots, key=lambda lot: (lot.expires_at, lot.activates_at, lot.lot_id))


def balance(lots: Iterable[Lot], debt_points: int, now: datetime) -> Balance:
    """What the lots amount to now; an expired lot counts for nothing, however late the expiry job is."""
    live = [lot for lot in lots if lot.expires_at > now]
    pending = sum(lot.remaining_points for lot in live if lot.activates_at > now)
    active = sum(lot.remaining_points for lot in live if lot.activates_at <= now)
    return Balance(pending, active, 0, debt_points, now)
