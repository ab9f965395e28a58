"""Whether and when a customer is asked: caps at their boundaries, quiet hours, consents, and the ends."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.feedback.rules.answers import SurveyKind
from services.feedback.rules.asking import Contact, Person, awake, decide, is_followed_up, planned, settled
from services.feedback.rules.invitations import (
    Cause,
    Invitation,
    InvitationState,
    Reason,
    answered,
    check_answerable,
    expired,
)
from services.programme.programme import Feedback, Programme
from services.programme.surveys import Survey, Trigger

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
PROGRAMME = Programme()
ANNA = Person("ACTIVE", frozenset({"SURVEY", "EMAIL"}))
AFTER_ORDER = Survey(
    id="after-order", kind="NPS", question="Would you recommend us?", trigger=Trigger.ORDER, follow_up_days=5
)
ORDERED = Cause(Trigger.ORDER, "anna", "web/o1", NOON - DAY, "WEB", "web", "o1")


def survey(**changes: Any) -> Survey:
    return Survey(**{**AFTER_ORDER.model_dump(), **changes})


def plan(person: Person = ANNA, of: Survey = AFTER_ORDER, cause: Cause = ORDERED) -> Invitation:
    found = planned("i1", cause, of, person, NOON, PROGRAMME)
    assert found is not None
    return found


def send(person: Person = ANNA, of: Survey | None = AFTER_ORDER, at: datetime = NOON) -> Invitation:
    return settled(plan(), of, person, at, PROGRAMME)


def asked(days_ago: float, kind: SurveyKind = SurveyKind.NPS) -> Person:
    """Anna, who heard of another survey so long ago."""
    return replace(ANNA, contacts=(Contact("i0", kind, NOON - days_ago * DAY),))


def test_an_invitation_is_planned_after_the_delay_and_sent_by_a_medium_that_was_agreed_to() -> None:
    one = plan()
    assert (one.state, one.due_at, one.touchpoint, one.channel) == (
        InvitationState.PLANNED,
        NOON,
        "order",
        "WEB",
    )
    after = send()
    assert (after.state, after.medium, after.sent_at) == (InvitationState.SENT, "EMAIL", NOON)
    assert after.expires_at == NOON + 14 * DAY


@pytest.mark.parametrize(
    ("kind", "days"), [(SurveyKind.NPS, 90), (SurveyKind.CSAT, 30), (SurveyKind.CES, 30)]
)
def test_the_caps_hold_to_the_last_moment(kind: SurveyKind, days: int) -> None:
    just_within = replace(ANNA, contacts=(Contact("i0", kind, NOON - days * DAY + TICK),))
    assert (send(just_within).state, send(just_within).reason) == (InvitationState.SUPPRESSED, Reason.CAP)
    assert send(asked(days, kind)).state is InvitationState.SENT


def test_a_cap_of_days_is_elapsed_time_also_where_the_clocks_change() -> None:
    """29 March 2026 has 23 hours in London: thirty days later by the clock is an hour too soon."""
    before = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
    person = replace(ANNA, contacts=(Contact("i0", SurveyKind.CSAT, before),))
    by_the_clock = before + 30 * DAY - timedelta(hours=1)
    waiting = replace(plan(), due_at=by_the_clock)
    assert decide(waiting, AFTER_ORDER, person, by_the_clock, Feedback()).reason is Reason.CAP
    assert not decide(waiting, AFTER_ORDER, person, before + 30 * DAY, Feedback()).reason


def test_its_own_sending_never_counts_against_an_invitation() -> None:
    own = replace(ANNA, contacts=(Contact("i1", SurveyKind.NPS, NOON),))
    assert not decide(plan(), AFTER_ORDER, own, NOON, Feedback()).reason


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (replace(ANNA, member_state="SUSPENDED"), Reason.MEMBER_STATE),
        (replace(ANNA, member_state="CLOSED"), Reason.MEMBER_STATE),
        (replace(ANNA, member_state="MERGED"), Reason.MEMBER_STATE),
        (replace(ANNA, member_state="ERASED"), Reason.MEMBER_STATE),
        (replace(ANNA, member_state=""), Reason.MEMBER_STATE),
        (replace(ANNA, member_state="PENDING"), Reason.MEMBER_STATE),
        (replace(ANNA, granted=frozenset({"EMAIL"})), Reason.CONSENT),
        (replace(ANNA, granted=frozenset({"SURVEY", "SMS"})), Reason.CONSENT),
        (replace(ANNA, has_open_case=True), Reason.OPEN_CASE),
        (replace(ANNA, returned=frozenset({("web", "o1")})), Reason.RETURNED),
        (asked(1), Reason.CAP),
    ],
)
def test_what_stands_against_sending_suppresses_with_its_reason(person: Person, reason: Reason) -> None:
    after = send(person)
    assert (after.state, after.reason, after.ended_at) == (InvitationState.SUPPRESSED, reason, NOON)
    assert after.sent_at is None


def test_goods_that_came_back_are_no_reason_not_to_ask_about_the_return() -> None:
    after_return = survey(id="after-return", trigger=Trigger.RETURN)
    cause = replace(ORDERED, trigger=Trigger.RETURN)
    gone = replace(ANNA, returned=frozenset({("web", "o1")}))
    assert plan(gone, after_return, cause).state is InvitationState.PLANNED


def test_a_survey_that_was_taken_out_of_the_programme_is_not_sent() -> None:
    assert send(of=None).reason is Reason.SURVEY_ENDED


def test_a_server_that_was_down_too_long_asks_no_more() -> None:
    assert send(at=NOON + 14 * DAY - TICK).state is InvitationState.SENT
    assert send(at=NOON + 14 * DAY).reason is Reason.STALE


def test_an_event_is_decided_at_once_and_who_is_no_member_leaves_no_trace() -> None:
    assert plan(asked(1)).reason is Reason.CAP
    assert planned("i1", ORDERED, AFTER_ORDER, Person(), NOON, PROGRAMME) is None


def test_who_has_yet_to_confirm_the_membership_may_have_by_then() -> None:
    assert plan(replace(ANNA, member_state="PENDING")).state is InvitationState.PLANNED


def test_history_is_not_asked_about() -> None:
    late = replace(ORDERED, at=NOON - 15 * DAY)
    assert planned("i1", late, AFTER_ORDER, ANNA, NOON, PROGRAMME) is None
    assert plan(cause=replace(late, at=late.at + TICK)).state is InvitationState.PLANNED


def test_a_case_is_asked_about_as_soon_as_the_caps_allow() -> None:
    after_case = survey(id="after-case", trigger=Trigger.CASE_RESOLVED, delay_hours=48)
    cause = Cause(Trigger.CASE_RESOLVED, "anna", "case-1", NOON - 2 * DAY)
    assert plan(of=after_case, cause=cause).due_at == NOON
    put_off = plan(asked(10), after_case, cause)
    assert (put_off.state, put_off.due_at) == (InvitationState.PLANNED, NOON + 80 * DAY)
    meanwhile = settled(plan(of=after_case, cause=cause), after_case, asked(10), NOON, PROGRAMME)
    assert (meanwhile.state, meanwhile.due_at) == (InvitationState.PLANNED, put_off.due_at)


def test_of_several_cases_one_invitation_asks() -> None:
    after_case = survey(id="after-case", trigger=Trigger.CASE_RESOLVED)
    cause = Cause(Trigger.CASE_RESOLVED, "anna", "case-2", NOON)
    waiting = replace(ANNA, planned=frozenset({"after-case", "after-order"}))
    assert planned("i2", cause, after_case, waiting, NOON, PROGRAMME) is None
    assert plan(waiting).state is InvitationState.PLANNED  # each order is a purchase of its own


def test_a_case_is_not_asked_about_when_the_caps_leave_no_room_for_too_long() -> None:
    after_case = survey(id="after-case", trigger=Trigger.CASE_RESOLVED, delay_hours=48)
    cause = Cause(Trigger.CASE_RESOLVED, "anna", "case-1", NOON - 2 * DAY)
    just_asked, about_to_be = asked(0), asked(-1 / 86_400)
    assert plan(just_asked, after_case, cause).due_at == NOON + 90 * DAY
    assert plan(about_to_be, after_case, cause).reason is Reason.CAP
    waiting = plan(just_asked, after_case, cause)
    asked_since = replace(ANNA, contacts=(Contact("i0", SurveyKind.NPS, NOON + 80 * DAY),))
    after = settled(waiting, after_case, asked_since, waiting.due_at, PROGRAMME)
    assert (after.state, after.reason) == (InvitationState.SUPPRESSED, Reason.CAP)


@pytest.mark.parametrize(
    ("at", "until"),
    [
        (datetime(2026, 3, 10, 20, 59, tzinfo=UTC), datetime(2026, 3, 10, 20, 59, tzinfo=UTC)),
        (datetime(2026, 3, 10, 21, 0, tzinfo=UTC), datetime(2026, 3, 11, 8, 0, tzinfo=UTC)),
        (datetime(2026, 3, 11, 7, 59, tzinfo=UTC), datetime(2026, 3, 11, 8, 0, tzinfo=UTC)),
        (datetime(2026, 3, 28, 23, 0, tzinfo=UTC), datetime(2026, 3, 29, 7, 0, tzinfo=UTC)),  # forward
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 8, 0, tzinfo=UTC)),  # back
    ],
)
def test_at_night_it_waits_for_the_morning_by_the_clocks_of_the_programme(
    at: datetime, until: datetime
) -> None:
    assert awake(at, PROGRAMME) == until


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)), st.integers(0, 23), st.integers(0, 23))  # noqa: DTZ001
def test_nobody_is_asked_in_quiet_hours_and_nobody_waits_a_day(at: datetime, begin: int, end: int) -> None:
    quiet = PROGRAMME.reminding.model_copy(update={"quiet_from_hour": begin, "quiet_until_hour": end})
    programme = PROGRAMME.model_copy(update={"reminding": quiet})
    moment = at.replace(tzinfo=UTC)
    found = awake(moment, programme)
    assert moment <= found <= moment + timedelta(hours=25)
    assert awake(found, programme) == found


def test_sending_at_night_is_put_off_and_changes_nothing_else() -> None:
    night = NOON + timedelta(hours=10)
    after = send(at=night)
    assert (after.state, after.due_at) == (InvitationState.PLANNED, datetime(2026, 3, 11, 8, 0, tzinfo=UTC))


def test_who_does_not_answer_is_asked_once_more_and_never_again() -> None:
    one = send()
    assert is_followed_up(one, AFTER_ORDER, asked(0), NOON + 5 * DAY, Feedback())
    again = replace(one, followed_up_at=NOON + 5 * DAY)
    assert not is_followed_up(again, AFTER_ORDER, ANNA, NOON + 6 * DAY, Feedback())
    assert not is_followed_up(one, AFTER_ORDER, ANNA, NOON + 14 * DAY, Feedback())


@pytest.mark.parametrize(
    "person",
    [
        replace(ANNA, has_open_case=True),
        replace(ANNA, granted=frozenset({"EMAIL"})),
        replace(ANNA, member_state="CLOSED"),
        replace(ANNA, returned=frozenset({("web", "o1")})),
    ],
)
def test_what_stands_against_asking_stands_against_asking_once_more(person: Person) -> None:
    assert not is_followed_up(send(), AFTER_ORDER, person, NOON + 5 * DAY, Feedback())


def test_a_late_answer_counts_and_says_that_it_is_late() -> None:
    one = send()
    assert (answered(one, NOON).state, answered(one, NOON).reason) == (InvitationState.ANSWERED, Reason.NONE)
    over = expired(one, NOON + 14 * DAY)
    assert (over.state, over.reason) == (InvitationState.EXPIRED, Reason.NO_ANSWER)
    assert check_answerable(over) is None
    late = answered(over, NOON + 20 * DAY)
    assert (late.state, late.reason) == (InvitationState.ANSWERED, Reason.LATE)


def test_what_was_never_sent_or_was_answered_cannot_be_answered() -> None:
    refusals = [check_answerable(one) for one in (plan(), send(asked(1)), answered(send(), NOON))]
    assert [one and one.reason for one in refusals] == [
        "INVITATION_NOT_SENT",
        "INVITATION_NOT_SENT",
        "INVITATION_ANSWERED",
    ]
