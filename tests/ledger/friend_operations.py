"""Commands about answers and referrals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.feedback.rules.answers import Answer, SurveyKind
from services.feedback.use_cases.answers import record_answers
from services.rewards.rules.referrals import Acceptance, CodeWanted, DueReferral
from services.rewards.use_cases.referrals import accept_referrals, give_referral_codes, settle_referrals
from tests.ledger.operations import Asked, Command, OfMember
from tests.ledger.people_model import People


@dataclass(frozen=True, kw_only=True)
class AnswerSurvey(OfMember):
    points: int
    answered_at: datetime

    def asked(self) -> Asked:
        return record_answers, Answer(self.member, SurveyKind.NPS, self.points, self.answered_at)

    def play(self, model: People) -> None:
        model.answer(self.member, self.answered_at)


@dataclass(frozen=True, kw_only=True)
class GetCode(OfMember):
    code: str

    def asked(self) -> Asked:
        return give_referral_codes, CodeWanted(self.member, self.code)

    def play(self, model: People) -> None:
        model.give_code(self.member, self.code)


@dataclass(frozen=True, kw_only=True)
class AcceptReferral(OfMember):
    code: str
    referral_id: str

    def asked(self) -> Asked:
        return accept_referrals, Acceptance(self.member, self.code, self.referral_id)

    def play(self, model: People) -> None:
        model.accept(self.referral_id, self.member, self.code)


@dataclass(frozen=True, kw_only=True)
class SettleReferral(OfMember):
    """The sweep comes by a referral whose time has come, perhaps."""

    referrer: str
    referral_id: str

    def touched(self) -> tuple[str, ...]:
        return self.member, self.referrer

    def meant(self, model: People) -> Command:
        return replace(self, member=model.who(self.member), referrer=model.who(self.referrer))

    def asked(self) -> Asked:
        return settle_referrals, DueReferral(self.referral_id, self.member, self.referrer)

    def play(self, model: People) -> None:
        model.settle_referral(self.referral_id, self.member)
