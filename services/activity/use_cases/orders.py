"""Recording orders."""

from __future__ import annotations

from collections.abc import Sequence

from services.activity.queries import orders as queries
from services.activity.rules.orders import Order, OrderRecorded, order_problem, repeated
from services.errors import RegularsError
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case


@use_case(OrderRecorded)
def record_orders(unit: UnitOfWork, orders: Sequence[Order]) -> list[OrderRecorded | RegularsError]:
    lock_customers(unit, (order.customer_id for order in orders))
    stored = queries.find_contents(unit.connection, orders)
    fresh: dict[queries.OrderKey, Order] = {}
    answers: list[OrderRecorded | RegularsError] = []
    for order in orders:
        key = (order.source, order.order_id)
        if key in stored:
            answers.append(repeated(order, stored[key]))
        elif key in fresh:
            answers.append(repeated(order, fresh[key].content))
        elif (problem := order_problem(order, unit.now, unit.programme.currency)) is not None:
            answers.append(problem)
        else:
            fresh[key] = order
            answers.append(OrderRecorded(False, order.total_minor, order.currency))
    queries.store_orders(unit.connection, list(fresh.values()))
    for order in fresh.values():
        unit.emit(order.placed())
    return answers
