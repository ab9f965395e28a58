"""A team's steps on cases, in one word each."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regulars.feedback.v1 import cases_service_pb2 as pb
from regulars.feedback.v1 import feedback_service_pb2 as feedback

from tests.integration.shop import NOON, Caller, fresh_id, stamp


async def answer(
    backend: Caller,
    number: int,
    survey: str = "NPS",
    customer_id: str = "anna",
    at: datetime = NOON,
    request_id: str = "",
    **fields: Any,
) -> Any:
    request = feedback.RecordAnswerRequest(
        request_id=request_id or fresh_id("r"),
        customer_id=customer_id,
        survey=f"SURVEY_{survey}",
        answer=number,
        answered_at=stamp(at),
        **fields,
    )
    return await backend.call(backend.feedback.RecordAnswer, request)


async def cases(backend: Caller, **wanted: Any) -> pb.ListCasesResponse:
    found: pb.ListCasesResponse = await backend.call(backend.cases.ListCases, pb.ListCasesRequest(**wanted))
    return found


async def complain(
    backend: Caller,
    text: str = "the kettle leaks",
    customer_id: str = "anna",
    request_id: str = "",
    **fields: Any,
) -> pb.OpenCaseResponse:
    request = pb.OpenCaseRequest(
        request_id=request_id or fresh_id("r"), customer_id=customer_id, text=text, actor="ines", **fields
    )
    opened: pb.OpenCaseResponse = await backend.call(backend.cases.OpenCase, request)
    return opened


async def assign(backend: Caller, case_id: str, assignee: str = "omar", actor: str = "ines") -> pb.Case:
    request = pb.AssignCaseRequest(request_id=fresh_id("r"), case_id=case_id, assignee=assignee, actor=actor)
    case: pb.Case = (await backend.call(backend.cases.AssignCase, request)).case
    return case


async def contact(
    backend: Caller, case_id: str, channel: str = "PHONE", text: str = "we are sorry", **fields: Any
) -> pb.Case:
    request = pb.RecordContactRequest(
        request_id=fresh_id("r"),
        case_id=case_id,
        private_channel=f"PRIVATE_CHANNEL_{channel}",
        text=text,
        actor="omar",
        **fields,
    )
    case: pb.Case = (await backend.call(backend.cases.RecordContact, request)).case
    return case


async def resolve(
    backend: Caller, case_id: str, actor: str = "ines", request_id: str = ""
) -> pb.ResolveCaseResponse:
    request = pb.ResolveCaseRequest(
        request_id=request_id or fresh_id("r"), case_id=case_id, actor=actor, resolution="sent a new kettle"
    )
    done: pb.ResolveCaseResponse = await backend.call(backend.cases.ResolveCase, request)
    return done


async def reopen(backend: Caller, case_id: str, reason: str = "it leaks again") -> pb.Case:
    request = pb.ReopenCaseRequest(request_id=fresh_id("r"), case_id=case_id, actor="ines", reason=reason)
    case: pb.Case = (await backend.call(backend.cases.ReopenCase, request)).case
    return case


async def file_of(backend: Caller, case_id: str) -> pb.GetCaseResponse:
    found: pb.GetCaseResponse = await backend.call(backend.cases.GetCase, pb.GetCaseRequest(case_id=case_id))
    return found


async def give(
    backend: Caller, case_id: str, kind: str = "POINTS", amount: int = 500, request_id: str = ""
) -> pb.MakeGood:
    request = pb.GiveMakeGoodRequest(
        request_id=request_id or fresh_id("r"),
        case_id=case_id,
        kind=f"MAKE_GOOD_KIND_{kind}",
        amount=amount,
        actor="ines",
        reason="the kettle leaked",
    )
    made: pb.MakeGood = (await backend.call(backend.cases.GiveMakeGood, request)).make_good
    return made


async def budget(backend: Caller) -> pb.GetMakeGoodBudgetResponse:
    found: pb.GetMakeGoodBudgetResponse = await backend.call(
        backend.cases.GetMakeGoodBudget, pb.GetMakeGoodBudgetRequest()
    )
    return found


async def report(backend: Caller, **fields: Any) -> pb.GetCaseReportResponse:
    found: pb.GetCaseReportResponse = await backend.call(
        backend.cases.GetCaseReport, pb.GetCaseReportRequest(**fields)
    )
    return found


async def recovery(backend: Caller, **fields: Any) -> pb.GetRecoveryReportResponse:
    found: pb.GetRecoveryReportResponse = await backend.call(
        backend.cases.GetRecoveryReport, pb.GetRecoveryReportRequest(**fields)
    )
    return found
