"""All SQL of `reminders`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, insert, or_, select, tuple_, update

from services.reminders.rules import (
    WEEK,
    AbandonedCart,
    CartItem,
    Case,
    Earlier,
    Reason,
    Reminder,
    ReminderState,
)
from services.storage.sets import among
from services.storage.tables import cart_lines, carts, consents, members, reminders

_COLUMNS: Final = tuple(reminders.c[name] for name in Reminder.__dataclass_fields__)
SPENT_STATES: Final = (
    ReminderState.PLANNED,
    ReminderState.SENT,
    ReminderState.CONVERTED,
)  # they count for caps

_CARTS = (
    select(
        carts.c.customer_id,
        carts.c.cart_id,
        carts.c.abandoned_at,
        cart_lines.c.sku,
        cart_lines.c.title,
        cart_lines.c.quantity * cart_lines.c.unit_price_minor,
    )
    .join_from(carts, cart_lines, cart_lines.c.cart_id == carts.c.cart_id)
    .where(among(carts.c.customer_id, "ids"), carts.c.state == "ABANDONED")
    .order_by(carts.c.cart_id, cart_lines.c.line)
)
_STATES = select(members.c.customer_id, members.c.state).where(among(members.c.customer_id, "ids"))
_CONSENTS = (
    select(consents.c.customer_id, consents.c.kind, consents.c.granted)
    .where(among(consents.c.customer_id, "ids"))
    .order_by(consents.c.consent_id)
)
_EARLIER = (
    select(
        reminders.c.customer_id,
        reminders.c.reminder_id,
        reminders.c.cart_id,
        reminders.c.visit_id,
        reminders.c.planned_at,
    )
    .where(among(reminders.c.customer_id, "ids"), reminders.c.state.in_(SPENT_STATES))
    .where(
        or_(
            reminders.c.planned_at > bindparam("since"),
            among(reminders.c.cart_id, "carts"),
        )
    )
)
_INSERT = insert(reminders)
_BY_ID = select(*_COLUMNS).where(among(reminders.c.reminder_id, "ids"))


def find_cases(connection: Connection, customer_ids: Iterable[str], now: datetime) -> dict[str, Case]:
    """All that decisions about these customers look at."""
    names = {"ids": sorted(set(customer_ids))}
    states = {row[0]: row[1] for row in connection.execute(_STATES, names)}
    granted = find_granted(connection, names)
    abandoned = find_carts(connection, names)
    cart_ids = [cart.cart_id for of in abandoned.values() for cart in of]
    earlier = find_earlier(connection, {**names, "since": now - WEEK, "carts": cart_ids})
    return {
        one: Case(
            states.get(one, ""), granted.get(one, frozenset()), abandoned.get(one, ()), earlier.get(one, ())
        )
        for one in names["ids"]
    }


def find_granted(connection: Connection, names: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    latest: dict[str, dict[str, bool]] = {}
    for customer_id, kind, given in connection.execute(_CONSENTS, names):
        latest.setdefault(customer_id, {})[kind] = given
    return {one: frozenset(kind for kind, given in of.items() if given) for one, of in latest.items()}


def find_carts(connection: Connection, names: Mapping[str, Any]) -> dict[str, tuple[AbandonedCart, ...]]:
    items: dict[tuple[str, str, datetime], list[CartItem]] = {}
    for customer_id, cart_id, abandoned_at, *item in connection.execute(_CARTS, names):
        items.setdefault((customer_id, cart_id, abandoned_at), []).append(CartItem(*item))
    found: dict[str, tuple[AbandonedCart, ...]] = {}
    for (customer_id, cart_id, abandoned_at), of in items.items():
        found[customer_id] = (*found.get(customer_id, ()), AbandonedCart(cart_id, abandoned_at, tuple(of)))
    return found


def find_earlier(connection: Connection, names: Mapping[str, Any]) -> dict[str, tuple[Earlier, ...]]:
    found: dict[str, tuple[Earlier, ...]] = {}
    for customer_id, *rest in connection.execute(_EARLIER, names):
        found[customer_id] = (*found.get(customer_id, ()), Earlier(*rest))
    return found


def store_reminders(connection: Connection, fresh: Sequence[Reminder]) -> None:
    if fresh:
        connection.execute(_INSERT, [asdict(reminder) for reminder in fresh])


def find_reminders(connection: Connection, reminder_ids: Iterable[str]) -> dict[str, Reminder]:
    rows = connection.execute(_BY_ID, {"ids": sorted(set(reminder_ids))})
    return {row[0]: reminder_of(row) for row in rows}


def reminder_of(row: Row[Any]) -> Reminder:
    values = dict(zip(Reminder.__dataclass_fields__, row, strict=True))
    values["state"], values["reason"] = ReminderState(values["state"]), Reason(values["reason"])
    return Reminder(**values)


_SETTLE = (
    update(reminders)
    .where(reminders.c.reminder_id == bindparam("of_id"))
    .values(
        state=bindparam("into"),
        reason=bindparam("because"),
        channel=bindparam("through"),
        sent_at=bindparam("sent"),
    )
)


def settle(connection: Connection, settled: Sequence[Reminder]) -> None:
    """Store the state, reason, channel and time of sending that reminders ended in."""
    rows = [
        {
            "of_id": one.reminder_id,
            "into": one.state,
            "because": one.reason,
            "through": one.channel,
            "sent": one.sent_at,
        }
        for one in settled
    ]
    if rows:
        connection.execute(_SETTLE, rows)


_CANCEL: Final = {
    column: update(reminders)
    .where(among(reminders.c[column], "keys"), reminders.c.state == ReminderState.PLANNED)
    .values(state=ReminderState.CANCELLED, reason=bindparam("because"))
    for column in ("cart_id", "visit_id", "customer_id")
}


def cancel_planned(connection: Connection, column: str, keys: Iterable[str], reason: Reason) -> None:
    """Withdraw planned reminders whose `column` is one of `keys`."""
    if wanted := sorted(set(keys)):
        connection.execute(_CANCEL[column], {"keys": wanted, "because": reason})


_BOUGHT = select(carts.c.cart_id).where(carts.c.state.in_(("RECOVERED", "CONVERTED_ELSEWHERE")))
_CONVERT = (
    update(reminders)
    .where(among(reminders.c.customer_id, "ids"))
    .where(reminders.c.state == ReminderState.SENT, reminders.c.sent_at > bindparam("since"))
    .where(reminders.c.cart_id.in_(_BOUGHT))
    .values(state=ReminderState.CONVERTED, converted_at=bindparam("at"))
)


def convert_sent(connection: Connection, customer_ids: Iterable[str], since: datetime, now: datetime) -> None:
    """Mark the reminders sent since then, of customers who bought an item of the cart, as converted."""
    names = {"ids": sorted(set(customer_ids)), "since": since, "at": now}
    connection.execute(_CONVERT, names)


def list_reminders(
    connection: Connection, customer_id: str, before: tuple[datetime, str] | None, limit: int
) -> list[Reminder]:
    """Latest first; of one customer when `customer_id` is not empty."""
    query = (
        select(*_COLUMNS).order_by(reminders.c.planned_at.desc(), reminders.c.reminder_id.desc()).limit(limit)
    )
    if customer_id:
        query = query.where(reminders.c.customer_id == customer_id)
    if before is not None:
        query = query.where(tuple_(reminders.c.planned_at, reminders.c.reminder_id) < before)
    return [reminder_of(row) for row in connection.execute(query)]
