"""Callers, their requests, and the work that waits."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Index, Integer, LargeBinary, Text, UniqueConstraint

from services.storage.columns import RowNumber, key, moment, table, text

api_keys = table(
    "api_keys",
    key("key_id", 16),
    text("name"),
    Column("secret_sha256", LargeBinary, nullable=False),
    text("scopes"),  # comma-separated
    moment("created_at"),
    moment("expires_at", nullable=True),
    moment("revoked_at", nullable=True),
)

requests = table(
    "requests",
    key("request_id", 64),
    text("method"),
    text("customer_id"),  # whom the answer speaks of, so that erasing finds it
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    moment("created_at"),
    Index(None, "customer_id"),
    clustered=True,
)

# Work that leaves a transaction: messages to send now and timers that ring later.
outbox = table(
    "outbox",
    Column("work_id", RowNumber, primary_key=True),
    text("topic", 64),
    text("work_key"),  # one piece of work per topic and key
    Column("payload", JSON, nullable=False),
    moment("due_at"),
    Column("attempts", Integer, nullable=False),
    Column("last_error", Text),
    moment("dead_at", nullable=True),
    UniqueConstraint("topic", "work_key"),
    Index(None, "due_at"),
)
