"""A backend that gives rewards: what tests of rewards, coupons and referrals ask for."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from datetime import timedelta
from typing import Any

from regulars.rewards.v1 import rewards_service_pb2 as pb
from regulars.types.v1.money_pb2 import Money

from tests.integration.shop import NOON, Caller, fresh_id, order, refusal

DAY = timedelta(days=1)


def pounds(minor: int) -> Money:
    return Money(amount_minor=minor, currency="GBP")


async def member(backend: Caller, customer_id: str, points: int = 0) -> None:
    """Enrol a member long ago, whose points have been active for a while."""
    await backend.enrol(customer_id, enrolled_at=NOON - 90 * DAY)
    if points:
        await backend.record_order(order(customer_id=customer_id, at=NOON - 30 * DAY, price=100 * points))


async def points_of(backend: Caller, customer_id: str) -> tuple[int, int, int]:
    """Pending, active, blocked."""
    found = await backend.balance(customer_id)
    assert found.debt_points == 0
    return found.pending_points, found.active_points, found.blocked_points


async def ask(caller: Caller, method: str, request_id: str = "", **fields: Any) -> Any:
    """Call a write of RewardsService."""
    request = getattr(pb, f"{method}Request")(request_id=request_id or fresh_id("r"), **fields)
    return await caller.call(getattr(caller.rewards, method), request)


async def look(caller: Caller, method: str, **fields: Any) -> Any:
    """Call a read of RewardsService."""
    return await caller.call(getattr(caller.rewards, method), getattr(pb, f"{method}Request")(**fields))


async def reason(call: Awaitable[Any]) -> str:
    """What the call is refused with."""
    return (await refusal(call)).reason


async def set_reward(caller: Caller, reward_id: str = "coffee", **fields: Any) -> pb.Reward:
    wanted = {"title": "Free coffee", "points": 100, "redeem_days": 30, **fields}
    answer: pb.SetRewardResponse = await ask(
        caller, "SetReward", reward=pb.Reward(reward_id=reward_id, **wanted)
    )
    return answer.reward


async def issue(caller: Caller, customer_id: str = "anna", reward_id: str = "coffee") -> pb.MemberReward:
    answer: pb.IssueRewardResponse = await ask(
        caller, "IssueReward", customer_id=customer_id, reward_id=reward_id
    )
    return answer.member_reward


async def resolve(caller: Caller, verb: str, held: pb.MemberReward) -> pb.MemberReward:
    """Redeem, cancel or return a member's reward."""
    names = {"customer_id": held.customer_id, "member_reward_id": held.member_reward_id}
    answer: pb.RedeemRewardResponse = await ask(caller, f"{verb}Reward", **names)
    return answer.member_reward


async def pieces_out(caller: Caller, reward_id: str = "coffee") -> int:
    answer: pb.GetRewardResponse = await look(caller, "GetReward", reward_id=reward_id)
    return answer.reward.issued


async def create_coupon(caller: Caller, code: str = "SPRING", **terms: Any) -> str:
    """One coupon of 10 % unless `terms` says otherwise."""
    benefit = {} if {"amount", "points", "item"} & set(terms) else {"percent": 10}
    wanted = pb.CouponTerms(**{"campaign": "spring", "title": "Spring", **benefit, **terms})
    answer: pb.CreateCouponsResponse = await ask(caller, "CreateCoupons", terms=wanted, code=code)
    (made,) = answer.codes
    return str(made)


async def reserve(
    caller: Caller, customer_id: str = "anna", code: str = "SPRING", total: int = 1_000, **fields: Any
) -> pb.CouponUse:
    answer: pb.ReserveCouponResponse = await ask(
        caller, "ReserveCoupon", customer_id=customer_id, code=code, order_total=pounds(total), **fields
    )
    return answer.use


async def redeem(
    caller: Caller, customer_id: str = "anna", total: int = 1_000, **fields: Any
) -> pb.CouponUse:
    """Redeem the code SPRING for an order of its own, unless `fields` says otherwise."""
    names = {"order_id": fresh_id("o"), **({} if "use_id" in fields else {"code": "SPRING"}), **fields}
    answer: pb.RedeemCouponResponse = await ask(
        caller, "RedeemCoupon", customer_id=customer_id, order_total=pounds(total), **names
    )
    return answer.use


async def end_use(caller: Caller, verb: str, use: pb.CouponUse) -> pb.CouponUse:
    """Release or roll back a use."""
    answer: pb.ReleaseCouponResponse = await ask(
        caller, f"{verb}Coupon", customer_id=use.customer_id, use_id=use.use_id
    )
    return answer.use


async def coupon(caller: Caller, code: str = "SPRING") -> pb.Coupon:
    answer: pb.GetCouponResponse = await look(caller, "GetCoupon", code=code)
    return answer.coupon


async def referral_code(caller: Caller, customer_id: str = "anna") -> str:
    answer: pb.GetReferralCodeResponse = await look(caller, "GetReferralCode", customer_id=customer_id)
    return answer.code


async def accept(caller: Caller, code: str, friend: str = "fred") -> pb.Referral:
    answer: pb.AcceptReferralResponse = await ask(caller, "AcceptReferral", customer_id=friend, code=code)
    return answer.referral


async def referrals(caller: Caller, customer_id: str = "anna") -> Sequence[pb.Referral]:
    answer: pb.ListReferralsResponse = await look(caller, "ListReferrals", customer_id=customer_id)
    return answer.referrals
