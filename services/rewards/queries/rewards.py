"""SQL of rewards: the catalogue, and what was issued from it.

Whoever writes rows of a reward locks the reward first; customers, if any, are locked before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, bindparam, case, func, insert, select, tuple_, update

from services.points.book import add_lots_and_holds, find_entries
from services.programme.programme import Programme
from services.rewards.rules.rewards import MemberReward, MemberRewardState, Reward, RewardState, Shopper
from services.rewards.rules.shelf import Taken
from services.storage.sets import among, upsert
from services.storage.tables import member_rewards, rewards
from services.storage.unit import UnitOfWork

_ISSUED = member_rewards.c.state == MemberRewardState.ISSUED
_OVERDUE = and_(_ISSUED, member_rewards.c.expires_at <= bindparam("now"))
_OVERDUE_PIECES = (
    select(func.count())
    .where(member_rewards.c.reward_id == rewards.c.reward_id, _OVERDUE)
    .correlate(rewards)
    .scalar_subquery()
)
_REWARDS = select(
    rewards.c.reward_id,
    rewards.c.title,
    rewards.c.points,
    rewards.c.stock,
    (rewards.c.issued - _OVERDUE_PIECES).label("issued"),
    rewards.c.per_member_max,
    rewards.c.tiers,
    rewards.c.valid_from,
    rewards.c.valid_until,
    rewards.c.redeem_days,
    rewards.c.state,
    rewards.c.changed_at,
)
_REWARDS_BY_ID = _REWARDS.where(among(rewards.c.reward_id, "ids"))
_REWARDS_AFTER = (
    _REWARDS.where(rewards.c.reward_id > bindparam("after"))
    .order_by(rewards.c.reward_id)
    .limit(bindparam("most"))
)
_OFFERS_AFTER = _REWARDS_AFTER.where(rewards.c.state == RewardState.AVAILABLE)
_LOCK = (
    select(rewards.c.reward_id)
    .where(among(rewards.c.reward_id, "ids"))
    .order_by(rewards.c.reward_id)
    .with_for_update()
)
_EXPIRE = (
    update(member_rewards)
    .where(among(member_rewards.c.reward_id, "ids"), _OVERDUE)
    .values(state=MemberRewardState.EXPIRED, resolved_at=member_rewards.c.expires_at)
    .returning(member_rewards.c.reward_id)
)
_ADD_ISSUED = (
    update(rewards)
    .where(rewards.c.reward_id == bindparam("of_reward"))
    .values(issued=rewards.c.issued + bindparam("pieces"))
)
_KEPT = case(  # conditions on the state in WHERE would lead SQLite to read the rewards of everybody
    (member_rewards.c.state == MemberRewardState.REDEEMED, 1),
    (and_(_ISSUED, member_rewards.c.expires_at > bindparam("now")), 1),
    else_=0,
)
_TAKEN = (
    select(member_rewards.c.customer_id, member_rewards.c.reward_id, func.sum(_KEPT))
    .where(among(member_rewards.c.customer_id, "customers"))
    .group_by(member_rewards.c.customer_id, member_rewards.c.reward_id)
)
_MEMBER_REWARDS = select(*(member_rewards.c[name] for name in MemberReward.__dataclass_fields__))
_MEMBER_REWARDS_BY_ID = _MEMBER_REWARDS.where(among(member_rewards.c.member_reward_id, "ids"))
_ISSUED_TO = _MEMBER_REWARDS.where(among(member_rewards.c.customer_id, "customers"), _ISSUED)
_REWARD_IDS = select(member_rewards.c.reward_id).where(among(member_rewards.c.member_reward_id, "ids"))
_DUE = select(member_rewards.c.reward_id).where(_OVERDUE).distinct().limit(bindparam("most"))
_NEXT = select(func.min(member_rewards.c.expires_at)).where(_ISSUED)


def lock_rewards(unit: UnitOfWork, reward_ids: Iterable[str]) -> None:
    """Lock the rewards in key order and bring them to the present: what is overdue expires now."""
    ids = {"ids": sorted(set(reward_ids))}
    unit.connection.execute(_LOCK, ids)
    pieces: dict[str, int] = {}
    for reward_id in unit.connection.execute(_EXPIRE, {**ids, "now": unit.now}).scalars():
        pieces[reward_id] = pieces.get(reward_id, 0) - 1
    add_issued(unit.connection, pieces)


def add_issued(connection: Connection, pieces: Mapping[str, int]) -> None:
    """Count pieces that were taken from the stock, or given back."""
    rows = [{"of_reward": reward_id, "pieces": number} for reward_id, number in sorted(pieces.items())]
    if rows:
        connection.execute(_ADD_ISSUED, rows)


def find_rewards(connection: Connection, reward_ids: Iterable[str], now: datetime) -> dict[str, Reward]:
    rows = connection.execute(_REWARDS_BY_ID, {"ids": sorted(set(reward_ids)), "now": now}).mappings()
    return {row["reward_id"]: _reward(row) for row in rows}


def _reward(row: RowMapping) -> Reward:
    tiers = tuple(row["tiers"].split(",")) if row["tiers"] else ()
    return Reward(**{**row, "tiers": tiers, "state": RewardState(row["state"])})


def store_rewards(connection: Connection, fresh: Iterable[Reward], changed: Iterable[Reward]) -> None:
    """Keep rewards that are new, and locked ones that were changed."""
    made = [_reward_row(reward) for reward in fresh]
    if made:
        connection.execute(insert(rewards), made)
    upsert(connection, rewards, [_reward_row(reward) for reward in changed])


def _reward_row(reward: Reward) -> dict[str, Any]:
    fields = {name: getattr(reward, name) for name in Reward.__dataclass_fields__}
    return {**fields, "tiers": ",".join(reward.tiers)}


def count_taken(connection: Connection, customer_ids: Iterable[str], now: datetime) -> dict[Taken, int]:
    """Pieces that the customers have or had redeemed, of each reward."""
    rows = connection.execute(_TAKEN, {"customers": sorted(set(customer_ids)), "now": now})
    return {(row[0], row[1]): row[2] for row in rows}


def reward_ids_of(connection: Connection, member_reward_ids: Iterable[str]) -> set[str]:
    """The rewards that were issued; which one it is never changes, so that no lock is needed."""
    return set(connection.execute(_REWARD_IDS, {"ids": sorted(set(member_reward_ids))}).scalars())


def find_member_rewards(connection: Connection, member_reward_ids: Iterable[str]) -> dict[str, MemberReward]:
    rows = connection.execute(_MEMBER_REWARDS_BY_ID, {"ids": sorted(set(member_reward_ids))}).mappings()
    return {row["member_reward_id"]: _member_reward(row) for row in rows}


def issued_to(connection: Connection, customer_ids: Iterable[str]) -> list[MemberReward]:
    """What the customers have not redeemed yet."""
    rows = connection.execute(_ISSUED_TO, {"customers": sorted(set(customer_ids))}).mappings()
    return [_member_reward(row) for row in rows]


def _member_reward(row: RowMapping) -> MemberReward:
    return MemberReward(**{**row, "state": MemberRewardState(row["state"])})


def store_member_rewards(connection: Connection, changed: Iterable[MemberReward]) -> None:
    rows = [{name: getattr(one, name) for name in MemberReward.__dataclass_fields__} for one in changed]
    upsert(connection, member_rewards, rows)


def list_rewards(connection: Connection, after: str, most: int, now: datetime) -> list[Reward]:
    """The catalogue by reward id, retired rewards too."""
    rows = connection.execute(_REWARDS_AFTER, {"after": after, "most": most, "now": now}).mappings()
    return [_reward(row) for row in rows]


def list_available(connection: Connection, after: str, most: int, now: datetime) -> list[Reward]:
    """The catalogue by reward id, without retired rewards."""
    rows = connection.execute(_OFFERS_AFTER, {"after": after, "most": most, "now": now}).mappings()
    return [_reward(row) for row in rows]


def list_member_rewards(
    connection: Connection, customer_id: str, before: tuple[datetime, str] | None, most: int
) -> list[MemberReward]:
    """The rewards of a customer, latest issued first, beginning after the position `before`."""
    of = member_rewards.c
    query = _MEMBER_REWARDS.where(of.customer_id == customer_id)
    if before is not None:
        query = query.where(tuple_(of.issued_at, of.member_reward_id) < before)
    query = query.order_by(of.issued_at.desc(), of.member_reward_id.desc()).limit(most)
    return [_member_reward(row) for row in connection.execute(query).mappings()]


def find_shopper(
    connection: Connection, customer_id: str, now: datetime, programme: Programme
) -> Shopper | None:
    """What a member can spend now; None for a customer who is no member."""
    entries = find_entries(connection, [customer_id])
    if customer_id not in entries:
        return None
    add_lots_and_holds(connection, entries)
    entry = entries[customer_id]
    entry.account.bring_to(now)
    return Shopper(entry.account.state, entry.standing(now, programme).tier, entry.account.active_points)


def due_rewards(connection: Connection, now: datetime, most: int) -> Sequence[str]:
    """Rewards of which issued pieces are overdue."""
    return connection.execute(_DUE, {"now": now, "most": most}).scalars().all()


def next_expiry(connection: Connection) -> datetime | None:
    """When the next issued reward expires."""
    expires_at: datetime | None = connection.execute(_NEXT).scalar_one()
    return expires_at
