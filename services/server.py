"""The gRPC server: one desk before every service, health, reflection, and a graceful stop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import grpc
from google.protobuf.descriptor import ServiceDescriptor
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_health.v1.health import aio as health
from grpc_reflection.v1alpha import reflection

from services.rpc.auth import scopes_of
from services.rpc.desk import FrontDesk
from services.settings import SettingsError

MESSAGE_BYTES_MAX: Final = 1 << 20  # larger things come as streams
METADATA_BYTES_MAX: Final = 16 << 10
STREAMS_PER_CONNECTION_MAX: Final = 100
STOP_GRACE_SECONDS: Final = 5.0  # the longest call that is worth waiting for has a deadline of its own

OPTIONS: Final = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES_MAX),
    ("grpc.max_metadata_size", METADATA_BYTES_MAX),
    ("grpc.max_concurrent_streams", STREAMS_PER_CONNECTION_MAX),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.http2.ping_timeout_ms", 10_000),  # without it a dead link is noticed after 70 s
    ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.so_reuseport", 0),  # a second server on the same port is a mistake, not a cluster
)


@dataclass(frozen=True, slots=True)
class Service:
    """One service: its descriptor, its servicer, and how it is added to a server."""

    descriptor: ServiceDescriptor
    servicer: Any
    add: Callable[[Any, Any], None]


@dataclass(frozen=True, slots=True)
class Door:
    """An address to listen at; without credentials in plaintext."""

    address: str
    credentials: grpc.ServerCredentials | None = None


class Registrar:
    """Stands for the server while services are added to it, and puts the desk before each method.

    Health and reflection are added without it: a load balancer and a curious developer need no key.
    """

    def __init__(self, server: grpc.aio.Server, desk: FrontDesk) -> None:
        self._server = server
        self._desk = desk

    def add_generic_rpc_handlers(self, handlers: Sequence[Any]) -> None:
        """Generated code gives each method twice; the other call carries its names."""

    def add_registered_method_handlers(self, service: str, handlers: Mapping[str, Any]) -> None:
        wrapped = {name: self._desk.wrap(f"/{service}/{name}", handler) for name, handler in handlers.items()}
        self._server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(service, wrapped),))


class RpcServer:
    """Serves the given services at all doors until it is stopped."""

    def __init__(self, services: Sequence[Service], desk: FrontDesk, doors: Sequence[Door]) -> None:
        self._server = grpc.aio.server(options=OPTIONS)
        for service in services:
            service.add(service.servicer, Registrar(self._server, desk))
        self._health = health.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        self._names = [service.descriptor.full_name for service in services]
        reflection.enable_server_reflection(
            (
                *self._names,
                health_pb2.DESCRIPTOR.services_by_name["Health"].full_name,
                reflection.SERVICE_NAME,
            ),
            self._server,
        )
        self.desk = desk
        self.ports = tuple(listen(self._server, door) for door in doors)

    @property
    def port(self) -> int:
        """The first door's: for callers with keys."""
        return self.ports[0]

    @property
    def gateway_port(self) -> int:
        """The last door's: for callers with certificates, where there is such a one."""
        return self.ports[-1]

    async def start(self) -> None:
        await self._server.start()
        for name in ("", *self._names):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        """Tell load balancers first, then let running calls end."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(STOP_GRACE_SECONDS)


def listen(server: grpc.aio.Server, door: Door) -> int:
    """The port that is listened on; raises SettingsError when it is taken or not ours."""
    try:
        if door.credentials is None:
            return server.add_insecure_port(door.address)
        return server.add_secure_port(door.address, door.credentials)
    except RuntimeError as error:
        message = f"{door.address} cannot be listened on; is another server running there?"
        raise SettingsError(message) from error


def all_scopes(services: Sequence[Service]) -> dict[str, frozenset[str]]:
    """The scopes of every method; raises ValueError for a method that states none."""
    return {
        method: scopes for service in services for method, scopes in scopes_of(service.descriptor).items()
    }
