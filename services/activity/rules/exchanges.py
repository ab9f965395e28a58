"""Exchanges as values: goods that came back, and the goods taken for them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from services.activity.rules.amounts import check_amount
from services.activity.rules.orders import Content, Order, OrderLine
from services.activity.rules.returns import Return, ReturnLine, units_of
from services.errors import DuplicateError, InvalidError, check_currency, check_moment

ExchangeKey = tuple[str, str]  # source, exchange id


class ExchangeDiffersError(DuplicateError):
    """An exchange with this id is stored with another content; an exchange's content never changes."""

    reason = "EXCHANGE_DIFFERS"


@dataclass(frozen=True, slots=True)
class Exchange:
    source: str
    exchange_id: str
    customer_id: str
    exchanged_at: datetime
    channel: str
    order_id: str
    returned: tuple[ReturnLine, ...]
    new_order_id: str
    taken: tuple[OrderLine, ...]
    currency: str
    points_paid_minor: int = 0

    @property
    def order(self) -> Order:
        """The new goods."""
        return Order(
            self.source,
            self.new_order_id,
            self.customer_id,
            self.exchanged_at,
            self.channel,
            self.currency,
            self.taken,
            self.points_paid_minor,
            replaces=self.order_id,
        )

    @property
    def back(self) -> Return:
        """The goods that came back."""
        return Return(
            self.source,
            f"exchange/{self.exchange_id}",
            self.order_id,
            self.customer_id,
            self.exchanged_at,
            self.returned,
        )


@dataclass(frozen=True, slots=True)
class ExchangeRecorded:
    """What recording an exchange did; amounts in the programme's currency."""

    duplicate: bool
    returned_minor: int
    taken_minor: int
    waits: bool = False  # for the order whose goods came back; nothing has happened yet


@dataclass(frozen=True, slots=True)
class StoredExchange:
    """What is stored of an exchange."""

    new_order_id: str
    returned_minor: int
    units: Counter[str]  # that came back, by SKU


def repeated(
    exchange: Exchange, known: StoredExchange, content: Content | None
) -> ExchangeRecorded | ExchangeDiffersError:
    """The answer to an exchange that is there already; `content` is what is stored of its new order."""
    same = (
        known.new_order_id == exchange.new_order_id
        and content == exchange.order.content
        and known.units == units_of(exchange.returned)
    )
    if not same:
        return ExchangeDiffersError(field="exchange.exchange_id", exchange_id=exchange.exchange_id)
    return ExchangeRecorded(True, known.returned_minor, exchange.order.total_minor)


def repeated_waiting(exchange: Exchange, known: Exchange) -> ExchangeRecorded | ExchangeDiffersError:
    """The answer to an exchange that waits already."""
    if known != exchange:
        return ExchangeDiffersError(field="exchange.exchange_id", exchange_id=exchange.exchange_id)
    return ExchangeRecorded(True, 0, exchange.order.total_minor, waits=True)


def exchange_problem(exchange: Exchange, now: datetime, currency: str) -> InvalidError | None:
    """Why an exchange cannot be stored, whatever is stored; None when it can."""
    return (
        check_moment(exchange.exchanged_at, now, "exchange.exchanged_at")
        or check_currency(exchange.currency, currency, "exchange.currency")
        or check_amount(exchange.order.total_minor, "exchange.taken")
    )


def check_difference(exchange: Exchange, returned_minor: int) -> InvalidError | None:
    """Only the difference can be paid with points."""
    difference = max(exchange.order.total_minor - returned_minor, 0)
    if exchange.points_paid_minor <= difference:
        return None
    field = "exchange.points_paid_minor"
    return InvalidError(f"{field}: more than the difference of {difference}", field=field)
