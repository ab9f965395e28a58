"""What comes before its order waits for it; what can then not be done says why."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from services.composition import House
from services.storage.tables import order_lines, returns, waiting_exchanges
from tests.conftest import CallerOf
from tests.integration.people import merge
from tests.integration.shop import NOON, Caller, exchange, goods_back, order, refusal

DAY = timedelta(days=1)


def returned(house: House) -> list[int]:
    lines = select(order_lines.c.returned_quantity).order_by(order_lines.c.order_id, order_lines.c.line)
    with house.database.engine.connect() as connection:
        return list(connection.execute(lines).scalars())


def waiting(house: House) -> tuple[int, list[str]]:
    """How many units wait, and why exchanges were refused when their order came."""
    with house.database.engine.connect() as connection:
        units = sum(connection.execute(select(returns.c.unmatched_units)).scalars())
        return units, list(connection.execute(select(waiting_exchanges.c.refused)).scalars())


async def test_an_exchange_takes_effect_when_its_order_comes(house: House, backend: Caller) -> None:
    await backend.enrol("anna", enrolled_at=NOON - 3 * DAY)
    early = exchange("o-1", "o-2", exchange_id="x-1", taken={"tea-large": 4_000})
    answer = await backend.record_exchange(early)
    assert (answer.waits, answer.duplicate, answer.returned.amount_minor) == (True, False, 0)
    assert (await backend.record_exchange(early)).duplicate
    assert waiting(house) == (0, [""])
    await backend.record_order(order("o-1", at=NOON - DAY))
    again = await backend.record_exchange(early)
    assert (again.waits, again.duplicate, again.returned.amount_minor) == (False, True, 2_500)
    assert (await backend.balance("anna")).pending_points == 40
    assert (returned(house), waiting(house)) == ([1, 0], (0, []))


async def test_another_exchange_under_the_id_of_one_that_waits_is_refused(backend: Caller) -> None:
    await backend.record_exchange(exchange("o-1", "o-2", exchange_id="x-1"))
    refused = await refusal(backend.record_exchange(exchange("o-1", "o-3", exchange_id="x-1")))
    assert refused.reason == "EXCHANGE_DIFFERS"


async def test_an_exchange_that_its_order_does_not_allow_is_kept_with_the_reason(
    house: House, backend: Caller
) -> None:
    early = exchange("o-1", "o-2", exchange_id="x-1", back={"tea": 5})
    await backend.record_exchange(early)
    await backend.record_order(order("o-1", at=NOON - DAY))
    assert (returned(house), waiting(house)) == ([0], (0, ["RETURN_EXCEEDS_ORDER"]))
    assert (await refusal(backend.record_exchange(early))).reason == "RETURN_EXCEEDS_ORDER"


@pytest.mark.parametrize(
    "late",
    [{"customer_id": "ben"}, {"at": NOON + timedelta(minutes=1)}, {"sku": "cup"}, {"source": "till"}],
    ids=lambda late: next(iter(late)),
)
async def test_an_order_takes_back_only_what_can_be_its_own(
    house: House, backend: Caller, late: dict[str, object]
) -> None:
    await backend.record_return(goods_back("b-1", order_id="o-1"))
    await backend.record_order(order("o-1", **late))  # type: ignore[arg-type]
    assert (returned(house), waiting(house)) == ([0], (1, []))


async def test_more_than_was_bought_goes_on_waiting(house: House, backend: Caller) -> None:
    await backend.record_return(goods_back("b-1", order_id="o-1", quantity=3))
    await backend.record_order(order("o-1", quantity=2))
    answer = await backend.record_return(goods_back("b-1", order_id="o-1", quantity=3))
    assert (answer.duplicate, answer.waits, answer.unmatched_units) == (True, True, 1)
    assert (returned(house), waiting(house)) == ([2], (1, []))


async def test_a_late_order_explains_what_came_back_without_an_order_id(
    house: House, backend: Caller
) -> None:
    await backend.enrol("anna", enrolled_at=NOON - 3 * DAY)
    await backend.record_return(goods_back("b-1", quantity=2))
    await backend.record_order(order("o-1", quantity=3, at=NOON - DAY))
    assert (returned(house), waiting(house)) == ([2], (0, []))
    assert (await backend.balance("anna")).pending_points == 25


async def test_what_waits_goes_over_when_two_customers_are_merged(
    house: House, backend: Caller, caller_of: CallerOf
) -> None:
    for one in ("anna", "ben"):
        await backend.enrol(one, enrolled_at=NOON - 3 * DAY)
    await backend.record_return(goods_back("b-1", customer_id="ben", order_id="o-1"))
    await backend.record_exchange(exchange("o-2", customer_id="ben"))
    await merge(caller_of("team"), "anna", "ben")
    await backend.record_order(order("o-1", customer_id="ben", at=NOON - DAY))
    await backend.record_order(order("o-2", customer_id="ben", at=NOON - DAY))
    assert (returned(house)[:2], waiting(house)) == ([1, 1], (0, []))
    assert (await backend.balance("anna")).pending_points == 25
