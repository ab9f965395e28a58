"""What was answered to others names an erased person no more, and is still answered again."""

from __future__ import annotations

from regulars.rewards.v1 import rewards_service_pb2 as rewards
from sqlalchemy import select

from services.composition import House
from services.storage.tables import requests
from tests.integration.people import bytes_of, erase, merge, unmerge
from tests.integration.points import balance, spend_request
from tests.integration.rewarding import referral_code
from tests.integration.shop import Caller, ManualClock, order


def kept_answers(house: House) -> bytes:
    with house.database.engine.connect() as connection:
        return b"".join(bytes_of(one) for one in connection.execute(select(requests.c.answer)).scalars())


async def test_a_friend_is_answered_again_without_the_name_of_an_erased_referrer(
    house: House, backend: Caller
) -> None:
    for customer_id in ("canary-anna", "fred"):
        await backend.enrol(customer_id)
    code = await referral_code(backend, "canary-anna")
    asked = rewards.AcceptReferralRequest(request_id="bring-1", customer_id="fred", code=code)
    first = (await backend.call(backend.rewards.AcceptReferral, asked)).referral
    await erase(backend, "canary-anna")
    again = (await backend.call(backend.rewards.AcceptReferral, asked)).referral
    assert (again.referral_id, again.friend_customer_id) == (first.referral_id, "fred")
    assert again.referrer_customer_id.startswith("erased-")
    kept = kept_answers(house)
    assert b"canary" not in kept
    assert code.encode() not in kept


async def test_who_was_merged_for_a_while_is_answered_again_without_the_name_and_lots_of_the_other(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    for customer_id in ("canary-anna", "ben"):
        await backend.enrol(customer_id)
        await backend.record_order(order(f"{customer_id}-1", customer_id, price=5_000))
    clock.advance(days=15)
    merge_id = await merge(backend, "canary-anna", "ben")
    asked = spend_request(70, "ben")
    await backend.call(backend.loyalty.SpendPoints, asked)
    await unmerge(backend, merge_id)
    before = await balance(backend, "ben")
    assert b"canary" in kept_answers(house)
    await erase(backend, "canary-anna")
    assert b"canary" not in kept_answers(house)
    again = await backend.call(backend.loyalty.SpendPoints, asked)
    assert (again.hold.points, await balance(backend, "ben")) == (70, before)
