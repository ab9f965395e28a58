"""Sweeps: work that comes again and again, to do what time alone does and nobody calls for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from services.clock import EPOCH
from services.errors import RegularsError
from services.storage import outbox
from services.storage.unit import UnitOfWork

REST: Final = timedelta(seconds=60)  # something may have become due sooner than the last sweep knew


@dataclass(frozen=True, slots=True)
class Swept:
    """A sweep that is over, and whether all that it found due withstood it."""

    work: outbox.Claimed
    is_stuck: bool

    @property
    def customer_id(self) -> str:
        return self.work.customer_id


def first_sweep(topic: str) -> outbox.Work:
    """The sweep that is planned when a server starts and none waits."""
    return outbox.Work(topic, "all", {"recurs": True}, EPOCH)


def swept(work: outbox.Claimed, answers: Sequence[Any]) -> Swept:
    """answers: of all that was found due. One that found nothing is not stuck: much falls due meanwhile."""
    return Swept(work, bool(answers) and all(isinstance(answer, RegularsError) for answer in answers))


def plan_next(unit: UnitOfWork, over: Sequence[Swept], moments: Iterable[datetime | None]) -> None:
    """Sweep again at the first of the moments, and after a rest at the latest; a stuck sweep rests."""
    latest, last = unit.now + REST, over[-1]
    due_at = min((moment for moment in moments if moment is not None), default=latest)
    if due_at <= unit.now:
        due_at = latest if last.is_stuck else unit.now
    work = last.work
    outbox.enqueue(unit, [outbox.Work(work.topic, work.work_key, work.payload, min(due_at, latest))])
