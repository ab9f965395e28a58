"""Recording exchanges: a return and an order in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from services.activity.queries import exchanges as queries
from services.activity.queries import orders as order_queries
from services.activity.queries import returns as return_queries
from services.activity.queries import waiting as waiting_queries
from services.activity.queries.open_units import find_pool
from services.activity.queries.orders import OrderKey, StoredOrder
from services.activity.queries.returns import MatchedReturn
from services.activity.rules.exchanges import (
    Exchange,
    ExchangeKey,
    ExchangeRecorded,
    StoredExchange,
    check_difference,
    exchange_problem,
    repeated,
    repeated_waiting,
)
from services.activity.rules.open_units import Pool
from services.activity.rules.orders import Content, OrderDiffersError
from services.activity.rules.returns import Fields, put_back
from services.activity.use_cases.returns import take_back
from services.activity.use_cases.settling import Settling
from services.errors import RegularsError
from services.events import OrderExchanged
from services.storage.sets import lock_customers, lock_known
from services.storage.unit import UnitOfWork, use_case

NAMES: Final = Fields("exchange.order_id", "exchange.exchanged_at", "exchange.returned")

Made = list[tuple[Exchange, MatchedReturn]]


@use_case(ExchangeRecorded)
def record_exchanges(
    unit: UnitOfWork, exchanges: Sequence[Exchange]
) -> list[ExchangeRecorded | RegularsError]:
    lock_known(unit, (exchange.customer_id for exchange in exchanges))
    counter = _open_counter(unit, exchanges)
    if counter.strangers(exchanges):
        counter = _make_known(unit, exchanges, counter)
    return _work_through(unit, exchanges, counter)


def do_waiting(unit: UnitOfWork, exchanges: Sequence[Exchange]) -> dict[ExchangeKey, str]:
    """Do exchanges whose orders have come. Why some were refused; those stay where they waited."""
    counter = replace(_open_counter(unit, exchanges), waiting={})
    answers = _work_through(unit, exchanges, counter)
    return {
        (exchange.source, exchange.exchange_id): answer.reason
        for exchange, answer in zip(exchanges, answers, strict=True)
        if isinstance(answer, RegularsError)
    }


def _work_through(
    unit: UnitOfWork, exchanges: Sequence[Exchange], counter: _Counter
) -> list[ExchangeRecorded | RegularsError]:
    answers: list[ExchangeRecorded | RegularsError] = []
    made: Made = []
    for exchange in exchanges:
        outcome = _exchange(unit, exchange, counter)
        if isinstance(outcome, MatchedReturn):
            made.append((exchange, outcome))
            counter.hand_over(exchange, outcome)
            outcome = ExchangeRecorded(False, outcome.refund_minor, exchange.order.total_minor)
        answers.append(outcome)
    waiting_queries.store_exchanges(unit.connection, counter.early)
    if made:
        _store(unit, made, counter)
    return answers


@dataclass(frozen=True, slots=True)
class _Counter:
    """What is known of a batch's exchanges and orders, kept true while the batch is worked through."""

    known: dict[ExchangeKey, StoredExchange]
    waiting: dict[ExchangeKey, Exchange]
    contents: dict[OrderKey, Content]
    originals: Mapping[OrderKey, StoredOrder]
    pool: Pool
    early: list[Exchange] = field(default_factory=list)  # that begin to wait

    def strangers(self, exchanges: Sequence[Exchange]) -> list[Exchange]:
        """Those whose orders are not known, so that their customers may not be either."""
        return [one for one in exchanges if (one.source, one.order_id) not in self.originals]

    def hand_over(self, exchange: Exchange, matched: MatchedReturn) -> None:
        self.contents[exchange.source, exchange.new_order_id] = exchange.order.content
        self.known[exchange.source, exchange.exchange_id] = StoredExchange(
            exchange.new_order_id, matched.refund_minor, matched.stored.units
        )

    def let_wait(self, exchange: Exchange) -> ExchangeRecorded:
        self.early.append(exchange)
        self.waiting[exchange.source, exchange.exchange_id] = exchange
        return ExchangeRecorded(False, 0, exchange.order.total_minor, waits=True)


def _open_counter(unit: UnitOfWork, exchanges: Sequence[Exchange]) -> _Counter:
    connection = unit.connection
    keys = [(one.source, one.exchange_id) for one in exchanges]
    return _Counter(
        queries.find_exchanges(connection, keys),
        waiting_queries.find_exchanges(connection, keys),
        order_queries.find_contents(connection, [one.order for one in exchanges]),
        order_queries.find_orders(connection, ((one.source, one.order_id) for one in exchanges)),
        find_pool(connection, [one.back for one in exchanges]),
    )


def _make_known(unit: UnitOfWork, exchanges: Sequence[Exchange], counter: _Counter) -> _Counter:
    """Customers may exchange what nobody knew they had bought; orders may have come before the lock."""
    sound = [
        one
        for one in counter.strangers(exchanges)
        if exchange_problem(one, unit.now, unit.programme.currency) is None
    ]
    lock_customers(unit, (one.customer_id for one in sound))
    return _open_counter(unit, exchanges)


def _exchange(
    unit: UnitOfWork, exchange: Exchange, counter: _Counter
) -> MatchedReturn | ExchangeRecorded | RegularsError:
    """The goods taken back for a new exchange; else the answer to one that is there, waits or is refused."""
    new_order = counter.contents.get((exchange.source, exchange.new_order_id))
    key = (exchange.source, exchange.exchange_id)
    if key in counter.known:
        return repeated(exchange, counter.known[key], new_order)
    has_come = (exchange.source, exchange.order_id) in counter.originals
    if key in counter.waiting and not (has_come and counter.waiting[key] == exchange):
        return repeated_waiting(exchange, counter.waiting[key])
    if new_order is not None:
        return OrderDiffersError(field="exchange.new_order_id", order_id=exchange.new_order_id)
    problem = exchange_problem(exchange, unit.now, unit.programme.currency)
    if problem is not None:
        return problem
    if not has_come:
        return counter.let_wait(exchange)
    return _take_back(exchange, counter)


def _take_back(exchange: Exchange, counter: _Counter) -> MatchedReturn | RegularsError:
    matched = take_back(exchange.back, counter.originals, counter.pool, NAMES)
    if isinstance(matched, RegularsError):
        return matched
    overpaid = check_difference(exchange, matched.refund_minor)
    if overpaid is not None:
        put_back(matched.matches)
        return overpaid
    return matched


def _store(unit: UnitOfWork, made: Made, counter: _Counter) -> None:
    matched = [one for _, one in made]
    settling = Settling(unit, counter.pool, matched)
    settling.make_room()
    return_queries.store_returns(unit.connection, matched)
    order_queries.store_orders(unit.connection, [exchange.order for exchange, _ in made])
    queries.store_exchanges(unit.connection, made)
    waiting_queries.forget_exchanges(
        unit.connection, [key for key in counter.waiting if key in counter.known]
    )
    for (exchange, back), event in zip(made, settling.returned(matched), strict=True):
        unit.emit(OrderExchanged(event, exchange.order.placed(), back.earning_minor))
    settling.fill()
