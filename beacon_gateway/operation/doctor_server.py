"""The doctor's look at the server: whether it answers, and whether it lets this gateway in."""

from typing import Final

import grpc
import grpc.aio
from regulars.gateways.v1 import gateways_service_pb2 as pb
from regulars.gateways.v1.gateways_service_pb2_grpc import GatewaysServiceStub

from beacon_gateway.access.channel import Link, metadata_of, open_channel
from beacon_gateway.access.credentials import CredentialsError
from beacon_gateway.access.enrolment import explain
from beacon_gateway.operation.finding import FAULT, OK, Finding

ANSWER_SECONDS_MAX: Final = 10.0
LET_IN: Final = (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.FAILED_PRECONDITION)


async def examine_server(link: Link) -> Finding:
    """Asks for an empty certificate, which no server gives: who is let in is told so, and nothing changes."""
    try:
        async with open_channel(link) as channel:
            stub = GatewaysServiceStub(channel)
            await stub.RenewGateway(
                pb.RenewGatewayRequest(), timeout=ANSWER_SECONDS_MAX, metadata=metadata_of(link)
            )
    except grpc.aio.AioRpcError as error:
        if error.code() in LET_IN:
            return Finding("server", OK, f"{link.address} lets this gateway in")
        return Finding(
            "server", FAULT, f"{link.address} says {error.code().name}", explain(error, link.address)
        )
    except (CredentialsError, OSError) as error:
        return Finding("server", FAULT, str(error))
    return Finding("server", FAULT, f"{link.address} is no Regulars server", "look at the address")
