"""What opens a case, when it is due, and how it lives."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from services.errors import RegularsError
from services.feedback.rules.answers import SCALES, Answer, SurveyKind
from services.feedback.rules.case_steps import (
    Action,
    Assignment,
    ContactMade,
    Reopening,
    Resolution,
    assigned,
    contacted,
    resolved,
)
from services.feedback.rules.cases import (
    Case,
    CaseCause,
    CaseOpenError,
    CaseResolvedError,
    CaseState,
    Complaint,
    ConsentMissingError,
    PrivateChannel,
    case_of_answer,
    case_of_complaint,
    opens_case,
    theme_of,
)
from services.feedback.rules.docket import Docket, Outcome
from services.programme.programme import Feedback, Programme
from services.programme.surveys import Survey, Trigger
from services.programme.themes import Theme

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
NOBODY: frozenset[str] = frozenset()
COMPLAINT = Complaint("anna", "complaint-1", "the kettle leaks", "ines")
THEMES = (Theme(name="Delivery", words=("late", "parcel")), Theme(name="Quality", words=("leaks",)))


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def unhappy(at: datetime = NOON, customer_id: str = "anna", touchpoint: str = "") -> Answer:
    return Answer(customer_id, SurveyKind.NPS, 2, at, touchpoint=touchpoint)


def a_case(at: datetime = NOON, programme: Programme | None = None) -> Case:
    return case_of_answer(7, unhappy(), NOBODY, at, programme or Programme())


def docket(now: datetime = NOON, *cases: Case, granted: frozenset[str] = NOBODY) -> Docket:
    return Docket(now, Programme(), {case.case_id: case for case in cases}, {"anna": granted})


def step_resolved(case: Case, now: datetime) -> Case:
    return resolved(case, Resolution(case.case_id, "anna", "ines", "sent a new one"), now)


@pytest.mark.parametrize(
    ("survey", "expected"),
    [(SurveyKind.NPS, range(7)), (SurveyKind.CSAT, range(1, 3)), (SurveyKind.CES, range(1, 4))],
)
def test_exactly_the_unhappy_answers_open_a_case(survey: SurveyKind, expected: range) -> None:
    low, high = SCALES[survey]
    opening = [
        answer
        for answer in range(low, high + 1)
        if opens_case(Answer("anna", survey, answer, NOON), NOON, Programme())
    ]
    assert opening == list(expected)


def test_an_answer_told_late_is_history() -> None:
    programme = Programme(feedback=Feedback(late_answer_days=30))
    assert opens_case(unhappy(), NOON + timedelta(days=30), programme)
    assert not opens_case(unhappy(), NOON + timedelta(days=30, seconds=1), programme)


def test_a_case_is_due_within_the_hours_that_the_programme_gives() -> None:
    case = a_case(NOON, Programme(feedback=Feedback(case_hours=48, first_response_hours=5)))
    assert (case.respond_by, case.due_at) == (NOON + hours(5), NOON + hours(48))
    quick = a_case(NOON, Programme(feedback=Feedback(case_hours=3)))
    assert quick.respond_by == quick.due_at == NOON + hours(3)


def test_a_case_is_overdue_when_nobody_responds_and_again_when_nobody_resolves() -> None:
    case = a_case()
    assert [case.is_overdue(NOON + hours(number)) for number in (7.9, 8)] == [False, True]
    spoken = replace(case, responded_at=NOON + hours(1))
    assert [spoken.is_overdue(NOON + hours(number)) for number in (23.9, 24)] == [False, True]


def test_the_customer_is_spoken_to_as_was_wished_else_as_was_agreed_else_on_the_phone() -> None:
    agreed = frozenset({"IN_APP", "SURVEY"})
    wish = replace(COMPLAINT, wished_channel=PrivateChannel.CHAT)
    assert case_of_complaint(wish, agreed, NOON, Programme()).private_channel is PrivateChannel.CHAT
    assert case_of_answer(1, unhappy(), agreed, NOON, Programme()).private_channel is PrivateChannel.IN_APP
    assert a_case().private_channel is PrivateChannel.PHONE


@pytest.mark.parametrize("channel", [PrivateChannel.EMAIL, PrivateChannel.IN_APP])
def test_nobody_is_written_to_who_did_not_agree(channel: PrivateChannel) -> None:
    word = ContactMade("case-7", "anna", "ines", channel, "we are sorry")
    with pytest.raises(ConsentMissingError):
        contacted(a_case(), word, frozenset({"SURVEY"}), NOON)
    asked = replace(a_case(), wished_channel=channel)
    assert contacted(asked, word, NOBODY, NOON).responded_at == NOON
    assert contacted(a_case(), word, frozenset({channel.value}), NOON).private_channel is channel
    heard = contacted(a_case(), replace(word, from_customer=True), NOBODY, NOON)
    assert heard.responded_at is None


def test_waiting_for_the_customer_moves_the_deadline() -> None:
    word = ContactMade("case-7", "anna", "ines", PrivateChannel.PHONE, "which kettle?", awaits_customer=True)
    waiting = contacted(a_case(), word, NOBODY, NOON + hours(2))
    assert (waiting.state, waiting.is_overdue(NOON + hours(99))) == (CaseState.WAITING, False)
    still = contacted(waiting, word, NOBODY, NOON + hours(6))
    reply = replace(word, from_customer=True, awaits_customer=False)
    back = contacted(still, reply, NOBODY, NOON + hours(12))
    assert (back.state, back.due_at) == (CaseState.IN_PROGRESS, NOON + hours(24 + 10))
    assert back.waiting_since is None


@pytest.mark.parametrize(("after", "in_time"), [(24, True), (24.1, False)])
def test_a_case_is_resolved_in_time_until_it_is_due(after: float, *, in_time: bool) -> None:
    done = step_resolved(a_case(), NOON + hours(after))
    assert (done.resolved_in_time, done.first_resolved_at) == (in_time, NOON + hours(after))
    assert done.responded_at == NOON + hours(after)


def test_a_resolved_case_takes_no_step_but_reopening() -> None:
    done = step_resolved(a_case(), NOON)
    with pytest.raises(CaseResolvedError):
        step_resolved(done, NOON)
    with pytest.raises(CaseResolvedError):
        assigned(done, Assignment("case-7", "anna", "ines", "omar"), NOON)
    with pytest.raises(CaseOpenError):
        docket(NOON, a_case()).take(Reopening("case-7", "anna", "ines", "not yet"))


def test_a_reopened_case_has_a_new_deadline_and_keeps_its_first_resolution() -> None:
    first = step_resolved(a_case(), NOON + hours(30))
    later = NOON + timedelta(days=3)
    back = docket(later, first).take(Reopening("case-7", "anna", "ines", "it leaks again"))
    assert (back.state, back.due_at, back.reopenings) == (CaseState.REOPENED, later + hours(24), 1)
    assert (back.resolved_at, back.resolution, back.reopened_at) == (None, "", later)
    again = step_resolved(back, later + hours(1))
    assert (again.first_resolved_at, again.resolved_in_time) == (NOON + hours(30), False)


@pytest.mark.parametrize(
    ("answer", "days", "state"),
    [
        (unhappy(), 30, CaseState.REOPENED),
        (unhappy(), 30.1, CaseState.RESOLVED),
        (replace(unhappy(), survey=SurveyKind.CSAT), 1, CaseState.RESOLVED),
        (replace(unhappy(touchpoint="case"), survey=SurveyKind.CSAT), 1, CaseState.REOPENED),
        (unhappy(customer_id="ben"), 1, CaseState.RESOLVED),
    ],
)
def test_being_unhappy_again_reopens_the_case_that_it_is_about(
    answer: Answer, days: float, state: CaseState
) -> None:
    now = NOON + timedelta(days=days)
    found = docket(now, step_resolved(a_case(), NOON))
    found.hear(8, replace(answer, answered_at=now))
    assert found.cases["case-7"].state is state
    assert ("case-8" in found.cases) == (state is CaseState.RESOLVED)


def test_an_answer_to_the_survey_after_a_case_is_about_it_whatever_it_asks_about() -> None:
    survey = Survey(
        id="after", kind="CSAT", question="And now?", trigger=Trigger.CASE_RESOLVED, touchpoint="tea"
    )
    programme = Programme(surveys=(survey,))
    answer = Answer("anna", SurveyKind.CSAT, 1, NOON, survey_id="after", touchpoint="tea")
    found = Docket(NOON, programme, {"case-7": step_resolved(a_case(), NOON)})
    found.hear(8, answer)
    assert found.cases["case-7"].state is CaseState.REOPENED


def test_an_answer_about_a_case_adds_nothing_while_one_is_open() -> None:
    found = docket(NOON, a_case())
    found.hear(8, replace(unhappy(touchpoint="case"), survey=SurveyKind.CSAT))
    assert list(found.cases) == ["case-7"]


def test_a_second_complaint_is_added_to_the_open_case_and_reopens_a_settled_one() -> None:
    found = docket()
    first = found.complain(COMPLAINT)
    second = found.complain(replace(COMPLAINT, case_id="complaint-2", text="and it is loud"))
    assert (first.outcome, second.outcome) == (Outcome.OPENED, Outcome.ADDED)
    assert second.case == first.case
    assert [(note.case_id, note.text) for note in found.notes] == [("complaint-1", "and it is loud")]
    found.take(Resolution("complaint-1", "anna", "ines", "a quieter one"))
    third = found.complain(replace(COMPLAINT, case_id="complaint-3", text="x" * 2000))
    assert (third.outcome, third.case.case_id) == (Outcome.REOPENED, "complaint-1")
    assert [one.action for one in found.changes] == [Action.OPENED, Action.RESOLVED, Action.REOPENED]
    assert len(found.changes[-1].detail) == 500


def test_a_complaint_is_a_case_of_its_own_beside_an_unhappy_answer() -> None:
    found = docket(NOON, a_case())
    assert found.complain(COMPLAINT).outcome is Outcome.OPENED
    assert {one.cause for one in found.cases.values()} == {CaseCause.NPS, CaseCause.COMPLAINT}


def test_no_case_is_reopened_beside_an_open_one_of_its_cause() -> None:
    settled = step_resolved(replace(a_case(), case_id="case-3"), NOON)
    with pytest.raises(CaseOpenError) as refused:
        docket(NOON, settled, a_case()).take(Reopening("case-3", "anna", "ines", "hm"))
    assert refused.value.facts == {"case_id": "case-7"}


def test_every_step_is_kept_with_its_actor_and_time() -> None:
    found = docket(NOON + hours(1), a_case())
    found.take(Assignment("case-7", "anna", "ines", "omar"))
    found.take(ContactMade("case-7", "anna", "omar", PrivateChannel.PHONE, "secret", awaits_customer=True))
    found.take(Resolution("case-7", "anna", "omar", "sent a new one"))
    assert [(one.actor, one.action, one.before, one.after) for one in found.changes] == [
        ("ines", "ASSIGNED", "OPEN", "IN_PROGRESS"),
        ("omar", "CONTACTED", "IN_PROGRESS", "WAITING"),
        ("omar", "RESOLVED", "WAITING", "RESOLVED"),
    ]
    assert {one.changed_at for one in found.changes} == {NOON + hours(1)}
    assert "secret" not in repr(found.notes)


def test_a_refused_step_leaves_no_trace() -> None:
    found = docket(NOON, step_resolved(a_case(), NOON))
    with pytest.raises(RegularsError):
        found.take(Resolution("case-7", "anna", "ines", "again"))
    with pytest.raises(RegularsError):
        found.take(ContactMade("case-7", "anna", "ines", PrivateChannel.EMAIL, "hello"))
    assert (found.touched, found.changes, found.notes) == (set(), [], [])


@pytest.mark.parametrize(
    ("text", "theme"), [("The PARCEL came", "Delivery"), ("it leaks, late", "Delivery"), ("fine", "")]
)
def test_the_theme_is_the_first_whose_words_are_there(text: str, theme: str) -> None:
    assert theme_of(text, THEMES) == theme
