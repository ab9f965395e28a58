"""The SQL of presence keys and of what gateways call members."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, delete, func, select

from services.presence.rules.key_table import Device
from services.storage.sets import among, insert_new
from services.storage.tables import presence_keys, presence_pseudonyms

_AWAKE = presence_keys.c.paused_at.is_(None)
_RESOLVE = (
    select(presence_pseudonyms.c.pseudonym, presence_pseudonyms.c.customer_id, presence_keys.c.tag)
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


_SERIALS = select(presence_keys.c.customer_id, presence_keys.c.serial).where(_AWAKE)
_SERIALS_OF = _SERIALS.where(among(presence_keys.c.customer_id, "ids"))
_DEVICES_OF = select(
    presence_keys.c.serial, presence_keys.c.customer_id, presence_keys.c.identity_key, presence_keys.c.tag
).where(_AWAKE, among(presence_keys.c.customer_id, "ids"))
# Serials are random: the sum of their lower halves tells one set from another, however it came about.
_STATE = select(func.count(), func.coalesce(func.sum(presence_keys.c.serial.op("&")(0xFFFFFFFF)), 0)).where(
    _AWAKE
)


@dataclass(frozen=True, slots=True)
class KeysState:
    """Changes whenever a presence key is made or forgotten, rests or wakes."""

    count: int
    serials: int


@dataclass(frozen=True, slots=True)
class Named:
    """Who is meant by a pseudonym. spoofable: the device says the same always, and anybody can copy it."""

    customer_id: str
    spoofable: bool


def keys_state(connection: Connection) -> KeysState:
    count, serials = connection.execute(_STATE).one()
    return KeysState(count, int(serials))


def devices_since(connection: Connection, known: Mapping[int, int]) -> tuple[list[Device], set[int]]:
    """The devices that are not among the known serials, and the known serials that are gone."""
    there = {serial: customer_id for customer_id, serial in connection.execute(_SERIALS)}
    fresh = [customer_id for serial, customer_id in there.items() if serial not in known]
    rows = connection.execute(_DEVICES_OF, {"ids": fresh})
    return [Device(*row[:3], bytes.fromhex(row[3] or "")) for row in rows], set(known) - there.keys()


def serials_of(connection: Connection, customer_ids: Sequence[str]) -> dict[str, int]:
    """Customer id -> serial, of those who may be noticed."""
    return {row[0]: row[1] for row in connection.execute(_SERIALS_OF, {"ids": customer_ids})}


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
    return {name: whose.customer_id for name, whose in resolve_named(connection, pseudonyms).items()}


def resolve_named(connection: Connection, pseudonyms: Iterable[str]) -> dict[str, Named]:
    """As `resolve`, with what is known of the device."""
    rows = connection.execute(_RESOLVE, {"ids": sorted(set(pseudonyms))})
    return {name: Named(customer_id, tag is not None) for name, customer_id, tag in rows}
