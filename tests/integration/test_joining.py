"""Whoever joins at the checkout earns by that very order."""

from __future__ import annotations

from services.composition import House
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


async def test_an_order_of_the_second_before_the_enrolment_earns_nothing(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    del house
    clicked_at = clock.now()
    clock.advance(seconds=1)
    await backend.enrol("anna")
    await backend.record_order(order("o", "anna", clicked_at, price=1000))
    assert (await backend.balance("anna")).pending_points == 0
