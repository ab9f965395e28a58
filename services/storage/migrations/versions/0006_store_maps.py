"""How every place of a store is heard, and how well gateways heard whom."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.storage import tables

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("presence_events") as batch_op:
        batch_op.add_column(sa.Column("rssi_dbm", sa.Float(), nullable=True))
    op.create_table(
        "store_maps",
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("made_at", tables.Instant(), nullable=False),
        sa.Column("map", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("store", name=op.f("pk_store_maps")),
    )
