"""What waits for an order is done step by step, as it happened."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services.activity.rules.exchanges import Exchange
from services.activity.rules.orders import OrderLine
from services.activity.rules.returns import Return, ReturnLine
from services.activity.rules.waiting import next_of_each

NOON = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def back(name: str, hours: int, customer_id: str = "anna") -> Return:
    return Return("default", name, "o-1", customer_id, NOON + hours * HOUR, (ReturnLine("tea", 1),))


def swap(name: str, hours: int, customer_id: str = "anna") -> Exchange:
    taken = (OrderLine("tea-large", 1, 100),)
    at = NOON + hours * HOUR
    returned = (ReturnLine("tea", 1),)
    return Exchange("default", name, customer_id, at, "STORE", "o-1", returned, f"n-{name}", taken, "GBP")


def names(step: tuple[list[Return], list[Exchange], bool]) -> tuple[list[str], list[str], bool]:
    returns, exchanges, is_left = step
    return [one.return_id for one in returns], [one.exchange_id for one in exchanges], is_left


def test_returns_before_an_exchange_are_one_step() -> None:
    waiting: list[Return | Exchange] = [swap("x", 3), back("b2", 2), back("b1", 1), back("b3", 4)]
    assert names(next_of_each(waiting)) == (["b1", "b2"], [], True)


def test_an_exchange_is_a_step_of_its_own() -> None:
    assert names(next_of_each([swap("x2", 2), back("b", 3), swap("x1", 1)])) == ([], ["x1"], True)


def test_customers_do_not_wait_for_each_other() -> None:
    waiting: list[Return | Exchange] = [back("b", 2, "anna"), swap("x", 1, "ben")]
    assert names(next_of_each(waiting)) == (["b"], ["x"], False)
