"""From what gateways report to visits. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.clock import CLOCK_SKEW_MAX

DWELL_SECONDS_MIN: Final = 60.0  # shorter stays are people who pass the door
SPOOL_DAYS_MAX: Final = timedelta(days=30)  # a gateway without a network for longer is a broken one
STALE_VISIT: Final = timedelta(hours=4)  # a gateway that died in mid-visit never says EXIT


class VisitState(StrEnum):
    ENTERED = "ENTERED"
    DWELLING = "DWELLING"
    EXITED = "EXITED"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing that a gateway noticed; `kind` as in the wire: ENTER, MOVE, DWELL, EXIT, GAP, AMEND."""

    seq: int
    kind: str
    pseudonym: str  # hex
    zone: str
    observed_at: datetime
    degraded: bool
    dwell_seconds: float


@dataclass(frozen=True, slots=True)
class GatewayBatch:
    """Sightings of one gateway in the order of their numbers."""

    gateway: str
    store: str
    epoch: str
    version: str
    sightings: tuple[Sighting, ...]
    last_seq: int  # of all that was sent, the refused included

    @property
    def customer_id(self) -> str:
        """Batches of one gateway are written one after the other."""
        return self.gateway


@dataclass(frozen=True, slots=True)
class Visit:
    visit_id: str
    customer_id: str
    store: str
    zone: str
    state: VisitState
    entered_at: datetime
    last_seen_at: datetime
    exited_at: datetime | None = None


def open_visit(customer_id: str, store: str, sighting: Sighting) -> Visit:
    """A visit that begins with this sighting; its id follows from who, where and when."""
    entered_at = sighting.observed_at - timedelta(seconds=sighting.dwell_seconds)
    name = f"{customer_id}\0{store}\0{entered_at.isoformat()}"
    visit_id = hashlib.sha256(name.encode()).hexdigest()[:32]
    return Visit(visit_id, customer_id, store, sighting.zone, VisitState.ENTERED, entered_at, entered_at)


def is_plausible(sighting: Sighting, now: datetime) -> bool:
    """Whether it can have been observed then: not in the future, and not before any spool reaches back."""
    return now - SPOOL_DAYS_MAX <= sighting.observed_at <= now + CLOCK_SKEW_MAX


def advance(visit: Visit, sighting: Sighting) -> Visit:
    """The visit after one more sighting; an exited visit stays as it is."""
    if visit.state is VisitState.EXITED:
        return visit
    seen = max(visit.last_seen_at, sighting.observed_at)
    if sighting.kind == "EXIT":
        return replace(visit, state=VisitState.EXITED, last_seen_at=seen, exited_at=seen)
    stayed = sighting.dwell_seconds >= DWELL_SECONDS_MIN
    state = VisitState.DWELLING if stayed else visit.state
    return replace(visit, state=state, zone=sighting.zone or visit.zone, last_seen_at=seen)


def is_stale(visit: Visit, sighting: Sighting) -> bool:
    return sighting.observed_at - visit.last_seen_at > STALE_VISIT
