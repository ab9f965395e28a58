"""Makes up what the shop reports and what the team does with its rules."""

from __future__ import annotations

from datetime import timedelta

from tests.ledger.operations import (
    BringBack,
    Command,
    DraftRule,
    Enrol,
    Line,
    PlaceOrder,
    PublishRule,
    RetireRule,
    Swap,
    Sweep,
)
from tests.ledger.programmes import DRAFTS
from tests.ledger.scribe import MEMBERS, Scribe

SKUS = ("tea", "cup", "pot")
PRICES = (0, 1, 33, 99, 100, 101, 250, 999, 2_500, 10_001)  # around the unit, where rounding shows


class ShopAuthor(Scribe):
    """One method for each kind of command."""

    def enrol(self) -> Command:
        ago = self.random.choice((None, timedelta(days=30), timedelta(days=600)))
        since = self.model.now - ago if ago else None
        return Enrol(
            request_id=self.name("r"),
            member=self.random.choice(MEMBERS),
            since=since,
            pending=self.random.random() < 0.3,
        )

    def order(self) -> Command:
        late = self.random.choices((0, 1, 24, 24 * 20, 24 * 400), (20, 4, 2, 2, 1))[0]
        placed_at = self.moment() - timedelta(hours=late)
        lines = tuple(self.line() for _ in range(self.random.choices((1, 2, 3), (5, 3, 2))[0]))
        total = sum(quantity * price for _, quantity, price, _, _ in lines)
        return PlaceOrder(
            request_id=self.name("r"),
            member=self.anyone(),
            order_id=self.name("o"),
            placed_at=placed_at,
            lines=lines,
            paid_minor=self.random.choice((0, 0, 0, total // 3, total)),
        )

    def line(self) -> Line:
        category = self.random.choice(("", "food", "toys"))
        price, quantity = self.random.choice(PRICES), self.random.randint(1, 3)
        return self.random.choice(SKUS), quantity, price, category, self.random.random() < 0.1

    def back(self) -> Command | None:
        if not self.model.orders:
            return None
        order_id = self.random.choice(list(self.model.orders)[-12:])
        order = self.model.orders[order_id]
        lines = self.random.sample(order["lines"], self.random.randint(1, len(order["lines"])))
        goods = tuple((line["sku"], self.random.randint(1, line["quantity"])) for line in lines)
        named = self.random.random() < 0.7
        return BringBack(
            request_id=self.name("r"),
            member=order["customer"] if self.random.random() < 0.95 else self.anyone(),
            return_id=self.name("b"),
            returned_at=self.moment(),
            order_id=order_id if named else "",
            goods=goods,
        )

    def swap(self) -> Command | None:
        """Goods for other goods, or for the same in another size."""
        owned = [one for one in self.model.orders if self.model.orders[one]["customer"] in self.model.members]
        if not owned:
            return None
        order_id = self.random.choice(owned[-8:])
        order = self.model.orders[order_id]
        places = self.random.sample(range(len(order["lines"])), self.random.randint(1, len(order["lines"])))
        goods = tuple(
            (order["lines"][place]["sku"], self.random.randint(1, order["lines"][place]["quantity"]))
            for place in places
        )
        same = tuple(
            (sku, units, *order["content"]["lines"][place][2:])
            for place, (sku, units) in zip(places, goods, strict=True)
        )
        lines = same if self.random.random() < 0.5 else (self.line(), self.line())
        return Swap(
            request_id=self.name("r"),
            member=order["customer"],
            exchange_id=self.name("x"),
            order_id=order_id,
            goods=goods,
            new_order_id=self.name("o"),
            swapped_at=self.moment(),
            lines=lines,
            paid_minor=self.random.choice((0, 0, 0, 100)),
        )

    def draft(self) -> Command:
        content = self.random.choice(DRAFTS)
        return DraftRule(request_id=self.name("r"), rule_id=content["id"], content=tuple(content.items()))

    def publish(self) -> Command:
        rule_id = self.random.choice(("rush", "gift", "base"))
        return PublishRule(request_id=self.name("r"), rule_id=rule_id)

    def retire(self) -> Command:
        return RetireRule(request_id=self.name("r"), rule_id=self.random.choice(("rush", "gift")))

    def sweep(self) -> Command:
        return Sweep(member=self.random.choice(MEMBERS))
