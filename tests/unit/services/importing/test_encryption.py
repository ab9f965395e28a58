"""The key never crosses a network in the clear unless somebody says so."""

import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from regulars.activity.v1 import activity_service_pb2_grpc

from services.importing.errors import BadInputError, ServerGoneError
from services.importing.mapping import Wishes
from services.importing.orders import ImportOptions, import_orders
from services.importing.report import ImportReport
from services.importing.sending import Server, encrypted
from tests.unit.services.importing.peer import Behaviour, open_peer


def self_signed() -> tuple[bytes, bytes]:
    """A private key and the certificate of `localhost` that it signed itself, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    return private, certificate.public_bytes(serialization.Encoding.PEM)


@pytest.fixture
async def encrypted_peer(tmp_path: Path) -> AsyncIterator[tuple[str, Path]]:
    """A server with TLS: its address and the certificate to trust."""
    private, certificate = self_signed()
    (tmp_path / "ca.pem").write_bytes(certificate)
    peer, server = open_peer(Behaviour()), grpc.aio.server()
    activity_service_pb2_grpc.add_ActivityServiceServicer_to_server(peer, server)
    port = server.add_secure_port("localhost:0", grpc.ssl_server_credentials([(private, certificate)]))
    await server.start()
    yield f"localhost:{port}", tmp_path / "ca.pem"
    await server.stop(None)
    peer.close()


async def send(file: Path, server: Server) -> ImportReport:
    return await import_orders(ImportOptions(file, server, Wishes(currency="GBP"), patience_seconds=1))


async def test_a_trusted_certificate_opens_an_encrypted_stream(
    many_orders: Path, encrypted_peer: tuple[str, Path]
) -> None:
    address, certificate = encrypted_peer
    assert (await send(many_orders, Server(address, ca_certificate=certificate))).orders_imported == 2000


async def test_an_unknown_certificate_gets_nothing(
    many_orders: Path, encrypted_peer: tuple[str, Path]
) -> None:
    address, certificate = encrypted_peer
    certificate.write_bytes(self_signed()[1])
    with pytest.raises(ServerGoneError, match="0 of 2,000"):
        await send(many_orders, Server(address, ca_certificate=certificate))


async def test_a_certificate_that_is_not_there_is_told(many_orders: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="--ca-certificate"):
        await send(many_orders, Server("localhost:1", ca_certificate=tmp_path / "none.pem"))


@pytest.mark.parametrize(
    ("server", "expected"),
    [
        (Server("127.0.0.1:50051"), False),
        (Server("[::1]:50051"), False),
        (Server("localhost:50051"), False),
        (Server("regulars.example:443"), True),
        (Server("10.0.0.7:50051"), True),
        (Server("server:50051", plaintext=True), False),
        (Server("localhost:50051", ca_certificate=Path("ca.pem")), True),
    ],
)
def test_a_stream_that_leaves_the_computer_is_encrypted_unless_told_otherwise(
    server: Server, expected: bool
) -> None:
    assert encrypted(server) is expected
