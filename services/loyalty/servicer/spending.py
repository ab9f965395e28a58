"""Points are spent, set aside, captured and released."""

from __future__ import annotations

from regulars.loyalty.v1 import loyalty_service_pb2 as pb

from services.loyalty.rules.spending import Capture, Release, SetAside, Spend
from services.loyalty.servicer.base import Context, Part, new_id
from services.loyalty.servicer.messages import balance_message, hold_message
from services.loyalty.use_cases.spending import capture_holds, hold_points, release_holds, spend_points
from services.points.book import find_holds
from services.points.holds import HoldNotFoundError, Wanted, seen_at
from services.rpc.wire import SOURCE_DEFAULT, request_key


class Spending(Part):
    async def SpendPoints(self, request: pb.SpendPointsRequest, context: Context) -> pb.SpendPointsResponse:
        del context
        spend = Spend(request.customer_id, wanted_of(request))
        booked = await self._database.write(spend_points, spend, request_key(request))
        balance = balance_message(booked.hold.customer_id, booked.balance)
        return pb.SpendPointsResponse(hold=hold_message(booked.hold), balance=balance)

    async def HoldPoints(self, request: pb.HoldPointsRequest, context: Context) -> pb.HoldPointsResponse:
        del context
        ttl = request.ttl.ToTimedelta() if request.HasField("ttl") else None
        aside = SetAside(request.customer_id, wanted_of(request), ttl)
        booked = await self._database.write(hold_points, aside, request_key(request))
        balance = balance_message(booked.hold.customer_id, booked.balance)
        return pb.HoldPointsResponse(hold=hold_message(booked.hold), balance=balance)

    async def CaptureHold(self, request: pb.CaptureHoldRequest, context: Context) -> pb.CaptureHoldResponse:
        del context
        points = request.points if request.HasField("points") else None
        capture = Capture(request.customer_id, request.hold_id, points)
        booked = await self._database.write(capture_holds, capture, request_key(request))
        balance = balance_message(booked.hold.customer_id, booked.balance)
        return pb.CaptureHoldResponse(hold=hold_message(booked.hold), balance=balance)

    async def ReleaseHold(self, request: pb.ReleaseHoldRequest, context: Context) -> pb.ReleaseHoldResponse:
        del context
        release = Release(request.customer_id, request.hold_id)
        booked = await self._database.write(release_holds, release, request_key(request))
        balance = balance_message(booked.hold.customer_id, booked.balance)
        return pb.ReleaseHoldResponse(hold=hold_message(booked.hold), balance=balance)

    async def GetHold(self, request: pb.GetHoldRequest, context: Context) -> pb.GetHoldResponse:
        del context
        customer_id = self._database.survivor(request.customer_id)
        hold = await self._database.read(find_holds, request.hold_id)
        if hold is None or hold.customer_id != customer_id:
            raise HoldNotFoundError(field="hold_id")
        return pb.GetHoldResponse(hold=hold_message(seen_at(hold, self._now())))


def wanted_of(request: pb.SpendPointsRequest | pb.HoldPointsRequest) -> Wanted:
    """What is asked for, under a new name."""
    source = (request.source or SOURCE_DEFAULT) if request.order_id else ""
    return Wanted(new_id(), request.points, source, request.order_id, request.purpose)
