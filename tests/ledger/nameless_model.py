"""What goods that came back without an order should do: go to what explains them best, as it is known."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tests.ledger.model import Row
from tests.ledger.shop_model import Shop

Place = tuple[str, int]  # order, line
Moves = list[tuple[str, str, dict[Place, int]]]  # return, order, units by line


class Nameless(Shop):
    """A shop where not everybody keeps receipts."""

    def __init__(self, now: datetime, rules: Iterable[Row]) -> None:
        super().__init__(now, rules)
        self.nameless: dict[str, Row] = {}  # returns without an order, with the units that each line holds
        self.took: dict[
            tuple[str, str, str], dict[str, int]
        ] = {}  # return, order, member -> by lot, "" is debt

    def bring_back(self, back: Row) -> None:
        if back["order"] or back["id"] in self.returns:
            super().bring_back(back)
            return
        self.check_moment(back["at"])
        self.returns[back["id"]] = back
        wanted: dict[str, int] = {}
        for sku, units in back["goods"]:
            wanted[sku] = wanted.get(sku, 0) + units
        self.nameless[back["id"]] = {**back, "wanted": wanted, "held": {}, "skus": {}}
        self.shopped(back["customer"])
        self.settle_goods(back["customer"], set(wanted))

    # --- where the goods belong ---

    def room(self, customer: str, place: Place) -> int:
        return sum(
            back["held"].get(place, 0) for back in self.nameless.values() if back["customer"] == customer
        )

    def explain(self) -> None:
        """Orders that are known now may be better places."""
        fresh = [self.orders[order_id] for order_id in self.fresh]
        self.fresh.clear()
        found: dict[str, set[str]] = {}
        for back in self.nameless.values():
            for order in fresh:
                if order["customer"] == back["customer"] and order["at"] <= back["at"]:
                    skus = {line["sku"] for line in order["lines"]} & set(back["wanted"])
                    found.setdefault(back["customer"], set()).update(skus)
        for customer, skus in found.items():
            self.settle_goods(customer, skus)

    def settle_goods(self, customer: str, skus: set[str]) -> None:
        leaving, coming = self.moves(customer, skus, {})
        self.leave(leaving)
        self.come(coming)

    def displace(self, back: Row, taken: dict[Place, int]) -> None:
        leaving, coming = self.moves(back["customer"], {sku for sku, _ in back["goods"]}, taken)
        self.leave(leaving)
        self.coming = coming

    def replace(self) -> None:
        self.come(self.coming)

    def moves(self, customer: str, skus: set[str], taken: dict[Place, int]) -> tuple[Moves, Moves]:
        """What leaves where it is, and what goes where. taken: what others are about to take."""
        mine = [back for back in self.nameless.values() if back["customer"] == customer]
        left = {
            (order_id, place): line["quantity"] - line["back"] + self.room(customer, (order_id, place))
            for order_id, order in self.orders.items()
            if order["customer"] == customer
            for place, line in enumerate(order["lines"])
            if line["sku"] in skus
        }
        for place, units in taken.items():
            left[place] -= units
        change: dict[tuple[datetime, str, str], dict[Place, int]] = {}
        for back in sorted(mine, key=lambda one: (one["at"], one["id"])):
            after = self.best(back, left)
            for place in left:
                if units := after.get(place, 0) - back["held"].get(place, 0):
                    change.setdefault((back["at"], back["id"], place[0]), {})[place] = units
        ordered = [(name, order, units) for (_, name, order), units in sorted(change.items())]
        return [
            [
                (name, order, {place: units for place, units in places.items() if (units > 0) is is_coming})
                for name, order, places in ordered
                if any((units > 0) is is_coming for units in places.values())
            ]
            for is_coming in (False, True)
        ]  # type: ignore[return-value]

    def best(self, back: Row, left: dict[Place, int]) -> dict[Place, int]:
        """The latest purchases before a return that have units left; these are taken from `left`."""
        found: dict[Place, int] = {}
        lines = [place for place in left if self.orders[place[0]]["at"] <= back["at"]]
        lines.sort(key=lambda place: (self.orders[place[0]]["at"], place[1], place[0]), reverse=True)
        for sku, wanted in back["wanted"].items():
            elsewhere = sum(
                units
                for place, units in back["held"].items()
                if place not in left and back["skus"][place] == sku
            )
            missing = wanted - elsewhere
            for order_id, place in lines:
                if self.orders[order_id]["lines"][place]["sku"] == sku:
                    found[order_id, place] = min(missing, left[order_id, place])
                    left[order_id, place] -= found[order_id, place]
                    missing -= found[order_id, place]
        return found

    # --- what that means ---

    def come(self, moves: Moves) -> None:
        for name, _, places in moves:
            self.hold_goods(name, places)
            self.happen_to_points(
                {"customer": self.nameless[name]["customer"], "taken": places, "new": None, "name": name}
            )

    def leave(self, moves: Moves) -> None:
        """Everything leaves at once; then what came last gives its points back first."""
        still: dict[Place, int] = {}  # what has left, with its points not yet given back
        for name, _, places in moves:
            self.hold_goods(name, places)
            for place, units in places.items():
                still[place] = still.get(place, 0) - units
        for name, order_id, places in reversed(moves):
            for place, units in places.items():
                self.unhappen(name, place, -units)
                still[place] += units
            if self.nameless[name]["customer"] in self.members:
                self.undo(name, order_id, still)

    def hold_goods(self, name: str, places: dict[Place, int]) -> None:
        back = self.nameless[name]
        for (order_id, place), units in places.items():
            line = self.orders[order_id]["lines"][place]
            line["back"] += units
            back["held"][order_id, place] = back["held"].get((order_id, place), 0) + units
            back["skus"][order_id, place] = line["sku"]

    def unhappen(self, name: str, place: Place, units: int) -> None:
        for event in self.happened:
            if event.get("name") == name and place in event["taken"]:
                gone = min(units, event["taken"][place])
                event["taken"][place] -= gone
                units -= gone

    def took_back(self, event: Row, order_id: str, taken: dict[str, int]) -> None:
        if "name" in event:
            known = self.took.setdefault((event["name"], order_id, event["customer"]), {})
            for source, points in taken.items():
                known[source] = known.get(source, 0) + points

    def undo(self, name: str, order_id: str, still: dict[Place, int]) -> None:
        """Points go back to where a return took them, and what it had given back is taken again."""
        order = self.orders[order_id]
        member = order["customer"]
        taken = self.took.get((name, order_id, member), {})
        for lot_id, points in self.regained(order, still).items():
            if self.lots[lot_id]["owner"] != member:
                continue
            for source, part in self.sources(taken, lot_id, points):
                self.give_again(member, source, lot_id, part)
            self.count(member, self.lots[lot_id]["earned_at"], points)
        self.spend_again(order_id)
        self.advance(self.now)

    def regained(self, order: Row, still: dict[Place, int]) -> dict[str, int]:
        found: dict[str, int] = {}
        for place, line in enumerate(order["lines"]):
            back = line["back"] + still.get((order["content"]["id"], place), 0)
            for lot_id, shares in sorted(order["awards"].items()):
                target = shares[place][0] * back // line["quantity"]
                if target < shares[place][1]:
                    found[lot_id] = found.get(lot_id, 0) + shares[place][1] - target
                    shares[place][1] = target
        return found

    def sources(self, taken: dict[str, int], lot_id: str, points: int) -> list[tuple[str, int]]:
        found = []
        for source in (lot_id, "", *sorted(set(taken) - {lot_id, ""})):
            part = min(points, taken.get(source, 0))
            if part:
                taken[source] -= part
                points -= part
                found.append((source, part))
        return [*found, (lot_id, points)] if points else found

    def give_again(self, member: str, source: str, lot_id: str, points: int) -> None:
        if not source:
            forgiven = min(points, self.members[member]["debt"])
            self.members[member]["debt"] -= forgiven
            points -= forgiven
        if not points:
            return
        lot = self.lots.get(source)
        if lot is None or lot["owner"] != member:
            lot = self.lots[lot_id]
        lot["pending" if lot["activates_at"] > self.now else "active"] += points
        self.settle(member)
        if lot["expires_at"] <= self.now:
            self.lose(lot)

    def spend_again(self, order_id: str) -> None:
        while order_id:
            order = self.orders[order_id]
            total = self.value(order, "quantity")
            for hold in self.paying(order_id):
                spent = sum(part["spent"] for part in hold["parts"])
                back = sum(part["back"] for part in hold["parts"])
                self.take_again(hold, max(back - spent * self.repaid(order_id) // total, 0))
            order_id = order["replaces"]

    def take_again(self, hold: Row, points: int) -> None:
        """Restored points are spent once more; what is gone meanwhile is owed."""
        for part in hold["parts"]:
            again = min(points, part["back"])
            points -= again
            part["back"] -= again
            self.members[hold["owner"]]["debt"] += again - self.take(part["lot"], again)
        self.settle(hold["owner"])
