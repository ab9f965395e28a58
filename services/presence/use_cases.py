"""What `presence` does: store what gateways report, once, and keep the visits that follow from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from services.errors import RegularsError
from services.events import ConsentsChanged, CustomerSeen, MemberStateChanged, VisitDwelled, VisitEnded
from services.presence import queries
from services.presence.rules import (
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

PSEUDONYM_DAYS: Final = 3  # a gateway that was offline for two days still finds its members


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The names of the members for one day, about to be given to gateways."""

    day: date
    named: tuple[tuple[str, str], ...]  # (pseudonym as hex, customer id)
    customer_id: str = ""


@dataclass(frozen=True, slots=True)
class GatewayHealth:
    """How a gateway fares."""

    gateway: str
    epoch: str
    health: Mapping[str, Any]

    @property
    def customer_id(self) -> str:
        return self.gateway


@use_case(int)
def report_presence(unit: UnitOfWork, batches: Sequence[GatewayBatch]) -> list[int | RegularsError]:
    """Store each batch; answers the highest sequence number that is safe."""
    return [_report(unit, batch) for batch in batches]


def _report(unit: UnitOfWork, batch: GatewayBatch) -> int:
    acked = queries.acked_seq(unit.connection, batch.gateway, batch.epoch)
    fresh = [sighting for sighting in batch.sightings if sighting.seq > acked]
    names = queries.resolve(unit.connection, (sighting.pseudonym for sighting in fresh))
    known = [
        (names[one.pseudonym], one) for one in fresh if one.pseudonym in names and is_plausible(one, unit.now)
    ]
    lock_customers(unit, (customer_id for customer_id, _ in known))
    queries.store_events(unit.connection, batch, known)
    _follow(unit, batch.store, known)
    acked = max(acked, batch.last_seq)
    queries.store_gateway(unit.connection, batch, acked, unit.now)
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
    queries.wake_keys(unit.connection, awake, unit.now)
    queries.rest_keys(unit.connection, resting, unit.now)
    for visit in queries.close_visits(unit.connection, resting):
        unit.emit(VisitEnded(visit.visit_id, visit.customer_id))


@use_case(type(None))
def name_members(unit: UnitOfWork, asked: Sequence[Pseudonyms]) -> list[RegularsError | None]:
    """Keep the pseudonyms of a day before any gateway learns them, and forget those of days gone by."""
    for one in asked:
        keys = dict(queries.all_keys(unit.connection))
        named = (
            (pseudonym, customer_id, one.day) for pseudonym, customer_id in one.named if customer_id in keys
        )
        queries.store_pseudonyms(unit.connection, named)
        queries.forget_pseudonyms(unit.connection, one.day - timedelta(days=PSEUDONYM_DAYS))
    return [None] * len(asked)


@use_case(type(None))
def report_health(unit: UnitOfWork, reports: Sequence[GatewayHealth]) -> list[RegularsError | None]:
    for report in reports:
        queries.store_health(unit.connection, report.gateway, report.epoch, dict(report.health), unit.now)
    return [None] * len(reports)
