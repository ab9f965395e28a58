"""Reminders."""

from __future__ import annotations

from sqlalchemy import Index

from services.storage.columns import key, moment, table, text

reminders = table(
    "reminders",
    key("reminder_id", 64),
    text("customer_id"),
    text("cart_id", 64),
    text("sku", 64),
    text("title", 200),
    text("visit_id", 64),
    text("store", 64),
    text("state", 16),
    text("reason", 16),  # empty when there is none
    text("channel", 16),  # empty until it is chosen
    moment("triggered_at"),
    moment("planned_at"),
    moment("expires_at"),
    moment("sent_at", nullable=True),
    moment("converted_at", nullable=True),
    Index(None, "customer_id", "planned_at"),
    Index(None, "cart_id"),
    Index(None, "visit_id"),
    Index(None, "planned_at", "reminder_id"),
)
