"""All SQL of the view of one customer: a fixed number of statements, each found through an index."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, func, select

from services.membership.queries.identifiers import find_identifiers
from services.membership.queries.members import find_members
from services.membership.rules.customer_view import (
    ALIASES_MAX,
    TOUCHES_EACH_MAX,
    TOUCHES_READ_MAX,
    AnswerEvent,
    Case,
    Churn,
    ChurnReason,
    CustomerEvent,
    CustomerView,
    MovementEvent,
    OrderEvent,
    Predictions,
    ReminderEvent,
    Replenishment,
    ReturnEvent,
    Run,
    SessionEvent,
    TouchEvent,
    Visit,
    latest_first,
)
from services.membership.rules.profile import profile_of
from services.points.book import add_lots_and_holds
from services.points.lots import Balance
from services.points.standings import find_placed
from services.points.tiers import Ranked
from services.programme.programme import Programme
from services.programme.touchpoints import TouchKind
from services.storage.profiles import find_profiles
from services.storage.tables import (
    answers,
    cases,
    churn_predictions,
    customers,
    merges,
    movements,
    orders,
    prediction_runs,
    products,
    reminders,
    replenishments,
    returns,
    touches,
    visits,
)
from services.storage.vault import Vault
from services.unfinished.finding import find_open_carts, find_open_rewards
from services.unfinished.matters import LIST_MAX

Value = TypeVar("Value")

_CUSTOMER: Any = bindparam("customer")
_LIMIT: Any = bindparam("limit")


def _own(table: Table, value: type[Any], occurred_at: ColumnElement[Any] | None = None) -> Select[Any]:
    """A customer's rows of a table, shaped like `value`; `occurred_at` is the column of an event's time."""
    columns: list[ColumnElement[Any]] = [] if occurred_at is None else [occurred_at]
    columns += [table.c[name] for name in value.__dataclass_fields__ if name != "occurred_at"]
    return select(*columns).where(table.c.customer_id == _CUSTOMER)


def _events(table: Table, value: type[Any], occurred_at: ColumnElement[Any]) -> Select[Any]:
    latest = [occurred_at.desc(), *(column.desc() for column in table.primary_key)]
    return _own(table, value, occurred_at).order_by(*latest).limit(_LIMIT)


def _last_touches() -> Select[Any]:
    """The last touches of each kind and channel that are no sessions, among the customer's latest."""
    read = (
        select(*touches.c)
        .where(touches.c.customer_id == _CUSTOMER, touches.c.kind != TouchKind.SESSION.value)
        .order_by(touches.c.occurred_at.desc())
        .limit(TOUCHES_READ_MAX)
        .subquery("read")
    ).c
    latest = (read.occurred_at.desc(), read.event_id.desc(), read.source.desc())
    place = func.row_number().over(partition_by=(read.kind, read.channel), order_by=latest)
    each = select(*read, place.label("place")).subquery("each").c
    columns = (each[name] for name in TouchEvent.__dataclass_fields__)
    return (
        select(*columns)
        .where(each.place <= TOUCHES_EACH_MAX)
        .order_by(each.occurred_at.desc(), each.event_id.desc(), each.source.desc())
        .limit(_LIMIT)
    )


_KNOWN = select(customers.c.first_seen_at).where(customers.c.customer_id == _CUSTOMER)
_FIRST = select(merges.c.merged_id.label("alias")).where(
    merges.c.survivor_id == _CUSTOMER, merges.c.undone_at.is_(None)
)
_CHAIN = _FIRST.cte("chain", recursive=True)
_ALIASES = select(
    _CHAIN.union(
        select(merges.c.merged_id)
        .join(_CHAIN, merges.c.survivor_id == _CHAIN.c.alias)
        .where(merges.c.undone_at.is_(None))
    ).c.alias
).limit(ALIASES_MAX)
_CASES = _own(cases, Case).where(cases.c.state != "RESOLVED").order_by(cases.c.due_at).limit(LIST_MAX)
_VISITS = (
    _own(visits, Visit).order_by(visits.c.entered_at.desc(), visits.c.visit_id.desc()).limit(LIST_MAX + 1)
)
_RUNS = select(*(prediction_runs.c[name] for name in Run.__dataclass_fields__)).where(
    prediction_runs.c.readiness != "NOT_READY"
)
_CHURN = _own(churn_predictions, Churn)
_REPLENISHMENTS = (
    select(
        replenishments.c.sku,
        func.coalesce(products.c.title, ""),
        *(
            replenishments.c[name]
            for name in Replenishment.__dataclass_fields__
            if name not in {"sku", "title"}
        ),
    )
    .outerjoin_from(replenishments, products, products.c.sku == replenishments.c.sku)
    .where(replenishments.c.customer_id == _CUSTOMER)
    .order_by(replenishments.c.probability.desc(), replenishments.c.sku)
    .limit(LIST_MAX)
)
_TIMELINE: Final[dict[type[CustomerEvent], Select[Any]]] = {
    OrderEvent: _events(orders, OrderEvent, orders.c.placed_at),
    ReturnEvent: _events(returns, ReturnEvent, returns.c.returned_at),
    SessionEvent: _events(touches, SessionEvent, touches.c.occurred_at).where(touches.c.kind == "SESSION"),
    TouchEvent: _last_touches(),
    AnswerEvent: _events(answers, AnswerEvent, answers.c.answered_at),
    MovementEvent: _events(movements, MovementEvent, movements.c.effective_at),
    ReminderEvent: _events(reminders, ReminderEvent, reminders.c.planned_at),
}


def find_view(
    connection: Connection,
    vault: Vault,
    programme: Programme,
    customer_id: str,
    now: datetime,
    events_max: int,
) -> CustomerView | None:
    """Everything about a customer as of `now`; None for one who is not known."""
    names = {"customer": customer_id, "now": now}
    first_seen_at = connection.execute(_KNOWN, names).scalar_one_or_none()
    if first_seen_at is None:
        return None
    balance, ranked = _account(connection, customer_id, now, programme)
    return CustomerView(
        customer_id,
        first_seen_at,
        now,
        find_members(connection, [customer_id]).get(customer_id),
        profile_of(find_profiles(connection, vault, [customer_id]).get(customer_id, {})),
        find_identifiers(connection, vault, [customer_id]).get(customer_id, ()),
        tuple(connection.execute(_ALIASES, names).scalars()),
        balance,
        ranked,
        find_open_rewards(connection, customer_id, now),
        find_open_carts(connection, customer_id),
        _all(connection, _CASES, Case, names),
        _all(connection, _VISITS, Visit, names),
        _predictions(connection, names),
        _timeline(connection, names, events_max),
    )


def _all(
    connection: Connection, statement: Select[Any], value: type[Value], names: dict[str, Any]
) -> tuple[Value, ...]:
    return tuple(value(*row) for row in connection.execute(statement, names))


def _account(
    connection: Connection, customer_id: str, now: datetime, programme: Programme
) -> tuple[Balance | None, Ranked | None]:
    """The points brought to now, nothing stored, and the tier; None for a customer who is no member."""
    placed = find_placed(connection, [customer_id]).get(customer_id)
    if placed is None:
        return None, None
    add_lots_and_holds(connection, {customer_id: placed.entry})
    placed.entry.account.bring_to(now)
    return placed.entry.account.balance(now), placed.ranked(now, programme)


def _predictions(connection: Connection, names: dict[str, Any]) -> Predictions:
    runs = {run.subject: run for run in _all(connection, _RUNS, Run, {})}
    churn = connection.execute(_CHURN, names).one_or_none() if "churn" in runs else None
    wanted = _all(connection, _REPLENISHMENTS, Replenishment, names) if "repurchase" in runs else ()
    return Predictions(runs, None if churn is None else _churn(*churn), wanted)


def _churn(probability: float, band: str, reasons: list[dict[str, Any]], value: int, loss: int) -> Churn:
    return Churn(probability, band, tuple(ChurnReason(**reason) for reason in reasons), value, loss)


def _timeline(connection: Connection, names: dict[str, Any], limit: int) -> tuple[CustomerEvent, ...]:
    """The latest of every kind, which holds the latest of all."""
    asked = {**names, "limit": limit}
    found = [
        event for kind, statement in _TIMELINE.items() for event in _all(connection, statement, kind, asked)
    ]
    return latest_first(found, limit)
