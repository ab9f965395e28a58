"""A person as tests speak of one: life steps, identifiers, profile, export, erasure."""

from __future__ import annotations

import json
from typing import Any

from regulars.membership.v1 import membership_service_pb2 as pb

from tests.integration.shop import CALL_SECONDS, Caller, fresh_id


async def step(backend: Caller, verb: str, customer_id: str, request_id: str = "") -> pb.Member:
    """`step(backend, "Suspend", "anna")`."""
    fields: dict[str, Any] = {"request_id": request_id or fresh_id("r"), "customer_id": customer_id}
    if verb != "Confirm":
        fields |= {"actor": "tina", "reason": "asked at the counter"}
    request = getattr(pb, f"{verb}MemberRequest")(**fields)
    member: pb.Member = (await backend.call(getattr(backend.membership, f"{verb}Member"), request)).member
    return member


def identifier(kind: str, value: str) -> pb.Identifier:
    return pb.Identifier(kind=f"IDENTIFIER_KIND_{kind}", value=value)


async def add_identifier(
    backend: Caller, customer_id: str, kind: str, value: str, request_id: str = ""
) -> pb.Identifier:
    request = pb.AddIdentifierRequest(
        request_id=request_id or fresh_id("r"), customer_id=customer_id, identifier=identifier(kind, value)
    )
    answer: pb.AddIdentifierResponse = await backend.call(backend.membership.AddIdentifier, request)
    return answer.identifier


async def find_member(backend: Caller, kind: str, value: str) -> pb.Member:
    request = pb.FindMemberRequest(identifier=identifier(kind, value))
    answer: pb.FindMemberResponse = await backend.call(backend.membership.FindMember, request)
    return answer.member


async def update_profile(backend: Caller, customer_id: str, *mask: str, **fields: str) -> pb.Profile:
    request = pb.UpdateProfileRequest(
        request_id=fresh_id("r"), customer_id=customer_id, profile=pb.Profile(**fields)
    )
    request.update_mask.paths.extend(mask)
    answer: pb.UpdateProfileResponse = await backend.call(backend.membership.UpdateProfile, request)
    return answer.profile


async def get_profile(backend: Caller, customer_id: str) -> pb.GetProfileResponse:
    request = pb.GetProfileRequest(customer_id=customer_id)
    answer: pb.GetProfileResponse = await backend.call(backend.membership.GetProfile, request)
    return answer


async def merge(caller: Caller, survivor: str = "anna", merged: str = "ben", request_id: str = "") -> str:
    request = pb.MergeMembersRequest(
        request_id=request_id or fresh_id("r"),
        survivor_customer_id=survivor,
        merged_customer_id=merged,
        actor="ines",
        reason="one person with two cards",
    )
    return str((await caller.call(caller.membership.MergeMembers, request)).merge_id)


async def unmerge(caller: Caller, merge_id: str, request_id: str = "") -> None:
    request = pb.UnmergeMembersRequest(
        request_id=request_id or fresh_id("r"), merge_id=merge_id, actor="ines", reason="two people after all"
    )
    await caller.call(caller.membership.UnmergeMembers, request)


async def exported(backend: Caller, customer_id: str) -> tuple[dict[str, Any], list[int]]:
    """The exported document, and the sizes of its parts."""
    request = pb.ExportMemberRequest(customer_id=customer_id)
    responses = backend.membership.ExportMember(request, metadata=backend.metadata, timeout=CALL_SECONDS)
    parts = [response.part async for response in responses]
    return json.loads(b"".join(parts)), [len(part) for part in parts]


async def erase(backend: Caller, customer_id: str) -> pb.EraseMemberResponse:
    request = pb.EraseMemberRequest(customer_id=customer_id)
    answer: pb.EraseMemberResponse = await backend.call(backend.membership.EraseMember, request)
    return answer


def bytes_of(cell: Any) -> bytes:
    """A cell of a table as it would be found in a file."""
    return bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
