"""Lots and movements of points: what they are, and the order in which they are spent. Pure."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

MAY_EARN: Final = frozenset({"PENDING", "ACTIVE"})  # states of a membership
MAY_SPEND: Final = frozenset({"ACTIVE"})
MERGED: Final = "MERGED"  # the state of a membership whose points are another's


class Kind(StrEnum):
    """What a movement does."""

    EARN = "EARN"
    ACTIVATE = "ACTIVATE"
    HOLD = "HOLD"
    RELEASE = "RELEASE"
    SPEND = "SPEND"
    EXPIRE = "EXPIRE"
    REVERSE_EARN = "REVERSE_EARN"
    RESTORE_SPEND = "RESTORE_SPEND"
    ADJUST = "ADJUST"
    TRANSFER = "TRANSFER"
    MERGE = "MERGE"
    FORFEIT = "FORFEIT"


class Side(StrEnum):
    """The accounts between which points move. All but the programme's own belong to one member."""

    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    BLOCKED = "BLOCKED"
    DEBT = "DEBT"  # gives what the member owes: its balance is the debt, below zero
    PROGRAMME = "PROGRAMME"  # where points come from and go to


class LotState(StrEnum):
    PENDING = "PENDING"
    ACTIVE = "ACTIVE"
    SPENT = "SPENT"
    EXPIRED = "EXPIRED"
    REVERSED = "REVERSED"


ENDS_AS = {  # what a lot becomes when a movement of this kind takes its last point
    Kind.SPEND: LotState.SPENT,
    Kind.TRANSFER: LotState.SPENT,
    Kind.EXPIRE: LotState.EXPIRED,
    Kind.FORFEIT: LotState.EXPIRED,
    Kind.REVERSE_EARN: LotState.REVERSED,
    Kind.ADJUST: LotState.REVERSED,
}


@dataclass(frozen=True, slots=True)
class Lot:
    """Points that came together. Pending before `activates_at`, spendable until `expires_at`."""

    lot_id: str
    customer_id: str
    origin: Kind
    points: int
    remaining_points: int  # neither blocked nor gone
    blocked_points: int
    state: LotState
    source: str
    order_id: str  # empty: no order earned it
    rule: str  # id@version; empty: no rule made it
    earned_at: datetime
    activates_at: datetime
    expires_at: datetime

    @property
    def is_open(self) -> bool:
        return self.state in {LotState.PENDING, LotState.ACTIVE}

    @property
    def side(self) -> Side:
        """The account that its remaining points lie in."""
        return Side.PENDING if self.state is LotState.PENDING else Side.ACTIVE


@dataclass(frozen=True, slots=True)
class Cause:
    """Why points move: what refers to it, who asked and why, and since when it counts."""

    at: datetime
    reference: str
    actor: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of the ledger: `points` leave the account `debit` and come to the account `credit`."""

    customer_id: str
    kind: Kind
    points: int
    debit: Side
    credit: Side
    lot_id: str  # empty: it makes debt
    reference: str
    actor: str
    reason: str
    effective_at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """What a member has, by what may be done with it."""

    pending_points: int
    active_points: int
    blocked_points: int
    debt_points: int
    as_of: datetime


def spend_order(lots: Iterable[Lot]) -> list[Lot]:
    """Soonest expiry first, then oldest activation, then lot id."""
    return sorted(lots, key=lambda lot: (lot.expires_at, lot.activates_at, lot.lot_id))


def end_of_month(moment: datetime, months: int, zone: ZoneInfo) -> datetime:
    """The first moment after the month that lies `months` later, in the programme's time zone."""
    local = moment.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    last = datetime(year, month + 1, monthrange(year, month + 1)[1], tzinfo=zone)
    return (last + timedelta(days=1)).astimezone(moment.tzinfo)


def cumulative_share(points: int, part: int, whole: int) -> int:
    """The points of `part` out of `whole`, rounded down: any sequence of parts ends at all of them."""
    return points * part // whole if whole else 0
