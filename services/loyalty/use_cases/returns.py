"""Returned goods take their points back, and give back the points that paid for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from services.events import OrderReturned
from services.loyalty.queries import awards as queries
from services.loyalty.rules.returns import LineAward, gone_with, lost_by_lot
from services.points.book import Book, Entry, open_book
from services.points.lots import Cause, cumulative_share
from services.points.tiers import period_start
from services.storage.unit import UnitOfWork


def reverse_points(unit: UnitOfWork, returns: Sequence[OrderReturned]) -> None:
    """Take back the points of returned goods: the original award, never today's rule."""
    book = open_book(unit, (back.customer_id for back in returns))
    if not book.entries:
        return
    keys = {(back.source, back.order_id) for back in returns}
    reversal = _Reversal(unit, book, keys)
    for back in returns:
        entry = book.entries.get(back.customer_id)
        if entry is not None:
            reversal.take(back, entry)
    reversal.store()


class _Reversal:
    """Reverses one return after another, over the accounts of one batch."""

    def __init__(self, unit: UnitOfWork, book: Book, keys: set[queries.OrderKey]) -> None:
        self._unit = unit
        self._book = book
        self._awards = queries.find_awards(unit.connection, keys)
        self._paid_with = queries.paid_with(unit.connection, keys)
        lot_ids = {award.lot_id for awards in self._awards.values() for award in awards}
        self._lapsed = queries.lapsed_points(unit.connection, lot_ids)
        self._changed: dict[tuple[str, str, int, str], LineAward] = {}
        book.fetch_holds(hold_id for ids in self._paid_with.values() for hold_id in ids)
        paying = {
            part.lot_id
            for entry in book.entries.values()
            for hold in entry.account.holds.values()
            for part in hold.lots
        }
        book.fetch_lots(lot_ids | paying)

    def take(self, back: OrderReturned, entry: Entry) -> None:
        """Give back what was spent on the goods, then take what they earned."""
        self._restore(back, entry)
        self._reverse(back, entry)

    def store(self) -> None:
        queries.store_awards(self._unit.connection, list(self._changed.values()))
        self._book.store()

    def _restore(self, back: OrderReturned, entry: Entry) -> None:
        grace = timedelta(days=self._unit.programme.points.restore_grace_days)
        cause = Cause(self._unit.now, reference_of(back))
        for hold_id in self._paid_with.get((back.source, back.order_id), ()):
            hold = entry.account.holds[hold_id]
            target = cumulative_share(hold.captured_points, back.refunded_minor, back.total_minor)
            if target > hold.restored_points:
                entry.account.restore(hold, target - hold.restored_points, grace, cause)

    def _reverse(self, back: OrderReturned, entry: Entry) -> None:
        key = (back.source, back.order_id)
        gone = gone_with(self._awards.get(key, ()), back.lines)
        if not gone:
            return
        self._keep(key, [award for award, _ in gone])
        lost = lost_by_lot(gone)
        cause = Cause(back.returned_at, reference_of(back))
        for lot_id, points in lost.items():
            self._undo_lapse(entry, lot_id, points, cause)
            self._lower(entry, lot_id, points)
        entry.account.take_back(list(lost), sum(lost.values()), cause)

    def _undo_lapse(self, entry: Entry, lot_id: str, points: int, cause: Cause) -> None:
        """What lapsed of the lot meanwhile counts as taken back, so that nobody pays for it twice."""
        for kind, lapsed in self._lapsed.get(lot_id, {}).items():
            undone = min(points, lapsed)
            points -= undone
            self._lapsed[lot_id][kind] = lapsed - undone
            entry.account.undo_lapse(lot_id, kind, undone, cause)

    def _lower(self, entry: Entry, lot_id: str, points: int) -> None:
        """The tier of the period in which the order was placed does not count them any more."""
        earned_at = entry.account.lots[lot_id].earned_at
        period = period_start(earned_at, entry.enrolled_at, self._unit.programme).isoformat()
        entry.qualifying[period] = entry.qualifying.get(period, 0) - points

    def _keep(self, key: queries.OrderKey, changed: list[LineAward]) -> None:
        for award in changed:
            self._changed[award.order_id, award.source, award.line, award.lot_id] = award
        now = {(award.line, award.lot_id): award for award in changed}
        self._awards[key] = [now.get((one.line, one.lot_id), one) for one in self._awards[key]]


def reference_of(back: OrderReturned) -> str:
    return f"return {back.source}/{back.return_id} of {back.order_id}"
