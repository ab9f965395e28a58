"""What answers and referrals should do: points for what is no order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tests.ledger.club_model import Club
from tests.ledger.ledger_model import EXPIRY_MONTHS, ZONE, end_of_month
from tests.ledger.model import MAY_EARN, Refused, Row
from tests.ledger.shop_model import PENDING_DAYS, SKEW

VALID = timedelta(days=365)  # from accepting to the friend's first order
PAID_PER_YEAR_MAX = 2
OPEN = {"ACCEPTED", "QUALIFYING"}


class Friends(Club):
    """A club whose members answer, and bring friends."""

    def __init__(
        self, now: datetime, rules: Iterable[Row], rewards: Iterable[Row], coupons: Iterable[Row]
    ) -> None:
        super().__init__(now, rules, rewards, coupons)
        self.codes: dict[str, Row] = {}
        self.referrals: dict[str, Row] = {}
        self.met: set[str] = set()  # who answered or accepted, customer or not
        self.new_codes: set[str] = set()  # of the present moment
        self.settling: set[str] = set()  # referrals, at the present moment

    def may_earn(self, member: str) -> bool:
        return member in self.members and self.members[member]["state"] in MAY_EARN

    def bonus(self, occasion: Row) -> None:
        """occasion: trigger, recipient, customer, at, key. Nothing can come back, so nothing waits."""
        at, member = occasion["at"], occasion["customer"]
        for rule in self.rules.bonuses(occasion) if self.may_earn(member) else ():
            self.count(member, at, rule["points"])
            self.add_lot(
                f"{occasion['key']}/{rule['id']}",
                member,
                rule["points"],
                at + timedelta(days=rule.get("pending_days", 0)),
                end_of_month(at, rule.get("expiry_months", EXPIRY_MONTHS)),
                earned_at=at,
            )

    def answer(self, customer: str, at: datetime) -> None:
        self.check_moment(at)
        self.met.add(customer)
        self.bonus(
            {"trigger": "SURVEY", "recipient": "", "customer": customer, "at": at, "key": f"survey/{at}"}
        )

    # --- referrals ---

    def give_code(self, member_id: str, code: str) -> None:
        """Everybody has one code; of two that are asked for together it is the later one."""
        if self.member(member_id)["state"] not in MAY_EARN:
            raise Refused("MAY_NOT_EARN")
        own = {one for one, row in self.codes.items() if row["owner"] == member_id}
        if own and not own <= self.new_codes:
            return
        for one in own:
            del self.codes[one]
        self.codes[code] = {"owner": member_id}
        self.new_codes.add(code)

    def accept(self, referral_id: str, friend: str, code: str) -> None:
        if code not in self.codes:
            raise Refused("REFERRAL_CODE_NOT_FOUND")
        referrer = self.codes[code]["owner"]
        if referrer == friend:
            raise Refused("SELF_REFERRAL")
        if not self.may_earn(referrer):
            raise Refused("REFERRER_MAY_NOT_EARN")
        if any(one["friend"] == friend for one in self.referrals.values()):
            raise Refused("ALREADY_REFERRED")
        if any(self.total(order) for order in self.orders_of(friend)):
            raise Refused("FRIEND_NOT_NEW")
        self.met.add(friend)
        self.referrals[referral_id] = {
            "friend": friend,
            "referrer": referrer,
            "state": "ACCEPTED",
            "accepted_at": self.now,
            "due_at": self.now + VALID,
        }

    def orders_of(self, customer: str) -> list[Row]:
        return [order for order in self.orders.values() if order["customer"] == customer]

    def total(self, order: Row, units: str = "quantity") -> int:
        return sum(line[units] * line["price"] for line in order["lines"])

    def shopped(self, customer: str) -> None:
        """Open referrals wait for what is now the friend's first kept order."""
        for referral in self.referrals.values():
            if referral["friend"] == customer and referral["state"] in OPEN:
                self.wait(referral)

    def wait(self, referral: Row) -> None:
        begins, ends = referral["accepted_at"] - SKEW, referral["accepted_at"] + VALID
        kept = [
            order["at"]
            for order in self.orders_of(referral["friend"])
            if self.total(order, "back") < self.total(order) and begins <= order["at"] < ends
        ]
        referral["state"] = "QUALIFYING" if kept else "ACCEPTED"
        referral["due_at"] = min(kept) + timedelta(days=PENDING_DAYS) if kept else ends

    def settle_referral(self, referral_id: str, friend: str) -> None:
        referral = self.referrals.get(referral_id)
        if referral is not None and referral["friend"] == friend:
            self.settling.add(referral_id)

    def reward(self) -> None:
        """Settle what came together, too, the longest waiting first."""
        super().reward()
        self.new_codes.clear()
        due = [one for one in self.settling if self.is_due(self.referrals[one])]
        self.settling.clear()
        paid = []
        for referral_id in sorted(due, key=lambda one: (self.referrals[one]["due_at"], one)):
            referral = self.referrals[referral_id]
            self.wait(referral)
            if self.is_due(referral):
                referral["state"] = "PAID" if self.pays(referral) else "VOID"
            if referral["state"] == "PAID":
                paid.append(referral_id)
        for referral_id in paid:
            self.pay(referral_id)

    def is_due(self, referral: Row) -> bool:
        return referral["state"] in OPEN and bool(referral["due_at"] <= self.now)

    def pays(self, referral: Row) -> bool:
        """For a friend who was new, brought by somebody else who may earn, not too often in a year."""
        others = [
            (one["accepted_at"], name)
            for name, one in self.referrals.items()
            if one["friend"] == referral["friend"]
        ]
        before = referral["accepted_at"] - SKEW
        old = [
            order
            for order in self.orders_of(referral["friend"])
            if order["at"] < before and self.total(order)
        ]
        paid = [
            one
            for one in self.referrals.values()
            if one["state"] == "PAID"
            and one["referrer"] == referral["referrer"]
            and year_of(one["due_at"]) == year_of(referral["due_at"])
        ]
        return (
            referral["state"] == "QUALIFYING"
            and referral["friend"] != referral["referrer"]
            and not old
            and self.referrals[min(others)[1]] is referral
            and self.may_earn(referral["referrer"])
            and len(paid) < PAID_PER_YEAR_MAX
        )

    def pay(self, referral_id: str) -> None:
        referral = self.referrals[referral_id]
        for recipient in ("referrer", "friend"):
            self.bonus(
                {
                    "trigger": "REFERRAL",
                    "recipient": recipient.upper(),
                    "customer": referral[recipient],
                    "at": referral["due_at"],
                    "key": f"referral/{referral_id}",
                }
            )


def year_of(moment: datetime) -> int:
    return moment.astimezone(ZONE).year
