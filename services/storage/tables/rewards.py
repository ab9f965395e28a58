"""Rewards, coupons and referrals."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer

from services.storage.columns import key, moment, never_negative, number, table, text

rewards = table(
    "rewards",
    key("reward_id", 64),
    text("title", 200),
    number("points"),
    Column("stock", BigInteger),  # pieces there ever were; null: without end
    number("issued"),  # pieces taken and not given back
    Column("per_member_max", Integer),
    text("tiers", 600),  # comma-separated; empty: every tier
    moment("valid_from", nullable=True),
    moment("valid_until", nullable=True),
    Column("redeem_days", Integer, nullable=False),
    text("state", 16),
    moment("changed_at"),
    never_negative("points", "issued"),
)

member_rewards = table(  # its points are held as `reward/<id>`
    "member_rewards",
    key("member_reward_id", 64),
    text("customer_id"),
    text("reward_id", 64),
    text("title", 200),  # as it was when issued
    number("points"),
    text("state", 16),
    moment("issued_at"),
    moment("expires_at"),
    moment("resolved_at", nullable=True),
    Index(None, "customer_id", "state"),
    Index(None, "reward_id", "state", "expires_at"),
    Index(None, "state", "expires_at"),
)

coupons = table(
    "coupons",
    key("code", 48),
    text("campaign", 64),
    text("title", 200),
    text("benefit", 16),
    number("value"),  # percent, minor units or points; of an item what it is worth in minor units
    text("sku", 64),  # of an item; else empty
    text("customer_id"),  # empty: whoever has it
    Column("uses_max", BigInteger),
    Column("per_customer_max", Integer),
    text("per_customer_period", 8),
    Column("budget_minor", BigInteger),
    number("uses"),  # reserved and redeemed
    number("reserved"),  # of the uses
    number("charged_minor"),  # of the budget, by what is reserved and redeemed
    moment("valid_from", nullable=True),
    moment("valid_until", nullable=True),
    text("state", 16),
    moment("created_at"),
    never_negative("uses", "reserved", "charged_minor"),
    Index(None, "campaign", "code"),
    Index(None, "customer_id"),
)

coupon_uses = table(
    "coupon_uses",
    key("use_id", 64),
    text("code", 48),
    text("customer_id"),
    text("state", 16),
    text("source", 32),
    text("order_id", 64),  # empty while reserved
    number("discount_minor"),
    number("points"),  # credited on redemption
    text("sku", 64),  # of an item for free; else empty
    number("charged_minor"),
    moment("used_at"),  # when it was reserved or, without a reservation, redeemed
    moment("lapses_at", nullable=True),
    moment("resolved_at", nullable=True),
    Index(None, "customer_id", "code"),
    Index(None, "order_id", "code"),
    Index(None, "code", "state", "lapses_at"),
    Index(None, "state", "lapses_at"),
)

referral_codes = table(
    "referral_codes",
    key("code", 16),
    text("customer_id"),
    moment("created_at"),
    Index(None, "customer_id"),  # not unique: after a merge both codes stay good
)

referrals = table(
    "referrals",
    key("referral_id", 64),
    text("friend_id"),
    text("referrer_id"),
    text("code", 16),
    text("state", 16),
    text("reason", 16),  # why it is VOID
    text("source", 32),
    text("order_id", 64),  # the friend's first kept order; empty until there is one
    moment("accepted_at"),
    moment("due_at"),  # QUALIFYING: when it pays; ACCEPTED: when it is over
    moment("resolved_at", nullable=True),
    Index(None, "friend_id"),
    Index(None, "referrer_id", "state"),
    Index(None, "state", "due_at"),
)
