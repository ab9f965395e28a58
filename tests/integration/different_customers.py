"""A little shop whose customers differ, and lists of them by filter."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from regulars.engagement.v1 import engagement_service_pb2 as engagement

from tests.conftest import CallerOf
from tests.integration.shop import NOON, STORE, WEB, Caller, order
from tests.integration.test_scores import answer_survey

DAY = timedelta(days=1)


async def open_shop(caller_of: CallerOf) -> Caller:
    """Customers who differ: anna buys much, ben once, cleo never, dora long ago; returns the team's key."""
    backend = caller_of("backend")
    for customer_id in ("anna", "ben", "cleo"):
        await backend.enrol(customer_id, enrolled_at=NOON - 90 * DAY)
    for number in range(5):
        channel = WEB if number % 2 else STORE
        await backend.record_order(order(at=NOON - number * 20 * DAY, price=9_000, channel=channel))
    await backend.record_order(order(customer_id="ben", at=NOON - 40 * DAY, price=1_000))
    await backend.record_order(order(customer_id="dora", at=NOON - 300 * DAY, price=2_000))
    await answer_survey(backend, "anna", 9)
    return caller_of("team")


async def listed(caller: Caller, text: str = "", order_by: str = "", **fields: Any) -> list[str]:
    request = engagement.ListScoresRequest(filter=text, order_by=order_by, **fields)
    answer = await caller.call(caller.engagement.ListScores, request)
    return [one.customer_id for one in answer.scores]
