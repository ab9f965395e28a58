"""The ledger of points, and tiers."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Index
from sqlalchemy import text as sql

from services.storage.columns import (
    Instant,
    RowNumber,
    key,
    moment,
    never_negative,
    number,
    position,
    table,
    text,
)

accounts = table(  # what the movements of a member amount to
    "accounts",
    key("customer_id"),
    number("pending_points"),
    number("active_points"),
    number("blocked_points"),
    number("debt_points"),
    Column("qualifying", JSON, nullable=False),  # period's first day -> the tier metric earned in it
    text("tier", 32),
    moment("forfeits_at", nullable=True),  # after closing
    moment("due_at", nullable=True),  # when time alone changes something next
    never_negative("pending_points", "active_points", "blocked_points", "debt_points"),
    CheckConstraint("active_points = 0 OR debt_points = 0", name="no_debt_beside_points"),
    Index(None, "due_at"),
)

lots = table(
    "lots",
    key("lot_id", 192),
    text("customer_id"),
    text("origin", 16),  # the kind of movement that made it
    number("points"),
    number("remaining_points"),
    number("blocked_points"),
    text("state", 16),
    text("source", 32),
    text("order_id", 64),
    text("rule", 64),  # id@version; empty where no rule made it
    moment("earned_at"),
    moment("activates_at"),
    moment("expires_at"),
    never_negative("points", "remaining_points", "blocked_points"),
    Index(
        "ix_lots_open",
        "customer_id",
        sqlite_where=sql("state IN ('PENDING', 'ACTIVE')"),
        postgresql_where=sql("state IN ('PENDING', 'ACTIVE')"),
    ),
    Index(None, "customer_id", "earned_at", "lot_id"),
)

awards = table(  # which order lines a lot was earned with, and how much of it has left them again
    "awards",
    key("order_id", 64),
    key("source", 32),
    position("line"),
    key("lot_id", 192),
    number("points"),
    number("gone_points"),
    clustered=True,
)

tier_spend = table(  # where the tier metric is money: what order lines count with, and how much left again
    "tier_spend",
    key("order_id", 64),
    key("source", 32),
    position("line"),
    Column("spent_at", Instant, primary_key=True),  # of an exchange: when the first goods were bought
    number("amount_minor"),
    number("gone_minor"),
    clustered=True,
)

movements = table(  # append-only, double entry: a correction is a reversing movement
    "movements",
    Column("movement_id", RowNumber, primary_key=True),
    text("customer_id"),
    text("kind", 16),
    number("points"),  # always positive
    text("debit", 10),  # the account that gives
    text("credit", 10),  # the account that takes
    text("lot_id", 192),  # empty when it makes debt
    text("reference", 200),  # the order, return, hold, merge ... that caused it
    text("actor"),  # who asked for it, where a person did
    text("reason", 500),
    moment("effective_at"),
    moment("recorded_at"),
    CheckConstraint("points > 0", name="positive"),
    Index(None, "customer_id", "movement_id"),
    Index(None, "lot_id"),
)

holds = table(  # points set aside; a spend is a hold that was captured at once
    "holds",
    key("hold_id", 64),
    text("customer_id"),
    number("points"),
    number("captured_points"),
    number("restored_points"),
    text("state", 16),
    text("source", 32),
    text("order_id", 64),  # what the points pay for; empty when it is no order
    text("purpose", 200),
    moment("held_at"),
    moment("lapses_at", nullable=True),
    moment("resolved_at", nullable=True),
    Index(None, "customer_id", "state"),
    Index(None, "source", "order_id"),
)

hold_lots = table(
    "hold_lots",
    key("hold_id", 64),
    position("position"),  # in spend order
    text("lot_id", 192),
    number("points"),
    number("captured_points"),
    number("restored_points"),
    clustered=True,
)

tier_changes = table(
    "tier_changes",
    Column("change_id", RowNumber, primary_key=True),
    text("customer_id"),
    text("from_tier", 32),
    text("to_tier", 32),
    moment("changed_at"),
    Index(None, "customer_id", "change_id"),
)

tier_warnings = table(
    "tier_warnings",
    key("customer_id"),
    Column("evaluates_at", Instant, primary_key=True),
    position("days_ahead"),
    text("tier", 32),
    text("projected_tier", 32),
    number("to_stay"),  # of the metric
    moment("raised_at"),
    Index(None, "raised_at", "customer_id"),
)
