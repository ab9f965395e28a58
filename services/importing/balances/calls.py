"""The single calls of an import of balances: what the ledger holds of it, and its members' enrolment."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any, Final

import grpc
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty
from regulars.loyalty.v1 import loyalty_service_pb2_grpc
from regulars.membership.v1 import membership_service_pb2 as membership
from regulars.membership.v1 import membership_service_pb2_grpc

from services.importing.balances.report import Sum, total
from services.importing.errors import ServerGoneError
from services.importing.sending import Server, Trouble, metadata_of, open_channel, raise_if_final

ENROLMENTS_AT_ONCE: Final = 64  # they share one commit
# What one customer's enrolment may be refused with; sending that customer's rows again says why.
OF_ONE_CUSTOMER: Final = frozenset(
    {grpc.StatusCode.FAILED_PRECONDITION, grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND}
)


def balances_stream(channel: grpc.aio.Channel) -> Any:
    return loyalty_service_pb2_grpc.LoyaltyServiceStub(channel).ImportBalances


async def sum_import(server: Server, import_id: str, patience_seconds: float) -> Sum:
    """What the server's ledger holds of an import. Raises ServerError."""
    async with _calling(server, patience_seconds) as (channel, options):
        stub: Any = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        request = loyalty.GetImportRequest(import_id=import_id)
        found = await stub.GetImport(request, wait_for_ready=True, **options)
        return Sum(found.rows, Decimal(found.points))


async def enrol(server: Server, customer_ids: Iterable[str], import_id: str, patience_seconds: float) -> Sum:
    """Make members of the customers; returns how many became one, and the points that rules gave them for it.

    Raises ServerError.
    """
    async with _calling(server, patience_seconds) as (channel, options):
        members: Any = membership_service_pb2_grpc.MembershipServiceStub(channel)
        points: Any = loyalty_service_pb2_grpc.LoyaltyServiceStub(channel)
        turns = asyncio.Semaphore(ENROLMENTS_AT_ONCE)

        async def enrol_one(customer_id: str) -> Sum:
            request = membership.EnrolMemberRequest(
                request_id=_request_id(import_id, customer_id), customer_id=customer_id
            )
            async with turns:
                try:
                    await members.EnrolMember(request, **options)
                except grpc.aio.AioRpcError as error:
                    if error.code() not in OF_ONE_CUSTOMER:
                        raise
                    return Sum()
                found = await points.GetBalance(loyalty.GetBalanceRequest(customer_id=customer_id), **options)
                return Sum(1, Decimal(found.balance.pending_points + found.balance.active_points))

        return total(await asyncio.gather(*(enrol_one(customer_id) for customer_id in customer_ids)))


@asynccontextmanager
async def _calling(
    server: Server, patience_seconds: float
) -> AsyncIterator[tuple[grpc.aio.Channel, dict[str, Any]]]:
    """A channel and the options of every call; what goes wrong is told as an import tells it."""
    async with open_channel(server) as channel:
        try:
            yield channel, {"metadata": metadata_of(server.key), "timeout": patience_seconds}
        except grpc.aio.AioRpcError as error:
            trouble = Trouble(error.code(), error.details() or "")
            raise_if_final(trouble)
            raise ServerGoneError(f"{server.address} does not answer ({trouble}).") from None


def _request_id(import_id: str, customer_id: str) -> str:
    """The same in every run, so that a repeated enrolment is answered as the first."""
    return hashlib.blake2b(f"enrol/{import_id}/{customer_id}".encode(), digest_size=16).hexdigest()
