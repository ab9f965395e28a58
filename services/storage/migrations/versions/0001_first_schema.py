"""First schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from services.storage import tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("answer_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("survey", sa.String(length=8), nullable=False),
        sa.Column("answer", sa.Integer(), nullable=False),
        sa.Column("answered_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("answer_id", name=op.f("pk_answers")),
    )
    with op.batch_alter_table("answers", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_answers_customer_id_answered_at"), ["customer_id", "answered_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_answers_survey_answered_at"), ["survey", "answered_at"], unique=False
        )

    op.create_table(
        "api_keys",
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("secret_sha256", sa.LargeBinary(), nullable=False),
        sa.Column("scopes", sa.String(length=128), nullable=False),
        sa.Column("created_at", tables.Instant(), nullable=False),
        sa.Column("expires_at", tables.Instant(), nullable=True),
        sa.Column("revoked_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("key_id", name=op.f("pk_api_keys")),
    )
    op.create_table(
        "cart_lines",
        sa.Column("cart_id", sa.String(length=64), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("cart_id", "line", name=op.f("pk_cart_lines")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "carts",
        sa.Column("cart_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("state", sa.String(length=24), nullable=False),
        sa.Column("changed_at", tables.Instant(), nullable=False),
        sa.Column("abandoned_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("cart_id", name=op.f("pk_carts")),
    )
    with op.batch_alter_table("carts", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_carts_customer_id_state"), ["customer_id", "state"], unique=False
        )

    op.create_table(
        "churn_predictions",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("probability", sa.Float(precision=53), nullable=False),
        sa.Column("band", sa.String(length=8), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("value_minor", sa.BigInteger(), nullable=False),
        sa.Column("expected_loss_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_churn_predictions")),
    )
    with op.batch_alter_table("churn_predictions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_churn_predictions_band_expected_loss_minor"),
            ["band", "expected_loss_minor"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_churn_predictions_expected_loss_minor_customer_id"),
            ["expected_loss_minor", "customer_id"],
            unique=False,
        )

    op.create_table(
        "consents",
        sa.Column("consent_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(length=64), nullable=False),
        sa.Column("text_version", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("consent_id", name=op.f("pk_consents")),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_consents_customer_id_kind_consent_id"),
            ["customer_id", "kind", "consent_id"],
            unique=False,
        )

    op.create_table(
        "customers",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("first_seen_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_customers")),
    )
    op.create_table(
        "debts",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_debts")),
    )
    op.create_table(
        "gateways",
        sa.Column("gateway", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=32), nullable=False),
        sa.Column("acked_seq", sa.BigInteger(), nullable=False),
        sa.Column("last_seen_at", tables.Instant(), nullable=False),
        sa.Column("health", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("gateway", "epoch", name=op.f("pk_gateways")),
    )
    op.create_table(
        "lots",
        sa.Column("lot_id", sa.String(length=128), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("remaining_points", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=64), nullable=False),
        sa.Column("earned_at", tables.Instant(), nullable=False),
        sa.Column("activates_at", tables.Instant(), nullable=False),
        sa.Column("expires_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("lot_id", name=op.f("pk_lots")),
    )
    with op.batch_alter_table("lots", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lots_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "members",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("enrolled_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_members")),
    )
    op.create_table(
        "movements",
        sa.Column("movement_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.String(length=128), nullable=False),
        sa.Column("cause", sa.String(length=128), nullable=False),
        sa.Column("recorded_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("movement_id", name=op.f("pk_movements")),
    )
    with op.batch_alter_table("movements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_movements_customer_id_movement_id"), ["customer_id", "movement_id"], unique=False
        )

    op.create_table(
        "order_lines",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("returned_quantity", sa.BigInteger(), nullable=False),
        sa.Column("unit_price_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "source", "line", name=op.f("pk_order_lines")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "orders",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("placed_at", tables.Instant(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("total_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("order_id", "source", name=op.f("pk_orders")),
    )
    with op.batch_alter_table("orders", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_orders_customer_id_placed_at"), ["customer_id", "placed_at"], unique=False
        )

    op.create_table(
        "outbox",
        sa.Column("work_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("topic", sa.String(length=64), nullable=False),
        sa.Column("work_key", sa.String(length=128), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("due_at", tables.Instant(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("dead_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("work_id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("topic", "work_key", name=op.f("uq_outbox_topic_work_key")),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_outbox_due_at"), ["due_at"], unique=False)

    op.create_table(
        "prediction_runs",
        sa.Column("subject", sa.String(length=16), nullable=False),
        sa.Column("model", sa.String(length=64), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("cutoff", tables.Instant(), nullable=False),
        sa.Column("horizon_days", sa.Integer(), nullable=False),
        sa.Column("readiness", sa.String(length=16), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("scored_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_prediction_runs")),
    )
    op.create_table(
        "presence_events",
        sa.Column("gateway", sa.String(length=64), nullable=False),
        sa.Column("epoch", sa.String(length=64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("observed_at", tables.Instant(), nullable=False),
        sa.Column("degraded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("gateway", "epoch", "seq", name=op.f("pk_presence_events")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("presence_events", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_presence_events_customer_id_observed_at"),
            ["customer_id", "observed_at"],
            unique=False,
        )

    op.create_table(
        "presence_keys",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("identity_key", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_presence_keys")),
    )
    op.create_table(
        "presence_pseudonyms",
        sa.Column("pseudonym", sa.String(length=16), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("pseudonym", name=op.f("pk_presence_pseudonyms")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("presence_pseudonyms", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_presence_pseudonyms_customer_id"), ["customer_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_presence_pseudonyms_day"), ["day"], unique=False)

    op.create_table(
        "products",
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("sku", name=op.f("pk_products")),
    )
    op.create_table(
        "reminders",
        sa.Column("reminder_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("cart_id", sa.String(length=64), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("visit_id", sa.String(length=64), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("triggered_at", tables.Instant(), nullable=False),
        sa.Column("planned_at", tables.Instant(), nullable=False),
        sa.Column("expires_at", tables.Instant(), nullable=False),
        sa.Column("sent_at", tables.Instant(), nullable=True),
        sa.Column("converted_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("reminder_id", name=op.f("pk_reminders")),
    )
    with op.batch_alter_table("reminders", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminders_cart_id"), ["cart_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_reminders_customer_id_planned_at"), ["customer_id", "planned_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reminders_planned_at_reminder_id"), ["planned_at", "reminder_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_reminders_visit_id"), ["visit_id"], unique=False)

    op.create_table(
        "replenishments",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("probability", sa.Float(precision=53), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_from", sa.Date(), nullable=True),
        sa.Column("due_to", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("customer_id", "sku", name=op.f("pk_replenishments")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("replenishments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_replenishments_due_on"), ["due_on"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_replenishments_probability_customer_id_sku"),
            ["probability", "customer_id", "sku"],
            unique=False,
        )

    op.create_table(
        "requests",
        sa.Column("request_id", sa.String(length=64), nullable=False),
        sa.Column("method", sa.String(length=128), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_requests")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "return_lines",
        sa.Column("return_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("line", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("order_line", sa.Integer(), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("sku", sa.String(length=64), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("returned_at", tables.Instant(), nullable=False),
        sa.PrimaryKeyConstraint("return_id", "source", "line", name=op.f("pk_return_lines")),
        sqlite_with_rowid=False,
    )
    with op.batch_alter_table("return_lines", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_return_lines_customer_id"), ["customer_id"], unique=False)

    op.create_table(
        "returns",
        sa.Column("return_id", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=32), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("returned_at", tables.Instant(), nullable=False),
        sa.Column("refund_minor", sa.BigInteger(), nullable=False),
        sa.Column("unmatched_units", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("return_id", "source", name=op.f("pk_returns")),
    )
    op.create_table(
        "score_references",
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("built_at", tables.Instant(), nullable=False),
        sa.Column("distributions", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_score_references")),
    )
    op.create_table(
        "scores",
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("as_of", tables.Instant(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("score", sa.Float(precision=53), nullable=False),
        sa.Column("coverage", sa.Float(precision=53), nullable=False),
        sa.Column("components", sa.Text(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("gap_days_median", sa.Float(precision=53), nullable=True),
        sa.Column("recency", sa.Integer(), nullable=False),
        sa.Column("frequency", sa.Integer(), nullable=False),
        sa.Column("monetary", sa.Integer(), nullable=False),
        sa.Column("segment", sa.String(length=24), nullable=False),
        sa.PrimaryKeyConstraint("customer_id", name=op.f("pk_scores")),
    )
    with op.batch_alter_table("scores", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_scores_score_customer_id"), ["score", "customer_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_scores_segment_score_customer_id"),
            ["segment", "score", "customer_id"],
            unique=False,
        )

    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("started_at", tables.Instant(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("session_id", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_sessions_customer_id_started_at"), ["customer_id", "started_at"], unique=False
        )

    op.create_table(
        "visits",
        sa.Column("visit_id", sa.String(length=64), nullable=False),
        sa.Column("customer_id", sa.String(length=128), nullable=False),
        sa.Column("store", sa.String(length=64), nullable=False),
        sa.Column("zone", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("entered_at", tables.Instant(), nullable=False),
        sa.Column("last_seen_at", tables.Instant(), nullable=False),
        sa.Column("exited_at", tables.Instant(), nullable=True),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_visits")),
    )
    with op.batch_alter_table("visits", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_visits_customer_id_store_state"), ["customer_id", "store", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_visits_entered_at_visit_id"), ["entered_at", "visit_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_visits_state_store"), ["state", "store"], unique=False)
