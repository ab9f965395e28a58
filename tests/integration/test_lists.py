"""Lists: every row once, in order, however many rows come in between two pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import grpc
import pytest
from regulars.engagement.v1 import engagement_service_pb2 as engagement
from regulars.predictions.v1 import predictions_service_pb2 as predictions
from regulars.presence.v1 import presence_service_pb2 as presence
from regulars.reminders.v1 import reminders_service_pb2 as reminders
from sqlalchemy import insert

from services.composition import House
from services.predictions.rules import Churn, Reason, Replenishment, Run
from services.predictions.use_cases import PredictionSet, replace_predictions
from services.storage import tables
from tests.integration.shop import NOON, Caller, fresh_id, order, refusal

ROWS = 11
PAGE = 4


@dataclass
class Kind:
    """One of the lists: how to ask for a page, what to read of it, and how to add rows."""

    method: Callable[[Caller], Any]
    request: type[Any]
    rows: Callable[[Any], list[str]]
    add: Callable[[House, Caller, int], Awaitable[None]]


async def add_scores(_house: House, backend: Caller, number: int) -> None:
    for _ in range(number):
        await backend.record_order(order(customer_id=fresh_id("c"), price=2_500))


def minute(number: int) -> datetime:
    return NOON - timedelta(minutes=number % 3)  # many rows share their time


async def add_visits(house: House, _backend: Caller, number: int) -> None:
    rows = [
        {
            "visit_id": fresh_id("v"),
            "customer_id": "anna",
            "store": "camden",
            "zone": "door",
            "state": "ENTERED",
            "entered_at": minute(one),
            "last_seen_at": NOON,
        }
        for one in range(number)
    ]
    with house.database.engine.begin() as connection:
        connection.execute(insert(tables.visits), rows)


async def add_reminders(house: House, _backend: Caller, number: int) -> None:
    rows = [
        {
            "reminder_id": fresh_id("m"),
            "customer_id": "anna",
            **dict.fromkeys(("cart_id", "sku", "title", "visit_id", "store", "channel"), "x"),
            "state": "SUPPRESSED",
            "reason": "CAP",
            **dict.fromkeys(("triggered_at", "expires_at"), NOON),
            "planned_at": minute(one),
        }
        for one in range(number)
    ]
    with house.database.engine.begin() as connection:
        connection.execute(insert(tables.reminders), rows)


def some_predictions(customers: list[str], readiness: str = "READY") -> PredictionSet:
    runs = tuple(Run(subject, "a-model", "v1", NOON, 90, readiness) for subject in ("churn", "repurchase"))
    churn = tuple(
        Churn(one, 0.5, "HIGH", (Reason("late", "in words", 0.7),), 2_000, 1_000 + place // 3)
        for place, one in enumerate(customers)
    )
    days = (date(2026, 3, 20), date(2026, 3, 15), date(2026, 3, 25))
    wanted = tuple(
        Replenishment(one, "tea", 0.25 + place // 3 / 100, *days) for place, one in enumerate(customers)
    )
    return PredictionSet(runs, churn, wanted, {})


async def add_predictions(house: House, _backend: Caller, number: int) -> None:
    with house.database.engine.connect() as connection:
        known = sorted(connection.execute(tables.churn_predictions.select()).scalars())
    fresh = [fresh_id("p") for _ in range(number)]
    await house.database.write(replace_predictions, some_predictions([*known, *fresh]))


KINDS = {
    "scores": Kind(
        lambda caller: caller.engagement.ListScores,
        engagement.ListScoresRequest,
        lambda page: [one.customer_id for one in page.scores],
        add_scores,
    ),
    "visits": Kind(
        lambda caller: caller.presence.ListVisits,
        presence.ListVisitsRequest,
        lambda page: [one.visit_id for one in page.visits],
        add_visits,
    ),
    "reminders": Kind(
        lambda caller: caller.reminders.ListReminders,
        reminders.ListRemindersRequest,
        lambda page: [one.reminder_id for one in page.reminders],
        add_reminders,
    ),
    "churn risks": Kind(
        lambda caller: caller.predictions.ListChurnRisks,
        predictions.ListChurnRisksRequest,
        lambda page: [one.customer_id for one in page.risks],
        add_predictions,
    ),
    "replenishments": Kind(
        lambda caller: caller.predictions.ListReplenishments,
        predictions.ListReplenishmentsRequest,
        lambda page: [one.customer_id for one in page.replenishments],
        add_predictions,
    ),
}


async def pages(kind: Kind, caller: Caller) -> AsyncIterator[list[str]]:
    token = ""
    while True:
        page = await caller.call(kind.method(caller), kind.request(page_size=PAGE, page_token=token))
        yield kind.rows(page)
        token = page.next_page_token
        if not token:
            return


@pytest.mark.parametrize("name", KINDS)
async def test_rows_that_come_in_between_neither_hide_nor_repeat_others(
    house: House, backend: Caller, name: str
) -> None:
    kind = KINDS[name]
    await kind.add(house, backend, ROWS)
    whole = kind.rows(await backend.call(kind.method(backend), kind.request()))
    seen: list[str] = []
    async for page in pages(kind, backend):
        seen.extend(page)
        if name in {"scores", "visits", "reminders"}:  # predictions are replaced as a whole
            await kind.add(house, backend, 1)
    assert len(whole) == ROWS
    assert [one for one in seen if one in whole] == whole


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("token", ["nonsense", "W10=", "WzEsIDIsIDMsIDRd", "bnVsbA==", "é"])
async def test_a_token_that_was_never_given_out_is_refused(
    house: House, backend: Caller, name: str, token: str
) -> None:
    kind = KINDS[name]
    await kind.add(house, backend, 1)
    refused = await refusal(backend.call(kind.method(backend), kind.request(page_token=token)))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("page_token",))


@pytest.mark.parametrize("name", KINDS)
async def test_a_page_has_its_bounds(house: House, backend: Caller, name: str) -> None:
    kind = KINDS[name]
    for size in (-1, 1001):
        refused = await refusal(backend.call(kind.method(backend), kind.request(page_size=size)))
        assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("page_size",))


async def test_a_list_of_one_segment_holds_no_other(backend: Caller) -> None:
    await backend.record_order(order(customer_id="anna"))
    await backend.enrol("ben")
    asked = engagement.ListScoresRequest(segment="SEGMENT_NEW")
    found = await backend.call(backend.engagement.ListScores, asked)
    assert [(one.customer_id, one.rfm.segment) for one in found.scores] == [("anna", engagement.SEGMENT_NEW)]


async def test_without_a_model_there_is_no_prediction(backend: Caller) -> None:
    for method, request in (
        (backend.predictions.GetChurn, predictions.GetChurnRequest(customer_id="anna")),
        (backend.predictions.ListChurnRisks, predictions.ListChurnRisksRequest()),
        (backend.predictions.ListReplenishments, predictions.ListReplenishmentsRequest()),
    ):
        refused = await refusal(backend.call(method, request))
        assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "MODEL_NOT_READY")


async def test_a_model_that_is_not_ready_gives_no_number(house: House, backend: Caller) -> None:
    await house.database.write(replace_predictions, some_predictions(["anna"], "NOT_READY"))
    asked = predictions.GetChurnRequest(customer_id="anna")
    assert (await refusal(backend.call(backend.predictions.GetChurn, asked))).reason == "MODEL_NOT_READY"


async def test_a_prediction_names_its_origin(house: House, backend: Caller) -> None:
    await house.database.write(replace_predictions, some_predictions(["anna"]))
    asked = predictions.GetChurnRequest(customer_id="anna")
    churn = (await backend.call(backend.predictions.GetChurn, asked)).churn
    assert (churn.origin.model, churn.origin.version, churn.origin.horizon_days) == ("a-model", "v1", 90)
    assert churn.reasons[0].family == "late"


async def test_the_unknown_and_the_inactive_are_told_apart(house: House, backend: Caller) -> None:
    await house.database.write(replace_predictions, some_predictions(["anna"]))
    await backend.enrol("ben")
    reasons = {}
    for customer_id in ("ben", "nobody"):
        asked = predictions.GetChurnRequest(customer_id=customer_id)
        refused = await refusal(backend.call(backend.predictions.GetChurn, asked))
        assert refused.code is grpc.StatusCode.NOT_FOUND
        reasons[customer_id] = refused.reason
    assert reasons == {"ben": "NO_PREDICTION", "nobody": "CUSTOMER_NOT_FOUND"}
