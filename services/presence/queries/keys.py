"""The SQL of presence keys and of what gateways call members."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, func, select

from services.storage.sets import among, insert_new
from services.storage.tables import presence_keys, presence_pseudonyms

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


def resolve(connection: Connection, pseudonyms: Iterable[str]) -> dict[str, str]:
    """Pseudonym -> customer id; one that belongs to no member who may be noticed has no entry."""
    rows = connection.execute(_RESOLVE, {"ids": sorted(set(pseudonyms))})
    return {row[0]: row[1] for row in rows}
