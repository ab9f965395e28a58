"""Whether and when a customer is asked: caps, consents, quiet hours. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

from services.feedback.rules.answers import SurveyKind
from services.feedback.rules.invitations import (
    Cause,
    Invitation,
    Reason,
    sent,
    suppressed,
    waiting,
)
from services.programme.programme import Feedback, Programme
from services.programme.surveys import Survey, Trigger


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
    made = waiting(invitation_id, cause, survey, due_at)
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
