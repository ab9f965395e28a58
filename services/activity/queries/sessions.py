"""SQL of sessions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from services.activity.rules.sessions import Session
from services.storage.sets import among, insert_new
from services.storage.tables import sessions

_FIND_SESSIONS = select(sessions.c.session_id).where(among(sessions.c.session_id, "ids"))


def known_sessions(connection: Connection, session_ids: Iterable[str]) -> set[str]:
    return set(connection.execute(_FIND_SESSIONS, {"ids": sorted(set(session_ids))}).scalars())


def store_sessions(connection: Connection, fresh: Sequence[Session]) -> None:
    rows = [
        {
            "session_id": session.session_id,
            "customer_id": session.customer_id,
            "channel": session.channel,
            "started_at": session.started_at,
            "pages": session.pages,
        }
        for session in fresh
    ]
    insert_new(connection, sessions, rows)
