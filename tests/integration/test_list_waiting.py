"""What is stored and has not taken effect is listed, with the reason, until it does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from sqlalchemy import Engine

from services.activity.queries.unsettled import count_unsettled, list_unsettled
from services.composition import House
from tests.conftest import CallerOf
from tests.integration.people import merge
from tests.integration.shop import NOON, Caller, exchange, goods_back, order, refusal, stamp
from tests.integration.watching import statements_with_values

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


async def waiting(caller: Caller, **asked: Any) -> activity.ListWaitingResponse:
    request = activity.ListWaitingRequest(**asked)
    answer: activity.ListWaitingResponse = await caller.call(caller.activity.ListWaiting, request)
    return answer


def short(one: activity.WaitingRecord) -> tuple[str, str, dict[str, int]]:
    """Its id, why it waits, and which goods."""
    reason = activity.WaitingReason.Name(one.reason).removeprefix("WAITING_REASON_")
    return one.return_id or one.exchange_id, reason, {line.sku: line.quantity for line in one.lines}


async def test_each_record_that_waits_says_why_and_since_when(backend: Caller, team: Caller) -> None:
    await backend.record_order(order("o-1", at=NOON - DAY, quantity=2))
    await backend.record_return(goods_back("named", at=NOON - 4 * HOUR, order_id="o-9", quantity=3))
    await backend.record_return(goods_back("nameless", at=NOON - 3 * HOUR, sku="cup"))
    await backend.record_exchange(
        exchange("o-8", exchange_id="x-1", at=NOON - 2 * HOUR, back={"tea": 1, "pot": 2})
    )
    found = await waiting(team)
    assert [short(one) for one in found.records] == [
        ("named", "ORDER_UNKNOWN", {"tea": 3}),
        ("nameless", "PURCHASE_UNKNOWN", {"cup": 1}),
        ("x-1", "ORDER_UNKNOWN", {"tea": 1, "pot": 2}),
    ]
    first = found.records[0]
    assert (first.source, first.customer_id, first.order_id) == ("default", "anna", "o-9")
    assert first.happened_at == stamp(NOON - 4 * HOUR)
    assert (found.total, found.refused, found.next_page_token) == (3, 0, "")


async def test_of_a_return_only_the_units_that_wait_are_listed(backend: Caller, team: Caller) -> None:
    await backend.record_return(goods_back("named", order_id="o-1", quantity=5))
    await backend.record_return(goods_back("nameless", customer_id="ben", quantity=5))
    await backend.record_order(order("o-1", at=NOON - DAY, quantity=2))
    await backend.record_order(order("o-2", customer_id="ben", at=NOON - DAY, quantity=1))
    assert [short(one) for one in (await waiting(team)).records] == [
        ("named", "NOT_IN_ORDER", {"tea": 3}),
        ("nameless", "PURCHASE_UNKNOWN", {"tea": 4}),
    ]


async def test_what_takes_effect_is_listed_no_more(backend: Caller, team: Caller) -> None:
    await backend.record_return(goods_back("b-1", order_id="o-1"))
    await backend.record_return(goods_back("b-2", sku="cup"))
    await backend.record_exchange(exchange("o-2", exchange_id="x-1"))
    await backend.record_order(order("o-1", at=NOON - DAY))
    await backend.record_order(order("o-2", at=NOON - DAY))
    await backend.record_order(order("o-3", at=NOON - DAY, sku="cup"))
    found = await waiting(team)
    assert (list(found.records), found.total) == ([], 0)


async def test_an_exchange_that_its_order_refused_is_listed_with_the_refusal(
    backend: Caller, team: Caller
) -> None:
    await backend.record_exchange(exchange("o-1", exchange_id="x-1", back={"tea": 5}))
    await backend.record_order(order("o-1", at=NOON - DAY))
    found = await waiting(team)
    assert [short(one) for one in found.records] == [("x-1", "REFUSED", {"tea": 5})]
    assert (found.records[0].refused, found.total, found.refused) == ("RETURN_EXCEEDS_ORDER", 1, 1)


async def test_pages_follow_each_other_without_a_gap_or_a_repeat(backend: Caller, team: Caller) -> None:
    for number in range(4):  # all of one moment, and of one id
        await backend.record_return(
            activity.Return(
                source=f"shop-{number}",
                return_id="same/id",
                customer_id="anna",
                returned_at=stamp(NOON),
                lines=[activity.ReturnLine(sku="tea", quantity=1)],
            )
        )
    await backend.record_exchange(exchange("o-1", exchange_id="same/id", at=NOON))
    seen: list[tuple[str, str]] = []
    token = ""
    while True:
        page = await waiting(team, page_size=2, page_token=token)
        seen += [(str(one.WhichOneof("record")), one.source) for one in page.records]
        assert page.total == 5
        if not (token := page.next_page_token):
            break
    shops = [("return_id", f"shop-{number}") for number in range(4)]
    assert seen == [("exchange_id", "default"), *shops]


async def test_a_customer_may_be_asked_for_by_every_id(
    backend: Caller, team: Caller, caller_of: CallerOf
) -> None:
    for one in ("anna", "ben"):
        await backend.enrol(one, enrolled_at=NOON - DAY)
    await backend.record_return(goods_back("b-1", customer_id="ben", order_id="o-1"))
    await backend.record_return(goods_back("b-2", customer_id="cleo", order_id="o-2"))
    await merge(caller_of("team"), "anna", "ben")
    for name in ("anna", "ben"):
        found = await waiting(team, customer_id=name)
        assert [(one.return_id, one.customer_id) for one in found.records] == [("b-1", "anna")]
        assert found.total == 1


@pytest.mark.parametrize("token", ["nonsense", "WzEsICJSRVRVUk4iXQ=="], ids=["garbage", "another place"])
async def test_a_token_of_another_list_is_refused(team: Caller, token: str) -> None:
    assert (await refusal(waiting(team, page_token=token))).reason == "PAGE_TOKEN_INVALID"


async def test_a_page_is_found_without_reading_what_took_effect(house: House) -> None:
    engine = house.database.engine
    for customer_id in ("", "anna"):
        with statements_with_values(engine) as seen:
            await house.database.fetch(list_unsettled, customer_id, None, 10)
            await house.database.fetch(count_unsettled, customer_id)
        plans = [line for one in seen if "SELECT" in one[0] for line in plan_of(engine, *one)]
        assert plans
        assert not [line for line in plans if line == "SCAN returns" or "Seq Scan on returns" in line]


def plan_of(engine: Engine, statement: str, parameters: Any) -> list[str]:
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":  # a table of few rows would be read whole
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        return [str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", parameters)]
