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
    problems = [order_problem(order, unit.now, unit.programme.currency) for order in orders]
    sound = [order for order, problem in zip(orders, problems, strict=True) if problem is None]
    lock_customers(unit, (order.customer_id for order in sound))
    stored = queries.find_contents(unit.connection, sound)
    fresh: dict[queries.OrderKey, Order] = {}
    answers: list[OrderRecorded | RegularsError] = []
    for order, problem in zip(orders, problems, strict=True):
        key = (order.source, order.order_id)
        if problem is not None:
            answers.append(problem)
        elif key in stored:
            answers.append(repeated(order, stored[key]))
        elif key in fresh:
            answers.append(repeated(order, fresh[key].content))
        else:
            fresh[key] = order
            answers.append(OrderRecorded(False, order.total_minor, order.currency))
    queries.store_orders(unit.connection, list(fresh.values()))
    for order in fresh.values():
        unit.emit(order.placed())
    return answers
