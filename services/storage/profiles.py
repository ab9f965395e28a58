"""The profiles of people, sealed at rest. What is in one is membership's to say; earning reads birthdays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, select

from services.storage.sets import among, upsert
from services.storage.tables import profiles
from services.storage.unit import UnitOfWork
from services.storage.vault import Sealed, Vault

_PROFILES: Final = select(profiles.c.customer_id, profiles.c.data_key, profiles.c.sealed).where(
    among(profiles.c.customer_id, "ids")
)


def find_profiles(
    connection: Connection, vault: Vault, customer_ids: Iterable[str]
) -> dict[str, dict[str, str]]:
    """The known fields of each customer's profile; a customer without one has no entry."""
    rows = connection.execute(_PROFILES, {"ids": sorted(set(customer_ids))})
    return {row[0]: vault.open(Sealed(row[1], row[2]), row[0]) for row in rows}


def store_profiles(unit: UnitOfWork, known: Mapping[str, Mapping[str, str]]) -> None:
    """Keep the known fields of each customer, sealed anew under a key of their own."""
    sealed = {customer_id: unit.vault.seal(dict(of), customer_id) for customer_id, of in known.items()}
    rows = [
        {"customer_id": one, "data_key": of.data_key, "sealed": of.sealed, "changed_at": unit.now}
        for one, of in sealed.items()
    ]
    upsert(unit.connection, profiles, rows)
