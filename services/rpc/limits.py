"""How many calls a key may make."""

from __future__ import annotations

import time
from typing import Final

from services.errors import ExhaustedError

BURST_SECONDS: Final = 1.0  # a second's worth at once: a page that loads, a job that starts


class RateLimitedError(ExhaustedError):
    """This key has made too many calls; wait a second and go on more slowly."""

    reason = "RATE_LIMITED"


class RateLimiter:
    """A token bucket per key, in this process."""

    def __init__(self, calls_per_second: float) -> None:
        self._rate = calls_per_second
        self._burst = calls_per_second * BURST_SECONDS
        self._buckets: dict[str, tuple[float, float]] = {}  # key id -> (tokens left, when)

    def take(self, key_id: str) -> None:
        """Count one call; raises RateLimitedError when the key has none left."""
        now = time.monotonic()
        tokens, then = self._buckets.get(key_id, (self._burst, now))
        tokens = min(self._burst, tokens + (now - then) * self._rate) - 1.0
        if tokens < 0:
            raise RateLimitedError
        self._buckets[key_id] = (tokens, now)
