"""Spending points, setting them aside, and what is refused."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.duration_pb2 import Duration
from sqlalchemy import func, select

from services.composition import House, build, running
from services.settings import Settings
from services.storage.tables import customers, hold_lots, holds, members, movements, requests
from services.telemetry import Telemetry
from tests.conftest import CallerOf
from tests.integration.ledger import account_of, lots_of, movements_of, replayed, rows
from tests.integration.points import (
    adjust,
    balance,
    capture,
    get_hold,
    give,
    hold,
    release,
    spend,
    spend_request,
)
from tests.integration.rewarding import issue, set_reward
from tests.integration.servers import ON_POSTGRESQL, other_caller
from tests.integration.shop import NOON, Caller, ManualClock, goods_back, order, refusal, refusal_of, stamp

DAY = timedelta(days=1)


def counts(house: House) -> list[int]:
    """How many rows the ledger's tables have."""
    tables = (customers, holds, hold_lots, movements, requests)
    return [rows(house, select(func.count()).select_from(table))[0][0] for table in tables]


async def test_a_spend_takes_the_points_that_expire_first(house: House, backend: Caller) -> None:
    await give(backend, 50)
    soon = await adjust(backend, 30, expires_at=NOON + DAY)
    answer = await spend(backend, 40, purpose="a mug")
    assert (answer.balance.active_points, answer.hold.captured_points) == (40, 40)
    assert lots_of(house, "anna")[f"adjustment/{soon.adjustment_id}"] == (30, 0, "SPENT")
    assert account_of(house, "anna")[:4] == replayed(house, "anna") == (0, 40, 0, 0)
    found = await get_hold(backend, answer.hold.hold_id)
    assert (found.purpose, found.points, found.resolved_at) == ("a mug", 40, stamp(NOON))


async def test_repeating_a_spend_spends_once_and_answers_alike(house: House, backend: Caller) -> None:
    await give(backend, 50)
    calls = [spend(backend, 20, request_id="same") for _ in range(4)]
    answers = await asyncio.gather(*calls)
    answers.append(await spend(backend, 20, request_id="same"))
    assert len({answer.SerializeToString() for answer in answers}) == 1
    assert await balance(backend) == (0, 30, 0, 0)
    assert (await refusal(spend(backend, 21, request_id="same"))).reason == "REQUEST_ID_REUSED"


async def one_in_fifty(callers: list[Caller]) -> None:
    """Fifty at once ask for all the points there are."""
    calls = [spend(callers[number % len(callers)], 80) for number in range(50)]
    answers = await asyncio.gather(*calls, return_exceptions=True)
    refused = [refusal_of(one).reason for one in answers if isinstance(one, grpc.aio.AioRpcError)]
    assert refused == ["INSUFFICIENT_POINTS"] * 49


async def test_of_fifty_who_spend_one_balance_at_once_exactly_one_succeeds(
    house: House, backend: Caller
) -> None:
    await give(backend, 50, 30)
    await one_in_fifty([backend])
    assert await balance(backend) == (0, 0, 0, 0) == replayed(house, "anna")
    assert movements_of(house, "anna").count(("SPEND", 50)) == 1


@ON_POSTGRESQL
async def test_of_fifty_at_two_servers_exactly_one_succeeds(
    house: House, backend: Caller, settings: Settings, clock: ManualClock
) -> None:
    await give(backend, 50, 30)
    async with running(build(settings, clock, Telemetry(0.0))) as other:
        elsewhere = await other_caller(other)
        await one_in_fifty([backend, elsewhere])
        assert await balance(elsewhere) == (0, 0, 0, 0) == replayed(house, "anna")
        await elsewhere.channel.close()


async def test_a_refused_spend_beside_accepted_ones_leaves_no_trace(house: House, backend: Caller) -> None:
    await give(backend, 50)
    await give(backend, 50, customer_id="ben")
    before = counts(house)
    answers = await asyncio.gather(
        spend(backend, 10, request_id="a"),
        spend(backend, 51, request_id="b"),
        spend(backend, 10, "nobody", request_id="c"),
        spend(backend, 10, "ben", request_id="d"),
        spend(backend, 41, request_id="e"),
        return_exceptions=True,
    )
    refused = [refusal_of(one).reason for one in answers if isinstance(one, grpc.aio.AioRpcError)]
    assert refused == ["INSUFFICIENT_POINTS", "MEMBER_NOT_FOUND", "INSUFFICIENT_POINTS"]
    assert counts(house) == [before[0], *(count + 2 for count in before[1:])]
    assert account_of(house, "anna")[:4] == replayed(house, "anna") == (0, 40, 0, 0)


@pytest.mark.parametrize("points", [0, -1, 1_000_000_001, 2**62])
async def test_an_amount_that_cannot_be_is_invalid(backend: Caller, points: int) -> None:
    refused = await refusal(spend(backend, points))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("points",))


async def test_a_hold_is_captured_in_part_and_only_once(house: House, backend: Caller) -> None:
    await give(backend, 100)
    held = await hold(backend, 60)
    assert (await balance(backend), held.lapses_at) == ((0, 40, 60, 0), stamp(NOON + timedelta(minutes=30)))
    over = await refusal(capture(backend, held.hold_id, 61))
    assert (over.reason, over.facts["held_points"]) == ("CAPTURE_EXCEEDS_HOLD", "60")
    answer = await capture(backend, held.hold_id, 45)
    assert (answer.hold.captured_points, answer.balance.active_points) == (45, 55)
    for again in (capture(backend, held.hold_id), release(backend, held.hold_id)):
        refused = await refusal(again)
        assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "HOLD_RESOLVED")
    assert account_of(house, "anna")[:4] == replayed(house, "anna") == (0, 55, 0, 0)


async def test_a_capture_without_points_takes_all_and_a_release_gives_all_back(backend: Caller) -> None:
    await give(backend, 100)
    taken, given_back = await hold(backend, 60), await hold(backend, 40)
    assert (await capture(backend, taken.hold_id)).hold.captured_points == 60
    assert (await release(backend, given_back.hold_id)).balance.active_points == 40


async def test_a_hold_of_another_customer_is_not_found(backend: Caller) -> None:
    await give(backend, 100)
    await give(backend, 100, customer_id="ben")
    held = await hold(backend, 60)
    for call in (
        capture(backend, held.hold_id, customer_id="ben"),
        release(backend, held.hold_id, customer_id="ben"),
        get_hold(backend, held.hold_id, customer_id="ben"),
        get_hold(backend, "unknown"),
        capture(backend, "unknown"),
    ):
        refused = await refusal(call)
        assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "HOLD_NOT_FOUND")


async def test_a_hold_lapses_by_the_clock_alone(house: House, backend: Caller, clock: ManualClock) -> None:
    await give(backend, 100)
    held = await hold(backend, 60, ttl=Duration(seconds=90))
    clock.advance(seconds=89)
    assert (await balance(backend))[2] == 60
    clock.advance(seconds=1)
    assert await balance(backend) == (0, 100, 0, 0)
    found = await get_hold(backend, held.hold_id)
    assert (found.state, found.resolved_at) == (4, stamp(NOON + timedelta(seconds=90)))
    refused = await refusal(capture(backend, held.hold_id))
    assert (refused.reason, refused.facts["state"]) == ("HOLD_RESOLVED", "LAPSED")
    assert (await spend(backend, 100)).balance.active_points == 0


@pytest.mark.parametrize("seconds", [0, -1, 604_801])
async def test_a_hold_lasts_a_week_at_most(backend: Caller, seconds: int) -> None:
    refused = await refusal(hold(backend, 1, ttl=Duration(seconds=seconds)))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("ttl",))


async def test_an_expired_point_is_never_spent_though_no_job_ran(backend: Caller, clock: ManualClock) -> None:
    await give(backend, 10)
    await adjust(backend, 30, expires_at=NOON + DAY)
    clock.advance(days=1)
    refused = await refusal(spend(backend, 11))
    assert (refused.reason, refused.facts["active_points"]) == ("INSUFFICIENT_POINTS", "10")


async def test_a_held_point_may_be_spent_after_its_expiry_but_does_not_come_back(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await adjust(backend, 30, expires_at=NOON + timedelta(minutes=5))
    held = await hold(backend, 30)
    clock.advance(minutes=10)
    answer = await capture(backend, held.hold_id, 20)
    assert (answer.hold.captured_points, answer.balance.active_points) == (20, 0)
    assert movements_of(house, "anna")[-2:] == [("RELEASE", 10), ("EXPIRE", 10)]


async def test_points_that_paid_for_an_order_come_back_with_its_goods(house: House, backend: Caller) -> None:
    await give(backend, 100)
    await backend.record_order(order("o-1", quantity=2, price=50))
    await spend(backend, 60, order_id="o-1")
    await backend.record_return(goods_back(order_id="o-1", quantity=1))
    assert (await balance(backend))[1] == 70
    await backend.record_return(goods_back(order_id="o-1", quantity=1))
    assert (await balance(backend))[1] == 100
    assert account_of(house, "anna")[:4] == replayed(house, "anna")


async def test_points_of_a_reward_are_not_touched_by_hand(
    house: House, backend: Caller, caller_of: CallerOf
) -> None:
    await give(backend, 100)
    await set_reward(caller_of("team"), points=60)
    await issue(backend)
    with house.database.engine.connect() as connection:
        hold_id = connection.execute(select(holds.c.hold_id)).scalar_one()
    for call in (capture(backend, hold_id), release(backend, hold_id)):
        assert (await refusal(call)).reason == "HOLD_OF_REWARD"
    assert await balance(backend) == (0, 40, 60, 0)


async def test_only_an_active_member_spends(backend: Caller, house: House) -> None:
    await give(backend, 100)
    with house.database.engine.begin() as connection:
        connection.execute(members.update().values(state="SUSPENDED"))
    refused = await refusal(spend(backend, 1))
    assert (refused.reason, refused.facts["state"]) == ("MAY_NOT_SPEND", "SUSPENDED")


async def test_spends_that_wait_together_are_taken_in_order(house: House, backend: Caller) -> None:
    await give(backend, 100)
    calls: list[Any] = [spend_request(30) for _ in range(5)]
    answers = await asyncio.gather(
        *(backend.call(backend.loyalty.SpendPoints, call) for call in calls), return_exceptions=True
    )
    left = sorted(one.balance.active_points for one in answers if not isinstance(one, BaseException))
    assert left == [10, 40, 70]
    assert account_of(house, "anna")[:4] == replayed(house, "anna") == (0, 10, 0, 0)
