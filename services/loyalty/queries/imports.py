"""SQL of imports: what the ledger itself says that one has credited."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, func, select

from services.loyalty.rules.adjusting import import_reference
from services.loyalty.rules.statements import ImportSum
from services.points.lots import Kind
from services.storage.tables import movements

_CREDITED = select(func.count(), func.coalesce(func.sum(movements.c.points), 0)).where(
    movements.c.reference == bindparam("of"), movements.c.kind == Kind.ADJUST
)


def sum_import(connection: Connection, import_id: str) -> ImportSum:
    """Rows and points that an import has credited; nothing for one that is not known."""
    rows, points = connection.execute(_CREDITED, {"of": import_reference(import_id)}).one()
    return ImportSum(rows, int(points))
