"""Answers that are kept for as long as they were dear, and asked for once however many people look."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

REST_PER_COST: Final = (
    20  # one part of the page keeps a database thread busy for at most a twentieth of the time
)
REST_SECONDS_MIN: Final = 0.2
REST_SECONDS_MAX: Final = 10.0  # older figures would no longer be "now"


@dataclass(slots=True)
class _Kept:
    answer: asyncio.Task[Any]
    until: float | None = None  # None while it is being found


class Freshness:
    """Keeps the latest answer of each name; all who ask while it is being found share one search."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kept: dict[str, _Kept] = {}

    async def get(self, name: str, find: Callable[[], Awaitable[Any]]) -> Any:
        """The kept answer, or a new one from `find`; raises what `find` raises and keeps nothing then."""
        kept = self._kept.get(name)
        if kept is None or (kept.until is not None and kept.until <= self._monotonic()):
            kept = self._kept[name] = _Kept(asyncio.ensure_future(self._find(name, find)))
        return await asyncio.shield(kept.answer)

    async def _find(self, name: str, find: Callable[[], Awaitable[Any]]) -> Any:
        begun = self._monotonic()
        try:
            answer = await find()
        except BaseException:
            del self._kept[name]
            raise
        ended = self._monotonic()
        rest = min(max((ended - begun) * REST_PER_COST, REST_SECONDS_MIN), REST_SECONDS_MAX)
        self._kept[name].until = ended + rest
        return answer
