"""Gateways."""

from __future__ import annotations

import secrets

import sqlalchemy as sa
from alembic import op

from services.storage import tables

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    enrolment()
    presence_devices()
    arbiter()
    sessions()


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


def presence_devices() -> None:
    op.create_table(
        "presence_tags",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("battery_mv", sa.Integer(), nullable=True),
        sa.Column("temperature_c", sa.Float(), nullable=True),
        sa.Column("seen_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_presence_tags")),
    )
    with op.batch_alter_table("presence_tags", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_tags_battery_mv"), ["battery_mv"], unique=False)
    with op.batch_alter_table("presence_keys") as batch_op:
        batch_op.add_column(sa.Column("serial", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("tag", sa.String(length=80), nullable=True))
    number_keys(op.get_bind())
    with op.batch_alter_table("presence_keys") as batch_op:
        batch_op.alter_column("serial", existing_type=sa.BigInteger(), nullable=False)
        batch_op.create_index(batch_op.f("ix_presence_keys_tag"), ["tag"], unique=True)
        batch_op.create_index(
            batch_op.f("ix_presence_keys_paused_at_serial"), ["paused_at", "serial"], unique=False
        )


def number_keys(connection: sa.Connection) -> None:
    """Gives every key that is there a serial."""
    keys = sa.table("presence_keys", sa.column("customer_id"), sa.column("serial"))
    numbered = keys.update().where(keys.c.customer_id == sa.bindparam("whose"))
    rows = [
        {"whose": customer_id, "serial": secrets.randbits(62)}
        for customer_id in connection.execute(sa.select(keys.c.customer_id)).scalars()
    ]
    if rows:
        connection.execute(numbered.values(serial=sa.bindparam("serial")), rows)


def arbiter() -> None:
    op.create_table(
        "presence_states",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("heard_at", tables.Instant(), nullable=False),
        sa.Column("listening", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", "store", name=op.f("pk_presence_states")),
    )
    with op.batch_alter_table("presence_states", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_states_heard_at"), ["heard_at"], unique=False)
    with op.batch_alter_table("presence_events") as batch_op:
        batch_op.add_column(sa.Column("store", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("dwell_seconds", sa.Float(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("spoofable", sa.Boolean(), nullable=False, server_default=sa.false()))
    place_events(op.get_bind())
    with op.batch_alter_table("presence_events") as batch_op:
        for name in ("store", "dwell_seconds", "spoofable"):
            batch_op.alter_column(name, server_default=None)
    with op.batch_alter_table("visits") as batch_op:
        batch_op.add_column(sa.Column("amended_at", tables.Instant(), nullable=True))
        batch_op.add_column(sa.Column("spoofable", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("doubtful", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("visits") as batch_op:
        for name in ("spoofable", "doubtful"):
            batch_op.alter_column(name, server_default=None)


def place_events(connection: sa.Connection) -> None:
    """Every event happened in the store that its gateway stood in."""
    names = ("gateway", "epoch", "store")
    events = sa.table("presence_events", *map(sa.column, names))
    gateways = sa.table("gateways", *map(sa.column, names))
    store = sa.select(gateways.c.store).where(
        gateways.c.gateway == events.c.gateway, gateways.c.epoch == events.c.epoch
    )
    connection.execute(events.update().values(store=sa.func.coalesce(store.scalar_subquery(), "")))


def sessions() -> None:
    op.create_table(
        "gateway_epochs",
        sa.Column("gateway", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("acked_seq", sa.BigInteger(), nullable=False),
        sa.Column("stored_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "epoch", name=op.f("pk_gateway_epochs")),
        sqlite_with_rowid=False,
    )
    op.rename_table("gateways", "gateways_0003")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE gateways_0003 RENAME CONSTRAINT pk_gateways TO pk_gateways_0003")
    op.create_table(
        "gateways",
        sa.Column("gateway", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("session", sa.String(length=32), nullable=False),
        sa.Column("last_contact_at", tables.Instant(), nullable=False),
        sa.Column("health", sa.JSON(), nullable=True),
        sa.Column("config", sa.JSON(), nullable=True),
        sa.Column("dropped", sa.BigInteger(), nullable=False),
        sa.Column("dropped_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("gateway", name=op.f("pk_gateways")),
    )
    with op.batch_alter_table("gateways", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gateways_store_gateway"), ["store", "gateway"], unique=False)
    for statement in CARRY_OVER:
        op.execute(statement)
    op.drop_table("gateways_0003")


CARRY_OVER = (
    """INSERT INTO gateway_epochs (gateway, epoch, acked_seq, stored_at)
    SELECT gateway, epoch, acked_seq, last_seen_at FROM gateways_0003""",
    """INSERT INTO gateways (gateway, store, version, session, last_contact_at, health, dropped)
    SELECT gateway, store, version, '', last_seen_at, health, 0 FROM gateways_0003 AS latest
    WHERE NOT EXISTS (
        SELECT 1 FROM gateways_0003 AS other WHERE other.gateway = latest.gateway
        AND (other.last_seen_at, other.epoch) > (latest.last_seen_at, latest.epoch)
    )""",
)
