"""Invitations: planned on events, decided again on sending, followed up once, ended.

Everything that time does to one is a piece of work in the outbox, and is done in one transaction with the end
of that work: a server that is killed neither loses nor doubles it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.errors import RegularsError
from services.feedback.queries import invitations as queries
from services.feedback.rules.answers import SCALES
from services.feedback.rules.asking import Contact, Person, awake, is_followed_up, planned, settled
from services.feedback.rules.invitations import Cause, Invitation, InvitationState, expired
from services.programme.surveys import Survey
from services.storage import outbox
from services.storage.sets import lock_known
from services.storage.unit import UnitOfWork, use_case

SEND_TOPIC: Final = "invitation.send"
FOLLOW_UP_TOPIC: Final = "invitation.follow_up"
EXPIRE_TOPIC: Final = "invitation.expire"
DELIVER_TOPIC: Final = "invitation.deliver"


def plan_invitations(unit: UnitOfWork, causes: Sequence[Cause]) -> None:
    """Plan the surveys that follow the events; an event of a member has one invitation per survey."""
    wanted = dict(_wanted(unit, causes))
    if not wanted:
        return
    known = queries.find_invitations(unit.connection, wanted)
    people = _people(unit, [cause for _, cause in wanted.values()])
    fresh = [
        planned(invitation_id, cause, survey, people[cause.customer_id], unit.now, unit.programme)
        for invitation_id, (survey, cause) in wanted.items()
        if invitation_id not in known
    ]
    made = [one for one in fresh if one is not None]
    queries.add_invitations(unit.connection, made)
    waiting = (one for one in made if one.state is InvitationState.PLANNED)
    outbox.enqueue(unit, (_timer(SEND_TOPIC, one, one.due_at) for one in waiting))


def withdraw_invitations(unit: UnitOfWork, causes: Sequence[Cause]) -> None:
    """Forget invitations after events that have not happened so, as long as nothing was sent."""
    wanted = dict(_wanted(unit, causes))
    known = queries.find_invitations(unit.connection, wanted) if wanted else {}
    waiting = [one.invitation_id for one in known.values() if one.state is InvitationState.PLANNED]
    if waiting:
        queries.drop_invitations(unit.connection, waiting)
        outbox.drop(unit.connection, [(SEND_TOPIC, one) for one in waiting])


def _wanted(unit: UnitOfWork, causes: Iterable[Cause]) -> Iterator[tuple[str, tuple[Survey, Cause]]]:
    """Each survey and event with the id of their invitation, which nobody can foretell."""
    surveys = unit.programme.surveys
    for cause in causes if surveys else ():
        for survey in surveys:
            if survey.trigger is cause.trigger:
                token = unit.vault.token("invitation", f"{survey.id}|{cause.trigger}|{cause.key}")
                yield token.hex(), (survey, cause)


@use_case(type(None))
def send_invitations(unit: UnitOfWork, due: Sequence[outbox.Claimed]) -> list[RegularsError | None]:
    """Decide once more, mark SENT, and hand the message to the outbox: all in one transaction."""
    waiting = _locked(unit, due, InvitationState.PLANNED)
    people, surveys = _people(unit, waiting), _surveys(unit)
    after: list[Invitation] = []
    for one in sorted(waiting, key=lambda one: (one.due_at, one.invitation_id)):
        person = people[one.customer_id]
        after.append(settled(one, surveys.get(one.survey_id), person, unit.now, unit.programme))
        people[one.customer_id] = _having(person, after[-1])
    queries.store_invitations(unit.connection, after)
    outbox.done(unit.connection, [work.work_id for work in due])
    outbox.enqueue(unit, (work for one in after for work in _following(unit, one, surveys)))
    return [None] * len(due)


def _having(person: Person, invitation: Invitation) -> Person:
    """The person after an invitation: one that was sent counts for those behind it."""
    if invitation.sent_at is None:
        return person
    contact = Contact(invitation.invitation_id, invitation.kind, invitation.sent_at)
    return replace(person, contacts=(*person.contacts, contact))


def _following(unit: UnitOfWork, one: Invitation, surveys: Mapping[str, Survey]) -> Iterator[outbox.Work]:
    """What the outbox has to do about an invitation that was decided."""
    if one.state is InvitationState.PLANNED:
        yield _timer(SEND_TOPIC, one, one.due_at)
    if one.state is not InvitationState.SENT:
        return
    survey = surveys[one.survey_id]
    yield _delivery(unit, one, survey, is_follow_up=False)
    yield _timer(EXPIRE_TOPIC, one, unit.now + survey.life)
    if survey.follow_up_days is not None:
        follow_up_at = unit.now + timedelta(days=survey.follow_up_days)
        yield _timer(FOLLOW_UP_TOPIC, one, awake(follow_up_at, unit.programme))


@use_case(type(None))
def follow_up_invitations(unit: UnitOfWork, due: Sequence[outbox.Claimed]) -> list[RegularsError | None]:
    """Ask those once more who have not answered; decided like the sending, but for the caps."""
    waiting = _locked(unit, due, InvitationState.SENT)
    people, surveys, settings = _people(unit, waiting), _surveys(unit), unit.programme.feedback
    able = [
        one
        for one in waiting
        if is_followed_up(one, surveys.get(one.survey_id), people[one.customer_id], unit.now, settings)
    ]
    awake_at = awake(unit.now, unit.programme)
    told = [replace(one, followed_up_at=unit.now) for one in able if awake_at <= unit.now]
    queries.store_invitations(unit.connection, told)
    outbox.done(unit.connection, [work.work_id for work in due])
    outbox.enqueue(unit, (_delivery(unit, one, surveys[one.survey_id], is_follow_up=True) for one in told))
    outbox.enqueue(unit, (_timer(FOLLOW_UP_TOPIC, one, awake_at) for one in able if awake_at > unit.now))
    return [None] * len(due)


@use_case(type(None))
def expire_invitations(unit: UnitOfWork, due: Sequence[outbox.Claimed]) -> list[RegularsError | None]:
    waiting = _locked(unit, due, InvitationState.SENT)
    queries.store_invitations(unit.connection, [expired(one, unit.now) for one in waiting])
    outbox.done(unit.connection, [work.work_id for work in due])
    return [None] * len(due)


def end_timers(unit: UnitOfWork, invitation_ids: Iterable[str]) -> None:
    """Forget what time would have done to invitations that are over."""
    topics = (FOLLOW_UP_TOPIC, EXPIRE_TOPIC)
    outbox.drop(unit.connection, [(topic, one) for one in invitation_ids for topic in topics])


def _locked(unit: UnitOfWork, due: Sequence[outbox.Claimed], state: InvitationState) -> list[Invitation]:
    """The invitations of the work that are in this state, their customers locked.

    Whose an invitation is may have changed since the work was claimed: two customers were merged.
    """
    ids = [work.work_key for work in due]
    lock_known(unit, (one.customer_id for one in queries.find_invitations(unit.connection, ids).values()))
    found = queries.find_invitations(unit.connection, ids)
    return [one for one in found.values() if one.state is state]


def _people(unit: UnitOfWork, about: Sequence[Invitation] | Sequence[Cause]) -> dict[str, Person]:
    customer_ids, order_ids = {one.customer_id for one in about}, {one.order_id for one in about}
    return queries.find_people(unit.connection, customer_ids, order_ids)


def _surveys(unit: UnitOfWork) -> dict[str, Survey]:
    return {survey.id: survey for survey in unit.programme.surveys}


def _timer(topic: str, one: Invitation, due_at: datetime) -> outbox.Work:
    return outbox.Work(topic, one.invitation_id, {"customer_id": one.customer_id}, due_at)


def _delivery(unit: UnitOfWork, one: Invitation, survey: Survey, *, is_follow_up: bool) -> outbox.Work:
    assert one.expires_at is not None
    low, high = SCALES[one.kind]
    message_id = f"{one.invitation_id}/follow-up" if is_follow_up else one.invitation_id
    payload = {
        "message_id": message_id,
        "invitation_id": one.invitation_id,
        "customer_id": one.customer_id,
        "survey_id": one.survey_id,
        "kind": one.kind,
        "polarity": one.polarity,
        "question": survey.question,
        "lowest": low,
        "highest": high,
        "medium": one.medium,
        "touchpoint": one.touchpoint,
        "source": one.source,
        "order_id": one.order_id,
        "incentive": survey.incentive.title if survey.incentive else "",
        "is_follow_up": is_follow_up,
        "sent_at": unit.now.isoformat(),
        "expires_at": one.expires_at.isoformat(),
    }
    return outbox.Work(DELIVER_TOPIC, message_id, payload, unit.now)
