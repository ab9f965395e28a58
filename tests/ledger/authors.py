"""Writes random episodes: looks at a model of its own, so that commands are likely to matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random

from tests.integration.shop import NOON
from tests.ledger.episodes import answers
from tests.ledger.operations import BringBack, Command, Enrol, Line, PlaceOrder, Step, Sweep
from tests.ledger.programmes import RULES
from tests.ledger.shop_model import Shop

MEMBERS = ("anna", "ben", "cleo", "dina")
STRANGER = "zoe"  # never enrols
SKUS = ("tea", "cup", "pot")
PRICES = (0, 1, 33, 99, 100, 101, 250, 999, 2_500, 10_001)  # around the unit, where rounding shows
PAUSES = (
    timedelta(0),
    timedelta(seconds=1),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=20),
    timedelta(days=7),
    timedelta(days=14),
    timedelta(days=45),
    timedelta(days=200),
    timedelta(days=800),
)
OFTEN = (30, 20, 12, 12, 10, 6, 4, 3, 2, 1)  # how often each pause comes


class Author:
    """Makes up one episode."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.model = Shop(NOON, RULES)
        self.number = 0
        self.asked: list[Command] = []
        self.writers: tuple[tuple[int, Callable[[], Command | None]], ...] = (
            (8, self.order),
            (5, self.back),
            (1, self.enrol),
            (2, self.sweep),
            (2, self.again),
        )

    def episode(self, length: int) -> list[Step]:
        first = Step(timedelta(0), tuple(Enrol(request_id=self.name("r"), member=one) for one in MEMBERS[:2]))
        answers(self.model, first.commands)
        return [first, *(self.step() for _ in range(length))]

    def step(self) -> Step:
        after = self.random.choices(PAUSES, OFTEN)[0]
        self.model.advance(self.model.now + after)
        size = self.random.choices((1, 2, 4), (10, 3, 1))[0]
        written = [self.command() for _ in range(size)]
        commands = tuple(command for command in written if command is not None)
        answers(self.model, commands)
        self.asked.extend(command for command in commands if command.request_id)
        return Step(after, commands)

    def command(self) -> Command | None:
        weights, makers = zip(*self.writers, strict=True)
        maker: Callable[[], Command | None] = self.random.choices(makers, weights)[0]
        return maker()

    def name(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def anyone(self) -> str:
        return self.random.choice((*MEMBERS, *MEMBERS, STRANGER))

    # --- one maker for each kind of command ---

    def enrol(self) -> Command:
        return Enrol(request_id=self.name("r"), member=self.random.choice(MEMBERS))

    def order(self) -> Command:
        late = self.random.choices((0, 1, 24, 24 * 20, 24 * 400), (20, 4, 2, 2, 1))[0]
        placed_at = self.model.now - timedelta(hours=late, microseconds=self.number)  # no two at one moment
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
        named = self.random.random() < 0.8
        return BringBack(
            request_id=self.name("r"),
            member=order["customer"] if self.random.random() < 0.95 else self.anyone(),
            return_id=self.name("b"),
            returned_at=self.model.now,
            order_id=order_id if named else "",
            goods=goods,
        )

    def sweep(self) -> Command:
        return Sweep(member=self.random.choice(MEMBERS))

    def again(self) -> Command | None:
        """A request that was made before, or its id for something else."""
        if not self.asked:
            return None
        old = self.random.choice(self.asked[-20:])
        if self.random.random() < 0.8:
            return old
        other = self.order()
        return replace(other, request_id=old.request_id)
