"""What is told of one member's points."""

from __future__ import annotations

from typing import Final

from regulars.loyalty.v1 import loyalty_service_pb2 as pb
from regulars.loyalty.v1 import points_pb2

from services.errors import MemberNotFoundError
from services.loyalty.queries.balances import find_accounts
from services.loyalty.queries.statements import list_lots, list_movements, list_open_lots
from services.loyalty.servicer.base import Context, Part
from services.loyalty.servicer.messages import balance_message, lot_message, movement_message
from services.points.book import find_entries
from services.points.lots import Kind
from services.rpc.wire import (
    moment_position,
    page_position,
    page_size,
    page_token,
    position_of,
    short_name,
    stamp,
)

KIND: Final = "MOVEMENT_KIND_"


class Statements(Part):
    async def GetBalance(self, request: pb.GetBalanceRequest, context: Context) -> pb.GetBalanceResponse:
        del context
        account = await self._database.read(find_accounts, self._database.survivor(request.customer_id))
        if account is None:
            raise MemberNotFoundError(field="customer_id")
        now = self._now()
        account.bring_to(now)
        answer = pb.GetBalanceResponse(balance=balance_message(account.customer_id, account.balance(now)))
        if soonest := account.next_expiry():
            answer.next_expiry.CopyFrom(pb.NextExpiry(expires_at=stamp(soonest[0]), points=soonest[1]))
        return answer

    async def ListMovements(
        self, request: pb.ListMovementsRequest, context: Context
    ) -> pb.ListMovementsResponse:
        del context
        customer_id, size = self._database.survivor(request.customer_id), page_size(request.page_size)
        position = page_position(request.page_token, (int,))
        before = None if position is None else position[0]
        kinds = [Kind(short_name(points_pb2.MovementKind, kind, KIND)) for kind in request.kinds]
        found = await self._database.fetch(list_movements, customer_id, kinds, before, size + 1)
        if not found:
            await self._check_member(customer_id)
        page = found[:size]
        last = (page[-1].movement_id,) if len(found) > size else None
        return pb.ListMovementsResponse(
            movements=[movement_message(one) for one in page], next_page_token=page_token(last)
        )

    async def ListLots(self, request: pb.ListLotsRequest, context: Context) -> pb.ListLotsResponse:
        del context
        customer_id, size = self._database.survivor(request.customer_id), page_size(request.page_size)
        before = moment_position(request.page_token)
        query = list_open_lots if request.open_only else list_lots
        found = await self._database.fetch(query, customer_id, self._now(), before, size + 1)
        if found is None:
            raise MemberNotFoundError(field="customer_id")
        page = found[:size]
        last = position_of(page[-1].earned_at, page[-1].lot_id) if len(found) > size else None
        return pb.ListLotsResponse(lots=[lot_message(one) for one in page], next_page_token=page_token(last))

    async def _check_member(self, customer_id: str) -> None:
        if await self._database.read(find_entries, customer_id) is None:
            raise MemberNotFoundError(field="customer_id")
