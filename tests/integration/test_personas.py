"""Personas through gRPC: built from the stored scores, kept for filters, and built again in time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from regulars.engagement.v1 import engagement_service_pb2 as engagement
from regulars.engagement.v1 import segments_pb2
from regulars.engagement.v1 import segments_service_pb2 as pb
from sqlalchemy import select

from services.composition import House
from services.engagement.use_cases import personas
from services.engagement.use_cases.personas import build_personas
from services.engagement.use_cases.rescoring import Chunk, score_chunk
from services.storage import tables
from tests.conftest import CallerOf
from tests.integration.people import erase
from tests.integration.shop import NOON, STORE, WEB, Caller, ManualClock, eventually, order_record

DAY = timedelta(days=1)
KEEN, OTHERS = 20, 40


@pytest.fixture
async def shop(backend: Caller) -> Caller:
    """Sixty buyers: a third comes every week and for little, the others came once and for much."""
    keen = [
        order_record(customer_id=f"keen-{one:02}", at=NOON - week * 7 * DAY, price=1_000 + one, channel=WEB)
        for one in range(KEEN)
        for week in range(6)
    ]
    others = [
        order_record(
            customer_id=f"other-{one:02}", at=NOON - (200 + one) * DAY, price=9_000 + one, channel=STORE
        )
        for one in range(OTHERS)
    ]
    await backend.record_batch(*keen, *others)
    return backend


def due_at(house: House) -> datetime:
    """When the worker builds next."""
    wanted = select(tables.outbox.c.due_at).where(tables.outbox.c.topic == personas.TOPIC)
    with house.database.engine.connect() as connection:
        found: datetime = connection.execute(wanted).scalar_one()
    return found


async def report(caller: Caller) -> segments_pb2.PersonaReport:
    answer: pb.GetPersonasResponse = await caller.call(caller.segments.GetPersonas, pb.GetPersonasRequest())
    return answer.report


async def of_persona(caller: Caller, persona: str) -> set[str]:
    request = engagement.ListScoresRequest(filter=f'persona = "{persona}"', page_size=1_000)
    return {one.customer_id for one in (await caller.call(caller.engagement.ListScores, request)).scores}


async def test_before_the_first_report_there_is_a_reason_and_no_figure(backend: Caller) -> None:
    found = await report(backend)
    assert (found.gap, list(found.personas)) == (segments_pb2.PERSONA_GAP_NEVER_BUILT, [])
    assert not found.stability.HasField("value")


async def test_a_shop_with_few_buyers_has_no_personas(house: House, backend: Caller) -> None:
    await backend.record_batch(order_record(customer_id="anna"))
    await build_personas(house.database)
    found = await report(backend)
    assert (found.gap, found.customers) == (segments_pb2.PERSONA_GAP_TOO_FEW_CUSTOMERS, 1)


async def test_buyers_who_behave_alike_share_a_persona_that_filters_know(house: House, shop: Caller) -> None:
    await build_personas(house.database)
    found = await report(shop)
    others, keen = found.personas
    assert await of_persona(shop, keen.persona) == {f"keen-{one:02}" for one in range(KEEN)}
    assert await of_persona(shop, others.persona) == {f"other-{one:02}" for one in range(OTHERS)}
    assert (others.customers, others.share.value, others.share.n) == (OTHERS, OTHERS / 60, 60)
    assert (found.customers, found.unstable, found.few_customers) == (60, False, True)
    assert (found.stability.n, found.stability.unit) == (20, "adjusted Rand index")
    assert max(found.tried, key=lambda one: one.silhouette).personas == 2
    features = {one.name: one for one in keen.features}
    assert keen.features[0].words in keen.name.lower()
    value = features["aov_minor"].difference
    assert value.low < value.value < value.high < 0
    assert (value.n, features["recency_days"].words) == (KEEN, "here lately")


async def test_the_same_buyers_give_the_same_personas(house: House, shop: Caller) -> None:
    await build_personas(house.database)
    first = await report(shop)
    await build_personas(house.database)
    assert await report(shop) == first


async def test_whoever_buys_no_more_loses_the_persona(house: House, shop: Caller, clock: ManualClock) -> None:
    await build_personas(house.database)
    clock.advance(days=200)  # the others' orders are older than a year now
    await house.database.write(score_chunk, Chunk(""))
    await build_personas(house.database)
    with house.database.engine.connect() as connection:
        kept = set(connection.execute(select(tables.customer_personas.c.customer_id)).scalars())
    assert not any(one.startswith("other") for one in kept)


async def test_an_erased_customer_has_no_persona(house: House, shop: Caller, caller_of: CallerOf) -> None:
    await build_personas(house.database)
    await erase(caller_of("admin"), "keen-00")
    with house.database.engine.connect() as connection:
        kept = set(connection.execute(select(tables.customer_personas.c.customer_id)).scalars())
    assert len(kept) == 59
    assert "keen-00" not in kept


async def test_the_worker_builds_personas_after_the_first_night_and_then_every_week(
    house: House, shop: Caller, clock: ManualClock
) -> None:
    assert due_at(house) == NOON + DAY
    for days in (1, 7):
        now = clock.advance(days=days)
        await eventually(lambda: due_at(house) == clock.now() + timedelta(days=7))
        assert (await report(shop)).built_at.ToDatetime() == now.replace(tzinfo=None)


async def test_while_there_are_no_personas_they_are_tried_every_day(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    clock.advance(days=1)
    await eventually(lambda: due_at(house) == clock.now() + DAY)
    assert (await report(backend)).gap == segments_pb2.PERSONA_GAP_TOO_FEW_CUSTOMERS
