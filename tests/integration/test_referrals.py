"""Referrals over the wire: a code, a friend, a kept order, and points for both."""

from __future__ import annotations

import asyncio
from pathlib import Path

import grpc
import pytest
from regulars.rewards.v1 import rewards_service_pb2 as pb
from sqlalchemy import select

from services.composition import House
from services.settings import Settings
from services.storage.tables import customers
from tests.integration.people import merge, step
from tests.integration.rewarding import (
    DAY,
    accept,
    ask,
    look,
    member,
    points_of,
    reason,
    referral_code,
    referrals,
)
from tests.integration.shop import (
    NOON,
    Caller,
    ManualClock,
    eventually,
    goods_back,
    order,
    refusal,
    stamp,
)
from tests.integration.watching import statements

WINDOW = 14 * DAY
RULES = """
[referring]
per_referrer_per_year_max = 2

[[earning]]
id = "base"
name = "One point for each unit spent"
points_per_unit = 1

[[earning]]
id = "brought"
name = "For the one who brought a friend"
trigger = "REFERRAL"
points = 500

[[earning]]
id = "welcome"
name = "For the friend"
trigger = "REFERRAL"
recipient = "FRIEND"
points = 200
"""


@pytest.fixture
def settings(settings: Settings, tmp_path: Path) -> Settings:
    """A programme that rewards both."""
    file = tmp_path / "program.toml"
    file.write_text(RULES)
    return settings.model_copy(update={"programme_file": file})


async def bought(backend: Caller, clock: ManualClock, friend: str = "fred", order_id: str = "") -> None:
    await backend.record_order(order(order_id, friend, clock.now(), price=1_000))


async def state(backend: Caller, friend: str = "fred") -> str:
    """The state of the friend's referral, and the order that it waits for or why it is void."""
    (found,) = await referrals(backend, friend)
    name = pb.ReferralState.Name(found.state).removeprefix("REFERRAL_STATE_")
    why = pb.ReferralVoidReason.Name(found.void_reason).removeprefix("REFERRAL_VOID_REASON_")
    return f"{name} {why}" if name == "VOID" else f"{name} {found.order_id}".strip()


async def settled(house: House, backend: Caller, friend: str = "fred") -> str:
    """The state of the friend's referral after the sweep."""

    async def is_over() -> bool:
        house.worker.wake()
        return (await state(backend, friend)).split()[0] in {"PAID", "VOID"}

    await eventually(is_over)
    return await state(backend, friend)


async def test_a_code_is_made_once_and_nobody_guesses_it(backend: Caller) -> None:
    await member(backend, "anna")
    await member(backend, "ben")
    codes = await asyncio.gather(*(referral_code(backend) for _ in range(5)))
    assert len({*codes}) == 1
    assert await referral_code(backend, "ben") not in codes
    assert len(codes[0]) == 16
    refused = await refusal(referral_code(backend, "stranger"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "MEMBER_NOT_FOUND")


async def test_a_kept_first_order_pays_both_when_its_return_window_is_over(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await member(backend, "anna")
    await member(backend, "fred")
    accepted = await accept(backend, (await referral_code(backend)).lower())
    assert (accepted.state, accepted.referrer_customer_id) == (pb.REFERRAL_STATE_ACCEPTED, "anna")
    assert accepted.expires_at == stamp(NOON + 365 * DAY)
    clock.advance(days=1)
    await bought(backend, clock, order_id="o-1")
    (waiting,) = await referrals(backend)
    assert (waiting.state, waiting.order_id) == (pb.REFERRAL_STATE_QUALIFYING, "o-1")
    assert waiting.pays_at == stamp(NOON + DAY + WINDOW)
    clock.advance(days=13, hours=23)
    assert await points_of(backend, "anna") == (0, 0, 0)
    clock.advance(hours=1)
    assert await settled(house, backend) == "PAID o-1"
    assert await points_of(backend, "anna") == (0, 500, 0)
    assert await points_of(backend, "fred") == (0, 210, 0)


async def test_a_returned_order_waits_for_the_next(house: House, backend: Caller, clock: ManualClock) -> None:
    await member(backend, "anna")
    await accept(backend, await referral_code(backend))
    await bought(backend, clock, order_id="o-1")
    clock.advance(days=2)
    await backend.record_return(goods_back(customer_id="fred", at=clock.now(), order_id="o-1"))
    assert await state(backend) == "ACCEPTED"
    clock.advance(days=20)
    await bought(backend, clock, order_id="o-2")
    assert await state(backend) == "QUALIFYING o-2"
    clock.advance(days=14)
    assert await settled(house, backend) == "PAID o-2"
    assert (await points_of(backend, "anna"))[1] == 500


async def test_an_earlier_order_that_arrives_later_is_the_first(backend: Caller, clock: ManualClock) -> None:
    await member(backend, "anna")
    await accept(backend, await referral_code(backend))
    clock.advance(days=5)
    await bought(backend, clock, order_id="later")
    await backend.record_order(order("earlier", "fred", NOON + 2 * DAY))
    await backend.record_order(order("free", "fred", NOON + DAY, price=0))
    assert await state(backend) == "QUALIFYING earlier"
    await backend.record_return(goods_back(customer_id="fred", at=clock.now(), order_id="earlier"))
    assert await state(backend) == "QUALIFYING later"


async def test_a_friend_is_new_is_another_and_comes_once(backend: Caller, clock: ManualClock) -> None:
    await member(backend, "anna")
    await member(backend, "ben")
    code = await referral_code(backend)
    await bought(backend, clock, "olga")
    assert await reason(accept(backend, code, "anna")) == "SELF_REFERRAL"
    assert await reason(accept(backend, code, "olga")) == "FRIEND_NOT_NEW"
    assert await reason(accept(backend, "WRONG", "fred")) == "REFERRAL_CODE_NOT_FOUND"
    await accept(backend, code)
    assert await reason(accept(backend, await referral_code(backend, "ben"))) == "ALREADY_REFERRED"
    answers = await asyncio.gather(*(accept(backend, code, "gina") for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(one, pb.Referral) for one in answers) == 1
    assert len(await referrals(backend)) == 2


async def test_repeating_a_request_id_accepts_once(backend: Caller) -> None:
    await member(backend, "anna")
    names = {"customer_id": "fred", "code": await referral_code(backend)}
    answers = [await ask(backend, "AcceptReferral", "same", **names) for _ in range(2)]
    assert answers[0] == answers[1]


async def test_without_an_order_in_time_a_referral_is_over_at_once(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    house.worker.stop()  # nothing but the reads themselves
    await member(backend, "anna")
    await accept(backend, await referral_code(backend))
    clock.advance(days=365)
    assert await state(backend) == "VOID EXPIRED"
    await bought(backend, clock)
    assert await state(backend) == "VOID EXPIRED"


async def test_friends_beyond_the_years_limit_pay_nothing(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await member(backend, "anna")
    code = await referral_code(backend)
    for friend in ("f-1", "f-2", "f-3"):
        await accept(backend, code, friend)
        await bought(backend, clock, friend)
        clock.advance(hours=1)
    clock.advance(days=14)
    assert (await settled(house, backend, "f-1")).startswith("PAID")
    assert (await settled(house, backend, "f-2")).startswith("PAID")
    assert await settled(house, backend, "f-3") == "VOID LIMIT"
    assert (await points_of(backend, "anna"))[1] == 1_000


async def test_a_friend_who_turns_out_to_be_the_referrer_pays_nothing(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await member(backend, "anna")
    await member(backend, "alias")
    await accept(backend, await referral_code(backend), "alias")
    await bought(backend, clock, "alias")
    await merge(backend, "anna", "alias")
    assert await state(backend, "anna") != "VOID SELF"
    clock.advance(days=14)
    assert await settled(house, backend, "alias") == "VOID SELF"
    assert await points_of(backend, "anna") == (0, 10, 0)


async def test_a_friend_who_turns_out_to_have_ordered_before_pays_nothing(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    for name in ("anna", "alias", "olga"):
        await member(backend, name)
    await accept(backend, await referral_code(backend), "alias")
    await bought(backend, clock, "alias")
    await backend.record_order(order("long-ago", "olga", NOON - 50 * DAY))
    await merge(backend, "olga", "alias")
    clock.advance(days=14)
    assert await settled(house, backend, "olga") == "VOID NOT_NEW"
    assert await points_of(backend, "anna") == (0, 0, 0)


async def test_both_codes_of_two_who_are_one_person_stay_good(backend: Caller) -> None:
    await member(backend, "anna")
    await member(backend, "alias")
    codes = [await referral_code(backend), await referral_code(backend, "alias")]
    await merge(backend, "anna", "alias")
    for place, code in enumerate(codes):
        assert (await accept(backend, code, f"f-{place}")).referrer_customer_id == "anna"
    assert await referral_code(backend, "alias") == await referral_code(backend, "anna") in codes
    assert await reason(accept(backend, codes[1], "anna")) == "SELF_REFERRAL"


async def test_who_takes_no_part_brings_nobody(house: House, backend: Caller) -> None:
    await member(backend, "anna")
    code = await referral_code(backend)
    await step(backend, "Close", "anna")
    assert await reason(referral_code(backend)) == "MAY_NOT_EARN"
    assert await reason(accept(backend, code)) == "REFERRER_MAY_NOT_EARN"
    with house.database.engine.connect() as connection:
        assert list(connection.execute(select(customers.c.customer_id)).scalars()) == ["anna"]


async def test_a_referrer_who_left_is_not_paid(house: House, backend: Caller, clock: ManualClock) -> None:
    await member(backend, "anna")
    await member(backend, "fred")
    await accept(backend, await referral_code(backend))
    await bought(backend, clock)
    await step(backend, "Close", "anna")
    clock.advance(days=14)
    assert await settled(house, backend) == "VOID REFERRER_STATE"


async def test_a_list_holds_what_one_made_and_what_one_accepted(backend: Caller) -> None:
    await member(backend, "anna")
    await member(backend, "fred")
    await accept(backend, await referral_code(backend))
    await accept(backend, await referral_code(backend, "fred"), "gina")
    first = await look(backend, "ListReferrals", customer_id="fred", page_size=1)
    second = await look(
        backend, "ListReferrals", customer_id="fred", page_size=1, page_token=first.next_page_token
    )
    friends = {one.friend_customer_id for one in (*first.referrals, *second.referrals)}
    assert friends == {"fred", "gina"}
    assert not second.next_page_token


async def test_an_order_asks_about_referrals_once(house: House, backend: Caller, clock: ManualClock) -> None:
    with statements(house.database.engine) as sent:
        await bought(backend, clock)
    of_sweeps = ("due_at <=", "min(")
    asked = [one for one in sent if "referrals" in one and not any(mark in one for mark in of_sweeps)]
    assert len(asked) == 1
