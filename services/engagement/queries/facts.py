"""What customers did, counted up to a moment: the same few set queries for one customer and for thousands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Select,
    Subquery,
    Table,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)

from services.engagement.rules.scores import (
    ORDER_WINDOW,
    TOUCH_WINDOW,
    Figures,
    gap_days_median,
    mood_sixtieths,
)
from services.programme.touchpoints import INITIATED_KINDS, TouchKind
from services.purchases import kept_orders
from services.storage.sets import among
from services.storage.tables import answers, orders, touches, visits

OPENINGS: Final = (TouchKind.NEWSLETTER_SENT, TouchKind.NEWSLETTER_OPENED)

OrderRow = Sequence[Any]  # customer id, placed at in microseconds, net minor units
AnswerRow = Sequence[Any]  # customer id, survey, polarity, answer; the earliest first


@dataclass(frozen=True, slots=True)
class Facts:
    """What some customers did, as rows; customers who did nothing are in none of them."""

    orders: Sequence[OrderRow]  # in no order
    contacts: Mapping[str, tuple[int, int]]  # channels, contacts
    sessions: Mapping[str, tuple[int, int]]  # sessions, pages
    newsletters: Mapping[str, tuple[int, int]]  # newsletters, opened
    answers: Sequence[AnswerRow]


def find_facts(connection: Connection, customer_ids: Iterable[str], as_of: datetime) -> Facts:
    """What the customers did in the windows that end at `as_of`."""
    ids = sorted(set(customer_ids))
    year = {"ids": ids, "since": as_of - ORDER_WINDOW, "until": as_of}
    touch = {"ids": ids, "since": as_of - TOUCH_WINDOW, "until": as_of}
    digital: dict[str, dict[str, tuple[int, int]]] = {"session": {}, "newsletter": {}}
    for what, customer_id, number, total in connection.execute(_DIGITAL, touch):
        digital[what][customer_id] = number, total
    return Facts(
        connection.execute(_ORDERS, year).all(),
        {row[0]: (row[1], row[2]) for row in connection.execute(_CONTACTS, touch)},
        digital["session"],
        digital["newsletter"],
        connection.execute(_ANSWERS, year).all(),
    )


def figures_by_customer(facts: Facts) -> dict[str, Figures]:
    """The figures of everybody who did anything."""
    bought: dict[str, list[tuple[int, int]]] = {}
    for customer_id, placed_us, net_minor in facts.orders:
        bought.setdefault(customer_id, []).append((placed_us, net_minor))
    told: dict[str, list[AnswerRow]] = {}
    for row in facts.answers:
        told.setdefault(row[0], []).append(row)
    known = {*bought, *told, *facts.contacts, *facts.sessions, *facts.newsletters}
    return {one: _figures(one, facts, bought.get(one, []), told.get(one, [])) for one in known}


def _figures(
    customer_id: str, facts: Facts, bought: list[tuple[int, int]], told: Sequence[AnswerRow]
) -> Figures:
    answered, mood, nps = answer_figures(told)
    return Figures(
        *_order_figures(bought),
        *facts.contacts.get(customer_id, _NOTHING),
        *facts.sessions.get(customer_id, _NOTHING),
        *facts.newsletters.get(customer_id, _NOTHING),
        answered,
        mood,
        nps,
    )


_NOTHING: Final = (0, 0)


def _order_figures(bought: list[tuple[int, int]]) -> tuple[int, int, int | None, float | None]:
    if not bought:
        return 0, 0, None, None
    bought.sort()
    placed_us = [placed for placed, _ in bought]
    return len(bought), sum(net for _, net in bought), placed_us[-1], gap_days_median(placed_us)


def answer_figures(told: Sequence[AnswerRow]) -> tuple[int, int, int | None]:
    """Answers, the sum of their moods, and the latest NPS answer."""
    mood = sum(mood_sixtieths(survey, polarity, answer) for _, survey, polarity, answer in told)
    nps = next((answer for _, survey, _, answer in reversed(told) if survey == "NPS"), None)
    return len(told), mood, nps


def _in_window(table: Table, moment: ColumnElement[Any]) -> tuple[ColumnElement[bool], ...]:
    return (
        among(table.c.customer_id, "ids"),
        moment > bindparam("since", type_=moment.type),
        moment <= bindparam("until", type_=moment.type),
    )


def _order_rows() -> Select[Any]:
    kept = kept_orders(since=True, ids=True)
    return select(kept.c.customer_id, type_coerce(kept.c.placed_at, BigInteger), kept.c.net_minor)


def _contact_rows() -> Select[Any]:
    """Channels in which a customer came to us. An order counts in its channel even if it all came back."""
    clicked = touches.c.kind == TouchKind.NEWSLETTER_CLICKED.value
    came = touches.c.kind.in_(sorted(INITIATED_KINDS)) & ~touches.c.outbound
    parts = union_all(
        select(orders.c.customer_id, orders.c.channel).where(*_in_window(orders, orders.c.placed_at)),
        select(touches.c.customer_id, case((clicked, "EMAIL"), else_=touches.c.channel)).where(
            *_in_window(touches, touches.c.occurred_at), came
        ),
        select(visits.c.customer_id, literal("STORE")).where(*_in_window(visits, visits.c.entered_at)),
    ).subquery()
    return select(
        parts.c.customer_id, func.count(parts.c.channel.distinct()), func.count(parts.c.channel)
    ).group_by(parts.c.customer_id)


def _digital_rows() -> Any:
    """(what, customer id, how many, total): sessions with their pages, newsletters with the opened ones."""
    session, newsletter = _sessions(), _newsletters()
    return union_all(
        select(literal("session"), session.c.customer_id, func.count(), _whole(session.c.pages))
        .where(session.c.pages > 0)
        .group_by(session.c.customer_id),
        select(literal("newsletter"), newsletter.c.customer_id, func.count(), _whole(newsletter.c.opened))
        .where(newsletter.c.sent > 0)
        .group_by(newsletter.c.customer_id),
    )


def _sessions() -> Subquery:
    """One row per session: as many pages as it told, or as were seen where that is more."""
    told = func.max(touches.c.pages)
    seen = func.sum(case((touches.c.kind == TouchKind.PAGE_VIEW.value, 1), else_=0))
    return (
        select(touches.c.customer_id, case((told > seen, told), else_=seen).label("pages"))
        .where(*_in_window(touches, touches.c.occurred_at))
        .where(touches.c.kind.in_([TouchKind.PAGE_VIEW.value, TouchKind.SESSION.value]))
        .where(touches.c.session_id != "")
        .group_by(touches.c.customer_id, touches.c.source, touches.c.session_id)
        .subquery()
    )


def _newsletters() -> Subquery:
    """One row per newsletter and customer, however often it was sent and opened."""
    sent = touches.c.kind == TouchKind.NEWSLETTER_SENT.value
    return (
        select(
            touches.c.customer_id,
            func.max(case((sent, 1), else_=0)).label("sent"),
            func.max(case((sent | touches.c.proxied, 0), else_=1)).label("opened"),
        )
        .where(*_in_window(touches, touches.c.occurred_at), touches.c.kind.in_(OPENINGS))
        .group_by(touches.c.customer_id, touches.c.subject)
        .subquery()
    )


def _whole(column: ColumnElement[int]) -> ColumnElement[int]:
    return cast(func.sum(column), Integer)


_ORDERS: Final = _order_rows()
_CONTACTS: Final = _contact_rows()
_DIGITAL: Final = _digital_rows()
_ANSWERS: Final = (
    select(answers.c.customer_id, answers.c.survey, answers.c.polarity, answers.c.answer)
    .where(*_in_window(answers, answers.c.answered_at))
    .order_by(answers.c.answered_at, answers.c.answer)  # of two at one moment the better counts as the latest
)
