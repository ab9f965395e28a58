"""Makes up answers and referrals."""

from __future__ import annotations

from tests.ledger.friend_operations import AcceptReferral, AnswerSurvey, GetCode, SettleReferral
from tests.ledger.friends_model import OPEN
from tests.ledger.operations import Command
from tests.ledger.people_model import NOBODY
from tests.ledger.scribe import MEMBERS, STRANGER, Scribe


class FriendAuthor(Scribe):
    """One method for each kind of command."""

    def answer_survey(self) -> Command:
        points = self.random.randint(0, 10)
        return AnswerSurvey(
            request_id=self.name("r"), member=self.anyone(), points=points, answered_at=self.moment()
        )

    def get_code(self) -> Command:
        return GetCode(member=self.anyone(), code=self.name("CODE"))

    def accept(self) -> Command:
        """Mostly by somebody who is new, as friends are."""
        new = [one for one in (*MEMBERS, STRANGER) if not self.model.orders_of(one)]
        return AcceptReferral(
            request_id=self.name("r"),
            member=self.random.choice(new) if new and self.random.random() < 0.8 else self.anyone(),
            code=self.random.choice([*self.model.codes][-4:] or ["CODE0"]),
            referral_id=self.name("f"),
        )

    def settle(self) -> Command | None:
        named = [one for one, row in self.model.referrals.items() if NOBODY not in row.values()]
        due = [one for one in named if self.model.is_due(self.model.referrals[one])]
        waiting = [one for one in named if self.model.referrals[one]["state"] in OPEN]
        if not named:
            return None
        referral_id = self.random.choice(due or waiting or named)
        referral = self.model.referrals[referral_id]
        return SettleReferral(
            member=referral["friend"], referrer=referral["referrer"], referral_id=referral_id
        )
