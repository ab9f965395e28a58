"""What the peer does about an order: the same work as the service, one order per transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from services.activity.rules.carts import CartState
from services.activity.use_cases.carts import CART_IDLE_TOPIC
from services.clock import EPOCH, MICROSECOND
from services.engagement.queries.scores import score_row
from services.engagement.reference import BUILTIN, Reference, reference_of
from services.engagement.rules.experience import PROACTIVE_TOUCHPOINTS, Level, level_of
from services.engagement.rules.scores import (
    ORDER_WINDOW,
    TOUCH_WINDOW,
    Figures,
    Score,
    gap_days_median,
    microseconds,
    mood_sixtieths,
    score,
)
from services.engagement.rules.versions import Version
from services.events import OrderedLine, OrderPlaced
from services.loyalty.rules.orders import occasion_of
from services.points.account import Account
from services.points.book import Entry, account_row
from services.points.earning import award, lots_of
from services.points.lots import MAY_EARN, Cause, Lot, Movement
from services.points.rulebook import rule_of
from services.points.usage import Usage
from services.programme.earning_rule import EarningRule
from services.programme.programme import Programme
from services.programme.touchpoints import INITIATED_KINDS
from services.reminders.rules import ReminderState
from services.reminders.use_cases import ATTRIBUTION
from services.storage.tables.activity import SHOWS_EXPERIENCE
from tests.benchmarks import peer_tables as db

SOURCE = "default"


class OrderLineBody(BaseModel):
    sku: str = Field(min_length=1, max_length=64)
    quantity: int = Field(gt=0, le=1_000_000)
    unit_price_minor: int = Field(ge=0, le=10**12)
    title: str = Field(max_length=200)


class OrderBody(BaseModel):
    order_id: str = Field(min_length=1, max_length=64)
    customer_id: str = Field(min_length=1, max_length=128)
    placed_at: datetime
    channel: str
    currency: str = Field(pattern="^[A-Z]{3}$")
    lines: list[OrderLineBody] = Field(min_length=1, max_length=1000)


class RecordOrderBody(BaseModel):
    request_id: str = Field(min_length=1, max_length=64)
    order: OrderBody


class RecordOrderAnswer(BaseModel):
    duplicate: bool
    total_minor: int
    currency: str


class RequestIdReusedError(Exception):
    """The request id came before, with another body."""


class OrderBook:
    """Records orders within a session's transaction."""

    def __init__(self, programme: Programme) -> None:
        self._programme = programme

    async def record(self, session: AsyncSession, body: RecordOrderBody) -> RecordOrderAnswer:
        now = datetime.now(UTC)
        await self._lock(session, body.order.customer_id, now)
        fingerprint = hashlib.sha256(body.model_dump_json().encode()).digest()
        known = await session.get(db.StoredRequest, body.request_id)
        if known is not None:
            return repeated(known, fingerprint)
        answer = await self._place(session, body.order, now)
        session.add(
            db.StoredRequest(
                request_id=body.request_id,
                method="record_order",
                customer_id=body.order.customer_id,
                fingerprint=fingerprint,
                answer=answer.model_dump_json().encode(),
                created_at=now,
            )
        )
        return answer

    async def _lock(self, session: AsyncSession, customer_id: str, now: datetime) -> None:
        if await session.get(db.Customer, customer_id, with_for_update=True) is None:
            session.add(db.Customer(customer_id=customer_id, first_seen_at=now))
            await session.flush()

    async def _place(self, session: AsyncSession, order: OrderBody, now: datetime) -> RecordOrderAnswer:
        total = sum(line.quantity * line.unit_price_minor for line in order.lines)
        if await session.get(db.StoredOrder, (SOURCE, order.order_id)) is not None:
            return RecordOrderAnswer(duplicate=True, total_minor=total, currency=order.currency)
        session.add_all([stored_order(order, total), *stored_lines(order)])
        await add_products(session, order)
        await self._earn(session, order, total, now)
        await close_carts(session, order)
        await convert_reminders(session, order.customer_id, now)
        await session.flush()
        await self._rescore(session, order.customer_id, now)
        return RecordOrderAnswer(duplicate=False, total_minor=total, currency=order.currency)

    async def _earn(self, session: AsyncSession, order: OrderBody, total: int, now: datetime) -> None:
        member: Any = await session.get(db.Member, order.customer_id)
        if member is None or member.state not in MAY_EARN or order.placed_at < member.enrolled_at:
            return
        stored: Any = await session.get(db.StoredAccount, order.customer_id)
        entry = entry_of(member, stored)
        placed = placed_of(order, total)
        occasion = occasion_of(placed, entry.standing(placed.placed_at, self._programme).tier)
        rules = await rules_in_force(session, order.placed_at)
        given = award(occasion, rules, Usage(), self._programme)
        for lot, shares in lots_of(occasion, given, self._programme, now):
            entry.account.credit(lot, Cause(order.placed_at, f"order {occasion.key}"))
            session.add_all([stored_award(order, lot, *share) for share in shares])
        entry.count(sum(one.points for one in given), order.placed_at, self._programme)
        entry.tier = entry.standing(now, self._programme).tier
        session.add_all([db.StoredLot(**fields(lot)) for lot in entry.account.lots.values()])
        session.add_all(
            [db.StoredMovement(**fields(one), recorded_at=now) for one in entry.account.movements]
        )
        row = account_row(entry, now, self._programme)
        if stored is None:
            session.add(db.StoredAccount(**row))
            return
        for name, value in row.items():
            setattr(stored, name, value)

    async def _rescore(self, session: AsyncSession, customer_id: str, now: datetime) -> None:
        version = Version(self._programme.weights, await current_reference(session))
        figures = await find_figures(session, customer_id, now)
        level = await experience_level(session, customer_id)
        row = stored_fields(score(customer_id, figures, version, now), level)
        stored = await session.get(db.StoredScore, customer_id)
        if stored is None:
            session.add(db.StoredScore(**row))
            return
        for name, value in row.items():
            setattr(stored, name, value)


def repeated(known: Any, fingerprint: bytes) -> RecordOrderAnswer:
    if known.fingerprint != fingerprint:
        raise RequestIdReusedError
    return RecordOrderAnswer.model_validate_json(known.answer)


def entry_of(member: Any, stored: Any) -> Entry:
    """The member's account as the service keeps it between reading and storing."""
    if stored is None:
        return Entry(Account(member.customer_id, member.state), member.enrolled_at, {}, "", None)
    account = Account(
        member.customer_id,
        member.state,
        stored.pending_points,
        stored.active_points,
        stored.blocked_points,
        stored.debt_points,
        forfeits_at=stored.forfeits_at,
    )
    return Entry(account, member.enrolled_at, dict(stored.qualifying), stored.tier, stored.due_at)


def stored_award(order: OrderBody, lot: Lot, line: int, points: int) -> db.StoredAward:
    return db.StoredAward(
        order_id=order.order_id, source=SOURCE, line=line, lot_id=lot.lot_id, points=points, gone_points=0
    )


async def rules_in_force(session: AsyncSession, moment: datetime) -> list[EarningRule]:
    rule = db.StoredRule.__table__.c
    published: Sequence[Any] = (
        await session.scalars(select(db.StoredRule).where(rule.state.in_(("PUBLISHED", "RETIRED"))))
    ).all()
    return [
        rule_of(one.definition)
        for one in published
        if (one.effective_from is None or one.effective_from <= moment)
        and (one.effective_until is None or moment < one.effective_until)
    ]


def placed_of(order: OrderBody, total_minor: int) -> OrderPlaced:
    lines = tuple(
        OrderedLine(number, line.sku, "", line.quantity * line.unit_price_minor)
        for number, line in enumerate(order.lines)
    )
    return OrderPlaced(
        SOURCE,
        order.order_id,
        order.customer_id,
        order.placed_at,
        order.channel,
        total_minor,
        order.currency,
        lines,
    )


def fields(value: Lot | Movement) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def stored_order(order: OrderBody, total_minor: int) -> db.StoredOrder:
    return db.StoredOrder(
        source=SOURCE,
        order_id=order.order_id,
        customer_id=order.customer_id,
        channel=order.channel,
        placed_at=order.placed_at,
        currency=order.currency,
        total_minor=total_minor,
        refunded_minor=0,
        points_paid_minor=0,
        replaces="",
    )


def stored_lines(order: OrderBody) -> list[db.StoredOrderLine]:
    return [
        db.StoredOrderLine(
            source=SOURCE,
            order_id=order.order_id,
            line=position,
            sku=line.sku,
            quantity=line.quantity,
            returned_quantity=0,
            unit_price_minor=line.unit_price_minor,
            category="",
            gift_card=False,
        )
        for position, line in enumerate(order.lines)
    ]


async def add_products(session: AsyncSession, order: OrderBody) -> None:
    dialect = session.get_bind().dialect.name
    insert = postgresql.insert if dialect == "postgresql" else sqlite.insert
    titles = {line.sku: line.title for line in order.lines}
    rows = [{"sku": sku, "title": title} for sku, title in sorted(titles.items())]
    await session.execute(insert(db.Product).on_conflict_do_nothing(), rows)


async def close_carts(session: AsyncSession, order: OrderBody) -> None:
    live = select(db.StoredCart).where(
        db.StoredCart.__table__.c.customer_id == order.customer_id,
        db.StoredCart.__table__.c.state.in_((CartState.OPEN, CartState.ABANDONED)),
    )
    bought = {line.sku for line in order.lines}
    closed = []
    carts: Sequence[Any] = (await session.scalars(live)).all()
    for cart in carts:
        skus = {line.sku for line in cart.lines}
        if order.placed_at >= cart.changed_at and skus & bought:
            cart.state = CartState.RECOVERED if skus <= bought else CartState.CONVERTED_ELSEWHERE
            closed.append(cart.cart_id)
    if closed:
        await forget(session, closed)


async def forget(session: AsyncSession, cart_ids: list[str]) -> None:
    """Withdraw what waits for carts that are closed: idle timers and planned reminders."""
    work, reminder = db.StoredWork.__table__.c, db.StoredReminder.__table__.c
    await session.execute(
        delete(db.StoredWork).where(work.topic == CART_IDLE_TOPIC, work.work_key.in_(cart_ids))
    )
    await session.execute(
        update(db.StoredReminder)
        .where(reminder.cart_id.in_(cart_ids), reminder.state == ReminderState.PLANNED)
        .values(state=ReminderState.CANCELLED, reason="CONVERTED")
    )


async def convert_reminders(session: AsyncSession, customer_id: str, now: datetime) -> None:
    cart, reminder = db.StoredCart.__table__.c, db.StoredReminder.__table__.c
    bought = select(cart.cart_id).where(cart.state.in_(("RECOVERED", "CONVERTED_ELSEWHERE")))
    await session.execute(
        update(db.StoredReminder)
        .where(reminder.customer_id == customer_id, reminder.state == ReminderState.SENT)
        .where(reminder.sent_at > now - ATTRIBUTION, reminder.cart_id.in_(bought))
        .values(state=ReminderState.CONVERTED, converted_at=now)
    )


async def current_reference(session: AsyncSession) -> Reference:
    built_at = db.StoredReference.__table__.c.built_at
    row: Any = await session.scalar(select(db.StoredReference).order_by(built_at.desc()).limit(1))
    return BUILTIN if row is None else reference_of(row.version, row.distributions)


async def find_figures(session: AsyncSession, customer_id: str, now: datetime) -> Figures:
    orders = await since(session, db.StoredOrder, "placed_at", customer_id, now - ORDER_WINDOW)
    touches = await since(session, db.StoredTouch, "occurred_at", customer_id, now - TOUCH_WINDOW)
    visits = await since(session, db.StoredVisit, "entered_at", customer_id, now - TOUCH_WINDOW)
    answers = await since(session, db.StoredAnswer, "answered_at", customer_id, now - ORDER_WINDOW)
    nets = [one.total_minor - one.refunded_minor for one in orders]
    placed = sorted(microseconds(one.placed_at) for one, net in zip(orders, nets, strict=True) if net > 0)
    came = [one.channel for one in orders if one.placed_at > now - TOUCH_WINDOW]
    came += [one.channel for one in touches if one.kind in INITIATED_KINDS and not one.outbound]
    came += ["STORE" for _ in visits]
    pages = [one.pages for one in touches if one.kind == "SESSION" and one.pages]
    sent, opened = newsletters(touches)
    nps = [(one.answered_at, one.answer) for one in answers if one.survey == "NPS"]
    return Figures(
        orders=len(placed),
        net_minor=sum(net for net in nets if net > 0),
        last_order_us=placed[-1] if placed else None,
        gap_days_median=gap_days_median(placed),
        channels=len(set(came)),
        contacts=len(came),
        sessions=len(pages),
        pages=sum(pages),
        newsletters=len(sent),
        opened=len(sent & opened),
        answers=len(answers),
        mood_sixtieths=sum(mood_sixtieths(one.survey, one.polarity, one.answer) for one in answers),
        nps=max(nps)[1] if nps else None,
    )


def newsletters(touches: Sequence[Any]) -> tuple[set[str], set[str]]:
    """The newsletters that were sent, and those that a person opened."""
    sent = {one.subject for one in touches if one.kind == "NEWSLETTER_SENT"}
    opened = {one.subject for one in touches if one.kind == "NEWSLETTER_OPENED" and not one.proxied}
    return sent, opened


async def experience_level(session: AsyncSession, customer_id: str) -> int:
    """The highest of the levels that the service looks for, apart from that of promoters."""
    touch, case = db.StoredTouch.__table__.c, db.StoredCase.__table__.c
    shown = select(db.StoredTouch).where(touch.customer_id == customer_id, SHOWS_EXPERIENCE)
    seen: Sequence[Any] = (await session.scalars(shown)).all()
    levels = [0, *(level_shown(one.kind, one.touchpoint) for one in seen)]
    if await session.scalar(
        select(case.case_id).where(case.customer_id == customer_id, case.resolved_at.is_not(None)).limit(1)
    ):
        levels.append(Level.SOLVED)
    exchange = db.StoredExchange.__table__.c
    if await session.scalar(select(exchange.exchange_id).where(exchange.customer_id == customer_id).limit(1)):
        levels.append(Level.SERVED)
    return max(levels)


def level_shown(kind: str, touchpoint: str) -> int:
    if kind == "HELP_VIEWED":
        return Level.INFORMED
    return Level.PROACTIVE if touchpoint in PROACTIVE_TOUCHPOINTS else Level.ANTICIPATED


def stored_fields(found: Score, level: int) -> dict[str, Any]:
    """The columns of a score, moments as the ORM takes them."""
    row = dict(zip(db.StoredScore.__table__.c.keys(), (*score_row(found), level), strict=True))
    last = found.figures.last_order_us
    return row | {
        "as_of": found.as_of,
        "last_order_at": None if last is None else EPOCH + last * MICROSECOND,
        "experience_level": level_of(level, found.figures.nps, found.rfm.segment),
    }


async def since(
    session: AsyncSession, kind: type[db.Base], column: str, customer_id: str, moment: datetime
) -> list[Any]:
    columns = kind.__table__.c
    wanted = select(kind).where(columns.customer_id == customer_id, columns[column] > moment)
    return list(await session.scalars(wanted))
