"""The life of a membership."""

from __future__ import annotations

from typing import Protocol

from regulars.membership.v1 import membership_service_pb2 as pb

from services.errors import MemberNotFoundError
from services.membership.queries.members import find_members
from services.membership.rules.life import Step, Transition
from services.membership.rules.members import Enrolment, Member, MemberState
from services.membership.servicer.base import Context, Part
from services.membership.servicer.messages import (
    consents_of,
    identifiers_of,
    member_message,
    profile_of,
)
from services.membership.use_cases.life import change_states
from services.membership.use_cases.members import enrol_members
from services.rpc.wire import moment, request_key


class Decision(Protocol):
    """A request by which a person decides about a membership."""

    customer_id: str
    actor: str
    reason: str


class Members(Part):
    async def EnrolMember(self, request: pb.EnrolMemberRequest, context: Context) -> pb.EnrolMemberResponse:
        del context
        programme, now = self._database.programme, self._database.clock.now()
        enrolment = Enrolment(
            request.customer_id,
            consents_of(request.consents),
            moment(request.enrolled_at) if request.HasField("enrolled_at") else None,
            MemberState.PENDING if request.confirmation_required else MemberState.ACTIVE,
            profile_of(request.profile, now, programme),
            identifiers_of(request.identifiers, programme),
        )
        member = await self._database.write(enrol_members, enrolment, request_key(request))
        return pb.EnrolMemberResponse(member=member_message(member))

    async def GetMember(self, request: pb.GetMemberRequest, context: Context) -> pb.GetMemberResponse:
        del context
        member = await self._database.read(find_members, self._database.survivor(request.customer_id))
        if member is None:
            raise MemberNotFoundError(field="customer_id")
        return pb.GetMemberResponse(member=member_message(member))

    async def ConfirmMember(
        self, request: pb.ConfirmMemberRequest, context: Context
    ) -> pb.ConfirmMemberResponse:
        del context
        asked = Transition(request.customer_id, Step.CONFIRM)
        member = await self._database.write(change_states, asked, request_key(request))
        return pb.ConfirmMemberResponse(member=member_message(member))

    async def SuspendMember(
        self, request: pb.SuspendMemberRequest, context: Context
    ) -> pb.SuspendMemberResponse:
        del context
        return pb.SuspendMemberResponse(member=member_message(await self._decide(request, Step.SUSPEND)))

    async def ReinstateMember(
        self, request: pb.ReinstateMemberRequest, context: Context
    ) -> pb.ReinstateMemberResponse:
        del context
        return pb.ReinstateMemberResponse(member=member_message(await self._decide(request, Step.REINSTATE)))

    async def CloseMember(self, request: pb.CloseMemberRequest, context: Context) -> pb.CloseMemberResponse:
        del context
        return pb.CloseMemberResponse(member=member_message(await self._decide(request, Step.CLOSE)))

    async def _decide(self, request: Decision, step: Step) -> Member:
        asked = Transition(request.customer_id, step, request.actor, request.reason)
        return await self._database.write(change_states, asked, request_key(request))
