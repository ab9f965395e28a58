"""What time took of lots: long ago, and just now when their accounts were opened."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Final

from sqlalchemy import Connection, func, select

from services.points.book import Book
from services.points.lots import Kind, Movement, Side
from services.storage.sets import among
from services.storage.tables import movements

LAPSES: Final = (Kind.EXPIRE, Kind.FORFEIT)

Lapsed = dict[str, dict[Kind, int]]  # lot id -> how time took points of it -> how many, for good

_LAPSES = (
    select(movements.c.lot_id, movements.c.kind, func.sum(movements.c.points), movements.c.debit)
    .where(among(movements.c.lot_id, "ids"), movements.c.kind.in_(LAPSES))
    .group_by(movements.c.lot_id, movements.c.kind, movements.c.debit)
    .order_by(movements.c.lot_id, movements.c.kind)
)


@dataclass(frozen=True, slots=True)
class Lapse:
    """Points of a lot that time took (EXPIRE, FORFEIT), or gave back because a return takes them first."""

    lot_id: str
    kind: Kind
    points: int
    debit: Side


def lapsed_points(lapses: Iterable[Lapse | Movement], lot_ids: Collection[str]) -> Lapsed:
    """What time took of the lots for good, by how it did."""
    found: Lapsed = {}
    for one in lapses:
        if one.kind in LAPSES and one.lot_id in lot_ids:
            of_lot = found.setdefault(one.lot_id, {})
            points = -one.points if one.debit is Side.PROGRAMME else one.points
            of_lot[one.kind] = of_lot.get(one.kind, 0) + points
    return found


def find_lapses(connection: Connection, lot_ids: Iterable[str]) -> list[Lapse]:
    """What expired or was forfeited of the lots, and what was undone of it."""
    rows = connection.execute(_LAPSES, {"ids": sorted(set(lot_ids))})
    return [Lapse(lot_id, Kind(kind), int(points), Side(debit)) for lot_id, kind, points, debit in rows]


def find_lapsed(book: Book, lot_ids: Collection[str]) -> Lapsed:
    """What time took of the lots until now; the book's accounts were brought to now."""
    if not lot_ids:
        return {}
    just_now = (move for entry in book.entries.values() for move in entry.account.movements)
    return lapsed_points(chain(find_lapses(book.unit.connection, lot_ids), just_now), lot_ids)
