"""Makes up spends, holds, corrections and gifts."""

from __future__ import annotations

from datetime import timedelta

from tests.ledger.operations import Command
from tests.ledger.point_operations import (
    AdjustPoints,
    CaptureHold,
    HoldPoints,
    ReleaseHold,
    SpendPoints,
    TakeOver,
    TransferPoints,
)
from tests.ledger.scribe import Scribe


class PointAuthor(Scribe):
    """One method for each kind of command."""

    def points(self, member: str) -> int:
        """An amount that matters: about what the member has, all of it, or one too many."""
        active = self.model.balance(member)[1] if member in self.model.members else 0
        return self.random.choice((1, active // 3, active // 2, active, active, active + 1, 50)) or 1

    def someones_order(self, member: str) -> str:
        """An order that points may pay for: mostly one of the member's own; often none."""
        own = [one for one in self.model.orders if self.model.orders[one]["customer"] == member]
        anybodys = list(self.model.orders)
        if self.random.random() < 0.4 or not anybodys:
            return ""
        return self.random.choice((own if own and self.random.random() < 0.9 else anybodys)[-6:])

    def spend(self) -> Command:
        member = self.anyone()
        return SpendPoints(
            request_id=self.name("r"),
            member=member,
            hold_id=self.name("h"),
            points=self.points(member),
            order_id=self.someones_order(member),
        )

    def hold(self) -> Command:
        member = self.anyone()
        return HoldPoints(
            request_id=self.name("r"),
            member=member,
            hold_id=self.name("h"),
            points=self.points(member),
            order_id=self.someones_order(member),
            ttl=self.random.choice((None, None, timedelta(hours=3), timedelta(days=7))),
        )

    def some_hold(self) -> tuple[str, str]:
        """(owner, id) of a hold; mostly a live one, seldom nobody's."""
        named = [one for one in self.model.holds if not one.startswith("part/")]  # the others name themselves
        live = [one for one in named if self.model.holds[one]["state"] == "HELD"]
        known = live if live and self.random.random() < 0.8 else named
        if not known or self.random.random() < 0.03:
            return self.anyone(), "h0"
        hold_id = self.random.choice(known[-8:])
        owner = self.model.holds[hold_id]["owner"]
        return (owner if self.random.random() < 0.95 else self.anyone()), hold_id

    def capture(self) -> Command:
        member, hold_id = self.some_hold()
        held = self.model.holds[hold_id]["points"] if hold_id in self.model.holds else 1
        points = self.random.choice((None, None, held, max(held // 2, 1), 1, held + 1))
        return CaptureHold(request_id=self.name("r"), member=member, hold_id=hold_id, points=points)

    def release(self) -> Command:
        member, hold_id = self.some_hold()
        return ReleaseHold(request_id=self.name("r"), member=member, hold_id=hold_id)

    def adjust(self) -> Command:
        member = self.anyone()
        points = self.random.choice((25, 1, -self.points(member)))
        expires_at = self.model.now + self.random.choice((timedelta(hours=1), timedelta(days=90)))
        return AdjustPoints(
            request_id=self.name("r"),
            member=member,
            adjustment_id=self.name("a"),
            points=points,
            expires_at=expires_at if points > 0 and self.random.random() < 0.5 else None,
        )

    def transfer(self) -> Command:
        giver, getter = self.anyone(), self.anyone()
        return TransferPoints(
            request_id=self.name("r"),
            member=giver,
            getter=getter,
            transfer_id=self.name("t"),
            points=self.points(giver),
        )

    def take_over(self) -> Command:
        return TakeOver(
            request_id=self.name("r"),
            member=self.anyone(),
            row_key=f"row{self.random.randint(1, 12)}",
            points=self.random.choice((10, 500)),
            earned_at=self.model.now - timedelta(days=self.random.choice((0, 100, 500))),
        )
