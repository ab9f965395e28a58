"""Customer ids that mean somebody else since a merge, or nobody since an erasure.

Only keyed digests of such ids are kept. Every write looks them up in its own transaction; reads ask a map in
memory, which this process's own merges and erasures renew at once and those of others within seconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select

from services.errors import CustomerErasedError
from services.storage.sets import among, upsert
from services.storage.tables import redirects
from services.storage.unit import UnitOfWork
from services.storage.vault import Vault

_FOUND = select(redirects.c.customer_digest, redirects.c.survivor_id).where(
    among(redirects.c.customer_digest, "ids")
)
_SINCE = select(redirects.c.survivor_id, redirects.c.since).where(among(redirects.c.customer_digest, "ids"))
_ALL = select(redirects.c.customer_digest, redirects.c.survivor_id)
_DELETE = delete(redirects).where(among(redirects.c.customer_digest, "ids"))

Survivors = Mapping[str, str | None]  # customer digest -> whom it means; None: nobody


class Signpost:
    """Where reads look whom a customer id means. Renewed as a whole, so any thread may read it."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._survivors: Survivors = {}

    def renew(self, survivors: Survivors) -> None:
        self._survivors = survivors

    def survivor(self, customer_id: str) -> str:
        """The customer whom this id means now. Raises CustomerErasedError."""
        survivors = self._survivors
        while survivors and (digest := self._vault.customer_digest(customer_id)) in survivors:
            survivor = survivors[digest]
            if survivor is None:
                raise CustomerErasedError(field="customer_id")
            customer_id = survivor
        return customer_id


def all_survivors(connection: Connection) -> Survivors:
    return {row[0]: row[1] for row in connection.execute(_ALL)}


def find_survivors(unit: UnitOfWork, customer_ids: Iterable[str]) -> Survivors:
    """Whom the ids mean now, for those that mean somebody else; None for an erased customer."""
    digests = {unit.vault.customer_digest(one): one for one in set(customer_ids)}
    if not digests:
        return {}
    rows = unit.connection.execute(_FOUND, {"ids": list(digests)})
    found = {digests[digest]: survivor for digest, survivor in rows}
    further = find_survivors(unit, (one for one in found.values() if one)) if found else {}
    return {old: further.get(new, new) if new else None for old, new in found.items()}


def erased_at(unit: UnitOfWork, customer_id: str) -> datetime | None:
    """When the customer was erased; None for one who was not."""
    digest = unit.vault.customer_digest(customer_id)
    row = unit.connection.execute(_SINCE, {"ids": [digest]}).first()
    return row.since if row is not None and row.survivor_id is None else None


def redirect(unit: UnitOfWork, survivors: Mapping[str, str | None]) -> None:
    """From this commit on each id means its survivor, or nobody where there is none.

    Call `lock_redirects` before anything else, or call this before locking or changing anything else.
    """
    lock_redirects(unit)
    rows = [
        {"customer_digest": unit.vault.customer_digest(old), "survivor_id": new, "since": unit.now}
        for old, new in survivors.items()
    ]
    upsert(unit.connection, redirects, rows)


def end_redirects(unit: UnitOfWork, customer_ids: Iterable[str]) -> None:
    """From this commit on the ids mean their own customers again."""
    lock_redirects(unit)
    digests = [unit.vault.customer_digest(one) for one in customer_ids]
    unit.connection.execute(_DELETE, {"ids": digests})


def lock_redirects(unit: UnitOfWork) -> None:
    """Be about to change whom ids mean.

    On PostgreSQL it waits for every transaction that has looked up whom its ids mean, and lets none look
    until the commit: so nobody writes under an id that was right when the transaction began.
    """
    unit.has_redirected = True
    if unit.connection.dialect.name == "postgresql":
        unit.connection.exec_driver_sql("LOCK TABLE redirects IN ACCESS EXCLUSIVE MODE")
