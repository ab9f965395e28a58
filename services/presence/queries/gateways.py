"""The SQL of gateways: what they were answered, what they are told, and how they fare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, delete, select

from services.presence.rules.gateways import Gateway, Greeting
from services.presence.rules.visits import GatewayBatch
from services.storage.sets import among, insert_new, upsert
from services.storage.tables import gateway_epochs, gateways, store_maps

_STANDING = (
    select(gateways.c.session, gateway_epochs.c.acked_seq)
    .outerjoin_from(
        gateways,
        gateway_epochs,
        and_(
            gateway_epochs.c.gateway == gateways.c.gateway,
            gateway_epochs.c.epoch == bindparam("of_epoch"),
        ),
    )
    .where(gateways.c.gateway == bindparam("of_gateway"))
    .with_for_update(of=gateways)  # two sessions of one gateway store one after the other
)
_TOLD = (
    select(gateways.c.session, gateways.c.config, store_maps.c.made_at)
    .outerjoin_from(gateways, store_maps, store_maps.c.store == gateways.c.store)
    .where(gateways.c.gateway == bindparam("of_gateway"))
)
_COLUMNS = tuple(gateways.c[name] for name in Gateway.__dataclass_fields__)
_NAMED = select(*_COLUMNS).where(among(gateways.c.gateway, "ids"))


@dataclass(frozen=True, slots=True)
class Standing:
    """The session that counts, None for a gateway that never said Hello, and what is stored of a run."""

    session: str | None
    acked_seq: int


def standing(connection: Connection, gateway: str, epoch: str) -> Standing:
    row = connection.execute(_STANDING, {"of_gateway": gateway, "of_epoch": epoch}).one_or_none()
    return Standing(row[0], row[1] or 0) if row else Standing(None, 0)


def told(connection: Connection, gateway: str) -> tuple[str, Mapping[str, Any]]:
    """The session that counts, and what the gateway is told to do differently."""
    session, config, mapped_at = connection.execute(_TOLD, {"of_gateway": gateway}).one()
    return session, (config or {}) | ({"tells_news": True} if mapped_at else {})


def store_greeting(connection: Connection, hello: Greeting, now: datetime) -> None:
    row = {
        "gateway": hello.gateway,
        "store": hello.store,
        "version": hello.version,
        "session": hello.session,
        "last_contact_at": now,
    }
    insert_new(connection, gateways, [row | {"dropped": 0}])
    connection.execute(gateways.update().where(gateways.c.gateway == hello.gateway).values(row))


def forget_epochs(connection: Connection, gateway: str, before: datetime) -> None:
    """Forget runs of which nothing has come for so long that nothing more can."""
    connection.execute(
        delete(gateway_epochs).where(gateway_epochs.c.gateway == gateway, gateway_epochs.c.stored_at < before)
    )


def store_progress(
    connection: Connection, batch: GatewayBatch, acked: int, gaps: list[int], now: datetime
) -> None:
    """gaps: the events that each GAP stands for."""
    row = {"gateway": batch.gateway, "epoch": batch.epoch, "acked_seq": acked, "stored_at": now}
    upsert(connection, gateway_epochs, [row])
    dropped = {"dropped": gateways.c.dropped + sum(gaps), "dropped_at": now} if gaps else {}
    connection.execute(
        gateways.update()
        .where(gateways.c.gateway == batch.gateway)
        .values({"last_contact_at": now, **dropped})
    )


def store_health(
    connection: Connection, gateway: str, session: str, health: Mapping[str, Any], now: datetime
) -> None:
    connection.execute(
        gateways.update()
        .where(gateways.c.gateway == gateway, gateways.c.session == session)
        .values(health=dict(health), last_contact_at=now)
    )


def store_config(connection: Connection, gateway: str, config: Mapping[str, Any]) -> bool:
    """False when no gateway of this name was ever connected."""
    done = connection.execute(
        gateways.update().where(gateways.c.gateway == gateway).values(config=dict(config))
    )
    return done.rowcount == 1


def gateway_named(connection: Connection, gateway: str) -> Gateway:
    return Gateway(*connection.execute(select(*_COLUMNS).where(gateways.c.gateway == gateway)).one())


def gateways_named(connection: Connection, names: Iterable[str]) -> dict[str, Gateway]:
    rows = connection.execute(_NAMED, {"ids": sorted(names)})
    return {row[0]: Gateway(*row) for row in rows}


def list_gateways(connection: Connection, store: str, after: str, limit: int) -> list[Gateway]:
    """By name, beyond `after`; of one store when `store` is not empty."""
    query = select(*_COLUMNS).where(gateways.c.gateway > after).order_by(gateways.c.gateway).limit(limit)
    if store:
        query = query.where(gateways.c.store == store)
    return [Gateway(*row) for row in connection.execute(query)]
