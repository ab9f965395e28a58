"""A key may make so many calls a second, and no other key pays for it."""

from __future__ import annotations

import time

import pytest

from services.rpc.errors import status, status_code
from services.rpc.limits import RateLimitedError, RateLimiter


@pytest.fixture
def seconds(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The machine's clock, in the test's hand."""
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def calls_let_through(limiter: RateLimiter, key_id: str, tried: int) -> int:
    passed = 0
    for _ in range(tried):
        try:
            limiter.take(key_id)
        except RateLimitedError:
            continue
        passed += 1
    return passed


def test_a_seconds_worth_may_come_at_once(seconds: list[float]) -> None:
    assert calls_let_through(RateLimiter(10), "a", 50) == 10


def test_what_is_left_over_is_not_saved_for_longer(seconds: list[float]) -> None:
    limiter = RateLimiter(10)
    limiter.take("a")
    seconds[0] += 3_600
    assert calls_let_through(limiter, "a", 50) == 10


def test_over_time_the_rate_is_kept(seconds: list[float]) -> None:
    limiter = RateLimiter(10)
    passed = 0
    for _ in range(100):  # ten seconds
        passed += calls_let_through(limiter, "a", 5)
        seconds[0] += 0.1
    assert 100 <= passed <= 111


def test_refused_calls_cost_nothing(seconds: list[float]) -> None:
    limiter = RateLimiter(10)
    calls_let_through(limiter, "a", 1_000)
    seconds[0] += 0.5
    assert calls_let_through(limiter, "a", 50) == 5


def test_keys_do_not_pay_for_each_other(seconds: list[float]) -> None:
    limiter = RateLimiter(10)
    calls_let_through(limiter, "a", 50)
    assert calls_let_through(limiter, "b", 50) == 10


def test_the_refusal_says_when_to_come_back() -> None:
    found = status(RateLimitedError())
    assert status_code(RateLimitedError()).name == "RESOURCE_EXHAUSTED"
    assert any(detail.type_url.endswith("google.rpc.RetryInfo") for detail in found.details)
