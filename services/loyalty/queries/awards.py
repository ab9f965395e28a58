"""SQL of awards: which order lines stand for the points of which lots."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, select

from services.loyalty.rules.returns import LineAward
from services.points.holds import HoldState
from services.points.lots import Kind, Side
from services.storage.sets import among, insert_tuples, upsert
from services.storage.tables import awards, holds, movements

OrderKey = tuple[str, str]  # source, order id

_AWARDS = (
    select(*(awards.c[name] for name in LineAward.__dataclass_fields__))
    .where(among(awards.c.order_id, "ids"))
    .order_by(awards.c.order_id, awards.c.source, awards.c.line, awards.c.lot_id)
)
_PAID_WITH = (
    select(holds.c.source, holds.c.order_id, holds.c.hold_id)
    .where(among(holds.c.order_id, "ids"), holds.c.state == HoldState.CAPTURED)
    .order_by(holds.c.hold_id)
)
_LAPSED = (
    select(movements.c.lot_id, movements.c.kind, movements.c.debit, func.sum(movements.c.points))
    .where(among(movements.c.lot_id, "ids"), movements.c.kind.in_((Kind.EXPIRE, Kind.FORFEIT)))
    .group_by(movements.c.lot_id, movements.c.kind, movements.c.debit)
    .order_by(movements.c.lot_id, movements.c.kind)
)


def find_awards(connection: Connection, keys: Iterable[OrderKey]) -> dict[OrderKey, list[LineAward]]:
    """The awards of the orders, those of one order by line and lot."""
    wanted = set(keys)
    found: dict[OrderKey, list[LineAward]] = {}
    for row in connection.execute(_AWARDS, {"ids": sorted({order_id for _, order_id in wanted})}):
        award = LineAward(*row)
        if (award.source, award.order_id) in wanted:
            found.setdefault((award.source, award.order_id), []).append(award)
    return found


def paid_with(connection: Connection, keys: Iterable[OrderKey]) -> dict[OrderKey, list[str]]:
    """The ids of the holds whose points paid for the orders."""
    wanted = set(keys)
    found: dict[OrderKey, list[str]] = {}
    for source, order_id, hold_id in connection.execute(
        _PAID_WITH, {"ids": sorted({order_id for _, order_id in wanted})}
    ):
        if (source, order_id) in wanted:
            found.setdefault((source, order_id), []).append(hold_id)
    return found


def lapsed_points(connection: Connection, lot_ids: Iterable[str]) -> dict[str, dict[Kind, int]]:
    """What expired or was forfeited of the lots, less what was given back of it."""
    found: dict[str, dict[Kind, int]] = {}
    for lot_id, kind, debit, points in connection.execute(_LAPSED, {"ids": sorted(set(lot_ids))}):
        of_lot = found.setdefault(lot_id, {})
        sign = -1 if debit == Side.PROGRAMME else 1
        of_lot[Kind(kind)] = of_lot.get(Kind(kind), 0) + sign * int(points)
    return found


def store_new_awards(connection: Connection, fresh: Sequence[LineAward]) -> None:
    insert_tuples(connection, awards, [award_tuple(award) for award in fresh])


def store_awards(connection: Connection, changed: Sequence[LineAward]) -> None:
    upsert(connection, awards, [award_row(award) for award in changed])


def award_tuple(award: LineAward) -> tuple[Any, ...]:
    """In the order of the table's columns."""
    return award.order_id, award.source, award.line, award.lot_id, award.points, award.gone_points


def award_row(award: LineAward) -> dict[str, Any]:
    return {name: getattr(award, name) for name in LineAward.__dataclass_fields__}
