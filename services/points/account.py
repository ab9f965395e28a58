"""A member's account: every command of the ledger, over lots and holds. Pure; time is an argument.

A command checks before it changes anything, so one that is refused leaves the account as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.points.holds import (
    CaptureExceedsHoldError,
    HeldLot,
    Hold,
    HoldResolvedError,
    HoldState,
    InsufficientPointsError,
    MayNotSpendError,
    Wanted,
)
from services.points.lots import (
    ENDS_AS,
    MAY_SPEND,
    Balance,
    Cause,
    Kind,
    Lot,
    LotState,
    Movement,
    Side,
    spend_order,
)


@dataclass(slots=True)
class Account:
    """The open lots and live holds of one member, and what has moved since they were read."""

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
    changed_lots: set[str] = field(default_factory=set)
    changed_holds: set[str] = field(default_factory=set)

    # --- what it holds ---

    def balance(self, as_of: datetime) -> Balance:
        return Balance(self.pending_points, self.active_points, self.blocked_points, self.debt_points, as_of)

    def spendable(self) -> list[Lot]:
        return spend_order(lot for lot in self.lots.values() if lot.state is LotState.ACTIVE)

    def next_due(self) -> datetime | None:
        """When time alone changes something next: an activation, an expiry, a lapse, a forfeit."""
        moments = [
            lot.activates_at if lot.state is LotState.PENDING else lot.expires_at
            for lot in self.lots.values()
            if lot.is_open and (lot.remaining_points or lot.state is LotState.PENDING)
        ]
        moments += [hold.lapses_at for hold in self._live_holds() if hold.lapses_at is not None]
        moments += [self.forfeits_at] if self.forfeits_at is not None else []
        return min(moments, default=None)

    # --- what time does ---

    def bring_to(self, now: datetime) -> None:
        """Activate, let lapse, expire and forfeit all that is due, however late it is noticed."""
        for lot in [lot for lot in self.lots.values() if lot.state is LotState.PENDING]:
            if lot.activates_at <= now:
                self._activate(lot)
        for hold in [hold for hold in self._live_holds() if hold.lapses_at and hold.lapses_at <= now]:
            assert hold.lapses_at is not None
            self._release(hold, HoldState.LAPSED, Cause(hold.lapses_at, f"hold {hold.hold_id}"))
        self._expire(now)
        if self.forfeits_at is not None and self.forfeits_at <= now:
            self.forfeit(Cause(self.forfeits_at, "membership closed"), tuple(self.lots))
            self.forfeits_at = None

    def _activate(self, lot: Lot) -> None:
        cause = Cause(lot.activates_at, lot.lot_id)
        self._move(Kind.ACTIVATE, lot.remaining_points, Side.PENDING, Side.ACTIVE, lot.lot_id, cause)
        self._put(replace(lot, state=LotState.ACTIVE))

    def _expire(self, now: datetime) -> None:
        for lot in self.spendable():
            if lot.expires_at <= now:
                self._take(lot, lot.remaining_points, Kind.EXPIRE, Cause(lot.expires_at, lot.lot_id))

    def undo_lapse(self, lot_id: str, kind: Kind, points: int, cause: Cause) -> None:
        """Give a lot back what an EXPIRE or FORFEIT took from it, because something else takes it first.

        points: at most what lapsed. The lot must be among the account's; it is active again.
        """
        if points:
            lot = self.lots[lot_id]
            remaining = lot.remaining_points + points
            self._put(replace(lot, remaining_points=remaining, state=LotState.ACTIVE))
            self._move(kind, points, Side.PROGRAMME, Side.ACTIVE, lot_id, cause)

    # --- credits ---

    def credit(self, lot: Lot, cause: Cause) -> None:
        """Add a lot; what the member owes is paid from it first. Its `state` says where it begins."""
        self._put(lot)
        self._move(lot.origin, lot.points, Side.PROGRAMME, lot.side, lot.lot_id, cause)
        self.settle(cause)

    def settle(self, cause: Cause) -> None:
        """Pay debt from whatever there is: a member never has active points and debt at once."""
        if not self.debt_points:
            return
        for lot in spend_order(lot for lot in self.lots.values() if lot.is_open):
            paid = min(self.debt_points, lot.remaining_points)
            self._take(lot, paid, Kind.REVERSE_EARN, cause, into=Side.DEBT)

    # --- debits ---

    def spend(self, wanted: Wanted, cause: Cause) -> Hold:
        """Take points in spend order. Raises MayNotSpendError, InsufficientPointsError."""
        parts = self._chosen(wanted.points)
        for lot, points in parts:
            self._take(lot, points, Kind.SPEND, cause)
        taken = tuple(HeldLot(lot.lot_id, points, points) for lot, points in parts)
        return self._keep(wanted, HoldState.CAPTURED, cause.at, None, taken)

    def hold(self, wanted: Wanted, lapses_at: datetime | None, cause: Cause) -> Hold:
        """Set points aside in spend order. Raises MayNotSpendError, InsufficientPointsError."""
        parts = self._chosen(wanted.points)
        for lot, points in parts:
            left, blocked = lot.remaining_points - points, lot.blocked_points + points
            self._put(replace(lot, remaining_points=left, blocked_points=blocked))
            self._move(Kind.HOLD, points, Side.ACTIVE, Side.BLOCKED, lot.lot_id, cause)
        taken = tuple(HeldLot(lot.lot_id, points) for lot, points in parts)
        return self._keep(wanted, HoldState.HELD, cause.at, lapses_at, taken)

    def capture(self, hold: Hold, points: int, cause: Cause) -> Hold:
        """Spend `points` of a hold and release the rest.

        Raises HoldResolvedError, CaptureExceedsHoldError.
        """
        _check_live(hold)
        if points > hold.points:
            raise CaptureExceedsHoldError(field="points", hold_id=hold.hold_id, held_points=hold.points)
        left = points
        parts: list[HeldLot] = []
        for part in hold.lots:
            captured = min(left, part.points)
            left -= captured
            self._unblock(part.lot_id, captured, Kind.SPEND, cause)
            self._unblock(part.lot_id, part.points - captured, Kind.RELEASE, cause)
            parts.append(replace(part, captured_points=captured))
        return self._resolve(hold, HoldState.CAPTURED, tuple(parts), cause)

    def release(self, hold: Hold, cause: Cause) -> Hold:
        """Give a hold's points back. Raises HoldResolvedError."""
        _check_live(hold)
        return self._release(hold, HoldState.RELEASED, cause)

    def take_back(self, first: Sequence[str], points: int, cause: Cause) -> None:
        """Take back earned points: from the lots named, pending before active, then others, then debt."""
        named = [self.lots[lot_id] for lot_id in first if lot_id in self.lots]
        named.sort(key=lambda lot: lot.state is not LotState.PENDING)
        others = spend_order(lot for lot in self.lots.values() if lot.lot_id not in set(first))
        for lot in (*named, *others):
            taken = min(points, lot.remaining_points) if lot.is_open else 0
            points -= taken
            self._take(lot, taken, Kind.REVERSE_EARN, cause)
        self._move(Kind.REVERSE_EARN, points, Side.DEBT, Side.PROGRAMME, "", cause)

    def restore(self, hold: Hold, points: int, grace: timedelta, cause: Cause) -> Hold:
        """Give back spent points to the lots they came from, the last taken first.

        points: at most what was captured and not restored. Lots that lapsed meanwhile live on for `grace`.
        The lots of the hold must be among the account's. Returns the hold as it is now.
        """
        parts = list(hold.lots)
        for place in reversed(range(len(parts))):
            part = parts[place]
            back = min(points, part.captured_points - part.restored_points)
            if back:
                points -= back
                parts[place] = replace(part, restored_points=part.restored_points + back)
                self._give_back(self.lots[part.lot_id], back, grace, cause)
        self.settle(cause)
        restored = replace(hold, lots=tuple(parts))
        self._put_hold(restored)
        return restored

    def remove(self, points: int, kind: Kind, cause: Cause) -> list[tuple[Lot, int]]:
        """Take points away by an adjustment or a transfer, in spend order. Returns what came from which lot.

        Raises InsufficientPointsError.
        """
        parts = self._parts(points)
        for lot, taken in parts:
            self._take(lot, taken, kind, cause)
        return parts

    def forfeit(self, cause: Cause, lot_ids: Iterable[str]) -> None:
        """Void what remains of the lots."""
        for lot_id in lot_ids:
            lot = self.lots[lot_id]
            if lot.is_open:
                self._take(lot, lot.remaining_points, Kind.FORFEIT, cause)

    # --- the parts that they share ---

    def _chosen(self, points: int) -> list[tuple[Lot, int]]:
        if self.state not in MAY_SPEND:
            raise MayNotSpendError(field="customer_id", state=self.state)
        return self._parts(points)

    def _parts(self, points: int) -> list[tuple[Lot, int]]:
        """What to take from which lot, in spend order."""
        if points > self.active_points:
            raise InsufficientPointsError(
                field="points", active_points=self.active_points, asked_points=points
            )
        parts: list[tuple[Lot, int]] = []
        for lot in self.spendable():
            taken = min(points, lot.remaining_points)
            points -= taken
            if taken:
                parts.append((lot, taken))
        return parts

    def _take(self, lot: Lot, points: int, kind: Kind, cause: Cause, into: Side = Side.PROGRAMME) -> None:
        if points:
            left = replace(lot, remaining_points=lot.remaining_points - points)
            self._put(ended(left, kind))
            self._move(kind, points, lot.side, into, lot.lot_id, cause)

    def _unblock(self, lot_id: str, points: int, kind: Kind, cause: Cause) -> None:
        """Blocked points are spent, or free again."""
        if not points:
            return
        lot = self.lots[lot_id]
        free = points if kind is Kind.RELEASE else 0
        blocked, remaining = lot.blocked_points - points, lot.remaining_points + free
        self._put(ended(replace(lot, remaining_points=remaining, blocked_points=blocked), kind))
        into = Side.ACTIVE if kind is Kind.RELEASE else Side.PROGRAMME
        self._move(kind, points, Side.BLOCKED, into, lot_id, cause)

    def _release(self, hold: Hold, state: HoldState, cause: Cause) -> Hold:
        for part in hold.lots:
            self._unblock(part.lot_id, part.points, Kind.RELEASE, cause)
        return self._resolve(hold, state, hold.lots, cause)

    def _give_back(self, lot: Lot, points: int, grace: timedelta, cause: Cause) -> None:
        expires_at = lot.expires_at if lot.expires_at > cause.at else cause.at + grace
        state = lot.state if lot.is_open else LotState.ACTIVE
        remaining = lot.remaining_points + points
        self._put(replace(lot, remaining_points=remaining, state=state, expires_at=expires_at))
        self._move(Kind.RESTORE_SPEND, points, Side.PROGRAMME, Side.ACTIVE, lot.lot_id, cause)

    def _keep(
        self,
        wanted: Wanted,
        state: HoldState,
        at: datetime,
        lapses_at: datetime | None,
        lots: tuple[HeldLot, ...],
    ) -> Hold:
        hold = Hold(
            wanted.hold_id,
            self.customer_id,
            wanted.points,
            state,
            wanted.source,
            wanted.order_id,
            wanted.purpose,
            at,
            lapses_at,
            None if state is HoldState.HELD else at,
            lots,
        )
        self._put_hold(hold)
        return hold

    def _resolve(self, hold: Hold, state: HoldState, lots: tuple[HeldLot, ...], cause: Cause) -> Hold:
        resolved = replace(hold, state=state, lots=lots, resolved_at=cause.at)
        self._put_hold(resolved)
        self.settle(cause)
        return resolved

    def _live_holds(self) -> list[Hold]:
        return [hold for hold in self.holds.values() if hold.state is HoldState.HELD]

    def _put(self, lot: Lot) -> None:
        self.lots[lot.lot_id] = lot
        self.changed_lots.add(lot.lot_id)

    def _put_hold(self, hold: Hold) -> None:
        self.holds[hold.hold_id] = hold
        self.changed_holds.add(hold.hold_id)

    def _move(self, kind: Kind, points: int, debit: Side, credit: Side, lot_id: str, cause: Cause) -> None:
        if not points:
            return
        self._add(debit, -points)
        self._add(credit, points)
        self.movements.append(
            Movement(
                self.customer_id,
                kind,
                points,
                debit,
                credit,
                lot_id,
                cause.reference,
                cause.actor,
                cause.reason,
                cause.at,
            )
        )

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


def _check_live(hold: Hold) -> None:
    if hold.state is not HoldState.HELD:
        raise HoldResolvedError(field="hold_id", hold_id=hold.hold_id, state=hold.state)
