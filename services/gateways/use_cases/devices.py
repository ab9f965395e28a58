"""Devices are let in with one-time tokens, certified, and let go."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec

from services.errors import NotFoundError, RegularsError
from services.gateways import queries
from services.gateways.certificates import Bearer, certify_gateway, key_digest, pem_of
from services.gateways.queries import Place, ShownToken, StoredCertificate, StoredToken
from services.gateways.rules import (
    TOKEN_LIFE,
    TOKEN_REPEATS,
    CertificateMissingError,
    Token,
    TokenInvalidError,
    check_name,
    check_store,
    spiffe_uri,
    token_text,
)
from services.gateways.use_cases.authorities import authorities_of
from services.storage.database import Database
from services.storage.unit import UnitOfWork, use_case


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
    """A certificate (PEM) and whom it stands for. authorities: PEM of those that a server is known by."""

    certificate: str
    expires_at: datetime
    gateway: str
    store: str
    authorities: str


@use_case(Certified)
def enrol_gateways(unit: UnitOfWork, asked: Sequence[Enrolment]) -> list[Certified | RegularsError]:
    """A token is used once; what the gateway's name was certified for before counts no more.

    Whoever asks again with the same key has not got the answer, and gets one that is as good.
    """
    return [_enrol(unit, one) for one in asked]


def _enrol(unit: UnitOfWork, asked: Enrolment) -> Certified | RegularsError:
    shown = ShownToken(asked.token.token_id, digest(asked.token.secret), key_digest(asked.public_key))
    place = queries.use_token(unit.connection, shown, unit.now)
    if place is not None:
        queries.revoke_certificates(unit.connection, place.gateway, unit.now)
    else:
        place = queries.used_token(unit.connection, shown, unit.now - TOKEN_REPEATS)
    return _certify(unit, place, asked.public_key) if place else TokenInvalidError(field="token")


@use_case(Certified)
def renew_gateways(unit: UnitOfWork, asked: Sequence[Renewal]) -> list[Certified | RegularsError]:
    return [_renew(unit, one) for one in asked]


def _renew(unit: UnitOfWork, asked: Renewal) -> Certified | RegularsError:
    place = queries.live_place(unit.connection, asked.serial)
    if place is None:
        return CertificateMissingError()
    return _certify(unit, place, asked.public_key)


def _certify(unit: UnitOfWork, place: Place, public_key: ec.EllipticCurvePublicKey) -> Certified:
    known = authorities_of(unit.connection, unit.vault, unit.programme.name, unit.now)
    whose = Bearer(spiffe_uri(unit.programme.name, place.gateway), place.store)
    made = certify_gateway(known.signing(unit.now), public_key, whose, unit.now)
    queries.store_certificate(
        unit.connection,
        StoredCertificate(made.serial, place.gateway, place.store, unit.now, made.expires_at),
    )
    roots = pem_of(known.presented(unit.now)).decode()
    return Certified(made.pem, made.expires_at, place.gateway, place.store, roots)


def add_gateway(database: Database, gateway: str, store: str) -> str:
    """A one-time token for a gateway; its text is in the answer and nowhere else. Raises InvalidError."""
    check_name(gateway)
    check_store(store)
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
