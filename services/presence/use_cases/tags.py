"""What members' tags say of themselves is kept, the latest of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.errors import RegularsError
from services.presence.queries import tags as queries
from services.presence.queries.keys import resolve
from services.presence.rules.telemetry import TagReading, Telemetry, is_recent, opened
from services.storage.sets import lock_known
from services.storage.unit import UnitOfWork, use_case


@dataclass(frozen=True, slots=True)
class TagReport:
    """What a gateway heard tags say."""

    gateway: str
    readings: tuple[TagReading, ...]

    @property
    def customer_id(self) -> str:
        return self.gateway


@use_case(type(None))
def report_tags(unit: UnitOfWork, reports: Sequence[TagReport]) -> list[RegularsError | None]:
    """Keep what is news, of members who may be noticed; of anybody else nothing is kept."""
    readings = [one for report in reports for one in report.readings if is_recent(one.seen_at, unit.now)]
    names = [one.pseudonym for one in readings]
    lock_known(unit, resolve(unit.connection, names).values())  # a key that is being forgotten is waited for
    keys = queries.keys_of(unit.connection, names)
    said: dict[str, tuple[datetime, Telemetry]] = {}
    for one in sorted(readings, key=lambda reading: reading.seen_at):
        customer_id, identity_key = keys.get(one.pseudonym, ("", b""))
        telemetry = opened(identity_key, one.sealed, one.seen_at) if one.sealed else one.telemetry
        if customer_id and telemetry is not None:
            said[customer_id] = (one.seen_at, telemetry)
    _keep(unit, said)
    return [None] * len(reports)


def _keep(unit: UnitOfWork, said: dict[str, tuple[datetime, Telemetry]]) -> None:
    """Of two gateways the later reading counts, whichever comes first."""
    before = queries.seen(unit.connection, said)
    news = {one: what for one, what in said.items() if one not in before or before[one] < what[0]}
    queries.store(unit.connection, news)
