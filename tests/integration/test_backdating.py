"""Enrolments, orders, exchanges and returns come to the same, in whatever order their news arrives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from sqlalchemy import select

from services.composition import House
from services.earning.use_cases.syncing import sync_file_rules
from services.programme.earning_rule import BASE_RULE
from services.storage.tables import lots
from tests.integration.ledger import account_of, movements_of, replayed, rows, standing_portions
from tests.integration.shop import NOON, Caller, ManualClock, exchange, goods_back, order

pytestmark = pytest.mark.usefixtures("verified")

DAY = timedelta(days=1)
LONG_AGO = 700  # days: points of then have lapsed
LATELY = 60

AFTER: Mapping[str, str] = {
    "part back": "first",
    "swap": "second",
    "swapped back": "swap",
    "rest back": "part back",
}
STEPS = ("enrol", "first", "second", "part back", "swap", "swapped back", "rest back")


def sequences(done: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """All orders in which the news may arrive: nothing comes back before it was bought."""
    if len(done) == len(STEPS):
        yield done
    for step in STEPS:
        if step not in done and AFTER.get(step, step) in (*done, step):
            yield from sequences((*done, step))


class Shopper:
    """One life of a customer; every sequence of its news has a customer of its own."""

    def __init__(self, backend: Caller, customer_id: str, days_ago: int) -> None:
        self._backend = backend
        self._id = customer_id
        self._began = NOON - days_ago * DAY

    def _name(self, order_id: str) -> str:
        return f"{self._id}-{order_id}"

    async def do(self, step: str) -> None:
        backend, began = self._backend, self._began
        if step == "enrol":
            await backend.enrol(self._id, enrolled_at=began)
        elif step == "first":
            one = order(self._name("1"), self._id, began + 2 * DAY, price=333, quantity=3)
            await backend.record_order(one)
        elif step == "second":
            lines = [
                activity.OrderLine(sku="cup", quantity=2, unit_price_minor=1_999),
                activity.OrderLine(sku="kettle", quantity=1, unit_price_minor=50_000),
            ]
            await backend.record_order(order(self._name("2"), self._id, began + 3 * DAY, lines=lines))
        elif step == "part back":
            await self._back("1", "tea", began + 4 * DAY)
        elif step == "swap":
            swap = exchange(
                self._name("2"),
                self._name("3"),
                self._id,
                began + 5 * DAY,
                {"cup": 1},
                {"mug": 1_500, "tin": 900},
            )
            await backend.record_exchange(swap)
        elif step == "swapped back":
            await self._back("3", "mug", began + 6 * DAY)
        elif step == "rest back":
            await self._back("1", "tea", began + 7 * DAY, 2)

    async def _back(self, order_id: str, sku: str, at: Any, quantity: int = 1) -> None:
        back = goods_back("", self._id, at, self._name(order_id), sku, quantity)
        await self._backend.record_return(back)

    def came_to(self, house: House) -> tuple[Any, ...]:
        """Balances, tier, open lots and what lines stand for, without the customer's name."""
        query = select(lots).where(lots.c.customer_id == self._id, lots.c.state.in_(("PENDING", "ACTIVE")))
        open_lots = sorted((self._plain(row[0]), *row[2:7], *row[-3:]) for row in rows(house, query))
        mine = {
            key: left for key, left in standing_portions(house).items() if key[0].startswith(f"{self._id}-")
        }
        portions = {
            (self._plain(one), line, self._plain(lot)): left for (one, line, lot), left in mine.items()
        }
        return account_of(house, self._id), open_lots, portions

    def _plain(self, name: str) -> str:
        return name.replace(f"{self._id}-", "")


@pytest.mark.parametrize("days_ago", [LATELY, LONG_AGO])
async def test_any_order_of_arrival_comes_to_the_same(house: House, backend: Caller, days_ago: int) -> None:
    ends = {}
    for number, sequence in enumerate(list(sequences())[:: 5 if days_ago == LATELY else 11]):
        shopper = Shopper(backend, f"c{number}", days_ago)
        for step in sequence:
            await shopper.do(step)
        assert account_of(house, f"c{number}")[:4] == replayed(house, f"c{number}")
        ends[sequence] = shopper.came_to(house)
    first = next(iter(ends.values()))
    assert {sequence: end for sequence, end in ends.items() if end != first} == {}
    assert bool(first[1]) == (days_ago == LATELY)


async def test_a_new_rule_changes_nothing_about_what_was_earned_before(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=2_500, quantity=2))
    clock.advance(days=1)
    generous = BASE_RULE.model_copy(update={"version": 2, "points_per_unit": 10})
    programme = house.database.programme.model_copy(update={"earning": (generous,)})
    with house.database.engine.begin() as connection:
        sync_file_rules(connection, programme, clock.now())
    clock.advance(days=1)
    await backend.record_return(goods_back(order_id="o-1", at=clock.now()))
    await backend.record_exchange(exchange("o-1", "o-2", taken={"kettle": 4_000}, at=clock.now()))
    assert movements_of(house, "anna") == [("EARN", 50), ("REVERSE_EARN", 25), ("EARN", 150)]


async def test_an_enrolment_that_lies_in_the_past_counts_from_its_own_moment(
    house: House, backend: Caller
) -> None:
    for days in (9, 5, 1):
        await backend.record_order(order(f"o-{days}", price=1_000, at=NOON - days * DAY))
    await backend.enrol("anna", enrolled_at=NOON - 5 * DAY)
    assert set(rows(house, select(lots.c.order_id))) == {("o-5",), ("o-1",)}
