"""Rewriting a SQLite file leaves only what its rows hold."""

from __future__ import annotations

import random
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, delete, insert

from services.clock import EPOCH
from services.storage.database import make_engine
from services.storage.rewriting import RewritingError, next_night, rewrite
from services.storage.tables import touches

LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize(
    ("now", "night"),
    [
        ("2026-01-10T12:00:00+00:00", "2026-01-11T03:00:00+00:00"),
        ("2026-01-10T02:59:00+00:00", "2026-01-10T03:00:00+00:00"),
        ("2026-01-10T03:00:00+00:00", "2026-01-11T03:00:00+00:00"),
        ("2026-07-10T12:00:00+00:00", "2026-07-11T02:00:00+00:00"),  # summer time
    ],
)
def test_the_next_night_is_the_programmes(now: str, night: str) -> None:
    assert next_night(datetime.fromisoformat(now), LONDON) == datetime.fromisoformat(night)


def busy_file(folder: Path) -> tuple[Engine, Path]:
    """A file with thousands of rows in random order, so that its pages were split, some of them canaries'."""
    file = folder / "shop.db"
    engine = make_engine(f"sqlite:///{file}")
    touches.create(engine)
    dice = random.Random(6)
    for _ in range(100):
        rows = [
            {
                "event_id": f"{'canary' if who == 'canary' else 's'}-{dice.getrandbits(64):016x}",
                "source": "default",
                "customer_id": who,
                "kind": "SESSION",
                "channel": "WEB",
                "occurred_at": EPOCH,
                "touchpoint": "",
                "subject": "",
                "session_id": "",
                "pages": dice.randrange(10),
                "outbound": False,
                "proxied": False,
            }
            for who in ("canary" if dice.random() < 0.3 else f"c{dice.randrange(500)}" for _ in range(60))
        ]
        with engine.begin() as connection:
            connection.execute(insert(touches), rows)
    with engine.begin() as connection:
        connection.execute(delete(touches).where(touches.c.customer_id == "canary"))
    return engine, file


def test_no_trace_of_deleted_rows_survives_the_rewriting(tmp_path: Path) -> None:
    engine, file = busy_file(tmp_path)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert b"canary" in file.read_bytes()  # although nothing but its deletion was overwritten
    rewrite(engine)
    assert [one.name for one in tmp_path.iterdir() if b"canary" in one.read_bytes()] == []
    engine.dispose()


def test_a_reader_of_the_old_file_puts_the_rewriting_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, _ = busy_file(tmp_path)
    reader = make_engine(f"sqlite:///{tmp_path / 'shop.db'}").connect()
    reader.execution_options(isolation_level="AUTOCOMMIT")
    reader.exec_driver_sql("BEGIN")
    reader.exec_driver_sql("SELECT count(*) FROM touches").one()
    with pytest.raises(RewritingError):
        rewrite(engine)
    reader.exec_driver_sql("COMMIT")
    reader.close()
    reader.engine.dispose()
    rewrite(engine)
    engine.dispose()
