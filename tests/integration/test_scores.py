"""The engagement score through gRPC: explained, and the same however the facts arrived."""

from __future__ import annotations

import asyncio
import math
import random
from datetime import timedelta

import grpc
import pytest
from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.activity.v1.events_pb2 import Event
from regulars.engagement.v1 import engagement_service_pb2 as engagement
from regulars.feedback.v1 import feedback_service_pb2 as feedback

from services.composition import House
from services.engagement.queries.computing import compute
from services.engagement.queries.scores import find_scores
from services.engagement.queries.versions import Shelf, current_version
from services.engagement.use_cases.references import reference_from
from services.engagement.use_cases.rescoring import Chunk, score_chunk
from services.engagement.use_cases.scores import NewReference, install_reference
from tests.conftest import CallerOf
from tests.integration.shop import NOON, Caller, fresh_id, goods_back, order, refusal, stamp

DAY = timedelta(days=1)
CUSTOMERS = ("anna", "ben", "cleo")


async def record_events(caller: Caller, *events: Event) -> None:
    batch = activity.RecordEventsRequest(batch_id=1, events=events)
    async for answer in caller.stream(caller.activity.RecordEvents, iter([batch])):
        assert not answer.rejected


async def answer_survey(caller: Caller, customer_id: str, answer: int, survey: str = "SURVEY_NPS") -> None:
    request = feedback.RecordAnswerRequest(
        request_id=fresh_id("r"),
        customer_id=customer_id,
        survey=survey,
        answer=answer,
        answered_at=stamp(NOON - DAY),
    )
    await caller.call(caller.feedback.RecordAnswer, request)


async def test_contributions_sum_to_the_score(backend: Caller) -> None:
    await backend.record_order(order(at=NOON - 30 * DAY))
    await backend.record_order(order(at=NOON - DAY, channel=3))
    await answer_survey(backend, "anna", 9)
    found = await backend.score("anna")
    assert math.isclose(math.fsum(part.contribution for part in found.components), found.score)
    assert math.isclose(math.fsum(part.weight for part in found.components), 1.0)
    assert (found.orders, found.gap_days_median) == (2, 29.0)
    assert 0.0 < found.coverage < 1.0


async def test_an_unknown_customer_has_no_score(backend: Caller) -> None:
    refused = await refusal(backend.score("nobody"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "CUSTOMER_NOT_FOUND")


async def test_a_known_customer_without_evidence_has_no_coverage(backend: Caller) -> None:
    await backend.enrol("anna")
    found = await backend.score("anna")
    assert (found.coverage, len(found.components), found.rfm.segment) == (
        0.0,
        0,
        engagement.SEGMENT_PROSPECT,
    )


async def test_a_fully_returned_order_does_not_count(backend: Caller) -> None:
    await backend.record_order(order("o-1"))
    await backend.record_return(goods_back(order_id="o-1"))
    assert (await backend.score("anna")).orders == 0


async def send(caller: Caller, fact: object) -> None:
    if isinstance(fact, activity.Order):
        await caller.record_order(fact)
    elif isinstance(fact, Event):
        await record_events(caller, fact)
    elif isinstance(fact, int):
        await answer_survey(caller, CUSTOMERS[fact % 3], fact)


def some_facts(draw: random.Random) -> list[object]:
    orders = [
        order(
            f"o-{number}",
            customer_id=draw.choice(CUSTOMERS),
            at=NOON - DAY * draw.randint(0, 500),
            price=draw.randint(0, 9_000),
            quantity=draw.randint(1, 4),
            channel=draw.randint(1, 8),
        )
        for number in range(25)
    ]
    sessions = [
        Event(
            event_id=f"s-{number}",
            customer_id=draw.choice(CUSTOMERS),
            kind="EVENT_KIND_SESSION",
            channel="CHANNEL_APP",
            occurred_at=stamp(NOON - DAY * draw.randint(0, 120)),
            pages=draw.randint(1, 20),
        )
        for number in range(8)
    ]
    return [*orders, *sessions, *(draw.randint(0, 10) for _ in range(5))]


def some_returns(facts: list[object], draw: random.Random) -> list[activity.Return]:
    bought = [one for one in facts if isinstance(one, activity.Order)]
    return [
        goods_back(
            f"b-{one.order_id}",
            one.customer_id,
            order_id=one.order_id,
            quantity=draw.randint(1, one.lines[0].quantity),
        )
        for one in draw.sample(bought, 6)
    ]


@pytest.mark.parametrize("seed", range(6))
async def test_the_incremental_score_is_the_one_computed_from_scratch(
    house: House, backend: Caller, seed: int
) -> None:
    draw = random.Random(seed)
    facts = some_facts(draw)
    back = some_returns(facts, draw)
    draw.shuffle(facts)
    await asyncio.gather(*(send(backend, fact) for fact in facts))
    draw.shuffle(back)
    await asyncio.gather(*(backend.record_return(one) for one in back))
    with house.database.engine.connect() as connection:
        stored = find_scores(connection, CUSTOMERS, Shelf())
        version, _ = current_version(connection, house.database.programme.weights)
        scratch = {one.customer_id: one for one in compute(connection, list(stored), version, NOON)}
    assert stored == scratch


@pytest.mark.parametrize("seed", range(3))
async def test_the_score_does_not_depend_on_the_order_of_arrival(backend: Caller, seed: int) -> None:
    draw = random.Random(seed)
    facts = [one for one in some_facts(draw) if not isinstance(one, int)]
    mirrored = [with_customer(one, f"{one.customer_id}-2") for one in facts]  # type: ignore[attr-defined]
    for fact in facts:
        await send(backend, fact)
    draw.shuffle(mirrored)
    for fact in mirrored:
        await send(backend, fact)
    for customer_id in CUSTOMERS:
        first, second = await backend.score(customer_id), await backend.score(f"{customer_id}-2")
        second.customer_id = customer_id
        assert first.SerializeToString(deterministic=True) == second.SerializeToString(deterministic=True)


def with_customer(fact: object, customer_id: str) -> object:
    if isinstance(fact, activity.Order):
        copy = activity.Order()
        copy.CopyFrom(fact)
        copy.customer_id, copy.order_id = customer_id, f"{fact.order_id}-2"
        return copy
    assert isinstance(fact, Event)
    session = Event()
    session.CopyFrom(fact)
    session.customer_id, session.event_id = customer_id, f"{fact.event_id}-2"
    return session


async def test_a_new_reference_changes_the_version_of_the_score(house: House, backend: Caller) -> None:
    await backend.record_order(order())
    before = await backend.score("anna")
    with house.database.engine.connect() as connection:
        reference = reference_from(connection, NOON)
    await house.database.write(install_reference, NewReference(reference))
    await house.database.write(score_chunk, Chunk(""))
    after = await backend.score("anna")
    assert after.score_version != before.score_version
    assert after.score_version.endswith(reference.version)


async def test_survey_answers_are_summed_up(caller_of: CallerOf) -> None:
    caller = caller_of("backend")
    for number, answer in enumerate([10, 9, 8, 3]):
        await answer_survey(caller, f"c{number}", answer)
    request = feedback.GetSurveySummaryRequest(survey="SURVEY_NPS")
    summary = (await caller.call(caller.feedback.GetSurveySummary, request)).summary
    assert (summary.value, summary.answers, summary.few_answers, summary.window_days) == (25.0, 4, True, 90)
    assert summary.low < 25.0 < summary.high


async def test_a_survey_without_answers_has_no_figure(backend: Caller) -> None:
    request = feedback.GetSurveySummaryRequest(survey="SURVEY_CES")
    summary = (await backend.call(backend.feedback.GetSurveySummary, request)).summary
    assert (summary.HasField("value"), summary.answers) == (False, 0)
