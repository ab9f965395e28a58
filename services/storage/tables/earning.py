"""Earning rules and what they have given."""

from __future__ import annotations

from sqlalchemy import Column, Index, Text

from services.storage.columns import key, moment, number, position, table, text

earning_rules = table(
    "earning_rules",
    key("rule_id", 64),
    position("version"),
    text("state", 16),
    text("origin", 8),  # FILE or API
    Column("definition", Text, nullable=False),  # TOML, the schema of program.toml's [[earning]]
    moment("effective_from", nullable=True),
    moment("effective_until", nullable=True),
    text("actor"),
    moment("created_at"),
    moment("changed_at"),
    Index(None, "state"),
)

rule_usage = table(  # what a rule with a limit has given so far
    "rule_usage",
    key("rule_id", 64),
    key("customer_id"),  # empty: everybody together, for the budget
    key("period", 16),
    number("points"),
    number("times"),
    Index(None, "customer_id"),
    clustered=True,
)
