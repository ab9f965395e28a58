"""Makes up what happens to memberships, rewards and coupons."""

from __future__ import annotations

from tests.ledger.club_operations import (
    CancelReward,
    Erase,
    IssueReward,
    Merge,
    MoveOn,
    RedeemCoupon,
    RedeemReward,
    ReleaseCoupon,
    ReserveCoupon,
    ReturnReward,
    RollBackCoupon,
    Unmerge,
)
from tests.ledger.operations import Command
from tests.ledger.people_model import NOBODY
from tests.ledger.scribe import MEMBERS, Scribe


class ClubAuthor(Scribe):
    """One method for each kind of command."""

    def move_on(self) -> Command:
        steps = ("CONFIRM", "SUSPEND", "REINSTATE", "CLOSE")
        step = self.random.choices(steps, (6, 3, 6, 1))[0]
        return MoveOn(request_id=self.name("r"), member=self.anyone(), step=step)

    def merge(self) -> Command | None:
        if len(self.model.members) < 2:
            return None
        known = list(self.model.members)
        return Merge(
            request_id=self.name("r"),
            merge_id=self.name("m"),
            survivor=self.random.choice(known),
            merged=self.random.choice(known),
        )

    def unmerge(self) -> Command | None:
        if not self.model.merges:
            return None
        merge_id = self.random.choice(list(self.model.merges)[-3:])
        merge = self.model.merges[merge_id]
        return Unmerge(
            request_id=self.name("r"), merge_id=merge_id, survivor=merge["survivor"], merged=merge["merged"]
        )

    def erase(self) -> Command:
        return Erase(person=self.random.choice([*self.model.members] or MEMBERS))

    def issue(self) -> Command:
        return IssueReward(
            request_id=self.name("r"),
            member=self.anyone(),
            held_id=self.name("w"),
            reward_id=self.random.choice(("mug", "mug", "bag", "card", "moon")),
        )

    def resolve(self) -> Command:
        kind = self.random.choice((RedeemReward, RedeemReward, CancelReward, ReturnReward))
        known = [one for one in self.model.held if self.model.held[one]["owner"] != NOBODY]
        if not known or self.random.random() < 0.03:
            return kind(request_id=self.name("r"), member=self.anyone(), held_id="w0")
        held_id = self.random.choice(known[-8:])
        owner = self.model.held[held_id]["owner"]
        member = owner if self.random.random() < 0.95 else self.anyone()
        return kind(request_id=self.name("r"), member=member, held_id=held_id)

    def use_coupon(self) -> Command:
        member = self.anyone()
        code = self.random.choice(("HELLO", "OFTEN", "OFTEN", "GONE"))
        if self.random.random() < 0.3:
            return ReserveCoupon(request_id=self.name("r"), member=member, use_id=self.name("u"), code=code)
        return RedeemCoupon(
            request_id=self.name("r"),
            member=member,
            use_id=self.name("u"),
            code=code,
            order_id=self.random.choice((self.name("o"), *list(self.model.orders)[-3:])),
        )

    def end_coupon(self) -> Command:
        kind = self.random.choice((ReleaseCoupon, RollBackCoupon, RollBackCoupon))
        known = [one for one in self.model.uses if self.model.uses[one]["owner"] != NOBODY]
        if not known:
            return kind(request_id=self.name("r"), member=self.anyone(), use_id="u0")
        use_id = self.random.choice(known[-8:])
        return kind(request_id=self.name("r"), member=self.model.uses[use_id]["owner"], use_id=use_id)
