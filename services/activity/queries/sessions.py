"""SQL of sessions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import Connection, select

from services.activity.rules.sessions import Session
from services.storage.sets import among, insert_new
from services.storage.tables import touches

_FIND_SESSIONS = select(touches.c.event_id).where(among(touches.c.event_id, "ids"))


def known_sessions(connection: Connection, session_ids: Iterable[str]) -> set[str]:
    return set(connection.execute(_FIND_SESSIONS, {"ids": sorted(set(session_ids))}).scalars())


def store_sessions(connection: Connection, fresh: Sequence[Session]) -> None:
    rows = [
        {
            "source": "default",
            "event_id": session.session_id,
            "customer_id": session.customer_id,
            "kind": "SESSION",
            "channel": session.channel,
            "occurred_at": session.started_at,
            "touchpoint": "",
            "subject": "",
            "session_id": session.session_id,
            "pages": session.pages,
            "outbound": False,
            "proxied": False,
        }
        for session in fresh
    ]
    insert_new(connection, touches, rows)
