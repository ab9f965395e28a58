"""What schema 0003 makes of the rows that it finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, text

FILLING: Final[Sequence[str]] = (  # statements, in order
    """
    INSERT INTO touches
        (event_id, source, customer_id, kind, channel, occurred_at, touchpoint, subject, session_id, pages,
         outbound, proxied)
    SELECT session_id, 'default', customer_id, 'SESSION', channel, started_at, '', '', session_id, pages,
           FALSE, FALSE
    FROM sessions
    """,
    # What a merge moved is known by the table's key, so that it can be handed back.
    """
    UPDATE merge_rows
    SET table_name = 'touches', row_key = substr(row_key, 1, length(row_key) - 1) || ', "default"]'
    WHERE table_name = 'sessions'
    """,
    """
    UPDATE carts SET started_at = changed_at, started_channel = channel, order_source = '', order_id = '',
                     order_channel = ''
    """,
)


def carry_over(connection: Connection) -> None:
    for statement in FILLING:
        connection.execute(text(statement))
