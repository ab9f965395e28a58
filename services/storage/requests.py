"""One result per `request_id`: a repeat gets the stored answer, the same id with another body an error."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Any, cast

from sqlalchemy import select

from services.errors import CustomerErasedError, DuplicateError, RegularsError
from services.requests import RequestKey
from services.storage.redirects import Survivors, find_survivors
from services.storage.sets import among, insert_rows
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


def run_once(unit: UnitOfWork, use_case: AnyUseCase, jobs: Sequence[Job]) -> list[Any]:
    """Answer each job in order, running the use case only for requests that were never answered before."""
    answers: list[Any] = [None] * len(jobs)
    known = _stored(unit, jobs)
    fresh: dict[str | int, int] = {}  # request id (or position, without one) -> position of its first job
    for position, job in enumerate(jobs):
        key = job.request.request_id if job.request else position
        if key in known:
            answers[position] = _repeated(unit, use_case, job, known[str(key)])
        elif key not in fresh:
            fresh[key] = position
    items = _redirected(unit, {position: jobs[position].item for position in fresh.values()})
    allowed = [position for position, item in items.items() if not isinstance(item, RegularsError)]
    results = use_case.run(unit, [items[position] for position in allowed]) if allowed else ()
    for position, answer in (*items.items(), *zip(allowed, results, strict=True)):
        answers[position] = answer  # an item that was refused is its own answer
    _store(unit, use_case, jobs, answers, items)
    _repeat_within_batch(jobs, answers, fresh)
    return answers


def _redirected(unit: UnitOfWork, items: Mapping[int, Any]) -> dict[int, Any]:
    """The items, naming the survivors of merged customers; an error where an item names an erased one."""
    named = {position: _names(item) for position, item in items.items()}
    survivors = find_survivors(unit, (one for names in named.values() for one in names.values() if one))
    return {
        position: _renamed(item, named[position], survivors) if survivors else item
        for position, item in items.items()
    }


def _names(item: Any) -> dict[str, str]:
    return {name: getattr(item, name) for name in _naming_fields(cast("Hashable", type(item)))}


@cache
def _naming_fields(kind: Hashable) -> tuple[str, ...]:
    """The fields that hold a customer id. An item that derives its `customer_id` names nobody itself."""
    names = [field.name for field in fields(cast("Any", kind))]
    return tuple(name for name in names if name == "customer_id" or name.endswith("_customer_id"))


def _renamed(item: Any, names: Mapping[str, str], survivors: Survivors) -> Any:
    changes: dict[str, Any] = {name: survivors[one] for name, one in names.items() if one in survivors}
    erased = [name for name, survivor in changes.items() if survivor is None]
    if erased:
        return CustomerErasedError(field=erased[0])
    return replace(item, **changes) if changes else item


def _stored(unit: UnitOfWork, jobs: Sequence[Job]) -> dict[str | int, tuple[bytes, bytes]]:
    ids = [job.request.request_id for job in jobs if job.request]
    if not ids:
        return {}
    rows = unit.connection.execute(_STORED, {"ids": ids})
    return {request_id: (fingerprint, answer) for request_id, fingerprint, answer in rows}


def _repeated(unit: UnitOfWork, use_case: AnyUseCase, job: Job, stored: tuple[bytes, bytes]) -> Any:
    fingerprint, answer = stored
    if job.request is None or fingerprint != unit.vault.fingerprint(job.request.fingerprint):
        return RequestIdReusedError(field="request_id")
    return use_case.codec.validate_json(answer)


def _store(
    unit: UnitOfWork,
    use_case: AnyUseCase,
    jobs: Sequence[Job],
    answers: Sequence[Any],
    asked: Iterable[int],
) -> None:
    """A request stays with the customer it names, merged or not: un-merged, each keeps what was theirs."""
    encode = use_case.codec.dump_json
    rows = [
        {
            "request_id": request.request_id,
            "method": use_case.name,
            "customer_id": jobs[position].item.customer_id,
            "fingerprint": unit.vault.fingerprint(request.fingerprint),
            "answer": encode(answers[position]),
            "created_at": unit.now,
        }
        for position in asked
        if (request := jobs[position].request) and not isinstance(answers[position], RegularsError)
    ]
    insert_rows(unit.connection, requests, rows)


def _repeat_within_batch(jobs: Sequence[Job], answers: list[Any], fresh: dict[str | int, int]) -> None:
    for position, job in enumerate(jobs):
        first = fresh.get(job.request.request_id, position) if job.request else position
        if first != position:
            same = jobs[first].request == job.request
            answers[position] = answers[first] if same else RequestIdReusedError(field="request_id")
