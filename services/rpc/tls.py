"""The server's side of TLS: certificates that may change while it serves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import grpc
import structlog
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_pem_x509_certificates

from services.settings import SettingsError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Pair:
    """A private key and its certificate, with those that lead to its authority behind it; PEM."""

    private_key: bytes
    chain: bytes


Source = Callable[[], Pair]


class CertificateFiles:
    """A key and a certificate in two files, read again when they change: a renewal needs no restart."""

    def __init__(self, certificate: Path, private_key: Path) -> None:
        self._files = (private_key, certificate)
        self._seen = self._stamps()
        self._pair = self._read()

    def __call__(self) -> Pair:
        """The newest pair that fits together. Between two files' change the last one stays."""
        try:
            stamps = self._stamps()
            if stamps != self._seen:
                self._pair, self._seen = self._read(), stamps
        except SettingsError as error:
            log.warning("tls_files_unusable", reason=str(error))
        return self._pair

    def _stamps(self) -> tuple[int, ...]:
        try:
            return tuple(file.stat().st_mtime_ns for file in self._files)
        except OSError as error:
            raise SettingsError(f"tls_certificate, tls_key: {error.filename} cannot be read") from error

    def _read(self) -> Pair:
        try:
            pair = Pair(*(file.read_bytes() for file in self._files))
            key = load_pem_private_key(pair.private_key, password=None)
            leaf = load_pem_x509_certificates(pair.chain)[0]
        except (OSError, ValueError, TypeError) as error:
            raise SettingsError(f"tls_certificate, tls_key: no PEM that can be read: {error}") from error
        if key.public_key() != leaf.public_key():
            raise SettingsError("tls_key: is not the key of tls_certificate")
        return pair


def server_credentials(
    source: Source, client_authorities: Callable[[], bytes] | None = None
) -> grpc.ServerCredentials:
    """Credentials that follow their source.

    client_authorities: PEM, as it is now; with it, callers must show a certificate of one of these. gRPC in
    Python either requires a certificate or never asks for one: hence one port for callers with keys and one
    for callers with certificates.
    """

    def configuration() -> grpc.ServerCertificateConfiguration:
        pair = source()
        roots = client_authorities() if client_authorities else None
        return grpc.ssl_server_certificate_configuration([(pair.private_key, pair.chain)], roots)

    credentials: grpc.ServerCredentials = grpc.dynamic_ssl_server_credentials(
        configuration(), configuration, require_client_authentication=client_authorities is not None
    )
    return credentials
