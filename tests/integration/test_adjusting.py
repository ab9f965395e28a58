"""Corrections of balances, and points that one member gives another."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from regulars.loyalty.v1 import loyalty_service_pb2 as pb
from sqlalchemy import select

from services.composition import House
from services.storage.tables import lots, members, movements
from tests.conftest import CallerOf
from tests.integration.ledger import account_of, lots_of, movements_of, replayed, rows
from tests.integration.points import adjust, balance, give, hold, transfer
from tests.integration.shop import NOON, Caller, goods_back, order, refusal, stamp

DAY = timedelta(days=1)


def set_state(house: House, customer_id: str, state: str) -> None:
    with house.database.engine.begin() as connection:
        connection.execute(members.update().where(members.c.customer_id == customer_id).values(state=state))


async def test_a_correction_says_who_made_it_and_why(house: House, caller_of: CallerOf) -> None:
    team = caller_of("team")
    await caller_of("backend").enrol("anna")
    answer = await adjust(team, 500)
    assert answer.balance.active_points == 500
    found = select(movements.c.actor, movements.c.reason, movements.c.reference, movements.c.kind)
    assert rows(house, found) == [("mia", "goodwill", f"adjustment {answer.adjustment_id}", "ADJUST")]
    expiry = rows(house, select(lots.c.expires_at))[0][0]
    assert expiry.isoformat() == "2027-03-31T23:00:00+00:00"


async def test_a_correction_downwards_takes_no_more_than_can_be_spent(house: House, backend: Caller) -> None:
    await give(backend, 100)
    await hold(backend, 30)
    refused = await refusal(adjust(backend, -71))
    assert (refused.reason, refused.facts["active_points"]) == ("INSUFFICIENT_POINTS", "70")
    assert (await adjust(backend, -70)).balance.active_points == 0
    assert account_of(house, "anna")[:4] == replayed(house, "anna") == (0, 0, 30, 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"actor": " "}, "actor"),
        ({"reason": ""}, "reason"),
        ({"points": 0}, "points"),
        ({"points": 1_000_000_001}, "points"),
        ({"points": -5, "expires_at": stamp(NOON + DAY)}, "expires_at"),
        ({"expires_at": stamp(NOON)}, "expires_at"),
    ],
)
async def test_a_correction_that_lacks_something_is_invalid(
    backend: Caller, wrong: dict[str, Any], field: str
) -> None:
    await give(backend, 100)
    fields: dict[str, Any] = {"points": 5, "actor": "mia", "reason": "goodwill"} | wrong
    request = pb.AdjustPointsRequest(request_id="r", customer_id="anna", **fields)
    refused = await refusal(backend.call(backend.loyalty.AdjustPoints, request))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (field,))


@pytest.mark.parametrize("state", ["SUSPENDED", "CLOSED"])
async def test_who_may_not_earn_is_given_nothing_but_may_be_corrected(
    house: House, backend: Caller, state: str
) -> None:
    await give(backend, 100)
    set_state(house, "anna", state)
    assert (await refusal(adjust(backend, 5))).reason == "MAY_NOT_EARN"
    assert (await adjust(backend, -5)).balance.active_points == 95


async def test_points_given_pay_what_is_owed_first(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", at=NOON - 20 * DAY, price=5_000))
    await backend.enrol("ben", enrolled_at=NOON - 30 * DAY)
    await backend.record_order(order("o-2", "ben", at=NOON - 20 * DAY, price=5_000))
    await give(backend, 10, customer_id="cleo")
    await transfer(backend, 50, "ben", "cleo")
    await backend.record_return(goods_back(customer_id="ben", order_id="o-2"))
    assert await balance(backend, "ben") == (0, 0, 0, 50)
    assert (await adjust(backend, 60, "ben")).balance.active_points == 10
    assert account_of(house, "ben")[:4] == replayed(house, "ben") == (0, 10, 0, 0)


async def test_given_points_keep_their_dates(house: House, backend: Caller) -> None:
    await give(backend, 50)
    soon = await adjust(backend, 30, expires_at=NOON + DAY)
    await give(backend, 1, customer_id="ben")
    answer = await transfer(backend, 40)
    assert (answer.balance.active_points, answer.to_balance.active_points) == (40, 41)
    found = select(lots.c.lot_id, lots.c.points, lots.c.expires_at).where(lots.c.customer_id == "ben")
    received = {lot_id: (points, expires) for lot_id, points, expires in rows(house, found)}
    assert received[f"transfer/{answer.transfer_id}/0"] == (30, NOON + DAY)
    assert received[f"transfer/{answer.transfer_id}/1"][0] == 10
    assert lots_of(house, "anna")[f"adjustment/{soon.adjustment_id}"][2] == "SPENT"
    for member in ("anna", "ben"):
        assert account_of(house, member)[:4] == replayed(house, member)


async def test_points_given_to_and_fro_at_once_are_never_made_or_lost(house: House, backend: Caller) -> None:
    names = ("anna", "ben", "cleo")
    for name in names:
        await give(backend, 100, customer_id=name)
    pairs = [(one, other) for one in names for other in names if one != other] * 5
    calls = (transfer(backend, 17 + number, one, other) for number, (one, other) in enumerate(pairs))
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert any(not isinstance(one, BaseException) for one in answers)
    assert sum([(await balance(backend, name))[1] for name in names]) == 300
    assert all(account_of(house, name)[:4] == replayed(house, name) for name in names)


async def test_a_transfer_needs_two_active_members(house: House, backend: Caller) -> None:
    await give(backend, 100)
    missing = await refusal(transfer(backend, 5, to="nobody"))
    assert (missing.reason, missing.facts["field"]) == ("MEMBER_NOT_FOUND", "to_customer_id")
    assert (await refusal(transfer(backend, 5, to="anna"))).reason == "SELF_TRANSFER"
    await backend.enrol("ben")
    set_state(house, "ben", "SUSPENDED")
    assert (await refusal(transfer(backend, 5))).reason == "MAY_NOT_RECEIVE"
    set_state(house, "ben", "ACTIVE")
    assert (await refusal(transfer(backend, 101))).reason == "INSUFFICIENT_POINTS"
    set_state(house, "anna", "SUSPENDED")
    assert (await refusal(transfer(backend, 5))).reason == "MAY_NOT_SPEND"
    assert movements_of(house, "anna") == [("ADJUST", 100)]
    assert movements_of(house, "ben") == []


async def test_a_repeated_transfer_gives_once(backend: Caller) -> None:
    await give(backend, 100)
    await backend.enrol("ben")
    request = pb.TransferPointsRequest(
        request_id="same", customer_id="anna", to_customer_id="ben", points=5, actor="mia", reason="a gift"
    )
    answers = [await backend.call(backend.loyalty.TransferPoints, request) for _ in range(2)]
    assert answers[0] == answers[1]
    assert await balance(backend, "ben") == (0, 5, 0, 0)
