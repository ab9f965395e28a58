"""`GatewaysService`: message -> value -> message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from grpc.aio import ServicerContext
from regulars.gateways.v1 import gateways_service_pb2 as pb
from regulars.gateways.v1 import gateways_service_pb2_grpc as pb_grpc

from services.gateways.certificates import requested_key
from services.gateways.rules import CertificateMissingError, read_token
from services.gateways.use_cases.devices import (
    Certified,
    Enrolment,
    Renewal,
    enrol_gateways,
    renew_gateways,
)
from services.rpc.certificates import certificate_of, require_tls
from services.rpc.wire import stamp
from services.storage.database import Database

log = structlog.get_logger()

Context = ServicerContext[Any, Any]


class GatewaysServicer(pb_grpc.GatewaysServiceServicer):
    """Certifies gateways.

    port: tells where this server takes certificates. is_known_by_ours: whether it shows certificates of our
    own authority, which gateways then have to know.
    """

    def __init__(self, database: Database, port: Callable[[], int], *, is_known_by_ours: bool) -> None:
        self._database = database
        self._port = port
        self._is_known_by_ours = is_known_by_ours

    async def EnrolGateway(
        self, request: pb.EnrolGatewayRequest, context: Context
    ) -> pb.EnrolGatewayResponse:
        require_tls(context)
        asked = Enrolment(read_token(request.token), requested_key(request.certificate_request))
        made = await self._database.write(enrol_gateways, asked)
        log.info("gateway_enrolled", gateway=made.gateway, store=made.store)
        return pb.EnrolGatewayResponse(
            certificate=made.certificate,
            expires_at=stamp(made.expires_at),
            gateway=made.gateway,
            store=made.store,
            port=self._port(),
            authorities=self._roots(made),
        )

    async def RenewGateway(
        self, request: pb.RenewGatewayRequest, context: Context
    ) -> pb.RenewGatewayResponse:
        shown = certificate_of(context)
        if shown is None:
            raise CertificateMissingError
        asked = Renewal(shown.serial, requested_key(request.certificate_request))
        made = await self._database.write(renew_gateways, asked)
        log.info("gateway_renewed", gateway=made.gateway)
        return pb.RenewGatewayResponse(
            certificate=made.certificate,
            expires_at=stamp(made.expires_at),
            authorities=self._roots(made),
        )

    def _roots(self, made: Certified) -> str:
        return made.authorities if self._is_known_by_ours else ""
