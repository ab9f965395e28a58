"""Invitations to surveys, and what becomes of them. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.errors import NotFoundError, WrongStateError
from services.feedback.rules.answers import Answer, Polarity, SurveyKind
from services.programme.surveys import Survey, Trigger


class InvitationNotFoundError(NotFoundError):
    """This customer has no invitation with this id; look at the link that was opened."""

    reason = "INVITATION_NOT_FOUND"


class InvitationNotSentError(WrongStateError):
    """This invitation was never sent, so nobody can answer it; see its state and reason."""

    reason = "INVITATION_NOT_SENT"


class InvitationAnsweredError(WrongStateError):
    """This invitation was answered before; one answer counts."""

    reason = "INVITATION_ANSWERED"


class InvitationState(StrEnum):
    PLANNED = "PLANNED"
    SENT = "SENT"
    ANSWERED = "ANSWERED"
    EXPIRED = "EXPIRED"
    SUPPRESSED = "SUPPRESSED"


class Reason(StrEnum):
    """Why an invitation was not sent, or how it ended."""

    NONE = ""
    MEMBER_STATE = "MEMBER_STATE"
    SURVEY_ENDED = "SURVEY_ENDED"
    STALE = "STALE"
    CONSENT = "CONSENT"
    OPEN_CASE = "OPEN_CASE"
    RETURNED = "RETURNED"
    CAP = "CAP"
    NO_ANSWER = "NO_ANSWER"
    LATE = "LATE"


@dataclass(frozen=True, slots=True)
class Cause:
    """An event after which customers are asked. key: names it among all of its kind."""

    trigger: Trigger
    customer_id: str
    key: str
    at: datetime
    channel: str = ""  # empty: not known
    source: str = ""
    order_id: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A question to a customer, from its plan to its end."""

    invitation_id: str
    customer_id: str
    survey_id: str
    kind: SurveyKind
    polarity: Polarity
    state: InvitationState
    reason: Reason
    medium: str  # by which it is sent; empty until it is chosen
    channel: str  # where what it asks about took place; empty: not known
    touchpoint: str
    source: str
    order_id: str
    caused_at: datetime
    due_at: datetime
    sent_at: datetime | None = None
    followed_up_at: datetime | None = None
    expires_at: datetime | None = None
    ended_at: datetime | None = None


def waiting(invitation_id: str, cause: Cause, survey: Survey, due_at: datetime) -> Invitation:
    """The invitation that waits for its time."""
    return Invitation(
        invitation_id=invitation_id,
        customer_id=cause.customer_id,
        survey_id=survey.id,
        kind=SurveyKind(survey.kind),
        polarity=Polarity(survey.polarity),
        state=InvitationState.PLANNED,
        reason=Reason.NONE,
        medium="",
        channel=cause.channel,
        touchpoint=survey.asks_about,
        source=cause.source,
        order_id=cause.order_id,
        caused_at=cause.at,
        due_at=due_at,
    )


def suppressed(invitation: Invitation, reason: Reason, now: datetime) -> Invitation:
    return replace(invitation, state=InvitationState.SUPPRESSED, reason=reason, ended_at=now)


def sent(invitation: Invitation, survey: Survey, medium: str, now: datetime) -> Invitation:
    return replace(
        invitation,
        state=InvitationState.SENT,
        medium=medium,
        sent_at=now,
        expires_at=now + survey.life,
    )


def expired(invitation: Invitation, now: datetime) -> Invitation:
    return replace(invitation, state=InvitationState.EXPIRED, reason=Reason.NO_ANSWER, ended_at=now)


def answered(invitation: Invitation, now: datetime) -> Invitation:
    """After its answer; one that comes when the invitation was over counts too."""
    reason = Reason.NONE if invitation.state is InvitationState.SENT else Reason.LATE
    return replace(invitation, state=InvitationState.ANSWERED, reason=reason, ended_at=now)


def check_answerable(invitation: Invitation) -> InvitationNotSentError | InvitationAnsweredError | None:
    """Why an invitation cannot be answered."""
    if invitation.state is InvitationState.ANSWERED:
        return InvitationAnsweredError(field="invitation_id")
    if invitation.sent_at is None:
        return InvitationNotSentError(field="invitation_id", state=invitation.state)
    return None


def invited(answer: Answer, invitation: Invitation) -> Answer:
    """The answer with what its invitation asked about."""
    return replace(
        answer,
        survey_id=invitation.survey_id,
        polarity=invitation.polarity,
        channel=answer.channel or invitation.channel,
        touchpoint=invitation.touchpoint,
        source=invitation.source,
        order_id=invitation.order_id,
    )
