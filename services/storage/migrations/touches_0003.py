"""What schema 0003 makes of the rows that it finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, text

FILLING: Final[Sequence[str]] = ()  # statements, in order


def carry_over(connection: Connection) -> None:
    for statement in FILLING:
        connection.execute(text(statement))
