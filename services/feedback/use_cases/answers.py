"""What `feedback` does with answers: take them in, tell of them, and thank for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from services.codes import CHANCE_BYTES, code_of
from services.errors import RegularsError
from services.events import CouponEarned, CustomerSeen, SurveyAnswered
from services.feedback.queries import answers as queries
from services.feedback.queries.invitations import find_invitations, store_invitations
from services.feedback.rules.answers import Answer, Recorded
from services.feedback.rules.intake import Intake
from services.feedback.use_cases.cases import open_cases
from services.feedback.use_cases.invitations import end_timers
from services.programme.surveys import Survey
from services.storage.sets import lock_customers
from services.storage.unit import UnitOfWork, use_case


@use_case(Recorded)
def record_answers(unit: UnitOfWork, answers: Sequence[Answer]) -> list[Recorded | RegularsError]:
    """Take answers in, each on its own. What is refused at first sight makes nobody known."""
    sight = _intake(unit, answers)
    refused = {place: one for place, answer in enumerate(answers) if (one := _refusal(sight.take(answer)))}
    able = [answer for place, answer in enumerate(answers) if place not in refused]
    lock_customers(unit, (answer.customer_id for answer in able))
    intake = _intake(unit, able)
    taken = iter([_thanked(unit, intake, answer) for answer in able])
    _store(unit, intake)
    return [refused.get(place) or next(taken) for place in range(len(answers))]


def _intake(unit: UnitOfWork, answers: Sequence[Answer]) -> Intake:
    invitation_ids = (one.invitation_id for one in answers if one.invitation_id is not None)
    return Intake(
        unit.now,
        unit.programme,
        find_invitations(unit.connection, invitation_ids),
        queries.find_keyed(unit.connection, (one.answer_key for one in answers)),
    )


def _refusal(outcome: Recorded | RegularsError) -> RegularsError | None:
    return outcome if isinstance(outcome, RegularsError) else None


def _thanked(unit: UnitOfWork, intake: Intake, answer: Answer) -> Recorded | RegularsError:
    """Take an answer in, and give its coupon when it completes an invitation for the first time."""
    recorded = intake.take(answer)
    if isinstance(recorded, RegularsError):
        return recorded
    coupon = _incentive(unit, answer, intake)
    if coupon is None:
        return recorded
    if not recorded.is_repeated:
        unit.emit(coupon)
    return replace(recorded, incentive_code=coupon.code)


def _incentive(unit: UnitOfWork, answer: Answer, intake: Intake) -> CouponEarned | None:
    """The coupon for completing an invitation; its code is always the same, so that there is only one."""
    if answer.invitation_id is None:
        return None
    survey = _surveys(unit).get(intake.invitations[answer.invitation_id].survey_id)
    if survey is None or survey.incentive is None:
        return None
    return CouponEarned(
        customer_id=answer.customer_id,
        code=code_of(unit.vault.token("incentive", answer.invitation_id)[:CHANCE_BYTES]),
        campaign=f"survey-{survey.id}",
        title=survey.incentive.title,
        benefit=survey.incentive.benefit,
        value=survey.incentive.value,
        valid_until=unit.now + timedelta(days=survey.incentive.valid_days),
    )


def _surveys(unit: UnitOfWork) -> Mapping[str, Survey]:
    return {survey.id: survey for survey in unit.programme.surveys}


def _store(unit: UnitOfWork, intake: Intake) -> None:
    store_invitations(unit.connection, intake.answered)
    end_timers(unit, (one.invitation_id for one in intake.answered))
    stored = queries.store_answers(unit.connection, intake.fresh)
    open_cases(unit, stored)
    for number, answer in stored.items():
        unit.emit(CustomerSeen(answer.customer_id))
        unit.emit(
            SurveyAnswered(answer.customer_id, answer.survey, answer.answer, number, answer.answered_at)
        )
