"""Answers as the backend tells them."""

from __future__ import annotations

from regulars.feedback.v1 import feedback_service_pb2 as pb

from services.feedback.queries.invitations import find_invitations
from services.feedback.rules.answers import Answer
from services.feedback.rules.invitations import InvitationNotFoundError
from services.feedback.servicer.base import Context, Part
from services.feedback.servicer.messages import channel_of, kind_of, moment_in, polarity_of, recorded_message
from services.feedback.use_cases.answers import record_answers
from services.rpc.wire import SOURCE_DEFAULT, moment, request_key


class Answers(Part):
    async def RecordAnswer(
        self, request: pb.RecordAnswerRequest, context: Context
    ) -> pb.RecordAnswerResponse:
        del context
        recorded = await self._database.write(record_answers, answer_of(request), request_key(request))
        return pb.RecordAnswerResponse(recorded=recorded_message(recorded))

    async def SubmitAnswer(
        self, request: pb.SubmitAnswerRequest, context: Context
    ) -> pb.SubmitAnswerResponse:
        del context
        invitation = await self._database.read(find_invitations, request.invitation_id)
        if invitation is None:
            raise InvitationNotFoundError(field="invitation_id")
        answer = Answer(
            customer_id=invitation.customer_id,
            survey=invitation.kind,
            answer=request.answer,
            answered_at=moment_in(request, "answered_at", self._database.clock.now()),
            invitation_id=request.invitation_id,
            comment=request.comment,
        )
        recorded = await self._database.write(record_answers, answer, request_key(request))
        return pb.SubmitAnswerResponse(recorded=recorded_message(recorded))


def answer_of(request: pb.RecordAnswerRequest) -> Answer:
    return Answer(
        customer_id=request.customer_id,
        survey=kind_of(request.survey),
        answer=request.answer,
        answered_at=moment(request.answered_at),
        polarity=polarity_of(request.polarity),
        survey_id=request.survey_id,
        invitation_id=request.invitation_id or None,
        answer_key=request.answer_id or None,
        comment=request.comment,
        channel=channel_of(request.channel),
        touchpoint=request.touchpoint,
        source=(request.source or SOURCE_DEFAULT) if request.order_id else "",
        order_id=request.order_id,
    )
