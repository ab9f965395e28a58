"""All SQL of `membership`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from services.membership.rules.members import (
    Consent,
    ConsentKind,
    DeviceKind,
    Enrolment,
    Member,
    MemberState,
    PresenceDevice,
    joined_at,
    latest,
)
from services.storage.sets import among, upsert
from services.storage.tables import consents, members, presence_keys, presence_pseudonyms, presence_tags
from services.storage.unit import UnitOfWork

_MEMBERS = (
    select(
        members.c.customer_id,
        members.c.state,
        members.c.enrolled_at,
        presence_keys.c.serial,
        presence_keys.c.tag,
    )
    .outerjoin_from(members, presence_keys, presence_keys.c.customer_id == members.c.customer_id)
    .where(among(members.c.customer_id, "ids"))
)
_CONSENTS = (
    select(
        consents.c.customer_id,
        consents.c.kind,
        consents.c.granted,
        consents.c.source,
        consents.c.text_version,
        consents.c.recorded_at,
    )
    .where(among(consents.c.customer_id, "ids"))
    .order_by(consents.c.consent_id)
)
_HISTORY = select(
    consents.c.consent_id,
    consents.c.kind,
    consents.c.granted,
    consents.c.source,
    consents.c.text_version,
    consents.c.recorded_at,
).order_by(consents.c.consent_id.desc())
_FORGET = tuple(
    delete(forgotten).where(among(forgotten.c.customer_id, "ids"))
    for forgotten in (presence_keys, presence_pseudonyms, presence_tags)
)


_TAG_OWNERS = select(presence_keys.c.tag, presence_keys.c.customer_id).where(
    among(presence_keys.c.tag, "ids")
)


def find_members(connection: Connection, customer_ids: Iterable[str]) -> dict[str, Member]:
    """Members with their latest consents, by customer id."""
    ids = sorted(set(customer_ids))
    decisions: dict[str, list[Consent]] = {}
    for customer_id, kind, *rest in connection.execute(_CONSENTS, {"ids": ids}):
        decisions.setdefault(customer_id, []).append(Consent(ConsentKind(kind), *rest))
    return {
        row[0]: Member(
            row[0], MemberState(row[1]), row[2], latest(decisions.get(row[0], ())), device_kind(*row[3:])
        )
        for row in connection.execute(_MEMBERS, {"ids": ids})
    }


def device_kind(serial: int | None, tag: str | None) -> DeviceKind | None:
    """Of a row of presence_keys; None when there is none."""
    if serial is None:
        return None
    return DeviceKind.ROTATING if tag is None else DeviceKind.STATIC


def tag_owners(connection: Connection, tags: Iterable[bytes]) -> dict[bytes, str]:
    """Fixed identifier -> customer id, of those that are taken."""
    ids = sorted({tag.hex() for tag in tags if tag})
    rows = connection.execute(_TAG_OWNERS, {"ids": ids}) if ids else ()
    return {bytes.fromhex(tag): customer_id for tag, customer_id in rows}


def list_consents(
    connection: Connection, customer_id: str, before: int | None, limit: int
) -> list[tuple[int, Consent]]:
    """Every decision of a member with its number, the latest first."""
    query = _HISTORY.where(consents.c.customer_id == customer_id).limit(limit)
    if before is not None:
        query = query.where(consents.c.consent_id < before)
    return [(number, Consent(ConsentKind(kind), *rest)) for number, kind, *rest in connection.execute(query)]


def store_members(unit: UnitOfWork, enrolments: Sequence[Enrolment]) -> None:
    rows = [
        {
            "customer_id": enrolment.customer_id,
            "state": enrolment.state,
            "enrolled_at": joined_at(enrolment, unit.now),
            "changed_at": unit.now,
        }
        for enrolment in enrolments
    ]
    if rows:
        unit.connection.execute(insert(members), rows)


def store_consents(unit: UnitOfWork, decisions: Iterable[tuple[str, Sequence[Consent]]]) -> None:
    rows = [consent_row(unit, customer_id, consent) for customer_id, given in decisions for consent in given]
    if rows:
        unit.connection.execute(insert(consents), rows)


def consent_row(unit: UnitOfWork, customer_id: str, consent: Consent) -> dict[str, Any]:
    return {
        "customer_id": customer_id,
        "kind": consent.kind,
        "granted": consent.granted,
        "source": consent.source,
        "text_version": consent.text_version,
        "recorded_at": unit.now,
    }


def forget_presence_keys(connection: Connection, customer_ids: Sequence[str]) -> None:
    """Forget keys and pseudonyms, so that no capture can be linked to these members any more."""
    for statement in _FORGET if customer_ids else ():
        connection.execute(statement, {"ids": list(customer_ids)})


def store_presence_keys(unit: UnitOfWork, devices: Sequence[PresenceDevice]) -> None:
    rows = [
        {
            "customer_id": device.customer_id,
            "identity_key": device.identity_key,
            "serial": device.serial,
            "tag": device.tag.hex() or None,
            "made_at": unit.now,
        }
        for device in devices
    ]
    upsert(unit.connection, presence_keys, rows)
