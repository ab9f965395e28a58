"""Rewards over the wire: who gets one, what it costs, and what becomes of it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import grpc
from regulars.membership.v1 import membership_service_pb2 as membership
from regulars.rewards.v1 import rewards_service_pb2 as pb
from sqlalchemy import select

from services.composition import House, build, running
from services.settings import Settings
from services.storage.tables import member_rewards, rewards
from services.telemetry import Telemetry
from tests.conftest import CallerOf
from tests.integration.ledger import movements_of, replayed
from tests.integration.people import merge, step
from tests.integration.rewarding import (
    DAY,
    ask,
    issue,
    look,
    member,
    pieces_out,
    points_of,
    reason,
    resolve,
    set_reward,
)
from tests.integration.servers import ON_POSTGRESQL, other_caller
from tests.integration.shop import NOON, Caller, ManualClock, eventually, refusal, refusal_of, stamp

MINUTE = timedelta(minutes=1)


async def test_an_issued_reward_blocks_its_points_until_they_are_spent(backend: Caller) -> None:
    await member(backend, "anna", 300)
    await set_reward(backend, stock=5)
    held = await issue(backend)
    assert (held.state, held.expires_at) == (pb.MEMBER_REWARD_STATE_ISSUED, stamp(NOON + 30 * DAY))
    assert await points_of(backend, "anna") == (0, 200, 100)
    redeemed = await resolve(backend, "Redeem", held)
    assert redeemed.state == pb.MEMBER_REWARD_STATE_REDEEMED
    assert await points_of(backend, "anna") == (0, 200, 0)
    assert await pieces_out(backend) == 1


async def test_a_cancelled_reward_frees_points_and_piece(backend: Caller) -> None:
    await member(backend, "anna", 100)
    await set_reward(backend, stock=1)
    cancelled = await resolve(backend, "Cancel", await issue(backend))
    assert cancelled.state == pb.MEMBER_REWARD_STATE_CANCELLED
    assert await points_of(backend, "anna") == (0, 100, 0)
    assert await pieces_out(backend) == 0
    assert (await issue(backend)).state == pb.MEMBER_REWARD_STATE_ISSUED


async def test_a_returned_reward_gives_back_points_to_the_lots_that_paid(
    house: House, backend: Caller
) -> None:
    await member(backend, "anna", 100)
    await set_reward(backend, stock=1)
    held = await resolve(backend, "Redeem", await issue(backend))
    returned = await resolve(backend, "Return", held)
    assert returned.state == pb.MEMBER_REWARD_STATE_RETURNED
    assert await points_of(backend, "anna") == (0, 100, 0)
    assert await pieces_out(backend) == 0
    assert movements_of(house, "anna")[-1] == ("RESTORE_SPEND", 100)
    assert replayed(house, "anna") == (0, 100, 0, 0)


async def test_points_that_lapsed_while_a_reward_was_out_come_back_for_a_while(
    backend: Caller, clock: ManualClock
) -> None:
    await member(backend, "anna", 100)
    await set_reward(backend)
    held = await resolve(backend, "Redeem", await issue(backend))
    clock.advance(days=400)
    await resolve(backend, "Return", held)
    assert (await points_of(backend, "anna"))[1] == 100
    clock.advance(days=30)
    assert (await points_of(backend, "anna"))[1] == 0


async def test_what_is_not_redeemed_in_time_has_expired_before_any_sweep(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    house.worker.stop()  # nothing but the commands themselves
    await member(backend, "anna", 200)
    await member(backend, "ben", 100)
    await set_reward(backend, stock=1)
    held = await issue(backend)
    clock.advance(days=30)
    assert await points_of(backend, "anna") == (0, 200, 0)
    assert await pieces_out(backend) == 0
    listed = await look(backend, "ListMemberRewards", customer_id="anna")
    assert listed.member_rewards[0].state == pb.MEMBER_REWARD_STATE_EXPIRED
    assert listed.member_rewards[0].resolved_at == held.expires_at
    for verb in ("Redeem", "Cancel"):
        assert await reason(resolve(backend, verb, held)) == "REWARD_EXPIRED"
    assert (await issue(backend, "ben")).state == pb.MEMBER_REWARD_STATE_ISSUED
    assert await pieces_out(backend) == 1


async def test_the_sweep_puts_expired_rewards_back_into_the_stock(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await member(backend, "anna", 100)
    await set_reward(backend, stock=1)
    await issue(backend)
    clock.advance(days=31)
    house.worker.wake()

    def stored() -> tuple[Any, ...]:
        with house.database.engine.connect() as connection:
            states = connection.execute(select(member_rewards.c.state)).scalars().all()
            return (*states, connection.execute(select(rewards.c.issued)).scalar_one())

    await eventually(lambda: stored() == ("EXPIRED", 0))
    assert await points_of(backend, "anna") == (0, 100, 0)


async def test_a_reward_resolves_once(backend: Caller) -> None:
    await member(backend, "anna", 300)
    await set_reward(backend)
    redeemed = await resolve(backend, "Redeem", await issue(backend))
    cancelled = await resolve(backend, "Cancel", await issue(backend))
    for held in (redeemed, cancelled):
        assert await reason(resolve(backend, "Redeem", held)) == "REWARD_RESOLVED"
        assert await reason(resolve(backend, "Cancel", held)) == "REWARD_RESOLVED"
    assert await reason(resolve(backend, "Return", cancelled)) == "REWARD_NOT_REDEEMED"
    returned = await resolve(backend, "Return", redeemed)
    assert await reason(resolve(backend, "Return", returned)) == "REWARD_NOT_REDEEMED"
    assert await points_of(backend, "anna") == (0, 300, 0)


async def test_nobody_resolves_the_reward_of_another(backend: Caller) -> None:
    await member(backend, "anna", 100)
    await member(backend, "ben")
    await set_reward(backend)
    held = await issue(backend)
    held.customer_id = "ben"
    refused = await refusal(resolve(backend, "Redeem", held))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "MEMBER_REWARD_NOT_FOUND")


async def test_the_catalogue_says_what_a_member_can_have_and_why_not(
    backend: Caller, clock: ManualClock
) -> None:
    await member(backend, "anna", 300)
    await set_reward(backend, "a-had", points=50)
    await set_reward(backend, "b-later", valid_from=stamp(NOON + DAY))
    await set_reward(backend, "c-over", valid_until=stamp(NOON + MINUTE))
    await set_reward(backend, "d-gold", tiers=["GOLD"])
    await set_reward(backend, "e-none", stock=0)
    await set_reward(backend, "f-once", points=50, per_member_max=1)
    await set_reward(backend, "g-dear", points=1_000)
    await set_reward(backend, "h-gone")
    await ask(backend, "RetireReward", reward_id="h-gone")
    clock.advance(minutes=1)
    await issue(backend, reward_id="f-once")
    expected = {
        "a-had": (True, "UNSPECIFIED", ""),
        "b-later": (False, "NOT_YET", "REWARD_NOT_YET"),
        "c-over": (False, "OVER", "REWARD_OVER"),
        "d-gold": (False, "TIER", "REWARD_TIER"),
        "e-none": (False, "STOCK", "REWARD_OUT_OF_STOCK"),
        "f-once": (False, "LIMIT", "REWARD_LIMIT_REACHED"),
        "g-dear": (False, "POINTS_MISSING", "INSUFFICIENT_POINTS"),
    }
    offers = (await look(backend, "ListRewards", customer_id="anna")).offers
    assert {
        one.reward.reward_id: (one.available, pb.RewardObstacle.Name(one.obstacle).split("_", 2)[2])
        for one in offers
    } == {name: found[:2] for name, found in expected.items()}
    assert offers[-1].points_missing == 750
    for reward_id, (available, _, why) in expected.items():
        if not available:
            assert await reason(issue(backend, reward_id=reward_id)) == why
    assert await reason(issue(backend, reward_id="h-gone")) == "REWARD_RETIRED"
    assert await reason(issue(backend, reward_id="nothing")) == "REWARD_NOT_FOUND"
    assert await points_of(backend, "anna") == (0, 250, 50)


async def test_the_catalogue_of_the_team_shows_retired_rewards_too(backend: Caller) -> None:
    for name in ("a", "b", "c"):
        await set_reward(backend, name)
    await ask(backend, "RetireReward", reward_id="b")
    first = await look(backend, "ListRewards", page_size=2)
    second = await look(backend, "ListRewards", page_size=2, page_token=first.next_page_token)
    found = [(one.reward.reward_id, one.reward.state) for one in (*first.offers, *second.offers)]
    available, retired = pb.REWARD_STATE_AVAILABLE, pb.REWARD_STATE_RETIRED
    assert found == [("a", available), ("b", retired), ("c", available)]
    assert not second.next_page_token


async def test_only_members_get_rewards(backend: Caller) -> None:
    await set_reward(backend)
    assert await reason(issue(backend, "stranger")) == "MEMBER_NOT_FOUND"
    refused = await refusal(look(backend, "ListRewards", customer_id="stranger"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "MEMBER_NOT_FOUND")
    assert not (await look(backend, "ListMemberRewards", customer_id="stranger")).member_rewards


async def test_two_who_edit_a_reward_do_not_overwrite_each_other(backend: Caller) -> None:
    read = await set_reward(backend, points=100)
    await set_reward(backend, points=120, etag=read.etag)
    refused = await refusal(set_reward(backend, points=90, etag=read.etag))
    assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "REWARD_CHANGED")
    assert (await look(backend, "GetReward", reward_id="coffee")).reward.points == 120
    assert (await set_reward(backend, points=90)).points == 90
    assert await reason(set_reward(backend, "new", etag=read.etag)) == "REWARD_CHANGED"


async def test_what_was_issued_keeps_its_price_and_its_title(backend: Caller) -> None:
    await member(backend, "anna", 100)
    await set_reward(backend)
    held = await issue(backend)
    await set_reward(backend, points=500, title="Cake")
    await ask(backend, "RetireReward", reward_id="coffee")
    redeemed = await resolve(backend, "Redeem", held)
    assert (redeemed.title, redeemed.points) == ("Free coffee", 100)
    assert await points_of(backend, "anna") == (0, 0, 0)


async def test_a_retired_reward_that_is_set_is_back(backend: Caller) -> None:
    await member(backend, "anna", 100)
    await set_reward(backend)
    await ask(backend, "RetireReward", reward_id="coffee")
    assert (await set_reward(backend)).state == pb.REWARD_STATE_AVAILABLE
    assert (await issue(backend)).state == pb.MEMBER_REWARD_STATE_ISSUED


async def test_a_wrong_reward_is_refused_before_it_is_stored(backend: Caller) -> None:
    for fields, at_fault in (
        ({"points": 0}, "reward.points"),
        ({"redeem_days": 0}, "reward.redeem_days"),
        ({"tiers": ["TIN"]}, "reward.tiers"),
        ({"valid_from": stamp(NOON + DAY), "valid_until": stamp(NOON + DAY)}, "reward.valid_until"),
        ({"valid_until": stamp(NOON)}, "reward.valid_until"),
    ):
        refused = await refusal(set_reward(backend, **fields))
        assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, (at_fault,))
    assert await reason(look(backend, "GetReward", reward_id="coffee")) == "REWARD_NOT_FOUND"
    assert await reason(ask(backend, "RetireReward", reward_id="coffee")) == "REWARD_NOT_FOUND"


async def test_repeating_a_request_id_issues_one_reward(backend: Caller) -> None:
    await member(backend, "anna", 300)
    await set_reward(backend)
    names = {"customer_id": "anna", "reward_id": "coffee"}
    answers = await asyncio.gather(*(ask(backend, "IssueReward", "same", **names) for _ in range(5)))
    assert len({one.SerializeToString() for one in answers}) == 1
    assert await points_of(backend, "anna") == (0, 200, 100)
    held = answers[0].member_reward
    ids = {"customer_id": "anna", "member_reward_id": held.member_reward_id}
    first = await ask(backend, "RedeemReward", "redeem", **ids)
    assert await ask(backend, "RedeemReward", "redeem", **ids) == first
    refused = await refusal(ask(backend, "CancelReward", "redeem", **ids))
    assert (refused.code, refused.reason) == (grpc.StatusCode.ALREADY_EXISTS, "REQUEST_ID_REUSED")


async def test_many_at_once_are_served_as_far_as_points_stock_and_limit_reach(backend: Caller) -> None:
    await member(backend, "anna", 1_000)
    await set_reward(backend, "few", stock=3)
    await set_reward(backend, "limited", per_member_max=2)
    await set_reward(backend, "dear", points=250)
    wishes = [name for name in ("few", "limited", "dear") for _ in range(6)]
    answers = await asyncio.gather(
        *(issue(backend, reward_id=name) for name in wishes), return_exceptions=True
    )
    got = [one.reward_id for one in answers if isinstance(one, pb.MemberReward)]
    assert (got.count("few"), got.count("limited")) == (3, 2)
    assert got.count("dear") == 2
    assert await points_of(backend, "anna") == (0, 0, 1_000)


async def fifty_members(house: House, backend: Caller) -> list[str]:
    names = [f"m-{number}" for number in range(50)]
    await asyncio.gather(*(member(backend, name, 100) for name in names))
    return names


async def test_of_fifty_who_want_the_last_piece_one_gets_it(house: House, backend: Caller) -> None:
    names = await fifty_members(house, backend)
    await set_reward(backend, stock=1)
    answers = await asyncio.gather(*(issue(backend, name) for name in names), return_exceptions=True)
    assert sum(isinstance(one, pb.MemberReward) for one in answers) == 1
    assert await pieces_out(backend) == 1


@ON_POSTGRESQL
async def test_two_servers_give_the_last_piece_away_once(
    house: House, backend: Caller, settings: Settings, clock: ManualClock
) -> None:
    names = await fifty_members(house, backend)
    async with running(build(settings, clock, Telemetry(0.0))) as other:
        elsewhere = await other_caller(other)
        for number in range(3):
            reward_id = f"last-{number}"
            await set_reward(backend, reward_id, points=10, stock=1)
            calls = (
                issue((backend, elsewhere)[place % 2], name, reward_id) for place, name in enumerate(names)
            )
            answers = await asyncio.gather(*calls, return_exceptions=True)
            given = [one for one in answers if isinstance(one, pb.MemberReward)]
            refused = {refusal_of(one).reason for one in answers if isinstance(one, grpc.aio.AioRpcError)}
            assert (len(given), refused) == (1, {"REWARD_OUT_OF_STOCK"})
        await elsewhere.channel.close()


async def test_a_reward_is_redeemed_or_cancelled_by_whoever_comes_first(backend: Caller) -> None:
    await member(backend, "anna", 100)
    await set_reward(backend)
    held = await issue(backend)
    verbs = ["Redeem", "Cancel"] * 5
    answers = await asyncio.gather(*(resolve(backend, verb, held) for verb in verbs), return_exceptions=True)
    assert sum(isinstance(one, pb.MemberReward) for one in answers) == 1
    assert sum(await points_of(backend, "anna")) in {0, 100}


async def test_a_clock_that_jumps_back_revives_nothing(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await member(backend, "anna", 100)
    await set_reward(backend, stock=1)
    held = await issue(backend)
    clock.advance(days=31)
    assert await reason(resolve(backend, "Redeem", held)) == "REWARD_EXPIRED"
    clock.move_to(NOON + DAY)
    assert await reason(resolve(backend, "Redeem", held)) == "REWARD_EXPIRED"
    assert await pieces_out(backend) == 0
    assert replayed(house, "anna")[2] in {0, 100}


async def test_the_team_keeps_the_catalogue_and_the_backend_serves_members(caller_of: CallerOf) -> None:
    team = caller_of("team")
    assert (await set_reward(team)).reward_id == "coffee"
    refused = await refusal(issue(team))
    assert refused.code is grpc.StatusCode.PERMISSION_DENIED


async def test_a_merged_members_reward_is_the_survivors(backend: Caller) -> None:
    await member(backend, "anna")
    await member(backend, "alias", 200)
    await set_reward(backend, per_member_max=2)
    kept = await resolve(backend, "Redeem", await issue(backend, "alias"))
    held = await issue(backend, "alias")
    await merge(backend, "anna", "alias")
    assert len((await look(backend, "ListMemberRewards", customer_id="alias")).member_rewards) == 2
    assert (await resolve(backend, "Redeem", held)).customer_id == "anna"
    await resolve(backend, "Return", kept)
    assert await points_of(backend, "anna") == (0, 100, 0)
    assert (await issue(backend, "anna")).state == pb.MEMBER_REWARD_STATE_ISSUED
    assert await reason(issue(backend, "alias")) == "REWARD_LIMIT_REACHED"


async def test_members_who_leave_give_up_what_they_did_not_redeem(
    backend: Caller, caller_of: CallerOf
) -> None:
    await member(backend, "anna", 200)
    await member(backend, "ben", 200)
    await set_reward(backend, stock=4)
    for name in ("anna", "ben"):
        await resolve(backend, "Redeem", await issue(backend, name))
        await issue(backend, name)
    await step(backend, "Close", "anna")
    listed = (await look(backend, "ListMemberRewards", customer_id="anna")).member_rewards
    states = {pb.MEMBER_REWARD_STATE_REDEEMED, pb.MEMBER_REWARD_STATE_CANCELLED}
    assert {one.state for one in listed} == states
    assert await pieces_out(backend) == 3
    admin = caller_of("admin")
    await admin.call(admin.membership.EraseMember, membership.EraseMemberRequest(customer_id="ben"))
    assert await pieces_out(backend) == 2
    assert await reason(issue(backend, "ben")) == "CUSTOMER_ERASED"


async def test_a_suspended_member_keeps_a_reward_but_cannot_redeem_it(backend: Caller) -> None:
    await member(backend, "anna", 100)
    await set_reward(backend)
    held = await issue(backend)
    request = membership.SuspendMemberRequest(
        request_id="s", customer_id="anna", actor="desk", reason="checked"
    )
    await backend.call(backend.membership.SuspendMember, request)
    assert await reason(resolve(backend, "Redeem", held)) == "MAY_NOT_SPEND"
    offers = (await look(backend, "ListRewards", customer_id="anna")).offers
    assert [one.obstacle for one in offers] == [pb.REWARD_OBSTACLE_MEMBER_STATE]
    assert (await resolve(backend, "Cancel", held)).state == pb.MEMBER_REWARD_STATE_CANCELLED
