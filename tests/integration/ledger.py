"""What the database holds of members' points, for tests that look beneath the service."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select

from services.composition import House
from services.points.lots import Side
from services.storage.tables import accounts, awards, lots, movements, tier_changes, tier_warnings
from services.verification.checks import Scene
from services.verification.running import verify


def rows(house: House, query: Select[Any]) -> list[tuple[Any, ...]]:
    with house.database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(query)]


def violations(house: House) -> dict[str, str]:
    """The first row that breaks each invariant of `regulars verify`, by check."""
    with house.database.engine.connect() as connection:
        scene = Scene(connection, house.clock.now(), house.database.programme)
        return {one.check.check_id: one.violation for one in verify(scene) if one.violation is not None}


def lots_of(house: House, customer_id: str) -> dict[str, tuple[int, int, str]]:
    """Points, remaining points and state of each lot."""
    query = select(lots.c.lot_id, lots.c.points, lots.c.remaining_points, lots.c.state)
    found = rows(house, query.where(lots.c.customer_id == customer_id))
    return {lot_id: (points, remaining, state) for lot_id, points, remaining, state in found}


def movements_of(house: House, customer_id: str) -> list[tuple[str, int]]:
    """Kind and points of each movement, in order."""
    query = select(movements.c.kind, movements.c.points).where(movements.c.customer_id == customer_id)
    return [(kind, points) for kind, points in rows(house, query.order_by(movements.c.movement_id))]


def standing_portions(house: House) -> dict[tuple[str, int, str], int]:
    """What order lines stand for at last, by (order, line, lot)."""
    found = rows(house, select(awards))
    return {
        (order_id, line, lot_id): points - gone
        for order_id, _, line, lot_id, points, gone in found
        if points > gone
    }


def account_of(house: House, customer_id: str) -> tuple[int, int, int, int, dict[str, int], str]:
    """Pending, active, blocked, debt, the metric per period, and the tier."""
    query = select(
        accounts.c.pending_points,
        accounts.c.active_points,
        accounts.c.blocked_points,
        accounts.c.debt_points,
        accounts.c.qualifying,
        accounts.c.tier,
    ).where(accounts.c.customer_id == customer_id)
    (found,) = rows(house, query)
    return found


def replayed(house: House, customer_id: str) -> tuple[int, int, int, int]:
    """Pending, active, blocked and debt as the movements alone amount to."""
    query = select(movements.c.debit, movements.c.credit, movements.c.points)
    sums = dict.fromkeys(Side, 0)
    for debit, credit, points in rows(house, query.where(movements.c.customer_id == customer_id)):
        sums[Side(debit)] -= points
        sums[Side(credit)] += points
    return sums[Side.PENDING], sums[Side.ACTIVE], sums[Side.BLOCKED], -sums[Side.DEBT]


def tier_changes_of(house: House, customer_id: str) -> list[tuple[str, str]]:
    query = select(tier_changes.c.from_tier, tier_changes.c.to_tier)
    return [
        (before, after)
        for before, after in rows(
            house, query.where(tier_changes.c.customer_id == customer_id).order_by(tier_changes.c.change_id)
        )
    ]


def warnings_of(house: House, customer_id: str) -> list[tuple[int, str, int]]:
    """Days ahead, projected tier and what is missing, of each warning."""
    query = select(tier_warnings.c.days_ahead, tier_warnings.c.projected_tier, tier_warnings.c.to_stay)
    found = query.where(tier_warnings.c.customer_id == customer_id).order_by(tier_warnings.c.raised_at)
    return [(days, tier, missing) for days, tier, missing in rows(house, found)]
