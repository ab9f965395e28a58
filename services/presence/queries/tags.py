"""The SQL of what members' tags say of themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from services.presence.rules.telemetry import BATTERY_LOW_MV, Telemetry
from services.storage.sets import among, upsert
from services.storage.tables import presence_keys, presence_pseudonyms, presence_tags

_KEYS = (
    select(presence_pseudonyms.c.pseudonym, presence_keys.c.customer_id, presence_keys.c.identity_key)
    .join(presence_keys, presence_keys.c.customer_id == presence_pseudonyms.c.customer_id)
    .where(among(presence_pseudonyms.c.pseudonym, "ids"), presence_keys.c.paused_at.is_(None))
)
_SEEN = select(presence_tags.c.customer_id, presence_tags.c.seen_at).where(
    among(presence_tags.c.customer_id, "ids")
)
_LOW = presence_tags.c.battery_mv < BATTERY_LOW_MV
_TAGS = select(
    presence_keys.c.customer_id,
    presence_keys.c.tag.is_not(None),
    presence_tags.c.seen_at,
    presence_tags.c.battery_mv,
    presence_tags.c.temperature_c,
).outerjoin_from(presence_keys, presence_tags, presence_tags.c.customer_id == presence_keys.c.customer_id)


@dataclass(frozen=True, slots=True)
class Tag:
    """A member's device. seen_at: None when no gateway ever heard telemetry of it."""

    customer_id: str
    spoofable: bool
    seen_at: datetime | None
    telemetry: Telemetry

    @property
    def battery_low(self) -> bool:
        return self.telemetry.battery_mv is not None and self.telemetry.battery_mv < BATTERY_LOW_MV


def keys_of(connection: Connection, pseudonyms: Iterable[str]) -> dict[str, tuple[str, bytes]]:
    """Pseudonym -> customer id and identity key, of members who may be noticed."""
    rows = connection.execute(_KEYS, {"ids": sorted(set(pseudonyms))})
    return {row[0]: (row[1], row[2]) for row in rows}


def seen(connection: Connection, customer_ids: Iterable[str]) -> dict[str, datetime]:
    """When each customer's tag last said something."""
    return {row[0]: row[1] for row in connection.execute(_SEEN, {"ids": sorted(set(customer_ids))})}


def store(connection: Connection, said: Mapping[str, tuple[datetime, Telemetry]]) -> None:
    rows = [
        {
            "customer_id": customer_id,
            "seen_at": seen_at,
            "battery_mv": telemetry.battery_mv,
            "temperature_c": telemetry.temperature_c,
        }
        for customer_id, (seen_at, telemetry) in said.items()
    ]
    upsert(connection, presence_tags, rows)


def list_tags(connection: Connection, battery_low_only: bool, after: str | None, limit: int) -> Sequence[Tag]:
    """By customer id."""
    query = _TAGS.order_by(presence_keys.c.customer_id).limit(limit)
    if battery_low_only:
        query = query.where(_LOW)
    if after is not None:
        query = query.where(presence_keys.c.customer_id > after)
    rows = connection.execute(query)
    return [Tag(one, fixed, seen_at, Telemetry(*said)) for one, fixed, seen_at, *said in rows]


def count_low(connection: Connection) -> int:
    """Tags whose battery is low."""
    return connection.execute(select(func.count()).select_from(presence_tags).where(_LOW)).scalar_one()
