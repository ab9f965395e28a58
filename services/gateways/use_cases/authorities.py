"""Our own authorities: made at need, handed over from one to the next, and thrown away after a leak."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from services.gateways import queries
from services.gateways.certificates import (
    GATEWAY_LIFE,
    Authorities,
    Authority,
    make_authority,
    private_pem,
    read_authority,
)
from services.gateways.queries import StoredAuthority
from services.gateways.rules import TOKEN_LIFE, RotationUnderWayError
from services.storage.database import Database
from services.storage.vault import Vault

SEALED_FOR: Final = "gateway authority"  # nothing else opens with what seals the key
# When it is over, every token and certificate that counts was given together with the next authority.
OVERLAP: Final = GATEWAY_LIFE + TOKEN_LIFE


def open_authorities(database: Database) -> Authorities:
    """The authorities of this programme's gateways; the first is made at the first call."""
    with database.engine.begin() as connection:
        return authorities_of(connection, database.vault, database.programme.name, database.clock.now())


def authorities_of(connection: Connection, vault: Vault, programme: str, now: datetime) -> Authorities:
    found = queries.find_authorities(connection)
    if not found:
        keep(connection, vault, make_authority(programme, now), now, queries.FIRST_AUTHORITY)
        found = queries.find_authorities(connection)
    return read_authorities(found, vault)


def known_authorities(connection: Connection, vault: Vault) -> Authorities | None:
    """Those that there are; None before the first is made."""
    found = queries.find_authorities(connection)
    return read_authorities(found, vault) if found else None


def read_authorities(found: Sequence[StoredAuthority], vault: Vault) -> Authorities:
    """Opens their keys, which lie sealed."""
    opened = (
        read_authority(one.certificate, vault.open_whole(one.sealed_key, SEALED_FOR), one.takes_over_at)
        for one in found
    )
    return Authorities(tuple(opened))


def keep(connection: Connection, vault: Vault, made: Authority, now: datetime, name: str) -> None:
    sealed = vault.seal_whole(private_pem(made.private_key).decode(), SEALED_FOR)
    kept = StoredAuthority(name, made.pem.decode(), sealed, made.takes_over_at)
    queries.keep_authority(connection, kept, now)


def rotate_authority(database: Database, overlap: timedelta = OVERLAP) -> datetime:
    """Make the authority that takes over when every gateway knows it; answers when that is.

    What the one before has certified stays valid to its end. Raises RotationUnderWayError.
    """
    now, programme = database.clock.now(), database.programme.name
    with database.engine.begin() as connection:
        known = authorities_of(connection, database.vault, programme, now)
        if len(known.trusted(now)) > 1:
            raise RotationUnderWayError
        forget_outlived(connection, known, now)
        made = make_authority(programme, now, now + overlap)
        keep(connection, database.vault, made, now, f"{now:%Y%m%d%H%M%S}")
    return made.takes_over_at


def forget_outlived(connection: Connection, known: Authorities, now: datetime) -> None:
    """Destroy the keys of authorities whose certificates have all ended."""
    trusted = {one.pem.decode() for one in known.trusted(now)}
    stored = queries.find_authorities(connection)
    queries.forget_authorities(connection, [one.name for one in stored if one.certificate not in trusted])


def replace_authority(database: Database) -> int:
    """Trust nothing that any authority has certified, and begin anew: for a key that has leaked.

    Answers how many certificates ended: every gateway is to be enrolled anew.
    """
    now, programme = database.clock.now(), database.programme.name
    with database.engine.begin() as connection:
        stored = queries.find_authorities(connection)
        queries.forget_authorities(connection, [one.name for one in stored])
        queries.forget_all_tokens(connection)
        keep(connection, database.vault, make_authority(programme, now), now, queries.FIRST_AUTHORITY)
        return queries.revoke_all(connection, now)
