"""What a check is: one statement that finds rows which must not be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text

from services.programme.programme import Programme


@dataclass(frozen=True, slots=True)
class Scene:
    """What a check looks at: one snapshot of the database, and the time.

    programme: None when it is not known which one the database was served with.
    """

    connection: Connection
    now: datetime
    programme: Programme | None

    @property
    def is_postgresql(self) -> bool:
        return self.connection.dialect.name == "postgresql"


@dataclass(frozen=True, slots=True)
class Check:
    """An invariant that can be looked up in the stored rows.

    find: answers the key of the first row that violates it, None when all is well.
    """

    check_id: str
    sentence: str
    find: Callable[[Scene], str | None]
    needs_programme: bool = False


def rows(check_id: str, sentence: str, sql: str, postgresql: str = "") -> Check:
    """A check by SQL whose rows are the violations; its columns name the row.

    postgresql: the statement where that database needs another one.
    """

    def find(scene: Scene) -> str | None:
        statement = postgresql if postgresql and scene.is_postgresql else sql
        first = f"SELECT * FROM ({statement}) AS found ORDER BY 1 LIMIT 1"  # noqa: S608  (constants)
        found = scene.connection.execute(text(first)).first()
        return None if found is None else ", ".join(str(part) for part in found)

    return Check(check_id, sentence, find)
