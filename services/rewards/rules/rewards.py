"""Rewards: who may have one, and what becomes of it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.errors import InvalidError, WrongStateError
from services.points.holds import REWARD_HOLDS, InsufficientPointsError, MayNotSpendError
from services.points.lots import MAY_SPEND
from services.programme.programme import Programme
from services.rewards.rules.reward_errors import (
    RewardExpiredError,
    RewardLimitReachedError,
    RewardNotRedeemedError,
    RewardNotYetError,
    RewardOutOfStockError,
    RewardOverError,
    RewardResolvedError,
    RewardTierError,
)


class RewardState(StrEnum):
    AVAILABLE = "AVAILABLE"
    RETIRED = "RETIRED"


class MemberRewardState(StrEnum):
    ISSUED = "ISSUED"
    REDEEMED = "REDEEMED"
    RETURNED = "RETURNED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"


class Obstacle(StrEnum):
    """Why a member cannot have a reward now."""

    NOT_YET = "NOT_YET"
    OVER = "OVER"
    TIER = "TIER"
    STOCK = "STOCK"
    LIMIT = "LIMIT"
    MEMBER_STATE = "MEMBER_STATE"
    POINTS_MISSING = "POINTS_MISSING"


REFUSALS: Final[Mapping[Obstacle, type[WrongStateError]]] = {
    Obstacle.NOT_YET: RewardNotYetError,
    Obstacle.OVER: RewardOverError,
    Obstacle.TIER: RewardTierError,
    Obstacle.STOCK: RewardOutOfStockError,
    Obstacle.LIMIT: RewardLimitReachedError,
    Obstacle.MEMBER_STATE: MayNotSpendError,
    Obstacle.POINTS_MISSING: InsufficientPointsError,
}


@dataclass(frozen=True, slots=True)
class Reward:
    """A reward of the catalogue; on offer from `valid_from` until before `valid_until`."""

    reward_id: str
    title: str
    points: int
    stock: int | None  # pieces in all; None: without end
    issued: int  # pieces issued or redeemed now
    per_member_max: int | None
    tiers: tuple[str, ...]  # empty: every tier
    valid_from: datetime | None
    valid_until: datetime | None
    redeem_days: int
    state: RewardState
    changed_at: datetime

    @property
    def etag(self) -> str:
        """Names what a team may change of it; pieces that come and go do not count."""
        content = (
            self.title,
            self.points,
            self.stock,
            self.per_member_max,
            self.tiers,
            self.valid_from,
            self.valid_until,
            self.redeem_days,
            self.state,
        )
        return hashlib.blake2b(repr(content).encode(), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Shopper:
    """What of a member decides whether a reward can be had."""

    state: str
    tier: str
    active_points: int


@dataclass(frozen=True, slots=True)
class Offer:
    """A reward as one member sees it; without a member it is not available to anybody."""

    reward: Reward
    available: bool = False
    obstacle: Obstacle | None = None
    points_missing: int = 0


@dataclass(frozen=True, slots=True)
class MemberReward:
    """A reward that was issued to a member."""

    member_reward_id: str
    customer_id: str
    reward_id: str
    title: str
    points: int
    state: MemberRewardState
    issued_at: datetime
    expires_at: datetime
    resolved_at: datetime | None

    @property
    def hold_id(self) -> str:
        """The hold that keeps its points."""
        return f"{REWARD_HOLDS}{self.member_reward_id}"

    def at(self, now: datetime) -> MemberReward:
        """The reward as it is now: one that was not redeemed in time has expired, noticed or not."""
        if self.state is MemberRewardState.ISSUED and self.expires_at <= now:
            return replace(self, state=MemberRewardState.EXPIRED, resolved_at=self.expires_at)
        return self


@dataclass(frozen=True, slots=True)
class RewardChange:
    """A reward as a team wants it. etag: of what was read before; empty to write whatever is stored."""

    reward: Reward
    etag: str
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class Retirement:
    """A reward that a team takes out of the catalogue."""

    reward_id: str
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class RewardWanted:
    """A reward that a member wants, and the id that it gets in the member's hands."""

    customer_id: str
    reward_id: str
    member_reward_id: str


@dataclass(frozen=True, slots=True)
class Resolution:
    """A reward in a member's hands that is to be redeemed, cancelled or returned."""

    customer_id: str
    member_reward_id: str


def check_reward(reward: Reward, programme: Programme, now: datetime) -> InvalidError | None:
    """What is wrong with a reward in itself."""
    if reward.valid_until is not None and reward.valid_until <= now:
        return InvalidError(
            "reward.valid_until: lies in the past; to end a reward, retire it", field="reward.valid_until"
        )
    if reward.valid_from and reward.valid_until and reward.valid_until <= reward.valid_from:
        return InvalidError(
            "reward.valid_until: must lie after reward.valid_from", field="reward.valid_until"
        )
    unknown = set(reward.tiers) - {level.name for level in programme.tiers.levels}
    if unknown:
        return InvalidError(f"reward.tiers: the programme has no tier {min(unknown)}", field="reward.tiers")
    return None


def obstacle(reward: Reward, shopper: Shopper, taken: int, now: datetime) -> Obstacle | None:
    """The first reason why a member cannot have a reward now; None when it can be had.

    taken: pieces of it that the member has or had redeemed.
    """
    checks = {
        Obstacle.NOT_YET: reward.valid_from is not None and now < reward.valid_from,
        Obstacle.OVER: reward.valid_until is not None and now >= reward.valid_until,
        Obstacle.TIER: bool(reward.tiers) and shopper.tier not in reward.tiers,
        Obstacle.STOCK: reward.stock is not None and reward.issued >= reward.stock,
        Obstacle.LIMIT: reward.per_member_max is not None and taken >= reward.per_member_max,
        Obstacle.MEMBER_STATE: shopper.state not in MAY_SPEND,
        Obstacle.POINTS_MISSING: shopper.active_points < reward.points,
    }
    return next((found for found, holds in checks.items() if holds), None)


def offer(reward: Reward, shopper: Shopper, taken: int, now: datetime) -> Offer:
    """The reward as a member sees it now."""
    found = obstacle(reward, shopper, taken, now)
    return Offer(reward, found is None, found, max(reward.points - shopper.active_points, 0))


def refusal(found: Obstacle, reward: Reward, shopper: Shopper) -> WrongStateError:
    """The error that tells a caller of an obstacle."""
    if found is Obstacle.POINTS_MISSING:
        return InsufficientPointsError(
            field="customer_id", active_points=shopper.active_points, asked_points=reward.points
        )
    return REFUSALS[found](field="reward_id", reward_id=reward.reward_id)


def issued(reward: Reward, wanted: RewardWanted, now: datetime) -> MemberReward:
    """The reward in the member's hands."""
    return MemberReward(
        member_reward_id=wanted.member_reward_id,
        customer_id=wanted.customer_id,
        reward_id=reward.reward_id,
        title=reward.title,
        points=reward.points,
        state=MemberRewardState.ISSUED,
        issued_at=now,
        expires_at=now + timedelta(days=reward.redeem_days),
        resolved_at=None,
    )


def check_issued(held: MemberReward) -> None:
    """Raises RewardExpiredError, RewardResolvedError for what is no longer in the member's hands."""
    if held.state is MemberRewardState.EXPIRED:
        raise RewardExpiredError(field="member_reward_id", state=held.state)
    if held.state is not MemberRewardState.ISSUED:
        raise RewardResolvedError(field="member_reward_id", state=held.state)


def check_redeemed(held: MemberReward) -> None:
    """Raises RewardNotRedeemedError for what cannot be returned."""
    if held.state is not MemberRewardState.REDEEMED:
        raise RewardNotRedeemedError(field="member_reward_id", state=held.state)
