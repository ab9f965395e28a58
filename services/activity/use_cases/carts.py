"""Carts: their updates, and how they end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from services.activity.queries import carts as queries
from services.activity.queries.carts import StoredCart
from services.activity.rules.amounts import check_amount
from services.activity.rules.carts import (
    LIVE,
    Ages,
    Cart,
    CartOwnerDiffersError,
    CartState,
    CartUpdated,
    Closing,
    Start,
    closing,
    is_newer,
)
from services.errors import RegularsError, check_currency, check_moment
from services.events import CartChanged, CartClosed, OrderPlaced
from services.storage import outbox
from services.storage.sets import lock_customers, lock_known
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
    return CartUpdated(now.state, _ages(unit).idle_at(now.cart) if is_open else None, duplicate)


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
    closed = _closings(unit, filled, bought) if bought else {}
    _close(unit, filled, closed)
    return closed


def _follow(unit: UnitOfWork, changed: Iterable[StoredCart]) -> None:
    """Restart the clocks, and say what happened."""
    carts = list(changed)
    outbox.drop(unit.connection, [(CART_IDLE_TOPIC, one.cart.cart_id) for one in carts])
    outbox.enqueue(unit, _timers(unit, ((one.cart, one.state) for one in carts)))
    for one in carts:
        unit.emit(CartChanged(one.cart.cart_id, one.cart.customer_id))
        if one.state is not CartState.OPEN:
            converted = one.state is not CartState.CLEARED
            unit.emit(CartClosed(one.cart.cart_id, one.cart.customer_id, converted=converted))


def _ages(unit: UnitOfWork) -> Ages:
    settings = unit.programme.reminding
    return Ages(timedelta(minutes=settings.cart_idle_minutes), timedelta(days=settings.cart_days_max))


def _timers(unit: UnitOfWork, carts: Iterable[tuple[Cart, CartState]]) -> Iterator[outbox.Work]:
    """Clocks that ring when time makes something else of the carts, where it will."""
    ages = _ages(unit)
    for cart, state in carts:
        if ends_at := ages.ends_at(cart, state):
            payload = {"customer_id": cart.customer_id}
            yield outbox.Work(CART_IDLE_TOPIC, cart.cart_id, payload, ends_at)


@use_case(type(None))
def age_carts(unit: UnitOfWork, timers: Sequence[outbox.Claimed]) -> list[RegularsError | None]:
    """Carts that nobody touched for long count as abandoned, and later as expired."""
    cart_ids = [timer.work_key for timer in timers]
    lock_known(unit, queries.owners(unit.connection, cart_ids))
    live = [one for one in queries.find_carts(unit.connection, cart_ids).values() if one.state in LIVE]
    ages = _ages(unit)
    aged = [(one.cart, ages.state_of(one.cart, unit.now)) for one in live]
    grown = [(cart, state) for cart, state in aged if state is not CartState.OPEN]
    queries.age_carts(unit.connection, [(cart.cart_id, state, ages.idle_at(cart)) for cart, state in grown])
    outbox.done(unit.connection, [timer.work_id for timer in timers])
    outbox.enqueue(unit, _timers(unit, aged))
    for cart, state in grown:
        if state is CartState.EXPIRED:
            unit.emit(CartClosed(cart.cart_id, cart.customer_id, converted=False))
    return [None] * len(timers)


def close_carts(unit: UnitOfWork, orders: Sequence[OrderPlaced]) -> None:
    """An order with an item of a cart closes the cart, in whatever channel it was placed, until it expires.

    A late order takes the place of a later one that closed the cart when it was not known yet.
    """
    customers = {order.customer_id for order in orders}
    placed = [order.placed_at for order in orders]
    unsold = queries.unsold_carts(unit.connection, customers, min(placed) - _ages(unit).expiry)
    later = queries.carts_closed_later(unit.connection, customers, min(placed), max(placed))
    closed = _closings(unit, [*unsold, *later], orders)
    _close(unit, [*unsold, *later], closed)
    for one in unsold:
        if one.cart.cart_id in closed:
            unit.emit(CartClosed(one.cart.cart_id, one.cart.customer_id, converted=True))


def _closings(
    unit: UnitOfWork, carts: Iterable[StoredCart], orders: Sequence[OrderPlaced]
) -> dict[str, Closing]:
    """What closes the carts, where it happened before what closed them already."""
    ages = _ages(unit)
    of_customer: dict[str, list[OrderPlaced]] = {}
    for order in orders:
        of_customer.setdefault(order.customer_id, []).append(order)
    found: dict[str, Closing] = {}
    for one in carts:
        by = closing(one.cart, of_customer.get(one.cart.customer_id, ()), ages)
        if by and (one.closed_by is None or (by.placed_at, by.source, by.order_id) < one.closed_by):
            found[one.cart.cart_id] = by
    return found


def _close(unit: UnitOfWork, carts: Iterable[StoredCart], closed: Mapping[str, Closing]) -> None:
    """Store what closed the carts; they had been abandoned where their idle time was over by then."""
    ages = _ages(unit)
    idle_at = {one.cart.cart_id: ages.idle_at(one.cart) for one in carts}
    queries.close_carts(
        unit.connection,
        [
            (cart_id, by, idle_at[cart_id] if by.placed_at >= idle_at[cart_id] else None)
            for cart_id, by in closed.items()
        ],
    )
    outbox.drop(unit.connection, [(CART_IDLE_TOPIC, cart_id) for cart_id in closed])
