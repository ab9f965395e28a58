"""`FeedbackService`: message -> value -> message."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from grpc.aio import ServicerContext
from regulars.feedback.v1 import feedback_service_pb2 as pb
from regulars.feedback.v1 import feedback_service_pb2_grpc as pb_grpc

from services.feedback import queries, use_cases
from services.feedback.rules import Answer, Survey, summary
from services.rpc.wire import moment, request_key, short_name
from services.storage.database import Database

WINDOW_DAYS_DEFAULT: Final = 90

Context = ServicerContext[Any, Any]


class FeedbackServicer(pb_grpc.FeedbackServiceServicer):
    """Takes in answers to surveys and sums them up."""

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


def survey_of(number: int) -> Survey:
    return Survey(short_name(pb.Survey, number, "SURVEY_"))
