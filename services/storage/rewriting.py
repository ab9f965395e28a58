"""Rewriting a SQLite file after an erasure, so that no trace stays in its free space.

SQLite overwrites what is deleted (`secure_delete`), but a page that was split earlier may still carry an
old copy of a row that moved to its neighbour: in a test one deleted row in some 300 was found so. Only a file
that is written anew holds nothing but its rows. On PostgreSQL the space is freed by its own VACUUM.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Engine

from services.storage import outbox
from services.storage.outbox import Work
from services.storage.unit import UnitOfWork

REWRITE_TOPIC: Final = "storage.rewrite"
AT_ONCE_BYTES_MAX: Final = 128 * 1024 * 1024  # a second or two, for which writes wait
READERS_MILLISECONDS: Final = 2_000  # a list is read in less; writes wait for the readers too
NIGHT_HOUR: Final = 3  # of the programme: when a larger file is rewritten, once for all erasures of the day


class RewritingError(Exception):
    """A reader still sees the file as it was; it is tried again."""


def ask_to_rewrite(unit: UnitOfWork) -> None:
    """Have the file rewritten by the worker; of a few megabytes at once, of a larger one in the night."""
    if unit.connection.dialect.name != "sqlite":
        return
    pages, page_bytes = (
        unit.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in ("page_count", "page_size")
    )
    due_at = (
        unit.now if pages * page_bytes <= AT_ONCE_BYTES_MAX else next_night(unit.now, unit.programme.zone)
    )
    outbox.enqueue(unit, [Work(REWRITE_TOPIC, "sqlite", {}, due_at)])


def next_night(now: datetime, zone: ZoneInfo) -> datetime:
    local = now.astimezone(zone)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return (night if night > local else night + timedelta(days=1)).astimezone(now.tzinfo)


def rewrite(engine: Engine) -> None:
    """Write the file anew and empty its write-ahead log; writes wait for it, reads go on.

    Raises RewritingError while a reader still looks at the file as it was.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA temp_store=FILE")  # the new file may not fit into memory
        connection.exec_driver_sql("VACUUM")
        connection.exec_driver_sql(f"PRAGMA busy_timeout={READERS_MILLISECONDS}")
        busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        connection.invalidate()  # its settings are this task's own
    if busy:
        raise RewritingError("a reader still sees the file as it was")
