"""Groups of customers: segments that the team saved, and personas."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text, UniqueConstraint

from services.storage.columns import RowNumber, key, moment, number, table, text

saved_segments = table(
    "saved_segments",
    key("segment_id", 64),
    text("name", 100),
    text("name_key", 400),  # the name as it is compared with others
    text("description", 500),
    text("filter", 2000),
    text("created_by"),
    moment("created_at"),
    text("changed_by"),
    moment("changed_at"),
    UniqueConstraint("name_key"),
)

segment_changes = table(  # append-only: who made a segment what it was, and when
    "segment_changes",
    Column("change_id", RowNumber, primary_key=True),
    text("segment_id", 64),
    text("action", 16),  # CREATED, UPDATED, DELETED
    text("name", 100),
    text("description", 500),
    text("filter", 2000),
    text("actor"),
    moment("changed_at"),
    Index(None, "segment_id", "change_id"),
)

persona_reports = table(  # the latest is in force
    "persona_reports",
    key("version", 64),
    moment("built_at"),
    number("customers"),
    Column("report", Text, nullable=False),  # JSON, see engagement/rules/personas.py
    Index(None, "built_at"),
)

customer_personas = table("customer_personas", key("customer_id"), text("persona", 100), text("version", 64))
