"""Commands of the ledger that need no order: spend, hold, adjust, transfer, take over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.loyalty.rules.adjusting import Adjustment, OpeningBalance, Transfer
from services.loyalty.rules.spending import Capture, Release, SetAside, Spend
from services.loyalty.use_cases.adjusting import adjust_points, transfer_points
from services.loyalty.use_cases.importing import import_balances
from services.loyalty.use_cases.spending import capture_holds, hold_points, release_holds, spend_points
from services.points.holds import Wanted
from tests.ledger.operations import Asked, Command, OfMember
from tests.ledger.people_model import People


@dataclass(frozen=True, kw_only=True)
class SpendPoints(OfMember):
    hold_id: str
    points: int
    order_id: str = ""

    def asked(self) -> Asked:
        return spend_points, Spend(self.member, Wanted(self.hold_id, self.points, "default", self.order_id))

    def play(self, model: People) -> None:
        model.spend(self.hold_id, self.member, self.points, self.order_id)


@dataclass(frozen=True, kw_only=True)
class HoldPoints(SpendPoints):
    ttl: timedelta | None = None

    def asked(self) -> Asked:
        wanted = Wanted(self.hold_id, self.points, "default", self.order_id)
        return hold_points, SetAside(self.member, wanted, self.ttl)

    def play(self, model: People) -> None:
        model.hold(self.hold_id, self.member, self.points, self.order_id, self.ttl)


@dataclass(frozen=True, kw_only=True)
class CaptureHold(OfMember):
    hold_id: str
    points: int | None = None

    def asked(self) -> Asked:
        return capture_holds, Capture(self.member, self.hold_id, self.points)

    def play(self, model: People) -> None:
        model.capture(self.hold_id, self.member, self.points)


@dataclass(frozen=True, kw_only=True)
class ReleaseHold(OfMember):
    hold_id: str

    def asked(self) -> Asked:
        return release_holds, Release(self.member, self.hold_id)

    def play(self, model: People) -> None:
        model.release(self.hold_id, self.member)


@dataclass(frozen=True, kw_only=True)
class AdjustPoints(OfMember):
    adjustment_id: str
    points: int
    expires_at: datetime | None = None

    def asked(self) -> Asked:
        adjustment = Adjustment(
            self.member, self.adjustment_id, self.points, "tess", "goodwill", self.expires_at
        )
        return adjust_points, adjustment

    def play(self, model: People) -> None:
        model.adjust(f"adjustment/{self.adjustment_id}", self.member, self.points, self.expires_at)


@dataclass(frozen=True, kw_only=True)
class TransferPoints(OfMember):
    getter: str
    transfer_id: str
    points: int

    def touched(self) -> tuple[str, ...]:
        return self.member, self.getter

    def meant(self, model: People) -> Command:
        return replace(self, member=model.who(self.member), getter=model.who(self.getter))

    def asked(self) -> Asked:
        transfer = Transfer(self.member, self.getter, self.transfer_id, self.points, "tess", "a gift")
        return transfer_points, transfer

    def play(self, model: People) -> None:
        model.transfer(f"transfer/{self.transfer_id}", self.member, self.getter, self.points)


@dataclass(frozen=True, kw_only=True)
class TakeOver(OfMember):
    """A row of an import of opening balances."""

    row_key: str
    points: int
    earned_at: datetime

    def asked(self) -> Asked:
        row = OpeningBalance(self.member, "move", self.row_key, self.points, "tess", self.earned_at, None)
        return import_balances, row

    def play(self, model: People) -> None:
        model.take_over(f"import/move/{self.row_key}", self.member, self.points, self.earned_at)
