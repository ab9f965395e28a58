"""Gateways."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.storage import tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    enrolment()


def enrolment() -> None:
    op.create_table(
        "gateway_authorities",
        sa.Column("name", sa.String(length=16), nullable=False),
        sa.Column("certificate", sa.String(length=4000), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_gateway_authorities")),
    )
    op.create_table(
        "gateway_certificates",
        sa.Column("serial", sa.String(length=40), nullable=False),
        sa.Column("gateway", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("issued_at", tables.Instant(), nullable=False),
        sa.Column("expires_at", tables.Instant(), nullable=False),
        sa.Column("revoked_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("serial", name=op.f("pk_gateway_certificates")),
    )
    with op.batch_alter_table("gateway_certificates", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gateway_certificates_gateway"), ["gateway"], unique=False)
    op.create_table(
        "gateway_tokens",
        sa.Column("token_id", sa.String(length=16), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("gateway", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("made_at", tables.Instant(), nullable=False),
        sa.Column("expires_at", tables.Instant(), nullable=False),
        sa.Column("used_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("token_id", name=op.f("pk_gateway_tokens")),
    )
