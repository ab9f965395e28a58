"""Orders through gRPC: what is recorded, what is refused, and what counts once."""

from __future__ import annotations

import asyncio

import grpc
from regulars.activity.v1 import activity_service_pb2 as activity

from services.composition import House
from tests.integration.shop import NOON, Caller, fresh_id, goods_back, order, order_record, refusal


async def test_an_order_answers_its_total(backend: Caller) -> None:
    answer = await backend.record_order(order(price=2_500, quantity=3))
    assert (answer.duplicate, answer.total.amount_minor, answer.total.currency) == (False, 7_500, "GBP")


async def test_the_same_order_again_is_a_duplicate(backend: Caller) -> None:
    one = order()
    await backend.record_order(one)
    assert (await backend.record_order(one)).duplicate


async def test_repeating_a_request_id_answers_the_first_answer(backend: Caller) -> None:
    one = order()
    first = await backend.record_order(one, "same")
    assert await backend.record_order(one, "same") == first
    assert not first.duplicate


async def test_a_request_id_with_another_body_already_exists(backend: Caller) -> None:
    await backend.record_order(order(), "same")
    refused = await refusal(backend.record_order(order(), "same"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")
