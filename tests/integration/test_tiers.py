"""Tiers as orders, returns and spends move them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty

from services.composition import House
from services.settings import Settings
from tests.integration.ledger import account_of, tier_changes_of
from tests.integration.shop import NOON, Caller, ManualClock, exchange, fresh_id, goods_back, order

pytestmark = pytest.mark.usefixtures("verified")

DAY = timedelta(days=1)
LAST_YEAR = NOON - 100 * DAY  # in December
SPEND = """
[tiers]
metric = "spend"
levels = [{ name = "BASIC", threshold = 0 }, { name = "PLUS", threshold = 10_000 }]
"""


async def test_an_order_lifts_at_once_and_its_return_lowers_the_amount(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=200_000))
    await backend.record_return(goods_back(order_id="o-1"))
    assert tier_changes_of(house, "anna") == [("BRONZE", "GOLD"), ("GOLD", "BRONZE")]
    assert account_of(house, "anna")[4] == {"2026-01-01": 0}


async def test_spending_never_changes_a_tier(house: House, backend: Caller, clock: ManualClock) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=60_000))
    clock.advance(days=20)
    before = account_of(house, "anna")[4:]
    request = loyalty.SpendPointsRequest(request_id=fresh_id("r"), customer_id="anna", points=600)
    await backend.call(backend.loyalty.SpendPoints, request)
    assert account_of(house, "anna")[4:] == before == ({"2026-01-01": 600}, "SILVER")


async def test_an_order_counts_in_the_period_it_was_placed_in(house: House, backend: Caller) -> None:
    await backend.enrol("anna", enrolled_at=LAST_YEAR)
    await backend.record_order(order("o-1", price=30_000, at=LAST_YEAR))
    await backend.record_order(order("o-2", price=40_000))
    await backend.record_return(goods_back(order_id="o-1"))
    assert account_of(house, "anna")[4:] == ({"2025-01-01": 0, "2026-01-01": 400}, "BRONZE")


async def test_an_exchange_counts_when_the_first_goods_were_bought(house: House, backend: Caller) -> None:
    await backend.enrol("anna", enrolled_at=LAST_YEAR)
    await backend.record_order(order("o-1", price=30_000, at=LAST_YEAR))
    await backend.record_exchange(exchange("o-1", "o-2", taken={"cup": 35_000}))
    assert account_of(house, "anna")[4] == {"2025-01-01": 300, "2026-01-01": 50}
    await backend.record_return(goods_back(order_id="o-2", sku="cup"))
    assert account_of(house, "anna")[4] == {"2025-01-01": 0, "2026-01-01": 0}


class TestWhereTheMetricIsMoney:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        file = settings.data_dir / "program.toml"
        file.write_text(SPEND)
        return settings.model_copy(update={"programme_file": file})

    async def test_money_spent_counts_and_money_given_back_does_not(
        self, house: House, backend: Caller
    ) -> None:
        await backend.enrol("anna")
        lines = [
            activity.OrderLine(sku="tea", quantity=3, unit_price_minor=3_333),
            activity.OrderLine(sku="card", quantity=1, unit_price_minor=5_000, gift_card=True),
        ]
        await backend.record_order(order("o-1", lines=lines))
        assert account_of(house, "anna")[4:] == ({"2026-01-01": 9_999}, "BASIC")
        await backend.record_order(order("o-2", price=50, points_paid_minor=49))
        assert account_of(house, "anna")[4:] == ({"2026-01-01": 10_000}, "PLUS")
        for _ in range(3):
            await backend.record_return(goods_back(order_id="o-1"))
        assert account_of(house, "anna")[4:] == ({"2026-01-01": 1}, "BASIC")

    async def test_exchanged_goods_count_when_the_first_ones_were_bought(
        self, house: House, backend: Caller
    ) -> None:
        await backend.enrol("anna", enrolled_at=LAST_YEAR)
        await backend.record_order(order("o-1", price=3_000, at=LAST_YEAR))
        await backend.record_exchange(exchange("o-1", "o-2", taken={"cup": 3_500}))
        assert account_of(house, "anna")[4] == {"2025-01-01": 3_000, "2026-01-01": 500}
        await backend.record_return(goods_back(order_id="o-2", sku="cup"))
        assert account_of(house, "anna")[4] == {"2025-01-01": 0, "2026-01-01": 0}
