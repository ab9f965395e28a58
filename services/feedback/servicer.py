"""`FeedbackService`: message -> value -> message."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from grpc.aio import ServicerContext
from regulars.feedback.v1 import feedback_service_pb2 as pb
from regulars.feedback.v1 import feedback_service_pb2_grpc as pb_grpc

from services.feedback import queries, use_cases
from services.feedback.rules import (
    Answer,
    Case,
    CaseFilter,
    CaseNotFoundError,
    CaseState,
    Resolution,
    Survey,
    summary,
)
from services.rpc.wire import (
    moment,
    moment_position,
    page_size,
    page_token,
    position_of,
    request_key,
    short_name,
    stamp,
)
from services.storage.database import Database

WINDOW_DAYS_DEFAULT: Final = 90

Context = ServicerContext[Any, Any]


class FeedbackServicer(pb_grpc.FeedbackServiceServicer):
    """Takes in answers to surveys, sums them up, and keeps the cases that unhappy ones open."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def RecordAnswer(
        self, request: pb.RecordAnswerRequest, context: Context
    ) -> pb.RecordAnswerResponse:
        del context
        answer = Answer(
            request.customer_id, survey_of(request.survey), request.answer, moment(request.answered_at)
        )
        await self._database.write(use_cases.record_answers, answer, request_key(request))
        return pb.RecordAnswerResponse()

    async def GetSurveySummary(
        self, request: pb.GetSurveySummaryRequest, context: Context
    ) -> pb.GetSurveySummaryResponse:
        del context
        survey, days = survey_of(request.survey), request.window_days or WINDOW_DAYS_DEFAULT
        since = self._database.clock.now() - timedelta(days=days)
        found = summary(survey, await self._database.fetch(queries.count_answers, survey, since))
        return pb.GetSurveySummaryResponse(
            summary=pb.SurveySummary(
                survey=request.survey,
                value=found.value,
                low=found.low,
                high=found.high,
                answers=found.answers,
                few_answers=found.few_answers,
                window_days=days,
            )
        )

    async def ListCases(self, request: pb.ListCasesRequest, context: Context) -> pb.ListCasesResponse:
        del context
        now = self._database.clock.now()
        wanted = CaseFilter(
            CaseState(short_name(pb.CaseState, request.state, "CASE_STATE_")) if request.state else None,
            now if request.overdue_only else None,
            self._database.survivor(request.customer_id),
        )
        size = page_size(request.page_size)
        after = moment_position(request.page_token)
        found = await self._database.fetch(queries.list_cases, wanted, after, size + 1)
        page = found[:size]
        last = position_of(page[-1].due_at, page[-1].case_id) if len(found) > size else None
        return pb.ListCasesResponse(
            cases=[case_message(one, now) for one in page], next_page_token=page_token(last)
        )

    async def ResolveCase(self, request: pb.ResolveCaseRequest, context: Context) -> pb.ResolveCaseResponse:
        del context
        case = await self._database.read(queries.find_cases, request.case_id)
        if case is None:
            raise CaseNotFoundError(field="case_id")
        resolution = Resolution(request.case_id, case.customer_id, request.actor, request.resolution)
        resolved = await self._database.write(use_cases.resolve_cases, resolution, request_key(request))
        return pb.ResolveCaseResponse(case=case_message(resolved, self._database.clock.now()))


def case_message(case: Case, now: datetime) -> pb.Case:
    return pb.Case(
        case_id=case.case_id,
        customer_id=case.customer_id,
        survey=f"SURVEY_{case.cause}",
        answer=case.answer,
        state=f"CASE_STATE_{case.state}",
        overdue=case.is_overdue(now),
        opened_at=stamp(case.opened_at),
        due_at=stamp(case.due_at),
        resolved_at=stamp(case.resolved_at),
        resolved_by=case.resolved_by,
        resolution=case.resolution,
    )


def survey_of(number: int) -> Survey:
    return Survey(short_name(pb.Survey, number, "SURVEY_"))
