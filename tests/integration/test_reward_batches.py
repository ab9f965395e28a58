"""Rewards, coupons and referrals in batches: applied in order, stored as sets, with one poison item alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select

from services.activity.rules.orders import Order, OrderLine
from services.activity.use_cases.orders import record_orders
from services.earning.use_cases.syncing import sync_file_rules
from services.errors import RegularsError
from services.membership.rules.members import Enrolment
from services.membership.use_cases.members import enrol_members
from services.programme.programme import Programme
from services.reactions import react
from services.rewards.rules.coupons import Benefit, NewCoupons, Terms, UseEnd, UseWanted
from services.rewards.rules.referrals import Acceptance, CodeWanted, DueReferral
from services.rewards.rules.rewards import Resolution, Reward, RewardChange, RewardState, RewardWanted
from services.rewards.use_cases.coupons import (
    create_coupons,
    redeem_coupons,
    reserve_coupons,
    roll_back_coupons,
)
from services.rewards.use_cases.issuing import issue_rewards, redeem_rewards, return_rewards
from services.rewards.use_cases.referrals import accept_referrals, give_referral_codes, settle_referrals
from services.rewards.use_cases.rewards import set_rewards
from services.storage.database import make_engine
from services.storage.tables import member_rewards, referrals
from services.storage.unit import AnyUseCase, UnitOfWork
from services.storage.vault import Vault
from tests.integration.shop import NOON
from tests.integration.watching import statements

DAY = timedelta(days=1)
COFFEE = Reward("coffee", "Coffee", 10, None, 0, 5, (), None, None, 30, RewardState.AVAILABLE, NOON)
TERMS = Terms("spring", "Spring", Benefit.POINTS, 5, "", "", None, 3, "DAY", 10**9, None, None)
SIZE = 60


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """Members c0 ... with 25 points each, a reward, a coupon of points, and the referral code of c0."""
    engine = make_engine(database_url)
    with engine.begin() as connection:
        sync_file_rules(connection, Programme(), NOON - 90 * DAY)
    run(engine, enrol_members, [Enrolment(f"c{one}", (), NOON - 60 * DAY) for one in range(SIZE)])
    run(engine, record_orders, [order_of(one, 25) for one in range(SIZE)])
    run(engine, set_rewards, [RewardChange(COFFEE, "")])
    run(engine, create_coupons, [NewCoupons(("SPRING",), TERMS, "")])
    run(engine, give_referral_codes, [CodeWanted("c0", "CODE")])
    yield engine
    engine.dispose()


def order_of(one: int, units: int, customer: str = "c", days_ago: int = 30) -> Order:
    line = (OrderLine("tea", units, 100, "Tea"),)
    order_id = f"{customer}{one}"
    return Order("default", order_id, order_id, NOON - days_ago * DAY, "WEB", "GBP", line)


def issues(size: int) -> list[RewardWanted]:
    return [RewardWanted(f"c{one}", "coffee", f"m{one}") for one in range(size)]


def resolutions(size: int) -> list[Resolution]:
    return [Resolution(f"c{one}", f"m{one}") for one in range(size)]


def uses(size: int) -> list[UseWanted]:
    return [UseWanted(f"c{one}", "SPRING", f"u{one}", 500, f"o{one}", "default") for one in range(size)]


def ends(size: int) -> list[UseEnd]:
    return [UseEnd(f"c{one}", f"u{one}") for one in range(size)]


def acceptances(size: int) -> list[Acceptance]:
    return [Acceptance(f"f{one}", "CODE", f"r{one}") for one in range(size)]


def dues(size: int) -> list[DueReferral]:
    return [DueReferral(f"r{one}", f"f{one}", "c0") for one in range(size)]


def friends_orders(size: int) -> list[Order]:
    return [order_of(one, 25, "f", days_ago=0) for one in range(size)]


Step = tuple[AnyUseCase, Callable[[int], Sequence[Any]]]
STEPS: dict[str, tuple[Step, ...]] = {  # the last one is counted, those before make it possible
    "issue": ((issue_rewards, issues),),
    "redeem": ((issue_rewards, issues), (redeem_rewards, resolutions)),
    "return": ((issue_rewards, issues), (redeem_rewards, resolutions), (return_rewards, resolutions)),
    "reserve": ((reserve_coupons, uses),),
    "redeem coupon": ((redeem_coupons, uses),),
    "roll back": ((redeem_coupons, uses), (roll_back_coupons, ends)),
    "accept": ((accept_referrals, acceptances),),
    "friends order": ((accept_referrals, acceptances), (record_orders, friends_orders)),
    "settle": (
        (accept_referrals, acceptances),
        (record_orders, friends_orders),
        (settle_referrals, dues),
    ),
}


@pytest.mark.parametrize("name", STEPS)
def test_a_larger_batch_of_rewards_needs_no_more_statements(engine: Engine, name: str) -> None:
    *before, (of, items_of) = STEPS[name]
    for step, items in before:
        assert not refused(run(engine, step, items(SIZE)))
    later = NOON + 15 * DAY if name == "settle" else NOON
    with statements(engine) as few:
        answers = run(engine, of, items_of(4), later)
    with statements(engine) as many:
        answers += run(engine, of, items_of(SIZE)[4:], later)
    assert not refused(answers)
    assert len(many) <= len(few), [one for one in many if one not in few]


def test_referrals_that_are_due_are_settled_together(engine: Engine) -> None:
    for step, items in STEPS["settle"]:
        run(engine, step, items(SIZE), NOON + 15 * DAY if step is settle_referrals else NOON)
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(select(referrals.c.state, referrals.c.reason))]
    assert sorted({*found}) == [("PAID", ""), ("VOID", "LIMIT")]
    assert found.count(("PAID", "")) == Programme().referring.per_referrer_per_year_max


def run(engine: Engine, of: AnyUseCase, items: Sequence[Any], now: datetime = NOON) -> list[Any]:
    """One unit of work with all reactions, as the writer runs it."""
    with engine.begin() as connection:
        unit = UnitOfWork(connection, now, Programme(), Vault(bytes(32)))
        answers = list(of.run(unit, items))
        react(unit)
    return answers


def refused(answers: Sequence[Any]) -> list[RegularsError]:
    return [one for one in answers if isinstance(one, RegularsError)]


def test_items_of_one_member_apply_in_order_and_a_refused_one_leaves_nothing(engine: Engine) -> None:
    wanted = [replace(issues(1)[0], member_reward_id=f"m{number}") for number in range(4)]
    answers = run(engine, issue_rewards, [*wanted, RewardWanted("c0", "none", "x"), issues(2)[1]])
    reasons = [getattr(one, "reason", "") for one in answers]
    assert reasons == ["", "", "INSUFFICIENT_POINTS", "INSUFFICIENT_POINTS", "REWARD_NOT_FOUND", ""]
    with engine.connect() as connection:
        stored = set(connection.execute(select(member_rewards.c.customer_id)).scalars())
        assert stored == {"c0", "c1"}


def test_uses_of_one_customer_apply_in_order(engine: Engine) -> None:
    wanted = [replace(uses(1)[0], use_id=f"u{number}", order_id=f"o{number}") for number in range(5)]
    reasons = [getattr(one, "reason", "") for one in run(engine, redeem_coupons, wanted)]
    assert reasons == ["", "", "", "COUPON_LIMIT_REACHED", "COUPON_LIMIT_REACHED"]
