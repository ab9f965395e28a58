"""The points of a made-up shop: what its orders and returns did to every member's account."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import polars as pl

from services.clock import EPOCH, MICROSECOND
from services.events import OrderPlaced, ReturnedLine
from services.loyalty.queries.portions import award_row
from services.loyalty.rules.orders import occasion_of
from services.loyalty.rules.portions import Portion, by_subject, losses
from services.points.account import Account
from services.points.book import Entry, account_row
from services.points.earning import award, lots_of
from services.points.lots import Cause, Lot, Movement
from services.points.usage import Usage
from services.programme.programme import Programme


class Ledger:
    """Accounts that orders fill, one customer's orders after another."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._entries: dict[str, Entry] = {}
        self._portions: list[Portion] = []

    def open(self, customer_id: str, enrolled_at: datetime) -> None:
        account = Account(customer_id, "ACTIVE")
        self._entries[customer_id] = Entry(account, enrolled_at, {}, "", None, is_whole=True)

    def earn(self, order: OrderPlaced, returned: tuple[datetime, Iterable[ReturnedLine]] | None) -> None:
        """Award an order and take back what went with its returned lines."""
        entry = self._entries[order.customer_id]
        occasion = occasion_of(order, "")
        given = award(occasion, self._programme.earning, Usage(), self._programme)
        portions: list[Portion] = []
        for lot, shares in lots_of(occasion, given, self._programme, order.placed_at):
            entry.account.credit(lot, Cause(order.placed_at, f"order {occasion.key}"))
            portions += [
                Portion(order.order_id, order.source, line, lot.lot_id, points, 0) for line, points in shares
            ]
        entry.count(sum(one.points for one in given), order.placed_at, self._programme)
        self._portions += portions if returned is None else self._take_back(entry, order, portions, *returned)

    def _take_back(
        self,
        entry: Entry,
        order: OrderPlaced,
        portions: Iterable[Portion],
        returned_at: datetime,
        lines: Iterable[ReturnedLine],
    ) -> list[Portion]:
        lost = losses(portions, lines)
        taken = by_subject((one.portion, one.amount) for one in lost)
        cause = Cause(returned_at, f"return of {order.source}/{order.order_id}")
        entry.account.take_back(taken, cause)
        entry.count(-sum(taken.values()), order.placed_at, self._programme)
        after = {(one.portion.line, one.portion.of): one.portion for one in lost}
        return [after.get((one.line, one.of), one) for one in portions]

    def rows(self, as_of: datetime) -> dict[str, pl.DataFrame]:
        """The rows of the ledger's tables as they stand at `as_of`; moments are microseconds since 1970."""
        found = [entry for entry in self._entries.values() if entry.account.movements]
        for entry in found:
            entry.account.bring_to(as_of)
            entry.tier = entry.standing(as_of, self._programme).tier
        moved = [one for entry in found for one in entry.account.movements]
        moved.sort(key=lambda one: one.effective_at)
        return {
            "accounts": frame([self._account_row(entry, as_of) for entry in found]),
            "lots": frame([fields(lot) for entry in found for lot in entry.account.lots.values()]),
            "awards": frame([award_row(one) for one in self._portions]),
            "movements": frame([{**fields(one), "recorded_at": one.effective_at} for one in moved]),
        }

    def _account_row(self, entry: Entry, as_of: datetime) -> dict[str, Any]:
        row = account_row(entry, as_of, self._programme)
        return {**row, "qualifying": json.dumps(row["qualifying"])}


def fields(value: Lot | Movement) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    names = list(rows[0]) if rows else []
    return pl.DataFrame({name: [stored(row[name]) for row in rows] for name in names})


def stored(value: Any) -> Any:
    return (value - EPOCH) // MICROSECOND if isinstance(value, datetime) else value
