"""What `gateways` does: let devices in with one-time tokens, certify them, and let them go."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import Connection

from services.errors import NotFoundError, RegularsError
from services.gateways import queries
from services.gateways.certificates import (
    Authority,
    certify_gateway,
    make_authority,
    private_pem,
    read_authority,
)
from services.gateways.queries import Place, StoredAuthority, StoredCertificate, StoredToken
from services.gateways.rules import (
    TOKEN_LIFE,
    CertificateMissingError,
    Token,
    TokenInvalidError,
    check_name,
    spiffe_uri,
    token_text,
)
from services.storage.database import Database
from services.storage.unit import UnitOfWork, use_case
from services.storage.vault import Vault

SEALED_FOR: Final = "gateway authority"  # nothing else opens with what seals the key


class GatewayNotFoundError(NotFoundError):
    """No gateway of this name has a certificate or a token; see: regulars gateways list."""

    reason = "GATEWAY_NOT_FOUND"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """A gateway that shows its token and wants a certificate for its key."""

    token: Token
    public_key: ec.EllipticCurvePublicKey

    @property
    def customer_id(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Renewal:
    """A gateway that shows a certificate and wants the next. serial: of the one it shows."""

    serial: str
    public_key: ec.EllipticCurvePublicKey

    @property
    def customer_id(self) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate (PEM) and whom it stands for."""

    certificate: str
    expires_at: datetime
    gateway: str
    store: str


@use_case(Certified)
def enrol_gateways(unit: UnitOfWork, asked: Sequence[Enrolment]) -> list[Certified | RegularsError]:
    """A token is used once; what the gateway's name was certified for before counts no more."""
    return [_enrol(unit, one) for one in asked]


def _enrol(unit: UnitOfWork, asked: Enrolment) -> Certified | RegularsError:
    place = queries.use_token(unit.connection, asked.token.token_id, digest(asked.token.secret), unit.now)
    if place is None:
        return TokenInvalidError(field="token")
    queries.revoke_certificates(unit.connection, place.gateway, unit.now)
    return _certify(unit, place, asked.public_key)


@use_case(Certified)
def renew_gateways(unit: UnitOfWork, asked: Sequence[Renewal]) -> list[Certified | RegularsError]:
    return [_renew(unit, one) for one in asked]


def _renew(unit: UnitOfWork, asked: Renewal) -> Certified | RegularsError:
    place = queries.live_place(unit.connection, asked.serial)
    if place is None:
        return CertificateMissingError()
    return _certify(unit, place, asked.public_key)


def _certify(unit: UnitOfWork, place: Place, public_key: ec.EllipticCurvePublicKey) -> Certified:
    authority = authority_of(unit.connection, unit.vault, unit.programme.name, unit.now)
    uri = spiffe_uri(unit.programme.name, place.gateway)
    made = certify_gateway(authority, public_key, uri, unit.now)
    queries.store_certificate(
        unit.connection,
        StoredCertificate(made.serial, place.gateway, place.store, unit.now, made.expires_at),
    )
    return Certified(made.pem, made.expires_at, place.gateway, place.store)


def open_authority(database: Database) -> Authority:
    """The authority of this programme's gateways; made at the first call. Its key is kept sealed."""
    with database.engine.begin() as connection:
        return authority_of(connection, database.vault, database.programme.name, database.clock.now())


def authority_of(connection: Connection, vault: Vault, programme: str, now: datetime) -> Authority:
    found = queries.find_authority(connection)
    if found is None:
        made = make_authority(programme, now)
        sealed = vault.seal_whole(private_pem(made.private_key).decode(), SEALED_FOR)
        queries.keep_authority(connection, StoredAuthority(made.pem.decode(), sealed), now)
        found = queries.find_authority(connection)
        assert found is not None
    return read_authority(found.certificate, vault.open_whole(found.sealed_key, SEALED_FOR))


def add_gateway(database: Database, gateway: str, store: str) -> str:
    """A one-time token for a gateway; its text is in the answer and nowhere else. Raises InvalidError."""
    check_name(gateway)
    token = Token(secrets.token_hex(4), secrets.token_urlsafe(24).replace("_", "-"))
    now = database.clock.now()
    kept = StoredToken(token.token_id, digest(token.secret), gateway, store, now, now + TOKEN_LIFE)
    with database.engine.begin() as connection:
        queries.forget_tokens(connection, gateway)
        queries.store_token(connection, kept)
    return token_text(token)


def revoke_gateway(database: Database, gateway: str) -> None:
    """End a gateway's certificates and unused tokens. Raises GatewayNotFoundError."""
    with database.engine.begin() as connection:
        ended = queries.revoke_certificates(connection, gateway, database.clock.now())
        ended += queries.forget_tokens(connection, gateway)
    if not ended:
        raise GatewayNotFoundError(gateway=gateway)


def digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
