"""Where the server listens, and with which certificates."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from services.clock import Clock
from services.gateways.certificates import SERVER_LIFE, Authority, certify_server, private_pem
from services.gateways.use_cases import open_authority
from services.rpc.tls import CertificateFiles, Pair, Source, server_credentials
from services.server import Door
from services.settings import Settings
from services.storage.database import Database

RENEWAL_SHARE: Final = 2 / 3  # of its life: callers that stay connected for weeks never see an old one


class OwnCertificate:
    """A certificate of our own authority under the server's names, made anew before it ends."""

    def __init__(self, authority: Authority, hosts: tuple[str, ...], clock: Clock) -> None:
        self._authority = authority
        self._hosts = hosts
        self._clock = clock
        self._pair, self._renews_at = self._make()

    def __call__(self) -> Pair:
        if self._clock.now() >= self._renews_at:
            self._pair, self._renews_at = self._make()
        return self._pair

    def _make(self) -> tuple[Pair, datetime]:
        key = ec.generate_private_key(ec.SECP256R1())
        now = self._clock.now()
        made = certify_server(self._authority, key.public_key(), self._hosts, now)
        chain = made.pem.encode() + self._authority.pem
        return Pair(private_pem(key), chain), now + RENEWAL_SHARE * SERVER_LIFE


def doors(settings: Settings, database: Database) -> tuple[Door, ...]:
    """One in plaintext, or two with TLS: for callers with keys, and for gateways with certificates.

    Raises SettingsError.
    """
    address = f"{settings.host}:{settings.port}"
    if settings.is_plaintext:
        return (Door(address),)
    authority = open_authority(database)
    source = source_of(settings, authority, database.clock)
    return (
        Door(address, server_credentials(source)),
        Door(f"{settings.host}:{settings.gateway_port}", server_credentials(source, authority.pem)),
    )


def source_of(settings: Settings, authority: Authority, clock: Clock) -> Source:
    if settings.tls_certificate and settings.tls_key:
        return CertificateFiles(settings.tls_certificate, settings.tls_key)
    return OwnCertificate(authority, settings.tls_hosts, clock)
