"""Settling what goods that come back mean for points: shared by returns and exchanges."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from services.events import OrderReturned
from services.loyalty.queries import families, portions, reversals
from services.loyalty.rules.families import OrderKey
from services.loyalty.rules.portions import Loss, Portion, losses, regains
from services.loyalty.rules.reversals import sources
from services.points.book import Book, Entry
from services.points.holds import Hold
from services.points.lapses import find_lapsed
from services.points.lots import Cause
from services.storage.unit import UnitOfWork


class Portions:
    """The portions of some orders' lines while goods come back."""

    def __init__(self, found: Iterable[Portion]) -> None:
        self._of_orders: defaultdict[OrderKey, dict[tuple[int, str], Portion]] = defaultdict(dict)
        self._changed: set[tuple[OrderKey, tuple[int, str]]] = set()
        for one in found:
            self._of_orders[one.source, one.order_id][one.line, one.of] = one

    @property
    def changed(self) -> list[Portion]:
        return [self._of_orders[order][part] for order, part in sorted(self._changed)]

    def lose(self, back: OrderReturned) -> list[Loss]:
        """Let go what leaves with the goods."""
        lost = losses(self._of_orders[back.source, back.order_id].values(), back.lines)
        self.put(one.portion for one in lost)
        return lost

    def regain(self, back: OrderReturned) -> list[Loss]:
        """Take on again what had left with goods that are not back any more."""
        regained = regains(self._of_orders[back.source, back.order_id].values(), back.lines)
        self.put(one.portion for one in regained)
        return regained

    def put(self, changed: Iterable[Portion]) -> None:
        for one in changed:
            order, part = (one.source, one.order_id), (one.line, one.of)
            self._of_orders[order][part] = one
            self._changed.add((order, part))


class Settlement:
    """Takes back and gives back points, one return after another, over the accounts of one batch."""

    def __init__(self, unit: UnitOfWork, book: Book, orders: Iterable[OrderKey]) -> None:
        keys = set(orders)
        self._unit = unit
        self._book = book
        self._counts_spend = unit.programme.tiers.metric == "spend"
        self._family = families.find_family(unit.connection, keys)
        self._paying = families.paying_holds(unit.connection, self._family.orders)
        found = portions.find_awards(unit.connection, keys)
        self.awards = Portions(found)
        self.spend = Portions(portions.find_spend(unit.connection, keys) if self._counts_spend else ())
        self._lapsed = find_lapsed(book, {one.of for one in found})
        self._fetch_lots({one.of for one in found})

    def _fetch_lots(self, lot_ids: set[str]) -> None:
        self._book.fetch_holds(hold_id for ids in self._paying.values() for hold_id in ids)
        accounts = [entry.account for entry in self._book.entries.values()]
        parts = (part for account in accounts for hold in account.holds.values() for part in hold.lots)
        self._book.fetch_lots(lot_ids | {part.lot_id for part in parts})

    def restore(self, entry: Entry, order: OrderKey, reference: str) -> None:
        """Give back the points that paid for what is now repaid for good."""
        grace = timedelta(days=self._unit.programme.points.restore_grace_days)
        cause = Cause(self._unit.now, reference)
        for key in self._family.spent_on(order):
            for hold in self._holds(entry, key):
                target = self._family.share_repaid(hold.captured_points, key)
                if target > hold.restored_points:
                    entry.account.restore(hold, target - hold.restored_points, grace, cause)

    def spend_again(self, entry: Entry, order: OrderKey, reference: str) -> None:
        """Take the points again that were given back for goods that are not back any more."""
        cause = Cause(self._unit.now, reference)
        for key in self._family.spent_on(order):
            for hold in self._holds(entry, key):
                target = self._family.share_repaid(hold.captured_points, key)
                if target < hold.restored_points:
                    entry.account.spend_again(hold, hold.restored_points - target, cause)

    def _holds(self, entry: Entry, key: OrderKey) -> list[Hold]:
        """The member's own holds that paid for an order."""
        ids = self._paying.get(key, ())
        return [entry.account.holds[one] for one in ids if one in entry.account.holds]

    def take_back(self, entry: Entry, points: Mapping[str, int], back: OrderReturned) -> None:
        """Take back points by lot. What lapsed of a lot meanwhile counts as taken: nobody pays twice."""
        cause = Cause(back.returned_at, reference_of(back))
        for lot_id, taken in points.items():
            lot = entry.account.lots.get(lot_id)
            if lot is None:  # undoing a merge has given it to somebody else
                continue
            self._undo_lapse(entry, lot_id, taken, cause)
            if not self._counts_spend:
                entry.count(-taken, lot.earned_at, self._unit.programme)
        entry.account.take_back(points, cause)

    def give_again(self, entry: Entry, points: Mapping[str, int], back: OrderReturned) -> None:
        """Give points again, by the lot that they belong to, to where a return had taken them from."""
        cause = Cause(back.returned_at, reference_of(back))
        taken = reversals.find_taken(self._unit.connection, entry.account.customer_id, cause.reference)
        self._book.fetch_lots(taken.keys() - {""})
        for lot_id, given in points.items():
            lot = entry.account.lots.get(lot_id)
            if lot is None:  # undoing a merge has given it to somebody else
                continue
            for source, part in sources(taken, lot_id, given):
                self._give(entry, source, part, lot_id, cause)
            if not self._counts_spend:
                entry.count(given, lot.earned_at, self._unit.programme)

    def _give(self, entry: Entry, source: str, points: int, lot_id: str, cause: Cause) -> None:
        """source: the lot that had paid; empty: it was debt, which may have been paid since."""
        account, now = entry.account, self._unit.now
        if not source:
            points -= account.owe_less(points, cause)
        if points:
            account.give_again(source if source in account.lots else lot_id, points, cause, now)

    def _undo_lapse(self, entry: Entry, lot_id: str, points: int, cause: Cause) -> None:
        lapsed = self._lapsed.get(lot_id, {})
        for kind, missing in lapsed.items():
            undone = min(points, missing)
            points -= undone
            lapsed[kind] = missing - undone
            entry.account.undo_lapse(lot_id, kind, undone, cause)

    def count_less(self, entry: Entry, spend: Mapping[str, int]) -> None:
        """Let money count no more towards the tier; spend: by the moment that it was spent at."""
        for spent_at, amount in spend.items():
            entry.count(-amount, datetime.fromisoformat(spent_at), self._unit.programme)

    def store(self) -> None:
        portions.store_awards(self._unit.connection, self.awards.changed)
        portions.store_spend(self._unit.connection, self.spend.changed)
        self._book.store()


def reference_of(back: OrderReturned) -> str:
    return f"return {back.source}/{back.return_id} of {back.order_id}"
