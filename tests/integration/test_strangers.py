"""Who is refused stays a stranger: a call that did nothing makes nobody known."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from regulars.membership.v1 import membership_service_pb2 as pb
from sqlalchemy import func, select

from services.composition import House
from services.storage.tables import customers
from tests.integration.people import identifier, step
from tests.integration.shop import NOON, Caller, consents, fresh_id, refusal, refusal_of, stamp

CARD = identifier("CARD", "1234567890")
WORD = {"actor": "tina", "reason": "asked at the counter"}
LATER = stamp(NOON + timedelta(days=400))
CALLS: list[tuple[str, dict[str, Any]]] = [
    ("AddIdentifier", {"identifier": CARD}),
    ("RemoveIdentifier", {"identifier": CARD}),
    ("UpdateProfile", {"profile": pb.Profile(name="Stranger")}),
    ("SetConsents", {"consents": consents("EMAIL")}),
    ("ConfirmMember", {}),
    ("SuspendMember", WORD),
    ("ReinstateMember", WORD),
    ("CloseMember", WORD),
    ("RevokePresenceDevice", {}),
    ("EnrolMember", {"identifiers": [CARD]}),
    ("EnrolMember", {"enrolled_at": LATER}),
]


async def enrol(backend: Caller, customer_id: str, **fields: Any) -> pb.Member:
    request = pb.EnrolMemberRequest(request_id=fresh_id("r"), customer_id=customer_id, **fields)
    answer: pb.EnrolMemberResponse = await backend.call(backend.membership.EnrolMember, request)
    return answer.member


def count_known(house: House) -> int:
    with house.database.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(customers)).scalar_one()


async def test_a_refused_call_makes_nobody_known(house: House, backend: Caller) -> None:
    await enrol(backend, "anna", identifiers=[CARD])
    for position, (method, fields) in enumerate(CALLS):
        request_type = getattr(pb, f"{method}Request")
        request = request_type(request_id=fresh_id("r"), customer_id=f"stranger-{position}", **fields)
        await refusal(backend.call(getattr(backend.membership, method), request))
        assert count_known(house) == 1, method


async def test_a_device_is_given_to_nobody_unknown(house: House, backend: Caller) -> None:
    request = pb.SetPresenceDeviceRequest(customer_id="stranger")
    await refusal(backend.call(backend.membership.SetPresenceDevice, request))
    assert count_known(house) == 0


async def test_the_identifier_that_is_taken_is_named(house: House, backend: Caller) -> None:
    del house
    await enrol(backend, "anna", identifiers=[CARD])
    both = [identifier("CARD", "0987654321"), CARD]
    refused = await refusal(enrol(backend, "ben", identifiers=both))
    assert (refused.reason, refused.facts["field"]) == ("IDENTIFIER_TAKEN", "identifiers[1]")


async def test_of_two_who_bring_one_card_at_once_one_is_enrolled(house: House, backend: Caller) -> None:
    calls = [enrol(backend, one, identifiers=[CARD]) for one in ("anna", "ben")]
    found = await asyncio.gather(*calls, return_exceptions=True)
    (refused,) = [refusal_of(one) for one in found if isinstance(one, grpc.aio.AioRpcError)]
    assert refused.reason == "IDENTIFIER_TAKEN"
    assert count_known(house) == 1


@pytest.mark.parametrize(
    ("verbs", "refused_verb", "message"),
    [
        ((), "Reinstate", "The membership is ACTIVE; this needs one that is SUSPENDED."),
        (("Suspend",), "Confirm", "The membership is SUSPENDED; this needs one that is PENDING or ACTIVE."),
        (
            ("Close",),
            "Close",
            "The membership is CLOSED; this needs one that is PENDING or ACTIVE or SUSPENDED.",
        ),
    ],
)
async def test_a_step_that_leads_nowhere_says_where_the_membership_would_have_to_stand(
    house: House, backend: Caller, verbs: tuple[str, ...], refused_verb: str, message: str
) -> None:
    del house
    await enrol(backend, "anna")
    for verb in verbs:
        await step(backend, verb, "anna")
    refused = await refusal(step(backend, refused_verb, "anna"))
    assert (refused.code, refused.message) == (grpc.StatusCode.FAILED_PRECONDITION, message)


async def test_who_left_for_good_is_told_so(house: House, backend: Caller) -> None:
    del house
    await enrol(backend, "anna")
    await step(backend, "Close", "anna")
    refused = await refusal(enrol(backend, "anna"))
    assert (refused.reason, refused.facts["state"]) == ("ALREADY_ENROLLED", "CLOSED")
    assert "new customer_id" in refused.message
