"""Scores."""

from __future__ import annotations

from sqlalchemy import Column, Float, Index, Integer, Text

from services.storage.columns import key, moment, table, text

scores = table(
    "scores",
    key("customer_id"),
    moment("as_of"),
    text("version", 64),
    Column("score", Float(53), nullable=False),
    Column("coverage", Float(53), nullable=False),
    Column("components", Text, nullable=False),  # JSON, see engagement/rules.py
    Column("orders", Integer, nullable=False),
    Column("gap_days_median", Float(53)),
    Column("recency", Integer, nullable=False),
    Column("frequency", Integer, nullable=False),
    Column("monetary", Integer, nullable=False),
    text("segment", 24),
    Index(None, "score", "customer_id"),
    Index(None, "segment", "score", "customer_id"),
)

score_references = table(
    "score_references", key("version", 64), moment("built_at"), Column("distributions", Text, nullable=False)
)
