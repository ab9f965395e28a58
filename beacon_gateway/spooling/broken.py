"""Where a broken spool file goes: beside the new one, for whoever wants to look into it."""

import glob
import sqlite3
from pathlib import Path
from typing import Final

KEPT_MAX: Final = 3  # a disk that breaks files again and again is not filled with them
ASIDE: Final = ".broken-"


def set_aside(path: Path) -> Path:
    """Renames a file, and what SQLite wrote beside it; of those set aside before, only the latest stay."""
    times = times_set_aside(path) + 1
    for old in _aside(path):
        if _times(old) <= times - KEPT_MAX:
            old.unlink()
    for beside in ("-wal", "-shm"):
        path.with_name(path.name + beside).unlink(missing_ok=True)
    return path.rename(path.with_name(f"{path.name}{ASIDE}{times}"))


def times_set_aside(path: Path) -> int:
    return max(map(_times, _aside(path)), default=0)


def _aside(path: Path) -> list[Path]:
    return list(path.parent.glob(f"{glob.escape(path.name)}{ASIDE}*"))


def _times(aside: Path) -> int:
    counted = aside.name.rpartition(ASIDE)[2]
    return int(counted) if counted.isdecimal() else 0


def is_broken(error: sqlite3.Error) -> bool:
    """A malformed file, or none of SQLite's; what may pass (busy, full, read-only, I/O) has other names."""
    return type(error) is sqlite3.DatabaseError or getattr(error, "sqlite_errorname", "") == "SQLITE_ERROR"
