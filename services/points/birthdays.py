"""When members have their birthday, read from their encrypted profiles."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from services.storage.profiles import find_profiles
from services.storage.vault import Vault


def find_birthdays(
    connection: Connection, vault: Vault, customer_ids: Iterable[str]
) -> dict[str, tuple[int, int]]:
    """Month and day by customer id, of those who told their birthday."""
    told = {
        one: known.get("birthday") for one, known in find_profiles(connection, vault, customer_ids).items()
    }
    return {one: (int(birthday[5:7]), int(birthday[8:])) for one, birthday in told.items() if birthday}
