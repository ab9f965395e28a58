"""Recording touches."""

from __future__ import annotations

from collections.abc import Sequence

from services.activity.queries import events as queries
from services.activity.rules.events import Touch, repeated, touch_problem
from services.errors import RegularsError
from services.events import CustomerSeen
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case


@use_case(bool)
def record_events(unit: UnitOfWork, touches: Sequence[Touch]) -> list[bool | RegularsError]:
    """Store touches; True for each that was there already."""
    problems = [touch_problem(touch, unit.now) for touch in touches]
    sound = [touch for touch, problem in zip(touches, problems, strict=True) if problem is None]
    lock_customers(unit, (touch.customer_id for touch in sound))
    known = queries.find_touches(unit.connection, ((one.source, one.event_id) for one in sound))
    fresh: list[Touch] = []
    answers: list[bool | RegularsError] = []
    for touch, problem in zip(touches, problems, strict=True):
        key = (touch.source, touch.event_id)
        if problem is not None:
            answers.append(problem)
        elif key in known:
            answers.append(repeated(touch, known[key]))
        else:
            known[key] = touch
            fresh.append(touch)
            answers.append(False)
    queries.store_touches(unit.connection, fresh)
    for customer_id in {touch.customer_id for touch in fresh}:
        unit.emit(CustomerSeen(customer_id))
    return answers
