"""The taking in of answers, one by one: each is made whole, checked, and counted once. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from services.errors import InvalidError, RegularsError, check_moment
from services.feedback.rules.answers import (
    Answer,
    AnswerExistsError,
    Recorded,
    SurveyNotFoundError,
    action_of,
    check_answer,
    completed,
    survey_of,
)
from services.feedback.rules.invitations import (
    Invitation,
    InvitationNotFoundError,
    answered,
    check_answerable,
    invited,
)
from services.programme.programme import Programme


@dataclass(slots=True)
class Intake:
    """What is known when a batch of answers comes in, and what is to be stored after it.

    An answer that is refused changes nothing. keyed: the answers by the names that the backend gave them.
    """

    now: datetime
    programme: Programme
    invitations: dict[str, Invitation]
    keyed: dict[str, Answer]
    fresh: list[Answer] = field(default_factory=list)
    answered: list[Invitation] = field(default_factory=list)

    def take(self, told: Answer) -> Recorded | RegularsError:
        """Take one in, unless it was taken in before."""
        answer = self._whole(told)
        if isinstance(answer, RegularsError):
            return answer
        recorded = Recorded(answer.class_name, action_of(answer, survey_of(answer, self.programme)))
        earlier = self.keyed.get(answer.answer_key or "")
        if earlier is not None:
            return (
                recorded.repeated() if answer.says_the_same(earlier) else AnswerExistsError(field="answer_id")
            )
        problem = self._problem(answer)
        if problem is not None:
            return problem
        self._keep(answer)
        return recorded

    def _whole(self, told: Answer) -> Answer | RegularsError:
        """The answer with all that its invitation, or else its survey, says of it."""
        if told.invitation_id is not None:
            return self._invited(told, self.invitations.get(told.invitation_id))
        survey = survey_of(told, self.programme)
        if told.survey_id and survey is None:
            return SurveyNotFoundError(field="survey_id")
        return completed(told, survey)

    def _invited(self, told: Answer, invitation: Invitation | None) -> Answer | RegularsError:
        if invitation is None or invitation.customer_id != told.customer_id:
            return InvitationNotFoundError(field="invitation_id")
        if invitation.kind is not told.survey:
            return InvalidError(f"survey: the invitation asks for {invitation.kind}", field="survey")
        return invited(told, invitation)

    def _problem(self, answer: Answer) -> RegularsError | None:
        if answer.invitation_id is not None:
            problem = check_answerable(self.invitations[answer.invitation_id])
            if problem is not None:
                return problem
        return check_answer(answer) or check_moment(answer.answered_at, self.now, "answered_at")

    def _keep(self, answer: Answer) -> None:
        self.fresh.append(answer)
        if answer.answer_key is not None:
            self.keyed[answer.answer_key] = answer
        if answer.invitation_id is not None:
            after = answered(self.invitations[answer.invitation_id], self.now)
            self.invitations[after.invitation_id] = after
            self.answered.append(after)
