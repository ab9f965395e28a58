"""All SQL of the API keys."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from services.storage.tables import api_keys


@dataclass(frozen=True, slots=True)
class StoredKey:
    key_id: str
    name: str
    secret_sha256: bytes
    scopes: str  # comma-separated
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


def store_key(connection: Connection, key: StoredKey) -> None:
    row = {name: getattr(key, name) for name in StoredKey.__dataclass_fields__}
    connection.execute(insert(api_keys), [row])


def all_keys(connection: Connection) -> list[StoredKey]:
    columns = [api_keys.c[name] for name in StoredKey.__dataclass_fields__]
    return [StoredKey(*row) for row in connection.execute(select(*columns).order_by(api_keys.c.created_at))]


def revoke_key(connection: Connection, key_id: str, now: datetime) -> bool:
    """True when a live key of that id was there."""
    statement = (
        update(api_keys)
        .where(api_keys.c.key_id == key_id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return connection.execute(statement).rowcount > 0
