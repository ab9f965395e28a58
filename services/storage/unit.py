"""One unit of work: a connection inside a transaction, the time, the programme, and what was emitted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import Connection

from services.errors import RegularsError
from services.events import Event
from services.programme.programme import Programme
from services.storage.vault import Vault


class WriteItem(Protocol):
    """What a use case takes: a frozen value that names the customer whose rows it touches."""

    @property
    def customer_id(self) -> str: ...


Value = TypeVar("Value")
Taken = TypeVar("Taken", bound=WriteItem)


@dataclass(slots=True)
class UnitOfWork:
    """What a use case works with. Nothing below the writer commits."""

    connection: Connection
    now: datetime
    programme: Programme
    vault: Vault
    events: list[Event] = field(default_factory=list)
    last_steps: list[Callable[[UnitOfWork], None]] = field(default_factory=list)
    has_due_work: bool = False  # set by the outbox: the worker is woken after the commit
    has_redirected: bool = False  # ids mean other customers now: reads learn it before any answer

    def emit(self, event: Event) -> None:
        self.events.append(event)

    def at_last(self, step: Callable[[UnitOfWork], None]) -> None:
        """Take a step in the same transaction when all reactions are done."""
        self.last_steps.append(step)


@dataclass(frozen=True, slots=True, eq=False)
class UseCase(Generic[Taken, Value]):
    """A write over a batch of items, and the type of its answers (kept for repeated requests)."""

    run: Callable[[UnitOfWork, Sequence[Taken]], Sequence[Value | RegularsError]]
    codec: TypeAdapter[Value]

    @property
    def name(self) -> str:
        return str(getattr(self.run, "__name__", "use_case"))

    def __call__(self, unit: UnitOfWork, items: Sequence[Taken]) -> Sequence[Value | RegularsError]:
        return self.run(unit, items)


def use_case(
    answer: type[Value],
) -> Callable[
    [Callable[[UnitOfWork, Sequence[Taken]], Sequence[Value | RegularsError]]], UseCase[Taken, Value]
]:
    """Declare a function over a batch as a use case whose answers are of type `answer`."""

    def declare(
        run: Callable[[UnitOfWork, Sequence[Taken]], Sequence[Value | RegularsError]],
    ) -> UseCase[Taken, Value]:
        return UseCase(run, TypeAdapter(answer))

    return declare


React = Callable[[UnitOfWork], None]
AnyUseCase = UseCase[Any, Any]
