"""Points are corrected, and given by one member to another."""

from __future__ import annotations

from regulars.loyalty.v1 import loyalty_service_pb2 as pb

from services.errors import InvalidError
from services.loyalty.rules.adjusting import Adjustment, Transfer
from services.loyalty.servicer.base import Context, Part, new_id
from services.loyalty.servicer.messages import balance_message
from services.loyalty.use_cases.adjusting import adjust_points, transfer_points
from services.rpc.wire import moment, request_key


class Adjusting(Part):
    async def AdjustPoints(
        self, request: pb.AdjustPointsRequest, context: Context
    ) -> pb.AdjustPointsResponse:
        del context
        adjusted = await self._database.write(adjust_points, adjustment_of(request), request_key(request))
        return pb.AdjustPointsResponse(
            adjustment_id=adjusted.adjustment_id,
            balance=balance_message(adjusted.customer_id, adjusted.balance),
        )

    async def TransferPoints(
        self, request: pb.TransferPointsRequest, context: Context
    ) -> pb.TransferPointsResponse:
        del context
        transfer = Transfer(
            request.customer_id,
            request.to_customer_id,
            new_id(),
            request.points,
            request.actor,
            request.reason,
        )
        done = await self._database.write(transfer_points, transfer, request_key(request))
        return pb.TransferPointsResponse(
            transfer_id=done.transfer_id,
            balance=balance_message(done.customer_id, done.balance),
            to_balance=balance_message(request.to_customer_id, done.to_balance),
        )


def adjustment_of(request: pb.AdjustPointsRequest) -> Adjustment:
    """Raises InvalidError when points that are taken are to expire."""
    expires_at = moment(request.expires_at) if request.HasField("expires_at") else None
    if expires_at is not None and request.points < 0:
        raise InvalidError("expires_at: only points that are given expire; leave it out", field="expires_at")
    return Adjustment(
        request.customer_id, new_id(), request.points, request.actor, request.reason, expires_at
    )
