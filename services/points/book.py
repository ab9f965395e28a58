"""The accounts of one unit of work: read as a set, changed by the pure commands, stored as a set."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, select

from services.events import TierChanged
from services.points.account import Account
from services.points.holds import HeldLot, Hold, HoldState
from services.points.lots import Kind, Lot, LotState, Movement
from services.points.tiers import Standing, standing, tier_due
from services.programme.programme import Programme
from services.storage.sets import among, upsert
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
_INSERT_MOVEMENTS = insert(movements)


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

    def standing(self, now: datetime, programme: Programme) -> Standing:
        return standing(self.qualifying, self.enrolled_at, now, programme)


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
        """Write what changed: movements, lots, holds and balances."""
        changed = [entry for entry in self.entries.values() if entry.account.movements]
        found = [entry.account for entry in self.entries.values()]
        connection = self.unit.connection
        upsert(
            connection, lots, [lot_row(one.lots[name]) for one in found for name in sorted(one.changed_lots)]
        )
        kept = [one.holds[name] for one in found for name in sorted(one.changed_holds)]
        upsert(connection, holds, [hold_row(hold) for hold in kept])
        upsert(connection, hold_lots, [row for hold in kept for row in hold_lot_rows(hold)])
        store_movements(self.unit, [movement for entry in changed for movement in entry.account.movements])
        for entry in self.entries.values():
            self._follow_tier(entry)
        now, programme = self.unit.now, self.unit.programme
        upsert(connection, accounts, [account_row(one, now, programme) for one in self.entries.values()])

    def _follow_tier(self, entry: Entry) -> None:
        """Keep the tier that the periods amount to, and tell when it is another than before."""
        tier = entry.standing(self.unit.now, self.unit.programme).tier
        lowest = self.unit.programme.tiers.levels[0].name
        before = entry.tier or (tier if entry.due_at else lowest)  # nobody's tier was kept before 0002
        if tier != before:
            customer_id, now = entry.account.customer_id, self.unit.now
            change = {"customer_id": customer_id, "from_tier": before, "to_tier": tier, "changed_at": now}
            self.unit.connection.execute(insert(tier_changes), change)
            self.unit.emit(TierChanged(customer_id, before, tier))
        entry.tier = tier


def open_book(unit: UnitOfWork, customer_ids: Iterable[str], *, whole: bool = True) -> Book:
    """The accounts of the members among the customers, whose rows must be locked already.

    whole: with all open lots and live holds, brought to the present; else only balances, for commands that
    add points and look at nothing else.
    """
    book = Book(unit, find_entries(unit.connection, customer_ids))
    if whole:
        add_lots_and_holds(unit.connection, book.entries)
        for entry in book.entries.values():
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
    return Entry(account, enrolled_at, dict(qualifying or {}), tier or "", due_at)


def add_lots_and_holds(connection: Connection, entries: Mapping[str, Entry]) -> None:
    if not entries:
        return
    ids = {"ids": sorted(entries)}
    for row in connection.execute(_OPEN_LOTS, ids):
        lot = _lot(row)
        entries[lot.customer_id].account.lots[lot.lot_id] = lot
    for hold in _holds(connection.execute(_LIVE_HOLDS, ids)).values():
        entries[hold.customer_id].account.holds[hold.hold_id] = hold
    for entry in entries.values():
        entry.is_whole = True


def find_lots(connection: Connection, lot_ids: Iterable[str]) -> dict[str, Lot]:
    rows = connection.execute(_LOTS, {"ids": sorted(set(lot_ids))})
    return {row[0]: _lot(row) for row in rows}


def find_holds(connection: Connection, hold_ids: Iterable[str]) -> dict[str, Hold]:
    return _holds(connection.execute(_HOLDS_BY_ID, {"ids": sorted(set(hold_ids))}))


def _lot(row: Any) -> Lot:
    lot_id, customer_id, origin, points, remaining, blocked, state, *rest = row
    return Lot(lot_id, customer_id, Kind(origin), points, remaining, blocked, LotState(state), *rest)


def _holds(rows: Iterable[Any]) -> dict[str, Hold]:
    found: dict[str, tuple[Any, list[HeldLot]]] = {}
    for row in rows:
        found.setdefault(row[0], (row, []))[1].append(HeldLot(*row[10:]))
    return {hold_id: _hold(row, parts) for hold_id, (row, parts) in found.items()}


def _hold(row: Any, parts: list[HeldLot]) -> Hold:
    hold_id, customer_id, points, state, source, order_id, purpose, held_at, lapses_at, resolved_at = row[:10]
    return Hold(
        hold_id,
        customer_id,
        points,
        HoldState(state),
        source,
        order_id,
        purpose,
        held_at,
        lapses_at,
        resolved_at,
        tuple(parts),
    )


def lot_row(lot: Lot) -> dict[str, Any]:
    return {name: getattr(lot, name) for name in Lot.__dataclass_fields__}


def hold_row(hold: Hold) -> dict[str, Any]:
    names = [name for name in Hold.__dataclass_fields__ if name != "lots"]
    own = {name: getattr(hold, name) for name in names}
    return {**own, "captured_points": hold.captured_points, "restored_points": hold.restored_points}


def hold_lot_rows(hold: Hold) -> list[dict[str, Any]]:
    return [
        {
            "hold_id": hold.hold_id,
            "position": position,
            **{name: getattr(part, name) for name in HeldLot.__dataclass_fields__},
        }
        for position, part in enumerate(hold.lots)
    ]


def account_row(entry: Entry, now: datetime, programme: Programme) -> dict[str, Any]:
    """The row of an account. Its `due_at` never lies later than anything that time alone changes."""
    account = entry.account
    found = entry.standing(now, programme)
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


def store_movements(unit: UnitOfWork, entries: Iterable[Movement]) -> None:
    rows = [movement_row(unit, entry) for entry in entries]
    if rows:
        unit.connection.execute(_INSERT_MOVEMENTS, rows)


def movement_row(unit: UnitOfWork, entry: Movement) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in Movement.__dataclass_fields__}
    return {**row, "recorded_at": unit.now}
