"""Two accounts become one, and two again. Pure.

Movements never change hands: a lot goes from one member to another by a movement out of the one account and
one into the other, so the two together always sum to nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Final

from services.errors import WrongStateError
from services.points.account import Account
from services.points.holds import Hold, HoldState
from services.points.lots import Cause, Kind, Lot, LotState, Side


class PointsHeldError(WrongStateError):
    """Points of both members are set aside together; capture or release the hold first."""

    reason = "POINTS_HELD"


@dataclass(frozen=True, slots=True)
class Payment:
    """Points of a lot that paid debt."""

    lot_id: str
    points: int


@dataclass(frozen=True, slots=True)
class Brought:
    """What a merged account brought with it: what undoing cannot read off the lots."""

    debt_points: int = 0
    payments: tuple[Payment, ...] = ()  # debt of the one that points of the other paid


NOTHING_BROUGHT: Final = Brought()


def merge_accounts(survivor: Account, merged: Account, cause: Cause) -> Brought:
    """Hand everything over to the survivor; what one owes is paid from what the other has.

    Both accounts are brought to now, with all open lots and live holds.
    """
    debt_points = merged.debt_points
    _hand_over(merged, survivor, tuple(merged.lots), debt_points, cause)
    for hold in tuple(merged.holds.values()):
        _hand_hold(merged, survivor, hold)
    before = len(survivor.movements)
    survivor.settle(cause)
    paid = survivor.movements[before:]
    return Brought(debt_points, tuple(Payment(one.lot_id, one.points) for one in paid))


def unmerge_accounts(
    survivor: Account, merged: Account, lot_ids: Collection[str], brought: Brought, cause: Cause
) -> None:
    """Hand the lots back with what remains in them, and the debt as far as it is still owed.

    lot_ids: the lots that the merged member brought. Those that are open, those of `brought.payments`, and
    the live holds on them must be among the survivor's. What was spent meanwhile stays spent; what the merge
    let one pay for the other is owed again, and goes back to the lots that paid.
    """
    for payment in brought.payments:
        _take_payment_back(survivor, payment, cause)
    debt_points = min(brought.debt_points, survivor.debt_points)
    theirs = tuple(lot_id for lot_id in survivor.lots if lot_id in lot_ids)
    for hold in tuple(survivor.holds.values()):  # those that lapsed only just now among them
        if {part.lot_id for part in hold.lots} <= set(lot_ids):
            _hand_hold(survivor, merged, hold)
    _hand_over(survivor, merged, theirs, debt_points, cause)
    for account in (survivor, merged):
        account.bring_to(cause.at)
        account.settle(cause)


def check_holds(holds: Iterable[Hold], lot_ids: Collection[str], brought_holds: Collection[str]) -> None:
    """Raise PointsHeldError for a live hold on the merged member's lots that was not brought by the merge."""
    for hold in holds:
        touches = any(part.lot_id in lot_ids for part in hold.lots)
        if hold.state is HoldState.HELD and touches and hold.hold_id not in brought_holds:
            raise PointsHeldError(field="merge_id", hold_id=hold.hold_id)


def split_hold(hold: Hold, lot_ids: Collection[str], customer_id: str, part_id: str) -> tuple[Hold, ...]:
    """A resolved hold, cut so that each member's part names that member's lots only.

    lot_ids, customer_id: the lots of the merged member, who gets the part `part_id`; when there are no other
    lots in the hold, that member gets it whole.
    """
    theirs = tuple(part for part in hold.lots if part.lot_id in lot_ids)
    ours = tuple(part for part in hold.lots if part.lot_id not in lot_ids)
    if not theirs:
        return (hold,)
    if not ours:
        return (replace(hold, customer_id=customer_id),)
    kept = replace(hold, points=sum(part.points for part in ours), lots=ours)
    points = sum(part.points for part in theirs)
    return (kept, replace(hold, hold_id=part_id, customer_id=customer_id, points=points, lots=theirs))


def _hand_over(
    giver: Account, taker: Account, lot_ids: Iterable[str], debt_points: int, cause: Cause
) -> None:
    for lot_id in lot_ids:
        lot = giver.lots.pop(lot_id)
        giver.changed_lots.discard(lot_id)
        for side, points in ((lot.side, lot.remaining_points), (Side.BLOCKED, lot.blocked_points)):
            giver.move(Kind.MERGE, points, side, Side.PROGRAMME, lot_id, cause)
            taker.move(Kind.MERGE, points, Side.PROGRAMME, side, lot_id, cause)
        taker.put(replace(lot, customer_id=taker.customer_id))
    giver.move(Kind.MERGE, debt_points, Side.PROGRAMME, Side.DEBT, "", cause)
    taker.move(Kind.MERGE, debt_points, Side.DEBT, Side.PROGRAMME, "", cause)


def _hand_hold(giver: Account, taker: Account, hold: Hold) -> None:
    giver.drop_hold(hold.hold_id)
    taker.put_hold(replace(hold, customer_id=taker.customer_id))


def _take_payment_back(account: Account, payment: Payment, cause: Cause) -> None:
    lot = _open_again(account.lots[payment.lot_id], cause)
    given = replace(lot, remaining_points=lot.remaining_points + payment.points)
    account.put(given)
    account.move(Kind.MERGE, payment.points, Side.DEBT, given.side, lot.lot_id, cause)


def _open_again(lot: Lot, cause: Cause) -> Lot:
    if lot.is_open:
        return lot
    return replace(lot, state=LotState.PENDING if cause.at < lot.activates_at else LotState.ACTIVE)
