"""Cases as values: what opens them, where they stand, and what refuses a step. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from services.errors import NotFoundError, WrongStateError
from services.feedback.rules.answers import Answer, action_of, survey_of
from services.programme.programme import Programme
from services.programme.surveys import Trigger
from services.programme.themes import Theme, words_of

ABOUT_A_CASE: Final = "case"  # the touchpoint, unless a survey says another


class CaseNotFoundError(NotFoundError):
    """No case has this id; see ListCases."""

    reason = "CASE_NOT_FOUND"


class CaseResolvedError(WrongStateError):
    """This case is resolved; reopen it first."""

    reason = "CASE_RESOLVED"


class CaseOpenError(WrongStateError):
    """A case of this customer and cause is open; go on with it."""

    reason = "CASE_OPEN"


class ConsentMissingError(WrongStateError):
    """The customer did not agree to this channel; choose another, such as the phone."""

    reason = "CONSENT_MISSING"


class CaseState(StrEnum):
    OPEN = "OPEN"
    IN_PROGRESS = "IN_PROGRESS"
    WAITING = "WAITING"
    RESOLVED = "RESOLVED"
    REOPENED = "REOPENED"


class CaseCause(StrEnum):
    """What opened a case; the surveys are named like their kinds."""

    NPS = "NPS"
    CSAT = "CSAT"
    CES = "CES"
    COMPLAINT = "COMPLAINT"


class PrivateChannel(StrEnum):
    """How a customer is spoken to, seen by nobody else."""

    UNKNOWN = ""
    EMAIL = "EMAIL"
    PHONE = "PHONE"
    CHAT = "CHAT"
    IN_APP = "IN_APP"


# In the order in which they are chosen; named like the consents that they need. A call needs none.
AGREED_CHANNELS: Final = (PrivateChannel.EMAIL, PrivateChannel.IN_APP)


@dataclass(frozen=True, slots=True)
class Case:
    """Something that somebody has to see to by `due_at`. The words of the customer are personal.

    What has a default was not kept of the cases that there were first.
    """

    case_id: str
    customer_id: str
    cause: CaseCause
    answer: int | None  # None: a complaint
    state: CaseState
    opened_at: datetime
    due_at: datetime
    resolved_at: datetime | None = None
    resolved_by: str = ""
    resolution: str = field(default="", repr=False)
    opened_by: str = ""  # empty: an answer did
    channel: str = ""  # that it is about; empty: not known
    theme: str = ""
    source: str = ""
    order_id: str = ""
    text: str = field(default="", repr=False)
    wished_channel: PrivateChannel = PrivateChannel.UNKNOWN
    private_channel: PrivateChannel = PrivateChannel.UNKNOWN
    assignee: str = ""
    respond_by: datetime | None = None
    responded_at: datetime | None = None
    waiting_since: datetime | None = None
    first_resolved_at: datetime | None = None
    resolved_in_time: bool | None = None
    reopened_at: datetime | None = None  # the first time
    reopenings: int = 0

    @property
    def is_open(self) -> bool:
        return self.state is not CaseState.RESOLVED

    def is_overdue(self, now: datetime) -> bool:
        """Past a target; never while it waits for the customer."""
        if not self.is_open or self.state is CaseState.WAITING:
            return False
        is_unanswered = self.responded_at is None and self.respond_by is not None and self.respond_by <= now
        return is_unanswered or self.due_at <= now


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """Which cases to list; empty: all."""

    state: CaseState | None = None
    overdue_at: datetime | None = None  # overdue by then
    customer_id: str = ""
    open_only: bool = False
    assignee: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """What a customer is unhappy about, as somebody took it in."""

    customer_id: str
    case_id: str  # that a case gets, should it open one
    text: str = field(repr=False)
    actor: str
    channel: str = ""
    theme: str = ""
    source: str = ""
    order_id: str = ""
    wished_channel: PrivateChannel = PrivateChannel.UNKNOWN


def opens_case(answer: Answer, now: datetime, programme: Programme) -> bool:
    """Whether somebody has to see to an answer: its survey says so, and it is no history told late."""
    is_fresh = now - answer.answered_at <= timedelta(days=programme.feedback.late_answer_days)
    return is_fresh and action_of(answer, survey_of(answer, programme)) == "OPEN_CASE"


def is_about_a_case(answer: Answer, programme: Programme) -> bool:
    """Whether a customer was asked how a case was seen to."""
    survey = survey_of(answer, programme)
    is_asked_again = survey is not None and survey.trigger is Trigger.CASE_RESOLVED
    return is_asked_again or answer.touchpoint == ABOUT_A_CASE


def case_of_answer(
    answer_id: int, answer: Answer, granted: frozenset[str], now: datetime, programme: Programme
) -> Case:
    """The case that the answer opens at `now`. granted: what its customer agreed to."""
    return Case(
        case_id=f"case-{answer_id}",
        customer_id=answer.customer_id,
        cause=CaseCause(answer.survey),
        answer=answer.answer,
        state=CaseState.OPEN,
        opened_at=now,
        due_at=due_from(now, programme),
        channel=answer.channel,
        theme=theme_of(answer.comment, programme.themes),
        source=answer.source,
        order_id=answer.order_id,
        text=answer.comment,
        private_channel=agreed_channel(granted),
        respond_by=respond_by(now, programme),
    )


def case_of_complaint(one: Complaint, granted: frozenset[str], now: datetime, programme: Programme) -> Case:
    """The case that the complaint opens at `now`."""
    return Case(
        case_id=one.case_id,
        customer_id=one.customer_id,
        cause=CaseCause.COMPLAINT,
        answer=None,
        state=CaseState.OPEN,
        opened_at=now,
        due_at=due_from(now, programme),
        opened_by=one.actor,
        channel=one.channel,
        theme=one.theme or theme_of(one.text, programme.themes),
        source=one.source,
        order_id=one.order_id,
        text=one.text,
        wished_channel=one.wished_channel,
        private_channel=one.wished_channel or agreed_channel(granted),
        respond_by=respond_by(now, programme),
    )


def due_from(moment: datetime, programme: Programme) -> datetime:
    return moment + timedelta(hours=programme.feedback.case_hours)


def respond_by(moment: datetime, programme: Programme) -> datetime:
    """When somebody should have spoken to the customer; never later than it should be resolved."""
    settings = programme.feedback
    return moment + timedelta(hours=min(settings.first_response_hours, settings.case_hours))


def agreed_channel(granted: frozenset[str]) -> PrivateChannel:
    """The first channel that the customer agreed to, else the phone."""
    return next((one for one in AGREED_CHANNELS if one in granted), PrivateChannel.PHONE)


def may_contact(case: Case, channel: PrivateChannel, granted: frozenset[str]) -> bool:
    """Whether the customer may be spoken to so: who asked for an answer by e-mail agreed to that answer."""
    return channel not in AGREED_CHANNELS or channel in granted or channel is case.wished_channel


def theme_of(text: str, themes: Sequence[Theme]) -> str:
    """The first theme that the text speaks of; empty: none."""
    words = words_of(text)
    return next((one.name for one in themes if any(words_of(word) in words for word in one.words)), "")
