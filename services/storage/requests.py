"""One result per `request_id`: a repeat gets the stored answer, the same id with another body an error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert, select

from services.errors import DuplicateError, RegularsError
from services.requests import RequestKey
from services.storage.sets import among
from services.storage.tables import requests
from services.storage.unit import AnyUseCase, UnitOfWork


class RequestIdReusedError(DuplicateError):
    """This request_id was used with another request; send a new request_id."""

    reason = "REQUEST_ID_REUSED"


@dataclass(frozen=True, slots=True)
class Job:
    """One item to write; `request` is None where the item has a natural key of its own."""

    use_case: AnyUseCase
    item: Any
    request: RequestKey | None


_STORED = select(requests.c.request_id, requests.c.fingerprint, requests.c.answer).where(
    among(requests.c.request_id, "ids")
)
_INSERT = insert(requests)


def run_once(unit: UnitOfWork, use_case: AnyUseCase, jobs: Sequence[Job]) -> list[Any]:
    """Answer each job in order, running the use case only for requests that were never answered before."""
    answers: list[Any] = [None] * len(jobs)
    known = _stored(unit, jobs)
    fresh: dict[str | int, int] = {}  # request id (or position, without one) -> position of its first job
    for position, job in enumerate(jobs):
        key = job.request.request_id if job.request else position
        if key in known:
            answers[position] = _repeated(use_case, job, known[str(key)])
        elif key not in fresh:
            fresh[key] = position
    positions = list(fresh.values())
    results = use_case.run(unit, [jobs[position].item for position in positions]) if positions else ()
    for position, result in zip(positions, results, strict=True):
        answers[position] = result
    _store(unit, use_case, jobs, answers, positions)
    _repeat_within_batch(jobs, answers, fresh)
    return answers


def _stored(unit: UnitOfWork, jobs: Sequence[Job]) -> dict[str | int, tuple[bytes, bytes]]:
    ids = [job.request.request_id for job in jobs if job.request]
    if not ids:
        return {}
    rows = unit.connection.execute(_STORED, {"ids": ids})
    return {request_id: (fingerprint, answer) for request_id, fingerprint, answer in rows}


def _repeated(use_case: AnyUseCase, job: Job, stored: tuple[bytes, bytes]) -> Any:
    fingerprint, answer = stored
    if job.request is None or fingerprint != job.request.fingerprint:
        return RequestIdReusedError(field="request_id")
    return use_case.codec.validate_json(answer)


def _store(
    unit: UnitOfWork,
    use_case: AnyUseCase,
    jobs: Sequence[Job],
    answers: Sequence[Any],
    positions: Sequence[int],
) -> None:
    encode = use_case.codec.dump_json
    rows = [
        {
            "request_id": request.request_id,
            "method": use_case.name,
            "customer_id": jobs[position].item.customer_id,
            "fingerprint": request.fingerprint,
            "answer": encode(answers[position]),
            "created_at": unit.now,
        }
        for position in positions
        if (request := jobs[position].request) and not isinstance(answers[position], RegularsError)
    ]
    if rows:
        unit.connection.execute(_INSERT, rows)


def _repeat_within_batch(jobs: Sequence[Job], answers: list[Any], fresh: dict[str | int, int]) -> None:
    for position, job in enumerate(jobs):
        if answers[position] is None and job.request:
            first = fresh[job.request.request_id]
            same = jobs[first].request == job.request
            answers[position] = answers[first] if same else RequestIdReusedError(field="request_id")
