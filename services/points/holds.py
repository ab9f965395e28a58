"""Holds: points set aside, and what may go wrong with them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from services.errors import NotFoundError, WrongStateError

REWARD_HOLDS: Final = "reward/"  # how the ids of holds begin that pay for an issued reward


class InsufficientPointsError(WrongStateError):
    """The member has fewer points to spend than were asked for."""

    reason = "INSUFFICIENT_POINTS"


class MayNotSpendError(WrongStateError):
    """Only an ACTIVE member spends points; confirm or reinstate the membership first."""

    reason = "MAY_NOT_SPEND"


class MayNotEarnError(WrongStateError):
    """Only a PENDING or ACTIVE member gets points."""

    reason = "MAY_NOT_EARN"


class MayNotReceiveError(WrongStateError):
    """Only an ACTIVE member is given another member's points."""

    reason = "MAY_NOT_RECEIVE"


class HoldNotFoundError(NotFoundError):
    """This customer has no such hold."""

    reason = "HOLD_NOT_FOUND"


class RewardHoldError(WrongStateError):
    """These points pay for a reward; redeem or cancel the reward instead."""

    reason = "HOLD_OF_REWARD"


class HoldResolvedError(WrongStateError):
    """This hold was captured, released or has lapsed; a hold resolves once."""

    reason = "HOLD_RESOLVED"


class CaptureExceedsHoldError(WrongStateError):
    """More points were to be captured than the hold keeps."""

    reason = "CAPTURE_EXCEEDS_HOLD"


class HoldState(StrEnum):
    HELD = "HELD"
    CAPTURED = "CAPTURED"
    RELEASED = "RELEASED"
    LAPSED = "LAPSED"


@dataclass(frozen=True, slots=True)
class HeldLot:
    """What a hold took from one lot."""

    lot_id: str
    points: int
    captured_points: int = 0
    restored_points: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """Points set aside for something; a spend is a hold that was captured at once."""

    hold_id: str
    customer_id: str
    points: int
    state: HoldState
    source: str
    order_id: str
    purpose: str
    held_at: datetime
    lapses_at: datetime | None
    resolved_at: datetime | None
    lots: tuple[HeldLot, ...]

    @property
    def captured_points(self) -> int:
        return sum(lot.captured_points for lot in self.lots)

    @property
    def restored_points(self) -> int:
        return sum(lot.restored_points for lot in self.lots)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Points to hold or to spend, and what for."""

    hold_id: str
    points: int
    source: str = ""
    order_id: str = ""
    purpose: str = ""


def seen_at(hold: Hold, now: datetime) -> Hold:
    """The hold as it is at `now`, when nobody has noticed yet that it lapsed."""
    if hold.state is not HoldState.HELD or hold.lapses_at is None or hold.lapses_at > now:
        return hold
    return replace(hold, state=HoldState.LAPSED, resolved_at=hold.lapses_at)
