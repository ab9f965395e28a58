"""SQL of what one customer agrees to now."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, select

from services.journey.queries.records import agrees
from services.journey.rules.context import Agreed
from services.storage.tables import customers

_AGREED = select(
    agrees(customers.c.customer_id, "PRESENCE"), agrees(customers.c.customer_id, "PROFILING")
).where(customers.c.customer_id == bindparam("customer"))


def find_agreed(connection: Connection, customer_id: str) -> Agreed | None:
    """The consents that a journey asks for; None for a customer who is not known."""
    row = connection.execute(_AGREED, {"customer": customer_id}).first()
    return None if row is None else Agreed(bool(row[0]), bool(row[1]))
