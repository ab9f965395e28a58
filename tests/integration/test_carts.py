"""A cart remembers where it began and what bought it, whichever of the news comes first."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.reminders.v1 import reminders_service_pb2 as shown
from regulars.types.v1.channel_pb2 import CHANNEL_APP, CHANNEL_STORE, CHANNEL_WEB
from sqlalchemy import insert, select

from services.composition import House
from services.storage.tables import carts, reminders
from tests.integration.shop import NOON, Caller, ManualClock, cart, order

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MORNING = NOON - 8 * HOUR


def stored(house: House) -> dict[str, Any]:
    with house.database.engine.connect() as connection:
        return dict(connection.execute(select(carts)).mappings().one())


@pytest.mark.parametrize("app_first", [True, False])
async def test_a_cart_keeps_when_and_where_it_began(house: House, backend: Caller, app_first: bool) -> None:
    on_the_phone = cart(at=MORNING, channel=CHANNEL_APP, prices={"tea": 300})
    at_the_desk = cart(at=MORNING + HOUR, channel=CHANNEL_WEB)
    first, second = (on_the_phone, at_the_desk) if app_first else (at_the_desk, on_the_phone)
    await backend.update_cart(first)
    await backend.update_cart(second)
    found = stored(house)
    assert (found["started_at"], found["started_channel"]) == (MORNING, "APP")
    assert (found["changed_at"], found["channel"]) == (MORNING + HOUR, "WEB")


@pytest.mark.parametrize("cart_first", [True, False])
async def test_an_order_in_a_store_closes_a_cart_of_the_app(
    house: House, backend: Caller, cart_first: bool
) -> None:
    bought = order("o-1", sku="tea", at=MORNING + HOUR, channel=CHANNEL_STORE)
    left = cart(at=MORNING, channel=CHANNEL_APP)
    if cart_first:
        await backend.update_cart(left)
        await backend.record_order(bought)
    else:
        await backend.record_order(bought)
        answer = await backend.update_cart(left)
        assert answer.state == activity.CART_STATE_CONVERTED_ELSEWHERE
    found = stored(house)
    assert (found["state"], found["order_id"], found["order_channel"]) == (
        "CONVERTED_ELSEWHERE",
        "o-1",
        "STORE",
    )
    assert found["abandoned_at"] == MORNING + HOUR  # it had been left alone for an hour by then


async def test_of_two_orders_the_earlier_one_closes_the_cart_even_if_it_is_told_later(
    house: House, backend: Caller
) -> None:
    await backend.update_cart(cart(at=MORNING, prices={"tea": 300}))
    await backend.record_order(order("late", at=MORNING + 2 * HOUR))
    await backend.record_order(order("early", at=MORNING + HOUR / 2, channel=CHANNEL_STORE))
    found = stored(house)
    assert (found["state"], found["order_id"], found["abandoned_at"]) == ("RECOVERED", "early", None)


async def aged(house: House, state: str) -> dict[str, Any]:
    """The cart as soon as the worker has looked at it and left it in the state."""
    async with asyncio.timeout(20):
        while stored(house)["state"] != state:
            house.worker.wake()
            await asyncio.sleep(0.01)
    return stored(house)


async def test_a_cart_that_nobody_touches_is_abandoned_and_expires_after_thirty_days(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.update_cart(cart(at=MORNING))
    assert (await aged(house, "ABANDONED"))["abandoned_at"] == MORNING + HOUR
    clock.move_to(MORNING + 30 * DAY)
    assert (await aged(house, "EXPIRED"))["abandoned_at"] == MORNING + HOUR


async def test_a_cart_that_is_told_when_it_is_too_old_expires_at_once(house: House, backend: Caller) -> None:
    await backend.update_cart(cart(at=NOON - 40 * DAY))
    assert (await aged(house, "EXPIRED"))["abandoned_at"] == NOON - 40 * DAY + HOUR
    again = await backend.update_cart(cart(at=NOON - 40 * DAY))
    assert (again.state, again.HasField("abandoned_at")) == (activity.CART_STATE_EXPIRED, False)


async def test_an_update_reopens_an_expired_cart(house: House, backend: Caller, clock: ManualClock) -> None:
    await backend.update_cart(cart(at=NOON - 40 * DAY))
    await aged(house, "EXPIRED")
    answer = await backend.update_cart(cart(at=NOON, prices={"cup": 100}))
    assert answer.state == activity.CART_STATE_OPEN
    found = stored(house)
    assert (found["state"], found["started_at"], found["abandoned_at"]) == ("OPEN", NOON - 40 * DAY, None)
    clock.advance(hours=1)
    await aged(house, "ABANDONED")


@pytest.mark.parametrize(
    ("placed", "state"),
    [(timedelta(days=30) - timedelta(seconds=1), "CONVERTED_ELSEWHERE"), (timedelta(days=30), "EXPIRED")],
)
async def test_an_order_of_the_time_before_it_expired_closes_a_cart_even_if_it_is_told_later(
    house: House, backend: Caller, placed: timedelta, state: str
) -> None:
    began = NOON - 40 * DAY
    await backend.update_cart(cart(at=began))
    await aged(house, "EXPIRED")
    await backend.record_order(order("o-1", at=began + placed))
    found = stored(house)
    assert (found["state"], found["order_id"]) == (state, "o-1" if state != "EXPIRED" else "")
    assert found["abandoned_at"] == began + HOUR


async def test_an_expired_cart_is_reminded_of_by_nobody(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.update_cart(cart(at=MORNING))
    await aged(house, "ABANDONED")
    with house.database.engine.begin() as connection:
        connection.execute(insert(reminders), planned("cart-1"))
    clock.move_to(MORNING + 30 * DAY)
    await aged(house, "EXPIRED")
    (found,) = await backend.list_reminders("anna")
    assert found.state == shown.REMINDER_STATE_CANCELLED
    assert found.reason == shown.REMINDER_REASON_CART_CHANGED


def planned(cart_id: str) -> dict[str, Any]:
    """A reminder that waits to be sent."""
    return {
        "reminder_id": "m-1",
        "customer_id": "anna",
        "cart_id": cart_id,
        "sku": "tea",
        "title": "Tea",
        "visit_id": "v-1",
        "store": "camden",
        "state": "PLANNED",
        "reason": "",
        "channel": "console",
        "triggered_at": NOON,
        "planned_at": NOON,
        "expires_at": NOON,
        "sent_at": None,
    }


async def test_a_cart_that_is_filled_again_is_open_and_bought_by_nothing(
    house: House, backend: Caller
) -> None:
    await backend.update_cart(cart(at=MORNING, prices={"tea": 300}))
    await backend.record_order(order("o-1", at=MORNING + HOUR))
    await backend.update_cart(cart(at=NOON, prices={"cup": 100}))
    found = stored(house)
    assert (found["state"], found["order_id"], found["started_at"]) == ("OPEN", "", MORNING)


async def test_of_two_versions_of_one_moment_the_same_one_counts(house: House, backend: Caller) -> None:
    small, large = cart(prices={"tea": 300}), cart(prices={"tea": 300, "cup": 100})
    for name, versions in (("a", (small, large)), ("b", (large, small))):
        for version in versions:
            copy = activity.UpdateCartRequest()
            copy.CopyFrom(version)
            copy.cart_id, copy.request_id = name, f"{name}-{len(version.lines)}"
            await backend.update_cart(copy)
    with house.database.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT cart_id, count(*) FROM cart_lines GROUP BY cart_id").all()
    assert sorted(tuple(row) for row in found) == [("a", 2), ("b", 2)]
