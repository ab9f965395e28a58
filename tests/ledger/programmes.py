"""The rules that episodes are played under: said once, for the product and for the model."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.programme.earning_rule import EarningRule
from services.programme.programme import Programme, Referring
from services.rewards.rules.coupons import Benefit, NewCoupons, Terms
from services.rewards.rules.rewards import Reward, RewardState
from tests.ledger.earning_model import BASE_RULE, Row
from tests.ledger.friends_model import PAID_PER_YEAR_MAX

TOYS: Row = {"id": "toys", "version": 1, "percent": 250, "category": "toys", "expiry_months": 1}
TREAT: Row = {"id": "treat", "version": 1, "points": 5, "spend_min": 1_000, "priority": 3, "pending_days": 0}

WELCOME: Row = {"id": "welcome", "version": 1, "points": 10, "times": 2}
POT: Row = {"id": "pot", "version": 1, "points": 7, "category": "food", "budget": 60}

SAY: Row = {"id": "say", "version": 1, "trigger": "SURVEY", "points": 2, "times": 6}
BRING: Row = {"id": "bring", "version": 1, "trigger": "REFERRAL", "points": 30}
COME: Row = {
    "id": "come",
    "version": 1,
    "trigger": "REFERRAL",
    "recipient": "FRIEND",
    "points": 15,
    "pending_days": 3,
}

RULES: tuple[Row, ...] = (BASE_RULE, TOYS, TREAT, WELCOME, POT, SAY, BRING, COME)  # of program.toml
DRAFTS: tuple[Row, ...] = (  # what the team makes of rules of its own
    {"id": "rush", "percent": 150},
    {"id": "rush", "percent": 400, "category": "food"},
    {"id": "rush", "points": 3, "times": 4},
    {"id": "gift", "points": 20, "budget": 90},
    {"id": "gift", "points": 1, "pending_days": 0, "expiry_months": 2},
)

REWARDS: tuple[Row, ...] = (
    {"id": "mug", "points": 20, "stock": 3, "limit": 2, "days": 7},
    {"id": "bag", "points": 150, "stock": 50, "limit": 50, "days": 60},
    {"id": "card", "points": 1, "stock": 2, "limit": 1, "days": 1},
)
COUPONS: tuple[Row, ...] = (  # each gives points
    {"code": "HELLO", "points": 12, "uses": 4, "limit": 1},
    {"code": "OFTEN", "points": 3, "uses": 1_000, "limit": 40},
)

_NAMES = {"rate": "points_per_unit", "spend_min": "spend_minor_min", "times": "member_times_max"}


def earning_rule(rule: Row) -> EarningRule:
    given: dict[str, Any] = {_NAMES.get(name, name): value for name, value in rule.items()}
    if "category" in given:
        given["categories"] = (given.pop("category"),)
    if "budget" in given:
        given["budget_points"] = given.pop("budget")
    return EarningRule(name=rule["id"], **given)


def programme() -> Programme:
    referring = Referring(per_referrer_per_year_max=PAID_PER_YEAR_MAX)
    return Programme(earning=tuple(earning_rule(rule) for rule in RULES), referring=referring)


def reward(row: Row, now: datetime) -> Reward:
    return Reward(
        row["id"],
        row["id"].title(),
        row["points"],
        row["stock"],
        0,
        row["limit"],
        (),
        None,
        None,
        row["days"],
        RewardState.AVAILABLE,
        now,
    )


def coupon(row: Row) -> NewCoupons:
    terms = Terms(
        campaign="spring",
        title=row["code"].title(),
        benefit=Benefit.POINTS,
        value=row["points"],
        sku="",
        customer_id="",
        uses_max=row["uses"],
        per_customer_max=row["limit"],
        per_customer_period="EVER",
        budget_minor=None,
        valid_from=None,
        valid_until=None,
    )
    return NewCoupons((row["code"],), terms, "")
