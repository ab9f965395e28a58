"""All SQL of `presence`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, func, select, tuple_

from services.presence.rules import GatewayBatch, Sighting, Visit, VisitState
from services.storage.sets import among, insert_new, upsert
from services.storage.tables import gateways, presence_events, presence_keys, presence_pseudonyms, visits

_ACKED = select(gateways.c.acked_seq).where(
    gateways.c.gateway == bindparam("of_gateway"), gateways.c.epoch == bindparam("of_epoch")
)
_AWAKE = presence_keys.c.paused_at.is_(None)
_RESOLVE = (
    select(presence_pseudonyms.c.pseudonym, presence_pseudonyms.c.customer_id)
    .join(presence_keys, presence_keys.c.customer_id == presence_pseudonyms.c.customer_id)
    .where(among(presence_pseudonyms.c.pseudonym, "ids"), _AWAKE)
)
_REST = (
    presence_keys.update()
    .where(among(presence_keys.c.customer_id, "ids"), _AWAKE)
    .values(paused_at=bindparam("now"))
)
_WAKE = (
    presence_keys.update()
    .where(among(presence_keys.c.customer_id, "ids"), presence_keys.c.paused_at.is_not(None))
    .values(paused_at=None, made_at=bindparam("now"))
)
_VISIT_COLUMNS: Final = tuple(visits.c[name] for name in Visit.__dataclass_fields__)
_INSIDE = select(*_VISIT_COLUMNS).where(
    among(visits.c.customer_id, "ids"),
    visits.c.store == bindparam("of_store"),
    visits.c.state != VisitState.EXITED,
)


@dataclass(frozen=True, slots=True)
class KeysState:
    """Changes whenever a presence key is made or forgotten, rests or wakes."""

    count: int
    newest: datetime | None

    @property
    def version(self) -> str:
        return f"{self.count}-{self.newest.timestamp():.6f}" if self.newest else "0"


def keys_state(connection: Connection) -> KeysState:
    row = connection.execute(select(func.count(), func.max(presence_keys.c.made_at)).where(_AWAKE)).one()
    return KeysState(row[0], row[1])


def all_keys(connection: Connection) -> list[tuple[str, bytes]]:
    """(customer id, identity key) of every member with a device who may be noticed."""
    columns = (presence_keys.c.customer_id, presence_keys.c.identity_key)
    return [
        (row[0], row[1]) for row in connection.execute(select(*columns).where(_AWAKE).order_by(columns[0]))
    ]


def rest_keys(connection: Connection, customer_ids: Sequence[str], now: datetime) -> None:
    """Let no gateway recognise these members for now."""
    connection.execute(_REST, {"ids": customer_ids, "now": now})


def wake_keys(connection: Connection, customer_ids: Sequence[str], now: datetime) -> None:
    """Let gateways recognise these members again."""
    connection.execute(_WAKE, {"ids": customer_ids, "now": now})


def store_pseudonyms(connection: Connection, named: Iterable[tuple[str, str, date]]) -> None:
    rows = [
        {"pseudonym": pseudonym, "customer_id": customer_id, "day": day}
        for pseudonym, customer_id, day in named
    ]
    insert_new(connection, presence_pseudonyms, rows)


def forget_pseudonyms(connection: Connection, before: date) -> None:
    connection.execute(delete(presence_pseudonyms).where(presence_pseudonyms.c.day < before))


def acked_seq(connection: Connection, gateway: str, epoch: str) -> int:
    return connection.execute(_ACKED, {"of_gateway": gateway, "of_epoch": epoch}).scalar() or 0


def store_gateway(connection: Connection, batch: GatewayBatch, acked: int, now: datetime) -> None:
    row = {
        "gateway": batch.gateway,
        "epoch": batch.epoch,
        "store": batch.store,
        "version": batch.version,
        "acked_seq": acked,
        "last_seen_at": now,
    }
    upsert(connection, gateways, [row])


def store_health(
    connection: Connection, gateway: str, epoch: str, health: dict[str, Any], now: datetime
) -> None:
    connection.execute(
        gateways.update()
        .where(gateways.c.gateway == gateway, gateways.c.epoch == epoch)
        .values(health=health, last_seen_at=now)
    )


def resolve(connection: Connection, pseudonyms: Iterable[str]) -> dict[str, str]:
    """Pseudonym -> customer id; one that belongs to no member who may be noticed has no entry."""
    rows = connection.execute(_RESOLVE, {"ids": sorted(set(pseudonyms))})
    return {row[0]: row[1] for row in rows}


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
