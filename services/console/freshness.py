"""Answers that are kept for as long as they were dear, and asked for once however many people look."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

REST_PER_COST: Final = 20  # one part keeps a database thread busy for at most a twentieth of the time
REST_SECONDS_MIN: Final = 0.2
REST_SECONDS_MAX: Final = 10.0  # older figures would no longer be "now"
SLOW_SECONDS: Final = 0.1  # nobody waits longer for a page when there is an answer of a moment ago
PATIENCE_SECONDS: Final = 60.0  # older than that, and waiting is better than reading old figures

Find = Callable[[], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, when, and how long it took."""

    found: Any
    at: float
    cost_seconds: float

    def rests(self, now: float) -> bool:
        rest = min(max(self.cost_seconds * REST_PER_COST, REST_SECONDS_MIN), REST_SECONDS_MAX)
        return now < self.at + rest

    @property
    def dear(self) -> bool:
        return self.cost_seconds > SLOW_SECONDS

    def will_do(self, now: float) -> bool:
        """Whether it is given once more while a newer one is being found."""
        return self.dear and now < self.at + PATIENCE_SECONDS


class Freshness:
    """Keeps the latest answer of each name; all who ask while one is being found share the search."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._answers: dict[str, Answer] = {}
        self._searches: dict[str, asyncio.Task[Any]] = {}
        self._one_by_one = asyncio.Lock()

    async def get(self, name: str, find: Find) -> Any:
        """The kept answer, or a new one from `find`; raises what `find` raises when there is none to give."""
        known, now = self._answers.get(name), self._monotonic()
        if known and known.rests(now):
            return known.found
        search = self._searches.get(name) or self._start(name, find)
        if known and known.will_do(now):
            return known.found
        return await asyncio.shield(search)

    def _start(self, name: str, find: Find) -> asyncio.Task[Any]:
        search = self._searches[name] = asyncio.create_task(self._find(name, find))
        search.add_done_callback(lambda done: self._end(name, done))
        return search

    async def _find(self, name: str, find: Find) -> Any:
        known = self._answers.get(name)
        if known is None or not known.dear:
            return await self._timed(name, find)
        async with self._one_by_one:  # the database's other thread stays free for what is quick
            return await self._timed(name, find)

    async def _timed(self, name: str, find: Find) -> Any:
        begun = self._monotonic()
        found = await find()
        ended = self._monotonic()
        self._answers[name] = Answer(found, ended, ended - begun)
        return found

    def _end(self, name: str, done: asyncio.Task[Any]) -> None:
        del self._searches[name]
        if not done.cancelled():
            done.exception()  # those who waited have it; behind a kept answer nobody did
