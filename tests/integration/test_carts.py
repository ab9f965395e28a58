"""A cart remembers where it began and what bought it, whichever of the news comes first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.types.v1.channel_pb2 import CHANNEL_APP, CHANNEL_STORE, CHANNEL_WEB
from sqlalchemy import select

from services.composition import House
from services.storage.tables import carts
from tests.integration.shop import NOON, Caller, cart, order

HOUR = timedelta(hours=1)
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
