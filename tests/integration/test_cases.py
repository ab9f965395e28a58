"""Cases: what unhappy answers open, and who ends them."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import grpc
from regulars.feedback.v1 import feedback_service_pb2 as feedback

from services.composition import House
from services.feedback.rules import Answer, Survey
from services.feedback.use_cases import record_answers
from tests.integration.shop import NOON, Caller, ManualClock, fresh_id, refusal, stamp


async def answer(
    backend: Caller,
    number: int,
    survey: str = "NPS",
    customer_id: str = "anna",
    at: datetime = NOON,
    request_id: str = "",
) -> None:
    request = feedback.RecordAnswerRequest(
        request_id=request_id or fresh_id("r"),
        customer_id=customer_id,
        survey=f"SURVEY_{survey}",
        answer=number,
        answered_at=stamp(at),
    )
    await backend.call(backend.feedback.RecordAnswer, request)


async def cases(backend: Caller, **wanted: Any) -> feedback.ListCasesResponse:
    request = feedback.ListCasesRequest(**wanted)
    found: feedback.ListCasesResponse = await backend.call(backend.feedback.ListCases, request)
    return found


async def resolve(
    backend: Caller, case_id: str, actor: str = "ines", request_id: str = ""
) -> feedback.ResolveCaseResponse:
    request = feedback.ResolveCaseRequest(
        request_id=request_id or fresh_id("r"), case_id=case_id, actor=actor, resolution="sent a new kettle"
    )
    done: feedback.ResolveCaseResponse = await backend.call(backend.feedback.ResolveCase, request)
    return done


async def test_a_repeated_answer_counts_once(backend: Caller) -> None:
    await answer(backend, 3, request_id="r-1")
    await answer(backend, 3, request_id="r-1")
    assert len((await cases(backend)).cases) == 1


async def test_an_unhappy_answer_opens_a_case_with_a_deadline(backend: Caller) -> None:
    await answer(backend, 6)
    await answer(backend, 9, customer_id="ben")
    (case,) = (await cases(backend)).cases
    assert (case.customer_id, case.survey, case.answer) == ("anna", feedback.SURVEY_NPS, 6)
    assert (case.state, case.overdue) == (feedback.CASE_STATE_OPEN, False)
    assert (case.opened_at, case.due_at) == (stamp(NOON), stamp(NOON + timedelta(hours=24)))


async def test_one_case_per_customer_and_survey_is_open_at_a_time(backend: Caller) -> None:
    await asyncio.gather(*(answer(backend, number) for number in range(7)), answer(backend, 1, "CSAT"))
    found = (await cases(backend)).cases
    assert sorted(case.survey for case in found) == [feedback.SURVEY_NPS, feedback.SURVEY_CSAT]
    await asyncio.gather(*(resolve(backend, case.case_id) for case in found))
    await answer(backend, 0)
    assert len((await cases(backend, state="CASE_STATE_OPEN")).cases) == 1
    assert len((await cases(backend)).cases) == 3


async def test_answers_within_one_batch_open_one_case(house: House, backend: Caller) -> None:
    unhappy = [Answer("anna", Survey.CES, number, NOON) for number in (1, 2, 3)]
    await house.database.write_all(record_answers, unhappy)
    assert [case.answer for case in (await cases(backend)).cases] == [1]


async def test_history_told_late_opens_no_case(backend: Caller) -> None:
    await answer(backend, 0, at=NOON - timedelta(days=31))
    assert not (await cases(backend)).cases


async def test_resolving_ends_a_case_once(backend: Caller, clock: ManualClock) -> None:
    await answer(backend, 2, "CSAT")
    (case,) = (await cases(backend)).cases
    later = clock.advance(hours=3)
    done = (await resolve(backend, case.case_id, request_id="same")).case
    assert (done.state, done.resolved_at) == (feedback.CASE_STATE_RESOLVED, stamp(later))
    assert (done.resolved_by, done.resolution) == ("ines", "sent a new kettle")
    assert (await resolve(backend, case.case_id, request_id="same")).case == done
    refused = await refusal(resolve(backend, case.case_id))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CASE_RESOLVED")


async def test_an_unknown_case_is_not_found(backend: Caller) -> None:
    refused = await refusal(resolve(backend, "case-0"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "CASE_NOT_FOUND")


async def test_only_open_cases_past_their_time_are_overdue(backend: Caller, clock: ManualClock) -> None:
    await answer(backend, 0)
    await answer(backend, 1, customer_id="ben")
    clock.advance(hours=1)
    await answer(backend, 2, customer_id="carl")
    ben = (await cases(backend, customer_id="ben")).cases[0]
    await resolve(backend, ben.case_id)
    clock.advance(hours=23)
    found = (await cases(backend, overdue_only=True)).cases
    assert [(case.customer_id, case.overdue) for case in found] == [("anna", True)]


async def test_pages_hold_every_case_once_the_soonest_due_first(backend: Caller, clock: ManualClock) -> None:
    for number in range(7):
        await answer(backend, 0, customer_id=f"c{number}")
        clock.advance(minutes=number % 2)
    seen: list[str] = []
    token = ""
    while True:
        page = await cases(backend, page_size=3, page_token=token, state="CASE_STATE_OPEN")
        seen += [case.customer_id for case in page.cases]
        token = page.next_page_token
        if not token:
            break
    assert sorted(seen) == [f"c{number}" for number in range(7)]
    due = {case.customer_id: case.due_at.seconds for case in (await cases(backend)).cases}
    assert [due[one] for one in seen] == sorted(due.values())
