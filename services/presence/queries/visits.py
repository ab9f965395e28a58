"""The SQL of what gateways noticed, and of visits."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, bindparam, delete, or_, select, tuple_

from services.clock import EPOCH, MICROSECOND
from services.presence.rules.stays import REJOIN, Word
from services.presence.rules.visits import GatewayBatch, Sighting, Span, Visit, VisitState
from services.presence.rules.zones import Listening
from services.storage.sets import Present, among, insert_tuples, upsert
from services.storage.tables import presence_events, presence_states, visits

_VISIT_COLUMNS: Final = tuple(visits.c[name] for name in Visit.__dataclass_fields__)
_NEAR = select(*_VISIT_COLUMNS).where(
    among(visits.c.customer_id, "ids"),
    visits.c.store == bindparam("of_store"),
    or_(visits.c.state != VisitState.EXITED, visits.c.last_seen_at >= bindparam("since")),
    visits.c.entered_at <= bindparam("until"),
)
_WORD_COLUMNS: Final = tuple(presence_events.c[name] for name in Word._fields)
_WORDS = select(presence_events.c.customer_id, *_WORD_COLUMNS).where(
    among(presence_events.c.customer_id, "ids"),
    presence_events.c.store == bindparam("of_store"),
    presence_events.c.observed_at >= bindparam("since"),
    presence_events.c.observed_at <= bindparam("until"),
)
_INSIDE = select(*_VISIT_COLUMNS).where(
    among(visits.c.customer_id, "ids"),
    visits.c.store == bindparam("of_store"),
    visits.c.state != VisitState.EXITED,
)
_ELSEWHERE = select(*_VISIT_COLUMNS).where(
    among(visits.c.customer_id, "ids"),
    visits.c.store != bindparam("of_store"),
    visits.c.last_seen_at >= bindparam("since"),
    visits.c.entered_at <= bindparam("until"),
)
_DOUBT = visits.update().where(among(visits.c.visit_id, "ids")).values(doubtful=True)
_LISTENING = select(presence_states.c.customer_id, presence_states.c.listening).where(
    among(presence_states.c.customer_id, "ids"), presence_states.c.store == bindparam("of_store")
)
_DELETE = delete(visits).where(among(visits.c.visit_id, "ids"))
SPOKEN_OF_MAX: Final = timedelta(days=7)  # a word may reach so far back from when it was said


def store_events(
    connection: Connection,
    batch: GatewayBatch,
    known: Sequence[tuple[str, Sighting]],
    spoofable: Container[str],
) -> None:
    """Keep what a gateway said, each once. spoofable: customers whose devices anybody can copy."""
    rows = list(_event_rows(batch, known, spoofable))
    insert_tuples(connection, presence_events, rows, Present.KEPT)


def _event_rows(
    batch: GatewayBatch, known: Iterable[tuple[str, Sighting]], spoofable: Container[str]
) -> Iterator[tuple[Any, ...]]:
    """One tuple per sighting, in the order of the table's columns."""
    for customer_id, sighting in known:
        yield (
            batch.gateway,
            batch.epoch,
            sighting.seq,
            sighting.kind,
            customer_id,
            sighting.zone,
            (sighting.observed_at - EPOCH) // MICROSECOND,
            sighting.degraded,
            batch.store,
            sighting.dwell_seconds,
            customer_id in spoofable,
            sighting.rssi_dbm,
        )


def visit_of(row: Row[Any]) -> Visit:
    values = dict(zip(Visit.__dataclass_fields__, row, strict=True))
    return Visit(**{**values, "state": VisitState(values["state"])})


def visits_inside(connection: Connection, customer_ids: Iterable[str], store: str) -> dict[str, Visit]:
    """The visit that each customer is on in the store."""
    rows = connection.execute(_INSIDE, {"ids": sorted(set(customer_ids)), "of_store": store})
    return {visit.customer_id: visit for visit in map(visit_of, rows)}


def visits_touched(connection: Connection, store: str, spans: Mapping[str, Span]) -> dict[str, list[Visit]]:
    """The visits of each customer to the store that news of a span may change."""
    found: dict[str, list[Visit]] = {customer_id: [] for customer_id in spans}
    for row in connection.execute(_NEAR, _asked(store, spans)):
        visit = visit_of(row)
        if spans[visit.customer_id].touches(visit):
            found[visit.customer_id].append(visit)
    return found


def words(connection: Connection, store: str, spans: Mapping[str, Span]) -> dict[str, list[Word]]:
    """What gateways of the store said of each customer within a span."""
    found: dict[str, list[Word]] = {customer_id: [] for customer_id in spans}
    for customer_id, *columns in connection.execute(_WORDS, _asked(store, spans)):
        word = Word(*columns)
        if spans[customer_id].holds(word):
            found[customer_id].append(word)
    return found


def _asked(store: str, spans: Mapping[str, Span]) -> dict[str, Any]:
    """Rows of all customers come with one statement; each customer's own span picks from them."""
    return {
        "ids": sorted(spans),
        "of_store": store,
        "since": min(span.since for span in spans.values()) - REJOIN,
        "until": max(span.until for span in spans.values()) + SPOKEN_OF_MAX,
    }


def visits_elsewhere(connection: Connection, store: str, spans: Mapping[str, Span]) -> dict[str, list[Visit]]:
    """The visits of each customer to other stores about then."""
    found: dict[str, list[Visit]] = {customer_id: [] for customer_id in spans}
    for row in connection.execute(_ELSEWHERE, _asked(store, spans)):
        visit = visit_of(row)
        found[visit.customer_id].append(visit)
    return found


def doubt_visits(connection: Connection, doubted: Iterable[Visit]) -> None:
    connection.execute(_DOUBT, {"ids": [visit.visit_id for visit in doubted]})


def delete_visits(connection: Connection, gone: Iterable[Visit]) -> None:
    connection.execute(_DELETE, {"ids": [visit.visit_id for visit in gone]})


def listenings(connection: Connection, store: str, customer_ids: Iterable[str]) -> dict[str, Listening]:
    """What the receivers of the store made of each customer so far."""
    rows = connection.execute(_LISTENING, {"ids": sorted(set(customer_ids)), "of_store": store})
    return {row[0]: Listening.from_plain(row[1]) for row in rows}


def store_listenings(
    connection: Connection, store: str, heard: Mapping[str, Listening], now: datetime
) -> None:
    rows = [
        {
            "customer_id": customer_id,
            "store": store,
            "heard_at": now,
            "listening": listening.as_plain(),
        }
        for customer_id, listening in heard.items()
    ]
    upsert(connection, presence_states, rows)


def forget_listenings(connection: Connection, before: datetime) -> None:
    """Forget the readings of those who were not heard since."""
    connection.execute(delete(presence_states).where(presence_states.c.heard_at < before))


_FORGET_LISTENINGS_OF = delete(presence_states).where(among(presence_states.c.customer_id, "ids"))
_FORGET_EVENTS_OF = delete(presence_events).where(among(presence_events.c.customer_id, "ids"))


def forget_listenings_of(connection: Connection, customer_ids: Sequence[str]) -> None:
    connection.execute(_FORGET_LISTENINGS_OF, {"ids": customer_ids})


def forget_events_of(connection: Connection, customer_ids: Sequence[str]) -> None:
    connection.execute(_FORGET_EVENTS_OF, {"ids": customer_ids})


def forget_events(connection: Connection, before: datetime, limit: int) -> None:
    """Forget what gateways said before a moment, the oldest first."""
    key = tuple(presence_events.primary_key)
    old = select(*key).where(presence_events.c.observed_at < before)
    oldest = old.order_by(presence_events.c.observed_at).limit(limit)
    connection.execute(delete(presence_events).where(tuple_(*key).in_(oldest)))


def store_visits(connection: Connection, changed: Iterable[Visit]) -> None:
    names = Visit.__dataclass_fields__
    upsert(connection, visits, [{name: getattr(visit, name) for name in names} for visit in changed])


_CLOSE = (
    visits.update()
    .where(among(visits.c.customer_id, "ids"), visits.c.state != VisitState.EXITED)
    .values(state=VisitState.EXITED, exited_at=visits.c.last_seen_at)
    .returning(*_VISIT_COLUMNS)
)


_PRESUME = (
    visits.update()
    .where(among(visits.c.visit_id, "ids"))
    .values(state=VisitState.EXITED, exited_at=visits.c.last_seen_at, exit_presumed=True)
)
_IS_QUIET = (
    visits.c.state.in_((VisitState.ENTERED, VisitState.DWELLING)),
    visits.c.last_seen_at < bindparam("before"),
)
_QUIET = select(*_VISIT_COLUMNS).where(among(visits.c.customer_id, "ids"), *_IS_QUIET)
_WHO_IS_QUIET = (
    select(visits.c.customer_id)
    .where(*_IS_QUIET, visits.c.customer_id > bindparam("after"))
    .distinct()
    .order_by(visits.c.customer_id)
    .limit(bindparam("most"))
)


def close_visits(connection: Connection, customer_ids: Sequence[str]) -> list[Visit]:
    """End the visits that the customers are on, at the moment they were last seen; returns them."""
    return [visit_of(row) for row in connection.execute(_CLOSE, {"ids": customer_ids})]


def presume_exits(connection: Connection, deserted: Iterable[Visit]) -> None:
    """End visits at the moment of which a gateway spoke last, though none said that it was the end."""
    connection.execute(_PRESUME, {"ids": [visit.visit_id for visit in deserted]})


def quiet_customers(connection: Connection, before: datetime, after: str, limit: int) -> Sequence[str]:
    """Who is on a visit of which nothing was heard since `before`; by customer id, beyond `after`."""
    names = {"before": before, "after": after, "most": limit}
    return connection.execute(_WHO_IS_QUIET, names).scalars().all()


def quiet_visits(connection: Connection, customer_ids: Sequence[str], before: datetime) -> list[Visit]:
    rows = connection.execute(_QUIET, {"ids": customer_ids, "before": before})
    return [visit_of(row) for row in rows]


def list_visits(
    connection: Connection, store: str, present_only: bool, before: tuple[datetime, str] | None, limit: int
) -> list[Visit]:
    """Latest first; of one store when `store` is not empty."""
    query = (
        select(*_VISIT_COLUMNS).order_by(visits.c.entered_at.desc(), visits.c.visit_id.desc()).limit(limit)
    )
    if store:
        query = query.where(visits.c.store == store)
    if present_only:
        query = query.where(visits.c.state != VisitState.EXITED)
    if before is not None:
        query = query.where(tuple_(visits.c.entered_at, visits.c.visit_id) < before)
    return [visit_of(row) for row in connection.execute(query)]
