"""SQL of the warnings before tiers are lost."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, tuple_

from services.loyalty.rules.statements import TierWarning
from services.storage.tables import tier_warnings

_WARNINGS = select(*(tier_warnings.c[name] for name in TierWarning.__dataclass_fields__)).order_by(
    tier_warnings.c.raised_at.desc(), tier_warnings.c.customer_id.desc()
)


def list_warnings(
    connection: Connection, before: tuple[datetime, str] | None, most: int
) -> list[TierWarning]:
    """The latest first."""
    query = _WARNINGS.limit(most)
    if before is not None:
        query = query.where(tuple_(tier_warnings.c.raised_at, tier_warnings.c.customer_id) < before)
    return [TierWarning(*row) for row in connection.execute(query)]
