"""At the start the rules of program.toml are taken into the database, from which alone points are given."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from services.earning.queries import versions as queries
from services.earning.rules.file_rules import synced
from services.programme.programme import Programme


def sync_file_rules(connection: Connection, programme: Programme, now: datetime) -> None:
    """Make the kept rules those of the file, in the caller's transaction. Raises SettingsError.

    Changes nothing when it is so already; of two processes that start at once the second finds it done.
    """
    kept = queries.find_all_versions(connection, to_change=True)
    queries.store_versions(connection, synced(programme.earning, kept, now))
