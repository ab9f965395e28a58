"""What gateways report is stored once, and the visits that follow from it are kept."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from services.clock import CLOCK_SKEW_MAX, EPOCH
from services.errors import RegularsError
from services.events import CustomerSeen, VisitDoubted, VisitDwelled, VisitEnded
from services.presence.queries import gateways, keys
from services.presence.queries import visits as queries
from services.presence.queries.maps import store_map
from services.presence.rules.places import Reading, StoreMap
from services.presence.rules.stays import EXIT, Stay, stays_of
from services.presence.rules.trust import TRAVEL_MIN, contradicted
from services.presence.rules.visits import (
    Change,
    GatewayBatch,
    Sighting,
    Span,
    Visit,
    amended,
    changes,
    is_plausible,
    seen,
    unfounded,
)
from services.presence.rules.zones import Listening
from services.presence.use_cases.gateways import GatewaySupersededError
from services.storage.sets import lock_customers, lock_known
from services.storage.unit import UnitOfWork, use_case

GAP: Final = "GAP"
SIGNAL_AGE_MAX: Final = timedelta(minutes=1)  # a signal is live or nothing
SPEAKING: Final = timedelta(minutes=2)  # a gateway says of each member every minute that it is there
SEEN_STEP: Final = timedelta(seconds=15)  # a visit that merely goes on is not written anew with every reading

Known = Sequence[tuple[str, Sighting]]  # with the customer's id


@dataclass(frozen=True, slots=True)
class Signal:
    """How well a gateway hears a member now."""

    pseudonym: str  # hex
    zone: str
    observed_at: datetime
    rssi_dbm: float


@dataclass(frozen=True, slots=True)
class SignalReport:
    """Signals of one gateway."""

    gateway: str
    store: str
    signals: tuple[Signal, ...]

    @property
    def customer_id(self) -> str:
        return self.gateway


@use_case(int)
def report_presence(unit: UnitOfWork, batches: Sequence[GatewayBatch]) -> list[int | RegularsError]:
    """Store each batch; answers the highest sequence number that is safe."""
    return [_report(unit, batch) for batch in batches]


def _report(unit: UnitOfWork, batch: GatewayBatch) -> int | RegularsError:
    standing = gateways.standing(unit.connection, batch.gateway, batch.epoch)
    if standing.session not in (batch.session, None):
        return GatewaySupersededError()
    acked = standing.acked_seq
    fresh = [sighting for sighting in batch.sightings if sighting.seq > acked]
    names = keys.resolve_named(unit.connection, (sighting.pseudonym for sighting in fresh))
    known = [
        (names[one.pseudonym].customer_id, one)
        for one in fresh
        if one.pseudonym in names and is_plausible(one, unit.now)
    ]
    spoofable = {whose.customer_id for whose in names.values() if whose.spoofable}
    lock_customers(unit, (customer_id for customer_id, _ in known))
    queries.store_events(unit.connection, batch, known, spoofable)
    if known:
        places = store_map(unit.connection, batch.store)
        heard = _listen(unit, batch.store, _readings(batch.gateway, known), places)
        found = _follow(unit, batch.store, known, heard, places)
        _keep(unit, _marked(unit, batch.store, found, spoofable))
    acked = max(acked, batch.last_seq)
    gaps = [sighting.dropped for sighting in fresh if sighting.kind == GAP]
    gateways.store_progress(unit.connection, batch, acked, gaps, unit.now)
    return acked


@use_case(type(None))
def report_signals(unit: UnitOfWork, reports: Sequence[SignalReport]) -> list[RegularsError | None]:
    """Let each report move members between zones; it opens and ends no visit.

    Who is on none leaves no trace.
    """
    for report in reports:
        names = keys.resolve(unit.connection, (signal.pseudonym for signal in report.signals))
        lock_known(unit, names.values())
        inside = queries.visits_inside(unit.connection, names.values(), report.store)
        readings: dict[str, list[Reading]] = {customer_id: [] for customer_id in inside}
        for signal in report.signals:
            customer_id = names.get(signal.pseudonym, "")
            if customer_id in inside and _is_news(signal, unit.now):
                readings[customer_id].append(_reading(report.gateway, signal))
        if inside:
            places = store_map(unit.connection, report.store)
            _go_on(unit, inside, _listen(unit, report.store, readings, places), places)
    return [None] * len(reports)


def _is_news(signal: Signal, now: datetime) -> bool:
    """What a clock puts elsewhere would settle the zone of a time that is yet to come."""
    return now - SIGNAL_AGE_MAX <= signal.observed_at <= now + CLOCK_SKEW_MAX


def _readings(gateway: str, known: Known) -> dict[str, list[Reading]]:
    """What the sightings say of how well each customer is heard."""
    found: dict[str, list[Reading]] = {customer_id: [] for customer_id, _ in known}
    for customer_id, one in known:
        if one.kind != EXIT and one.rssi_dbm is not None:
            found[customer_id].append(
                Reading(one.observed_at.timestamp(), gateway, one.zone, float(one.rssi_dbm))
            )
    return found


def _reading(gateway: str, signal: Signal) -> Reading:
    return Reading(signal.observed_at.timestamp(), gateway, signal.zone, signal.rssi_dbm)


def _listen(
    unit: UnitOfWork, store: str, readings: Mapping[str, Sequence[Reading]], places: StoreMap | None
) -> dict[str, Listening]:
    """Add what was heard to what is known of each customer."""
    before = queries.listenings(unit.connection, store, readings)
    heard = {one: before.get(one, Listening()).hearing(fresh, places) for one, fresh in readings.items()}
    queries.store_listenings(unit.connection, store, heard, unit.now)
    return heard


def _follow(
    unit: UnitOfWork, store: str, known: Known, heard: Mapping[str, Listening], places: StoreMap | None
) -> list[Change]:
    """Rebuild the visits that the sightings speak of from all that was said in their time."""
    spans = _spans(known)
    stored = queries.visits_touched(unit.connection, store, spans)
    whole = {one: span.with_visits(stored[one]) for one, span in spans.items()}
    stays = _stays(unit, store, whole, places)
    found = [
        amended(change, spans[one].until, unit.now)
        for one in spans
        for change in changes(stored[one], stays[one], (one, store))
    ]
    if places is not None:
        _withdraw(unit, [visit for one in spans for visit in unfounded(stored[one], stays[one])])
    return [_placed(change, heard[change.after.customer_id], places) for change in found]


def _stays(
    unit: UnitOfWork, store: str, whole: Mapping[str, Span], places: StoreMap | None
) -> dict[str, list[Stay]]:
    """The stays of each customer within a span, by what was said within it and shortly before."""
    if places is None:
        words = queries.words(unit.connection, store, whole)
        return {one: stays_of(words[one]) for one in whole}
    wider = {one: span.with_approach() for one, span in whole.items()}
    words = queries.words(unit.connection, store, wider)
    return {one: stays_of(filter(span.holds, words[one]), places, words[one]) for one, span in whole.items()}


def _withdraw(unit: UnitOfWork, unfounded: Sequence[Visit]) -> None:
    """Take back visits of which late news say that nobody came in."""
    if unfounded:
        queries.delete_visits(unit.connection, unfounded)
    for visit in unfounded:
        if not visit.is_over:
            unit.emit(VisitEnded(visit.visit_id, visit.customer_id))


def _marked(unit: UnitOfWork, store: str, found: Sequence[Change], spoofable: Container[str]) -> list[Change]:
    """The changes with the marks of visits that rest on a device which was, or may have been, copied."""
    spans = {
        one.after.customer_id: Span(one.after.entered_at - TRAVEL_MIN, one.after.last_seen_at + TRAVEL_MIN)
        for one in found
    }
    elsewhere = queries.visits_elsewhere(unit.connection, store, spans) if spans else {}
    marked, doubted = [], []
    for one in found:
        customer_id = one.after.customer_id
        others = contradicted(one.after, elsewhere[customer_id])
        doubted += [other for other in others if not other.doubtful]
        marked.append(one.marked(spoofable=customer_id in spoofable, doubtful=bool(others)))
    if doubted:
        _doubt(unit, doubted)
    return marked


def _doubt(unit: UnitOfWork, doubted: Sequence[Visit]) -> None:
    """Mark visits that were trusted so far."""
    queries.doubt_visits(unit.connection, doubted)
    for visit in doubted:
        unit.emit(VisitDoubted(visit.visit_id, visit.customer_id))


def _spans(known: Known) -> dict[str, Span]:
    """From when to when the news of each customer reach."""
    of_each: dict[str, list[Sighting]] = {}
    for customer_id, one in known:
        of_each.setdefault(customer_id, []).append(one)
    return {
        customer_id: Span(min(one.began_at for one in news), max(one.observed_at for one in news))
        for customer_id, news in of_each.items()
    }


def _placed(change: Change, heard: Listening, places: StoreMap | None) -> Change:
    """The change with the zone in which the member is, and the last moment at which anyone did."""
    after, newest_at = change.after, _moment(heard.newest_seconds)
    if newest_at < after.entered_at:
        return change
    if not after.is_over and newest_at <= after.last_seen_at + SPEAKING:
        after = seen(after, newest_at)
    zone = heard.zone_at(min(newest_at, after.last_seen_at).timestamp(), places)
    return replace(change, after=after if zone in ("", after.zone) else replace(after, zone=zone))


def _moment(seconds: float) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


def _go_on(
    unit: UnitOfWork, inside: Mapping[str, Visit], heard: Mapping[str, Listening], places: StoreMap | None
) -> None:
    """Carry on the visits that are under way."""
    found = [_placed(Change(visit, visit), heard[one], places) for one, visit in inside.items()]
    _keep(unit, [change for change in found if _matters(change)])


def _matters(change: Change) -> bool:
    before, after = change.before, change.after
    return (
        before is None
        or (after.zone, after.state) != (before.zone, before.state)
        or (after.last_seen_at - before.last_seen_at >= SEEN_STEP)
    )


def _keep(unit: UnitOfWork, found: Iterable[Change]) -> None:
    found = list(found)
    gone = [visit for change in found for visit in change.joined]
    if gone:
        queries.delete_visits(unit.connection, gone)
    queries.store_visits(unit.connection, [change.after for change in found])
    for change in found:
        _emit(unit, change)


def _emit(unit: UnitOfWork, change: Change) -> None:
    before, after = change.before, change.after
    if before is None:
        unit.emit(CustomerSeen(after.customer_id))
    if after.has_dwelled and not change.dwelled_before and not after.doubtful:
        unit.emit(
            VisitDwelled(after.visit_id, after.customer_id, after.store, after.zone, after.last_seen_at)
        )
    if after.doubtful and before is not None and not before.doubtful:
        unit.emit(VisitDoubted(after.visit_id, after.customer_id))
    over = [visit for visit in change.joined if not visit.is_over]
    over += [after] if after.is_over and not (before and before.is_over) else []
    for visit in over:
        unit.emit(VisitEnded(visit.visit_id, visit.customer_id))
