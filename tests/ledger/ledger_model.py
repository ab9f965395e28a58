"""What the ledger's own commands should do: spend, hold, adjust, transfer, over the points of `model`."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from tests.ledger.model import HOLD, MAY_EARN, MAY_SPEND, Points, Refused, Row

ZONE = ZoneInfo("Europe/London")
EXPIRY_MONTHS = 12


def end_of_month(moment: datetime, months: int) -> datetime:
    """Midnight after the last day of the month that lies so many months later, in the shop's time zone."""
    local = moment.astimezone(ZONE)
    month = local.month + months + 1
    year = local.year + (month - 1) // 12
    return datetime(year, (month - 1) % 12 + 1, 1, tzinfo=ZONE).astimezone(moment.tzinfo)


class Ledger(Points):
    """The commands that move points without an order."""

    def __init__(self, now: datetime) -> None:
        super().__init__(now)
        self.paid: list[Row] = []  # holds that were spent at the present moment

    def spend(self, hold_id: str, member: str, points: int, order: str) -> None:
        """A spend is a hold that is captured at once."""
        self.block(hold_id, member, points, order)
        self.unblock(self.holds[hold_id], "CAPTURED", points)
        self.paid.append(self.holds[hold_id])

    def hold(self, hold_id: str, member: str, points: int, order: str, ttl: timedelta | None) -> None:
        self.block(hold_id, member, points, order, self.now + (ttl or HOLD))

    def capture(self, hold_id: str, member: str, points: int | None) -> None:
        hold = self.own_hold(hold_id, member)
        self.unblock(hold, "CAPTURED", hold["points"] if points is None else points)
        self.paid.append(hold)
        self.advance(self.now)

    def release(self, hold_id: str, member: str) -> None:
        self.unblock(self.own_hold(hold_id, member), "RELEASED")
        self.advance(self.now)

    def own_hold(self, hold_id: str, member: str) -> Row:
        self.member(member)
        if hold_id not in self.holds or self.holds[hold_id]["owner"] != member:
            raise Refused("HOLD_NOT_FOUND")
        if hold_id.startswith("reward/"):  # those are redeemed or cancelled
            raise Refused("HOLD_OF_REWARD")
        return self.holds[hold_id]

    def adjust(self, lot_id: str, member: str, points: int, expires_at: datetime | None) -> None:
        state = self.member(member)["state"]
        if points < 0:
            for taken_from, taken in self.pick(member, -points):
                self.lots[taken_from]["active"] -= taken
            return
        if state not in MAY_EARN:
            raise Refused("MAY_NOT_EARN")
        expires_at = expires_at or end_of_month(self.now, EXPIRY_MONTHS)
        if expires_at <= self.now:
            raise Refused("ALREADY_EXPIRED")
        self.add_lot(lot_id, member, points, self.now, expires_at)

    def transfer(self, lot_id: str, giver: str, getter: str, points: int) -> None:
        """Points keep their dates when they change hands."""
        gives, gets = self.member(giver), self.member(getter)
        if giver == getter:
            raise Refused("SELF_TRANSFER")
        if gives["state"] not in MAY_SPEND:
            raise Refused("MAY_NOT_SPEND")
        if gets["state"] not in MAY_SPEND:
            raise Refused("MAY_NOT_RECEIVE")
        for number, (source, taken) in enumerate(self.pick(giver, points)):
            lot = self.lots[source]
            lot["active"] -= taken
            self.add_lot(f"{lot_id}/{number}", getter, taken, lot["activates_at"], lot["expires_at"])

    def take_over(self, lot_id: str, member: str, points: int, earned_at: datetime) -> None:
        """A row of an import counts once."""
        known = self.lots.get(lot_id)
        if known is not None:
            if (known["owner"], known["points"], known["earned_at"]) != (member, points, earned_at):
                raise Refused("ROW_DIFFERS")
            return
        if self.member(member)["state"] not in MAY_EARN:
            raise Refused("MAY_NOT_EARN")
        expires_at = end_of_month(earned_at, EXPIRY_MONTHS)
        if expires_at <= self.now:
            raise Refused("ALREADY_EXPIRED")
        self.add_lot(lot_id, member, points, earned_at, expires_at, earned_at)
