"""Cases: what unhappy answers open, and who ends them."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import grpc
from regulars.feedback.v1 import cases_service_pb2 as pb
from regulars.feedback.v1 import feedback_service_pb2 as feedback

from services.composition import House
from services.feedback.rules.answers import Answer, SurveyKind
from services.feedback.use_cases.answers import record_answers
from tests.integration.people import erase, merge, unmerge
from tests.integration.recovering import (
    answer,
    assign,
    cases,
    complain,
    contact,
    file_of,
    reopen,
    resolve,
)
from tests.integration.shop import NOON, Caller, ManualClock, refusal, stamp


async def test_a_repeated_answer_counts_once(backend: Caller) -> None:
    await answer(backend, 3, request_id="r-1")
    await answer(backend, 3, request_id="r-1")
    assert len((await cases(backend)).cases) == 1


async def test_an_unhappy_answer_opens_a_case_with_a_deadline(backend: Caller) -> None:
    await answer(backend, 6)
    await answer(backend, 9, customer_id="ben")
    (case,) = (await cases(backend)).cases
    assert (case.customer_id, case.survey, case.answer) == ("anna", feedback.SURVEY_NPS, 6)
    assert (case.state, case.overdue) == (pb.CASE_STATE_OPEN, False)
    assert (case.opened_at, case.due_at) == (stamp(NOON), stamp(NOON + timedelta(hours=24)))


async def test_one_case_per_customer_and_survey_is_open_at_a_time(
    backend: Caller, clock: ManualClock
) -> None:
    await asyncio.gather(*(answer(backend, number) for number in range(7)), answer(backend, 1, "CSAT"))
    found = (await cases(backend)).cases
    assert sorted(case.survey for case in found) == [feedback.SURVEY_NPS, feedback.SURVEY_CSAT]
    await asyncio.gather(*(resolve(backend, case.case_id) for case in found))
    assert not (await cases(backend, open_only=True)).cases
    clock.advance(days=31)
    await answer(backend, 0, at=clock.now())
    assert len((await cases(backend, open_only=True)).cases) == 1
    assert len((await cases(backend)).cases) == 3


async def test_answers_within_one_batch_open_one_case(house: House, backend: Caller) -> None:
    unhappy = [Answer("anna", SurveyKind.CES, number, NOON) for number in (1, 2, 3)]
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
    assert (done.state, done.resolved_at) == (pb.CASE_STATE_RESOLVED, stamp(later))
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
    clock.advance(hours=20)
    await answer(backend, 2, customer_id="carl")
    ben = (await cases(backend, customer_id="ben")).cases[0]
    await resolve(backend, ben.case_id)
    clock.advance(hours=4)
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


async def test_a_complaint_opens_a_case_that_says_what_it_is_about(backend: Caller) -> None:
    await backend.enrol("anna", "IN_APP")
    opened = await complain(backend, channel="CHANNEL_STORE", theme="Quality", order_id="o-1")
    case = opened.case
    assert (opened.outcome, case.cause) == (pb.CASE_OUTCOME_OPENED, pb.CASE_CAUSE_COMPLAINT)
    assert not case.HasField("answer")
    assert (case.theme, case.order_id, case.source, case.text) == (
        "Quality",
        "o-1",
        "default",
        "the kettle leaks",
    )
    assert (case.opened_by, case.private_channel) == ("ines", pb.PRIVATE_CHANNEL_IN_APP)
    assert (case.respond_by, case.due_at) == (
        stamp(NOON + timedelta(hours=8)),
        stamp(NOON + timedelta(hours=24)),
    )
    assert (await file_of(backend, case.case_id)).case == case


async def test_complaints_at_the_same_time_are_one_case_with_all_their_words(backend: Caller) -> None:
    told = await asyncio.gather(*(complain(backend, f"word {number}") for number in range(8)))
    (case_id,) = {one.case.case_id for one in told}
    found = await file_of(backend, case_id)
    words = {found.case.text, *(note.text for note in found.notes)}
    assert words == {f"word {number}" for number in range(8)}
    assert sorted(one.outcome for one in told) == [pb.CASE_OUTCOME_OPENED, *[pb.CASE_OUTCOME_ADDED] * 7]


async def test_repeating_a_complaint_adds_it_once(backend: Caller) -> None:
    first = await complain(backend, request_id="same")
    assert await complain(backend, request_id="same") == first
    assert not (await file_of(backend, first.case.case_id)).notes


async def test_every_step_of_a_case_is_kept_with_who_and_when(backend: Caller, clock: ManualClock) -> None:
    case_id = (await complain(backend)).case.case_id
    await assign(backend, case_id)
    clock.advance(hours=1)
    waiting = await contact(backend, case_id, awaits_customer=True)
    assert (waiting.state, waiting.responded_at) == (pb.CASE_STATE_WAITING, stamp(clock.now()))
    clock.advance(hours=30)
    assert not (await cases(backend, overdue_only=True)).cases
    back = await contact(backend, case_id, "CHAT", "the red one", from_customer=True)
    assert (back.state, back.due_at) == (pb.CASE_STATE_IN_PROGRESS, stamp(NOON + timedelta(hours=54)))
    await resolve(backend, case_id)
    again = await reopen(backend, case_id)
    assert (again.state, again.reopenings) == (pb.CASE_STATE_REOPENED, 1)
    assert again.due_at == stamp(clock.now() + timedelta(hours=24))
    found = await file_of(backend, case_id)
    names = ["OPENED", "ASSIGNED", "CONTACTED", "CONTACTED", "RESOLVED", "REOPENED"]
    assert [pb.CaseAction.Name(one.action) for one in found.changes] == [
        f"CASE_ACTION_{one}" for one in names
    ]
    assert [one.actor for one in found.changes] == ["ines", "ines", "omar", "omar", "ines", "ines"]
    states = [one.after for one in found.changes]
    assert [one.before for one in found.changes] == [pb.CASE_STATE_UNSPECIFIED, *states[:-1]]
    assert [(one.text, one.from_customer) for one in found.notes] == [
        ("we are sorry", False),
        ("the red one", True),
    ]


async def test_a_case_lists_under_its_assignee_and_while_it_is_open(backend: Caller) -> None:
    mine, other = [(await complain(backend, customer_id=one)).case.case_id for one in ("anna", "ben")]
    await assign(backend, mine)
    await resolve(backend, other)
    assert [one.case_id for one in (await cases(backend, assignee="omar")).cases] == [mine]
    assert [one.case_id for one in (await cases(backend, open_only=True)).cases] == [mine]
    assert not (await cases(backend, state="CASE_STATE_OPEN")).cases


async def test_nobody_is_written_to_without_consent(backend: Caller) -> None:
    await backend.enrol("anna", "EMAIL")
    case_id = (await complain(backend)).case.case_id
    assert (await contact(backend, case_id, "EMAIL")).responded_at == stamp(NOON)
    refused = await refusal(contact(backend, case_id, "IN_APP"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CONSENT_MISSING")
    wished = (await complain(backend, customer_id="ben", private_channel="PRIVATE_CHANNEL_EMAIL")).case
    assert (await contact(backend, wished.case_id, "EMAIL")).private_channel == pb.PRIVATE_CHANNEL_EMAIL


async def test_being_unhappy_again_reopens_the_case(backend: Caller, clock: ManualClock) -> None:
    await answer(backend, 2)
    (case,) = (await cases(backend)).cases
    await resolve(backend, case.case_id)
    await answer(backend, 1, "CSAT", at=clock.advance(days=3), touchpoint="case")
    (again,) = (await cases(backend)).cases
    assert (again.case_id, again.state) == (case.case_id, pb.CASE_STATE_REOPENED)
    assert (await file_of(backend, case.case_id)).changes[-1].detail == "CSAT 1"


async def test_a_case_that_is_open_is_not_reopened(backend: Caller) -> None:
    case_id = (await complain(backend)).case.case_id
    refused = await refusal(reopen(backend, case_id))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CASE_OPEN")


async def test_what_is_done_about_a_merged_customers_case_is_done_about_the_survivors(
    backend: Caller,
) -> None:
    for customer_id in ("anna", "ben"):
        await backend.enrol(customer_id)
    case_id = (await complain(backend, customer_id="ben")).case.case_id
    merge_id = await merge(backend, "anna", "ben")
    assert (await complain(backend, "and it is loud")).outcome == pb.CASE_OUTCOME_ADDED
    assert (await assign(backend, case_id)).customer_id == "anna"
    await unmerge(backend, merge_id)
    found = await file_of(backend, case_id)
    assert (found.case.customer_id, len(found.changes), len(found.notes)) == ("ben", 2, 1)


async def test_an_erased_customers_cases_are_gone(backend: Caller) -> None:
    await backend.enrol("anna")
    case_id = (await complain(backend)).case.case_id
    await contact(backend, case_id)
    await erase(backend, "anna")
    refused = await refusal(file_of(backend, case_id))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "CASE_NOT_FOUND")
    assert not (await cases(backend)).cases
