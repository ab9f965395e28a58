"""SQL of what returns took back."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, case, func, select

from services.points.lots import Kind, Side
from services.storage.tables import movements

_NET = case((movements.c.debit == Side.PROGRAMME, -movements.c.points), else_=movements.c.points)
_TAKEN = (
    select(movements.c.lot_id, func.sum(_NET))
    .where(movements.c.customer_id == bindparam("of_customer"))
    .where(movements.c.reference == bindparam("of_reference"), movements.c.kind == Kind.REVERSE_EARN)
    .where((movements.c.debit == Side.PROGRAMME) | (movements.c.credit == Side.PROGRAMME))  # no debt paid
    .group_by(movements.c.lot_id)
)


def find_taken(connection: Connection, customer_id: str, reference: str) -> dict[str, int]:
    """What a return of an order still has of a member's points, by lot; empty: what became debt."""
    rows = connection.execute(_TAKEN, {"of_customer": customer_id, "of_reference": reference})
    return {lot_id: int(points) for lot_id, points in rows if points > 0}
