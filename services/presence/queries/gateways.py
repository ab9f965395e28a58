"""The SQL of gateways: what they were answered, and how they fare."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select

from services.presence.rules.visits import GatewayBatch
from services.storage.sets import upsert
from services.storage.tables import gateways

_ACKED = select(gateways.c.acked_seq).where(
    gateways.c.gateway == bindparam("of_gateway"), gateways.c.epoch == bindparam("of_epoch")
)


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
