"""Invitations to surveys: whether a customer is asked, when, and what becomes of it. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum

from services.errors import NotFoundError, WrongStateError
from services.feedback.rules.answers import Answer, Polarity, SurveyKind
from services.programme.programme import Feedback, Programme
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


@dataclass(frozen=True, slots=True)
class Contact:
    """The last word that a customer got about an earlier invitation."""

    invitation_id: str
    kind: SurveyKind
    at: datetime


@dataclass(frozen=True, slots=True)
class Person:
    """All that a decision about one customer looks at."""

    member_state: str = ""  # empty: not a member
    granted: frozenset[str] = frozenset()
    contacts: tuple[Contact, ...] = ()
    has_open_case: bool = False
    returned: frozenset[tuple[str, str]] = frozenset()  # orders of which nothing was kept
    planned: frozenset[str] = frozenset()  # surveys of which an invitation waits for its time


@dataclass(frozen=True, slots=True)
class Decision:
    """To ask by a medium, or not, with the reason."""

    reason: Reason
    medium: str = ""


def planned(
    invitation_id: str, cause: Cause, survey: Survey, person: Person, now: datetime, programme: Programme
) -> Invitation | None:
    """The invitation after an event of a member; None when the event is told long too late to ask.

    It is decided here as if it were sent at its time, and again when it is: who has yet to confirm the
    membership may have by then. After several cases one invitation asks.
    """
    due_at = due(cause, survey, person, programme)
    if not person.member_state or due_at + survey.life <= now:
        return None
    if cause.trigger is Trigger.CASE_RESOLVED and survey.id in person.planned:
        return None
    made = Invitation(
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
    confirmed = replace(person, member_state="ACTIVE") if person.member_state == "PENDING" else person
    decision = decide(made, survey, confirmed, max(due_at, now), programme.feedback)
    return suppressed(made, decision.reason, now) if decision.reason else made


def due(cause: Cause, survey: Survey, person: Person, programme: Programme) -> datetime:
    """When the customer is to be asked: after the delay, outside of quiet hours."""
    at = cause.at + survey.delay
    if cause.trigger is Trigger.CASE_RESOLVED:
        at = put_off(at, person.contacts, SurveyKind(survey.kind), programme.feedback)
    return awake(at, programme)


def put_off(
    wanted_at: datetime, contacts: Sequence[Contact], kind: SurveyKind, settings: Feedback
) -> datetime:
    """When the caps allow to ask again after a case: what it was resolved for may wait for them, once.

    Where they would keep it waiting for longer than the gap between two of its kind, it is as it was wanted.
    """
    allowed_at = allowed_from(contacts, kind, settings)
    patience = timedelta(days=settings.same_kind_gap_days)
    return max(wanted_at, allowed_at) if allowed_at - wanted_at <= patience else wanted_at


def decide(
    invitation: Invitation, survey: Survey | None, person: Person, at: datetime, settings: Feedback
) -> Decision:
    """Whether an invitation may be sent at a moment; the first reason against it counts.

    survey: None when it was taken out of the programme.
    """
    if survey is None:
        return Decision(Reason.SURVEY_ENDED)
    others = tuple(one for one in person.contacts if one.invitation_id != invitation.invitation_id)
    medium = next((one for one in survey.channels if one in person.granted), "")
    checks = {
        Reason.MEMBER_STATE: person.member_state != "ACTIVE",
        Reason.STALE: at >= invitation.due_at + survey.life,
        Reason.CONSENT: "SURVEY" not in person.granted or not medium,
        Reason.OPEN_CASE: person.has_open_case,
        Reason.RETURNED: is_of_kept(survey) and (invitation.source, invitation.order_id) in person.returned,
        Reason.CAP: allowed_from(others, invitation.kind, settings) > at,
    }
    return Decision(next((one for one, holds in checks.items() if holds), Reason.NONE), medium)


def is_of_kept(survey: Survey) -> bool:
    """Whether the survey asks about goods that the customer should still have."""
    return survey.trigger in {Trigger.ORDER, Trigger.EXCHANGE}


def allowed_from(contacts: Sequence[Contact], kind: SurveyKind, settings: Feedback) -> datetime:
    """The first moment at which the caps allow another invitation of this kind."""
    any_days, same_days = (
        timedelta(days=days) for days in (settings.invitation_gap_days, settings.same_kind_gap_days)
    )
    moments = [one.at + (max(any_days, same_days) if one.kind is kind else any_days) for one in contacts]
    return max(moments, default=datetime.min.replace(tzinfo=UTC))


def awake(moment: datetime, programme: Programme) -> datetime:
    """The moment itself, or the end of the quiet hours that it lies in, by the programme's clocks."""
    begin, end = programme.reminding.quiet_from_hour, programme.reminding.quiet_until_hour
    local = moment.astimezone(programme.zone)
    is_late, is_early = local.hour >= begin, local.hour < end
    if not (is_late and is_early if begin <= end else is_late or is_early):
        return moment
    day = local.date() if is_early else local.date() + timedelta(days=1)
    return datetime.combine(day, time(end), programme.zone).astimezone(UTC)


def settled(
    invitation: Invitation, survey: Survey | None, person: Person, now: datetime, programme: Programme
) -> Invitation:
    """A planned invitation whose time has come: sent, suppressed, or put off to a later `due_at`."""
    decision = decide(invitation, survey, person, now, programme.feedback)
    if survey is None:
        return suppressed(invitation, decision.reason, now)
    if decision.reason is Reason.CAP and survey.trigger is Trigger.CASE_RESOLVED:
        wanted_at = invitation.caused_at + survey.delay
        due_at = awake(put_off(wanted_at, person.contacts, invitation.kind, programme.feedback), programme)
        if due_at > now:
            return replace(invitation, due_at=due_at)
    if decision.reason:
        return suppressed(invitation, decision.reason, now)
    awake_at = awake(now, programme)
    return (
        replace(invitation, due_at=awake_at)
        if awake_at > now
        else sent(invitation, survey, decision.medium, now)
    )


def is_followed_up(
    invitation: Invitation, survey: Survey | None, person: Person, now: datetime, settings: Feedback
) -> bool:
    """Whether who has not answered gets one more word; the caps are about invitations, not about it."""
    is_open = invitation.expires_at is not None and now < invitation.expires_at
    if invitation.followed_up_at is not None or not is_open:
        return False
    alone = replace(person, contacts=())
    return not decide(replace(invitation, due_at=now), survey, alone, now, settings).reason


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
