"""`LoyaltyService`: message -> value -> message."""

from __future__ import annotations

from typing import Any

from grpc.aio import ServicerContext
from regulars.loyalty.v1 import loyalty_service_pb2 as pb
from regulars.loyalty.v1 import loyalty_service_pb2_grpc as pb_grpc

from services.errors import MemberNotFoundError
from services.loyalty.queries import balances as queries
from services.rpc.wire import stamp
from services.storage.database import Database

Context = ServicerContext[Any, Any]


class LoyaltyServicer(pb_grpc.LoyaltyServiceServicer):
    """Reads the ledger of points."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def GetBalance(self, request: pb.GetBalanceRequest, context: Context) -> pb.GetBalanceResponse:
        del context
        account = await self._database.read(queries.find_accounts, request.customer_id)
        if account is None:
            raise MemberNotFoundError(field="customer_id")
        account.bring_to(self._database.clock.now())
        found = account.balance(self._database.clock.now())
        return pb.GetBalanceResponse(
            balance=pb.Balance(
                customer_id=request.customer_id,
                pending_points=found.pending_points,
                active_points=found.active_points,
                blocked_points=found.blocked_points,
                debt_points=found.debt_points,
                as_of=stamp(found.as_of),
            )
        )
