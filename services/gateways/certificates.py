"""X.509: our own authority and what it signs. Every key is P-256, which small devices are quick with."""

from __future__ import annotations

import hashlib
import ipaddress
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from services.gateways.rules import CertificateRequestInvalidError

AUTHORITY_LIFE: Final = timedelta(days=3650)  # every gateway would have to be enrolled anew
GATEWAY_LIFE: Final = timedelta(days=30)  # a stolen one that nobody misses ends by itself
SERVER_LIFE: Final = timedelta(days=90)
SKEW: Final = timedelta(hours=1)  # a certificate is valid at once where clocks differ


@dataclass(frozen=True, slots=True)
class Authority:
    """Our own certificate authority. takes_over_at: from then on it is the one that certifies."""

    certificate: x509.Certificate
    private_key: ec.EllipticCurvePrivateKey = field(compare=False)
    takes_over_at: datetime

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)


@dataclass(frozen=True, slots=True)
class Authorities:
    """Our authorities, in the order in which they take over; at least one."""

    known: tuple[Authority, ...]

    def signing(self, now: datetime) -> Authority:
        """The one that certifies now."""
        return [self.known[0], *(one for one in self.known if one.takes_over_at <= now)][-1]

    def trusted(self, now: datetime) -> tuple[Authority, ...]:
        """Those whose certificates of gateways may still count, and those that are to take over."""
        ends = [following.takes_over_at + GATEWAY_LIFE for following in self.known[1:]]
        return tuple(one for one, end in zip_longest(self.known, ends) if end is None or now < end)

    def presented(self, now: datetime) -> tuple[Authority, ...]:
        """Those that a server is to be known by, now and later."""
        signing = self.signing(now)
        return (signing, *(one for one in self.known if one.takes_over_at > now and one is not signing))


def pem_of(authorities: Iterable[Authority]) -> bytes:
    return b"".join(one.pem for one in authorities)


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was made. serial: hexadecimal."""

    pem: str
    serial: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom a certificate is for: a gateway by its SPIFFE URI, and the store in which it may stand."""

    uri: str
    store: str


def make_authority(programme: str, now: datetime, takes_over_at: datetime | None = None) -> Authority:
    """A new authority, which takes over at once unless said otherwise."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = common_name(f"{programme[:30]} gateway authority {now:%Y-%m-%d}")
    builder = (
        _builder(name, key.public_key(), now, AUTHORITY_LIFE)
        .subject_name(name)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(builder.sign(key, hashes.SHA256()), key, takes_over_at or now)


def certify_gateway(
    authority: Authority, public_key: ec.EllipticCurvePublicKey, whose: Bearer, now: datetime
) -> Issued:
    """A client certificate that names a gateway by its SPIFFE URI, and its store."""
    names = [x509.UniformResourceIdentifier(whose.uri)]
    builder = _leaf(authority, public_key, names, now, GATEWAY_LIFE).subject_name(store_name(whose.store))
    return _signed(authority, builder, ExtendedKeyUsageOID.CLIENT_AUTH)


def certify_server(
    authority: Authority, public_key: ec.EllipticCurvePublicKey, hosts: Sequence[str], now: datetime
) -> Issued:
    """A certificate for the server under these names and addresses."""
    names = [_host(one) for one in hosts]
    builder = _leaf(authority, public_key, names, now, SERVER_LIFE).subject_name(x509.Name([]))
    return _signed(authority, builder, ExtendedKeyUsageOID.SERVER_AUTH)


def requested_key(pem: str) -> ec.EllipticCurvePublicKey:
    """The key that a certificate is asked for, once the request proves that its sender owns it.

    Raises CertificateRequestInvalidError.
    """
    try:
        request = x509.load_pem_x509_csr(pem.encode())
        key = request.public_key()
        proven = request.is_signature_valid
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion) as error:
        raise CertificateRequestInvalidError(field="certificate_request") from error
    if not (proven and isinstance(key, ec.EllipticCurvePublicKey) and isinstance(key.curve, ec.SECP256R1)):
        raise CertificateRequestInvalidError(field="certificate_request")
    return key


def private_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def read_authority(certificate: str, private_key: str, takes_over_at: datetime) -> Authority:
    key = serialization.load_pem_private_key(private_key.encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return Authority(x509.load_pem_x509_certificate(certificate.encode()), key, takes_over_at)


def key_digest(key: ec.EllipticCurvePublicKey) -> bytes:
    """Tells one public key from another."""
    encoded = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(encoded).digest()


def issued(certificate: x509.Certificate) -> Issued:
    pem = certificate.public_bytes(serialization.Encoding.PEM).decode()
    return Issued(pem, f"{certificate.serial_number:x}", certificate.not_valid_after_utc)


def common_name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def store_name(store: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, store)])


def _leaf(
    authority: Authority,
    public_key: ec.EllipticCurvePublicKey,
    names: Sequence[x509.GeneralName],
    now: datetime,
    life: timedelta,
) -> x509.CertificateBuilder:
    above_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority.private_key.public_key())
    return (
        _builder(authority.certificate.subject, public_key, now, life)
        .add_extension(x509.SubjectAlternativeName(names), critical=True)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(above_key, critical=False)
    )


def _signed(authority: Authority, builder: x509.CertificateBuilder, purpose: x509.ObjectIdentifier) -> Issued:
    ready = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    return issued(ready.sign(authority.private_key, hashes.SHA256()))


def _builder(
    issuer: x509.Name, public_key: ec.EllipticCurvePublicKey, now: datetime, life: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - SKEW)
        .not_valid_after(now + life)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _host(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)
