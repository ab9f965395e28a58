"""Orders and returns through gRPC: what is recorded, what is refused, and what counts once."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from sqlalchemy import func, select

from services.composition import House
from services.storage.tables import movements, order_lines, orders
from tests.integration.ledger import account_of
from tests.integration.shop import (
    NOON,
    Caller,
    ManualClock,
    cart_record,
    exchange,
    goods_back,
    order,
    order_record,
    refusal,
)

DAY = timedelta(days=1)


def stored_orders(house: House) -> int:
    with house.database.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(orders)).scalar_one()


async def test_an_order_answers_its_total(backend: Caller) -> None:
    answer = await backend.record_order(order(price=2_500, quantity=3))
    assert (answer.duplicate, answer.total.amount_minor, answer.total.currency) == (False, 7_500, "GBP")


async def test_the_same_order_again_is_a_duplicate(backend: Caller) -> None:
    one = order()
    await backend.record_order(one)
    assert (await backend.record_order(one)).duplicate


async def test_repeating_a_request_id_answers_the_first_answer(backend: Caller) -> None:
    one = order()
    first = await backend.record_order(one, "same")
    assert await backend.record_order(one, "same") == first
    assert not first.duplicate


async def test_a_request_id_with_another_body_already_exists(backend: Caller) -> None:
    await backend.record_order(order(), "same")
    refused = await refusal(backend.record_order(order(), "same"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")


async def test_a_refused_request_may_be_mended_and_sent_with_the_same_id(backend: Caller) -> None:
    await refusal(backend.record_order(order("o-1", currency="EUR"), "same"))
    assert not (await backend.record_order(order("o-1"), "same")).duplicate


async def test_fifty_concurrent_calls_with_one_request_id_make_one_order(
    house: House, backend: Caller
) -> None:
    one = order()
    answers = await asyncio.gather(*(backend.record_order(one, "same") for _ in range(50)))
    assert {answer.SerializeToString() for answer in answers} == {answers[0].SerializeToString()}
    assert stored_orders(house) == 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"price": 9_999}, "ORDER_DIFFERS"),
        ({"customer_id": "ben"}, "ORDER_OF_ANOTHER_CUSTOMER"),
        ({"sku": "coffee"}, "ORDER_DIFFERS"),
        ({"at": NOON - DAY}, "ORDER_DIFFERS"),
    ],
    ids=["price", "customer", "sku", "time"],
)
async def test_an_order_id_with_another_content_already_exists(
    backend: Caller, change: dict[str, object], reason: str
) -> None:
    await backend.record_order(order("o-1"))
    refused = await refusal(backend.record_order(order("o-1", **change)))  # type: ignore[arg-type]
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, reason)


async def test_two_shops_may_use_the_same_order_id(house: House, backend: Caller) -> None:
    await backend.record_order(order("o-1", source="web"))
    await backend.record_order(order("o-1", source="till", price=100))
    assert stored_orders(house) == 2


@pytest.mark.parametrize(
    ("fields", "at_fault"),
    [
        ({"quantity": -1}, "order.lines[0].quantity"),
        ({"quantity": 0}, "order.lines[0].quantity"),
        ({"price": -1}, "order.lines[0].unit_price_minor"),
        ({"sku": ""}, "order.lines[0].sku"),
        ({"sku": "s" * 65}, "order.lines[0].sku"),
        ({"customer_id": ""}, "order.customer_id"),
        ({"customer_id": "anna\x07"}, "order.customer_id"),
        ({"channel": 0}, "order.channel"),
        ({"currency": "pounds"}, "order.currency"),
        ({"lines": []}, "order.lines"),
        ({"placed_at": None}, "order.placed_at"),
        ({"points_paid_minor": -1}, "order.points_paid_minor"),
        ({"points_paid_minor": 2_501}, "order.points_paid_minor"),
    ],
)
async def test_a_wrong_field_is_named(backend: Caller, fields: dict[str, object], at_fault: str) -> None:
    refused = await refusal(backend.record_order(order(**fields)))  # type: ignore[arg-type]
    assert refused.code is grpc.StatusCode.INVALID_ARGUMENT
    assert (refused.fields, refused.facts["field"]) == ((at_fault,), at_fault)


GOLD = [activity.OrderLine(sku="gold", quantity=1_000_000, unit_price_minor=10**12)] * 20
OUT_OF_LINE: list[tuple[dict[str, Any], str, str]] = [
    ({"channel": 99}, "channel", "VALUE_UNKNOWN"),
    ({"currency": "EUR"}, "currency", "CURRENCY_DIFFERS"),
    ({"lines": GOLD}, "lines", "AMOUNT_TOO_LARGE"),
    ({"at": NOON + timedelta(minutes=6)}, "placed_at", "MOMENT_OUT_OF_RANGE"),
    ({"at": NOON.replace(year=1970)}, "placed_at", "MOMENT_OUT_OF_RANGE"),
    ({"placed_at": {"seconds": int(NOON.timestamp()) * 1000}}, "placed_at", "MOMENT_OUT_OF_RANGE"),
]


@pytest.mark.parametrize(("fields", "field", "reason"), OUT_OF_LINE)
async def test_what_is_out_of_line_has_a_reason_of_its_own(
    backend: Caller, fields: dict[str, Any], field: str, reason: str
) -> None:
    refused = await refusal(backend.record_order(order(**fields)))
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, reason)
    assert refused.fields == (f"order.{field}",)


async def test_a_batch_names_what_is_out_of_line_by_place_field_and_reason(backend: Caller) -> None:
    wrong = [order_record(**fields) for fields, _, _ in OUT_OF_LINE]
    answer = await backend.record_batch(order_record(), *wrong, cart_record(currency="USD"))
    told = [(f"order.{field}", reason) for _, field, reason in OUT_OF_LINE]
    told.append(("cart.currency", "CURRENCY_DIFFERS"))
    assert [(one.index, one.field, one.reason) for one in answer.rejected] == [
        (place, *one) for place, one in enumerate(told, start=1)
    ]
    assert all(one.message.startswith(f"{one.field}: ") for one in answer.rejected)


async def test_a_clock_that_is_a_little_ahead_is_forgiven(backend: Caller) -> None:
    assert not (await backend.record_order(order(at=NOON + timedelta(minutes=4)))).duplicate


async def test_a_batch_tells_new_known_and_refused_records_apart(backend: Caller) -> None:
    await backend.record_order(order("o-1"))
    answer = await backend.record_batch(
        order_record(order_id="o-1"),
        order_record(order_id="o-2", quantity=-1),
        order_record(order_id="o-3"),
        order_record(order_id="o-1", price=1),
        activity.OrderRecord(),
    )
    assert (answer.inserted, answer.duplicates) == (1, 1)
    assert [(one.index, one.reason) for one in answer.rejected] == [
        (1, "INVALID"),
        (3, "ORDER_DIFFERS"),
        (4, "INVALID"),
    ]
    assert answer.rejected[0].field == "order.lines[0].quantity"


async def test_a_poison_total_spoils_no_other_record_of_its_batch(house: House, backend: Caller) -> None:
    answer = await backend.record_batch(
        order_record(customer_id="anna"), order_record(lines=GOLD), order_record(customer_id="ben")
    )
    assert (answer.inserted, [one.index for one in answer.rejected]) == (2, [1])
    assert stored_orders(house) == 2


async def test_a_text_that_no_database_can_keep_spoils_no_other_record(backend: Caller) -> None:
    answer = await backend.record_batch(order_record(), order_record(sku="te\x00a"), order_record())
    assert (answer.inserted, [one.index for one in answer.rejected]) == (2, [1])


async def test_batches_are_answered_in_order(backend: Caller) -> None:
    batches = [
        activity.RecordOrdersRequest(batch_id=number, records=[order_record() for _ in range(20)])
        for number in range(1, 9)
    ]
    answers = [one async for one in backend.stream(backend.activity.RecordOrders, iter(batches))]
    assert [(one.batch_id, one.inserted) for one in answers] == [(number, 20) for number in range(1, 9)]


async def test_a_return_gives_back_the_price_paid(backend: Caller) -> None:
    await backend.record_order(order("o-1", price=2_500, quantity=3))
    answer = await backend.record_return(goods_back(order_id="o-1", quantity=2))
    assert (answer.refund.amount_minor, answer.unmatched_units) == (5_000, 0)


async def test_the_same_return_again_is_a_duplicate_with_the_same_refund(backend: Caller) -> None:
    await backend.record_order(order("o-1", quantity=2))
    one = goods_back("b-1", order_id="o-1")
    first = await backend.record_return(one)
    again = await backend.record_return(one)
    assert (again.duplicate, again.refund) == (True, first.refund)


async def test_a_return_of_an_order_that_is_not_known_yet_waits_for_it(backend: Caller) -> None:
    await backend.enrol("anna", enrolled_at=NOON - DAY)
    early = await backend.record_return(goods_back("b-1", order_id="o-1"))
    assert (early.waits, early.refund.amount_minor, early.unmatched_units) == (True, 0, 1)
    await backend.record_order(order("o-1", quantity=2))
    assert (await backend.balance("anna")).pending_points == 25
    again = await backend.record_return(goods_back("b-1", order_id="o-1"))
    assert (again.duplicate, again.waits, again.refund.amount_minor) == (True, False, 2_500)


async def test_a_return_of_another_customers_order_is_not_found(backend: Caller) -> None:
    await backend.record_order(order("o-1", customer_id="ben"))
    refused = await refusal(backend.record_return(goods_back(order_id="o-1", customer_id="anna")))
    assert refused.code is grpc.StatusCode.NOT_FOUND


async def test_no_more_comes_back_than_was_bought(backend: Caller) -> None:
    await backend.record_order(order("o-1", quantity=2))
    await backend.record_return(goods_back(order_id="o-1"))
    refused = await refusal(backend.record_return(goods_back(order_id="o-1", quantity=2)))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "RETURN_EXCEEDS_ORDER")
    assert (refused.facts["sku"], refused.facts["units_too_many"]) == ("tea", "1")
    assert refused.facts["field"] == "order_return.lines[0]"


async def test_nothing_comes_back_before_it_was_bought(backend: Caller) -> None:
    await backend.record_order(order("o-1"))
    refused = await refusal(backend.record_return(goods_back(order_id="o-1", at=NOON - DAY)))
    assert (refused.code, refused.facts["field"]) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        "order_return.returned_at",
    )


@pytest.mark.parametrize(
    "change",
    [{"quantity": 2}, {"sku": "kettle"}, {"at": NOON - DAY}, {"customer_id": "ben"}, {"order_id": "o-2"}],
    ids=["units", "sku", "time", "customer", "order"],
)
async def test_a_return_id_with_another_content_already_exists(
    backend: Caller, change: dict[str, object]
) -> None:
    for order_id in ("o-1", "o-2"):
        await backend.record_order(order(order_id, quantity=3, at=NOON - 2 * DAY))
    await backend.record_return(goods_back("b-1", order_id="o-1"))
    again = goods_back(**{"return_id": "b-1", "order_id": "o-1", **change})  # type: ignore[arg-type]
    refused = await refusal(backend.record_return(again))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "RETURN_DIFFERS")


async def test_a_return_of_unknown_purchases_may_be_repeated(backend: Caller) -> None:
    await backend.record_order(order("o-1", at=NOON - DAY))
    for duplicate in (False, True):
        answer = await backend.record_return(goods_back("b-1", quantity=3))
        assert (answer.duplicate, answer.refund.amount_minor, answer.unmatched_units) == (duplicate, 2_500, 2)


async def test_a_return_without_an_order_goes_to_the_latest_earlier_purchase(backend: Caller) -> None:
    await backend.record_order(order(at=NOON - 3 * DAY, price=100))
    await backend.record_order(order(at=NOON - 2 * DAY, price=200))
    await backend.record_order(order(at=NOON, price=400))
    answer = await backend.record_return(goods_back(at=NOON - DAY, quantity=3))
    assert (answer.refund.amount_minor, answer.unmatched_units) == (300, 1)


async def test_a_batch_may_return_what_it_bought(backend: Caller) -> None:
    answer = await backend.record_batch(
        activity.OrderRecord(order_return=goods_back(order_id="o-1")),
        order_record(order_id="o-1", at=NOON - DAY),
        activity.OrderRecord(order_return=goods_back(sku="never-bought", quantity=4)),
    )
    assert (answer.inserted, answer.unmatched_units, len(answer.rejected)) == (3, 4, 0)


async def test_two_returns_of_one_batch_share_what_is_left(house: House, backend: Caller) -> None:
    await backend.record_order(order("o-1", quantity=3))
    answer = await backend.record_batch(
        *(activity.OrderRecord(order_return=goods_back(order_id="o-1", quantity=2)) for _ in range(2))
    )
    assert (answer.inserted, [one.reason for one in answer.rejected]) == (1, ["RETURN_EXCEEDS_ORDER"])
    with house.database.engine.connect() as connection:
        assert connection.execute(select(order_lines.c.returned_quantity)).scalars().all() == [2]


async def test_an_order_of_a_member_earns_pending_points(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order(price=2_599))
    balance = await backend.balance("anna")
    assert (balance.pending_points, balance.active_points) == (25, 0)


async def test_points_become_active_after_the_return_window(backend: Caller, clock: ManualClock) -> None:
    await backend.enrol("anna")
    await backend.record_order(order(price=2_500))
    clock.advance(days=14)
    balance = await backend.balance("anna")
    assert (balance.pending_points, balance.active_points) == (0, 25)


async def test_points_expire_at_the_end_of_the_month_a_year_later(
    backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order(price=2_500))
    clock.move_to(NOON.replace(year=2027, month=3, day=31, hour=22, minute=59, second=59))
    assert (await backend.balance("anna")).active_points == 25  # 23:59:59 in London's summer time
    clock.advance(seconds=1)
    assert (await backend.balance("anna")).active_points == 0


async def test_orders_before_the_enrolment_earn_nothing(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order(at=NOON - DAY))
    assert (await backend.balance("anna")).pending_points == 0


async def test_an_order_earns_once_however_it_arrives(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    one = order("o-1", price=2_500)
    await asyncio.gather(
        backend.record_order(one, "first"),
        backend.record_order(one, "first"),
        backend.record_order(one, "second"),
        backend.record_batch(order_record(order_id="o-1", price=2_500)),
    )
    assert (await backend.balance("anna")).pending_points == 25
    with house.database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(movements)).scalar_one() == 1


async def test_orders_of_two_shops_never_share_a_lot(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("b/c", source="a"))
    refused = await refusal(backend.record_order(order("c", source="a/b")))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("order.source",))


async def test_what_kind_of_product_it_is_belongs_to_an_order(backend: Caller) -> None:
    plain = activity.OrderLine(sku="tea", quantity=1, unit_price_minor=2_500)
    await backend.record_order(order("o-1", lines=[plain]))
    for change in ({"category": "FOOD"}, {"gift_card": True}):
        other = activity.OrderLine(sku="tea", quantity=1, unit_price_minor=2_500, **change)
        refused = await refusal(backend.record_order(order("o-1", lines=[other])))
        assert refused.reason == "ORDER_DIFFERS"
    refused = await refusal(backend.record_order(order("o-1", lines=[plain], points_paid_minor=1)))
    assert refused.reason == "ORDER_DIFFERS"


async def test_orders_earn_alike_alone_and_in_one_batch(house: House, backend: Caller) -> None:
    for customer in ("anna", "ben"):
        await backend.enrol(customer)
    prices = (999, 60_000, 1_501)
    for price in prices:
        await backend.record_order(order("", "anna", price=price))
    await backend.record_batch(*(order_record(customer_id="ben", price=price) for price in prices))
    assert account_of(house, "anna") == account_of(house, "ben")


async def test_what_is_refused_makes_nobody_known(backend: Caller) -> None:
    await backend.record_order(order("o-1"))
    await refusal(backend.record_order(order(customer_id="nobody", currency="EUR")))
    await refusal(backend.record_return(goods_back(customer_id="nobody", order_id="o-1")))
    await refusal(backend.record_exchange(exchange("o-1", customer_id="nobody")))
    assert (await refusal(backend.score("nobody"))).reason == "CUSTOMER_NOT_FOUND"
    await backend.record_return(goods_back(customer_id="somebody"))
    assert not (await backend.score("somebody")).orders
