"""The accounts of one unit of work: read as a set, changed by the pure commands, stored as a set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, select

from services.events import TierChanged
from services.points.account import Account
from services.points.holds import Hold, HoldState
from services.points.lots import MERGED, Lot
from services.points.rows import (
    hold_lot_rows,
    hold_row,
    holds_of,
    lot_of,
    lot_row,
    movement_row,
    tier_change_row,
)
from services.points.tiers import Standing, period_start, standing, tier_due
from services.programme.programme import Programme
from services.storage.sets import Present, Rows, among, store_rows
from services.storage.tables import accounts, hold_lots, holds, lots, members, movements, tier_changes
from services.storage.unit import UnitOfWork

_ACCOUNTS = (
    select(
        members.c.customer_id,
        members.c.state,
        members.c.enrolled_at,
        accounts.c.pending_points,
        accounts.c.active_points,
        accounts.c.blocked_points,
        accounts.c.debt_points,
        accounts.c.qualifying,
        accounts.c.tier,
        accounts.c.forfeits_at,
        accounts.c.due_at,
    )
    .outerjoin_from(members, accounts, accounts.c.customer_id == members.c.customer_id)
    .where(among(members.c.customer_id, "ids"))
)
_LOT_COLUMNS = tuple(lots.c[name] for name in Lot.__dataclass_fields__)
_OPEN_LOTS = select(*_LOT_COLUMNS).where(
    among(lots.c.customer_id, "ids"), lots.c.state.in_(("PENDING", "ACTIVE"))
)
_LOTS = select(*_LOT_COLUMNS).where(among(lots.c.lot_id, "ids"))
_HOLDS = (
    select(
        holds.c.hold_id,
        holds.c.customer_id,
        holds.c.points,
        holds.c.state,
        holds.c.source,
        holds.c.order_id,
        holds.c.purpose,
        holds.c.held_at,
        holds.c.lapses_at,
        holds.c.resolved_at,
        hold_lots.c.lot_id,
        hold_lots.c.points,
        hold_lots.c.captured_points,
        hold_lots.c.restored_points,
    )
    .join_from(holds, hold_lots, hold_lots.c.hold_id == holds.c.hold_id)
    .order_by(hold_lots.c.hold_id, hold_lots.c.position)
)
_LIVE_HOLDS = _HOLDS.where(and_(among(holds.c.customer_id, "ids"), holds.c.state == HoldState.HELD))
_HOLDS_BY_ID = _HOLDS.where(among(holds.c.hold_id, "ids"))


@dataclass(slots=True)
class Entry:
    """An account, with what is kept beside its points."""

    account: Account
    enrolled_at: datetime
    qualifying: dict[str, int]  # period's first day -> the tier metric earned in it
    tier: str
    due_at: datetime | None
    is_whole: bool = False  # whether all open lots and live holds were read
    is_swept: bool = False  # whether all that was due has been told, so that `due_at` may move on
    stored: tuple[Any, ...] = ()  # the account's row as it was read, without its key

    def standing(self, now: datetime, programme: Programme) -> Standing:
        return standing(self.qualifying, self.enrolled_at, now, programme)

    def count(self, amount: int, at: datetime, programme: Programme) -> None:
        """Let an amount of the tier metric count in the period of the moment; a negative one counts less."""
        period = period_start(at, self.enrolled_at, programme).isoformat()
        self.qualifying[period] = self.qualifying.get(period, 0) + amount


@dataclass(slots=True)
class Book:
    """The accounts that one batch of work touches."""

    unit: UnitOfWork
    entries: dict[str, Entry] = field(default_factory=dict)

    def account(self, customer_id: str) -> Account | None:
        """The member's account; None for a customer who is no member."""
        entry = self.entries.get(customer_id)
        return entry.account if entry else None

    def fetch_lots(self, lot_ids: Iterable[str]) -> None:
        """Add closed lots, to which a command gives points back or from which it reckons."""
        wanted = sorted(set(lot_ids))
        for lot in find_lots(self.unit.connection, wanted).values():
            entry = self.entries.get(lot.customer_id)
            if entry is not None:
                entry.account.lots.setdefault(lot.lot_id, lot)

    def fetch_holds(self, hold_ids: Iterable[str]) -> None:
        """Add holds that are resolved already, to restore from them or to say so."""
        for hold in find_holds(self.unit.connection, hold_ids).values():
            entry = self.entries.get(hold.customer_id)
            if entry is not None:
                entry.account.holds.setdefault(hold.hold_id, hold)

    def store(self) -> None:
        """Write what changed: movements, lots, holds, balances and the tiers that follow from them."""
        now, found = self.unit.now, [entry.account for entry in self.entries.values()]
        changed = [lot_row(one.lots[name]) for one in found for name in one.changed_lots - one.new_lots]
        kept = [one.holds[name] for one in found for name in sorted(one.changed_holds)]
        balances, changes = self._balances()
        store_rows(
            self.unit.connection,
            Rows(lots, [lot_row(one.lots[name]) for one in found for name in one.new_lots]),
            Rows(lots, changed, Present.REPLACED),
            Rows(holds, [hold_row(hold) for hold in kept], Present.REPLACED),
            Rows(hold_lots, [row for hold in kept for row in hold_lot_rows(hold)], Present.REPLACED),
            Rows(movements, [movement_row(movement, now) for one in found for movement in one.movements]),
            Rows(accounts, balances, Present.REPLACED),
            Rows(tier_changes, [tier_change_row(one, now) for one in changes]),
        )
        for change in changes:
            self.unit.emit(change)

    def _balances(self) -> tuple[list[dict[str, Any]], list[TierChanged]]:
        """The rows of the accounts that changed, and the changes of tier."""
        now, programme = self.unit.now, self.unit.programme
        rows: list[dict[str, Any]] = []
        changes: list[TierChanged] = []
        for entry in self.entries.values():
            found = entry.standing(now, programme)
            if change := _follow_tier(entry, found, programme):
                changes.append(change)
            row = _account_row(entry, found, now, programme)
            if entry.account.state == MERGED:
                row["due_at"] = None  # it is empty, and nothing that time does can change it
            if tuple(row.values())[1:] != entry.stored:
                rows.append(row)
        return rows, changes


def _follow_tier(entry: Entry, found: Standing, programme: Programme) -> TierChanged | None:
    """Keep the tier that the periods amount to; the change when it is another than before."""
    if entry.account.state == MERGED:
        return None
    lowest = programme.tiers.levels[0].name
    before = entry.tier or (found.tier if entry.due_at else lowest)  # nobody's tier was kept before 0002
    entry.tier = found.tier
    if found.tier == before:
        return None
    return TierChanged(entry.account.customer_id, before, found.tier)


def open_book(unit: UnitOfWork, customer_ids: Iterable[str], *, whole: bool = True) -> Book:
    """The accounts of the members among the customers, whose rows must be locked already.

    whole: with all open lots and live holds, brought to the present; else only balances, for commands that
    add points and look at nothing else. Who owes points is read whole all the same: what is due pays first.
    """
    book = Book(unit, find_entries(unit.connection, customer_ids))
    add_lots_and_holds(
        unit.connection,
        {one: entry for one, entry in book.entries.items() if whole or entry.account.debt_points},
    )
    for entry in book.entries.values():
        if entry.is_whole:
            entry.account.bring_to(unit.now)
    return book


def find_entries(connection: Connection, customer_ids: Iterable[str]) -> dict[str, Entry]:
    """The accounts of the members among the customers, without lots and holds."""
    rows = connection.execute(_ACCOUNTS, {"ids": sorted(set(customer_ids))})
    return {row[0]: _entry(*row) for row in rows}


def _entry(  # noqa: PLR0913, PLR0917  (one row)
    customer_id: str,
    state: str,
    enrolled_at: datetime,
    pending: int | None,
    active: int | None,
    blocked: int | None,
    debt: int | None,
    qualifying: Mapping[str, int] | None,
    tier: str | None,
    forfeits_at: datetime | None,
    due_at: datetime | None,
) -> Entry:
    account = Account(
        customer_id, state, pending or 0, active or 0, blocked or 0, debt or 0, forfeits_at=forfeits_at
    )
    stored = (pending, active, blocked, debt, qualifying, tier, forfeits_at, due_at)
    return Entry(account, enrolled_at, dict(qualifying or {}), tier or "", due_at, stored=stored)


def add_lots_and_holds(connection: Connection, entries: Mapping[str, Entry]) -> None:
    if not entries:
        return
    for row in connection.execute(_OPEN_LOTS, {"ids": sorted(entries)}):
        lot = lot_of(row)
        entries[lot.customer_id].account.lots[lot.lot_id] = lot
    holders = sorted(one for one, entry in entries.items() if entry.account.blocked_points)
    found = connection.execute(_LIVE_HOLDS, {"ids": holders}) if holders else ()
    for hold in holds_of(found).values():
        entries[hold.customer_id].account.holds[hold.hold_id] = hold
    for entry in entries.values():
        entry.is_whole = True


def find_lots(connection: Connection, lot_ids: Iterable[str]) -> dict[str, Lot]:
    rows = connection.execute(_LOTS, {"ids": sorted(set(lot_ids))})
    return {row[0]: lot_of(row) for row in rows}


def find_holds(connection: Connection, hold_ids: Iterable[str]) -> dict[str, Hold]:
    return holds_of(connection.execute(_HOLDS_BY_ID, {"ids": sorted(set(hold_ids))}))


def account_row(entry: Entry, now: datetime, programme: Programme) -> dict[str, Any]:
    """The row of an account. Its `due_at` never lies later than anything that time alone changes."""
    return _account_row(entry, entry.standing(now, programme), now, programme)


def _account_row(entry: Entry, found: Standing, now: datetime, programme: Programme) -> dict[str, Any]:
    account = entry.account
    moments = [tier_due(found, now, programme.tiers), account.next_due()]
    moments += [entry.due_at] if _keeps_due(entry, now) else []
    return {
        "customer_id": account.customer_id,
        "pending_points": account.pending_points,
        "active_points": account.active_points,
        "blocked_points": account.blocked_points,
        "debt_points": account.debt_points,
        "qualifying": entry.qualifying,
        "tier": entry.tier,
        "forfeits_at": account.forfeits_at,
        "due_at": min(moment for moment in moments if moment is not None),
    }


def _keeps_due(entry: Entry, now: datetime) -> bool:
    """Whether the sweep must still look at what was due, such as a warning, or at lots that were not read."""
    if entry.due_at is None or entry.is_swept:
        return False
    return not entry.is_whole or entry.due_at <= now
