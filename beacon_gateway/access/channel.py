"""How a channel to the server is opened: in plaintext, with an API key, or with the gateway's certificate."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import grpc
import grpc.aio

from beacon_gateway.access import credentials as credential_files

CHANNEL_OPTIONS: Final = (
    ("grpc.keepalive_time_ms", 8_000),  # with the time to answer, a dead link is noticed in 13 s
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.ping_timeout_ms", 5_000),  # without it a half-open link is noticed after 70 s
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.use_local_subchannel_pool", 1),  # else a new channel inherits the old one's back-off
)


@dataclass(frozen=True, slots=True)
class Link:
    """Where the server is and how to be let in.

    key: API key, for a gateway without certificate. ca: PEM file of the server's authority, None for the
    system's. credentials: file of `credentials.Credentials`, which win over both, and name the port.
    """

    address: str
    key: str
    plaintext: bool
    ca: Path | None = None
    credentials: Path | None = None


def open_channel(link: Link) -> grpc.aio.Channel:
    """A channel with the credentials that are on the disk now. Raises CredentialsError, OSError."""
    if link.plaintext:
        return grpc.aio.insecure_channel(link.address, options=CHANNEL_OPTIONS)
    if link.credentials is None:
        return secure_channel(link.address, link.ca.read_bytes() if link.ca else None)
    mine = credential_files.load(link.credentials)
    roots = mine.authority.encode() or (link.ca.read_bytes() if link.ca else None)
    host = link.address.rpartition(":")[0]
    return secure_channel(f"{host}:{mine.port}", roots, mine.private_key.encode(), mine.certificate.encode())


def secure_channel(
    address: str, roots: bytes | None, private_key: bytes | None = None, certificate: bytes | None = None
) -> grpc.aio.Channel:
    """A channel over TLS; `roots` None means the system's certificate authorities. All PEM."""
    secrets = grpc.ssl_channel_credentials(roots, private_key, certificate)
    return grpc.aio.secure_channel(address, secrets, options=CHANNEL_OPTIONS)


def metadata_of(link: Link) -> tuple[tuple[str, str], ...]:
    """What a call says about its caller; a certificate says it before."""
    return (("authorization", f"Bearer {link.key}"),) if link.key else ()
