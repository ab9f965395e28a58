"""The SQL of the stores' maps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select

from services.presence.rules.places import StoreMap
from services.storage.sets import upsert
from services.storage.tables import store_maps

_MAP = select(store_maps.c.map, store_maps.c.made_at).where(store_maps.c.store == bindparam("of_store"))


def store_map(connection: Connection, store: str) -> StoreMap | None:
    """How every place of a store is heard; None where nobody has walked."""
    row = connection.execute(_MAP, {"of_store": store}).one_or_none()
    return None if row is None else StoreMap.from_plain(row[0], row[1])


def keep_map(connection: Connection, store: str, plain: Mapping[str, Any], made_at: datetime) -> None:
    upsert(connection, store_maps, [{"store": store, "map": dict(plain), "made_at": made_at}])


def forget_map(connection: Connection, store: str) -> None:
    connection.execute(delete(store_maps).where(store_maps.c.store == store))
