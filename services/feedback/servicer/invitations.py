"""Invitations and surveys as a team and a backend see them."""

from __future__ import annotations

from regulars.feedback.v1 import feedback_service_pb2 as pb

from services.feedback.queries.invitations import InvitationFilter, find_invitations, list_invitations
from services.feedback.rules.invitations import Invitation, InvitationNotFoundError, InvitationState
from services.feedback.servicer.base import Context, Part
from services.feedback.servicer.messages import invitation_message, survey_message
from services.rpc.wire import moment_position, page_size, page_token, position_of, short_name


class Invitations(Part):
    async def GetInvitation(
        self, request: pb.GetInvitationRequest, context: Context
    ) -> pb.GetInvitationResponse:
        del context
        found = await self._database.read(find_invitations, request.invitation_id)
        if found is None:
            raise InvitationNotFoundError(field="invitation_id")
        return pb.GetInvitationResponse(invitation=self._message(found))

    async def ListInvitations(
        self, request: pb.ListInvitationsRequest, context: Context
    ) -> pb.ListInvitationsResponse:
        del context
        state = short_name(pb.InvitationState, request.state, "INVITATION_STATE_") if request.state else None
        wanted = InvitationFilter(
            self._database.survivor(request.customer_id),
            request.survey_id,
            InvitationState(state) if state else None,
        )
        size, before = page_size(request.page_size), moment_position(request.page_token)
        found = await self._database.fetch(list_invitations, wanted, before, size + 1)
        page = found[:size]
        last = position_of(page[-1].due_at, page[-1].invitation_id) if len(found) > size else None
        return pb.ListInvitationsResponse(
            invitations=[self._message(one) for one in page], next_page_token=page_token(last)
        )

    async def ListSurveys(self, request: pb.ListSurveysRequest, context: Context) -> pb.ListSurveysResponse:
        del request, context
        surveys = self._database.programme.surveys
        return pb.ListSurveysResponse(surveys=[survey_message(one) for one in surveys])

    def _message(self, one: Invitation) -> pb.Invitation:
        surveys = {survey.id: survey for survey in self._database.programme.surveys}
        return invitation_message(one, surveys.get(one.survey_id))
