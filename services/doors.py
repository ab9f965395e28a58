"""Where the server listens, and with which certificates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec

from services.clock import Clock
from services.gateways.certificates import SERVER_LIFE, Authority, certify_server, pem_of, private_pem
from services.gateways.queries import StoredAuthority
from services.gateways.use_cases.authorities import open_authorities, read_authorities
from services.rpc.tls import CertificateFiles, Pair, Source, server_credentials
from services.server import Door
from services.settings import Settings
from services.storage.database import Database

RENEWAL_SHARE: Final = 2 / 3  # of its life: callers that stay connected for weeks never see an old one


class Trust:
    """Our authorities as they stand while the server runs."""

    def __init__(self, database: Database) -> None:
        self._vault = database.vault
        self._clock = database.clock
        self._stored: Sequence[StoredAuthority] = ()
        self._known = open_authorities(database)

    def learn(self, stored: Sequence[StoredAuthority]) -> None:
        """Take what the database holds now: another process may have made one."""
        if stored and stored != self._stored:
            self._known, self._stored = read_authorities(stored, self._vault), stored

    def signing(self) -> Authority:
        return self._known.signing(self._clock.now())

    def pem(self) -> bytes:
        """Those whose certificates of gateways count."""
        return pem_of(self._known.trusted(self._clock.now()))


class OwnCertificate:
    """A certificate of our own authority under the server's names, made anew before either ends."""

    def __init__(self, trust: Trust, hosts: tuple[str, ...], clock: Clock) -> None:
        self._trust = trust
        self._hosts = hosts
        self._clock = clock
        self._make()

    def __call__(self) -> Pair:
        if self._clock.now() >= self._renews_at or self._trust.signing() != self._authority:
            self._make()
        return self._pair

    def _make(self) -> None:
        key, now = ec.generate_private_key(ec.SECP256R1()), self._clock.now()
        self._authority = self._trust.signing()
        made = certify_server(self._authority, key.public_key(), self._hosts, now)
        self._pair = Pair(private_pem(key), made.pem.encode() + self._authority.pem)
        self._renews_at = now + RENEWAL_SHARE * SERVER_LIFE


def doors(settings: Settings, clock: Clock, trust: Trust | None) -> tuple[Door, ...]:
    """One in plaintext, or with trust two over TLS: for callers with keys, and for gateways.

    Raises SettingsError.
    """
    address = f"{settings.host}:{settings.port}"
    if trust is None:
        return (Door(address),)
    source = source_of(settings, trust, clock)
    return (
        Door(address, server_credentials(source)),
        Door(f"{settings.host}:{settings.gateway_port}", server_credentials(source, trust.pem)),
    )


def trust_of(settings: Settings, database: Database) -> Trust | None:
    """None for a server in plaintext, which takes no certificates."""
    return None if settings.is_plaintext else Trust(database)


def source_of(settings: Settings, trust: Trust, clock: Clock) -> Source:
    if settings.tls_certificate and settings.tls_key:
        return CertificateFiles(settings.tls_certificate, settings.tls_key)
    return OwnCertificate(trust, settings.tls_hosts, clock)
