"""How this gateway becomes one of the programme's, and stays so: the first certificate and each next one."""

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import grpc
import grpc.aio
import structlog
from regulars.gateways.v1 import gateways_service_pb2 as pb
from regulars.gateways.v1.gateways_service_pb2_grpc import GatewaysServiceStub

from beacon_gateway.access import credentials as files
from beacon_gateway.access.channel import Link, open_channel, secure_channel
from beacon_gateway.access.credentials import Credentials, CredentialsError, NewKey, new_key

CALL_SECONDS_MAX: Final = 20.0  # a server behind a slow line, and a small device's first handshake
LOOK_SECONDS: Final = 3600.0  # between two looks at the certificate: days are left when it is due
RETRY_SECONDS: Final = 600.0  # after a renewal that failed

Ask = Callable[[Link, Credentials], Awaitable[Credentials]]

log = structlog.get_logger()


class EnrolmentError(Exception):
    """No certificate was given; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Token:
    """A one-time token, and the authorities (PEM) that the server is known by; empty for the system's."""

    text: str
    authority: str


def read_token(text: str, ca: Path | None) -> Token:
    """Takes apart what `regulars gateways add` has shown; `ca` wins over the authority that came with it.

    Raises EnrolmentError, OSError.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    secret, *authorities = text.strip().split(".")
    try:
        ders = [base64.b64decode(one, altchars=b"-_", validate=True) for one in authorities]
        found = [x509.load_der_x509_certificate(der).public_bytes(Encoding.PEM).decode() for der in ders]
    except ValueError as error:
        raise EnrolmentError("the token is not whole: copy the line that `gateways add` has shown") from error
    return Token(secret, ca.read_text() if ca else "".join(found))


async def enrol(server: str, token: Token, key: NewKey) -> Credentials:
    """Turns a token into credentials. A repeat with the same key gets what a lost answer held.

    Raises EnrolmentError.
    """
    request = pb.EnrolGatewayRequest(token=token.text, certificate_request=key.request)
    async with secure_channel(server, token.authority.encode() or None) as channel:
        try:
            answer = await GatewaysServiceStub(channel).EnrolGateway(request, timeout=CALL_SECONDS_MAX)
        except grpc.aio.AioRpcError as error:
            raise EnrolmentError(explain(error, server)) from error
    return Credentials(
        answer.gateway,
        answer.store,
        answer.port,
        learned(token.authority, answer.authorities),
        key.private_key,
        answer.certificate,
        *files.validity_of(answer.certificate),
    )


async def renew(link: Link, current: Credentials) -> Credentials:
    """The next certificate, for a new key. Raises EnrolmentError, CredentialsError, OSError."""
    key = new_key()
    request = pb.RenewGatewayRequest(certificate_request=key.request)
    async with open_channel(link) as channel:
        try:
            answer = await GatewaysServiceStub(channel).RenewGateway(request, timeout=CALL_SECONDS_MAX)
        except grpc.aio.AioRpcError as error:
            raise EnrolmentError(explain(error, link.address)) from error
    starts, ends = files.validity_of(answer.certificate)
    return replace(
        current,
        authority=learned(current.authority, answer.authorities),
        private_key=key.private_key,
        certificate=answer.certificate,
        starts_at_seconds=starts,
        ends_at_seconds=ends,
    )


def learned(authority: str, told: str) -> str:
    """By which authorities (PEM) the server is known from now on; empty: by the system's, which stays so."""
    return told if authority and told else authority


class Renewal:
    """Keeps the certificate young, for as long as it runs. now: Unix time in seconds; ask: as `renew`."""

    def __init__(
        self, link: Link, path: Path, now: Callable[[], float] = time.time, ask: Ask = renew
    ) -> None:
        self._link = link
        self._path = path
        self._now = now
        self._ask = ask

    async def run(self) -> None:
        while True:
            wait_seconds = await self.look()
            await asyncio.sleep(wait_seconds)

    async def look(self) -> float:
        """Renews the certificate when it is due; answers how many seconds to wait until the next look."""
        try:
            current = files.load(self._path)
            if self._now() >= current.ends_at_seconds:
                log.error("certificate.expired", fix="make a token on the server: regulars gateways add")
            elif self._now() >= current.renews_at_seconds:
                files.save(self._path, await self._ask(self._link, current))
                log.info("certificate.renewed")
        except (EnrolmentError, CredentialsError, OSError) as error:
            log.warning("certificate.not_renewed", reason=str(error))
            return RETRY_SECONDS
        return LOOK_SECONDS


def explain(error: grpc.aio.AioRpcError, server: str) -> str:
    """What the operator can do about a call that failed."""
    match error.code():
        case grpc.StatusCode.UNAUTHENTICATED | grpc.StatusCode.FAILED_PRECONDITION:
            return error.details() or error.code().name
        case grpc.StatusCode.DEADLINE_EXCEEDED:
            return f"{server} has not answered in time: the line is slow or broke; try again"
        case grpc.StatusCode.UNAVAILABLE:
            return (
                f"{server} cannot be reached over TLS: look at the address, at the network, at this machine's"
                " clock, and whether the server's certificate names this address and comes from --ca"
            )
        case grpc.StatusCode.UNIMPLEMENTED:
            return f"{server} is no Regulars server, or an older one"
    return f"{error.code().name}: {error.details()}"
