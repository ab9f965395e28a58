"""Answers to surveys: what may be answered, what class an answer is of, and what follows it. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from services.errors import DuplicateError, InvalidError, NotFoundError
from services.programme.programme import Programme
from services.programme.surveys import CLASSES, Action, Survey


class SurveyKind(StrEnum):
    NPS = "NPS"
    CSAT = "CSAT"
    CES = "CES"


class Polarity(StrEnum):
    """What a high answer means, where it is asked about effort."""

    NONE = ""
    EASY = "EASY"  # "it was easy": high is good
    EFFORT = "EFFORT"  # "how much effort was it": high is bad


SCALES: Final = {SurveyKind.NPS: (0, 10), SurveyKind.CSAT: (1, 5), SurveyKind.CES: (1, 7)}
HAPPY_FROM: Final = {SurveyKind.NPS: 9, SurveyKind.CSAT: 4, SurveyKind.CES: 5}
NEUTRAL_FROM: Final = {SurveyKind.NPS: 7, SurveyKind.CSAT: 3, SurveyKind.CES: 4}

Grade = Literal[0, 1, 2]
UNHAPPY: Final = 2  # the grade of detractors, the dissatisfied, and those who found it hard


class SurveyNotFoundError(NotFoundError):
    """The programme has no survey with this id; see ListSurveys."""

    reason = "SURVEY_NOT_FOUND"


class AnswerExistsError(DuplicateError):
    """There is an answer with this answer_id already, and it says something else; choose another id."""

    reason = "ANSWER_EXISTS"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a customer said. The comment is personal: it is in no log and no message."""

    customer_id: str
    survey: SurveyKind
    answer: int
    answered_at: datetime
    polarity: Polarity = Polarity.NONE
    survey_id: str = ""  # empty: of no survey of the programme
    invitation_id: str | None = None
    answer_key: str | None = None  # the backend's own name for it
    comment: str = field(default="", repr=False)
    channel: str = ""  # where what it is about took place; empty: not known
    touchpoint: str = ""
    source: str = ""
    order_id: str = ""

    @property
    def ease(self) -> int:
        """The answer, turned so that high is good."""
        low, high = SCALES[self.survey]
        return low + high - self.answer if self.polarity is Polarity.EFFORT else self.answer

    @property
    def grade(self) -> Grade:
        """0 happy, 1 neutral, 2 unhappy."""
        if self.ease >= HAPPY_FROM[self.survey]:
            return 0
        return 1 if self.ease >= NEUTRAL_FROM[self.survey] else UNHAPPY

    @property
    def class_name(self) -> str:
        """What such an answer is called, such as `detractor`."""
        return CLASSES[self.survey.value][self.grade]

    def says_the_same(self, other: Answer) -> bool:
        """Whether the two are one answer told twice."""
        told = ("customer_id", "survey", "answer", "answered_at", "invitation_id", "comment")
        return all(getattr(self, name) == getattr(other, name) for name in told)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of an answer. `action` is what the survey says of answers of its class."""

    class_name: str = ""
    action: Action = "NONE"
    incentive_code: str = ""
    is_repeated: bool = False

    def repeated(self) -> Recorded:
        return replace(self, is_repeated=True)


def check_answer(answer: Answer) -> InvalidError | None:
    low, high = SCALES[answer.survey]
    if not low <= answer.answer <= high:
        return InvalidError(f"answer: {answer.survey} is answered from {low} to {high}", field="answer")
    return check_polarity(answer.survey, answer.polarity)


def check_polarity(kind: SurveyKind, polarity: Polarity) -> InvalidError | None:
    if polarity and kind is not SurveyKind.CES:
        return InvalidError("polarity: is said of CES alone", field="polarity")
    return None


def survey_of(answer: Answer, programme: Programme) -> Survey | None:
    """The programme's survey that was answered; it may have been taken out of the programme since."""
    return next((one for one in programme.surveys if one.id == answer.survey_id), None)


def completed(answer: Answer, survey: Survey | None) -> Answer | InvalidError:
    """The answer with what its survey says of it; a question about effort without polarity is of ease."""
    if survey is not None:
        if survey.kind != answer.survey:
            return InvalidError(f"survey: {survey.id} is {survey.kind}, not {answer.survey}", field="survey")
        if answer.polarity and answer.polarity != survey.polarity:
            return InvalidError(f"polarity: {survey.id} asks with {survey.polarity}", field="polarity")
        touchpoint = answer.touchpoint or survey.asks_about
        return replace(answer, polarity=Polarity(survey.polarity), touchpoint=touchpoint)
    return replace(answer, polarity=usual_polarity(answer.survey, answer.polarity))


def usual_polarity(kind: SurveyKind, polarity: Polarity) -> Polarity:
    """The polarity that is meant where none is stated."""
    return Polarity.EASY if kind is SurveyKind.CES and not polarity else polarity


def action_of(answer: Answer, survey: Survey | None) -> Action:
    """What follows an answer: what the survey says of its class, else a case for the unhappy."""
    said: Action | None = None if survey is None else getattr(survey.actions, answer.class_name)
    if said is not None:
        return said
    return "OPEN_CASE" if answer.grade == UNHAPPY else "NONE"
