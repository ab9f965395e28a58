"""Puts a little shop into the database: orders through the use case, the rest as rows."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Table, insert

from services.activity.rules.exchanges import Exchange
from services.activity.rules.orders import Order, OrderLine
from services.activity.rules.returns import Return, ReturnLine
from services.activity.use_cases.exchanges import record_exchanges
from services.activity.use_cases.orders import record_orders
from services.activity.use_cases.returns import record_returns
from services.engagement.rules.segments import NewSegment
from services.engagement.use_cases.segments import create_segments
from services.feedback.rules.cases import Complaint
from services.feedback.use_cases.cases import take_complaints
from services.membership.rules.members import Enrolment
from services.membership.use_cases.members import enrol_members
from services.predictions.rules import CHURN, REPURCHASE, Churn, Reason, Replenishment, Run
from services.predictions.use_cases import PredictionSet, replace_predictions
from services.storage.database import Database
from services.storage.tables import presence_keys, presence_tags, reminders, visits

CUTOFF_AGE = timedelta(days=1)


def put(database: Database, table: Table, **row: Any) -> None:
    with database.engine.begin() as connection:
        connection.execute(insert(table), [row])


async def order(database: Database, customer_id: str, amount_minor: int, *, order_id: str = "o1") -> None:
    lines = (OrderLine("tea", 1, amount_minor, "Tea"),)
    now = database.clock.now()
    await database.write(
        record_orders, Order("shop", order_id, customer_id, now, "ONLINE", database.programme.currency, lines)
    )


async def bring_back(database: Database, customer_id: str, return_id: str) -> None:
    """Goods come back that nobody knows to have been bought."""
    now = database.clock.now()
    back = Return("shop", return_id, "unknown", customer_id, now, (ReturnLine("tea", 1),))
    await database.write(record_returns, back)


async def exchange_more_than_was_bought(database: Database, customer_id: str) -> None:
    """An exchange is told before its order, which does not allow it."""
    now, currency = database.clock.now(), database.programme.currency
    back, taken = (ReturnLine("tea", 2),), (OrderLine("cup", 1, 100, "Cup"),)
    await database.write(
        record_exchanges,
        Exchange("shop", "x1", customer_id, now, "STORE", "early", back, "new", taken, currency),
    )
    await order(database, customer_id, 100, order_id="early")


async def enrol(database: Database, customer_id: str) -> None:
    await database.write(enrol_members, Enrolment(customer_id, (), None))


async def save_segment(database: Database, segment_id: str, name: str, text: str) -> None:
    new = NewSegment(segment_id, name, "", text, "lea")
    await database.write(create_segments, new)


async def complain(database: Database, customer_id: str, *, theme: str = "") -> None:
    complaint = Complaint(customer_id, f"complaint of {customer_id}", "it leaks", "ines", theme=theme)
    await database.write(take_complaints, complaint)


def visit(
    database: Database, customer_id: str, *, seen_ago: timedelta = timedelta(), store: str = "High Street"
) -> None:
    now = database.clock.now()
    entered_at = now - timedelta(minutes=12)
    put(
        database,
        visits,
        visit_id=f"visit of {customer_id}",
        customer_id=customer_id,
        store=store,
        zone="Kitchen",
        state="DWELLING",
        entered_at=min(entered_at, now - seen_ago),
        last_seen_at=now - seen_ago,
    )


def tag(database: Database, customer_id: str, battery_mv: int | None) -> None:
    now = database.clock.now()
    put(
        database,
        presence_keys,
        customer_id=customer_id,
        identity_key=customer_id.encode(),
        serial=hash(customer_id) & 0xFFFF,
        made_at=now,
    )
    put(database, presence_tags, customer_id=customer_id, battery_mv=battery_mv, seen_at=now)


def reminder(database: Database, number: int, state: str, *, reason: str = "", title: str = "Kettle") -> None:
    now = database.clock.now()
    put(
        database,
        reminders,
        reminder_id=f"r{number}",
        customer_id="ann",
        cart_id="cart",
        sku="kettle",
        title=title,
        visit_id="visit",
        store="High Street",
        state=state,
        reason=reason,
        channel="console",
        triggered_at=now,
        planned_at=now,
        expires_at=now,
        sent_at=now + timedelta(seconds=0.4) if state in ("SENT", "CONVERTED") else None,
    )


def run(subject: str, cutoff: datetime, readiness: str) -> Run:
    return Run(subject, f"{subject}-boosted", "20260310-abc", cutoff, 60, readiness)


def report(readiness: str, *reasons: str) -> dict[str, Any]:
    measured = {"roc_auc": 0.74, "pr_auc": 0.67, "log_loss": 0.59}
    rival = {"roc_auc": 0.71, "pr_auc": 0.61, "log_loss": 0.63}
    tested = readiness != "NOT_READY"
    return {
        "readiness": readiness,
        "reasons": list(reasons),
        "origins": [{}, {}] if tested else [],
        "model": measured if tested else None,
        "baselines": {"recency": rival, "rfm_logistic": rival} if tested else {},
    }


async def predict(
    database: Database,
    *,
    readiness: str = "READY",
    churn: tuple[Churn, ...] = (),
    due: tuple[Replenishment, ...] = (),
    missing: tuple[str, ...] = (),
) -> None:
    cutoff = database.clock.now() - CUTOFF_AGE
    runs = (run(CHURN, cutoff, readiness), run(REPURCHASE, cutoff, readiness))
    said = report(readiness, *missing)
    await database.write(
        replace_predictions, PredictionSet(runs, churn, due, {CHURN: said, REPURCHASE: said})
    )


def leaver(customer_id: str, probability: float, value_minor: int, *reasons: str) -> Churn:
    told = tuple(Reason("recency", text, 0.4) for text in reasons)
    return Churn(customer_id, probability, "HIGH", told, value_minor, round(probability * value_minor))


def due_in(database: Database, customer_id: str, days: int, *, sku: str = "tea") -> Replenishment:
    day: date = database.clock.now().date() + timedelta(days=days)
    return Replenishment(customer_id, sku, 0.9, day, day - timedelta(days=2), day + timedelta(days=3))
