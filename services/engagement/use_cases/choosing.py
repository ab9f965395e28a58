"""Whom a filter or a saved segment finds, as other features ask for it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from services.engagement.queries.lists import COLUMNS, list_rows
from services.engagement.queries.segments import find_segment
from services.engagement.rules.lists import wanted
from services.programme.programme import Programme

EVERYBODY: Final = 2**31  # more customers than any database here holds


def chosen_by_filter(
    connection: Connection, text: str, now: datetime, programme: Programme
) -> frozenset[str]:
    """The ids of all customers for whom the filter holds. Raises FilterInvalidError."""
    whom = wanted(text, "", now, programme)
    found = list_rows(connection, (COLUMNS["customer_id"],), whom, None, EVERYBODY)
    return frozenset(row[0] for row, _ in found)


def chosen_by_segment(
    connection: Connection, segment_id: str, now: datetime, programme: Programme
) -> frozenset[str]:
    """The ids of all customers who are in a saved segment now. Raises SegmentNotFoundError."""
    return chosen_by_filter(connection, find_segment(connection, segment_id).filter, now, programme)
