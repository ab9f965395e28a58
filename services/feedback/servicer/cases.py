"""Cases as a team opens, sees and lists them."""

from __future__ import annotations

from regulars.feedback.v1 import cases_service_pb2 as pb

from services.feedback.queries.case_files import CaseFile, find_file
from services.feedback.queries.cases import list_cases
from services.feedback.rules.cases import CaseFilter, CaseNotFoundError, CaseState, Complaint
from services.feedback.servicer.base import Context, Part, new_id
from services.feedback.servicer.case_messages import (
    case_message,
    change_message,
    make_good_message,
    note_message,
    private_channel_of,
)
from services.feedback.servicer.messages import channel_of
from services.feedback.use_cases.cases import take_complaints
from services.rpc.wire import (
    SOURCE_DEFAULT,
    moment_position,
    page_size,
    page_token,
    position_of,
    request_key,
    short_name,
)


class Cases(Part):
    async def OpenCase(self, request: pb.OpenCaseRequest, context: Context) -> pb.OpenCaseResponse:
        del context
        taken = await self._database.write(take_complaints, complaint_of(request), request_key(request))
        now = self._database.clock.now()
        return pb.OpenCaseResponse(
            case=case_message(taken.case, now), outcome=f"CASE_OUTCOME_{taken.outcome}"
        )

    async def GetCase(self, request: pb.GetCaseRequest, context: Context) -> pb.GetCaseResponse:
        del context
        found = await self._database.fetch(find_file, request.case_id)
        if found is None:
            raise CaseNotFoundError(field="case_id")
        return self._file_message(found)

    async def ListCases(self, request: pb.ListCasesRequest, context: Context) -> pb.ListCasesResponse:
        del context
        now = self._database.clock.now()
        wanted = CaseFilter(
            CaseState(short_name(pb.CaseState, request.state, "CASE_STATE_")) if request.state else None,
            now if request.overdue_only else None,
            self._database.survivor(request.customer_id),
            request.open_only,
            request.assignee,
        )
        size, after = page_size(request.page_size), moment_position(request.page_token)
        found = await self._database.fetch(list_cases, wanted, after, size + 1)
        page = found[:size]
        last = position_of(page[-1].due_at, page[-1].case_id) if len(found) > size else None
        return pb.ListCasesResponse(
            cases=[case_message(one, now) for one in page], next_page_token=page_token(last)
        )

    def _file_message(self, found: CaseFile) -> pb.GetCaseResponse:
        currency = self._database.programme.currency
        return pb.GetCaseResponse(
            case=case_message(found.case, self._database.clock.now()),
            changes=[change_message(one) for one in found.changes],
            notes=[note_message(one) for one in found.notes],
            make_goods=[make_good_message(one, currency) for one in found.make_goods],
        )


def complaint_of(request: pb.OpenCaseRequest) -> Complaint:
    return Complaint(
        customer_id=request.customer_id,
        case_id=f"complaint-{new_id()}",
        text=request.text,
        actor=request.actor,
        channel=channel_of(request.channel),
        theme=request.theme,
        source=(request.source or SOURCE_DEFAULT) if request.order_id else "",
        order_id=request.order_id,
        wished_channel=private_channel_of(request.private_channel),
    )
