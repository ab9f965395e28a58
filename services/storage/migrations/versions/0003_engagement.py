"""Engagement."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.storage import tables
from services.storage.migrations import touches_0003

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_tables()
    add_columns()
    touches_0003.carry_over(op.get_bind())
    close_columns()


def create_tables() -> None:
    op.create_table(
        "case_changes",
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("changed_at", tables.Instant(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("before", sa.String(length=16), nullable=False),
        sa.Column("after", sa.String(length=16), nullable=False),
        sa.Column("detail", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_case_changes")),
    )
    with op.batch_alter_table("case_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_case_changes_case_id_change_id"), ["case_id", "change_id"], unique=False
        )
    op.create_table(
        "case_notes",
        sa.Column("note_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("noted_at", tables.Instant(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("private_channel", sa.String(length=16), nullable=False),
        sa.Column("from_customer", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(length=2000), nullable=False),
        sa.PrimaryKeyConstraint("note_id", name=op.f("pk_case_notes")),
    )
    with op.batch_alter_table("case_notes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_case_notes_case_id_note_id"), ["case_id", "note_id"], unique=False
        )
    op.create_table(
        "customer_personas",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("persona", sa.String(length=100), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customer_personas")),
    )
    op.create_table(
        "invitations",
        sa.Column("invitation_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("survey_id", sa.String(length=48), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("polarity", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("medium", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("touchpoint", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("caused_at", tables.Instant(), nullable=False),
        sa.Column("due_at", tables.Instant(), nullable=False),
        sa.Column("sent_at", tables.Instant(), nullable=True),
        sa.Column("followed_up_at", tables.Instant(), nullable=True),
        sa.Column("expires_at", tables.Instant(), nullable=True),
        sa.Column("ended_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("invitation_id", name=op.f("pk_invitations")),
    )
    with op.batch_alter_table("invitations", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_invitations_customer_id_sent_at"), ["customer_id", "sent_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_invitations_due_at_invitation_id"), ["due_at", "invitation_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_invitations_sent_at"), ["sent_at"], unique=False)
    op.create_table(
        "make_good_months",
        sa.Column("month", sa.String(length=7), nullable=False),
        sa.Column("spent_minor", sa.BigInteger(), nullable=False),
        sa.Column("gifts", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "spent_minor >= 0 AND gifts >= 0", name=op.f("ck_make_good_months_never_negative")
        ),
        sa.PrimaryKeyConstraint("month", name=op.f("pk_make_good_months")),
    )
    op.create_table(
        "make_goods",
        sa.Column("make_good_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("case_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("cost_minor", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("given_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("make_good_id", name=op.f("pk_make_goods")),
    )
    with op.batch_alter_table("make_goods", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_make_goods_case_id_given_at"), ["case_id", "given_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_make_goods_customer_id_given_at"), ["customer_id", "given_at"], unique=False
        )
    op.create_table(
        "persona_reports",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("built_at", tables.Instant(), nullable=False),
        sa.Column("customers", sa.BigInteger(), nullable=False),
        sa.Column("report", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_persona_reports")),
    )
    with op.batch_alter_table("persona_reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_persona_reports_built_at"), ["built_at"], unique=False)
    op.create_table(
        "saved_segments",
        sa.Column("segment_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("name_key", sa.String(length=400), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("filter", sa.String(length=2000), nullable=False),
        sa.Column("created_by", sa.String(length=128), nullable=False),
        sa.Column("created_at", tables.Instant(), nullable=False),
        sa.Column("changed_by", sa.String(length=128), nullable=False),
        sa.Column("changed_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("segment_id", name=op.f("pk_saved_segments")),
        sa.UniqueConstraint("name_key", name=op.f("uq_saved_segments_name_key")),
    )
    op.create_table(
        "score_versions",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("weights", sa.Text(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=False),
        sa.Column("since", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_score_versions")),
    )
    op.create_table(
        "segment_changes",
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("segment_id", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("description", sa.String(length=500), nullable=False),
        sa.Column("filter", sa.String(length=2000), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("changed_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_segment_changes")),
    )
    with op.batch_alter_table("segment_changes", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_segment_changes_segment_id_change_id"), ["segment_id", "change_id"], unique=False
        )
    op.create_table(
        "touches",
        sa.Column("event_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("occurred_at", tables.Instant(), nullable=False),
        sa.Column("touchpoint", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("outbound", sa.Boolean(), nullable=False),
        sa.Column("proxied", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", "source", name=op.f("pk_touches")),
    )
    with op.batch_alter_table("touches", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_touches_customer_id_occurred_at"), ["customer_id", "occurred_at"], unique=False
        )
        batch_op.create_index(
            "ix_touches_experience",
            ["customer_id"],
            unique=False,
            sqlite_where=sa.text("kind IN ('HELP_VIEWED', 'RECOMMENDATION_ACCEPTED')"),
            postgresql_where=sa.text("kind IN ('HELP_VIEWED', 'RECOMMENDATION_ACCEPTED')"),
        )
        batch_op.create_index(batch_op.f("ix_touches_occurred_at"), ["occurred_at"], unique=False)
    op.create_table(
        "waiting_exchanges",
        sa.Column("exchange_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("exchanged_at", tables.Instant(), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("refused", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("exchange_id", "source", name=op.f("pk_waiting_exchanges")),
    )
    with op.batch_alter_table("waiting_exchanges", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_exchanges_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiting_exchanges_order_id"), ["order_id"], unique=False)
    op.create_table(
        "open_units",
        sa.Column("return_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("returned_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("return_id", "source", "sku", name=op.f("pk_open_units")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("open_units", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_open_units_customer_id"), ["customer_id"], unique=False)


def add_columns() -> None:
    """Empty at first; `carry_over` fills them."""
    with op.batch_alter_table("answers") as batch_op:
        batch_op.add_column(sa.Column("polarity", sa.String(length=8), nullable=True))
        batch_op.add_column(sa.Column("survey_id", sa.String(length=48), nullable=True))
        batch_op.add_column(sa.Column("invitation_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("answer_key", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("comment", sa.String(length=2000), nullable=True))
        batch_op.add_column(sa.Column("channel", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("touchpoint", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("source", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("order_id", sa.String(length=64), nullable=True))
    with op.batch_alter_table("carts") as batch_op:
        batch_op.add_column(sa.Column("started_at", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("started_channel", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("order_source", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("order_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("order_channel", sa.String(length=16), nullable=True))
    with op.batch_alter_table("cases") as batch_op:
        batch_op.add_column(sa.Column("opened_by", sa.String(length=128), nullable=True))
        batch_op.add_column(sa.Column("channel", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("theme", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("source", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("order_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("text", sa.String(length=2000), nullable=True))
        batch_op.add_column(sa.Column("wished_channel", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("private_channel", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("assignee", sa.String(length=128), nullable=True))
        batch_op.add_column(sa.Column("respond_by", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("responded_at", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("waiting_since", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("first_resolved_at", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("resolved_in_time", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("reopened_at", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("reopenings", sa.Integer(), nullable=True))
    with op.batch_alter_table("scores") as batch_op:
        batch_op.add_column(sa.Column("net_minor", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("last_order_at", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("channels", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("contacts", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("sessions", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("pages", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("newsletters", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("opened", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("answers", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("mood_sixtieths", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("nps", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("aov_minor", sa.Float(precision=53), nullable=True))
        batch_op.add_column(sa.Column("repeat_rate", sa.Float(precision=53), nullable=True))
        batch_op.add_column(sa.Column("orders_per_year", sa.Float(precision=53), nullable=True))
        batch_op.add_column(sa.Column("pages_per_session", sa.Float(precision=53), nullable=True))
        batch_op.add_column(sa.Column("open_rate", sa.Float(precision=53), nullable=True))
        batch_op.add_column(sa.Column("sentiment", sa.Float(precision=53), nullable=True))
        batch_op.add_column(sa.Column("experience_level", sa.Integer(), nullable=True))


def close_columns() -> None:
    """Nothing is missing any more, and the database refuses what must not be."""
    op.drop_table("sessions")
    with op.batch_alter_table("answers") as batch_op:
        batch_op.create_index(batch_op.f("ix_answers_answer_key"), ["answer_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_answers_invitation_id"), ["invitation_id"], unique=True)
        batch_op.alter_column("polarity", existing_type=sa.String(length=8), nullable=False)
        batch_op.alter_column("survey_id", existing_type=sa.String(length=48), nullable=False)
        batch_op.alter_column("comment", existing_type=sa.String(length=2000), nullable=False)
        batch_op.alter_column("channel", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("touchpoint", existing_type=sa.String(length=64), nullable=False)
        batch_op.alter_column("source", existing_type=sa.String(length=32), nullable=False)
        batch_op.alter_column("order_id", existing_type=sa.String(length=64), nullable=False)
    with op.batch_alter_table("carts") as batch_op:
        batch_op.alter_column("started_at", existing_type=tables.Instant(), nullable=False)
        batch_op.alter_column("started_channel", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("order_source", existing_type=sa.String(length=32), nullable=False)
        batch_op.alter_column("order_id", existing_type=sa.String(length=64), nullable=False)
        batch_op.alter_column("order_channel", existing_type=sa.String(length=16), nullable=False)
    with op.batch_alter_table("cases") as batch_op:
        batch_op.alter_column("answer", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(batch_op.f("ix_cases_opened_at"), ["opened_at"], unique=False)
        batch_op.alter_column("opened_by", existing_type=sa.String(length=128), nullable=False)
        batch_op.alter_column("channel", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("theme", existing_type=sa.String(length=64), nullable=False)
        batch_op.alter_column("source", existing_type=sa.String(length=32), nullable=False)
        batch_op.alter_column("order_id", existing_type=sa.String(length=64), nullable=False)
        batch_op.alter_column("text", existing_type=sa.String(length=2000), nullable=False)
        batch_op.alter_column("wished_channel", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("private_channel", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("assignee", existing_type=sa.String(length=128), nullable=False)
        batch_op.alter_column("reopenings", existing_type=sa.Integer(), nullable=False)
    with op.batch_alter_table("orders") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_orders_customer_id"),
            ["customer_id"],
            unique=False,
            sqlite_where=sa.text("replaces <> ''"),
            postgresql_where=sa.text("replaces <> ''"),
        )
        batch_op.drop_index(batch_op.f("ix_orders_customer_id_placed_at"))
        batch_op.create_index(
            "ix_orders_purchases",
            [
                "customer_id",
                "placed_at",
                "replaces",
                "total_minor",
                "refunded_minor",
                "channel",
                "source",
                "order_id",
            ],
            unique=False,
        )
    with op.batch_alter_table("returns") as batch_op:
        batch_op.create_index(
            "ix_returns_unmatched",
            ["returned_at"],
            unique=False,
            sqlite_where=sa.text("unmatched_units > 0"),
            postgresql_where=sa.text("unmatched_units > 0"),
        )
    with op.batch_alter_table("scores") as batch_op:
        batch_op.drop_column("components")
        batch_op.alter_column("net_minor", existing_type=sa.BigInteger(), nullable=False)
        batch_op.alter_column("channels", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("contacts", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("sessions", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("pages", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("newsletters", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("opened", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("answers", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("mood_sixtieths", existing_type=sa.Integer(), nullable=False)
        batch_op.alter_column("orders_per_year", existing_type=sa.Float(precision=53), nullable=False)
        batch_op.alter_column("experience_level", existing_type=sa.Integer(), nullable=False)
