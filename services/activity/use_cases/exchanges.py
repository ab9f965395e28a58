"""Recording exchanges: a return and an order in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.activity.queries import exchanges as queries
from services.activity.queries import orders as order_queries
from services.activity.queries import returns as return_queries
from services.activity.queries.orders import OrderKey, StoredOrder
from services.activity.queries.returns import MatchedReturn
from services.activity.rules.exchanges import (
    Exchange,
    ExchangeRecorded,
    StoredExchange,
    check_difference,
    exchange_problem,
    repeated,
)
from services.activity.rules.orders import Content, OrderDiffersError
from services.activity.rules.returns import Fields, Purchase, put_back
from services.activity.use_cases.returns import returned_events, take_back
from services.errors import RegularsError
from services.events import OrderExchanged
from services.storage.sets import lock_known
from services.storage.unit import UnitOfWork, use_case

NAMES: Final = Fields("exchange.order_id", "exchange.exchanged_at", "exchange.returned")


@use_case(ExchangeRecorded)
def record_exchanges(
    unit: UnitOfWork, exchanges: Sequence[Exchange]
) -> list[ExchangeRecorded | RegularsError]:
    lock_known(unit, (exchange.customer_id for exchange in exchanges))
    counter = _open_counter(unit, exchanges)
    answers: list[ExchangeRecorded | RegularsError] = []
    made: list[tuple[Exchange, MatchedReturn]] = []
    for exchange in exchanges:
        outcome = _exchange(unit, exchange, counter)
        if isinstance(outcome, MatchedReturn):
            made.append((exchange, outcome))
            counter.hand_over(exchange, outcome)
            outcome = ExchangeRecorded(False, outcome.refund_minor, exchange.order.total_minor)
        answers.append(outcome)
    if made:
        _store(unit, made, counter)
    return answers


@dataclass(frozen=True, slots=True)
class _Counter:
    """What is known of a batch's exchanges and orders, kept true while the batch is worked through."""

    known: dict[queries.ExchangeKey, StoredExchange]
    contents: dict[OrderKey, Content]
    originals: dict[OrderKey, StoredOrder]
    purchases: dict[tuple[str, str], list[Purchase]]

    def hand_over(self, exchange: Exchange, matched: MatchedReturn) -> None:
        self.contents[exchange.source, exchange.new_order_id] = exchange.order.content
        self.known[exchange.source, exchange.exchange_id] = StoredExchange(
            exchange.new_order_id, matched.refund_minor, matched.stored.units
        )


def _open_counter(unit: UnitOfWork, exchanges: Sequence[Exchange]) -> _Counter:
    connection = unit.connection
    return _Counter(
        queries.find_exchanges(connection, ((one.source, one.exchange_id) for one in exchanges)),
        order_queries.find_contents(connection, [one.order for one in exchanges]),
        order_queries.find_orders(connection, ((one.source, one.order_id) for one in exchanges)),
        return_queries.purchases(connection, [one.back for one in exchanges]),
    )


def _exchange(
    unit: UnitOfWork, exchange: Exchange, counter: _Counter
) -> MatchedReturn | ExchangeRecorded | RegularsError:
    """The goods taken back for a new exchange; the answer to one that is there already or is refused."""
    new_order = counter.contents.get((exchange.source, exchange.new_order_id))
    known = counter.known.get((exchange.source, exchange.exchange_id))
    if known is not None:
        return repeated(exchange, known, new_order)
    if new_order is not None:
        return OrderDiffersError(field="exchange.new_order_id", order_id=exchange.new_order_id)
    problem = exchange_problem(exchange, unit.now, unit.programme.currency)
    if problem is not None:
        return problem
    purchases = counter.purchases.get((exchange.source, exchange.customer_id), ())
    matched = take_back(exchange.back, counter.originals, purchases, NAMES)
    if isinstance(matched, RegularsError):
        return matched
    overpaid = check_difference(exchange, matched.refund_minor)
    if overpaid is not None:
        put_back(matched.matches)
        return overpaid
    return matched


def _store(unit: UnitOfWork, made: Sequence[tuple[Exchange, MatchedReturn]], counter: _Counter) -> None:
    matched = [one for _, one in made]
    return_queries.store_returns(unit.connection, matched)
    order_queries.store_orders(unit.connection, [exchange.order for exchange, _ in made])
    queries.store_exchanges(unit.connection, made)
    events = returned_events(matched, counter.originals)
    for (exchange, back), event in zip(made, events, strict=True):
        unit.emit(OrderExchanged(event, exchange.order.placed(), back.earning_minor))
