"""The life of a membership."""

from __future__ import annotations

from regulars.membership.v1 import membership_service_pb2 as pb

from services.errors import MemberNotFoundError
from services.membership.queries.members import find_members
from services.membership.rules.members import Enrolment
from services.membership.servicer.base import Context, Part
from services.membership.servicer.messages import consents_of, member_message
from services.membership.use_cases.members import enrol_members
from services.rpc.wire import moment, request_key


class Members(Part):
    async def EnrolMember(self, request: pb.EnrolMemberRequest, context: Context) -> pb.EnrolMemberResponse:
        del context
        enrolled_at = moment(request.enrolled_at) if request.HasField("enrolled_at") else None
        enrolment = Enrolment(request.customer_id, consents_of(request.consents), enrolled_at)
        member = await self._database.write(enrol_members, enrolment, request_key(request))
        return pb.EnrolMemberResponse(member=member_message(member))

    async def GetMember(self, request: pb.GetMemberRequest, context: Context) -> pb.GetMemberResponse:
        del context
        member = await self._database.read(find_members, request.customer_id)
        if member is None:
            raise MemberNotFoundError(field="customer_id")
        return pb.GetMemberResponse(member=member_message(member))
