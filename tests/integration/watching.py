"""Watches what is sent to a database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, event


@contextmanager
def statements(target: Engine | Connection) -> Iterator[list[str]]:
    """The statements that are sent within the block."""
    sent: list[str] = []
    with _watched(target, lambda statement, _values: sent.append(statement)):
        yield sent


@contextmanager
def statements_with_values(target: Engine | Connection) -> Iterator[list[tuple[str, Any]]]:
    """The statements that are sent within the block, each with the values of its parameters."""
    sent: list[tuple[str, Any]] = []
    with _watched(target, lambda statement, values: sent.append((statement, values))):
        yield sent


@contextmanager
def _watched(target: Engine | Connection, note: Callable[[str, Any], None]) -> Iterator[None]:
    def heard(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        note(statement, values)

    event.listen(target, "before_cursor_execute", heard)
    try:
        yield
    finally:
        event.remove(target, "before_cursor_execute", heard)
