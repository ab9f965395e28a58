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
        batch_op.create_index(batch_op.f("ix_touches_occurred_at"), ["occurred_at"], unique=False)


def add_columns() -> None:
    """Empty at first; `carry_over` fills them."""
    with op.batch_alter_table("carts") as batch_op:
        batch_op.add_column(sa.Column("started_at", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("started_channel", sa.String(length=16), nullable=True))
        batch_op.add_column(sa.Column("order_source", sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column("order_id", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("order_channel", sa.String(length=16), nullable=True))


def close_columns() -> None:
    """Nothing is missing any more, and the database refuses what must not be."""
    op.drop_table("sessions")
    with op.batch_alter_table("carts") as batch_op:
        batch_op.alter_column("started_at", existing_type=tables.Instant(), nullable=False)
        batch_op.alter_column("started_channel", existing_type=sa.String(length=16), nullable=False)
        batch_op.alter_column("order_source", existing_type=sa.String(length=32), nullable=False)
        batch_op.alter_column("order_id", existing_type=sa.String(length=64), nullable=False)
        batch_op.alter_column("order_channel", existing_type=sa.String(length=16), nullable=False)
    with op.batch_alter_table("orders") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_orders_customer_id"),
            ["customer_id"],
            unique=False,
            sqlite_where=sa.text("replaces <> ''"),
            postgresql_where=sa.text("replaces <> ''"),
        )
