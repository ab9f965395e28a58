"""The steps of a case's life: it is given to somebody, spoken about, resolved, opened again. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.feedback.rules.cases import (
    Case,
    CaseOpenError,
    CaseResolvedError,
    CaseState,
    ConsentMissingError,
    PrivateChannel,
    due_from,
    may_contact,
)
from services.programme.programme import Programme

DETAIL_MAX: Final = 500  # letters of a change; the whole text of a complaint is in its note


class Action(StrEnum):
    OPENED = "OPENED"
    ASSIGNED = "ASSIGNED"
    CONTACTED = "CONTACTED"
    RESOLVED = "RESOLVED"
    REOPENED = "REOPENED"
    MADE_GOOD = "MADE_GOOD"


@dataclass(frozen=True, slots=True)
class Change:
    """One step in a case's life. The detail is in somebody's own words: personal."""

    case_id: str
    changed_at: datetime
    actor: str
    action: Action
    before: str  # the state; empty at the opening
    after: str
    detail: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Note:
    """What was said in private."""

    case_id: str
    noted_at: datetime
    actor: str
    private_channel: PrivateChannel
    from_customer: bool
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Assignment:
    """A case is given to somebody."""

    case_id: str
    customer_id: str  # whose case it is
    actor: str
    assignee: str


@dataclass(frozen=True, slots=True)
class ContactMade:
    """Somebody spoke to the customer, or the customer to somebody."""

    case_id: str
    customer_id: str
    actor: str
    private_channel: PrivateChannel
    text: str = field(repr=False)
    from_customer: bool = False
    awaits_customer: bool = False


@dataclass(frozen=True, slots=True)
class Resolution:
    """What was done about a case, and by whom."""

    case_id: str
    customer_id: str
    actor: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Reopening:
    """Why a case is not settled after all."""

    case_id: str
    customer_id: str
    actor: str
    reason: str = field(repr=False)


Step = Assignment | ContactMade | Resolution | Reopening


def assigned(case: Case, step: Assignment, now: datetime) -> Case:
    """Raises CaseResolvedError."""
    _check_open(case)
    return replace(_woken(case, now), state=CaseState.IN_PROGRESS, assignee=step.assignee)


def contacted(case: Case, step: ContactMade, granted: frozenset[str], now: datetime) -> Case:
    """Raises ConsentMissingError, and CaseResolvedError when a resolved case is to wait."""
    if not step.from_customer and not may_contact(case, step.private_channel, granted):
        raise ConsentMissingError(field="private_channel", needs=step.private_channel)
    told = case if step.from_customer else replace(case, responded_at=case.responded_at or now)
    spoken = replace(told, private_channel=step.private_channel)
    if step.awaits_customer:
        _check_open(case)
        return replace(spoken, state=CaseState.WAITING, waiting_since=case.waiting_since or now)
    is_answer = step.from_customer and case.state is CaseState.WAITING
    return replace(_woken(spoken, now), state=CaseState.IN_PROGRESS) if is_answer else spoken


def resolved(case: Case, step: Resolution, now: datetime) -> Case:
    """Raises CaseResolvedError. The customer learns of it: it is the first response where there was none."""
    _check_open(case)
    awake = _woken(case, now)
    is_first = case.first_resolved_at is None
    return replace(
        awake,
        state=CaseState.RESOLVED,
        resolved_at=now,
        resolved_by=step.actor,
        resolution=step.text,
        responded_at=case.responded_at or now,
        first_resolved_at=case.first_resolved_at or now,
        resolved_in_time=now <= awake.due_at if is_first else case.resolved_in_time,
    )


def reopened(case: Case, now: datetime, programme: Programme) -> Case:
    """The case with a new deadline, as if it had never been resolved. Raises CaseOpenError."""
    if case.is_open:
        raise CaseOpenError(field="case_id", case_id=case.case_id)
    return replace(
        case,
        state=CaseState.REOPENED,
        due_at=due_from(now, programme),
        resolved_at=None,
        resolved_by="",
        resolution="",
        reopened_at=case.reopened_at or now,
        reopenings=case.reopenings + 1,
    )


def changed(before: Case | None, after: Case, actor: str, action: Action, now: datetime) -> Change:
    """The step between two states of a case, without its detail."""
    state = "" if before is None else before.state.value
    return Change(after.case_id, now, actor, action, state, after.state.value)


def reopens_until(case: Case, programme: Programme) -> datetime | None:
    """Until when the customer's being unhappy again is about this case; None: it is open."""
    days = timedelta(days=programme.feedback.reopen_days)
    return None if case.resolved_at is None else case.resolved_at + days


def _check_open(case: Case) -> None:
    if not case.is_open:
        raise CaseResolvedError(field="case_id", case_id=case.case_id)


def _woken(case: Case, now: datetime) -> Case:
    """The case when it no longer waits: its deadline is later by the time that it did."""
    if case.waiting_since is None:
        return case
    return replace(case, waiting_since=None, due_at=case.due_at + (now - case.waiting_since))
