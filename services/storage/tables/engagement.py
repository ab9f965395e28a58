"""Scores."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, Text

from services.storage.columns import key, moment, number, table, text

scores = table(  # written as a whole by engagement's queries/scores.py, in the order of these columns
    "scores",
    key("customer_id"),
    moment("as_of"),
    text("version", 64),
    Column("score", Float(53), nullable=False),
    Column("coverage", Float(53), nullable=False),
    Column("orders", Integer, nullable=False),
    number("net_minor"),
    moment("last_order_at", nullable=True),
    Column("gap_days_median", Float(53)),
    Column("channels", Integer, nullable=False),
    Column("contacts", Integer, nullable=False),
    Column("sessions", Integer, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("newsletters", Integer, nullable=False),
    Column("opened", Integer, nullable=False),
    Column("answers", Integer, nullable=False),
    Column("mood_sixtieths", Integer, nullable=False),
    Column("nps", Integer),
    Column("recency", Integer, nullable=False),
    Column("frequency", Integer, nullable=False),
    Column("monetary", Integer, nullable=False),
    text("segment", 24),
    # Ratios of the figures above: filters and orders read columns only.
    Column("aov_minor", Float(53)),
    Column("repeat_rate", Float(53)),
    Column("orders_per_year", Float(53), nullable=False),
    Column("pages_per_session", Float(53)),
    Column("open_rate", Float(53)),
    Column("sentiment", Float(53)),
    Column("experience_level", Integer, nullable=False),
    Index(None, "score", "customer_id"),
    Index(None, "segment", "score", "customer_id"),
)

score_versions = table(
    "score_versions",
    key("version", 64),
    Column("weights", Text, nullable=False),  # JSON
    text("reference", 64),
    moment("since"),
)

score_references = table(
    "score_references", key("version", 64), moment("built_at"), Column("distributions", Text, nullable=False)
)
