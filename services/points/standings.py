"""SQL of standings: at which tier members stand, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select

from services.points.book import Entry, find_entries
from services.points.tiers import Ranked, midnight, period_start
from services.programme.programme import Programme
from services.storage.sets import among
from services.storage.tables import tier_changes

_CHANGED = (
    select(tier_changes.c.customer_id, func.max(tier_changes.c.change_id))
    .where(among(tier_changes.c.customer_id, "ids"))
    .group_by(tier_changes.c.customer_id)
).subquery()
_LATEST = select(tier_changes.c.customer_id, tier_changes.c.changed_at).join_from(
    _CHANGED, tier_changes, tier_changes.c.change_id == _CHANGED.c[1]
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A member's periods, and since when the stored tier is held."""

    entry: Entry
    kept_since: datetime

    def ranked(self, now: datetime, programme: Programme) -> Ranked:
        """Where the member stands at `now`, even if a period has ended that nobody has looked at yet."""
        found = self.entry.standing(now, programme)
        if found.tier == (self.entry.tier or found.tier):
            return Ranked(found, self.kept_since)
        began = period_start(now, self.entry.enrolled_at, programme)
        return Ranked(found, midnight(began, programme.zone))


def find_placed(connection: Connection, customer_ids: Sequence[str]) -> dict[str, Placed]:
    """The members among the customers; who never changed tiers has the first since enrolling."""
    entries = find_entries(connection, customer_ids)
    since = {row[0]: row[1] for row in connection.execute(_LATEST, {"ids": sorted(entries)})}
    return {one: Placed(entry, since.get(one, entry.enrolled_at)) for one, entry in entries.items()}
