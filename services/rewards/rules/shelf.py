"""The shelf: the rewards that one batch issues and resolves, one by one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.errors import MemberNotFoundError
from services.points.account import Account
from services.points.holds import Hold, HoldNotFoundError, MayNotSpendError, Wanted
from services.points.lots import MAY_SPEND, Cause
from services.programme.programme import Programme
from services.rewards.rules.reward_errors import (
    MemberRewardNotFoundError,
    RewardNotFoundError,
    RewardRetiredError,
)
from services.rewards.rules.rewards import (
    MemberReward,
    MemberRewardState,
    Resolution,
    Reward,
    RewardState,
    RewardWanted,
    Shopper,
    check_issued,
    check_redeemed,
    issued,
    obstacle,
    refusal,
)

Taken = tuple[str, str]  # customer id, reward id


@dataclass(slots=True)
class Shelf:
    """Rewards, what was issued of them, and the accounts and tiers of the members who want them.

    A command that raises changes nothing. `changed` are the ids of member rewards to store, `pieces` what
    was taken from each stock.
    """

    now: datetime
    programme: Programme
    accounts: Mapping[str, Account]
    tiers: Mapping[str, str]
    rewards: dict[str, Reward]
    taken: dict[Taken, int] = field(default_factory=dict)  # pieces that each customer had
    held: dict[str, MemberReward] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    pieces: dict[str, int] = field(default_factory=dict)

    def issue(self, wanted: RewardWanted) -> MemberReward:
        account, reward = self._account(wanted.customer_id), self._reward(wanted.reward_id)
        self._check(account, reward)
        held = issued(reward, wanted, self.now)
        points = Wanted(held.hold_id, reward.points, purpose=f"reward {reward.reward_id}")
        account.hold(points, held.expires_at, self._cause(held))
        self._move_piece(held, 1)
        return self._keep(held)

    def redeem(self, asked: Resolution) -> MemberReward:
        held, account = self._find(asked), self._account(asked.customer_id)
        check_issued(held)
        if account.state not in MAY_SPEND:
            raise MayNotSpendError(field="customer_id", state=account.state)
        account.capture(_hold(account, held), held.points, self._cause(held))
        return self._resolve(held, MemberRewardState.REDEEMED)

    def cancel(self, asked: Resolution) -> MemberReward:
        held, account = self._find(asked), self._account(asked.customer_id)
        check_issued(held)
        account.release(_hold(account, held), self._cause(held))
        self._move_piece(held, -1)
        return self._resolve(held, MemberRewardState.CANCELLED)

    def take_back(self, asked: Resolution) -> MemberReward:
        """Undo a redemption: the points go back to the lots that paid for it."""
        held, account = self._find(asked), self._account(asked.customer_id)
        check_redeemed(held)
        grace = timedelta(days=self.programme.points.restore_grace_days)
        account.restore(_hold(account, held), held.points, grace, self._cause(held))
        self._move_piece(held, -1)
        return self._resolve(held, MemberRewardState.RETURNED)

    def _find(self, asked: Resolution) -> MemberReward:
        held = self.held.get(asked.member_reward_id)
        if held is None or held.customer_id != asked.customer_id:
            raise MemberRewardNotFoundError(field="member_reward_id")
        return held.at(self.now)

    def _account(self, customer_id: str) -> Account:
        account = self.accounts.get(customer_id)
        if account is None:
            raise MemberNotFoundError(field="customer_id")
        return account

    def _reward(self, reward_id: str) -> Reward:
        reward = self.rewards.get(reward_id)
        if reward is None:
            raise RewardNotFoundError(field="reward_id")
        if reward.state is RewardState.RETIRED:
            raise RewardRetiredError(field="reward_id", reward_id=reward_id)
        return reward

    def _check(self, account: Account, reward: Reward) -> None:
        shopper = Shopper(account.state, self.tiers[account.customer_id], account.active_points)
        taken = self.taken.get((account.customer_id, reward.reward_id), 0)
        found = obstacle(reward, shopper, taken, self.now)
        if found is not None:
            raise refusal(found, reward, shopper)

    def _move_piece(self, held: MemberReward, number: int) -> None:
        reward, taken = self.rewards[held.reward_id], (held.customer_id, held.reward_id)
        self.rewards[held.reward_id] = replace(reward, issued=reward.issued + number)
        self.pieces[held.reward_id] = self.pieces.get(held.reward_id, 0) + number
        self.taken[taken] = self.taken.get(taken, 0) + number

    def _resolve(self, held: MemberReward, state: MemberRewardState) -> MemberReward:
        return self._keep(replace(held, state=state, resolved_at=self.now))

    def _keep(self, held: MemberReward) -> MemberReward:
        self.held[held.member_reward_id] = held
        self.changed.add(held.member_reward_id)
        return held

    def _cause(self, held: MemberReward) -> Cause:
        return Cause(self.now, held.hold_id)


def _hold(account: Account, held: MemberReward) -> Hold:
    """The hold of a reward's points. It may have gone to another member, when a merge was undone."""
    hold = account.holds.get(held.hold_id)
    if hold is None:
        raise HoldNotFoundError(field="member_reward_id", hold_id=held.hold_id)
    return hold
