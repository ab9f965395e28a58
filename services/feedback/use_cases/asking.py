"""The events after which customers are asked."""

from __future__ import annotations

from collections.abc import Sequence

from services.events import (
    CaseResolved,
    MemberEnrolled,
    OrderExchanged,
    OrderPlaced,
    OrderReturned,
    ReturnMoved,
    VisitDwelled,
)
from services.feedback.rules.invitations import Cause
from services.feedback.use_cases.invitations import plan_invitations, withdraw_invitations
from services.programme.surveys import Trigger
from services.storage.unit import UnitOfWork


def ask_after_orders(unit: UnitOfWork, orders: Sequence[OrderPlaced]) -> None:
    """An order of nothing but gifts is no purchase."""
    paid = [one for one in orders if one.total_minor > 0]
    plan_invitations(unit, [_of_order(Trigger.ORDER, one) for one in paid])


def ask_after_exchanges(unit: UnitOfWork, exchanges: Sequence[OrderExchanged]) -> None:
    plan_invitations(unit, [_of_order(Trigger.EXCHANGE, one.placed) for one in exchanges])


def _of_order(trigger: Trigger, one: OrderPlaced) -> Cause:
    key = f"{one.source}/{one.order_id}"
    return Cause(trigger, one.customer_id, key, one.placed_at, one.channel, one.source, one.order_id)


def ask_after_returns(unit: UnitOfWork, returns: Sequence[OrderReturned]) -> None:
    plan_invitations(unit, [_of_return(one) for one in returns])


def ask_less(unit: UnitOfWork, moves: Sequence[ReturnMoved]) -> None:
    """A return that turns out to be another order's is asked about anew."""
    withdraw_invitations(unit, [_of_return(one.returned) for one in moves])


def _of_return(one: OrderReturned) -> Cause:
    key = f"{one.source}/{one.return_id}"
    return Cause(
        Trigger.RETURN, one.customer_id, key, one.returned_at, source=one.source, order_id=one.order_id
    )


def ask_after_visits(unit: UnitOfWork, visits: Sequence[VisitDwelled]) -> None:
    causes = [Cause(Trigger.VISIT, one.customer_id, one.visit_id, one.observed_at, "STORE") for one in visits]
    plan_invitations(unit, causes)


def ask_after_cases(unit: UnitOfWork, cases: Sequence[CaseResolved]) -> None:
    """A case may be resolved, reopened and resolved again: each time is an event of its own."""
    causes = [
        Cause(
            Trigger.CASE_RESOLVED,
            one.customer_id,
            f"{one.case_id}/{one.resolved_at.isoformat()}",
            one.resolved_at,
        )
        for one in cases
    ]
    plan_invitations(unit, causes)


def ask_after_enrolments(unit: UnitOfWork, enrolled: Sequence[MemberEnrolled]) -> None:
    causes = [Cause(Trigger.ENROLMENT, one.customer_id, one.customer_id, one.enrolled_at) for one in enrolled]
    plan_invitations(unit, causes)
