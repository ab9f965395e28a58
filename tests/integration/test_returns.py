"""Returns: the points of returned goods go, and the points that paid for them come back."""

from __future__ import annotations

import random
from datetime import timedelta
from fractions import Fraction

import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty

from services.composition import House
from services.earning.use_cases.syncing import sync_file_rules
from services.programme.earning_rule import BASE_RULE, EarningRule
from tests.integration.ledger import account_of, lots_of, movements_of, replayed, standing_portions
from tests.integration.shop import (
    NOON,
    Caller,
    ManualClock,
    fresh_id,
    goods_back,
    order,
    order_record,
)

pytestmark = pytest.mark.usefixtures("verified")

DAY = timedelta(days=1)
A_YEAR_AGO = NOON - 400 * DAY


async def spend(backend: Caller, points: int, order_id: str = "", customer_id: str = "anna") -> None:
    request = loyalty.SpendPointsRequest(
        request_id=fresh_id("r"), customer_id=customer_id, points=points, order_id=order_id
    )
    await backend.call(backend.loyalty.SpendPoints, request)


def line(sku: str, quantity: int, price: int, **fields: object) -> activity.OrderLine:
    return activity.OrderLine(sku=sku, quantity=quantity, unit_price_minor=price, **fields)  # type: ignore[arg-type]


async def test_partial_returns_end_at_exactly_the_award(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=333, quantity=3))  # 9.99: nine points
    left = []
    for _ in range(3):
        await backend.record_return(goods_back(order_id="o-1"))
        left.append((await backend.balance("anna")).pending_points)
    assert left == [6, 3, 0]


async def test_any_sequence_of_returns_ends_at_nothing(house: House, backend: Caller) -> None:
    chance = random.Random(7)
    for number in range(12):
        customer = f"c{number}"
        await backend.enrol(customer, enrolled_at=NOON - 9 * DAY)
        quantities = [chance.randint(1, 5) for _ in range(3)]
        lines = [line(f"sku-{place}", many, chance.randint(1, 999)) for place, many in enumerate(quantities)]
        await backend.record_order(order(f"o-{number}", customer, lines=lines, at=NOON - DAY))
        units = [f"sku-{place}" for place, many in enumerate(quantities) for _ in range(many)]
        chance.shuffle(units)
        for sku in units:
            await backend.record_return(goods_back(order_id=f"o-{number}", customer_id=customer, sku=sku))
        assert account_of(house, customer)[:4] == (0, 0, 0, 0) == replayed(house, customer)
        assert sum(account_of(house, customer)[4].values()) == 0
    assert not standing_portions(house)


async def test_each_line_loses_what_it_earned(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    lines = [line("tea", 1, 1_000), line("kettle", 1, 3_000), line("card", 1, 5_000, gift_card=True)]
    await backend.record_order(order("o-1", lines=lines))
    await backend.record_return(goods_back(order_id="o-1", sku="card"))
    assert (await backend.balance("anna")).pending_points == 40
    await backend.record_return(goods_back(order_id="o-1", sku="kettle"))
    assert standing_portions(house) == {("o-1", 0, "default/o-1/base"): 10}


async def test_what_was_paid_with_points_earns_nothing(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=5_000, points_paid_minor=2_000))
    assert (await backend.balance("anna")).pending_points == 30


async def test_spent_points_of_a_returned_order_become_debt_and_the_next_award_pays_it(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=10_000))
    clock.advance(days=20)
    await spend(backend, 80)
    await backend.record_return(goods_back(order_id="o-1", at=clock.now()))
    balance = await backend.balance("anna")
    assert (balance.active_points, balance.debt_points) == (0, 80)
    await backend.record_order(order("o-2", price=10_000, at=clock.now()))
    balance = await backend.balance("anna")
    assert (balance.pending_points, balance.debt_points) == (20, 0)
    assert replayed(house, "anna") == (20, 0, 0, 0)


async def test_a_return_takes_from_its_own_lot_before_others(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=1_000))
    await backend.record_order(order("o-2", price=2_000))
    clock.advance(days=20)
    await backend.record_return(goods_back(order_id="o-2", at=clock.now()))
    assert lots_of(house, "anna") == {
        "default/o-1/base": (10, 10, "ACTIVE"),
        "default/o-2/base": (20, 0, "REVERSED"),
    }


async def test_points_that_lapsed_with_their_order_are_not_taken_twice(house: House, backend: Caller) -> None:
    await backend.enrol("anna", enrolled_at=A_YEAR_AGO)
    await backend.record_order(order("old", price=10_000, at=A_YEAR_AGO))
    await backend.record_order(order("new", price=3_000, at=NOON - 20 * DAY))
    assert (await backend.balance("anna")).active_points == 30
    await backend.record_return(goods_back(order_id="old", at=A_YEAR_AGO + 9 * DAY))
    balance = await backend.balance("anna")
    assert (balance.active_points, balance.debt_points) == (30, 0)
    assert lots_of(house, "anna")["default/old/base"] == (100, 0, "REVERSED")
    assert account_of(house, "anna")[:4] == replayed(house, "anna")


async def test_a_return_of_what_was_bought_before_the_enrolment_changes_no_points(
    house: House, backend: Caller
) -> None:
    await backend.record_order(order("before", price=10_000, at=NOON - 9 * DAY))
    await backend.enrol("anna", enrolled_at=NOON - 5 * DAY)
    await backend.record_order(order("after", price=3_000))
    moved = movements_of(house, "anna")
    await backend.record_return(goods_back(order_id="before"))
    assert movements_of(house, "anna") == moved == [("EARN", 30)]


@pytest.mark.parametrize("parts", [(4,), (1, 3), (1, 1, 1, 1)])
async def test_points_that_paid_for_returned_goods_come_back_to_their_lots(
    house: House, backend: Caller, clock: ManualClock, parts: tuple[int, ...]
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=10_000))
    await backend.record_order(order("o-2", price=5_000))
    clock.advance(days=20)
    before = lots_of(house, "anna")
    await spend(backend, 101, order_id="o-3")
    await backend.record_order(order("o-3", price=1_000, quantity=4, points_paid_minor=1_010, at=clock.now()))
    back = 0
    for units in parts:
        await backend.record_return(goods_back(order_id="o-3", quantity=units, at=clock.now()))
        back += units
        restored = sum(points for kind, points in movements_of(house, "anna") if kind == "RESTORE_SPEND")
        assert restored == int(Fraction(101 * back, 4))
    after = lots_of(house, "anna")
    assert {lot: after[lot][1] for lot in before} == {lot: points for lot, (points, _, _) in before.items()}
    assert account_of(house, "anna")[:4] == (0, 150, 0, 0) == replayed(house, "anna")


async def test_lapsed_points_that_come_back_live_for_the_days_of_grace(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna", enrolled_at=A_YEAR_AGO)
    await backend.record_order(order("old", price=10_000, at=NOON - 360 * DAY))
    await spend(backend, 100, order_id="o-1")
    await backend.record_order(order("o-1", price=1_000, points_paid_minor=1_000))
    clock.advance(days=40)  # the lot's own time is over
    await backend.record_return(goods_back(order_id="o-1", at=clock.now()))
    assert (await backend.balance("anna")).active_points == 100
    clock.advance(days=29, hours=23)
    assert (await backend.balance("anna")).active_points == 100
    clock.advance(hours=1)
    assert (await backend.balance("anna")).active_points == 0


async def test_points_that_come_back_pay_debt_first(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=10_000))
    clock.advance(days=20)
    await spend(backend, 100, order_id="o-2")
    await backend.record_order(order("o-2", price=1_000, points_paid_minor=1_000, at=clock.now()))
    await backend.record_return(goods_back(order_id="o-1", at=clock.now()))
    assert (await backend.balance("anna")).debt_points == 100
    await backend.record_return(goods_back(order_id="o-2", at=clock.now()))
    balance = await backend.balance("anna")
    assert (balance.active_points, balance.debt_points) == (0, 0)
    assert replayed(house, "anna") == (0, 0, 0, 0)


async def test_an_order_that_cost_nothing_but_points_gives_them_back_by_its_units(
    backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=10_000))
    clock.advance(days=20)
    await spend(backend, 60, order_id="free")
    await backend.record_order(order("free", price=0, quantity=3, at=clock.now()))
    await backend.record_return(goods_back(order_id="free", at=clock.now()))
    assert (await backend.balance("anna")).active_points == 60


async def test_two_returns_of_one_batch_take_back_together_what_they_would_alone(
    house: House, backend: Caller
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=333, quantity=3))
    returned = [activity.OrderRecord(order_return=goods_back(order_id="o-1")) for _ in range(2)]
    await backend.record_batch(*returned, order_record(order_id="o-2", price=500))
    assert movements_of(house, "anna")[-2:] == [("REVERSE_EARN", 3), ("REVERSE_EARN", 3)]
    assert (await backend.balance("anna")).pending_points == 8


async def test_points_spent_late_on_goods_that_came_back_come_back_at_once(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=10_000))
    clock.advance(days=20)
    await backend.record_order(order("o-2", price=500, quantity=4, at=clock.now()))
    await backend.record_return(goods_back(order_id="o-2", quantity=3, at=clock.now()))
    await spend(backend, 80, order_id="o-2")
    assert (await backend.balance("anna")).active_points == 80
    await backend.record_return(goods_back(order_id="o-2", at=clock.now()))
    assert account_of(house, "anna")[:4] == (0, 100, 0, 0)


async def test_points_of_another_member_stay_with_what_they_paid_for(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    for customer in ("anna", "ben"):
        await backend.enrol(customer)
        await backend.record_order(order(f"o-{customer}", customer, price=10_000))
    clock.advance(days=20)
    await spend(backend, 50, order_id="o-anna", customer_id="ben")
    await backend.record_return(goods_back(order_id="o-anna", at=clock.now()))
    await spend(backend, 30, order_id="o-anna", customer_id="ben")
    assert account_of(house, "anna")[:4] == (0, 0, 0, 0)
    assert account_of(house, "ben")[:4] == (0, 20, 0, 0)


async def test_each_rule_loses_its_own_points(house: House, backend: Caller) -> None:
    treat = EarningRule(id="treat", name="Five on top", points=5)
    programme = house.database.programme.model_copy(update={"earning": (BASE_RULE, treat)})
    with house.database.engine.begin() as connection:
        sync_file_rules(connection, programme, NOON)
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=2_000, quantity=4))
    await backend.record_return(goods_back(order_id="o-1", quantity=3))
    assert lots_of(house, "anna") == {
        "default/o-1/base": (80, 20, "PENDING"),
        "default/o-1/treat": (5, 2, "PENDING"),
    }
