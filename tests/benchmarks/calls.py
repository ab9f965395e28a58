"""What the load asks for, as gRPC bodies and as HTTP requests of the same content."""

from __future__ import annotations

import json
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from regulars.activity.v1 import activity_service_pb2 as activity
from regulars.engagement.v1 import engagement_service_pb2 as engagement
from regulars.loyalty.v1 import loyalty_service_pb2 as loyalty
from regulars.types.v1.channel_pb2 import CHANNEL_WEB

GET_SCORE: Final = "/regulars.engagement.v1.EngagementService/GetScore"
RECORD_ORDER: Final = "/regulars.activity.v1.ActivityService/RecordOrder"
SPEND_POINTS: Final = "/regulars.loyalty.v1.LoyaltyService/SpendPoints"
CART_SHARE: Final = 0.1  # of orders that buy what lies in a cart


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order to send: its id, its customer, and (sku, quantity, price)."""

    order_id: str
    customer_id: str
    placed_at: datetime
    lines: tuple[tuple[str, int, int], ...]


def customer_id(number: int) -> str:
    """As `services.demo.synthetic` names them."""
    return f"c{number:07d}"


def uniform_customers(rng: random.Random, customers: int, count: int) -> list[str]:
    return [customer_id(rng.randrange(customers)) for _ in range(count)]


def request_id(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128)))


def purchases(
    rng: random.Random, customers: int, carts: Sequence[tuple[str, str]], count: int
) -> list[Purchase]:
    """Orders of two lines; customers are drawn evenly, some buy what is in their cart: (customer, sku)."""
    return [_purchase(rng, customers, carts) for _ in range(count)]


def _purchase(rng: random.Random, customers: int, carts: Sequence[tuple[str, str]]) -> Purchase:
    skus = [f"sku-{rng.randrange(1, 2001):05d}" for _ in range(2)]
    who = customer_id(rng.randrange(customers))
    if carts and rng.random() < CART_SHARE:
        who, skus[0] = rng.choice(carts)
    lines = tuple((sku, rng.randrange(1, 4), rng.randrange(199, 4999)) for sku in skus)
    return Purchase(request_id(rng), who, datetime.now(UTC), lines)


def order_message(bought: Purchase) -> activity.Order:
    order = activity.Order(
        order_id=bought.order_id, customer_id=bought.customer_id, channel=CHANNEL_WEB, currency="GBP"
    )
    order.placed_at.FromDatetime(bought.placed_at)
    for sku, quantity, price in bought.lines:
        order.lines.add(sku=sku, quantity=quantity, unit_price_minor=price, title=f"Product {sku}")
    return order


def grpc_score(customer: str) -> bytes:
    return engagement.GetScoreRequest(customer_id=customer).SerializeToString()


def grpc_order(bought: Purchase) -> bytes:
    request = activity.RecordOrderRequest(request_id=bought.order_id, order=order_message(bought))
    return request.SerializeToString()


def grpc_spend(customer: str, request_id: str) -> bytes:
    request = loyalty.SpendPointsRequest(request_id=request_id, customer_id=customer, points=1)
    return request.SerializeToString()


def http_score(customer: str, key: str) -> bytes:
    return f"GET /customers/{customer}/score HTTP/1.1\r\n{_common(key)}\r\n".encode()


def http_order(bought: Purchase, key: str) -> bytes:
    return _post("/orders", {"request_id": bought.order_id, "order": order_body(bought)}, key)


def http_spend(customer: str, request_id: str, key: str) -> bytes:
    return _post("/spends", {"request_id": request_id, "customer_id": customer, "points": 1}, key)


def _post(path: str, content: dict[str, Any], key: str) -> bytes:
    body = json.dumps(content).encode()
    head = f"POST {path} HTTP/1.1\r\n{_common(key)}content-type: application/json\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


def _common(key: str) -> str:
    return f"host: localhost\r\nauthorization: Bearer {key}\r\n"


def order_body(bought: Purchase) -> dict[str, Any]:
    return {
        "order_id": bought.order_id,
        "customer_id": bought.customer_id,
        "placed_at": bought.placed_at.isoformat(),
        "channel": "WEB",
        "currency": "GBP",
        "lines": [
            {"sku": sku, "quantity": quantity, "unit_price_minor": price, "title": f"Product {sku}"}
            for sku, quantity, price in bought.lines
        ],
    }
