"""Members who leave without a gateway saying so: the consent ends, the membership rests."""

from __future__ import annotations

from collections.abc import Sequence

from services.events import ConsentsChanged, MemberStateChanged, VisitEnded
from services.presence.queries import keys
from services.presence.queries import visits as queries
from services.storage.unit import UnitOfWork


def forget_presence(unit: UnitOfWork, changes: Sequence[ConsentsChanged]) -> None:
    """Who withdraws the consent to presence has left every store, and what gateways said of it is forgotten.

    The key and all that names it go with the consent itself. Of visits stays when and to which store.
    """
    without = [change.customer_id for change in changes if "PRESENCE" not in change.granted]
    _leave(unit, without)
    queries.forget_events_of(unit.connection, without)


def follow_members(unit: UnitOfWork, changes: Sequence[MemberStateChanged]) -> None:
    """Only ACTIVE members are noticed: the keys of others rest, and their visits are over."""
    states = {change.customer_id: change.after for change in changes}
    awake = [one for one, state in states.items() if state == "ACTIVE"]
    resting = [one for one in states if one not in awake]
    keys.wake_keys(unit.connection, awake, unit.now)
    keys.rest_keys(unit.connection, resting, unit.now)
    _leave(unit, resting)


def _leave(unit: UnitOfWork, customer_ids: Sequence[str]) -> None:
    """No gateway may say more of their visits, and how they were heard says nothing any more."""
    for visit in queries.close_visits(unit.connection, customer_ids):
        unit.emit(VisitEnded(visit.visit_id, visit.customer_id))
    queries.forget_listenings_of(unit.connection, customer_ids)
