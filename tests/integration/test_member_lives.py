"""The life of a membership, profiles and identifiers, through gRPC."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import grpc
import pytest
from regulars.membership.v1 import membership_service_pb2 as pb
from sqlalchemy import select

from services.composition import House
from services.storage.tables import identifiers, member_changes, profiles, requests
from tests.integration.people import (
    add_identifier,
    bytes_of,
    find_member,
    get_profile,
    identifier,
    step,
    update_profile,
)
from tests.integration.shop import NOON, Caller, ManualClock, consents, fresh_id, order, refusal, stamp

ANNA = {
    "name": "Anna Quist",
    "email": "Anna.Quist@example.com",
    "phone": "+447700900123",
    "birthday": "1990-02-28",
    "locale": "en-GB",
    "time_zone": "Europe/London",
}


async def enrol_pending(backend: Caller, customer_id: str = "anna") -> pb.Member:
    request = pb.EnrolMemberRequest(
        request_id=fresh_id("r"), customer_id=customer_id, confirmation_required=True
    )
    answer: pb.EnrolMemberResponse = await backend.call(backend.membership.EnrolMember, request)
    return answer.member


async def test_a_membership_moves_through_its_states(house: House, backend: Caller) -> None:
    states = [(await enrol_pending(backend)).state]
    states += [(await step(backend, verb, "anna")).state for verb in ("Confirm", "Confirm", "Suspend")]
    states += [(await step(backend, verb, "anna")).state for verb in ("Reinstate", "Close")]
    names = [pb.MemberState.Name(state).removeprefix("MEMBER_STATE_") for state in states]
    assert names == ["PENDING", "ACTIVE", "ACTIVE", "SUSPENDED", "ACTIVE", "CLOSED"]
    with house.database.engine.connect() as connection:
        kept = connection.execute(
            select(member_changes.c.to_state, member_changes.c.actor).order_by(member_changes.c.change_id)
        ).all()
    assert [tuple(row) for row in kept] == [
        ("ACTIVE", ""),
        ("SUSPENDED", "tina"),
        ("ACTIVE", "tina"),
        ("CLOSED", "tina"),
    ]


@pytest.mark.parametrize(
    ("before", "verb", "state"),
    [
        ((), "Reinstate", "ACTIVE"),
        (("Suspend",), "Suspend", "SUSPENDED"),
        (("Suspend",), "Confirm", "SUSPENDED"),
        (("Close",), "Close", "CLOSED"),
        (("Close",), "Reinstate", "CLOSED"),
        (("Close",), "Confirm", "CLOSED"),
    ],
)
async def test_a_step_that_the_state_forbids_is_refused(
    backend: Caller, before: tuple[str, ...], verb: str, state: str
) -> None:
    await backend.enrol("anna")
    for one in before:
        await step(backend, one, "anna")
    refused = await refusal(step(backend, verb, "anna"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "MEMBER_STATE_FORBIDS")
    assert refused.facts["state"] == state


async def test_repeating_a_step_answers_the_same_and_changes_nothing(backend: Caller) -> None:
    await backend.enrol("anna")
    first = await step(backend, "Suspend", "anna", "once")
    await step(backend, "Reinstate", "anna")
    assert await step(backend, "Suspend", "anna", "once") == first
    request = pb.GetMemberRequest(customer_id="anna")
    assert (await backend.call(backend.membership.GetMember, request)).member.state == pb.MEMBER_STATE_ACTIVE


async def test_nobody_moves_a_stranger(backend: Caller) -> None:
    for verb in ("Confirm", "Suspend", "Reinstate", "Close"):
        refused = await refusal(step(backend, verb, "nobody"))
        assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "MEMBER_NOT_FOUND")


async def test_a_closed_account_loses_pending_points_at_once_and_active_ones_in_thirty_days(
    backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order(price=5_000))
    clock.advance(days=15)
    await backend.record_order(order(price=2_000, at=clock.now()))
    before = await backend.balance("anna")
    await step(backend, "Close", "anna")
    closed = await backend.balance("anna")
    clock.advance(days=29)
    in_grace = await backend.balance("anna")
    clock.advance(days=2)
    after = await backend.balance("anna")
    assert [(one.pending_points, one.active_points) for one in (before, closed, in_grace, after)] == [
        (20, 50),
        (0, 50),
        (0, 50),
        (0, 0),
    ]


async def test_closing_ends_every_consent_with_its_evidence(backend: Caller) -> None:
    await backend.enrol("anna", "PRESENCE", "EMAIL")
    await backend.presence_key("anna")
    member = await step(backend, "Close", "anna")
    assert not member.has_presence_device
    assert {(one.granted, one.source) for one in member.consents} == {(False, "membership closed")}
    refused = await refusal(backend.set_consents("anna", EMAIL=True))
    assert refused.reason == "MEMBER_STATE_FORBIDS"
    assert await backend.set_consents("anna", EMAIL=False)


async def test_the_whole_history_of_consents_is_listed_page_by_page(
    backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna", "EMAIL")
    clock.advance(hours=1)
    await backend.set_consents("anna", EMAIL=False)
    await backend.set_consents("anna", SMS=True)
    seen, token = [], ""
    for _ in range(3):
        request = pb.ListConsentsRequest(customer_id="anna", page_size=1, page_token=token)
        page = await backend.call(backend.membership.ListConsents, request)
        seen += [(one.kind, one.granted, one.recorded_at.seconds) for one in page.consents]
        token = page.next_page_token
    start = int(NOON.timestamp())
    assert seen == [
        (pb.CONSENT_KIND_SMS, True, start + 3600),
        (pb.CONSENT_KIND_EMAIL, False, start + 3600),
        (pb.CONSENT_KIND_EMAIL, True, start),
    ]
    assert token == ""
    missing = pb.ListConsentsRequest(customer_id="nobody")
    refused = await refusal(backend.call(backend.membership.ListConsents, missing))
    assert refused.reason == "MEMBER_NOT_FOUND"


async def test_a_lost_fob_is_revoked_and_the_consent_stays(backend: Caller) -> None:
    await backend.enrol("anna", "PRESENCE")
    await backend.presence_key("anna")
    request = pb.RevokePresenceDeviceRequest(request_id=fresh_id("r"), customer_id="anna")
    member = (await backend.call(backend.membership.RevokePresenceDevice, request)).member
    assert (member.has_presence_device, member.consents[0].granted) == (False, True)
    assert await backend.presence_key("anna")


async def test_only_an_active_member_gets_a_presence_key(backend: Caller) -> None:
    await backend.enrol("anna", "PRESENCE")
    await step(backend, "Suspend", "anna")
    assert (await refusal(backend.presence_key("anna"))).reason == "MEMBER_STATE_FORBIDS"


async def test_enrolling_takes_profile_and_identifiers_along(backend: Caller) -> None:
    request = pb.EnrolMemberRequest(
        request_id="r",
        customer_id="anna",
        consents=consents("EMAIL"),
        enrolled_at=stamp(NOON - timedelta(days=3)),
        profile=pb.Profile(**ANNA),
        identifiers=[identifier("EMAIL", "Anna@Example.com"), identifier("PHONE", "07700 900123")],
    )
    await backend.call(backend.membership.EnrolMember, request)
    found = await get_profile(backend, "anna")
    assert found.profile == pb.Profile(**ANNA)
    assert [one.value for one in found.identifiers] == ["anna@example.com", "+447700900123"]
    assert (await find_member(backend, "PHONE", "+44 7700 900 123")).customer_id == "anna"


async def test_an_enrolment_with_somebody_elses_identifier_is_refused_whole(backend: Caller) -> None:
    await backend.enrol("ben")
    await add_identifier(backend, "ben", "CARD", "1234-5678")
    request = pb.EnrolMemberRequest(
        request_id="r", customer_id="anna", identifiers=[identifier("CARD", "12345678")]
    )
    refused = await refusal(backend.call(backend.membership.EnrolMember, request))
    assert (refused.reason, refused.facts["other_customer_id"]) == ("IDENTIFIER_TAKEN", "ben")
    get = pb.GetMemberRequest(customer_id="anna")
    assert (await refusal(backend.call(backend.membership.GetMember, get))).reason == "MEMBER_NOT_FOUND"


async def test_a_profile_is_changed_field_by_field(backend: Caller) -> None:
    await backend.enrol("anna")
    assert await update_profile(backend, "anna", **ANNA) == pb.Profile(**ANNA)
    changed = await update_profile(backend, "anna", "name", "phone", name="Anna Bell", email="ignored@x.com")
    assert changed == pb.Profile(**{**ANNA, "name": "Anna Bell", "phone": ""})


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"birthday": "2025-02-29"}, "profile.birthday"),
        ({"birthday": "2026-03-11"}, "profile.birthday"),
        ({"time_zone": "Europe/Atlantis"}, "profile.time_zone"),
        ({"email": "no address"}, "profile.email"),
        ({"phone": "12"}, "profile.phone"),
        ({"locale": "not a locale"}, "profile.locale"),
    ],
)
async def test_a_profile_that_cannot_be_true_is_refused(
    backend: Caller, fields: dict[str, str], field: str
) -> None:
    await backend.enrol("anna")
    refused = await refusal(update_profile(backend, "anna", **fields))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (field,))


async def test_a_mask_with_an_unknown_field_is_refused(backend: Caller) -> None:
    await backend.enrol("anna")
    assert (await refusal(update_profile(backend, "anna", "salary"))).fields == ("update_mask",)


async def test_nothing_personal_is_legible_in_the_database(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    await update_profile(backend, "anna", **ANNA)
    await add_identifier(backend, "anna", "EMAIL", ANNA["email"])
    rows: list[Any] = []
    with house.database.engine.connect() as connection:
        for table in (profiles, identifiers, requests):
            rows += connection.execute(select(table)).all()
    stored = b"|".join(bytes_of(cell) for row in rows for cell in row)
    assert len(rows) == 5
    assert all(text.encode() not in stored for text in (*ANNA.values(), ANNA["email"].lower()))


@pytest.mark.parametrize(
    ("kind", "written", "normal", "sought"),
    [
        ("EMAIL", " Anna.Quist@Example.COM ", "anna.quist@example.com", "ANNA.QUIST@example.com"),
        ("PHONE", "07700 900123", "+447700900123", "0044 7700-900123"),
        ("CARD", "ab12 3456-78", "AB12345678", "AB-1234-5678"),
    ],
)
async def test_a_member_is_found_however_the_identifier_is_written(
    backend: Caller, kind: str, written: str, normal: str, sought: str
) -> None:
    await backend.enrol("anna")
    assert (await add_identifier(backend, "anna", kind, written)).value == normal
    assert (await add_identifier(backend, "anna", kind, written)).value == normal
    assert (await find_member(backend, kind, sought)).customer_id == "anna"


async def test_an_identifier_of_another_customer_is_a_conflict_and_never_a_merge(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.enrol("ben")
    await add_identifier(backend, "anna", "EMAIL", "a@example.com")
    refused = await refusal(add_identifier(backend, "ben", "EMAIL", "A@example.com"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "IDENTIFIER_TAKEN")
    assert (refused.facts["customer_id"], refused.facts["other_customer_id"]) == ("ben", "anna")


async def test_a_removed_identifier_is_free_for_another_customer(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.enrol("ben")
    await add_identifier(backend, "anna", "CARD", "1234")
    remove = pb.RemoveIdentifierRequest(
        request_id="r", customer_id="anna", identifier=identifier("CARD", "12 34")
    )
    of_ben = pb.RemoveIdentifierRequest(
        request_id="q", customer_id="ben", identifier=identifier("CARD", "1234")
    )
    refused = await refusal(backend.call(backend.membership.RemoveIdentifier, of_ben))
    assert refused.reason == "IDENTIFIER_NOT_FOUND"
    await backend.call(backend.membership.RemoveIdentifier, remove)
    assert (await refusal(find_member(backend, "CARD", "1234"))).reason == "IDENTIFIER_NOT_FOUND"
    await add_identifier(backend, "ben", "CARD", "1234")
    assert (await find_member(backend, "CARD", "1234")).customer_id == "ben"


async def test_a_member_has_at_most_twenty_identifiers(backend: Caller) -> None:
    await backend.enrol("anna")
    await asyncio.gather(*(add_identifier(backend, "anna", "CARD", f"1000{place}") for place in range(20)))
    refused = await refusal(add_identifier(backend, "anna", "CARD", "9999"))
    assert refused.reason == "IDENTIFIERS_FULL"


async def test_of_twenty_customers_who_claim_one_address_at_once_one_gets_it(backend: Caller) -> None:
    names = [f"c{place}" for place in range(20)]
    await asyncio.gather(*(backend.enrol(name) for name in names))
    claims = (add_identifier(backend, name, "EMAIL", "one@example.com") for name in names)
    found = await asyncio.gather(*claims, return_exceptions=True)
    assert sum(isinstance(one, pb.Identifier) for one in found) == 1
    codes = {one.code() for one in found if isinstance(one, grpc.aio.AioRpcError)}
    assert codes == {grpc.StatusCode.FAILED_PRECONDITION}


@pytest.mark.parametrize(
    ("kind", "value"), [("EMAIL", "nobody"), ("EMAIL", "a b@c.de"), ("PHONE", "hello"), ("CARD", "12*")]
)
async def test_a_text_that_is_no_identifier_is_refused(backend: Caller, kind: str, value: str) -> None:
    refused = await refusal(find_member(backend, kind, value))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("identifier.value",))
