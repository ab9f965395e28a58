"""Whoever was enrolled in the past has earned since then, as if the enrolment had been known."""

from __future__ import annotations

from collections.abc import Sequence

from services.events import MemberEnrolled, OrderExchanged, OrderReturned
from services.loyalty.queries import history as queries
from services.loyalty.rules.history import later_events, plain_orders
from services.loyalty.use_cases.exchanges import exchange_points
from services.loyalty.use_cases.orders import earn_points
from services.loyalty.use_cases.returns import reverse_points
from services.storage.unit import UnitOfWork


def award_earlier_orders(unit: UnitOfWork, enrolments: Sequence[MemberEnrolled]) -> None:
    """Award what is stored of the new members' orders, and do again what happened to them."""
    ids = {enrolment.customer_id for enrolment in enrolments}
    orders = queries.find_orders(unit.connection, ids)
    if not orders:
        return
    earn_points(unit, plain_orders(orders))
    for together in later_events(orders, queries.find_returns(unit.connection, ids)):
        exchange_points(unit, [event for event in together if isinstance(event, OrderExchanged)])
        reverse_points(unit, [event for event in together if isinstance(event, OrderReturned)])
