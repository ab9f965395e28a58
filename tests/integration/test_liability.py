"""What the programme owes its members reconciles with its ledger to the point."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from google.protobuf.duration_pb2 import Duration
from regulars.loyalty.v1 import loyalty_service_pb2 as pb
from regulars.loyalty.v1 import points_pb2
from sqlalchemy import event

from services.composition import House
from services.loyalty.queries.liability import find_liability
from services.points.lots import Kind
from services.storage.tables import accounts, members
from tests.conftest import CallerOf
from tests.integration.points import adjust, capture, give, hold, spend, transfer
from tests.integration.shop import CALL_SECONDS, NOON, Caller, ManualClock, goods_back, order
from tests.integration.watching import statements

DAY = timedelta(days=1)


async def liability(caller: Caller) -> points_pb2.Liability:
    answer: pb.GetLiabilityResponse = await caller.call(caller.loyalty.GetLiability, pb.GetLiabilityRequest())
    return answer.liability


def owed(found: points_pb2.Liability) -> tuple[int, int, int, int]:
    return found.pending_points, found.active_points, found.blocked_points, found.debt_points


def change(flows: Sequence[points_pb2.PointsFlow]) -> int:
    """What the flows say that members have more than before."""
    gained = sum(one.earned_points + one.adjusted_points + one.restored_points for one in flows)
    lost = sum(
        one.spent_points + one.expired_points + one.forfeited_points + one.reversed_points for one in flows
    )
    return gained - lost


def reconciles(found: points_pb2.Liability) -> bool:
    total = found.pending_points + found.active_points + found.blocked_points
    by_month = sum(one.points for one in found.expiries)
    return by_month == total and total - found.debt_points == change(found.flows)


async def a_busy_month(backend: Caller, clock: ManualClock) -> None:
    """Members who earn, spend, return, hold, give, owe, and let points lapse."""
    for name in ("anna", "ben", "cleo"):
        await give(backend, 100, customer_id=name)
        await backend.record_order(order(f"o-{name}", name, at=clock.now(), price=4_000, quantity=2))
    await adjust(backend, 50, expires_at=NOON + 5 * DAY)
    await spend(backend, 30, "ben", order_id="o-ben")
    await hold(backend, 20, "cleo", ttl=Duration(seconds=7 * 86_400))
    await hold(backend, 10, "cleo")
    await transfer(backend, 25, "cleo", "ben")
    clock.advance(days=2)
    await backend.record_return(goods_back(customer_id="ben", order_id="o-ben", at=clock.now()))
    held = await hold(backend, 60, "anna")
    await capture(backend, held.hold_id, 35)


async def test_all_that_happened_adds_up_before_and_after_time_is_noticed(
    house: House, backend: Caller, caller_of: CallerOf, clock: ManualClock
) -> None:
    team = caller_of("team")
    await a_busy_month(backend, clock)
    now = await liability(team)
    assert owed(now) == (80 + 40 + 80, 115 + 110 + 55, 20, 0)
    assert reconciles(now)
    house.worker.stop()  # nobody writes down what time does
    for days in (3, 2, 7, 330):
        clock.advance(days=days)
        assert reconciles(found := await liability(team)), days
    clock.advance(days=60)  # everything has expired; its beginning is too long ago to be told
    last = await liability(team)
    assert owed(last) == (0, 0, 0, 0)
    assert last.flows[-2].expired_points == found.active_points > 0
    assert not last.expiries


async def test_what_is_owed_is_told_by_the_month_it_expires_with(
    backend: Caller, caller_of: CallerOf
) -> None:
    await give(backend, 100)
    await adjust(backend, 50, expires_at=NOON + 5 * DAY)
    await backend.record_order(order(price=7_000))
    found = await liability(caller_of("team"))
    assert [(one.month, one.points) for one in found.expiries] == [("2026-03", 50), ("2027-03", 170)]
    assert (found.value.amount_minor, found.value.currency) == (220, "GBP")
    assert [flow.month for flow in found.flows][::11] == ["2025-04", "2026-03"]


async def test_points_that_lapsed_unnoticed_are_not_owed(
    house: House, backend: Caller, caller_of: CallerOf, clock: ManualClock
) -> None:
    await give(backend, 100)
    await adjust(backend, 50, expires_at=NOON + timedelta(minutes=5))
    await hold(backend, 30)
    house.worker.stop()
    clock.advance(minutes=5)
    found = await liability(caller_of("team"))
    assert (owed(found), found.flows[-1].expired_points) == ((0, 100, 30, 0), 20)
    clock.advance(minutes=25)  # the hold lapses, and with it points that expired meanwhile
    found = await liability(caller_of("team"))
    assert (owed(found), found.flows[-1].expired_points) == ((0, 100, 0, 0), 50)
    assert (found.breakage_rate, found.ended_points) == (1.0, 50)


async def test_closed_memberships_are_owed_nothing_after_their_days(
    house: House, backend: Caller, caller_of: CallerOf, clock: ManualClock
) -> None:
    await give(backend, 100)
    house.worker.stop()
    with house.database.engine.begin() as connection:
        connection.execute(members.update().values(state="CLOSED"))
        connection.execute(accounts.update().values(forfeits_at=NOON + DAY, due_at=NOON + DAY))
    assert owed(await liability(caller_of("team"))) == (0, 100, 0, 0)
    clock.advance(days=1)
    found = await liability(caller_of("team"))
    assert (owed(found), found.flows[-1].forfeited_points) == ((0, 0, 0, 0), 100)


async def test_debt_is_told_beside_what_is_owed(backend: Caller, caller_of: CallerOf) -> None:
    await backend.enrol("anna", enrolled_at=NOON - 40 * DAY)
    await backend.record_order(order("o-1", at=NOON - 30 * DAY, price=5_000))
    await give(backend, 7, customer_id="ben")
    await transfer(backend, 50, "anna", "ben")
    await backend.record_return(goods_back(order_id="o-1"))
    found = await liability(caller_of("team"))
    assert (owed(found), found.value.amount_minor) == ((0, 57, 0, 50), 57)
    assert reconciles(found)


async def test_the_liability_is_of_one_moment(house: House, backend: Caller, caller_of: CallerOf) -> None:
    await give(backend, 100)
    loop, spent = asyncio.get_running_loop(), [False]

    def spend_in_between(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """What members have is summed up, what became of points is about to be."""
        if "AS place, movements.kind" in statement and not spent[0]:
            spent[0] = True
            asyncio.run_coroutine_threadsafe(spend(backend, 40), loop).result(CALL_SECONDS)

    event.listen(house.database.engine, "before_cursor_execute", spend_in_between)
    found = await liability(caller_of("team"))
    event.remove(house.database.engine, "before_cursor_execute", spend_in_between)
    assert spent == [True]
    assert (found.active_points, reconciles(found)) == (100, True)
    now = await liability(caller_of("team"))
    assert (now.active_points, reconciles(now)) == (60, True)


async def test_the_liability_takes_few_statements_however_many_members(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    for number in range(30):
        await give(backend, 10, customer_id=f"c{number}")
        await hold(backend, 5, f"c{number}")
    house.worker.stop()
    clock.advance(days=1)
    with statements(house.database.engine) as sent:
        found = await house.database.fetch(find_liability, clock.now(), house.database.programme.zone)
    ours: list[Any] = [one for one in sent if "lots" in one or "movements" in one or "accounts" in one]
    assert found.outstanding.active_points == 300
    assert found.flows[-1].gained(Kind.ADJUST) == 300
    assert len(ours) <= 7
