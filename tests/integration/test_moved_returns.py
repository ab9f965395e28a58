"""Goods that came back without an order belong to the order that explains them best, once it is known."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.composition import House
from services.storage.tables import orders, return_lines
from tests.integration.ledger import lots_of, rows, violations
from tests.integration.points import adjust, give, spend
from tests.integration.shop import NOON, Caller, exchange, goods_back, order, refusal

DAY = timedelta(days=1)


def places(house: House) -> list[tuple[str, str, int, int]]:
    """Return, order, units and money of all that came back."""
    columns = (return_lines.c.return_id, return_lines.c.order_id, return_lines.c.quantity)
    query = select(*columns, return_lines.c.amount_minor)
    return rows(house, query.order_by(return_lines.c.return_id, return_lines.c.order_id))


def refunds(house: House) -> dict[str, int]:
    return dict(rows(house, select(orders.c.order_id, orders.c.refunded_minor)))


async def bought(
    backend: Caller, order_id: str, days_ago: int, price: int = 2_500, quantity: int = 1
) -> None:
    await backend.record_order(order(order_id, at=NOON - days_ago * DAY, price=price, quantity=quantity))


async def test_a_later_purchase_that_becomes_known_takes_the_return_over(
    house: House, backend: Caller
) -> None:
    await backend.enrol("anna", enrolled_at=NOON - 20 * DAY)
    await bought(backend, "o-1", 9)
    answer = await backend.record_return(goods_back("b-1", at=NOON - DAY))
    assert (answer.refund.amount_minor, answer.unmatched_units) == (2_500, 0)
    assert (await backend.balance("anna")).pending_points == 0
    await bought(backend, "o-2", 5, price=4_000)
    assert places(house) == [("b-1", "o-2", 1, 4_000)]
    assert refunds(house) == {"o-1": 0, "o-2": 4_000}
    assert (await backend.balance("anna")).pending_points == 25
    again = await backend.record_return(goods_back("b-1", at=NOON - DAY))
    assert (again.duplicate, again.refund.amount_minor) == (True, 4_000)
    assert violations(house) == {}


async def test_an_older_purchase_or_one_after_the_return_changes_nothing(
    house: House, backend: Caller
) -> None:
    await bought(backend, "o-1", 5)
    await backend.record_return(goods_back("b-1", at=NOON - 3 * DAY))
    await bought(backend, "o-0", 9)
    await bought(backend, "o-2", 2)
    assert places(house) == [("b-1", "o-1", 1, 2_500)]


async def test_a_return_that_names_its_order_takes_its_place_from_one_that_does_not(
    house: House, backend: Caller
) -> None:
    await bought(backend, "o-1", 9)
    await bought(backend, "o-2", 5)
    await backend.record_return(goods_back("b-1", at=NOON - 3 * DAY))
    await backend.record_return(goods_back("b-2", at=NOON - 2 * DAY, order_id="o-2"))
    assert places(house) == [("b-1", "o-1", 1, 2_500), ("b-2", "o-2", 1, 2_500)]
    refused = await refusal(backend.record_return(goods_back("b-3", order_id="o-2")))
    assert refused.reason == "RETURN_EXCEEDS_ORDER"


async def test_an_exchange_takes_its_place_from_a_return_without_an_order(
    house: House, backend: Caller
) -> None:
    await backend.enrol("anna", enrolled_at=NOON - 20 * DAY)
    await bought(backend, "o-1", 9, price=4_000)
    await backend.record_return(goods_back("b-1", at=NOON - 3 * DAY))
    await backend.record_exchange(exchange("o-1", "o-2", exchange_id="x-1", taken={"tea-large": 4_000}))
    assert [row[:2] for row in places(house)] == [("exchange/x-1", "o-1")]
    assert (await backend.record_return(goods_back("b-1", at=NOON - 3 * DAY))).unmatched_units == 1
    assert (await backend.balance("anna")).pending_points == 40
    assert violations(house) == {}


async def test_an_earlier_return_that_becomes_known_comes_first(house: House, backend: Caller) -> None:
    await bought(backend, "o-1", 9)
    await bought(backend, "o-2", 5)
    await backend.record_return(goods_back("b-2", at=NOON - DAY))
    await backend.record_return(goods_back("b-1", at=NOON - 2 * DAY))
    assert [row[:2] for row in places(house)] == [("b-1", "o-2"), ("b-2", "o-1")]


async def test_a_return_may_move_in_part(house: House, backend: Caller) -> None:
    await backend.enrol("anna", enrolled_at=NOON - 20 * DAY)
    await bought(backend, "o-1", 9, quantity=3)
    await backend.record_return(goods_back("b-1", at=NOON - DAY, quantity=3))
    await bought(backend, "o-2", 5)
    assert places(house) == [("b-1", "o-1", 2, 5_000), ("b-1", "o-2", 1, 2_500)]
    assert (await backend.balance("anna")).pending_points == 25
    assert violations(house) == {}


async def test_points_that_came_back_with_the_wrong_order_are_spent_again(
    house: House, backend: Caller
) -> None:
    await give(backend, 100)
    await bought(backend, "o-1", 9)
    await spend(backend, 100, order_id="o-1")
    await backend.record_return(goods_back("b-1", at=NOON - DAY))
    assert (await backend.balance("anna")).active_points == 100
    await bought(backend, "o-2", 5)
    assert (await backend.balance("anna")).active_points == 0
    assert violations(house) == {}


@pytest.mark.parametrize("left", [0, 40])
async def test_restored_points_that_are_gone_again_become_debt(
    house: House, backend: Caller, left: int
) -> None:
    await give(backend, 100)
    await bought(backend, "o-1", 9)
    await spend(backend, 100, order_id="o-1")
    await backend.record_return(goods_back("b-1", at=NOON - DAY))
    await spend(backend, 100 - left, order_id="elsewhere")
    await bought(backend, "o-2", 5)
    balance = await backend.balance("anna")
    assert (balance.active_points, balance.debt_points) == (0, 100 - left)
    assert violations(house) == {}


async def test_points_go_back_to_the_lots_that_had_paid(house: House, backend: Caller) -> None:
    await backend.enrol("anna", enrolled_at=NOON - 60 * DAY)
    await bought(backend, "o-1", 30)
    await spend(backend, 25)  # what the order earned
    await adjust(backend, 10)
    before = lots_of(house, "anna")
    await backend.record_return(goods_back("b-1", at=NOON - DAY))
    balance = await backend.balance("anna")
    assert (balance.active_points, balance.debt_points) == (0, 15)
    await bought(backend, "o-2", 29)
    balance = await backend.balance("anna")
    assert (balance.active_points, balance.debt_points) == (10, 0)
    after = lots_of(house, "anna")
    assert {name: lot[:2] for name, lot in after.items() if name in before} == {
        name: lot[:2] for name, lot in before.items()
    }
    assert violations(house) == {}
