"""Accounts to try commands on, and the promises that hold after every one of them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from services.points.account import Account
from services.points.holds import HoldState, Wanted
from services.points.lots import Cause, Kind, Lot, LotState, Side

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def lot(
    lot_id: str,
    points: int,
    *,
    expires_at: datetime = NOON + 300 * DAY,
    activates_at: datetime = NOON,
    now: datetime = NOON,
    customer_id: str = "anna",
) -> Lot:
    state = LotState.PENDING if activates_at > now else LotState.ACTIVE
    return Lot(
        lot_id,
        customer_id,
        Kind.EARN,
        points,
        points,
        0,
        state,
        "default",
        "",
        "",
        NOON,
        activates_at,
        expires_at,
    )


def account(*lots: Lot, state: str = "ACTIVE") -> Account:
    """A member with these lots, whose movements so far are forgotten."""
    made = Account("anna", state)
    for one in lots:
        made.credit(one, cause(one.earned_at))
    return made


def cause(at: datetime = NOON, reference: str = "test") -> Cause:
    return Cause(at, reference)


def wanted(points: int, hold_id: str = "h") -> Wanted:
    return Wanted(hold_id, points)


def left(one: Account) -> dict[str, int]:
    """What remains of each lot that has something left."""
    return {lot.lot_id: lot.remaining_points for lot in one.lots.values() if lot.remaining_points}


def check_promises(one: Account) -> None:
    """What is true of an account that began empty, after any command."""
    lots = one.lots.values()
    assert one.pending_points == sum(x.remaining_points for x in lots if x.state is LotState.PENDING)
    assert one.active_points == sum(x.remaining_points for x in lots if x.state is LotState.ACTIVE)
    assert one.blocked_points == sum(x.blocked_points for x in lots)
    assert min(one.pending_points, one.active_points, one.blocked_points, one.debt_points) >= 0
    assert one.active_points == 0 or one.debt_points == 0
    assert all(x.is_open == bool(x.remaining_points or x.blocked_points) for x in lots if x.points)
    assert replayed(one) == {
        Side.PENDING: one.pending_points,
        Side.ACTIVE: one.active_points,
        Side.BLOCKED: one.blocked_points,
        Side.DEBT: -one.debt_points,
    }
    held = Counter[str]()
    for hold in one.holds.values():
        assert sum(part.points for part in hold.lots) == hold.points
        for part in hold.lots:
            assert 0 <= part.restored_points <= part.captured_points <= part.points
            held[part.lot_id] += part.points if hold.state is HoldState.HELD else 0
    assert {name: count for name, count in held.items() if count} == {
        x.lot_id: x.blocked_points for x in lots if x.blocked_points
    }


def replayed(one: Account) -> dict[Side, int]:
    """The balances that the movements amount to."""
    sums = Counter(dict.fromkeys(Side, 0))
    for moved in one.movements:
        assert moved.points > 0
        sums[moved.debit] -= moved.points
        sums[moved.credit] += moved.points
    return {side: sums[side] for side in Side if side is not Side.PROGRAMME}
