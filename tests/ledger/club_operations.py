"""Commands about memberships, rewards and coupons."""

from __future__ import annotations

from dataclasses import dataclass

from services.membership.rules.erasing import Erasure
from services.membership.rules.life import Step as LifeStep
from services.membership.rules.life import Transition
from services.membership.rules.merging import Merging, Unmerging
from services.membership.use_cases.erasing import erase_people
from services.membership.use_cases.life import change_states
from services.membership.use_cases.merging import merge_members, unmerge_members
from services.rewards.rules.coupons import UseEnd, UseWanted
from services.rewards.rules.rewards import Resolution, RewardWanted
from services.rewards.use_cases.coupons import (
    redeem_coupons,
    release_coupons,
    reserve_coupons,
    roll_back_coupons,
)
from services.rewards.use_cases.issuing import cancel_rewards, issue_rewards, redeem_rewards, return_rewards
from tests.ledger.operations import Asked, Command, OfMember
from tests.ledger.people_model import People


@dataclass(frozen=True, kw_only=True)
class MoveOn(OfMember):
    """A membership is confirmed, suspended, reinstated or closed."""

    step: str

    def asked(self) -> Asked:
        return change_states, Transition(self.member, LifeStep(self.step), "tess", "asked for")

    def play(self, model: People) -> None:
        model.step(self.member, self.step)


@dataclass(frozen=True, kw_only=True)
class Erase(Command):
    person: str

    def touched(self) -> tuple[str, ...]:
        return (self.person,)

    def asked(self) -> Asked:
        return erase_people, Erasure(self.person)

    def play(self, model: People) -> None:
        model.erase(self.person)


@dataclass(frozen=True, kw_only=True)
class OfMerge(Command):
    merge_id: str
    survivor: str
    merged: str

    def touched(self) -> tuple[str, ...]:
        return self.survivor, self.merged


@dataclass(frozen=True, kw_only=True)
class Merge(OfMerge):
    def asked(self) -> Asked:
        return merge_members, Merging(self.merge_id, self.survivor, self.merged, "tess", "one person")

    def play(self, model: People) -> None:
        model.merge(self.merge_id, self.survivor, self.merged)


@dataclass(frozen=True, kw_only=True)
class Unmerge(OfMerge):
    def asked(self) -> Asked:
        return unmerge_members, Unmerging(self.merge_id, self.survivor, self.merged, "tess", "twins")

    def play(self, model: People) -> None:
        model.unmerge(self.merge_id)


@dataclass(frozen=True, kw_only=True)
class OfReward(OfMember):
    held_id: str


@dataclass(frozen=True, kw_only=True)
class IssueReward(OfReward):
    reward_id: str

    def asked(self) -> Asked:
        return issue_rewards, RewardWanted(self.member, self.reward_id, self.held_id)

    def play(self, model: People) -> None:
        model.issue(self.held_id, self.member, self.reward_id)


@dataclass(frozen=True, kw_only=True)
class RedeemReward(OfReward):
    def asked(self) -> Asked:
        return redeem_rewards, Resolution(self.member, self.held_id)

    def play(self, model: People) -> None:
        model.redeem(self.held_id, self.member)


@dataclass(frozen=True, kw_only=True)
class CancelReward(OfReward):
    def asked(self) -> Asked:
        return cancel_rewards, Resolution(self.member, self.held_id)

    def play(self, model: People) -> None:
        model.cancel(self.held_id, self.member)


@dataclass(frozen=True, kw_only=True)
class ReturnReward(OfReward):
    def asked(self) -> Asked:
        return return_rewards, Resolution(self.member, self.held_id)

    def play(self, model: People) -> None:
        model.return_reward(self.held_id, self.member)


@dataclass(frozen=True, kw_only=True)
class OfCoupon(OfMember):
    use_id: str


@dataclass(frozen=True, kw_only=True)
class ReserveCoupon(OfCoupon):
    code: str

    def asked(self) -> Asked:
        return reserve_coupons, UseWanted(self.member, self.code, self.use_id, 1_000)

    def play(self, model: People) -> None:
        model.reserve_coupon(self.use_id, self.member, self.code)


@dataclass(frozen=True, kw_only=True)
class RedeemCoupon(OfCoupon):
    code: str
    order_id: str

    def asked(self) -> Asked:
        wanted = UseWanted(self.member, self.code, self.use_id, 1_000, self.order_id, "default")
        return redeem_coupons, wanted

    def play(self, model: People) -> None:
        model.redeem_coupon(self.use_id, self.member, self.code, self.order_id)


@dataclass(frozen=True, kw_only=True)
class ReleaseCoupon(OfCoupon):
    def asked(self) -> Asked:
        return release_coupons, UseEnd(self.member, self.use_id)

    def play(self, model: People) -> None:
        model.release_coupon(self.use_id, self.member)


@dataclass(frozen=True, kw_only=True)
class RollBackCoupon(OfCoupon):
    def asked(self) -> Asked:
        return roll_back_coupons, UseEnd(self.member, self.use_id)

    def play(self, model: People) -> None:
        model.roll_back_coupon(self.use_id, self.member)
