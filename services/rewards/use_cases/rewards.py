"""The catalogue: what a team puts in and takes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from services.errors import MemberNotFoundError, RegularsError
from services.programme.programme import Programme
from services.rewards.queries import rewards as queries
from services.rewards.rules.reward_errors import RewardChangedError, RewardNotFoundError
from services.rewards.rules.rewards import (
    Offer,
    Retirement,
    Reward,
    RewardChange,
    RewardState,
    check_reward,
    offer,
)
from services.storage.unit import UnitOfWork, use_case


@use_case(Reward)
def set_rewards(unit: UnitOfWork, wanted: Sequence[RewardChange]) -> list[Reward | RegularsError]:
    reward_ids = [one.reward.reward_id for one in wanted]
    queries.lock_rewards(unit, reward_ids)
    stored = queries.find_rewards(unit.connection, reward_ids, unit.now)
    now_known = dict(stored)
    answers = [_set(unit, one, now_known) for one in wanted]
    fresh = [reward for reward_id, reward in now_known.items() if reward_id not in stored]
    changed = [reward for reward_id, reward in now_known.items() if reward != stored.get(reward_id, reward)]
    queries.store_rewards(unit.connection, fresh, changed)
    return answers


def _set(unit: UnitOfWork, wanted: RewardChange, known: dict[str, Reward]) -> Reward | RegularsError:
    before = known.get(wanted.reward.reward_id)
    if wanted.etag and (before is None or before.etag != wanted.etag):
        return RewardChangedError(field="reward.etag", reward_id=wanted.reward.reward_id)
    problem = check_reward(wanted.reward, unit.programme, unit.now)
    if problem is not None:
        return problem
    issued = 0 if before is None else before.issued
    known[wanted.reward.reward_id] = after = replace(wanted.reward, issued=issued, changed_at=unit.now)
    return after


@use_case(Reward)
def retire_rewards(unit: UnitOfWork, retired: Sequence[Retirement]) -> list[Reward | RegularsError]:
    reward_ids = [one.reward_id for one in retired]
    queries.lock_rewards(unit, reward_ids)
    known = queries.find_rewards(unit.connection, reward_ids, unit.now)
    changed = {
        reward_id: replace(reward, state=RewardState.RETIRED, changed_at=unit.now)
        for reward_id, reward in known.items()
        if reward.state is not RewardState.RETIRED
    }
    queries.store_rewards(unit.connection, (), changed.values())
    after = known | changed
    return [after.get(reward_id) or RewardNotFoundError(field="reward_id") for reward_id in reward_ids]


def list_offers(
    connection: Connection, page: tuple[str, int], customer_id: str, now: datetime, programme: Programme
) -> list[Offer]:
    """The catalogue as a member sees it; as it is without a member. Raises MemberNotFoundError.

    page: the reward id after which it begins, and how many rewards at most.
    """
    if not customer_id:
        return [Offer(reward) for reward in queries.list_rewards(connection, *page, now)]
    shopper = queries.find_shopper(connection, customer_id, now, programme)
    if shopper is None:
        raise MemberNotFoundError(field="customer_id")
    taken = queries.count_taken(connection, [customer_id], now)
    return [
        offer(reward, shopper, taken.get((customer_id, reward.reward_id), 0), now)
        for reward in queries.list_available(connection, *page, now)
    ]
