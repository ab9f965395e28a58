"""Between the messages and the values of rewards and referrals."""

from __future__ import annotations

from datetime import datetime

from regulars.rewards.v1 import rewards_service_pb2 as pb

from services.rewards.rules.referrals import Referral, ReferralState
from services.rewards.rules.rewards import MemberReward, Offer, Reward, RewardState
from services.rpc.wire import moment, stamp


def reward_of(message: pb.Reward, now: datetime) -> Reward:
    return Reward(
        reward_id=message.reward_id,
        title=message.title,
        points=message.points,
        stock=message.stock if message.HasField("stock") else None,
        issued=0,
        per_member_max=message.per_member_max if message.HasField("per_member_max") else None,
        tiers=tuple(sorted(message.tiers)),
        valid_from=moment(message.valid_from) if message.HasField("valid_from") else None,
        valid_until=moment(message.valid_until) if message.HasField("valid_until") else None,
        redeem_days=message.redeem_days,
        state=RewardState.AVAILABLE,
        changed_at=now,
    )


def reward_message(reward: Reward) -> pb.Reward:
    return pb.Reward(
        reward_id=reward.reward_id,
        title=reward.title,
        points=reward.points,
        stock=reward.stock,
        issued=reward.issued,
        per_member_max=reward.per_member_max,
        tiers=reward.tiers,
        valid_from=stamp(reward.valid_from),
        valid_until=stamp(reward.valid_until),
        redeem_days=reward.redeem_days,
        state=f"REWARD_STATE_{reward.state}",
        etag=reward.etag,
        changed_at=stamp(reward.changed_at),
    )


def offer_message(offer: Offer) -> pb.RewardOffer:
    return pb.RewardOffer(
        reward=reward_message(offer.reward),
        available=offer.available,
        obstacle=f"REWARD_OBSTACLE_{offer.obstacle or 'UNSPECIFIED'}",
        points_missing=offer.points_missing,
    )


def member_reward_message(held: MemberReward) -> pb.MemberReward:
    return pb.MemberReward(
        member_reward_id=held.member_reward_id,
        customer_id=held.customer_id,
        reward_id=held.reward_id,
        title=held.title,
        points=held.points,
        state=f"MEMBER_REWARD_STATE_{held.state}",
        issued_at=stamp(held.issued_at),
        expires_at=stamp(held.expires_at),
        resolved_at=stamp(held.resolved_at),
    )


def referral_message(one: Referral) -> pb.Referral:
    waits, pays = one.state is ReferralState.ACCEPTED, one.state is ReferralState.QUALIFYING
    return pb.Referral(
        referral_id=one.referral_id,
        referrer_customer_id=one.referrer_id,
        friend_customer_id=one.friend_id,
        code=one.code,
        state=f"REFERRAL_STATE_{one.state}",
        void_reason=f"REFERRAL_VOID_REASON_{one.reason or 'UNSPECIFIED'}",
        source=one.source,
        order_id=one.order_id,
        accepted_at=stamp(one.accepted_at),
        expires_at=stamp(one.due_at) if waits else None,
        pays_at=stamp(one.due_at) if pays else None,
        resolved_at=stamp(one.resolved_at),
    )
