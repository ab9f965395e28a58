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
from services.storage.tables import movements, presence_keys, presence_pseudonyms
from tests.integration.shop import (
    NOON,
    Caller,
    ManualClock,
    consents,
    goods_back,
    order,
    order_record,
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


async def test_an_order_of_a_member_earns_pending_points(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order(price=2_599))
    balance = await backend.balance("anna")
    assert (balance.pending_points, balance.active_points) == (25, 0)


async def test_points_become_active_after_the_return_window(backend: Caller, clock: ManualClock) -> None:
    await backend.enrol("anna")
    await backend.record_order(order(price=2_500))
    clock.advance(days=14)
    balance = await backend.balance("anna")
    assert (balance.pending_points, balance.active_points) == (0, 25)


async def test_points_expire_at_the_end_of_the_month_a_year_later(
    backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol("anna")
    await backend.record_order(order(price=2_500))
    clock.move_to(NOON.replace(year=2027, month=3, day=31, hour=22, minute=59, second=59))
    assert (await backend.balance("anna")).active_points == 25  # 23:59:59 in London's summer time
    clock.advance(seconds=1)
    assert (await backend.balance("anna")).active_points == 0


async def test_orders_before_the_enrolment_earn_nothing(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order(at=NOON - DAY))
    assert (await backend.balance("anna")).pending_points == 0


async def test_an_order_earns_once_however_it_arrives(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    one = order("o-1", price=2_500)
    await asyncio.gather(
        backend.record_order(one, "first"),
        backend.record_order(one, "first"),
        backend.record_order(one, "second"),
        backend.record_batch(order_record(order_id="o-1", price=2_500)),
    )
    assert (await backend.balance("anna")).pending_points == 25
    with house.database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(movements)).scalar_one() == 1


async def test_orders_of_two_shops_never_share_a_lot(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("b/c", source="a"))
    refused = await refusal(backend.record_order(order("c", source="a/b")))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ("order.source",))


async def test_partial_returns_end_at_exactly_the_award(backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=333, quantity=3))  # 9.99: nine points
    left = []
    for _ in range(3):
        await backend.record_return(goods_back(order_id="o-1"))
        left.append((await backend.balance("anna")).pending_points)
    assert left == [6, 3, 0]


async def test_stored_balances_equal_the_sum_of_the_movements(house: House, backend: Caller) -> None:
    await backend.enrol("anna")
    await backend.record_order(order("o-1", price=1_999, quantity=2))
    await backend.record_order(order("o-2", price=555))
    await backend.record_return(goods_back(order_id="o-1"))
    balance = await backend.balance("anna")
    with house.database.engine.connect() as connection:
        ledger = connection.execute(select(func.sum(movements.c.points))).scalar_one()
    assert balance.pending_points + balance.active_points - balance.debt_points == int(ledger)
