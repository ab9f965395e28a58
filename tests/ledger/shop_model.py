"""What a shop with a loyalty programme should do: orders, returns and memberships, over `model.Points`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from tests.ledger.earning_model import Rules, by_largest_remainder
from tests.ledger.ledger_model import EXPIRY_MONTHS, ZONE, Ledger, end_of_month
from tests.ledger.model import MAY_EARN, Refused, Row

PENDING_DAYS = 14  # the return window
SKEW = timedelta(minutes=5)  # by so much two clocks may differ


class Shop(Ledger):
    """Orders and returns, and what they do to points."""

    def __init__(self, now: datetime, rules: Iterable[Row]) -> None:
        super().__init__(now)
        self.orders: dict[str, Row] = {}
        self.returns: dict[str, Row] = {}
        self.exchanges: dict[str, Row] = {}
        self.happened: list[Row] = []  # returns and exchanges
        self.newcomers: list[str] = []  # members since the present moment
        self.unrewarded: list[tuple[Row, list[int]]] = []  # orders of the present moment
        self.fresh: list[str] = []  # orders that may explain what came back before
        self.rules = Rules(rules)
        self.requests: dict[str, Any] = {}

    def check_moment(self, at: datetime) -> None:
        """Nothing is told of the future, but for what two clocks may differ by."""
        if at > self.now + SKEW:
            raise Refused("MOMENT_OUT_OF_RANGE")

    def room(self, customer: str, place: tuple[str, int]) -> int:
        """Units of an order line that only goods hold which name no order."""
        raise NotImplementedError

    def displace(self, back: Row, taken: dict[tuple[str, int], int]) -> None:
        """Such goods leave where others are about to come in."""
        raise NotImplementedError

    def replace(self) -> None:
        """And go where there is room."""
        raise NotImplementedError

    def explain(self) -> None:
        """Orders that came late may explain what came back before."""
        raise NotImplementedError

    def took_back(self, event: Row, order_id: str, taken: dict[str, int]) -> None:
        """What an event took of points, by lot; empty: what became debt."""
        raise NotImplementedError

    def shopped(self, customer: str) -> None:
        """The customer's orders are others now; here nobody waits for that."""

    # --- memberships ---

    def enrol(self, member: str, since: datetime | None, state: str) -> None:
        """Whoever is enrolled in the past has earned since then, less what came back meanwhile."""
        if member in self.members:
            raise Refused("ALREADY_ENROLLED")
        self.members[member] = {
            "state": state,
            "enrolled_at": since or self.now,
            "debt": 0,
            "forfeits_at": None,
            "qualifying": {},
        }
        self.newcomers.append(member)

    # --- orders ---

    def order(self, order: Row) -> None:
        """order: id, customer, at, paid (with points), lines (sku, units, price, category, card)."""
        self.check_moment(order["at"])
        known = self.orders.get(order["id"])
        if known is not None:
            if known["content"] != order:
                raise Refused("ORDER_DIFFERS")
            return
        self.keep(order)
        self.fresh.append(order["id"])
        self.shopped(order["customer"])
        self.unrewarded.append((order, [0] * len(order["lines"])))

    def keep(self, order: Row, replaces: str = "") -> None:
        self.orders[order["id"]] = {
            "content": order,
            "customer": order["customer"],
            "at": order["at"],
            "lines": [
                {"sku": sku, "quantity": units, "price": price, "card": card, "back": 0}
                for sku, units, price, _, card in order["lines"]
            ],
            "awards": {},  # lot -> per line [points, gone]
            "replaces": replaces,
            "replaced_by": [],  # [order, value that it kept]
        }

    def earns(self, order: Row) -> bool:
        member = self.members.get(order["customer"])
        return bool(member and member["state"] in MAY_EARN and order["at"] >= member["enrolled_at"])

    def reward(self) -> None:
        """Award the orders that came together, and what newcomers did before they were known."""
        for member in self.newcomers:
            for order in self.orders.values():
                if order["customer"] == member and not order["replaces"]:
                    self.unrewarded.append((order["content"], [0] * len(order["lines"])))
        self.award()
        self.explain()
        for member in self.newcomers:
            self.live_again(member)
        self.newcomers.clear()
        for hold in self.paid:  # for goods that are back already, perhaps
            if self.orders.get(hold["order"], {"customer": ""})["customer"] == hold["owner"]:
                self.restore(hold["order"])
        self.paid.clear()

    def award(self) -> None:
        """Orders earn by time, and everybody's first before anybody's second."""
        turns: dict[str, int] = {}
        queue = []
        for order, kept in sorted(self.unrewarded, key=lambda one: (one[0]["at"], one[0]["id"])):
            turns[order["customer"]] = turns.get(order["customer"], 0) + 1
            queue.append((turns[order["customer"]], order["at"], order["id"], order, kept))
        self.unrewarded.clear()
        for _, _, _, order, kept in sorted(queue, key=lambda one: one[:3]):
            if self.earns(order):
                self.earn(order, kept)

    def live_again(self, member: str) -> None:
        """Returns and exchanges of before happen again, now to a member."""
        events = [event for event in self.happened if event["customer"] == member]
        for event in events:
            for (order_id, place), units in event["taken"].items():
                self.orders[order_id]["lines"][place]["back"] -= units
        for event in events:
            self.hand_in(event["taken"])
            self.follow(event)
            self.award()

    def earn(self, order: Row, kept: list[int]) -> None:
        """kept: what of each line's amount has earned already."""
        for rule, shares in self.rules.awards(order, kept):
            lot_id = f"default/{order['id']}/{rule['id']}"
            self.orders[order["id"]]["awards"][lot_id] = [[share, 0] for share in shares]
            self.count(order["customer"], order["at"], sum(shares))
            self.add_lot(
                lot_id,
                order["customer"],
                sum(shares),
                order["at"] + timedelta(days=rule.get("pending_days", PENDING_DAYS)),
                end_of_month(order["at"], rule.get("expiry_months", EXPIRY_MONTHS)),
                earned_at=order["at"],
            )

    def count(self, member: str, at: datetime, points: int) -> None:
        """Points earned in a year count for the tier; a return lowers the year of its order."""
        year = f"{at.astimezone(ZONE).year}-01-01"
        earned = self.members[member]["qualifying"]
        earned[year] = earned.get(year, 0) + points

    # --- returns ---

    def bring_back(self, back: Row) -> None:
        """back: id, order ("" when nobody knows), customer, at, goods (sku, units)."""
        if back["id"] in self.returns:
            return
        self.check_moment(back["at"])
        taken = self.matched(back)
        self.returns[back["id"]] = back
        self.displace(back, taken)
        self.hand_in(taken)
        self.shopped(back["customer"])
        self.happen_to_points({"customer": back["customer"], "taken": taken, "new": None})
        self.replace()

    def happen_to_points(self, event: Row) -> None:
        """event: customer, taken, and the order that goods were exchanged for."""
        self.happened.append(event)
        if event["customer"] in self.members:
            self.follow(event)

    def follow(self, event: Row) -> None:
        for order_id in sorted({order_id for order_id, _ in event["taken"]}):
            old = self.orders[order_id]
            self.restore(order_id)
            if event["new"] is None:
                self.took_back(event, order_id, self.take_away(old, self.lost(old)))
            else:
                self.hand_over(old, event["new"], event["taken"])

    def matched(self, back: Row) -> dict[tuple[str, int], int]:
        """How many units go back to which lines of an order, the last first."""
        order = self.orders.get(back["order"])
        if order is None or order["customer"] != back["customer"]:
            raise Refused("ORDER_NOT_FOUND")
        if back["at"] < order["at"]:
            raise Refused("INVALID")  # what is bought later cannot come back
        taken: dict[tuple[str, int], int] = {}
        for sku, wanted in back["goods"]:
            missing = wanted
            for number, line in reversed(list(enumerate(order["lines"]))):
                place = (back["order"], number)
                left = line["quantity"] - line["back"] - taken.get(place, 0)
                left += self.room(back["customer"], place)
                units = min(missing, left) if line["sku"] == sku else 0
                if units:
                    taken[place] = taken.get(place, 0) + units
                    missing -= units
            if missing:
                raise Refused("RETURN_EXCEEDS_ORDER")
        return taken

    def hand_in(self, taken: dict[tuple[str, int], int]) -> None:
        for (order_id, place), units in taken.items():
            self.orders[order_id]["lines"][place]["back"] += units

    # --- points that paid for what came back ---

    def restore(self, order_id: str) -> None:
        """Spent points come back, by the share of an order that was repaid for good.

        Goods that were exchanged are paid for until the new ones come back; points that paid for an order
        paid for whatever its goods were exchanged for.
        """
        while order_id:
            order = self.orders[order_id]
            total = self.value(order, "quantity")
            for hold in self.paying(order_id):
                spent = sum(part["spent"] for part in hold["parts"])
                already = sum(part["back"] for part in hold["parts"])
                self.give_back(hold, max(spent * self.repaid(order_id) // total - already, 0))
            order_id = order["replaces"]

    def value(self, order: Row, units: str) -> int:
        """What so many units of each line cost; an order that cost nothing goes by its units."""
        is_free = not any(line["quantity"] * line["price"] for line in order["lines"])
        return sum(line[units] * (1 if is_free else line["price"]) for line in order["lines"])

    def repaid(self, order_id: str) -> int:
        """What of an order was paid out for good."""
        order = self.orders[order_id]
        repaid = self.value(order, "back")
        for new_order_id, kept in order["replaced_by"]:
            whole = self.value(self.orders[new_order_id], "quantity")
            repaid -= kept - kept * self.repaid(new_order_id) // whole
        return repaid

    def paying(self, order_id: str) -> list[Row]:
        """The spends of the customer that paid for the order."""
        owner = self.orders[order_id]["customer"]
        return [hold for hold in self.holds.values() if (hold["order"], hold["owner"]) == (order_id, owner)]

    # --- points that goods earned ---

    def lost(self, order: Row) -> dict[str, int]:
        """The original award, line by line: all partial returns together end at exactly the award."""
        gone: dict[str, int] = {}
        for place, line in enumerate(order["lines"]):
            for lot_id, shares in sorted(order["awards"].items()):
                target = shares[place][0] * line["back"] // line["quantity"]
                if target > shares[place][1]:
                    gone[lot_id] = gone.get(lot_id, 0) + target - shares[place][1]
                    shares[place][1] = target
        return gone

    def take_away(self, order: Row, lost: dict[str, int]) -> dict[str, int]:
        """Points leave their lots, and the year in which they were earned; what lapsed is gone already.

        Returns what was taken from which lot; empty: what is owed now.
        """
        missing, found = {}, {}
        for lot_id, points in lost.items():
            lot = self.lots[lot_id]
            self.count(order["customer"], lot["earned_at"], -points)
            lapsed = min(points, lot["lapsed"])
            lot["lapsed"] -= lapsed
            missing[lot_id], found[lot_id] = points - lapsed, lapsed
        for source, points in self.take_back(order["customer"], missing).items():
            found[source] = found.get(source, 0) + points
        return found

    # --- exchanges ---

    def exchange(self, swap: Row) -> None:
        """swap: id, order, customer, at, goods (sku, units), new (an order)."""
        known = self.exchanges.get(swap["id"])
        if known is not None:
            if known != swap:
                raise Refused("EXCHANGE_DIFFERS")
            return
        new = swap["new"]
        if new["id"] in self.orders:
            raise Refused("ORDER_DIFFERS")
        self.check_moment(swap["at"])
        taken = self.matched(swap)
        old = self.orders[swap["order"]]
        worth = {place: units * old["lines"][place]["price"] for (_, place), units in taken.items()}
        total = sum(units * price for _, units, price, _, _ in new["lines"])
        if new["paid"] > max(total - sum(worth.values()), 0):
            raise Refused("INVALID")
        self.exchanges[swap["id"]] = swap
        self.displace(swap, taken)
        self.replace()
        self.hand_in(taken)
        self.keep(new, replaces=swap["order"])
        self.fresh.append(new["id"])
        old["replaced_by"].append((new["id"], min(sum(worth.values()), total)))
        self.shopped(swap["customer"])
        self.happen_to_points({"customer": swap["customer"], "taken": taken, "new": new})

    def hand_over(self, old: Row, new: Row, taken: dict[tuple[str, int], int]) -> None:
        """The new goods keep the points of the old ones as far as they are worth as much; the rest is earned.

        Gift cards neither bring points nor keep any.
        """
        lines = [(old["lines"][place], units) for (_, place), units in taken.items()]
        returned = sum(units * line["price"] for line, units in lines if not line["card"])
        amounts = [0 if card else units * price for _, units, price, _, card in new["lines"]]
        kept = min(returned, sum(amounts))
        lost = self.lost(old)
        gone = {
            lot_id: points * (returned - kept) // returned if kept else points
            for lot_id, points in lost.items()
        }
        self.take_away(old, gone)
        awards = self.orders[new["id"]]["awards"]
        for lot_id, points in lost.items():
            if points > gone[lot_id]:
                shares = by_largest_remainder(points - gone[lot_id], amounts)
                awards[lot_id] = [[share, 0] for share in shares]
        self.unrewarded.append((new, by_largest_remainder(kept, amounts)))
