"""Rewards, coupons and referrals."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer

from services.storage.columns import key, moment, never_negative, number, table, text

rewards = table(
    "rewards",
    key("reward_id", 64),
    text("title", 200),
    number("points"),
    Column("stock", BigInteger),  # null: without end
    number("issued"),
    Column("per_member_max", Integer),
    text("tiers", 600),  # comma-separated; empty: every tier
    moment("valid_from", nullable=True),
    moment("valid_until", nullable=True),
    Column("redeem_days", Integer, nullable=False),
    text("state", 16),
    moment("changed_at"),
    never_negative("points", "issued"),
)

member_rewards = table(
    "member_rewards",
    key("member_reward_id", 64),
    text("customer_id"),
    text("reward_id", 64),
    text("hold_id", 64),
    number("points"),
    text("state", 16),
    moment("issued_at"),
    moment("expires_at"),
    moment("resolved_at", nullable=True),
    Index(None, "customer_id", "member_reward_id"),
    Index(None, "state", "expires_at"),
)

coupons = table(
    "coupons",
    key("code", 64),
    text("campaign", 64),
    text("benefit", 16),
    number("value"),
    text("title", 200),
    text("customer_id"),  # empty: whoever has it
    Column("uses_max", BigInteger),
    Column("per_customer_max", Integer),
    text("per_customer_period", 8),
    Column("budget_minor", BigInteger),
    number("uses"),  # reserved and redeemed
    number("spent_minor"),
    moment("valid_from", nullable=True),
    moment("valid_until", nullable=True),
    text("state", 16),
    moment("created_at"),
    never_negative("uses", "spent_minor"),
    Index(None, "campaign", "code"),
    Index(None, "customer_id"),
)

coupon_uses = table(
    "coupon_uses",
    key("use_id", 64),
    text("code", 64),
    text("customer_id"),
    text("state", 16),
    text("source", 32),
    text("order_id", 64),
    number("discount_minor"),
    moment("reserved_at"),
    moment("lapses_at", nullable=True),
    moment("resolved_at", nullable=True),
    Index(None, "code", "customer_id"),
    Index(None, "customer_id"),
    Index(None, "state", "lapses_at"),
)

referral_codes = table(
    "referral_codes",
    key("code", 64),
    text("customer_id"),
    moment("created_at"),
    Index(None, "customer_id", unique=True),
)

referrals = table(
    "referrals",
    key("friend_id"),
    text("referrer_id"),
    text("code", 64),
    text("state", 16),
    text("source", 32),
    text("order_id", 64),  # the friend's first order; empty until there is one
    moment("accepted_at"),
    moment("pays_at", nullable=True),
    moment("resolved_at", nullable=True),
    Index(None, "referrer_id"),
    Index(None, "state", "pays_at"),
)
