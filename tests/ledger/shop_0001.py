"""A shop as schema 0001 kept it: random orders, returns and debts, by the rules of that time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Connection, text

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
OPENED = datetime(2024, 1, 15, tzinfo=UTC)
DAY = timedelta(days=1)
PENDING = 14 * DAY
LIFE = 370 * DAY  # nearly what 12 months to the end of the month amounted to


def micros(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


@dataclass
class OldLot:
    lot_id: str
    customer_id: str
    points: int
    remaining_points: int
    order_id: str
    earned_at: datetime
    lines: list[list[int]]  # quantity, returned quantity, unit price
    reversed_points: int = 0

    @property
    def activates_at(self) -> datetime:
        return self.earned_at + PENDING

    @property
    def expires_at(self) -> datetime:
        return self.earned_at + LIFE

    def worth(self, place: int) -> int:
        return sum(line[place] * line[2] for line in self.lines)


@dataclass
class OldShop:
    """Plays orders and returns, and keeps the rows that 0001 would have stored."""

    random: Random
    now: datetime = OPENED
    lots: dict[str, OldLot] = field(default_factory=dict)
    debts: dict[str, int] = field(default_factory=dict)
    movements: list[dict[str, Any]] = field(default_factory=list)

    def play(self, customers: int, steps: int) -> None:
        for step in range(steps):
            self.now += timedelta(hours=self.random.choice([1, 5, 24, 24 * 9]))
            customer_id = f"c{self.random.randrange(customers)}"
            chance = self.random.random()
            if chance < 0.6:
                self.order(customer_id, f"o{step}")
            elif chance < 0.98:
                self.give_back(customer_id)
            else:  # a debt that 0001 could not make by itself: nothing could be spent then
                too_much = sum(self.balance(customer_id, self.now)[:2]) + self.random.randint(1, 400)
                self.take(customer_id, too_much, [], f"return of web/before-{step}")

    def order(self, customer_id: str, order_id: str) -> None:
        lines = [
            [self.random.randint(1, 4), 0, self.random.choice([0, 7, 99, 1_999, 12_345])]
            for _ in range(self.random.randint(1, 4))
        ]
        points = sum(quantity * price for quantity, _, price in lines) // 100
        paid = min(points, self.debts.get(customer_id, 0))
        lot = OldLot(f"web/{order_id}", customer_id, points, points - paid, order_id, self.now, lines)
        self.lots[lot.lot_id] = lot
        self.move("EARN", customer_id, points, lot.lot_id, f"order {order_id}")
        if paid:
            self.debts[customer_id] -= paid
            self.move("REVERSE_EARN", customer_id, -paid, lot.lot_id, "debt paid")
            self.move("REVERSE_EARN", customer_id, paid, "", "debt paid")

    def give_back(self, customer_id: str) -> None:
        own = [lot for lot in self.lots.values() if lot.customer_id == customer_id]
        left = [(lot, line) for lot in own for line in lot.lines if line[0] > line[1]]
        if not left:
            return
        lot, line = self.random.choice(left)
        line[1] += self.random.randint(1, line[0] - line[1])
        total = lot.worth(0)
        points = lot.points * lot.worth(1) // total - lot.reversed_points if total else 0
        lot.reversed_points += points
        self.take(customer_id, points, [lot], f"return of {lot.lot_id}")

    def take(self, customer_id: str, points: int, first: list[OldLot], cause: str) -> None:
        """From the order's own lot, then from live ones, soonest expiry first; the rest is debt."""
        own = [lot for lot in self.lots.values() if lot.customer_id == customer_id and lot not in first]
        live = [lot for lot in own if lot.expires_at > self.now]
        for lot in (*first, *sorted(live, key=lambda lot: (lot.expires_at, lot.activates_at, lot.lot_id))):
            taken = min(points, lot.remaining_points)
            points -= taken
            if taken:
                lot.remaining_points -= taken
                self.move("REVERSE_EARN", customer_id, -taken, lot.lot_id, cause)
        if points:
            self.debts[customer_id] = self.debts.get(customer_id, 0) + points
            self.move("REVERSE_EARN", customer_id, -points, "", cause)

    def move(self, kind: str, customer_id: str, points: int, lot_id: str, cause: str) -> None:
        self.movements.append(
            {
                "kind": kind,
                "customer_id": customer_id,
                "points": points,
                "lot_id": lot_id,
                "cause": cause,
                "recorded_at": micros(self.now),
            }
        )

    def balance(self, customer_id: str, now: datetime) -> tuple[int, int, int]:
        """(pending, active, debt) as 0001 reckoned them: an expired lot counts for nothing."""
        live = [lot for lot in self.lots.values() if lot.customer_id == customer_id and lot.expires_at > now]
        pending = sum(lot.remaining_points for lot in live if lot.activates_at > now)
        active = sum(lot.remaining_points for lot in live if lot.activates_at <= now)
        return pending, active, self.debts.get(customer_id, 0)

    # --- its rows ---

    def store(self, connection: Connection) -> None:
        owners = [*sorted({lot.customer_id for lot in self.lots.values()}), "quiet"]
        rows: dict[str, list[dict[str, Any]]] = {
            "customers": [{"customer_id": one, "first_seen_at": micros(OPENED)} for one in owners],
            "members": [
                {"customer_id": one, "state": "ACTIVE", "enrolled_at": micros(OPENED)} for one in owners
            ],
            "orders": [order_row(lot) for lot in self.lots.values()],
            "order_lines": [row for lot in self.lots.values() for row in line_rows(lot)],
            "return_lines": [row for lot in self.lots.values() for row in return_rows(lot)],
            "lots": [lot_row(lot) for lot in self.lots.values()],
            "movements": self.movements,
            "debts": [{"customer_id": one, "points": points} for one, points in self.debts.items()],
            "requests": [
                {
                    "request_id": "r1",
                    "method": "record_orders",
                    "fingerprint": b"f",
                    "answer": b'{"duplicate":false,"total_minor":1,"currency":"GBP"}',
                    "created_at": micros(OPENED),
                }
            ],
        }
        for table, of in rows.items():
            names = list(of[0])
            marks = ", ".join(f":{name}" for name in names)
            connection.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"), of)


def order_row(lot: OldLot) -> dict[str, Any]:
    return {
        "order_id": lot.order_id,
        "source": "web",
        "customer_id": lot.customer_id,
        "channel": "WEB",
        "placed_at": micros(lot.earned_at),
        "currency": "GBP",
        "total_minor": lot.worth(0),
        "refunded_minor": lot.worth(1),
    }


def line_rows(lot: OldLot) -> list[dict[str, Any]]:
    return [
        {
            "order_id": lot.order_id,
            "source": "web",
            "line": place,
            "sku": f"sku-{place}",
            "quantity": quantity,
            "returned_quantity": back,
            "unit_price_minor": price,
        }
        for place, (quantity, back, price) in enumerate(lot.lines)
    ]


def return_rows(lot: OldLot) -> list[dict[str, Any]]:
    """What came back of each line, as if it had come in one parcel."""
    return [
        {
            "return_id": f"b-{lot.order_id}",
            "source": "web",
            "line": place,
            "order_id": lot.order_id,
            "order_line": place,
            "customer_id": lot.customer_id,
            "sku": f"sku-{place}",
            "quantity": back,
            "amount_minor": back * price,
            "returned_at": micros(lot.earned_at),
        }
        for place, (_, back, price) in enumerate(lot.lines)
        if back
    ]


def lot_row(lot: OldLot) -> dict[str, Any]:
    return {
        "lot_id": lot.lot_id,
        "customer_id": lot.customer_id,
        "points": lot.points,
        "remaining_points": lot.remaining_points,
        "source": "web",
        "order_id": lot.order_id,
        "rule": "base@1",
        "earned_at": micros(lot.earned_at),
        "activates_at": micros(lot.activates_at),
        "expires_at": micros(lot.expires_at),
    }
