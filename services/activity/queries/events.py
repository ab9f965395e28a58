"""SQL of touches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, select

from services.activity.rules.events import Touch
from services.clock import EPOCH, MICROSECOND
from services.storage.sets import among, insert_tuples
from services.storage.tables import touches

TouchKey = tuple[str, str]  # source, event id

_FIND_TOUCHES = select(*(touches.c[name] for name in Touch.__dataclass_fields__)).where(
    among(touches.c.event_id, "ids")
)


def find_touches(connection: Connection, keys: Iterable[TouchKey]) -> dict[TouchKey, Touch]:
    wanted = set(keys)
    rows = connection.execute(_FIND_TOUCHES, {"ids": sorted({event_id for _, event_id in wanted})})
    return {(row[1], row[0]): Touch(*row) for row in rows if (row[1], row[0]) in wanted}


def store_touches(connection: Connection, fresh: Sequence[Touch]) -> None:
    insert_tuples(connection, touches, list(touch_rows(fresh)))


def touch_rows(fresh: Iterable[Touch]) -> Iterator[tuple[Any, ...]]:
    """One tuple per touch, as the table keeps it."""
    for one in fresh:
        yield (
            one.event_id,
            one.source,
            one.customer_id,
            one.kind,
            one.channel,
            (one.occurred_at - EPOCH) // MICROSECOND,
            one.touchpoint,
            one.subject,
            one.session_id,
            one.pages,
            one.outbound,
            one.proxied,
        )
