"""Carts: their updates, and how they end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.activity.queries import carts as queries
from services.activity.queries.carts import StoredCart
from services.activity.rules.amounts import check_amount, check_currency
from services.activity.rules.carts import (
    Cart,
    CartOwnerDiffersError,
    CartState,
    CartUpdated,
    Closing,
    Start,
    closing,
    is_newer,
)
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
    before = dict(stored)
    problems: list[RegularsError | None] = []
    news: list[bool] = []
    for cart in carts:
        known = stored.get(cart.cart_id)
        problem = _cart_problem(unit, cart, known)
        problems.append(problem)
        news.append(known is None or is_newer(cart, known.cart))
        if problem is None:
            stored[cart.cart_id] = _updated(cart, known)
    changed = _store(unit, before, stored)
    return [
        problem or _cart_answer(unit, changed.get(cart.cart_id, stored[cart.cart_id]), duplicate=not is_new)
        for cart, problem, is_new in zip(carts, problems, news, strict=True)
    ]


def _cart_problem(unit: UnitOfWork, cart: Cart, known: StoredCart | None) -> RegularsError | None:
    if known is not None and known.cart.customer_id != cart.customer_id:
        return CartOwnerDiffersError(field="customer_id", cart_id=cart.cart_id)
    return (
        check_moment(cart.changed_at, unit.now, "changed_at")
        or check_currency(cart.currency, unit.programme.currency, "currency")
        or check_amount(cart.total_minor, "lines")
    )


def _updated(cart: Cart, known: StoredCart | None) -> StoredCart:
    """A cart after one more version of it is known, whichever of them is the latest."""
    state = CartState.OPEN if cart.lines else CartState.CLEARED
    if known is None:
        return StoredCart(cart, state, Start(cart.changed_at, cart.channel))
    start = known.start.earlier(cart)
    return StoredCart(cart, state, start) if is_newer(cart, known.cart) else replace(known, start=start)


def _cart_answer(unit: UnitOfWork, now: StoredCart, *, duplicate: bool) -> CartUpdated:
    is_open = now.state is CartState.OPEN
    return CartUpdated(now.state, _idle_at(unit, now.cart.changed_at) if is_open else None, duplicate)


def _store(
    unit: UnitOfWork, before: Mapping[str, StoredCart], after: Mapping[str, StoredCart]
) -> dict[str, StoredCart]:
    """Store what is new. The carts that changed, as they stand then."""
    changed = {
        cart_id: now
        for cart_id, now in after.items()
        if cart_id not in before or now.cart != before[cart_id].cart
    }
    queries.store_carts(unit.connection, changed)
    queries.start_carts(
        unit.connection,
        {
            cart_id: now.start
            for cart_id, now in after.items()
            if cart_id not in changed and now.start != before[cart_id].start
        },
    )
    closed = _closed_already(unit, [one for one in changed.values() if one.cart.lines])
    changed |= {cart_id: replace(changed[cart_id], state=by.state) for cart_id, by in closed.items()}
    _follow(unit, changed.values())
    return changed


def _closed_already(unit: UnitOfWork, filled: Sequence[StoredCart]) -> dict[str, Closing]:
    """Carts whose order came before the news of them."""
    if not filled:
        return {}
    bought = queries.bought_since(
        unit.connection,
        (one.cart.customer_id for one in filled),
        (sku for one in filled for sku in one.cart.skus),
        min(one.cart.changed_at for one in filled),
    )
    closed = _closings(filled, bought) if bought else {}
    _close(unit, filled, closed)
    return closed


def _follow(unit: UnitOfWork, changed: Iterable[StoredCart]) -> None:
    """Restart the clocks, and say what happened."""
    carts = list(changed)
    live = [one for one in carts if one.state is CartState.OPEN]
    outbox.drop(unit.connection, [(CART_IDLE_TOPIC, one.cart.cart_id) for one in carts])
    outbox.enqueue(unit, (_idle_timer(unit, one.cart) for one in live))
    for one in carts:
        unit.emit(CartChanged(one.cart.cart_id, one.cart.customer_id))
        if one.state is not CartState.OPEN:
            converted = one.state is not CartState.CLEARED
            unit.emit(CartClosed(one.cart.cart_id, one.cart.customer_id, converted=converted))


def _idle_at(unit: UnitOfWork, changed_at: datetime) -> datetime:
    return changed_at + timedelta(minutes=unit.programme.reminding.cart_idle_minutes)


def _idle_timer(unit: UnitOfWork, cart: Cart) -> outbox.Work:
    payload = {"customer_id": cart.customer_id}
    return outbox.Work(CART_IDLE_TOPIC, cart.cart_id, payload, _idle_at(unit, cart.changed_at))


@use_case(type(None))
def abandon_carts(unit: UnitOfWork, timers: Sequence[outbox.Claimed]) -> list[RegularsError | None]:
    """A cart's idle time is over: it counts as abandoned unless something happened meanwhile."""
    found = queries.find_carts(unit.connection, (timer.work_key for timer in timers))
    idle = {
        cart_id: idle_at
        for cart_id, one in found.items()
        if one.state is CartState.OPEN and (idle_at := _idle_at(unit, one.cart.changed_at)) <= unit.now
    }
    queries.abandon_carts(unit.connection, idle)
    outbox.done(unit.connection, [timer.work_id for timer in timers])
    return [None] * len(timers)


def close_carts(unit: UnitOfWork, orders: Sequence[OrderPlaced]) -> None:
    """An order with an item of a live cart closes the cart, in whatever channel it was placed.

    A late order takes the place of a later one that closed the cart when it was not known yet.
    """
    customers = {order.customer_id for order in orders}
    live = queries.live_carts(unit.connection, customers)
    placed = [order.placed_at for order in orders]
    later = queries.carts_closed_later(unit.connection, customers, min(placed), max(placed))
    closed = _closings(live, orders) | _closings(later, orders)
    _close(unit, [*live, *later], closed)
    for one in live:
        if one.cart.cart_id in closed:
            unit.emit(CartClosed(one.cart.cart_id, one.cart.customer_id, converted=True))


def _closings(carts: Iterable[StoredCart], orders: Sequence[OrderPlaced]) -> dict[str, Closing]:
    """What closes the carts, where it happened before what closed them already."""
    of_customer: dict[str, list[OrderPlaced]] = {}
    for order in orders:
        of_customer.setdefault(order.customer_id, []).append(order)
    found: dict[str, Closing] = {}
    for one in carts:
        by = closing(one.cart.skus, one.cart.changed_at, of_customer.get(one.cart.customer_id, ()))
        if by and (one.closed_by is None or (by.placed_at, by.source, by.order_id) < one.closed_by):
            found[one.cart.cart_id] = by
    return found


def _close(unit: UnitOfWork, carts: Iterable[StoredCart], closed: Mapping[str, Closing]) -> None:
    """Store what closed the carts; they had been abandoned where their idle time was over by then."""
    idle_at = {one.cart.cart_id: _idle_at(unit, one.cart.changed_at) for one in carts}
    queries.close_carts(
        unit.connection,
        [
            (cart_id, by, idle_at[cart_id] if by.placed_at >= idle_at[cart_id] else None)
            for cart_id, by in closed.items()
        ],
    )
    outbox.drop(unit.connection, [(CART_IDLE_TOPIC, cart_id) for cart_id in closed])
