"""Client certificates: what a gateway shows instead of an API key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from cryptography import x509
from cryptography.x509.oid import NameOID
from grpc.aio import ServicerContext

from services.errors import DeniedError, UnauthenticatedError, WrongStateError

SHOWN: Final = "x509_pem_cert"  # gRPC's name of the certificate that the caller proved to own
SECURITY: Final = "transport_security_type"
PATH: Final = "/gateway/"

Context = ServicerContext[Any, Any]


class CertificateInvalidError(UnauthenticatedError):
    """This certificate names no gateway."""

    reason = "CERTIFICATE_INVALID"


class CertificateRevokedError(UnauthenticatedError):
    """This gateway's certificate was revoked; enrol the gateway with a new token."""

    reason = "CERTIFICATE_REVOKED"


class CertificateExpiredError(UnauthenticatedError):
    """This gateway's certificate has expired; enrol the gateway with a new token."""

    reason = "CERTIFICATE_EXPIRED"


class OtherGatewayError(DeniedError):
    """This certificate belongs to another gateway; say Hello with the name that was enrolled."""

    reason = "OTHER_GATEWAY"


class OtherStoreError(DeniedError):
    """This certificate was given for another store; a gateway that was moved is to be enrolled anew there."""

    reason = "OTHER_STORE"


class TlsMissingError(WrongStateError):
    """Certificates are given over TLS only; let the server speak it (REGULARS_TLS_NAMES)."""

    reason = "TLS_MISSING"


@dataclass(frozen=True, slots=True)
class GatewayCertificate:
    """A gateway as its certificate names it; a caller like an API key. serial: hexadecimal.

    store: where it may stand; empty in certificates that were made before they named one.
    """

    gateway: str
    store: str
    serial: str
    expires_at: datetime

    @property
    def key_id(self) -> str:
        return f"gateway/{self.gateway}"

    @property
    def scopes(self) -> frozenset[str]:
        return frozenset({"gateway"})


class Revocations:
    """The revoked certificates; replaced as a whole when one more is."""

    def __init__(self, serials: Iterable[str] = ()) -> None:
        self.replace(serials)

    def replace(self, serials: Iterable[str]) -> None:
        self._serials = frozenset(serials)

    def check(self, certificate: GatewayCertificate, now: datetime) -> None:
        """Raises UnauthenticatedError for a certificate that counts no more."""
        if certificate.serial in self._serials:
            raise CertificateRevokedError
        if certificate.expires_at <= now:
            raise CertificateExpiredError


def certificate_of(context: Context) -> GatewayCertificate | None:
    """The certificate that the caller of a call has shown. Raises CertificateInvalidError."""
    shown = list(context.auth_context().get(SHOWN, ()))
    return read_certificate(shown[0]) if shown else None


def read_certificate(pem: bytes) -> GatewayCertificate:
    """Raises CertificateInvalidError. Its signature is not looked at: TLS has done that."""
    certificate = x509.load_pem_x509_certificate(pem)
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        (uri,) = names.get_values_for_type(x509.UniformResourceIdentifier)
    except (x509.ExtensionNotFound, ValueError) as error:
        raise CertificateInvalidError from error
    domain, found, gateway = uri.removeprefix("spiffe://").partition(PATH)
    if not (uri.startswith("spiffe://") and domain and found and gateway):
        raise CertificateInvalidError
    serial, ends_at = f"{certificate.serial_number:x}", certificate.not_valid_after_utc
    return GatewayCertificate(gateway, store_of(certificate.subject), serial, ends_at)


def store_of(subject: x509.Name) -> str:
    return "".join(str(one.value) for one in subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME))


def refuse_other_place(context: Context, gateway: str, store: str) -> None:
    """A caller with a certificate speaks for its own gateway, in the store for which it was enrolled.

    Raises OtherGatewayError, OtherStoreError.
    """
    shown = certificate_of(context)
    if shown is None:
        return
    if shown.gateway != gateway:
        raise OtherGatewayError(field="hello.gateway", enrolled=shown.gateway)
    if shown.store not in ("", store):
        raise OtherStoreError(field="hello.store", enrolled=shown.store)


def require_tls(context: Context) -> None:
    """Raises TlsMissingError for a call in plaintext."""
    if b"ssl" not in context.auth_context().get(SECURITY, ()):
        raise TlsMissingError
