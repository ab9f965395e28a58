"""The SQL of what gateways noticed, and of visits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, select, tuple_

from services.presence.rules.visits import GatewayBatch, Sighting, Visit, VisitState
from services.storage.sets import among, insert_new, upsert
from services.storage.tables import presence_events, visits

_VISIT_COLUMNS: Final = tuple(visits.c[name] for name in Visit.__dataclass_fields__)
_INSIDE = select(*_VISIT_COLUMNS).where(
    among(visits.c.customer_id, "ids"),
    visits.c.store == bindparam("of_store"),
    visits.c.state != VisitState.EXITED,
)


def store_events(connection: Connection, batch: GatewayBatch, known: Sequence[tuple[str, Sighting]]) -> None:
    rows = [
        {
            "gateway": batch.gateway,
            "epoch": batch.epoch,
            "seq": sighting.seq,
            "kind": sighting.kind,
            "customer_id": customer_id,
            "zone": sighting.zone,
            "observed_at": sighting.observed_at,
            "degraded": sighting.degraded,
        }
        for customer_id, sighting in known
    ]
    insert_new(connection, presence_events, rows)


def visit_of(row: Row[Any]) -> Visit:
    values = dict(zip(Visit.__dataclass_fields__, row, strict=True))
    return Visit(**{**values, "state": VisitState(values["state"])})


def visits_inside(connection: Connection, customer_ids: Iterable[str], store: str) -> dict[str, Visit]:
    """The visit that each customer is on in the store."""
    rows = connection.execute(_INSIDE, {"ids": sorted(set(customer_ids)), "of_store": store})
    return {visit.customer_id: visit for visit in map(visit_of, rows)}


def store_visits(connection: Connection, changed: Iterable[Visit]) -> None:
    upsert(connection, visits, [asdict(visit) for visit in changed])


_CLOSE = (
    visits.update()
    .where(among(visits.c.customer_id, "ids"), visits.c.state != VisitState.EXITED)
    .values(state=VisitState.EXITED, exited_at=visits.c.last_seen_at)
    .returning(*_VISIT_COLUMNS)
)


def close_visits(connection: Connection, customer_ids: Sequence[str]) -> list[Visit]:
    """End the visits that the customers are on, at the moment they were last seen; returns them."""
    return [visit_of(row) for row in connection.execute(_CLOSE, {"ids": customer_ids})]


def list_visits(
    connection: Connection, store: str, present_only: bool, before: tuple[datetime, str] | None, limit: int
) -> list[Visit]:
    """Latest first; of one store when `store` is not empty."""
    query = (
        select(*_VISIT_COLUMNS).order_by(visits.c.entered_at.desc(), visits.c.visit_id.desc()).limit(limit)
    )
    if store:
        query = query.where(visits.c.store == store)
    if present_only:
        query = query.where(visits.c.state != VisitState.EXITED)
    if before is not None:
        query = query.where(tuple_(visits.c.entered_at, visits.c.visit_id) < before)
    return [visit_of(row) for row in connection.execute(query)]
