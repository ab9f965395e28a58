"""All SQL of `gateways`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from services.storage.sets import insert_new
from services.storage.tables import gateway_authorities, gateway_certificates, gateway_tokens

FIRST_AUTHORITY: Final = "gateways"  # the row's name: two processes that begin at once make one


@dataclass(frozen=True, slots=True)
class Place:
    """Which gateway it is and in which store it stands."""

    gateway: str
    store: str


@dataclass(frozen=True, slots=True)
class StoredToken:
    """What is kept of a token that was not used yet."""

    token_id: str
    secret_sha256: bytes
    gateway: str
    store: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class StoredCertificate:
    """What is kept of a certificate. serial: hexadecimal."""

    serial: str
    gateway: str
    store: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredAuthority:
    name: str
    certificate: str  # PEM
    sealed_key: bytes
    takes_over_at: datetime


_COLUMNS: Final = tuple(gateway_certificates.c[name] for name in StoredCertificate.__dataclass_fields__)
_AUTHORITY_COLUMNS: Final = tuple(
    gateway_authorities.c[name] for name in StoredAuthority.__dataclass_fields__
)


def find_authorities(connection: Connection) -> list[StoredAuthority]:
    """In the order in which they take over."""
    query = select(*_AUTHORITY_COLUMNS).order_by(gateway_authorities.c.takes_over_at)
    return [StoredAuthority(*row) for row in connection.execute(query)]


def keep_authority(connection: Connection, made: StoredAuthority, now: datetime) -> None:
    """Store one; another process may do so at the same moment, and of one name the first to come stays."""
    insert_new(connection, gateway_authorities, [{**asdict(made), "made_at": now}])


def forget_authorities(connection: Connection, names: Iterable[str]) -> None:
    connection.execute(delete(gateway_authorities).where(gateway_authorities.c.name.in_(list(names))))


def store_token(connection: Connection, one: StoredToken) -> None:
    row = {name: getattr(one, name) for name in StoredToken.__dataclass_fields__}
    connection.execute(insert(gateway_tokens), [row])


@dataclass(frozen=True, slots=True)
class ShownToken:
    """A token as a device shows it, with the key that is to be certified; both as digests."""

    token_id: str
    secret_sha256: bytes
    key_sha256: bytes


def use_token(connection: Connection, shown: ShownToken, now: datetime) -> Place | None:
    """Whom a token stands for; it is used up. None for one that is unknown, used or expired."""
    statement = (
        update(gateway_tokens)
        .where(*_is(shown), gateway_tokens.c.used_at.is_(None), gateway_tokens.c.expires_at > now)
        .values(used_at=now, key_sha256=shown.key_sha256)
        .returning(gateway_tokens.c.gateway, gateway_tokens.c.store)
    )
    row = connection.execute(statement).first()
    return Place(*row) if row else None


def used_token(connection: Connection, shown: ShownToken, since: datetime) -> Place | None:
    """Whom a token stands for that was used since then, and for the same key; None for any other."""
    used = (gateway_tokens.c.used_at > since, gateway_tokens.c.key_sha256 == shown.key_sha256)
    columns = (gateway_tokens.c.gateway, gateway_tokens.c.store)
    row = connection.execute(select(*columns).where(*_is(shown), *used)).first()
    return Place(*row) if row else None


def _is(shown: ShownToken) -> tuple[ColumnElement[bool], ...]:
    return (
        gateway_tokens.c.token_id == shown.token_id,
        gateway_tokens.c.secret_sha256 == shown.secret_sha256,
    )


def forget_tokens(connection: Connection, gateway: str) -> int:
    """Remove the tokens of a gateway; how many of them were not used yet."""
    statement = (
        delete(gateway_tokens).where(gateway_tokens.c.gateway == gateway).returning(gateway_tokens.c.used_at)
    )
    return list(connection.execute(statement).scalars()).count(None)


def forget_all_tokens(connection: Connection) -> None:
    connection.execute(delete(gateway_tokens))


def store_certificate(connection: Connection, one: StoredCertificate) -> None:
    row = {name: getattr(one, name) for name in StoredCertificate.__dataclass_fields__}
    connection.execute(insert(gateway_certificates), [row])


def live_place(connection: Connection, serial: str) -> Place | None:
    """Whom a certificate that was not revoked stands for."""
    columns = (gateway_certificates.c.gateway, gateway_certificates.c.store)
    where = (gateway_certificates.c.serial == serial, gateway_certificates.c.revoked_at.is_(None))
    row = connection.execute(select(*columns).where(*where)).first()
    return Place(*row) if row else None


def revoke_certificates(connection: Connection, gateway: str, now: datetime) -> int:
    """End all certificates of a gateway; how many counted until now."""
    statement = (
        update(gateway_certificates)
        .where(gateway_certificates.c.gateway == gateway, gateway_certificates.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return connection.execute(statement).rowcount


def revoke_all(connection: Connection, now: datetime) -> int:
    """End every gateway's certificates; how many counted until now."""
    of_all = update(gateway_certificates).where(gateway_certificates.c.revoked_at.is_(None))
    return connection.execute(of_all.values(revoked_at=now)).rowcount


def revoked_serials(connection: Connection, now: datetime) -> list[str]:
    """Of those that would not have ended by themselves."""
    where = (gateway_certificates.c.revoked_at.is_not(None), gateway_certificates.c.expires_at > now)
    return list(connection.execute(select(gateway_certificates.c.serial).where(*where)).scalars())


def newest_certificates(connection: Connection) -> list[StoredCertificate]:
    """Of each gateway, by name."""
    query = select(*_COLUMNS).order_by(gateway_certificates.c.gateway, gateway_certificates.c.issued_at)
    return list({row.gateway: StoredCertificate(*row) for row in connection.execute(query)}.values())


def list_tokens(connection: Connection, now: datetime) -> list[tuple[Place, datetime]]:
    """Gateways that are awaited, each with the end of its token."""
    columns = (gateway_tokens.c.gateway, gateway_tokens.c.store, gateway_tokens.c.expires_at)
    where = (gateway_tokens.c.used_at.is_(None), gateway_tokens.c.expires_at > now)
    rows = connection.execute(select(*columns).where(*where).order_by(gateway_tokens.c.gateway))
    return [(Place(row[0], row[1]), row[2]) for row in rows]
