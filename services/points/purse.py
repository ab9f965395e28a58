"""What a member has: balances, lots, holds, and the single ways in which points move among them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from services.points.holds import Hold, HoldState
from services.points.lots import ENDS_AS, Balance, Cause, Kind, Lot, LotState, Movement, Side, spend_order


@dataclass(slots=True)
class Purse:
    """The open lots and live holds of one member, and what has moved since they were read.

    forfeits_at: when the points of a closed membership go; it stays set, for points that come free later.
    """

    customer_id: str
    state: str
    pending_points: int = 0
    active_points: int = 0
    blocked_points: int = 0
    debt_points: int = 0
    lots: dict[str, Lot] = field(default_factory=dict)
    holds: dict[str, Hold] = field(default_factory=dict)
    forfeits_at: datetime | None = None
    movements: list[Movement] = field(default_factory=list)
    new_lots: set[str] = field(default_factory=set)
    changed_lots: set[str] = field(default_factory=set)
    changed_holds: set[str] = field(default_factory=set)

    def balance(self, as_of: datetime) -> Balance:
        return Balance(self.pending_points, self.active_points, self.blocked_points, self.debt_points, as_of)

    def spendable(self) -> list[Lot]:
        return spend_order(lot for lot in self.lots.values() if lot.state is LotState.ACTIVE)

    def live_holds(self) -> list[Hold]:
        return [hold for hold in self.holds.values() if hold.state is HoldState.HELD]

    def next_due(self) -> datetime | None:
        """When time alone changes something next: an activation, an expiry, a lapse, a forfeit."""
        free = [lot for lot in self.lots.values() if lot.is_open and lot.remaining_points]
        moments = [lot.activates_at if lot.state is LotState.PENDING else lot.expires_at for lot in free]
        moments += [hold.lapses_at for hold in self.live_holds() if hold.lapses_at is not None]
        moments += [self.forfeits_at] if self.forfeits_at is not None and free else []
        return min(moments, default=None)

    def next_expiry(self) -> tuple[datetime, int] | None:
        """The soonest expiry of points that nothing holds, and how many expire then."""
        free = [lot for lot in self.lots.values() if lot.is_open and lot.remaining_points]
        moment = min((lot.expires_at for lot in free), default=None)
        if moment is None:
            return None
        return moment, sum(lot.remaining_points for lot in free if lot.expires_at == moment)

    def take(self, lot: Lot, points: int, kind: Kind, cause: Cause, into: Side = Side.PROGRAMME) -> None:
        """Move points out of a lot, which ends when they were its last."""
        if points:
            left = replace(lot, remaining_points=lot.remaining_points - points)
            self.put(ended(left, kind))
            self.move(kind, points, lot.side, into, lot.lot_id, cause)

    def block(self, lot: Lot, points: int, cause: Cause) -> None:
        left, blocked = lot.remaining_points - points, lot.blocked_points + points
        self.put(replace(lot, remaining_points=left, blocked_points=blocked))
        self.move(Kind.HOLD, points, Side.ACTIVE, Side.BLOCKED, lot.lot_id, cause)

    def unblock(self, lot_id: str, points: int, kind: Kind, cause: Cause) -> None:
        """Blocked points are spent (SPEND), or free again (RELEASE)."""
        if not points:
            return
        lot = self.lots[lot_id]
        free = points if kind is Kind.RELEASE else 0
        blocked, remaining = lot.blocked_points - points, lot.remaining_points + free
        self.put(ended(replace(lot, remaining_points=remaining, blocked_points=blocked), kind))
        into = Side.ACTIVE if kind is Kind.RELEASE else Side.PROGRAMME
        self.move(kind, points, Side.BLOCKED, into, lot_id, cause)

    def give(self, lot: Lot, points: int, kind: Kind, cause: Cause) -> None:
        """Put points that had left a lot back into it; a lot that had ended is active again."""
        state = lot.state if lot.is_open else LotState.ACTIVE
        given = replace(lot, remaining_points=lot.remaining_points + points, state=state)
        self.put(given)
        self.move(kind, points, Side.PROGRAMME, given.side, lot.lot_id, cause)

    def put(self, lot: Lot) -> None:
        self.lots[lot.lot_id] = lot
        self.changed_lots.add(lot.lot_id)

    def put_hold(self, hold: Hold) -> None:
        self.holds[hold.hold_id] = hold
        self.changed_holds.add(hold.hold_id)

    def drop_hold(self, hold_id: str) -> None:
        """Forget a hold that is another member's now."""
        self.holds.pop(hold_id, None)
        self.changed_holds.discard(hold_id)

    def move(self, kind: Kind, points: int, debit: Side, credit: Side, lot_id: str, cause: Cause) -> None:
        """One entry of the ledger, and what it does to the balances."""
        if not points:
            return
        self._add(debit, -points)
        self._add(credit, points)
        moved = (self.customer_id, kind, points, debit, credit, lot_id)
        self.movements.append(Movement(*moved, cause.reference, cause.actor, cause.reason, cause.at))

    def _add(self, side: Side, points: int) -> None:
        if side is Side.PENDING:
            self.pending_points += points
        elif side is Side.ACTIVE:
            self.active_points += points
        elif side is Side.BLOCKED:
            self.blocked_points += points
        elif side is Side.DEBT:
            self.debt_points -= points


def ended(lot: Lot, kind: Kind) -> Lot:
    """The lot, closed when a movement of this kind has just taken its last point."""
    if lot.remaining_points or lot.blocked_points or kind not in ENDS_AS:
        return lot
    return replace(lot, state=ENDS_AS[kind])
