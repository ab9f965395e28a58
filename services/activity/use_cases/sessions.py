"""Recording sessions."""

from __future__ import annotations

from collections.abc import Sequence

from services.activity.queries import sessions as queries
from services.activity.rules.sessions import Session
from services.errors import RegularsError, check_moment
from services.events import CustomerSeen
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case


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
