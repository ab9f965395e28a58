"""What a shop with a loyalty programme should do: orders, returns and memberships, over `model.Points`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tests.ledger.earning_model import Rules
from tests.ledger.model import FORFEIT, MAY_EARN, Points, Refused, Row

ZONE = ZoneInfo("Europe/London")
PENDING_DAYS = 14  # the return window
EXPIRY_MONTHS = 12


def end_of_month(moment: datetime, months: int) -> datetime:
    """Midnight after the last day of the month that lies so many months later, in the shop's time zone."""
    local = moment.astimezone(ZONE)
    month = local.month + months + 1
    year = local.year + (month - 1) // 12
    return datetime(year, (month - 1) % 12 + 1, 1, tzinfo=ZONE).astimezone(moment.tzinfo)


class Shop(Points):
    """Orders and returns, and what they do to points."""

    def __init__(self, now: datetime, rules: Iterable[Row]) -> None:
        super().__init__(now)
        self.orders: dict[str, Row] = {}
        self.returns: dict[str, Row] = {}
        self.rules = Rules(rules)
        self.requests: dict[str, Any] = {}

    # --- memberships ---

    def enrol(self, member: str) -> None:
        if member in self.members:
            raise Refused("ALREADY_ENROLLED")
        self.members[member] = {
            "state": "ACTIVE",
            "enrolled_at": self.now,
            "debt": 0,
            "forfeits_at": None,
            "qualifying": {},
        }

    # --- orders ---

    def order(self, order: Row) -> None:
        """order: id, customer, at, paid (with points), lines (sku, units, price, category, card)."""
        known = self.orders.get(order["id"])
        if known is not None:
            if known["content"] != order:
                raise Refused("ORDER_DIFFERS")
            return
        self.orders[order["id"]] = {
            "content": order,
            "customer": order["customer"],
            "at": order["at"],
            "lines": [
                {"sku": line[0], "quantity": line[1], "price": line[2], "back": 0} for line in order["lines"]
            ],
            "awards": {},  # lot -> per line [points, gone]
        }
        member = self.members.get(order["customer"])
        if member and member["state"] in MAY_EARN and order["at"] >= member["enrolled_at"]:
            self.earn(order)

    def earn(self, order: Row) -> None:
        for rule, shares in self.rules.awards(order):
            lot_id = f"default/{order['id']}/{rule['id']}"
            self.orders[order["id"]]["awards"][lot_id] = [[share, 0] for share in shares]
            self.count(order["customer"], order["at"], sum(shares))
            self.add_lot(
                lot_id,
                order["customer"],
                sum(shares),
                order["at"] + timedelta(days=rule.get("pending_days", PENDING_DAYS)),
                end_of_month(order["at"], rule.get("expiry_months", EXPIRY_MONTHS)),
                order["id"],
            )

    def count(self, member: str, at: datetime, points: int) -> None:
        """Points earned in a year count for the tier; a return lowers the year of its order."""
        year = f"{at.astimezone(ZONE).year}-01-01"
        earned = self.members[member]["qualifying"]
        earned[year] = earned.get(year, 0) + points

    # --- returns ---

    def bring_back(self, back: Row) -> None:
        """back: id, order ("" when nobody knows), customer, goods (sku, quantity)."""
        if back["id"] in self.returns:
            return
        order = self.orders.get(back["order"])
        if back["order"] and (order is None or order["customer"] != back["customer"]):
            raise Refused("ORDER_NOT_FOUND")
        lines = [
            (one["at"], place, order_id)
            for order_id, one in self.orders.items()
            if one["customer"] == back["customer"] and back["order"] in {"", order_id}
            for place in range(len(one["lines"]))
        ]
        taken: dict[tuple[str, int], int] = {}
        missing = 0
        for sku, quantity in back["goods"]:
            wanted = quantity
            for _, place, order_id in sorted(lines, reverse=True):  # the latest purchase first
                line = self.orders[order_id]["lines"][place]
                left = line["quantity"] - line["back"] - taken.get((order_id, place), 0)
                units = min(wanted, left) if line["sku"] == sku else 0
                taken[order_id, place] = taken.get((order_id, place), 0) + units
                wanted -= units
            missing += wanted
        if back["order"] and missing:
            raise Refused("RETURN_EXCEEDS_ORDER")
        self.returns[back["id"]] = back
        for (order_id, place), units in taken.items():
            self.orders[order_id]["lines"][place]["back"] += units
        for order_id in sorted({order_id for (order_id, _), units in taken.items() if units}):
            self.undo(order_id)

    def undo(self, order_id: str) -> None:
        """Points that paid for the goods come back, then those that the goods earned go."""
        order = self.orders[order_id]
        if order["customer"] not in self.members:
            return
        total = sum(line["quantity"] * line["price"] for line in order["lines"])
        refunded = sum(line["back"] * line["price"] for line in order["lines"])
        for _, hold in sorted(self.holds.items()):
            if hold["order"] == order_id and hold["owner"] == order["customer"] and total:
                spent = sum(part["spent"] for part in hold["parts"])
                already = sum(part["back"] for part in hold["parts"])
                self.give_back(hold, max(spent * refunded // total - already, 0))
        self.reverse(order)

    def reverse(self, order: Row) -> None:
        """The original award, line by line: all partial returns together end at exactly the award."""
        gone: dict[str, int] = {}
        for lot_id, shares in order["awards"].items():
            for share, line in zip(shares, order["lines"], strict=True):
                target = share[0] * line["back"] // line["quantity"]
                gone[lot_id] = gone.get(lot_id, 0) + target - share[1]
                share[1] = target
        self.count(order["customer"], order["at"], -sum(gone.values()))
        for lot_id, points in gone.items():
            lot = self.lots[lot_id]
            lapsed = min(points, lot["lapsed"])  # what lapsed by itself is gone already
            lot["lapsed"] -= lapsed
            gone[lot_id] -= lapsed
        self.take_back(order["customer"], gone)

    # --- closing ---

    def change_state(self, member_id: str, state: str) -> None:
        self.member(member_id)["state"] = state
        if state == "CLOSED":
            for lot in self.lots_of(member_id):
                if lot["pending"]:
                    self.lose(lot)
            self.members[member_id]["forfeits_at"] = self.now + FORFEIT
