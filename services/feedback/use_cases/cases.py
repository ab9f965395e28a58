"""What `feedback` does about the unhappy: a case is opened, worked on, and ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from services.errors import RegularsError
from services.events import CaseResolved, CustomerSeen
from services.feedback.queries import cases as queries
from services.feedback.queries.invitations import find_granted
from services.feedback.rules.answers import Answer
from services.feedback.rules.case_steps import Assignment, ContactMade, Reopening, Resolution, Step
from services.feedback.rules.cases import Case, Complaint, opens_case
from services.feedback.rules.docket import Docket, TakenIn
from services.storage.sets import lock_customers, lock_known
from services.storage.unit import UnitOfWork, use_case


def open_cases(unit: UnitOfWork, stored: Mapping[int, Answer]) -> None:
    """Take up the unhappy among the answers of locked customers."""
    unhappy = {
        answer_id: answer
        for answer_id, answer in stored.items()
        if opens_case(answer, unit.now, unit.programme)
    }
    if not unhappy:
        return
    docket = docket_of(unit, (answer.customer_id for answer in unhappy.values()))
    for answer_id, answer in unhappy.items():
        docket.hear(answer_id, answer)
    store_docket(unit, docket)


@use_case(TakenIn)
def take_complaints(unit: UnitOfWork, complaints: Sequence[Complaint]) -> list[TakenIn]:
    lock_customers(unit, (one.customer_id for one in complaints))
    docket = docket_of(unit, (one.customer_id for one in complaints))
    taken = [docket.complain(one) for one in complaints]
    store_docket(unit, docket)
    for one in complaints:
        unit.emit(CustomerSeen(one.customer_id))
    return taken


@use_case(Case)
def assign_cases(unit: UnitOfWork, steps: Sequence[Assignment]) -> list[Case | RegularsError]:
    return _taken(unit, steps)


@use_case(Case)
def record_contacts(unit: UnitOfWork, steps: Sequence[ContactMade]) -> list[Case | RegularsError]:
    return _taken(unit, steps)


@use_case(Case)
def resolve_cases(unit: UnitOfWork, steps: Sequence[Resolution]) -> list[Case | RegularsError]:
    outcomes = _taken(unit, steps)
    for case in outcomes:
        if isinstance(case, Case):
            unit.emit(CaseResolved(case.case_id, case.customer_id, case.cause, unit.now))
    return outcomes


@use_case(Case)
def reopen_cases(unit: UnitOfWork, steps: Sequence[Reopening]) -> list[Case | RegularsError]:
    return _taken(unit, steps)


def _taken(unit: UnitOfWork, steps: Sequence[Step]) -> list[Case | RegularsError]:
    """Take step after step; one that is refused changes nothing."""
    docket = docket_of_cases(unit, (one.case_id for one in steps))
    outcomes: list[Case | RegularsError] = []
    for step in steps:
        try:
            outcomes.append(docket.take(step))
        except RegularsError as error:
            outcomes.append(error)
    store_docket(unit, docket)
    return outcomes


def docket_of_cases(unit: UnitOfWork, case_ids: Iterable[str]) -> Docket:
    """The cases with all that matters of their customers, who are locked.

    Whose a case is may have changed since it was looked up: two customers were merged.
    """
    ids = sorted(set(case_ids))
    owners = {one.customer_id for one in queries.find_cases(unit.connection, ids).values()}
    lock_known(unit, owners)
    docket = docket_of(unit, owners)
    docket.cases |= queries.find_cases(unit.connection, ids)
    return docket


def docket_of(unit: UnitOfWork, customer_ids: Iterable[str]) -> Docket:
    """The cases that locked customers' being unhappy may be about."""
    ids = sorted(set(customer_ids))
    since = unit.now - timedelta(days=unit.programme.feedback.reopen_days)
    current = queries.find_current(unit.connection, ids, since)
    return Docket(unit.now, unit.programme, current, find_granted(unit.connection, ids))


def store_docket(unit: UnitOfWork, docket: Docket) -> None:
    queries.store_cases(unit.connection, [docket.cases[one] for one in sorted(docket.touched)])
    queries.add_changes(unit.connection, docket.changes)
    queries.add_notes(unit.connection, docket.notes)
