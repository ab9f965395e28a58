"""What `activity` does: one function per RPC, over a batch."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from services.activity import queries
from services.activity.rules import (
    Cart,
    CartOwnerDiffersError,
    CartState,
    CartUpdated,
    Content,
    Order,
    OrderDiffersError,
    OrderNotFoundError,
    OrderRecorded,
    Purchase,
    Return,
    ReturnExceedsOrderError,
    ReturnRecorded,
    Session,
    check_amount,
    check_currency,
    match_return,
)
from services.errors import InvalidError, RegularsError, check_moment
from services.events import CartChanged, CartClosed, CustomerSeen, OrderPlaced, OrderReturned
from services.storage import outbox
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case

CART_IDLE_TOPIC = "cart.idle"


@use_case(OrderRecorded)
def record_orders(unit: UnitOfWork, orders: Sequence[Order]) -> list[OrderRecorded | RegularsError]:
    lock_customers(unit, (order.customer_id for order in orders))
    stored = queries.find_contents(unit.connection, orders)
    fresh: dict[tuple[str, str], Order] = {}
    answers: list[OrderRecorded | RegularsError] = []
    for order in orders:
        key = (order.source, order.order_id)
        if key in stored:
            answers.append(_repeated(order, stored[key]))
        elif key in fresh:
            answers.append(_repeated(order, fresh[key].content))
        elif (problem := _order_problem(order, unit)) is not None:
            answers.append(problem)
        else:
            fresh[key] = order
            answers.append(OrderRecorded(False, order.total_minor, order.currency))
    queries.store_orders(unit.connection, list(fresh.values()))
    for order in fresh.values():
        unit.emit(_placed(order))
    return answers


def _order_problem(order: Order, unit: UnitOfWork) -> InvalidError | None:
    return (
        check_moment(order.placed_at, unit.now, "order.placed_at")
        or check_currency(order.currency, unit.programme.currency, "order.currency")
        or check_amount(order.total_minor, "order.lines")
    )


def _repeated(order: Order, known: Content) -> OrderRecorded | OrderDiffersError:
    if known != order.content:
        return OrderDiffersError(field="order.order_id", order_id=order.order_id)
    return OrderRecorded(True, order.total_minor, order.currency)


def _placed(order: Order) -> OrderPlaced:
    return OrderPlaced(
        order.source,
        order.order_id,
        order.customer_id,
        order.placed_at,
        order.total_minor,
        order.currency,
        frozenset(line.sku for line in order.lines),
    )


@use_case(ReturnRecorded)
def record_returns(unit: UnitOfWork, returns: Sequence[Return]) -> list[ReturnRecorded | RegularsError]:
    lock_customers(unit, (back.customer_id for back in returns))
    known = queries.find_returns(unit.connection, ((back.source, back.return_id) for back in returns))
    orders = queries.find_orders(unit.connection, ((back.source, back.order_id) for back in returns))
    purchases = queries.purchases(unit.connection, returns)
    answers: list[ReturnRecorded | RegularsError] = []
    matched: list[queries.MatchedReturn] = []
    for back in returns:
        key = (back.source, back.return_id)
        if key in known:
            answers.append(ReturnRecorded(True, *known[key]))
            continue
        outcome = _take_back(unit, back, orders, purchases.get((back.source, back.customer_id), ()))
        if isinstance(outcome, queries.MatchedReturn):
            matched.append(outcome)
            known[key] = (outcome.refund_minor, outcome.unmatched_units)
            answers.append(ReturnRecorded(False, *known[key]))
        else:
            answers.append(outcome)
    queries.store_returns(unit.connection, matched)
    _emit_returned(unit, matched)
    return answers


def _take_back(
    unit: UnitOfWork,
    back: Return,
    orders: dict[tuple[str, str], queries.StoredOrder],
    purchases: Iterable[Purchase],
) -> queries.MatchedReturn | RegularsError:
    problem = check_moment(back.returned_at, unit.now, "order_return.returned_at")
    if problem is not None:
        return problem
    order = orders.get((back.source, back.order_id))
    if back.order_id and (order is None or order.customer_id != back.customer_id):
        return OrderNotFoundError(field="order_return.order_id", order_id=back.order_id)
    pool = [one for one in purchases if back.order_id in {"", one.order_id}]
    left = [one.left for one in pool]
    matches, unmatched = match_return(back, pool)
    if back.order_id and unmatched:
        for one, units in zip(pool, left, strict=True):
            one.left = units
        return ReturnExceedsOrderError(field="order_return.lines", units_too_many=unmatched)
    return queries.MatchedReturn(back, matches, unmatched)


def _emit_returned(unit: UnitOfWork, matched: Sequence[queries.MatchedReturn]) -> None:
    """One event per return and order, with the order's whole refund after it."""
    touched = {(one.back.source, match.purchase.order_id) for one in matched for match in one.matches}
    after = queries.find_orders(unit.connection, touched) if touched else {}
    for one in matched:
        for order_id in sorted({match.purchase.order_id for match in one.matches}):
            order = after[one.back.source, order_id]
            unit.emit(
                OrderReturned(
                    one.back.source,
                    order_id,
                    one.back.customer_id,
                    one.back.returned_at,
                    one.back.return_id,
                    order.total_minor,
                    order.refunded_minor,
                )
            )


@use_case(CartUpdated)
def update_carts(unit: UnitOfWork, carts: Sequence[Cart]) -> list[CartUpdated | RegularsError]:
    lock_customers(unit, (cart.customer_id for cart in carts))
    stored = queries.find_carts(unit.connection, (cart.cart_id for cart in carts))
    changed: dict[str, tuple[Cart, CartState]] = {}
    answers: list[CartUpdated | RegularsError] = []
    for cart in carts:
        known = stored.get(cart.cart_id)
        problem = _cart_problem(unit, cart, known)
        if problem is not None:
            answers.append(problem)
        elif known is not None and known.changed_at >= cart.changed_at:  # older news changes nothing
            answers.append(_cart_answer(unit, known.state, known.changed_at))
        else:
            state = CartState.OPEN if cart.lines else CartState.CLEARED
            changed[cart.cart_id] = (cart, state)
            stored[cart.cart_id] = queries.StoredCart(cart.cart_id, cart.customer_id, state, cart.changed_at)
            answers.append(_cart_answer(unit, state, cart.changed_at))
    _store_carts(unit, changed)
    return answers


def _cart_problem(unit: UnitOfWork, cart: Cart, known: queries.StoredCart | None) -> RegularsError | None:
    if known is not None and known.customer_id != cart.customer_id:
        return CartOwnerDiffersError(field="customer_id", cart_id=cart.cart_id)
    return (
        check_moment(cart.changed_at, unit.now, "changed_at")
        or check_currency(cart.currency, unit.programme.currency, "currency")
        or check_amount(cart.total_minor, "lines")
    )


def _idle_at(unit: UnitOfWork, changed_at: datetime) -> datetime:
    return changed_at + timedelta(minutes=unit.programme.reminding.cart_idle_minutes)


def _cart_answer(unit: UnitOfWork, state: CartState, changed_at: datetime) -> CartUpdated:
    return CartUpdated(state, _idle_at(unit, changed_at) if state is CartState.OPEN else None)


def _store_carts(unit: UnitOfWork, changed: dict[str, tuple[Cart, CartState]]) -> None:
    queries.store_carts(unit.connection, changed)
    outbox.drop(unit.connection, [(CART_IDLE_TOPIC, cart_id) for cart_id in changed])
    outbox.enqueue(
        unit, (_idle_timer(unit, cart) for cart, state in changed.values() if state is CartState.OPEN)
    )
    for cart, state in changed.values():
        unit.emit(CartChanged(cart.cart_id, cart.customer_id))
        if state is CartState.CLEARED:
            unit.emit(CartClosed(cart.cart_id, cart.customer_id, converted=False))


def _idle_timer(unit: UnitOfWork, cart: Cart) -> outbox.Work:
    payload = {"customer_id": cart.customer_id}
    return outbox.Work(CART_IDLE_TOPIC, cart.cart_id, payload, _idle_at(unit, cart.changed_at))


@use_case(type(None))
def abandon_carts(unit: UnitOfWork, timers: Sequence[outbox.Claimed]) -> list[RegularsError | None]:
    """A cart's idle time is over: it counts as abandoned unless something happened meanwhile."""
    found = queries.find_carts(unit.connection, (timer.work_key for timer in timers))
    idle = {
        cart.cart_id: idle_at
        for cart in found.values()
        if cart.state is CartState.OPEN and (idle_at := _idle_at(unit, cart.changed_at)) <= unit.now
    }
    queries.abandon_carts(unit.connection, idle)
    outbox.done(unit.connection, [timer.work_id for timer in timers])
    return [None] * len(timers)


def close_carts(unit: UnitOfWork, orders: Sequence[OrderPlaced]) -> None:
    """An order with an item of a live cart closes the cart, in whatever channel it was placed."""
    bought: dict[str, list[OrderPlaced]] = {}
    for order in orders:
        bought.setdefault(order.customer_id, []).append(order)
    states = {
        cart: state
        for cart in queries.live_carts(unit.connection, bought)
        if (state := _closed_state(cart, bought[cart.customer_id])) is not None
    }
    queries.close_carts(unit.connection, {cart.cart_id: state for cart, state in states.items()})
    outbox.drop(unit.connection, [(CART_IDLE_TOPIC, cart.cart_id) for cart in states])
    for cart in states:
        unit.emit(CartClosed(cart.cart_id, cart.customer_id, converted=True))


def _closed_state(cart: queries.StoredCart, orders: Sequence[OrderPlaced]) -> CartState | None:
    later = [order for order in orders if order.placed_at >= cart.changed_at]
    if any(cart.skus <= order.skus for order in later):
        return CartState.RECOVERED
    if any(cart.skus & order.skus for order in later):
        return CartState.CONVERTED_ELSEWHERE
    return None


@use_case(bool)
def record_sessions(unit: UnitOfWork, sessions: Sequence[Session]) -> list[bool | RegularsError]:
    """Store sessions; True for each that was there already."""
    lock_customers(unit, (session.customer_id for session in sessions))
    known = queries.known_sessions(unit.connection, (session.session_id for session in sessions))
    fresh: dict[str, Session] = {}
    answers: list[bool | RegularsError] = []
    for session in sessions:
        problem = check_moment(session.started_at, unit.now, "started_at")
        duplicate = session.session_id in known or session.session_id in fresh
        if problem is None and not duplicate:
            fresh[session.session_id] = session
        answers.append(problem or duplicate)
    queries.store_sessions(unit.connection, list(fresh.values()))
    for customer_id in {session.customer_id for session in fresh.values()}:
        unit.emit(CustomerSeen(customer_id))
    return answers
