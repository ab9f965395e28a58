"""The steps of a case's life, as a team takes them."""

from __future__ import annotations

from typing import Any

from regulars.feedback.v1 import cases_service_pb2 as pb

from services.feedback.queries.cases import find_cases
from services.feedback.rules.case_steps import Assignment, ContactMade, Reopening, Resolution, Step
from services.feedback.rules.cases import Case, CaseNotFoundError
from services.feedback.servicer.base import Context, Part
from services.feedback.servicer.case_messages import case_message, private_channel_of
from services.feedback.use_cases.cases import assign_cases, record_contacts, reopen_cases, resolve_cases
from services.rpc.wire import request_key
from services.storage.unit import UseCase


class CaseSteps(Part):
    async def AssignCase(self, request: pb.AssignCaseRequest, context: Context) -> pb.AssignCaseResponse:
        del context
        owner = await self._owner(request.case_id)
        step = Assignment(request.case_id, owner, request.actor, request.assignee)
        return pb.AssignCaseResponse(case=await self._stepped(assign_cases, step, request))

    async def RecordContact(
        self, request: pb.RecordContactRequest, context: Context
    ) -> pb.RecordContactResponse:
        del context
        step = ContactMade(
            request.case_id,
            await self._owner(request.case_id),
            request.actor,
            private_channel_of(request.private_channel),
            request.text,
            request.from_customer,
            request.awaits_customer,
        )
        return pb.RecordContactResponse(case=await self._stepped(record_contacts, step, request))

    async def ResolveCase(self, request: pb.ResolveCaseRequest, context: Context) -> pb.ResolveCaseResponse:
        del context
        owner = await self._owner(request.case_id)
        step = Resolution(request.case_id, owner, request.actor, request.resolution)
        return pb.ResolveCaseResponse(case=await self._stepped(resolve_cases, step, request))

    async def ReopenCase(self, request: pb.ReopenCaseRequest, context: Context) -> pb.ReopenCaseResponse:
        del context
        owner = await self._owner(request.case_id)
        step = Reopening(request.case_id, owner, request.actor, request.reason)
        return pb.ReopenCaseResponse(case=await self._stepped(reopen_cases, step, request))

    async def _owner(self, case_id: str) -> str:
        """Whose case it is. Raises CaseNotFoundError."""
        case = await self._database.read(find_cases, case_id)
        if case is None:
            raise CaseNotFoundError(field="case_id")
        return case.customer_id

    async def _stepped(self, use_case: UseCase[Any, Case], step: Step, request: Any) -> pb.Case:
        case = await self._database.write(use_case, step, request_key(request))
        return case_message(case, self._database.clock.now())
