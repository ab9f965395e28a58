"""Writes random episodes: looks at a model of its own, so that commands are likely to matter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

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
from tests.ledger.episodes import answers, new_model
from tests.ledger.operations import (
    BringBack,
    Command,
    DraftRule,
    Enrol,
    Line,
    PlaceOrder,
    PublishRule,
    RetireRule,
    Step,
    Swap,
    Sweep,
)
from tests.ledger.people_model import NOBODY
from tests.ledger.point_operations import (
    AdjustPoints,
    CaptureHold,
    HoldPoints,
    ReleaseHold,
    SpendPoints,
    TakeOver,
    TransferPoints,
)
from tests.ledger.programmes import DRAFTS

MEMBERS = ("anna", "ben", "cleo", "dina", "emil")
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
        self.model = new_model()
        self.number = 0
        self.asked: list[Command] = []
        self.writers: tuple[tuple[float, Callable[[], Command | None]], ...] = (
            (8, self.order),
            (5, self.back),
            (3, self.swap),
            (5, self.spend),
            (4, self.hold),
            (3, self.capture),
            (2, self.release),
            (2, self.adjust),
            (2, self.transfer),
            (1, self.take_over),
            (1, self.enrol),
            (1, self.move_on),
            (0.7, self.merge),
            (1, self.unmerge),
            (0.3, self.erase),
            (3, self.issue),
            (3, self.resolve),
            (2, self.use_coupon),
            (1, self.end_coupon),
            (1, self.draft),
            (1, self.publish),
            (0.3, self.retire),
            (2, self.sweep),
            (2, self.again),
        )

    def episode(self, length: int) -> list[Step]:
        first = Step(timedelta(0), tuple(Enrol(request_id=self.name("r"), member=one) for one in MEMBERS[:2]))
        answers(self.model, first.commands)
        return [first, *(self.step() for _ in range(length))]

    def step(self) -> Step:
        after = self.pause()
        commands = self.commands(self.random.choices((1, 2, 4), (10, 3, 1))[0])
        answers(self.model, commands)
        return Step(after, commands)

    def pause(self) -> timedelta:
        """Let some time go by."""
        after = self.random.choices(PAUSES, OFTEN)[0]
        self.model.advance(self.model.now + after)
        return after

    def commands(self, most: int) -> tuple[Command, ...]:
        """Commands of one moment, not played yet."""
        written = [self.command() for _ in range(most)]
        commands = tuple(command for command in written if command is not None)
        self.asked.extend(command for command in commands if command.request_id)
        return commands

    def command(self) -> Command | None:
        weights, makers = zip(*self.writers, strict=True)
        maker: Callable[[], Command | None] = self.random.choices(makers, weights)[0]
        return maker()

    def name(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def moment(self) -> datetime:
        """Now, by a clock that never shows the same time twice."""
        self.number += 1
        return self.model.now + timedelta(microseconds=self.number)

    def anyone(self) -> str:
        return self.random.choice((*MEMBERS, *MEMBERS, STRANGER))

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

    # --- one maker for each kind of command ---

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
        named = self.random.random() < 0.8
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
        live = [one for one in self.model.holds if self.model.holds[one]["state"] == "HELD"]
        known = live if live and self.random.random() < 0.8 else list(self.model.holds)
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

    def again(self) -> Command | None:
        """A request that was made before, or its id for something else."""
        if not self.asked:
            return None
        old = self.random.choice(self.asked[-20:])
        if self.random.random() < 0.8:
            return old
        other = self.order()
        return replace(other, request_id=old.request_id)
