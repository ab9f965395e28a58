"""What gateways report, and the visits that are kept of it. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.clock import CLOCK_SKEW_MAX
from services.presence.rules.stays import REJOIN, Stay, Word
from services.presence.rules.zones import WINDOW_SECONDS

DWELL_SECONDS_MIN: Final = timedelta(seconds=60)  # shorter stays are people who pass the door
SPOOL_DAYS_MAX: Final = timedelta(days=30)  # a gateway without a network for longer is a broken one
APPROACH: Final = timedelta(minutes=2)  # from where the first gateway hears somebody to the door
STALE_VISIT: Final = timedelta(hours=4)  # a gateway that died in mid-visit never says EXIT
LATE: Final = timedelta(seconds=WINDOW_SECONDS)  # what comes later only amends


class VisitState(StrEnum):
    ENTERED = "ENTERED"
    DWELLING = "DWELLING"
    EXITED = "EXITED"


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing that a gateway noticed; `kind` as in the wire: ENTER, MOVE, DWELL, EXIT, GAP, AMEND.

    rssi_dbm: how well the member was heard; None when the gateway did not say.
    """

    seq: int
    kind: str
    pseudonym: str  # hex
    zone: str
    observed_at: datetime
    degraded: bool
    dwell_seconds: float
    rssi_dbm: float | None = None
    dropped: int = 0  # events lost, for GAP

    @property
    def began_at(self) -> datetime:
        return self.observed_at - timedelta(seconds=self.dwell_seconds)


@dataclass(frozen=True, slots=True)
class GatewayBatch:
    """Sightings of one gateway in the order of their numbers."""

    gateway: str
    store: str
    epoch: str
    session: str
    sightings: tuple[Sighting, ...]
    last_seq: int  # of all that was sent, the refused included

    @property
    def customer_id(self) -> str:
        """Batches of one gateway are written one after the other."""
        return self.gateway


@dataclass(frozen=True, slots=True)
class Visit:
    """A member's stay in a store as it is kept.

    amended_at: when news that came too late last changed what had been said of it.
    spoofable: it was noticed by a device that anybody can copy.
    doubtful: the member was noticed elsewhere, too, without time for the way.
    exit_presumed: it ended because the gateways that knew of it fell silent; none of them said so.
    """

    visit_id: str
    customer_id: str
    store: str
    zone: str
    state: VisitState
    entered_at: datetime
    last_seen_at: datetime
    exited_at: datetime | None = None
    amended_at: datetime | None = None
    spoofable: bool = False
    doubtful: bool = False
    exit_presumed: bool = False

    @property
    def is_over(self) -> bool:
        return self.state is VisitState.EXITED

    @property
    def has_dwelled(self) -> bool:
        return self.last_seen_at - self.entered_at >= DWELL_SECONDS_MIN


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of time that news speak of."""

    since: datetime
    until: datetime

    def touches(self, visit: Visit) -> bool:
        """Whether the news may change the visit; one that no gateway ever ended is ended by what follows."""
        if visit.entered_at > self.until + REJOIN:
            return False
        return not visit.is_over or visit.last_seen_at + REJOIN >= self.since

    def holds(self, word: Word) -> bool:
        return word.observed_at >= self.since and word.began_at <= self.until

    def with_approach(self) -> Span:
        """With the time in which somebody who comes in is heard before."""
        return Span(self.since - APPROACH, self.until)

    def with_visits(self, visits: Sequence[Visit]) -> Span:
        """Long enough for the whole of the visits."""
        since = min((visit.entered_at for visit in visits), default=self.since)
        until = max((visit.last_seen_at for visit in visits), default=self.until)
        return Span(min(since, self.since), max(until, self.until))


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a visit. `joined`: others that turned out to be parts of it."""

    before: Visit | None
    after: Visit
    joined: tuple[Visit, ...] = ()

    def marked(self, *, spoofable: bool, doubtful: bool) -> Change:
        """The change of a visit that is marked so from now on; a mark that was made stays."""
        parts = (self.after, *self.joined)
        spoofable = spoofable or any(visit.spoofable for visit in parts)
        doubtful = doubtful or any(visit.doubtful for visit in parts)
        if (spoofable, doubtful) == (self.after.spoofable, self.after.doubtful):
            return self
        return replace(self, after=replace(self.after, spoofable=spoofable, doubtful=doubtful))

    @property
    def dwelled_before(self) -> bool:
        return any(visit.has_dwelled for visit in (self.before, *self.joined) if visit is not None)


def is_plausible(sighting: Sighting, now: datetime) -> bool:
    """Whether it can have been observed then: not in the future, and not before any spool reaches back."""
    return now - SPOOL_DAYS_MAX <= sighting.observed_at <= now + CLOCK_SKEW_MAX


def open_visit(customer_id: str, store: str, stay: Stay) -> Visit:
    """A visit that begins with the stay; its id follows from who, where and when."""
    name = f"{customer_id}\0{store}\0{stay.entered_at.isoformat()}"
    visit_id = hashlib.sha256(name.encode()).hexdigest()[:32]
    entered_at = stay.entered_at
    return Visit(visit_id, customer_id, store, stay.zone, VisitState.ENTERED, entered_at, entered_at)


def visit_after(visit: Visit, stay: Stay) -> Visit:
    """The visit as the whole stay has it; while it lasts, its zone and last moment may be known better."""
    if stay.is_over:
        return replace(
            visit,
            zone=stay.zone,
            state=VisitState.EXITED,
            entered_at=stay.entered_at,
            last_seen_at=stay.last_seen_at,
            exited_at=stay.last_seen_at,
            exit_presumed=False,
        )
    if visit.exit_presumed and stay.last_seen_at <= visit.last_seen_at:
        return replace(visit, entered_at=stay.entered_at)  # nobody has said yet that it went on
    seen_at = stay.last_seen_at if visit.is_over else max(stay.last_seen_at, visit.last_seen_at)
    begun = replace(
        visit,
        zone=stay.zone,
        state=VisitState.ENTERED,
        entered_at=stay.entered_at,
        last_seen_at=stay.entered_at,
        exited_at=None,
        exit_presumed=False,
    )
    return seen(begun, seen_at)


def seen(visit: Visit, at: datetime) -> Visit:
    """A visit that goes on until `at` at least."""
    last_seen_at = max(visit.last_seen_at, at)
    has_dwelled = last_seen_at - visit.entered_at >= DWELL_SECONDS_MIN
    return replace(
        visit, last_seen_at=last_seen_at, state=VisitState.DWELLING if has_dwelled else visit.state
    )


def changes(stored: Sequence[Visit], stays: Sequence[Stay], whose: tuple[str, str]) -> list[Change]:
    """What the stays make of the visits that they touch; whose: customer id and store.

    A stay that covers several visits goes on as the latest of them, which may still be under way.
    """
    found = []
    for stay in stays:
        covered = sorted(
            (visit for visit in stored if _overlap(visit, stay)), key=lambda visit: visit.entered_at
        )
        before, joined = (covered[-1] if covered else None), covered[:-1]
        after = visit_after(before or open_visit(*whose, stay), stay)
        if joined or after != before:
            found.append(Change(before, after, tuple(joined)))
    return found


def unfounded(stored: Iterable[Visit], stays: Sequence[Stay]) -> list[Visit]:
    """The visits that no stay goes on with."""
    return [visit for visit in stored if not any(_overlap(visit, stay) for stay in stays)]


def _overlap(visit: Visit, stay: Stay) -> bool:
    return visit.entered_at <= stay.last_seen_at and visit.last_seen_at >= stay.entered_at


def amended(change: Change, news_until: datetime, now: datetime) -> Change:
    """The change, marked when the news came too late: after the window in which things are decided."""
    before = change.before
    if before is None:
        return change
    if news_until >= before.last_seen_at - LATE and not before.exit_presumed:
        return change
    return replace(change, after=replace(change.after, amended_at=now))
