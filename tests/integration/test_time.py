"""What time alone does to points and tiers, whether anybody calls or not."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty
from sqlalchemy import func, select, update

from services.composition import House, build, running
from services.loyalty.use_cases.time import ACCOUNTS_MAX, SWEEP_TOPIC, sweep
from services.settings import Settings
from services.storage.outbox import Claimed
from services.storage.tables import accounts, lots, movements, outbox
from services.telemetry import Telemetry
from tests.integration.ledger import (
    account_of,
    lots_of,
    movements_of,
    replayed,
    rows,
    tier_changes_of,
    warnings_of,
)
from tests.integration.servers import ON_POSTGRESQL
from tests.integration.shop import NOON, Caller, ManualClock, eventually, fresh_id, order, order_record

pytestmark = pytest.mark.usefixtures("verified")

DAY = timedelta(days=1)
NEW_YEAR = datetime.fromisoformat("2027-01-01T00:00:00+00:00")


async def swept(house: House) -> None:
    """Wait until the sweep finds nothing more to do and the next one is planned."""
    planned = select(outbox.c.due_at, outbox.c.attempts).where(outbox.c.topic == SWEEP_TOPIC)
    house.worker.wake()
    now = house.clock.now()
    await eventually(lambda: all(due_at > now and not tries for due_at, tries in rows(house, planned)))


def moved_at(house: House, kind: str) -> list[tuple[Any, ...]]:
    query = select(movements.c.points, movements.c.effective_at).where(movements.c.kind == kind)
    return rows(house, query.order_by(movements.c.movement_id))


async def test_idle_points_activate_and_expire_on_their_own_days(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=2_500))
    clock.advance(days=15)
    await swept(house)
    assert account_of(house, "anna")[:2] == (0, 25)
    assert moved_at(house, "ACTIVATE") == [(25, NOON + 14 * DAY)]
    clock.advance(days=500)
    await swept(house)
    assert moved_at(house, "EXPIRE") == [(25, datetime.fromisoformat("2027-03-31T23:00:00+00:00"))]
    assert account_of(house, "anna")[:4] == (0, 0, 0, 0) == replayed(house, "anna")
    assert lots_of(house, "anna")["default/o-1/base"] == (25, 0, "EXPIRED")


async def test_a_clock_that_jumps_for_years_changes_nothing_about_what_happened(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    for customer in ("anna", "ben"):
        await backend.enrol(customer)
        await backend.record_order(order("", customer, price=60_000))
    while clock.now() < NOON + 800 * DAY:  # for ben as for anna, but for anna's sake in steps
        clock.advance(days=11)
        await swept(house)
    step_by_step = [account_of(house, "anna"), movements_of(house, "anna")]
    await backend.enrol("carl", enrolled_at=NOON)
    await backend.record_order(order("", "carl", at=NOON, price=60_000))
    await swept(house)
    assert account_of(house, "ben") == step_by_step[0]
    assert account_of(house, "carl")[:4] == step_by_step[0][:4]
    assert account_of(house, "carl")[5] == step_by_step[0][5]
    assert (
        movements_of(house, "ben") == step_by_step[1] == [("EARN", 600), ("ACTIVATE", 600), ("EXPIRE", 600)]
    )


async def test_a_hold_lapses_by_itself(house: House, backend: Caller, clock: ManualClock) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=2_500))
    clock.advance(days=15)
    request = loyalty.HoldPointsRequest(request_id=fresh_id("r"), customer_id="anna", points=20)
    await backend.call(backend.loyalty.HoldPoints, request)
    assert account_of(house, "anna")[:3] == (0, 5, 20)
    clock.advance(minutes=31)
    await swept(house)
    assert account_of(house, "anna")[:3] == (0, 25, 0) == replayed(house, "anna")[:3]


async def test_a_tier_falls_at_the_end_of_the_period_after_its_warnings(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=60_000))
    assert tier_changes_of(house, "anna") == [("BRONZE", "SILVER")]
    clock.move_to(NEW_YEAR + 330 * DAY)
    await swept(house)
    assert warnings_of(house, "anna") == []
    for days in (30, 29, 7, 6):
        clock.move_to(NEW_YEAR + (365 - days) * DAY)
        await swept(house)
        await swept(house)
    assert warnings_of(house, "anna") == [(30, "BRONZE", 500), (7, "BRONZE", 500)]
    clock.move_to(NEW_YEAR + 365 * DAY - timedelta(seconds=1))
    await swept(house)
    assert account_of(house, "anna")[5] == "SILVER"
    clock.advance(seconds=1)
    await swept(house)
    assert tier_changes_of(house, "anna") == [("BRONZE", "SILVER"), ("SILVER", "BRONZE")]


async def test_whoever_calls_on_the_day_of_a_warning_is_warned_all_the_same(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=60_000))
    clock.move_to(NEW_YEAR + 364 * DAY)
    await backend.record_order(order("o-2", price=1_000, at=clock.now()))
    await swept(house)
    assert warnings_of(house, "anna") == [(7, "BRONZE", 490)]


async def test_more_accounts_than_one_sweep_takes_are_all_brought_to_now(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    customers = [f"c{number:04d}" for number in range(ACCOUNTS_MAX + 30)]
    for start in range(0, len(customers), 40):
        await asyncio.gather(*(backend.enrol(one) for one in customers[start : start + 40]))
    await backend.record_batch(*(order_record(customer_id=one, price=2_500) for one in customers))
    clock.advance(days=15)
    await swept(house)
    due = select(func.count()).where(accounts.c.due_at <= clock.now())
    states = select(lots.c.state).distinct()
    assert (rows(house, due), rows(house, states)) == ([(0,)], [("ACTIVE",)])


async def test_an_account_that_cannot_be_swept_holds_up_no_other_and_is_tried_again(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    for customer in ("anna", "ben"):
        await backend.enrol(customer)
        await backend.record_order(order("", customer, price=2_500))
    set_pending(house, "anna", 1)  # less than is to be activated
    clock.advance(days=15)
    await swept(house)
    assert (account_of(house, "ben")[:2], account_of(house, "anna")[:2]) == ((0, 25), (1, 0))
    set_pending(house, "anna", 25)
    clock.advance(seconds=61)
    await swept(house)
    assert account_of(house, "anna")[:2] == (0, 25)


def set_pending(house: House, customer_id: str, points: int) -> None:
    """Tamper with a balance, or mend it."""
    with house.database.engine.begin() as connection:
        tampered = update(accounts).where(accounts.c.customer_id == customer_id)
        connection.execute(tampered.values(pending_points=points))


async def test_there_is_always_exactly_one_sweep_planned(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    planned = select(outbox.c.due_at, outbox.c.attempts).where(outbox.c.topic == SWEEP_TOPIC)
    await swept(house)
    assert rows(house, planned) == [(NOON + timedelta(seconds=60), 0)]
    await backend.record_order(order("o-1", price=2_500, at=NOON - 14 * DAY + timedelta(seconds=90)))
    clock.advance(seconds=61)
    await swept(house)
    assert rows(house, planned)[0][0] <= clock.now() + timedelta(seconds=60)


@pytest.mark.parametrize("steps", [1, 40])
async def test_balances_are_true_between_sweeps(
    house: House, backend: Caller, clock: ManualClock, steps: int
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=2_500))
    for _ in range(steps):
        clock.advance(days=400 / steps)
        balance = await backend.balance("anna")
        age = clock.now() - NOON
        assert balance.pending_points == (25 if age < 14 * DAY else 0)
        assert balance.active_points == (25 if 14 * DAY <= age < 386 * DAY else 0)


@ON_POSTGRESQL
async def test_two_servers_sweep_each_account_once(
    house: House, backend: Caller, settings: Settings, clock: ManualClock
) -> None:
    customers = [f"c{number}" for number in range(40)]
    await asyncio.gather(*(backend.enrol(one) for one in customers))
    await backend.record_batch(*(order_record(customer_id=one, price=2_500) for one in customers))
    async with running(build(settings, clock, Telemetry(0.0))) as other:
        clock.advance(days=15)
        work = Claimed(0, SWEEP_TOPIC, "all", {"recurs": True}, clock.now(), 1)
        await asyncio.gather(*(sweep(one.database, work) for one in (house, other, house, other)))
        await swept(house)
    assert moved_at(house, "ACTIVATE") == [(25, NOON + 14 * DAY)] * len(customers)
