"""Loyalty programme."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.storage import tables
from services.storage.migrations import ledger_0002

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tables()
    add_columns()
    ledger_0002.carry_over(op.get_bind())
    close_columns()
    ledger_0002.protect_movements(op.get_bind())


def create_tables() -> None:
    op.create_table(
        "accounts",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("pending_points", sa.BigInteger(), nullable=False),
        sa.Column("active_points", sa.BigInteger(), nullable=False),
        sa.Column("blocked_points", sa.BigInteger(), nullable=False),
        sa.Column("debt_points", sa.BigInteger(), nullable=False),
        sa.Column("qualifying", sa.JSON(), nullable=False),
        sa.Column("tier", sa.String(length=32), nullable=False),
        sa.Column("forfeits_at", tables.Instant(), nullable=True),
        sa.Column("due_at", tables.Instant(), nullable=True),
        sa.CheckConstraint(
            "active_points = 0 OR debt_points = 0", name=op.f("ck_accounts_no_debt_beside_points")
        ),
        sa.CheckConstraint(
            "pending_points >= 0 AND active_points >= 0 AND blocked_points >= 0 AND debt_points >= 0",
            name=op.f("ck_accounts_never_negative"),
        ),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_accounts")),
    )
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounts_due_at"), ["due_at"], unique=False)
    op.create_table(
        "awards",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lot_id", sa.String(length=192), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("gone_points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "source", "line", "lot_id", name=op.f("pk_awards")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "cases",
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("cause", sa.String(length=16), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("opened_at", tables.Instant(), nullable=False),
        sa.Column("due_at", tables.Instant(), nullable=False),
        sa.Column("resolved_at", tables.Instant(), nullable=True),
        sa.Column("resolved_by", sa.String(length=128), nullable=False),
        sa.Column("resolution", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("case_id", name=op.f("pk_cases")),
    )
    with op.batch_alter_table("cases", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_cases_customer_id_state"), ["customer_id", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_cases_due_at_case_id"), ["due_at", "case_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_cases_state_due_at_case_id"), ["state", "due_at", "case_id"], unique=False
        )
    op.create_table(
        "coupon_uses",
        sa.Column("use_id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=48), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("discount_minor", sa.BigInteger(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("charged_minor", sa.BigInteger(), nullable=False),
        sa.Column("used_at", tables.Instant(), nullable=False),
        sa.Column("lapses_at", tables.Instant(), nullable=True),
        sa.Column("resolved_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("use_id", name=op.f("pk_coupon_uses")),
    )
    with op.batch_alter_table("coupon_uses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_coupon_uses_code_state_lapses_at"), ["code", "state", "lapses_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_coupon_uses_customer_id_code"), ["customer_id", "code"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_coupon_uses_order_id_code"), ["order_id", "code"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_coupon_uses_state_lapses_at"), ["state", "lapses_at"], unique=False
        )
    op.create_table(
        "coupons",
        sa.Column("code", sa.String(length=48), nullable=False),
        sa.Column("campaign", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("benefit", sa.String(length=16), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("uses_max", sa.BigInteger(), nullable=True),
        sa.Column("per_customer_max", sa.Integer(), nullable=True),
        sa.Column("per_customer_period", sa.String(length=8), nullable=False),
        sa.Column("budget_minor", sa.BigInteger(), nullable=True),
        sa.Column("uses", sa.BigInteger(), nullable=False),
        sa.Column("reserved", sa.BigInteger(), nullable=False),
        sa.Column("charged_minor", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", tables.Instant(), nullable=True),
        sa.Column("valid_until", tables.Instant(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("created_at", tables.Instant(), nullable=False),
        sa.CheckConstraint(
            "uses >= 0 AND reserved >= 0 AND charged_minor >= 0", name=op.f("ck_coupons_never_negative")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_coupons")),
    )
    with op.batch_alter_table("coupons", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_coupons_campaign_code"), ["campaign", "code"], unique=False)
        batch_op.create_index(batch_op.f("ix_coupons_customer_id"), ["customer_id"], unique=False)
    op.create_table(
        "earning_rules",
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("origin", sa.String(length=8), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.Column("effective_from", tables.Instant(), nullable=True),
        sa.Column("effective_until", tables.Instant(), nullable=True),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("created_at", tables.Instant(), nullable=False),
        sa.Column("changed_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "version", name=op.f("pk_earning_rules")),
    )
    with op.batch_alter_table("earning_rules", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_earning_rules_state"), ["state"], unique=False)
    op.create_table(
        "exchanges",
        sa.Column("exchange_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("exchanged_at", tables.Instant(), nullable=False),
        sa.Column("original_id", sa.String(length=64), nullable=False),
        sa.Column("return_id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("kept_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("exchange_id", "source", name=op.f("pk_exchanges")),
    )
    with op.batch_alter_table("exchanges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_exchanges_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_exchanges_original_id"), ["original_id"], unique=False)
    op.create_table(
        "hold_lots",
        sa.Column("hold_id", sa.String(length=64), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("lot_id", sa.String(length=192), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("captured_points", sa.BigInteger(), nullable=False),
        sa.Column("restored_points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hold_id", "position", name=op.f("pk_hold_lots")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "holds",
        sa.Column("hold_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("captured_points", sa.BigInteger(), nullable=False),
        sa.Column("restored_points", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=200), nullable=False),
        sa.Column("held_at", tables.Instant(), nullable=False),
        sa.Column("lapses_at", tables.Instant(), nullable=True),
        sa.Column("resolved_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("hold_id", name=op.f("pk_holds")),
    )
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_holds_customer_id_state"), ["customer_id", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_holds_source_order_id"), ["source", "order_id"], unique=False)
    op.create_table(
        "identifiers",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "digest", name=op.f("pk_identifiers")),
    )
    with op.batch_alter_table("identifiers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_identifiers_customer_id"), ["customer_id"], unique=False)
    op.create_table(
        "master_keys",
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("proof", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_master_keys")),
    )
    op.create_table(
        "member_changes",
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("from_state", sa.String(length=16), nullable=False),
        sa.Column("to_state", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("changed_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_member_changes")),
    )
    with op.batch_alter_table("member_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_member_changes_customer_id_change_id"), ["customer_id", "change_id"], unique=False
        )
    op.create_table(
        "member_rewards",
        sa.Column("member_reward_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("reward_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("issued_at", tables.Instant(), nullable=False),
        sa.Column("expires_at", tables.Instant(), nullable=False),
        sa.Column("resolved_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("member_reward_id", name=op.f("pk_member_rewards")),
    )
    with op.batch_alter_table("member_rewards", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_member_rewards_customer_id_state"), ["customer_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_member_rewards_reward_id_state_expires_at"),
            ["reward_id", "state", "expires_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_member_rewards_state_expires_at"), ["state", "expires_at"], unique=False
        )
    op.create_table(
        "merge_rows",
        sa.Column("merge_id", sa.String(length=64), nullable=False),
        sa.Column("table_name", sa.String(length=32), nullable=False),
        sa.Column("row_key", sa.String(length=400), nullable=False),
        sa.PrimaryKeyConstraint("merge_id", "table_name", "row_key", name=op.f("pk_merge_rows")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "merges",
        sa.Column("merge_id", sa.String(length=64), nullable=False),
        sa.Column("survivor_id", sa.String(length=128), nullable=False),
        sa.Column("merged_id", sa.String(length=128), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("merged_at", tables.Instant(), nullable=False),
        sa.Column("undone_at", tables.Instant(), nullable=True),
        sa.Column("undone_by", sa.String(length=128), nullable=False),
        sa.Column("undo_reason", sa.String(length=500), nullable=False),
        sa.Column("snapshot", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("merge_id", name=op.f("pk_merges")),
    )
    with op.batch_alter_table("merges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_merges_merged_id"), ["merged_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_merges_survivor_id"), ["survivor_id"], unique=False)
    op.create_table(
        "profiles",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("data_key", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_profiles")),
    )
    op.create_table(
        "redirects",
        sa.Column("customer_digest", sa.String(length=64), nullable=False),
        sa.Column("survivor_id", sa.String(length=128), nullable=True),
        sa.Column("since", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("customer_digest", name=op.f("pk_redirects")),
    )
    op.create_table(
        "referral_codes",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("created_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_referral_codes")),
    )
    with op.batch_alter_table("referral_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referral_codes_customer_id"), ["customer_id"], unique=False)
    op.create_table(
        "referrals",
        sa.Column("referral_id", sa.String(length=64), nullable=False),
        sa.Column("friend_id", sa.String(length=128), nullable=False),
        sa.Column("referrer_id", sa.String(length=128), nullable=False),
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("accepted_at", tables.Instant(), nullable=False),
        sa.Column("due_at", tables.Instant(), nullable=False),
        sa.Column("resolved_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("referral_id", name=op.f("pk_referrals")),
    )
    with op.batch_alter_table("referrals", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_referrals_friend_id"), ["friend_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_referrals_referrer_id_state"), ["referrer_id", "state"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_referrals_state_due_at"), ["state", "due_at"], unique=False)
    op.create_table(
        "rewards",
        sa.Column("reward_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("stock", sa.BigInteger(), nullable=True),
        sa.Column("issued", sa.BigInteger(), nullable=False),
        sa.Column("per_member_max", sa.Integer(), nullable=True),
        sa.Column("tiers", sa.String(length=600), nullable=False),
        sa.Column("valid_from", tables.Instant(), nullable=True),
        sa.Column("valid_until", tables.Instant(), nullable=True),
        sa.Column("redeem_days", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("changed_at", tables.Instant(), nullable=False),
        sa.CheckConstraint("points >= 0 AND issued >= 0", name=op.f("ck_rewards_never_negative")),
        sa.PrimaryKeyConstraint("reward_id", name=op.f("pk_rewards")),
    )
    op.create_table(
        "rule_usage",
        sa.Column("rule_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("period", sa.String(length=16), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule_id", "customer_id", "period", name=op.f("pk_rule_usage")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("rule_usage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_rule_usage_customer_id"), ["customer_id"], unique=False)
    op.create_table(
        "tier_changes",
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("from_tier", sa.String(length=32), nullable=False),
        sa.Column("to_tier", sa.String(length=32), nullable=False),
        sa.Column("changed_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_tier_changes")),
    )
    with op.batch_alter_table("tier_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tier_changes_customer_id_change_id"), ["customer_id", "change_id"], unique=False
        )
    op.create_table(
        "tier_spend",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("spent_at", tables.Instant(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("gone_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "source", "line", "spent_at", name=op.f("pk_tier_spend")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tier_warnings",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("evaluates_at", tables.Instant(), nullable=False),
        sa.Column("days_ahead", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("tier", sa.String(length=32), nullable=False),
        sa.Column("projected_tier", sa.String(length=32), nullable=False),
        sa.Column("to_stay", sa.BigInteger(), nullable=False),
        sa.Column("raised_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "evaluates_at", "days_ahead", name=op.f("pk_tier_warnings")),
    )
    with op.batch_alter_table("tier_warnings", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_tier_warnings_raised_at_customer_id"), ["raised_at", "customer_id"], unique=False
        )


def add_columns() -> None:
    """Empty at first; `carry_over` fills them."""
    with op.batch_alter_table("lots") as batch_op:
        batch_op.add_column(sa.Column("origin", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("blocked_points", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("state", sa.String(length=16), nullable=True))
    with op.batch_alter_table("members") as batch_op:
        batch_op.add_column(sa.Column("changed_at", tables.Instant(), nullable=True))
    with op.batch_alter_table("movements") as batch_op:
        batch_op.add_column(sa.Column("debit", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("credit", sa.String(length=10), nullable=True))
        batch_op.add_column(sa.Column("reference", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("actor", sa.String(length=128), nullable=True))
        batch_op.add_column(sa.Column("reason", sa.String(length=500), nullable=True))
        batch_op.add_column(sa.Column("effective_at", tables.Instant(), nullable=True))
    with op.batch_alter_table("order_lines") as batch_op:
        batch_op.add_column(sa.Column("category", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("gift_card", sa.Boolean(), nullable=True))
    with op.batch_alter_table("orders") as batch_op:
        batch_op.add_column(sa.Column("points_paid_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("replaces", sa.String(length=64), nullable=True))
    with op.batch_alter_table("presence_keys") as batch_op:
        batch_op.add_column(sa.Column("paused_at", tables.Instant(), nullable=True))
    with op.batch_alter_table("requests") as batch_op:
        batch_op.add_column(sa.Column("customer_id", sa.String(length=128), nullable=True))


def close_columns() -> None:
    """Nothing is missing any more, and the database refuses what must not be."""
    op.drop_table("debts")
    with op.batch_alter_table("lots") as batch_op:
        batch_op.alter_column(
            "lot_id",
            existing_type=sa.VARCHAR(length=128),
            type_=sa.String(length=192),
            existing_nullable=False,
        )
        batch_op.drop_index(batch_op.f("ix_lots_customer_id"))
        batch_op.create_index(
            batch_op.f("ix_lots_customer_id_earned_at_lot_id"),
            ["customer_id", "earned_at", "lot_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_lots_open",
            ["customer_id"],
            unique=False,
            sqlite_where=sa.text("state IN ('PENDING', 'ACTIVE')"),
            postgresql_where=sa.text("state IN ('PENDING', 'ACTIVE')"),
        )
        batch_op.alter_column("origin", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("blocked_points", existing_type=sa.BigInteger(), nullable=False)
        batch_op.alter_column("state", existing_type=sa.String(length=16), nullable=False)
        batch_op.create_check_constraint(
            batch_op.f("ck_lots_never_negative"),
            "points >= 0 AND remaining_points >= 0 AND blocked_points >= 0",
        )
    with op.batch_alter_table("members") as batch_op:
        batch_op.alter_column("changed_at", existing_type=tables.Instant(), nullable=False)
    with op.batch_alter_table("movements") as batch_op:
        batch_op.alter_column(
            "lot_id",
            existing_type=sa.VARCHAR(length=128),
            type_=sa.String(length=192),
            existing_nullable=False,
        )
        batch_op.create_index(batch_op.f("ix_movements_lot_id"), ["lot_id"], unique=False)
        batch_op.drop_column("cause")
        batch_op.alter_column("debit", existing_type=sa.String(length=10), nullable=False)
        batch_op.alter_column("credit", existing_type=sa.String(length=10), nullable=False)
        batch_op.alter_column("reference", existing_type=sa.String(length=200), nullable=False)
        batch_op.alter_column("actor", existing_type=sa.String(length=128), nullable=False)
        batch_op.alter_column("reason", existing_type=sa.String(length=500), nullable=False)
        batch_op.alter_column("effective_at", existing_type=tables.Instant(), nullable=False)
        batch_op.create_check_constraint(batch_op.f("ck_movements_positive"), "points > 0")
    with op.batch_alter_table("order_lines") as batch_op:
        batch_op.alter_column("category", existing_type=sa.String(length=64), nullable=False)
        batch_op.alter_column("gift_card", existing_type=sa.Boolean(), nullable=False)
    with op.batch_alter_table("orders") as batch_op:
        batch_op.alter_column("points_paid_minor", existing_type=sa.BigInteger(), nullable=False)
        batch_op.alter_column("replaces", existing_type=sa.String(length=64), nullable=False)
    with op.batch_alter_table("requests") as batch_op:
        batch_op.create_index(batch_op.f("ix_requests_customer_id"), ["customer_id"], unique=False)
        batch_op.alter_column("customer_id", existing_type=sa.String(length=128), nullable=False)
    with op.batch_alter_table("returns") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_returns_customer_id_returned_at"), ["customer_id", "returned_at"], unique=False
        )
    with op.batch_alter_table("visits") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_visits_customer_id_entered_at"), ["customer_id", "entered_at"], unique=False
        )
