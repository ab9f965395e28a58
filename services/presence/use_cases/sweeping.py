"""What time alone does in the stores: visits that nobody ends, and what is to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.errors import RegularsError
from services.events import VisitEnded
from services.presence.queries import gateways, keys
from services.presence.queries import visits as queries
from services.presence.rules.identifiers import day_of
from services.presence.rules.silence import SILENT_AFTER, holders_of, is_deserted
from services.presence.rules.visits import SPOOL_DAYS_MAX, Span, Visit
from services.storage import outbox
from services.storage.database import Database
from services.storage.sets import lock_known
from services.storage.sweeping import Swept, first_sweep, plan_next, swept
from services.storage.unit import UnitOfWork, use_case

SWEEP_TOPIC: Final = "presence.sweep"
FIRST_SWEEP: Final = first_sweep(SWEEP_TOPIC)
CUSTOMERS_MAX: Final = 200  # of one transaction: gateways wait some hundredths of a second behind it
EVENTS_MAX: Final = 2_000  # of one sweep, a minute apart: more than a hundred stores say in a minute
LISTENING_KEPT: Final = timedelta(hours=1)  # readings of who has left say nothing any more
PSEUDONYM_DAYS: Final = 8  # a gateway keeps for seven days what it could not send, also of a day's first hour
EVENTS_KEPT: Final = SPOOL_DAYS_MAX + timedelta(days=1)  # what comes late changes visits of that time only


@dataclass(frozen=True, slots=True)
class Quiet:
    """Somebody on a visit of which nothing was heard for a while."""

    customer_id: str


async def sweep(database: Database, work: outbox.Claimed) -> None:
    """End the visits that nobody will end, a bounded number at a time, and plan the next sweep."""
    before, after = database.clock.now() - SILENT_AFTER, ""
    while quiet := await database.fetch(queries.quiet_customers, before, after, CUSTOMERS_MAX):
        await database.write_all(end_deserted_visits, [Quiet(one) for one in quiet])
        after = quiet[-1]
    await database.write(plan_sweep, swept(work, ()))


@use_case(type(None))
def end_deserted_visits(unit: UnitOfWork, asked: Sequence[Quiet]) -> list[RegularsError | None]:
    """End the customers' visits of which no gateway can say any more whether they go on."""
    ids = [one.customer_id for one in asked]
    lock_known(unit, ids)
    quiet = queries.quiet_visits(unit.connection, ids, unit.now - SILENT_AFTER)
    deserted = [visit for store in {one.store for one in quiet} for visit in _deserted(unit, store, quiet)]
    queries.presume_exits(unit.connection, deserted)
    for visit in deserted:
        unit.emit(VisitEnded(visit.visit_id, visit.customer_id))
    return [None] * len(asked)


def _deserted(unit: UnitOfWork, store: str, quiet: Sequence[Visit]) -> list[Visit]:
    """Of the visits to a store those that no gateway which is still there could speak of."""
    here = {visit.customer_id: visit for visit in quiet if visit.store == store}
    spans = {one: Span(visit.entered_at, visit.last_seen_at) for one, visit in here.items()}
    words = queries.words(unit.connection, store, spans)
    holders = {one: holders_of(said) for one, said in words.items()}
    known = gateways.gateways_named(unit.connection, set().union(*holders.values()))
    return [
        visit
        for one, visit in here.items()
        if is_deserted(visit, [known[name] for name in holders[one] if name in known], unit.now)
    ]


@use_case(type(None))
def plan_sweep(unit: UnitOfWork, over: Sequence[Swept]) -> list[RegularsError | None]:
    """Forget what is of no more use, whether gateways are there or not; the next sweep comes after a rest."""
    queries.forget_listenings(unit.connection, unit.now - LISTENING_KEPT)
    queries.forget_events(unit.connection, unit.now - EVENTS_KEPT, EVENTS_MAX)
    keys.forget_pseudonyms(unit.connection, day_of(unit.now) - timedelta(days=PSEUDONYM_DAYS))
    plan_next(unit, over, ())
    return [None] * len(over)
