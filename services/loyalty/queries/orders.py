"""All SQL of `loyalty`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from services.loyalty.rules.orders import Lot, Membership, Movement
from services.storage.sets import among, upsert
from services.storage.tables import debts, lots, members, movements
from services.storage.unit import UnitOfWork

_MEMBERSHIPS = select(members.c.customer_id, members.c.state, members.c.enrolled_at).where(
    among(members.c.customer_id, "ids")
)
_DEBTS = select(debts.c.customer_id, debts.c.points).where(among(debts.c.customer_id, "ids"))
_LOTS = select(*(lots.c[name] for name in Lot.__dataclass_fields__)).where(among(lots.c.customer_id, "ids"))
_SET_REMAINING = (
    update(lots).where(lots.c.lot_id == bindparam("of_lot")).values(remaining_points=bindparam("remaining"))
)
_INSERT_LOTS = insert(lots)
_INSERT_MOVEMENTS = insert(movements)
_REVERSED = (
    select(movements.c.cause, -func.sum(movements.c.points))
    .where(among(movements.c.customer_id, "ids"))
    .where(movements.c.kind == "REVERSE_EARN")
    .where(among(movements.c.cause, "causes"))
    .group_by(movements.c.cause)
)


def find_memberships(connection: Connection, customer_ids: Iterable[str]) -> dict[str, Membership]:
    rows = connection.execute(_MEMBERSHIPS, {"ids": sorted(set(customer_ids))})
    return {row[0]: Membership(row[1], row[2]) for row in rows}


def find_debts(connection: Connection, customer_ids: Iterable[str]) -> dict[str, int]:
    rows = connection.execute(_DEBTS, {"ids": sorted(set(customer_ids))})
    return {row[0]: row[1] for row in rows}


def find_lots(connection: Connection, customer_ids: Iterable[str]) -> dict[str, list[Lot]]:
    """All lots of the customers, by customer id."""
    found: dict[str, list[Lot]] = {}
    for row in connection.execute(_LOTS, {"ids": sorted(set(customer_ids))}):
        found.setdefault(row[1], []).append(Lot(*row))
    return found


def reversed_points(
    connection: Connection, customer_ids: Iterable[str], causes: Iterable[str]
) -> dict[str, int]:
    """Points taken back so far, by cause."""
    names = {"ids": sorted(set(customer_ids)), "causes": sorted(set(causes))}
    return {cause: int(points) for cause, points in connection.execute(_REVERSED, names)}


def store_lots(connection: Connection, fresh: Sequence[Lot]) -> None:
    if fresh:
        connection.execute(_INSERT_LOTS, [lot_row(lot) for lot in fresh])


def lot_row(lot: Lot) -> dict[str, Any]:
    return {name: getattr(lot, name) for name in Lot.__dataclass_fields__}


def store_remaining(connection: Connection, remaining: Mapping[str, int]) -> None:
    if remaining:
        rows = [{"of_lot": lot_id, "remaining": points} for lot_id, points in remaining.items()]
        connection.execute(_SET_REMAINING, rows)


def store_movements(unit: UnitOfWork, entries: Sequence[Movement]) -> None:
    if entries:
        unit.connection.execute(_INSERT_MOVEMENTS, [movement_row(unit, entry) for entry in entries])


def movement_row(unit: UnitOfWork, entry: Movement) -> dict[str, Any]:
    return {
        "customer_id": entry.customer_id,
        "kind": entry.kind,
        "points": entry.points,
        "lot_id": entry.lot_id,
        "cause": entry.cause,
        "recorded_at": unit.now,
    }


def store_debts(connection: Connection, owed: Mapping[str, int]) -> None:
    rows = [{"customer_id": customer_id, "points": points} for customer_id, points in owed.items()]
    upsert(connection, debts, rows)


def find_accounts(connection: Connection, customer_ids: Sequence[str]) -> dict[str, tuple[list[Lot], int]]:
    """Lots and debt of the members among the customers."""
    of_lots, of_debts = find_lots(connection, customer_ids), find_debts(connection, customer_ids)
    members_found = find_memberships(connection, customer_ids)
    return {one: (of_lots.get(one, []), of_debts.get(one, 0)) for one in members_found}
