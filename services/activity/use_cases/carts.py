"""Carts: their updates, and how they end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from services.activity.queries import carts as queries
from services.activity.rules.amounts import check_amount, check_currency
from services.activity.rules.carts import Cart, CartOwnerDiffersError, CartState, CartUpdated
from services.errors import RegularsError, check_moment
from services.events import CartChanged, CartClosed, OrderPlaced
from services.storage import outbox
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case

CART_IDLE_TOPIC: Final = "cart.idle"


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
