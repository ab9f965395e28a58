"""All SQL about who is one person."""

from __future__ import annotations

from sqlalchemy import Connection, select

from services.storage.sets import among
from services.storage.tables import merges

_MERGED_INTO = select(merges.c.merged_id).where(
    among(merges.c.survivor_id, "ids"), merges.c.undone_at.is_(None)
)


def find_person(connection: Connection, survivor_id: str) -> list[str]:
    """The customer, and all who were merged into the customer directly or through another."""
    found = [survivor_id]
    latest = found
    while latest:
        merged = connection.execute(_MERGED_INTO, {"ids": latest}).scalars()
        latest = [one for one in merged if one not in found]
        found = found + latest
    return found
