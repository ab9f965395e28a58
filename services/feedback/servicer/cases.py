"""Cases as a team sees and ends them."""

from __future__ import annotations

from datetime import datetime

from regulars.feedback.v1 import cases_service_pb2 as pb

from services.feedback.queries.cases import find_cases, list_cases
from services.feedback.rules.cases import Case, CaseFilter, CaseNotFoundError, CaseState, Resolution
from services.feedback.servicer.base import Context, Part
from services.feedback.use_cases.cases import resolve_cases
from services.rpc.wire import (
    moment_position,
    page_size,
    page_token,
    position_of,
    request_key,
    short_name,
    stamp,
)


class Cases(Part):
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
        found = await self._database.fetch(list_cases, wanted, after, size + 1)
        page = found[:size]
        last = position_of(page[-1].due_at, page[-1].case_id) if len(found) > size else None
        return pb.ListCasesResponse(
            cases=[case_message(one, now) for one in page], next_page_token=page_token(last)
        )

    async def ResolveCase(self, request: pb.ResolveCaseRequest, context: Context) -> pb.ResolveCaseResponse:
        del context
        case = await self._database.read(find_cases, request.case_id)
        if case is None:
            raise CaseNotFoundError(field="case_id")
        resolution = Resolution(request.case_id, case.customer_id, request.actor, request.resolution)
        resolved = await self._database.write(resolve_cases, resolution, request_key(request))
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
