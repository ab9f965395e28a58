"""Members, consents and points through gRPC."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import grpc
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty
from regulars.membership.v1 import membership_service_pb2 as membership
from sqlalchemy import func, select

from services.composition import House
from services.storage.tables import consents as consents_table
from services.storage.tables import presence_keys, presence_pseudonyms
from tests.integration.shop import (
    NOON,
    Caller,
    consents,
    order,
    refusal,
    stamp,
)

DAY = timedelta(days=1)


async def test_enrolling_answers_the_member(backend: Caller) -> None:
    member = await backend.enrol("anna", "PRESENCE", "EMAIL")
    assert member.state == membership.MEMBER_STATE_ACTIVE
    assert member.enrolled_at == stamp(NOON)
    assert [(one.kind, one.granted) for one in member.consents] == [
        (membership.CONSENT_KIND_PRESENCE, True),
        (membership.CONSENT_KIND_EMAIL, True),
    ]


async def test_enrolling_again_is_refused(backend: Caller) -> None:
    await backend.enrol("anna")
    refused = await refusal(backend.enrol("anna"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "ALREADY_ENROLLED")


async def test_forty_concurrent_enrolments_of_one_customer_make_one_member(backend: Caller) -> None:
    found = await asyncio.gather(*(backend.enrol("anna") for _ in range(40)), return_exceptions=True)
    assert sum(isinstance(one, membership.Member) for one in found) == 1
    codes = {one.code() for one in found if isinstance(one, grpc.aio.AioRpcError)}
    assert codes == {grpc.StatusCode.FAILED_PRECONDITION}


async def test_a_customer_who_is_no_member_is_not_found(backend: Caller) -> None:
    await backend.record_order(order(customer_id="guest"))
    for method, request in (
        (backend.membership.GetMember, membership.GetMemberRequest(customer_id="guest")),
        (backend.loyalty.GetBalance, loyalty.GetBalanceRequest(customer_id="guest")),
        (
            backend.membership.SetPresenceDevice,
            membership.SetPresenceDeviceRequest(customer_id="guest"),
        ),
        (
            backend.membership.SetConsents,
            membership.SetConsentsRequest(request_id="r", customer_id="guest", consents=consents("SMS")),
        ),
    ):
        refused = await refusal(backend.call(method, request))
        assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "MEMBER_NOT_FOUND")


async def test_the_latest_consent_of_a_kind_is_in_force_and_all_are_kept(
    house: House, backend: Caller
) -> None:
    await backend.enrol("anna", "EMAIL")
    await backend.set_consents("anna", EMAIL=False)
    member = await backend.set_consents("anna", SMS=True)
    assert {one.kind: one.granted for one in member.consents} == {
        membership.CONSENT_KIND_EMAIL: False,
        membership.CONSENT_KIND_SMS: True,
    }
    with house.database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(consents_table)).scalar_one() == 3


async def test_the_same_bytes_to_another_method_are_another_request(backend: Caller) -> None:
    enrol = membership.EnrolMemberRequest(
        request_id="same", customer_id="anna", consents=consents("EMAIL", granted=True)
    )
    change = membership.SetConsentsRequest(
        request_id="same", customer_id="anna", consents=consents("EMAIL", granted=True)
    )
    await backend.call(backend.membership.EnrolMember, enrol)
    refused = await refusal(backend.call(backend.membership.SetConsents, change))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")


async def test_a_presence_key_needs_consent(backend: Caller) -> None:
    await backend.enrol("anna", "EMAIL")
    refused = await refusal(backend.presence_key("anna"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CONSENT_MISSING")


async def test_a_new_presence_key_replaces_the_one_before(house: House, backend: Caller) -> None:
    await backend.enrol("anna", "PRESENCE")
    first, second = await backend.presence_key("anna"), await backend.presence_key("anna")
    assert (len(first), len(second)) == (16, 16)
    with house.database.engine.connect() as connection:
        assert connection.execute(select(presence_keys.c.identity_key)).scalars().all() == [second]
    assert first != second


async def test_withdrawing_presence_deletes_the_key_at_once(house: House, backend: Caller) -> None:
    await backend.enrol("anna", "PRESENCE")
    await backend.presence_key("anna")
    member = await backend.set_consents("anna", PRESENCE=False)
    assert not member.has_presence_device
    with house.database.engine.connect() as connection:
        for table in (presence_keys, presence_pseudonyms):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0
