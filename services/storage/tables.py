"""Every table, once. SQLite and PostgreSQL share this schema; Alembic carries it forward."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Dialect,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.types import UserDefinedType

from services.clock import EPOCH, MICROSECOND


class Instant(UserDefinedType[datetime]):
    """A moment, kept as microseconds since 1970 in UTC: exact, sortable and alike on both databases."""

    cache_ok = True

    def get_col_spec(self, **_options: object) -> str:
        return "BIGINT"

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        del dialect
        return lambda moment: None if moment is None else (moment - EPOCH) // MICROSECOND

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        del dialect, coltype
        return lambda count: None if count is None else EPOCH + timedelta(microseconds=count)


# SQLite numbers rows by itself only in a column declared INTEGER.
RowNumber = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def table(name: str, *parts: Column[Any] | Index | UniqueConstraint, clustered: bool = False) -> Table:
    """A table; on SQLite a clustered one keeps its rows in the order of its key, for narrow rows."""
    options: dict[str, Any] = {"sqlite_with_rowid": False} if clustered else {}
    made: Table = Table(name, metadata, *parts, **options)
    return made


def key(name: str, length: int = 128) -> Column[str]:
    return Column(name, String(length), primary_key=True)


def text(name: str, length: int = 128) -> Column[str]:
    return Column(name, String(length), nullable=False)


def number(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def moment(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, Instant, nullable=nullable)


# --- callers and requests ---------------------------------------------------------------------------------

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
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    moment("created_at"),
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

# --- membership -------------------------------------------------------------------------------------------

customers = table("customers", key("customer_id"), moment("first_seen_at"))

members = table("members", key("customer_id"), text("state", 16), moment("enrolled_at"))

consents = table(  # append-only: the latest row of a kind is the decision in force
    "consents",
    Column("consent_id", RowNumber, primary_key=True),
    text("customer_id"),
    text("kind", 16),
    Column("granted", Boolean, nullable=False),
    text("source", 64),
    text("text_version", 64),
    moment("recorded_at"),
    Index(None, "customer_id", "kind", "consent_id"),
)

presence_keys = table(
    "presence_keys",
    key("customer_id"),
    Column("identity_key", LargeBinary, nullable=False),
    moment("made_at"),
)

# --- activity ---------------------------------------------------------------------------------------------

products = table("products", key("sku", 64), text("title", 200))

orders = table(
    "orders",
    key("order_id", 64),
    key("source", 32),
    text("customer_id"),
    text("channel", 16),
    moment("placed_at"),
    text("currency", 3),
    number("total_minor"),
    number("refunded_minor"),
    Index(None, "customer_id", "placed_at"),
)

order_lines = table(
    "order_lines",
    key("order_id", 64),
    key("source", 32),
    Column("line", Integer, primary_key=True, autoincrement=False),
    text("sku", 64),
    number("quantity"),
    number("returned_quantity"),
    number("unit_price_minor"),
    clustered=True,
)

returns = table(
    "returns",
    key("return_id", 64),
    key("source", 32),
    text("customer_id"),
    moment("returned_at"),
    number("refund_minor"),
    number("unmatched_units"),
)

return_lines = table(  # one row per order line that goods went back to
    "return_lines",
    key("return_id", 64),
    key("source", 32),
    Column("line", Integer, primary_key=True, autoincrement=False),
    text("order_id", 64),
    Column("order_line", Integer, nullable=False),
    text("customer_id"),
    text("sku", 64),
    number("quantity"),
    number("amount_minor"),
    moment("returned_at"),
    Index(None, "customer_id"),
    clustered=True,
)

carts = table(
    "carts",
    key("cart_id", 64),
    text("customer_id"),
    text("channel", 16),
    text("currency", 3),
    text("state", 24),
    moment("changed_at"),
    moment("abandoned_at", nullable=True),
    Index(None, "customer_id", "state"),
)

cart_lines = table(
    "cart_lines",
    key("cart_id", 64),
    Column("line", Integer, primary_key=True, autoincrement=False),
    text("sku", 64),
    number("quantity"),
    number("unit_price_minor"),
    text("title", 200),
    clustered=True,
)

sessions = table(
    "sessions",
    key("session_id", 64),
    text("customer_id"),
    text("channel", 16),
    moment("started_at"),
    Column("pages", Integer, nullable=False),
    Index(None, "customer_id", "started_at"),
)

answers = table(
    "answers",
    Column("answer_id", RowNumber, primary_key=True),
    text("customer_id"),
    text("survey", 8),
    Column("answer", Integer, nullable=False),
    moment("answered_at"),
    Index(None, "customer_id", "answered_at"),
    Index(None, "survey", "answered_at"),
)

# --- loyalty ----------------------------------------------------------------------------------------------

lots = table(
    "lots",
    key("lot_id"),
    text("customer_id"),
    number("points"),
    number("remaining_points"),
    text("source", 32),
    text("order_id", 64),
    text("rule", 64),
    moment("earned_at"),
    moment("activates_at"),
    moment("expires_at"),
    Index(None, "customer_id"),
)

movements = table(  # append-only: a correction is a reversing movement
    "movements",
    Column("movement_id", RowNumber, primary_key=True),
    text("customer_id"),
    text("kind", 16),
    number("points"),  # positive credits, negative debits
    text("lot_id"),  # empty when the movement makes or pays debt
    text("cause"),
    moment("recorded_at"),
    Index(None, "customer_id", "movement_id"),
)

debts = table("debts", key("customer_id"), number("points"))

# --- engagement -------------------------------------------------------------------------------------------

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

# --- presence ---------------------------------------------------------------------------------------------

gateways = table(
    "gateways",
    key("gateway", 64),
    key("epoch", 64),
    text("store", 64),
    text("version", 32),
    number("acked_seq"),
    moment("last_seen_at"),
    Column("health", JSON),
)

presence_events = table(
    "presence_events",
    key("gateway", 64),
    key("epoch", 64),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    text("kind", 8),
    text("customer_id"),
    text("zone", 64),
    moment("observed_at"),
    Column("degraded", Boolean, nullable=False),
    Index(None, "customer_id", "observed_at"),
    clustered=True,
)

presence_pseudonyms = table(  # what gateways know members by, for one day; forgotten with the consent
    "presence_pseudonyms",
    key("pseudonym", 16),
    text("customer_id"),
    Column("day", Date, nullable=False),
    Index(None, "customer_id"),
    Index(None, "day"),
    clustered=True,
)

visits = table(
    "visits",
    key("visit_id", 64),
    text("customer_id"),
    text("store", 64),
    text("zone", 64),
    text("state", 16),
    moment("entered_at"),
    moment("last_seen_at"),
    moment("exited_at", nullable=True),
    Index(None, "customer_id", "store", "state"),
    Index(None, "entered_at", "visit_id"),
    Index(None, "state", "store"),
)

# --- reminders --------------------------------------------------------------------------------------------

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

# --- predictions ------------------------------------------------------------------------------------------

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
