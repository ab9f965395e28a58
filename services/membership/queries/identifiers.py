"""All SQL about identifiers. Their text is sealed; they are found by keyed digests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from services.membership.rules.identifiers import Identifier, IdentifierChange, IdentifierKind
from services.storage.sets import among
from services.storage.tables import identifiers
from services.storage.unit import UnitOfWork
from services.storage.vault import Vault

_OWNERS = select(identifiers.c.kind, identifiers.c.digest, identifiers.c.customer_id).where(
    among(identifiers.c.digest, "ids")
)
_COUNTS = (
    select(identifiers.c.customer_id, func.count())
    .where(among(identifiers.c.customer_id, "ids"))
    .group_by(identifiers.c.customer_id)
)
_SEALED = select(
    identifiers.c.customer_id, identifiers.c.kind, identifiers.c.digest, identifiers.c.sealed
).where(among(identifiers.c.customer_id, "ids"))
_REMOVE = delete(identifiers).where(
    identifiers.c.kind == bindparam("of_kind"), identifiers.c.digest == bindparam("of_digest")
)


def find_owners(connection: Connection, vault: Vault, wanted: Iterable[Identifier]) -> dict[Identifier, str]:
    """The customer who has each identifier; one that nobody has, has no entry."""
    keys = {(one.kind.value, digest_of(vault, one)): one for one in wanted}
    rows = connection.execute(_OWNERS, {"ids": sorted({digest for _, digest in keys})})
    return {keys[kind, digest]: customer_id for kind, digest, customer_id in rows if (kind, digest) in keys}


def count_identifiers(connection: Connection, customer_ids: Iterable[str]) -> dict[str, int]:
    rows = connection.execute(_COUNTS, {"ids": sorted(set(customer_ids))})
    return {row[0]: row[1] for row in rows}


def find_identifiers(
    connection: Connection, vault: Vault, customer_ids: Iterable[str]
) -> dict[str, tuple[Identifier, ...]]:
    """The identifiers of each customer, in order; a customer without one has no entry."""
    found: dict[str, list[Identifier]] = {}
    for customer_id, kind, digest, sealed in connection.execute(_SEALED, {"ids": sorted(set(customer_ids))}):
        value = vault.open_whole(sealed, bound_to(kind, digest))
        found.setdefault(customer_id, []).append(Identifier(IdentifierKind(kind), value))
    return {customer_id: tuple(sorted(of)) for customer_id, of in found.items()}


def store_identifiers(unit: UnitOfWork, owners: Mapping[Identifier, str]) -> None:
    rows = [identifier_row(unit, one, customer_id) for one, customer_id in owners.items()]
    if rows:
        unit.connection.execute(insert(identifiers), rows)


def identifier_row(unit: UnitOfWork, one: Identifier, customer_id: str) -> dict[str, object]:
    """Sealed for its digest and not for its customer: a merge hands the row over as it is."""
    digest = digest_of(unit.vault, one)
    return {
        "kind": one.kind,
        "digest": digest,
        "customer_id": customer_id,
        "sealed": unit.vault.seal_whole(one.value, bound_to(one.kind, digest)),
        "recorded_at": unit.now,
    }


def remove_identifiers(unit: UnitOfWork, changes: Sequence[IdentifierChange]) -> None:
    keys = [
        {"of_kind": one.identifier.kind, "of_digest": digest_of(unit.vault, one.identifier)}
        for one in changes
    ]
    if keys:
        unit.connection.execute(_REMOVE, keys)


def digest_of(vault: Vault, one: Identifier) -> str:
    return vault.identifier_digest(one.kind, one.value)


def bound_to(kind: str, digest: str) -> str:
    return f"{kind}|{digest}"
