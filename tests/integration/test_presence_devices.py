"""The devices by which members are noticed: rotating keys and fixed tags, and how they are forgotten."""

from __future__ import annotations

import time
from datetime import timedelta

import grpc
import pytest
from regulars.membership.v1 import membership_service_pb2 as membership
from regulars.presence.v1 import presence_service_pb2 as presence
from sqlalchemy import func, select

from beacon_gateway.identity.adverts import (
    APPLE_COMPANY,
    EDDYSTONE_UUID,
    Advert,
    TagFormat,
    formats_of,
    parse,
)
from beacon_gateway.identity.key_table import KeyTable
from services.composition import House
from services.storage.tables import presence_events, presence_keys, presence_pseudonyms, presence_tags
from tests.conftest import CallerOf
from tests.integration.gateway import connected, heard
from tests.integration.shop import NOON, Caller, ManualClock, refusal

UUID, MAKERS = bytes(range(16)), bytes.fromhex("0a0b0c0d0e0f")
STATIC = membership.PRESENCE_DEVICE_KIND_STATIC
BEACON = membership.FixedTag(proximity=membership.ProximityTag(uuid=UUID, major=1, minor=2))
WITHIN_SECONDS = 10.0  # what "within seconds" means here; two looks at the keys are two of them


async def set_tag(backend: Caller, customer_id: str, tag: membership.FixedTag) -> None:
    request = membership.SetPresenceDeviceRequest(customer_id=customer_id, kind=STATIC, tag=tag)
    answer = await backend.call(backend.membership.SetPresenceDevice, request)
    assert (answer.identity_key, answer.rotation_exponent) == (b"", 0)


async def revoke(backend: Caller, customer_id: str) -> membership.Member:
    request = membership.RevokePresenceDeviceRequest(
        request_id=f"revoke-{customer_id}", customer_id=customer_id
    )
    answer = await backend.call(backend.membership.RevokePresenceDevice, request)
    member: membership.Member = answer.member
    return member


def as_heard(tag: membership.FixedTag) -> bytes:
    """What a gateway reads when the tag is on the air."""
    kind = tag.WhichOneof("numbering")
    manufacturer: dict[int, bytes] = {}
    service: dict[str, bytes] = {}
    if kind == "proximity":
        numbers = tag.proximity.major.to_bytes(2, "big") + tag.proximity.minor.to_bytes(2, "big")
        manufacturer[APPLE_COMPANY] = b"\x02\x15" + tag.proximity.uuid + numbers + b"\xc5"
    elif kind == "eddystone":
        service[EDDYSTONE_UUID] = b"\x00\xee" + tag.eddystone.namespace + tag.eddystone.instance
    elif tag.maker.HasField("company"):
        manufacturer[tag.maker.company] = b"\xaa" + tag.maker.identifier
    else:
        service["0000fe9a-0000-1000-8000-00805f9b34fb"] = b"\xaa" + tag.maker.identifier
    formats = [TagFormat(1, 6, company=0x0118), TagFormat(1, 6, service="fe9a")]
    said = parse(manufacturer, service, formats_of(formats))
    assert isinstance(said, Advert)
    return said.identifier


@pytest.mark.parametrize(
    "tag",
    [
        BEACON,
        membership.FixedTag(eddystone=membership.EddystoneTag(namespace=UUID[:10], instance=MAKERS)),
        membership.FixedTag(maker=membership.MakerTag(company=0x0118, identifier=MAKERS)),
        membership.FixedTag(
            maker=membership.MakerTag(
                service=bytes.fromhex("0000fe9a00001000800000805f9b34fb"), identifier=MAKERS
            )
        ),
    ],
    ids=["ibeacon", "eddystone-uid", "manufacturer", "service"],
)
async def test_a_fixed_tag_is_recognised_as_its_frame_is_read(
    backend: Caller, caller_of: CallerOf, tag: membership.FixedTag
) -> None:
    await backend.enrol("anna", "PRESENCE")
    await set_tag(backend, "anna", tag)
    async with connected(caller_of("gateway")) as gateway:
        names = await gateway.table_with(members=1)
        assert as_heard(tag) in names
        await gateway.report("ENTER", names[as_heard(tag)], NOON)
    visits = await backend.call(backend.presence.ListVisits, presence.ListVisitsRequest())
    assert [visit.customer_id for visit in visits.visits] == ["anna"]


async def test_a_fixed_tag_needs_the_consent_to_presence(backend: Caller) -> None:
    await backend.enrol("anna", "EMAIL")
    refused = await refusal(set_tag(backend, "anna", BEACON))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CONSENT_MISSING")


async def test_a_tag_belongs_to_one_customer(backend: Caller) -> None:
    for customer_id in ("anna", "ben"):
        await backend.enrol(customer_id, "PRESENCE")
    await set_tag(backend, "anna", BEACON)
    await set_tag(backend, "anna", BEACON)
    refused = await refusal(set_tag(backend, "ben", BEACON))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "TAG_TAKEN")
    assert (refused.facts["customer_id"], refused.facts["other_customer_id"]) == ("ben", "anna")
    assert not (await revoke(backend, "anna")).has_presence_device
    await set_tag(backend, "ben", BEACON)


async def test_a_member_has_one_device_and_shows_its_kind(house: House, backend: Caller) -> None:
    await backend.enrol("anna", "PRESENCE", "EMAIL")
    await set_tag(backend, "anna", BEACON)
    member = await backend.set_consents("anna", EMAIL=False)
    assert member.presence_device_kind == STATIC
    await backend.presence_key("anna")
    member = await backend.set_consents("anna", EMAIL=True)
    assert member.presence_device_kind == membership.PRESENCE_DEVICE_KIND_ROTATING
    with house.database.engine.connect() as connection:
        assert connection.execute(select(presence_keys.c.tag)).scalars().all() == [None]


@pytest.mark.parametrize(
    "wrong",
    [
        membership.SetPresenceDeviceRequest(customer_id="anna", kind=STATIC),
        membership.SetPresenceDeviceRequest(customer_id="anna", tag=BEACON),
        membership.SetPresenceDeviceRequest(
            customer_id="anna",
            kind=STATIC,
            tag=membership.FixedTag(maker=membership.MakerTag(company=1, identifier=b"short")),
        ),
        membership.SetPresenceDeviceRequest(customer_id="anna", kind=STATIC, tag=membership.FixedTag()),
    ],
    ids=["static-without-tag", "tag-without-static", "short", "empty"],
)
async def test_a_tag_that_cannot_be_meant_is_refused(
    backend: Caller, wrong: membership.SetPresenceDeviceRequest
) -> None:
    await backend.enrol("anna", "PRESENCE")
    refused = await refusal(backend.call(backend.membership.SetPresenceDevice, wrong))
    assert refused.code == grpc.StatusCode.INVALID_ARGUMENT


async def leave_by_withdrawing(backend: Caller) -> None:
    await backend.set_consents("anna", PRESENCE=False)


async def leave_by_revoking(backend: Caller) -> None:
    await revoke(backend, "anna")


async def leave_by_suspension(backend: Caller) -> None:
    request = membership.SuspendMemberRequest(request_id="s", customer_id="anna", actor="tom", reason="r")
    await backend.call(backend.membership.SuspendMember, request)


async def leave_by_erasure(backend: Caller) -> None:
    await backend.call(backend.membership.EraseMember, membership.EraseMemberRequest(customer_id="anna"))


@pytest.mark.parametrize(
    "leave", [leave_by_withdrawing, leave_by_revoking, leave_by_suspension, leave_by_erasure]
)
@pytest.mark.parametrize("is_fixed", [False, True], ids=["rotating", "fixed"])
async def test_who_leaves_is_forgotten_by_a_connected_gateway_within_seconds_and_by_a_few_bytes(
    backend: Caller, caller_of: CallerOf, leave: object, is_fixed: bool
) -> None:
    for customer_id in ("anna", "ben"):
        await backend.enrol(customer_id, "PRESENCE")
        await backend.presence_key(customer_id)
    if is_fixed:
        await set_tag(backend, "anna", BEACON)
    async with connected(caller_of("gateway")) as gateway:
        before = await gateway.table_with(members=2)
        sent_before, begun = len(gateway.updates), time.monotonic()
        await leave(backend)  # type: ignore[operator]
        after = await gateway.table_with(members=1)
        assert time.monotonic() - begun < WITHIN_SECONDS
        assert sum(update.ByteSize() for update in gateway.updates[sent_before:]) < 100
        gone = {name for identifier, name in before.items() if identifier not in after}
        assert not any(gateway.table.holds(name) for name in gone)
        await gateway.report("ENTER", gone.pop(), NOON)  # it was on its way, or lay in a spool
    visits = await backend.call(backend.presence.ListVisits, presence.ListVisitsRequest())
    assert not visits.visits


async def test_a_gateway_that_was_away_learns_at_once_who_left(
    backend: Caller, caller_of: CallerOf, clock: ManualClock
) -> None:
    keys = {}
    for customer_id in ("anna", "ben"):
        await backend.enrol(customer_id, "PRESENCE")
        keys[customer_id] = await backend.presence_key(customer_id)
    async with connected(caller_of("gateway")) as gateway:
        await gateway.table_with(members=2)
    await backend.set_consents("anna", PRESENCE=False)
    async with connected(caller_of("gateway"), table=gateway.table) as again:
        names = await again.table_with(members=1)
        assert heard(names, keys["anna"], NOON) is None
        assert heard(names, keys["ben"], NOON) is not None
        assert sum(update.ByteSize() for update in again.updates) < 100


async def test_a_gateway_with_a_table_that_nobody_remembers_gets_it_all(
    backend: Caller, caller_of: CallerOf
) -> None:
    await backend.enrol("anna", "PRESENCE")
    key = await backend.presence_key("anna")
    table = KeyTable()
    table.version = "of-another-server-17"
    async with connected(caller_of("gateway"), table=table) as gateway:
        assert heard(await gateway.table_with(members=1), key, NOON) is not None


async def test_an_hour_later_a_table_reaches_an_hour_further(
    backend: Caller, caller_of: CallerOf, clock: ManualClock
) -> None:
    await backend.enrol("anna", "PRESENCE")
    key = await backend.presence_key("anna")
    async with connected(caller_of("gateway")) as gateway:
        names, sent = await gateway.table_with(members=1), len(gateway.updates)
        late = NOON + timedelta(hours=12, minutes=40)
        assert heard(names, key, late) is None
        clock.advance(hours=1.2)
        await gateway.wait_for(lambda: len(gateway.updates) > sent)
        assert heard(gateway.names(), key, late) is not None


async def test_nothing_of_a_device_is_left_when_it_is_revoked(
    house: House, backend: Caller, caller_of: CallerOf
) -> None:
    await backend.enrol("anna", "PRESENCE")
    await set_tag(backend, "anna", BEACON)
    async with connected(caller_of("gateway")) as gateway:
        await gateway.table_with(members=1)
        await revoke(backend, "anna")
    with house.database.engine.connect() as connection:
        for table in (presence_keys, presence_pseudonyms, presence_tags):
            assert connection.execute(select(func.count()).select_from(table)).scalar_one() == 0


async def visits_by_store(backend: Caller) -> dict[str, presence.Visit]:
    answer = await backend.call(backend.presence.ListVisits, presence.ListVisitsRequest())
    return {visit.store: visit for visit in answer.visits}


async def test_visits_that_rest_on_a_fixed_tag_are_marked(
    house: House, backend: Caller, caller_of: CallerOf
) -> None:
    for customer_id in ("anna", "ben"):
        await backend.enrol(customer_id, "PRESENCE")
    key = await backend.presence_key("ben")
    await set_tag(backend, "anna", BEACON)
    async with connected(caller_of("gateway")) as gateway:
        names = await gateway.table_with(members=2)
        ben = heard(names, key, NOON)
        assert ben is not None
        await gateway.report("ENTER", names[as_heard(BEACON)], NOON)
        await gateway.report("ENTER", ben, NOON)
    answer = await backend.call(backend.presence.ListVisits, presence.ListVisitsRequest())
    assert {visit.customer_id: visit.spoofable for visit in answer.visits} == {"anna": True, "ben": False}
    with house.database.engine.connect() as connection:
        rows = connection.execute(select(presence_events.c.customer_id, presence_events.c.spoofable))
        assert {row[0]: row[1] for row in rows} == {"anna": True, "ben": False}


@pytest.mark.parametrize(("minutes", "is_doubtful"), [(2, True), (10, False)])
async def test_a_member_in_two_stores_at_once_is_believed_in_neither(
    backend: Caller, caller_of: CallerOf, clock: ManualClock, minutes: int, is_doubtful: bool
) -> None:
    await backend.enrol("anna", "PRESENCE")
    key = await backend.presence_key("anna")
    async with (
        connected(caller_of("gateway"), name="gw-1", store="camden") as camden,
        connected(caller_of("gateway"), name="gw-2", store="soho") as soho,
    ):
        name = heard(await camden.table_with(members=1), key, NOON)
        assert name is not None
        clock.advance(minutes=30)
        await camden.report("DWELL", name, NOON + timedelta(seconds=60), 60.0)
        await soho.report("ENTER", name, NOON + timedelta(minutes=minutes + 1))
    found = await visits_by_store(backend)
    assert {store: visit.doubtful for store, visit in found.items()} == {
        "camden": is_doubtful,
        "soho": is_doubtful,
    }
