"""Gateways that fall silent, enrolments that are asked for twice, and a second authority."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.storage import tables

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    presence()
    enrolment()


def presence() -> None:
    with op.batch_alter_table("visits") as batch_op:
        batch_op.add_column(
            sa.Column("exit_presumed", sa.Boolean(), nullable=False, server_default=sa.false())
        )
    with op.batch_alter_table("visits") as batch_op:
        batch_op.alter_column("exit_presumed", server_default=None)
    with op.batch_alter_table("presence_events") as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_events_observed_at"), ["observed_at"], unique=False)


def enrolment() -> None:
    with op.batch_alter_table("gateway_tokens") as batch_op:
        batch_op.add_column(sa.Column("key_sha256", sa.LargeBinary(), nullable=True))
    with op.batch_alter_table("gateway_authorities") as batch_op:
        batch_op.add_column(sa.Column("takes_over_at", tables.Instant(), nullable=True))
    op.execute("UPDATE gateway_authorities SET takes_over_at = made_at")
    with op.batch_alter_table("gateway_authorities") as batch_op:
        batch_op.alter_column("takes_over_at", existing_type=tables.Instant(), nullable=False)
