"""A backend's commands on points, in one word each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regulars.loyalty.v1 import loyalty_service_pb2 as pb

from tests.integration.shop import Caller, fresh_id, stamp


def spend_request(points: int, customer_id: str = "anna", request_id: str = "", **fields: Any) -> Any:
    return pb.SpendPointsRequest(
        request_id=request_id or fresh_id("r"), customer_id=customer_id, points=points, **fields
    )


async def spend(caller: Caller, points: int, customer_id: str = "anna", **fields: Any) -> Any:
    return await caller.call(caller.loyalty.SpendPoints, spend_request(points, customer_id, **fields))


async def hold(caller: Caller, points: int, customer_id: str = "anna", **fields: Any) -> Any:
    request = pb.HoldPointsRequest(request_id=fresh_id("r"), customer_id=customer_id, points=points, **fields)
    return (await caller.call(caller.loyalty.HoldPoints, request)).hold


async def capture(caller: Caller, hold_id: str, points: int | None = None, customer_id: str = "anna") -> Any:
    request = pb.CaptureHoldRequest(
        request_id=fresh_id("r"), customer_id=customer_id, hold_id=hold_id, points=points
    )
    return await caller.call(caller.loyalty.CaptureHold, request)


async def release(caller: Caller, hold_id: str, customer_id: str = "anna") -> Any:
    request = pb.ReleaseHoldRequest(request_id=fresh_id("r"), customer_id=customer_id, hold_id=hold_id)
    return await caller.call(caller.loyalty.ReleaseHold, request)


async def get_hold(caller: Caller, hold_id: str, customer_id: str = "anna") -> Any:
    request = pb.GetHoldRequest(customer_id=customer_id, hold_id=hold_id)
    return (await caller.call(caller.loyalty.GetHold, request)).hold


async def adjust(
    caller: Caller, points: int, customer_id: str = "anna", expires_at: datetime | None = None
) -> Any:
    request = pb.AdjustPointsRequest(
        request_id=fresh_id("r"),
        customer_id=customer_id,
        points=points,
        actor="mia",
        reason="goodwill",
        expires_at=None if expires_at is None else stamp(expires_at),
    )
    return await caller.call(caller.loyalty.AdjustPoints, request)


async def give(caller: Caller, *points: int, customer_id: str = "anna") -> None:
    """Enrol a member who has a lot of each of these sizes."""
    await caller.enrol(customer_id)
    for size in points:
        await adjust(caller, size, customer_id)


async def transfer(caller: Caller, points: int, customer_id: str = "anna", to: str = "ben") -> Any:
    request = pb.TransferPointsRequest(
        request_id=fresh_id("r"),
        customer_id=customer_id,
        to_customer_id=to,
        points=points,
        actor="mia",
        reason="one household",
    )
    return await caller.call(caller.loyalty.TransferPoints, request)


async def balance(caller: Caller, customer_id: str = "anna") -> tuple[int, int, int, int]:
    """Pending, active, blocked and debt."""
    found = await caller.balance(customer_id)
    return found.pending_points, found.active_points, found.blocked_points, found.debt_points
