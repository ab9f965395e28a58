"""SQL of statements: pages of a member's movements and lots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, Select, bindparam, select, tuple_

from services.loyalty.queries.balances import find_accounts
from services.loyalty.rules.statements import Written
from services.points.lots import Kind, Lot, Movement, Side
from services.points.rows import lot_of
from services.storage.tables import lots, movements

ID_MAX: Final = 2**63 - 1

_OF = bindparam("of", type_=movements.c.customer_id.type)
_BEFORE = bindparam("before", type_=BigInteger())
_LOTS = (
    select(*(lots.c[name] for name in Lot.__dataclass_fields__))
    .where(lots.c.customer_id == bindparam("of"))
    .order_by(lots.c.earned_at.desc(), lots.c.lot_id.desc())
    .limit(bindparam("most"))
)


@cache
def _movements(dialect: str) -> Select[Any]:
    """A page of one customer's movements.

    On PostgreSQL as a range of the index (customer, movement): given `customer_id =` it may walk back over
    all movements to look for a customer whom it knows as frequent, and who may have been quiet for years.
    """
    customer, number = movements.c.customer_id, movements.c.movement_id
    values = (movements.c[name] for name in Movement.__dataclass_fields__)
    page = select(number, movements.c.recorded_at, *values).order_by(customer.desc(), number.desc())
    if dialect == "postgresql":
        page = page.where(tuple_(customer, number) < tuple_(_OF, _BEFORE), customer >= _OF)
    else:
        page = page.where(customer == _OF, number < _BEFORE)
    return page.limit(bindparam("most"))


Position = tuple[datetime, str]  # when a lot was earned, and its id


def list_movements(
    connection: Connection, customer_id: str, kinds: Sequence[Kind], before: int | None, most: int
) -> list[Written]:
    """Movements with ids below `before`, the latest first; of these kinds, or of all when there are none."""
    query = _movements(connection.dialect.name)
    if kinds:
        query = query.where(movements.c.kind.in_(kinds))
    below = ID_MAX if before is None else before
    rows = connection.execute(query, {"of": customer_id, "before": below, "most": most})
    return [_written(row) for row in rows]


def _written(row: Any) -> Written:
    movement_id, recorded_at, owner, kind, points, debit, credit, *rest = row
    movement = Movement(owner, Kind(kind), points, Side(debit), Side(credit), *rest)
    return Written(movement_id, movement, recorded_at)


def list_lots(
    connection: Connection, customer_id: str, now: datetime, before: Position | None, most: int
) -> list[Lot] | None:
    """A page of a member's lots as they are at `now`, the latest earned first; None for no member."""
    account = find_accounts(connection, [customer_id]).get(customer_id)
    if account is None:
        return None
    account.bring_to(now)
    query = _LOTS
    if before is not None:
        query = query.where(tuple_(lots.c.earned_at, lots.c.lot_id) < before)
    stored = (lot_of(row) for row in connection.execute(query, {"of": customer_id, "most": most}))
    return [account.lots.get(lot.lot_id, lot) for lot in stored]


def list_open_lots(
    connection: Connection, customer_id: str, now: datetime, before: Position | None, most: int
) -> list[Lot] | None:
    """The same of the lots that are pending or active at `now`."""
    account = find_accounts(connection, [customer_id]).get(customer_id)
    if account is None:
        return None
    account.bring_to(now)
    found = [lot for lot in account.lots.values() if lot.is_open]
    found.sort(key=_place, reverse=True)
    return [lot for lot in found if before is None or _place(lot) < before][:most]


def _place(lot: Lot) -> Position:
    return lot.earned_at, lot.lot_id
