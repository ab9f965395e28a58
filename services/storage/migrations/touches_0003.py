"""What schema 0003 makes of the rows that it finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, text

FILLING: Final[Sequence[str]] = (  # statements, in order
    # Scores hold more figures now; the first start computes them anew, and until then each answer does.
    "DELETE FROM scores",
    "DELETE FROM score_references",
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
    # Abandoned carts expire now: let each be looked at soon, which sets the clock for the day of it.
    """
    INSERT INTO outbox (topic, work_key, payload, due_at, attempts)
    SELECT 'cart.idle', cart_id, '{}', changed_at, 0 FROM carts WHERE state = 'ABANDONED'
    """,
    # Until now every question about effort was whether it was easy.
    """
    UPDATE answers SET polarity = CASE survey WHEN 'CES' THEN 'EASY' ELSE '' END, survey_id = '',
                       comment = '', channel = '', touchpoint = '', source = '', order_id = ''
    """,
    # Cases were opened by answers alone, and had one target.
    """
    UPDATE cases SET opened_by = '', channel = '', theme = '', source = '', order_id = '', text = '',
                     wished_channel = '', private_channel = '', assignee = '', reopenings = 0,
                     responded_at = resolved_at, first_resolved_at = resolved_at,
                     resolved_in_time = CASE WHEN resolved_at IS NULL THEN NULL ELSE resolved_at <= due_at END
    """,
    """
    INSERT INTO case_changes (case_id, changed_at, actor, action, before, after, detail)
    SELECT case_id, opened_at, '', 'OPENED', '', 'OPEN', '' FROM cases
    """,
    """
    INSERT INTO case_changes (case_id, changed_at, actor, action, before, after, detail)
    SELECT case_id, resolved_at, resolved_by, 'RESOLVED', 'OPEN', 'RESOLVED', resolution
    FROM cases WHERE resolved_at IS NOT NULL
    """,
    # A request that is repeated gets an answer of today's form.
    """
    UPDATE requests SET answer = '{}' WHERE method = 'record_answers'
    """,
)


def carry_over(connection: Connection) -> None:
    for statement in FILLING:
        connection.execute(text(statement))
