"""The points of a made-up shop: what its orders and returns did to every member's account."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import polars as pl

from services.clock import EPOCH, MICROSECOND
from services.events import OrderPlaced, ReturnedLine
from services.loyalty.rules.orders import base_award
from services.loyalty.rules.returns import LineAward, gone_with, lost_by_lot
from services.points.account import Account
from services.points.book import Entry, account_row
from services.points.lots import Cause, Lot, Movement
from services.points.tiers import period_start
from services.programme.programme import Programme


class Ledger:
    """Accounts that orders fill, one customer's orders after another."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme
        self._entries: dict[str, Entry] = {}
        self._awards: list[LineAward] = []

    def open(self, customer_id: str, enrolled_at: datetime) -> None:
        account = Account(customer_id, "ACTIVE")
        self._entries[customer_id] = Entry(account, enrolled_at, {}, "", None, is_whole=True)

    def earn(self, order: OrderPlaced, returned: tuple[datetime, Iterable[ReturnedLine]] | None) -> None:
        """Award an order and take back what went with its returned lines."""
        entry = self._entries[order.customer_id]
        award = base_award(order, self._programme, order.placed_at)
        if award is None:
            return
        lot, rows = award
        entry.account.credit(lot, Cause(order.placed_at, f"order {order.source}/{order.order_id}"))
        self._count(entry, order, lot.points)
        self._awards += rows if returned is None else self._take_back(entry, order, rows, *returned)

    def _take_back(
        self,
        entry: Entry,
        order: OrderPlaced,
        rows: Iterable[LineAward],
        returned_at: datetime,
        lines: Iterable[ReturnedLine],
    ) -> list[LineAward]:
        gone = gone_with(rows, lines)
        lost = lost_by_lot(gone)
        cause = Cause(returned_at, f"return of {order.source}/{order.order_id}")
        entry.account.take_back(list(lost), sum(lost.values()), cause)
        self._count(entry, order, -sum(lost.values()))
        after = {award.line: award for award, _ in gone}
        return [after.get(row.line, row) for row in rows]

    def _count(self, entry: Entry, order: OrderPlaced, points: int) -> None:
        period = period_start(order.placed_at, entry.enrolled_at, self._programme).isoformat()
        entry.qualifying[period] = entry.qualifying.get(period, 0) + points

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
            "awards": frame([fields(award) for award in self._awards]),
            "movements": frame([{**fields(one), "recorded_at": one.effective_at} for one in moved]),
        }

    def _account_row(self, entry: Entry, as_of: datetime) -> dict[str, Any]:
        row = account_row(entry, as_of, self._programme)
        return {**row, "qualifying": json.dumps(row["qualifying"])}


def fields(value: Lot | Movement | LineAward) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    names = list(rows[0]) if rows else []
    return pl.DataFrame({name: [stored(row[name]) for row in rows] for name in names})


def stored(value: Any) -> Any:
    return (value - EPOCH) // MICROSECOND if isinstance(value, datetime) else value
