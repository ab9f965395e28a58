"""Exchanges: bought online, exchanged in a store, without losing points or dates."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import grpc
import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty
from sqlalchemy import func, select

from services.composition import House
from services.storage.tables import exchanges, lots, orders, returns
from tests.integration.ledger import account_of, lots_of, movements_of, replayed, rows, standing_portions
from tests.integration.shop import (
    NOON,
    Caller,
    ManualClock,
    cart,
    exchange,
    fresh_id,
    goods_back,
    order,
    refusal,
)

pytestmark = pytest.mark.usefixtures("verified")

DAY = timedelta(days=1)
COMPONENTS = {"AVERAGE_ORDER_VALUE": 1, "REPEAT_RATE": 2, "CHANNEL_COUNT": 5}


def count(house: House, table: object) -> int:
    return int(rows(house, select(func.count()).select_from(table))[0][0])  # type: ignore[arg-type]


async def test_a_size_swap_moves_no_points_and_keeps_the_dates(house: House, backend: Caller) -> None:
    await backend.enrol("anna", enrolled_at=NOON - 9 * DAY)
    await backend.record_order(order("o-1", price=2_599, at=NOON - 5 * DAY))
    before = rows(house, select(lots)), movements_of(house, "anna"), account_of(house, "anna")
    answer = await backend.record_exchange(exchange("o-1", "o-2", taken={"tea-large": 2_599}))
    assert (answer.duplicate, answer.returned.amount_minor, answer.taken.amount_minor) == (
        False,
        2_599,
        2_599,
    )
    assert (rows(house, select(lots)), movements_of(house, "anna"), account_of(house, "anna")) == before
    assert standing_portions(house) == {("o-2", 0, "default/o-1/base"): 25}


async def test_a_later_return_of_the_new_goods_takes_back_the_first_award(
    house: House, backend: Caller
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=2_500))
    await backend.record_exchange(exchange("o-1", "o-2"))
    await backend.record_exchange(exchange("o-2", "o-3", back={"tea-large": 1}, taken={"tea": 2_500}))
    await backend.record_return(goods_back(order_id="o-3"))
    assert lots_of(house, "anna") == {"default/o-1/base": (25, 0, "REVERSED")}
    assert movements_of(house, "anna") == [("EARN", 25), ("REVERSE_EARN", 25)]


async def test_dearer_goods_earn_on_the_difference_alone(house: House, backend: Caller) -> None:
    await backend.enrol("anna", enrolled_at=NOON - 9 * DAY)
    await backend.record_order(order("o-1", price=2_500, at=NOON - 5 * DAY))
    await backend.record_exchange(exchange("o-1", "o-2", taken={"kettle": 4_000}))
    assert lots_of(house, "anna") == {
        "default/o-1/base": (25, 25, "PENDING"),
        "default/o-2/base": (15, 15, "PENDING"),
    }
    await backend.record_return(goods_back(order_id="o-2", sku="kettle"))
    assert account_of(house, "anna")[:4] == (0, 0, 0, 0) == replayed(house, "anna")


async def test_cheaper_goods_give_back_the_difference_alone(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=2_500))
    await backend.record_exchange(exchange("o-1", "o-2", taken={"cup": 1_000}))
    assert lots_of(house, "anna") == {"default/o-1/base": (25, 10, "PENDING")}
    await backend.record_return(goods_back(order_id="o-2", sku="cup"))
    assert lots_of(house, "anna") == {"default/o-1/base": (25, 0, "REVERSED")}


async def test_one_of_several_units_may_be_exchanged(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=333, quantity=3))  # nine points
    await backend.record_exchange(exchange("o-1", "o-2", taken={"cup": 200, "saucer": 133}))
    assert standing_portions(house) == {
        ("o-1", 0, "default/o-1/base"): 6,
        ("o-2", 0, "default/o-1/base"): 2,
        ("o-2", 1, "default/o-1/base"): 1,
    }
    assert movements_of(house, "anna") == [("EARN", 9)]


async def test_goods_from_before_the_enrolment_may_be_exchanged_for_dearer_ones(
    house: House, backend: Caller
) -> None:
    await backend.record_order(order("o-1", price=2_500, at=NOON - 9 * DAY))
    await backend.enrol("anna", enrolled_at=NOON - 5 * DAY)
    await backend.record_exchange(exchange("o-1", "o-2", taken={"kettle": 4_000}))
    assert movements_of(house, "anna") == [("EARN", 15)]


async def test_goods_for_a_gift_card_give_their_points_back(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=2_500))
    card = activity.OrderLine(sku="card", quantity=1, unit_price_minor=2_500, gift_card=True)
    taken = exchange("o-1", "o-2", taken={})
    taken.taken.append(card)
    await backend.record_exchange(taken)
    assert movements_of(house, "anna") == [("EARN", 25), ("REVERSE_EARN", 25)]


async def test_points_that_paid_for_exchanged_goods_come_back_with_the_new_ones(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=10_000))
    clock.advance(days=20)
    request = loyalty.SpendPointsRequest(
        request_id=fresh_id("r"), customer_id="anna", points=100, order_id="o-2"
    )
    await backend.call(backend.loyalty.SpendPoints, request)
    await backend.record_order(order("o-2", price=2_000, points_paid_minor=1_000, at=clock.now()))
    await backend.record_exchange(exchange("o-2", "o-3", taken={"cup": 2_000}, at=clock.now()))
    assert (await backend.balance("anna")).active_points == 0
    await backend.record_return(goods_back(order_id="o-3", sku="cup", at=clock.now()))
    assert (await backend.balance("anna")).active_points == 100
    assert account_of(house, "anna")[:4] == (0, 100, 0, 0) == replayed(house, "anna")


async def test_a_repeat_answers_the_same_and_changes_nothing(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", quantity=2))
    one = exchange("o-1", "o-2")
    first = await backend.record_exchange(one, "same")
    assert await backend.record_exchange(one, "same") == first
    answers = await asyncio.gather(*(backend.record_exchange(one) for _ in range(5)))
    assert {answer.duplicate for answer in answers} == {True}
    assert {answer.returned.amount_minor for answer in answers} == {2_500}
    assert (count(house, exchanges), count(house, orders), count(house, returns)) == (1, 2, 1)


@pytest.mark.parametrize(
    "change",
    [{"taken": {"tea-large": 9_999}}, {"back": {"tea": 2}}, {"at": NOON - DAY}, {"new_order_id": "o-9"}],
    ids=["price", "units", "time", "order"],
)
async def test_an_exchange_id_with_another_content_already_exists(
    backend: Caller, change: dict[str, object]
) -> None:
    await backend.record_order(order("o-1", quantity=3, at=NOON - 2 * DAY))
    await backend.record_exchange(exchange("o-1", "o-2", exchange_id="x-1"))
    again = exchange(**{"order_id": "o-1", "new_order_id": "o-2", "exchange_id": "x-1", **change})  # type: ignore[arg-type]
    refused = await refusal(backend.record_exchange(again))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "EXCHANGE_DIFFERS")


@pytest.mark.parametrize(
    ("fields", "code", "reason", "at_fault"),
    [
        ({"customer_id": "ben"}, grpc.StatusCode.NOT_FOUND, "ORDER_NOT_FOUND", "exchange.order_id"),
        (
            {"back": {"tea": 2}},
            grpc.StatusCode.FAILED_PRECONDITION,
            "RETURN_EXCEEDS_ORDER",
            "exchange.returned[0]",
        ),
        (
            {"back": {"cup": 1}},
            grpc.StatusCode.FAILED_PRECONDITION,
            "RETURN_EXCEEDS_ORDER",
            "exchange.returned[0]",
        ),
        (
            {"new_order_id": "o-1"},
            grpc.StatusCode.ALREADY_EXISTS,
            "ORDER_DIFFERS",
            "exchange.new_order_id",
        ),
        ({"currency": "EUR"}, grpc.StatusCode.INVALID_ARGUMENT, "CURRENCY_DIFFERS", "exchange.currency"),
        ({"at": NOON - DAY}, grpc.StatusCode.INVALID_ARGUMENT, "INVALID", "exchange.exchanged_at"),
        (
            {"at": NOON + DAY},
            grpc.StatusCode.INVALID_ARGUMENT,
            "MOMENT_OUT_OF_RANGE",
            "exchange.exchanged_at",
        ),
        ({"taken": {}}, grpc.StatusCode.INVALID_ARGUMENT, "INVALID", "exchange.taken"),
        ({"back": {}}, grpc.StatusCode.INVALID_ARGUMENT, "INVALID", "exchange.returned"),
        (
            {"points_paid_minor": 1},
            grpc.StatusCode.INVALID_ARGUMENT,
            "INVALID",
            "exchange.points_paid_minor",
        ),
    ],
)
async def test_a_refused_exchange_changes_nothing(
    house: House,
    backend: Caller,
    fields: dict[str, object],
    code: grpc.StatusCode,
    reason: str,
    at_fault: str,
) -> None:
    await backend.record_order(order("o-1"))
    refused = await refusal(backend.record_exchange(exchange(**{"order_id": "o-1", **fields})))  # type: ignore[arg-type]
    assert (refused.code, refused.reason, refused.facts["field"]) == (code, reason, at_fault)
    assert (count(house, exchanges), count(house, orders), count(house, returns)) == (0, 1, 0)
    assert (await backend.record_return(goods_back(order_id="o-1"))).unmatched_units == 0


async def test_an_exchange_in_a_store_is_a_touch_and_no_second_purchase(backend: Caller) -> None:
    await backend.record_order(order("o-1", price=2_500, quantity=2))
    await backend.record_exchange(exchange("o-1", "o-2"))
    found = {one.kind: one for one in (await backend.score("anna")).components}
    assert {name: found[number].value for name, number in COMPONENTS.items()} == {
        "AVERAGE_ORDER_VALUE": 5_000,
        "REPEAT_RATE": 0,
        "CHANNEL_COUNT": 2,
    }


async def test_goods_taken_in_exchange_close_a_cart_that_holds_them(backend: Caller) -> None:
    await backend.record_order(order("o-1", at=NOON - 2 * DAY))
    await backend.update_cart(cart(prices={"tea-large": 2_500}, at=NOON - DAY))
    await backend.record_exchange(exchange("o-1"))
    answer = await backend.update_cart(cart(prices={"tea-large": 2_500}, at=NOON - 2 * DAY))
    assert answer.state == activity.CART_STATE_RECOVERED
