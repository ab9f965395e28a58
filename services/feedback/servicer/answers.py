"""Answers as the backend tells them, and the figures that sum them up."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from regulars.feedback.v1 import feedback_service_pb2 as pb

from services.feedback.queries.answers import count_answers
from services.feedback.rules.answers import Answer
from services.feedback.rules.figures import summary
from services.feedback.servicer.base import Context, Part, survey_of
from services.feedback.use_cases.answers import record_answers
from services.rpc.wire import moment, request_key

WINDOW_DAYS_DEFAULT: Final = 90


class Answers(Part):
    async def RecordAnswer(
        self, request: pb.RecordAnswerRequest, context: Context
    ) -> pb.RecordAnswerResponse:
        del context
        answer = Answer(
            request.customer_id, survey_of(request.survey), request.answer, moment(request.answered_at)
        )
        await self._database.write(record_answers, answer, request_key(request))
        return pb.RecordAnswerResponse()

    async def GetSurveySummary(
        self, request: pb.GetSurveySummaryRequest, context: Context
    ) -> pb.GetSurveySummaryResponse:
        del context
        survey, days = survey_of(request.survey), request.window_days or WINDOW_DAYS_DEFAULT
        since = self._database.clock.now() - timedelta(days=days)
        found = summary(survey, await self._database.fetch(count_answers, survey, since))
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
