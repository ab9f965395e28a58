"""A member's account: every command of the ledger, over lots and holds. Pure; time is an argument.

A command checks before it changes anything, so one that is refused leaves the account as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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
from services.points.lots import MAY_SPEND, Cause, Kind, Lot, LotState, Side, spend_order
from services.points.purse import Purse


@dataclass(slots=True)
class Account(Purse):
    """A purse, with what may be done to it."""

    # --- what time does ---

    def bring_to(self, now: datetime) -> None:
        """Activate, let lapse, expire and forfeit all that is due, one after the other, however late."""
        steps = (self._activate, self._lapse, self._expire, self._forfeit_all)
        for at, rank, key in sorted(self._due(now)):
            steps[rank](key, at)

    def _due(self, now: datetime) -> Iterator[tuple[datetime, int, str]]:
        """(moment, step of `bring_to`, lot or hold) of all that falls due until now."""
        for lot in self.lots.values():
            if lot.state is LotState.PENDING and lot.activates_at <= now:
                yield lot.activates_at, 0, lot.lot_id
            if lot.is_open and lot.expires_at <= now:
                yield lot.expires_at, 2, lot.lot_id
        for hold in self.live_holds():
            if hold.lapses_at is not None and hold.lapses_at <= now:
                yield hold.lapses_at, 1, hold.hold_id
        if self.forfeits_at is not None and self.forfeits_at <= now:
            yield self.forfeits_at, 3, ""

    def _activate(self, lot_id: str, at: datetime) -> None:
        lot = self.lots[lot_id]
        self.move(Kind.ACTIVATE, lot.remaining_points, Side.PENDING, Side.ACTIVE, lot_id, Cause(at, lot_id))
        self.put(replace(lot, state=LotState.ACTIVE))
        self._let_go((lot_id,), at)

    def _lapse(self, hold_id: str, at: datetime) -> None:
        self._release(self.holds[hold_id], HoldState.LAPSED, Cause(at, f"hold {hold_id}"))

    def _expire(self, lot_id: str, at: datetime) -> None:
        lot = self.lots[lot_id]
        if lot.state is LotState.ACTIVE:
            self.take(lot, lot.remaining_points, Kind.EXPIRE, Cause(at, lot_id))

    def _forfeit_all(self, _key: str, at: datetime) -> None:
        self.forfeit(Cause(at, "membership closed"), tuple(self.lots))

    def _let_go(self, lot_ids: Iterable[str], at: datetime) -> None:
        """Points that have just come free are lost at once where their time is over."""
        for lot_id in lot_ids:
            if self.lots[lot_id].expires_at <= at:
                self._expire(lot_id, at)
        if self.forfeits_at is not None and self.forfeits_at <= at:
            self._forfeit_all("", at)

    # --- credits ---

    def credit(self, lot: Lot, cause: Cause) -> None:
        """Add a lot; what the member owes is paid from it first. Its `state` says where it begins."""
        self.put(lot)
        self.new_lots.add(lot.lot_id)
        self.move(lot.origin, lot.points, Side.PROGRAMME, lot.side, lot.lot_id, cause)
        self.settle(cause)

    def settle(self, cause: Cause) -> None:
        """Pay debt from whatever there is: a member never has active points and debt at once."""
        if not self.debt_points:
            return
        for lot in spend_order(lot for lot in self.lots.values() if lot.is_open):
            paid = min(self.debt_points, lot.remaining_points)
            self.take(lot, paid, Kind.REVERSE_EARN, cause, into=Side.DEBT)

    # --- debits ---

    def spend(self, wanted: Wanted, cause: Cause) -> Hold:
        """Take points in spend order. Raises MayNotSpendError, InsufficientPointsError."""
        parts = self._chosen(wanted.points)
        for lot, points in parts:
            self.take(lot, points, Kind.SPEND, cause)
        taken = tuple(HeldLot(lot.lot_id, points, points) for lot, points in parts)
        return self._keep(wanted, HoldState.CAPTURED, cause.at, None, taken)

    def hold(self, wanted: Wanted, lapses_at: datetime | None, cause: Cause) -> Hold:
        """Set points aside in spend order. Raises MayNotSpendError, InsufficientPointsError."""
        parts = self._chosen(wanted.points)
        for lot, points in parts:
            self.block(lot, points, cause)
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
            self.unblock(part.lot_id, captured, Kind.SPEND, cause)
            self.unblock(part.lot_id, part.points - captured, Kind.RELEASE, cause)
            parts.append(replace(part, captured_points=captured))
        return self._resolve(hold, HoldState.CAPTURED, tuple(parts), cause)

    def release(self, hold: Hold, cause: Cause) -> Hold:
        """Give a hold's points back. Raises HoldResolvedError."""
        _check_live(hold)
        return self._release(hold, HoldState.RELEASED, cause)

    def remove(self, points: int, kind: Kind, cause: Cause) -> list[tuple[Lot, int]]:
        """Take points away by an adjustment or a transfer, in spend order. Returns what came from which lot.

        Raises InsufficientPointsError.
        """
        parts = self._parts(points)
        for lot, taken in parts:
            self.take(lot, taken, kind, cause)
        return parts

    def forfeit(self, cause: Cause, lot_ids: Iterable[str]) -> None:
        """Void what remains of the lots."""
        for lot_id in lot_ids:
            lot = self.lots[lot_id]
            if lot.is_open:
                self.take(lot, lot.remaining_points, Kind.FORFEIT, cause)

    # --- what undoes ---

    def take_back(self, lost: Mapping[str, int], cause: Cause) -> None:
        """Take back earned points, from each lot what it loses; lots that were not read have nothing left.

        What a lot cannot pay comes from the others named, pending before active, then from all others, then
        it is debt.
        """
        missing = sum(lost.values())
        for lot_id, points in lost.items():
            missing -= self._take_from(lot_id, points, cause)
        named = sorted(lost, key=lambda name: name in self.lots and self.lots[name].state is LotState.ACTIVE)
        others = spend_order(lot for lot in self.lots.values() if lot.lot_id not in lost)
        for lot_id in (*named, *(lot.lot_id for lot in others)):
            missing -= self._take_from(lot_id, missing, cause)
        self.move(Kind.REVERSE_EARN, missing, Side.DEBT, Side.PROGRAMME, "", cause)

    def _take_from(self, lot_id: str, points: int, cause: Cause, kind: Kind = Kind.REVERSE_EARN) -> int:
        """Take back what the lot has left of the points; returns how many that were."""
        lot = self.lots.get(lot_id)
        taken = min(points, lot.remaining_points) if lot is not None and lot.is_open else 0
        if lot is not None:
            self.take(lot, taken, kind, cause)
        return taken

    def give_again(self, lot_id: str, points: int, cause: Cause, now: datetime) -> None:
        """Give a lot points again that a return had taken back: other goods had come back.

        The lot must be among the account's. What the member owes is paid first, and what time has taken
        meanwhile is gone.
        """
        lot = self.lots[lot_id]
        if not lot.is_open and lot.activates_at > now:
            lot = replace(lot, state=LotState.PENDING)
        self.give(lot, points, Kind.REVERSE_EARN, cause)
        self.settle(cause)
        self._let_go((lot_id,), now)

    def owe_less(self, points: int, cause: Cause) -> int:
        """Forgive debt that a return had made; returns how many points of it were still owed."""
        forgiven = min(points, self.debt_points)
        self.move(Kind.REVERSE_EARN, forgiven, Side.PROGRAMME, Side.DEBT, "", cause)
        return forgiven

    def undo_lapse(self, lot_id: str, kind: Kind, points: int, cause: Cause) -> None:
        """Give a lot back what an EXPIRE or FORFEIT took from it, because something else takes it first.

        points: at most what lapsed. The lot must be among the account's; it is active again.
        """
        if points:
            self.give(self.lots[lot_id], points, kind, cause)

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
        restored = replace(hold, lots=tuple(parts))
        self.put_hold(restored)
        self._came_free(restored, cause)
        return restored

    def spend_again(self, hold: Hold, points: int, cause: Cause) -> Hold:
        """Take restored points again from the lots that they went to; what these lack is owed.

        points: at most what was restored. Returns the hold as it is now.
        """
        parts = list(hold.lots)
        for place, part in enumerate(parts):
            again = min(points, part.restored_points)
            points -= again
            parts[place] = replace(part, restored_points=part.restored_points - again)
            missing = again - self._take_from(part.lot_id, again, cause, Kind.RESTORE_SPEND)
            self.move(Kind.RESTORE_SPEND, missing, Side.DEBT, Side.PROGRAMME, part.lot_id, cause)
        self.settle(cause)
        spent = replace(hold, lots=tuple(parts))
        self.put_hold(spent)
        return spent

    def _give_back(self, lot: Lot, points: int, grace: timedelta, cause: Cause) -> None:
        expires_at = lot.expires_at if lot.expires_at > cause.at else cause.at + grace
        self.give(replace(lot, expires_at=expires_at), points, Kind.RESTORE_SPEND, cause)

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
        self.put_hold(hold)
        return hold

    def _release(self, hold: Hold, state: HoldState, cause: Cause) -> Hold:
        for part in hold.lots:
            self.unblock(part.lot_id, part.points, Kind.RELEASE, cause)
        return self._resolve(hold, state, hold.lots, cause)

    def _resolve(self, hold: Hold, state: HoldState, lots: tuple[HeldLot, ...], cause: Cause) -> Hold:
        resolved = replace(hold, state=state, lots=lots, resolved_at=cause.at)
        self.put_hold(resolved)
        self._came_free(resolved, cause)
        return resolved

    def _came_free(self, hold: Hold, cause: Cause) -> None:
        """Points of a hold are free again: they pay what is owed, and are lost where their time is over."""
        self.settle(cause)
        self._let_go((part.lot_id for part in hold.lots), cause.at)


def _check_live(hold: Hold) -> None:
    if hold.state is not HoldState.HELD:
        raise HoldResolvedError(field="hold_id", hold_id=hold.hold_id, state=hold.state)
