"""When members have their birthday, read from their encrypted profiles."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from services.storage.sets import among
from services.storage.tables import profiles
from services.storage.vault import Sealed, Vault

_PROFILES = select(profiles.c.customer_id, profiles.c.data_key, profiles.c.sealed).where(
    among(profiles.c.customer_id, "ids")
)


def find_birthdays(
    connection: Connection, vault: Vault, customer_ids: Iterable[str]
) -> dict[str, tuple[int, int]]:
    """Month and day by customer id, of those who told their birthday."""
    rows = connection.execute(_PROFILES, {"ids": sorted(set(customer_ids))})
    told = {row[0]: vault.open(Sealed(row[1], row[2]), row[0]).get("birthday") for row in rows}
    return {customer_id: _month_and_day(birthday) for customer_id, birthday in told.items() if birthday}


def _month_and_day(birthday: str) -> tuple[int, int]:
    """Of `YYYY-MM-DD`, or of `--MM-DD` where the year is not known."""
    return int(birthday[-5:-3]), int(birthday[-2:])
