"""Rows of the ledger's tables: from values and to values. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from services.events import TierChanged
from services.points.holds import HeldLot, Hold, HoldState
from services.points.lots import Kind, Lot, LotState, Movement


def lot_of(row: Any) -> Lot:
    lot_id, customer_id, origin, points, remaining, blocked, state, *rest = row
    return Lot(lot_id, customer_id, Kind(origin), points, remaining, blocked, LotState(state), *rest)


def holds_of(rows: Iterable[Any]) -> dict[str, Hold]:
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


def movement_row(entry: Movement, now: datetime) -> dict[str, Any]:
    row = {name: getattr(entry, name) for name in Movement.__dataclass_fields__}
    return {**row, "recorded_at": now}


def tier_change_row(change: TierChanged, now: datetime) -> dict[str, Any]:
    return {
        "customer_id": change.customer_id,
        "from_tier": change.before,
        "to_tier": change.after,
        "changed_at": now,
    }
