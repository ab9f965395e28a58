"""Whoever joins at the checkout earns by that very order."""

from __future__ import annotations

from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty

from services.composition import House
from tests.integration.rules import in_force
from tests.integration.shop import Caller, ManualClock, order


async def test_an_order_in_the_second_of_the_enrolment_earns(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    del house
    clicked_at = clock.now()
    clock.advance(milliseconds=676)  # the shop tells whole seconds, the server microseconds
    await backend.enrol("anna")
    await backend.record_order(order("o", "anna", clicked_at, price=1000))
    assert (await backend.balance("anna")).pending_points == 10


async def test_points_for_enrolling_count_from_the_moment_of_the_enrolment(
    backend: Caller, team: Caller, clock: ManualClock
) -> None:
    await in_force(team, 'id = "hello"\nname = "Hello"\ntrigger = "ENROLMENT"\npoints = 30')
    clock.advance(milliseconds=676)
    member = await backend.enrol("anna")
    request = loyalty.ListLotsRequest(customer_id="anna")
    (lot,) = (await backend.call(backend.loyalty.ListLots, request)).lots
    assert (lot.earned_at, lot.points) == (member.enrolled_at, 30)


async def test_an_order_of_the_second_before_the_enrolment_earns_nothing(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    del house
    clicked_at = clock.now()
    clock.advance(seconds=1)
    await backend.enrol("anna")
    await backend.record_order(order("o", "anna", clicked_at, price=1000))
    assert (await backend.balance("anna")).pending_points == 0
