"""What time alone does to rewards, reservations and referrals that nobody calls for: the sweep.

No decision waits for it: whoever looks at an expired reward or a lapsed reservation takes it as such.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.errors import RegularsError
from services.rewards.queries import coupons, referrals, rewards
from services.rewards.use_cases.referrals import settle_referrals
from services.storage import outbox
from services.storage.database import Database
from services.storage.sweeping import Swept, first_sweep, plan_next, swept
from services.storage.unit import UnitOfWork, use_case

SWEEP_TOPIC: Final = "rewards.sweep"
SWEPT_MAX: Final = 200  # rewards, coupons and referrals of one sweep each: callers wait behind them
FIRST_SWEEP: Final = first_sweep(SWEEP_TOPIC)


@dataclass(frozen=True, slots=True)
class Overdue:
    """A reward or a coupon of which something is overdue."""

    key: str
    customer_id: str = ""


async def sweep(database: Database, work: outbox.Claimed) -> None:
    """Bring what is due to the present, in bounded batches, and plan the next sweep.

    What cannot be brought there spoils nothing else, and is tried again after a rest.
    """
    now = database.clock.now()
    overdue = await database.fetch(rewards.due_rewards, now, SWEPT_MAX)
    expired = await database.write_all(expire_rewards, [Overdue(reward_id) for reward_id in overdue])
    reserved = await database.fetch(coupons.due_coupons, now, SWEPT_MAX)
    lapsed = await database.write_all(lapse_coupons, [Overdue(code) for code in reserved])
    due = await database.fetch(referrals.due_referrals, now, SWEPT_MAX)
    settled = await database.write_all(settle_referrals, due)
    await database.write(plan_sweep, swept(work, (*expired, *lapsed, *settled)))


@use_case(type(None))
def expire_rewards(unit: UnitOfWork, overdue: Sequence[Overdue]) -> list[RegularsError | None]:
    """Rewards that were not redeemed in time go back into the stock; their holds lapse by themselves."""
    rewards.lock_rewards(unit, (one.key for one in overdue))
    return [None] * len(overdue)


@use_case(type(None))
def lapse_coupons(unit: UnitOfWork, overdue: Sequence[Overdue]) -> list[RegularsError | None]:
    """Reservations whose time ran out give their uses and budgets back."""
    coupons.lock_coupons(unit, (one.key for one in overdue))
    return [None] * len(overdue)


@use_case(type(None))
def plan_sweep(unit: UnitOfWork, over: Sequence[Swept]) -> list[RegularsError | None]:
    """The next sweep comes when something is due, and after a rest at the latest."""
    asked = (rewards.next_expiry, coupons.next_lapse, referrals.next_due)
    plan_next(unit, over, (ask(unit.connection) for ask in asked))
    return [None] * len(over)
