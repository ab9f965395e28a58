"""What the models said."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Date, Float, Index, Integer

from services.storage.columns import key, moment, number, table, text

prediction_runs = table(  # the latest run of each model: what every answer names
    "prediction_runs",
    key("subject", 16),
    text("model", 64),
    text("version", 64),
    moment("cutoff"),
    Column("horizon_days", Integer, nullable=False),
    text("readiness", 16),
    Column("report", JSON, nullable=False),
    moment("scored_at"),
)

churn_predictions = table(
    "churn_predictions",
    key("customer_id"),
    Column("probability", Float(53), nullable=False),
    text("band", 8),
    Column("reasons", JSON, nullable=False),
    number("value_minor"),
    number("expected_loss_minor"),
    Index(None, "expected_loss_minor", "customer_id"),
    Index(None, "band", "expected_loss_minor"),
)

replenishments = table(
    "replenishments",
    key("customer_id"),
    key("sku", 64),
    Column("probability", Float(53), nullable=False),
    Column("due_on", Date),
    Column("due_from", Date),
    Column("due_to", Date),
    Index(None, "probability", "customer_id", "sku"),
    Index(None, "due_on"),
    clustered=True,
)
