"""What gateways report is stored once, and the visits that follow from it are kept."""

from __future__ import annotations

from collections.abc import Sequence

from services.errors import RegularsError
from services.events import ConsentsChanged, CustomerSeen, MemberStateChanged, VisitDwelled, VisitEnded
from services.presence.queries import gateways, keys
from services.presence.queries import visits as queries
from services.presence.rules.visits import (
    GatewayBatch,
    Sighting,
    Visit,
    VisitState,
    advance,
    is_plausible,
    is_stale,
    open_visit,
)
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case


@use_case(int)
def report_presence(unit: UnitOfWork, batches: Sequence[GatewayBatch]) -> list[int | RegularsError]:
    """Store each batch; answers the highest sequence number that is safe."""
    return [_report(unit, batch) for batch in batches]


def _report(unit: UnitOfWork, batch: GatewayBatch) -> int:
    acked = gateways.acked_seq(unit.connection, batch.gateway, batch.epoch)
    fresh = [sighting for sighting in batch.sightings if sighting.seq > acked]
    names = keys.resolve(unit.connection, (sighting.pseudonym for sighting in fresh))
    known = [
        (names[one.pseudonym], one) for one in fresh if one.pseudonym in names and is_plausible(one, unit.now)
    ]
    lock_customers(unit, (customer_id for customer_id, _ in known))
    queries.store_events(unit.connection, batch, known)
    _follow(unit, batch.store, known)
    acked = max(acked, batch.last_seq)
    gateways.store_gateway(unit.connection, batch, acked, unit.now)
    return acked


def _follow(unit: UnitOfWork, store: str, known: Sequence[tuple[str, Sighting]]) -> None:
    """Carry the visits forward, sighting by sighting, and store each once."""
    inside = queries.visits_inside(unit.connection, (customer_id for customer_id, _ in known), store)
    changed: dict[str, Visit] = {}
    for customer_id, sighting in known:
        visit = inside.get(customer_id)
        if visit is None and sighting.kind == "EXIT":  # its entry was lost; nobody is inside
            continue
        if visit is None or is_stale(visit, sighting):
            visit = open_visit(customer_id, store, sighting)
            unit.emit(CustomerSeen(customer_id))
        after = advance(visit, sighting)
        _emit(unit, visit, after)
        changed[after.visit_id] = after
        inside[customer_id] = after
        if after.state is VisitState.EXITED:
            del inside[customer_id]
    queries.store_visits(unit.connection, changed.values())


def _emit(unit: UnitOfWork, before: Visit, after: Visit) -> None:
    if after.state is before.state:
        return
    if after.state is VisitState.DWELLING:
        unit.emit(
            VisitDwelled(after.visit_id, after.customer_id, after.store, after.zone, after.last_seen_at)
        )
    if after.state is VisitState.EXITED:
        unit.emit(VisitEnded(after.visit_id, after.customer_id))


def close_visits(unit: UnitOfWork, changes: Sequence[ConsentsChanged]) -> None:
    """Who withdraws the consent to presence has left every store: no gateway may say more about it."""
    without = [change.customer_id for change in changes if "PRESENCE" not in change.granted]
    for visit in queries.close_visits(unit.connection, without):
        unit.emit(VisitEnded(visit.visit_id, visit.customer_id))


def follow_members(unit: UnitOfWork, changes: Sequence[MemberStateChanged]) -> None:
    """Only ACTIVE members are noticed: the keys of others rest, and their visits are over."""
    states = {change.customer_id: change.after for change in changes}
    awake = [one for one, state in states.items() if state == "ACTIVE"]
    resting = [one for one in states if one not in awake]
    keys.wake_keys(unit.connection, awake, unit.now)
    keys.rest_keys(unit.connection, resting, unit.now)
    for visit in queries.close_visits(unit.connection, resting):
        unit.emit(VisitEnded(visit.visit_id, visit.customer_id))
