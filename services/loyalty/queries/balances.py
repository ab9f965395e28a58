"""What members have, read as a set."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from services.points.account import Account
from services.points.book import add_lots_and_holds, find_entries


def find_accounts(connection: Connection, customer_ids: Sequence[str]) -> dict[str, Account]:
    """The accounts of the members among the customers, as they were stored."""
    entries = find_entries(connection, customer_ids)
    add_lots_and_holds(connection, entries)
    return {customer_id: entry.account for customer_id, entry in entries.items()}
