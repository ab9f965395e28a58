import asyncio

import pytest

from services.console.freshness import PATIENCE_SECONDS, REST_SECONDS_MAX, REST_SECONDS_MIN, Freshness


class Source:
    """Counts how often it is asked; each answer takes `cost_seconds` on the clock that it moves."""

    def __init__(self, cost_seconds: float = 0.0) -> None:
        self.seconds = 0.0
        self.asked = 0
        self.cost_seconds = cost_seconds
        self.broken = False

    def clock(self) -> float:
        return self.seconds

    async def find(self) -> int:
        self.asked += 1
        await asyncio.sleep(0)
        self.seconds += self.cost_seconds
        if self.broken:
            raise OSError("broken")
        return self.asked


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_many_who_look_at_once_cost_one_search() -> None:
    source = Source()
    fresh = Freshness(source.clock)
    assert await asyncio.gather(*(fresh.get("part", source.find) for _ in range(9))) == [1] * 9


async def test_a_cheap_answer_is_renewed_after_a_moment() -> None:
    source = Source()
    fresh = Freshness(source.clock)
    await fresh.get("part", source.find)
    assert await fresh.get("part", source.find) == 1
    source.seconds += REST_SECONDS_MIN + 0.01
    assert await fresh.get("part", source.find) == 2


async def test_a_dear_answer_is_given_again_while_a_new_one_is_found_behind_it() -> None:
    source = Source(cost_seconds=5.0)
    fresh = Freshness(source.clock)
    await fresh.get("part", source.find)
    source.seconds += REST_SECONDS_MAX + 1
    assert await fresh.get("part", source.find) == 1
    await settle()
    assert await fresh.get("part", source.find) == 2


async def test_an_old_dear_answer_is_worth_waiting_for_a_new_one() -> None:
    source = Source(cost_seconds=5.0)
    fresh = Freshness(source.clock)
    await fresh.get("part", source.find)
    source.seconds += PATIENCE_SECONDS + 1
    assert await fresh.get("part", source.find) == 2


async def test_a_failure_reaches_who_waits_and_is_not_kept() -> None:
    source = Source()
    fresh = Freshness(source.clock)
    source.broken = True
    with pytest.raises(OSError, match="broken"):
        await fresh.get("part", source.find)
    source.broken = False
    assert await fresh.get("part", source.find) == 2


async def test_one_who_gives_up_does_not_stop_the_search_of_the_others() -> None:
    source = Source()
    fresh = Freshness(source.clock)
    first, second = (asyncio.create_task(fresh.get("part", source.find)) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    assert await second == 1


async def test_dear_answers_are_renewed_one_after_the_other() -> None:
    running: list[str] = []
    seconds = 0.0

    async def find(name: str) -> int:
        nonlocal seconds
        running.append(name)
        seconds += 5.0
        await asyncio.sleep(0)
        together = len(running)
        running.remove(name)
        return together

    fresh = Freshness(lambda: seconds)
    for _ in range(2):
        for name in ("orders", "churn"):
            await fresh.get(name, lambda name=name: find(name))  # type: ignore[misc]
        seconds += REST_SECONDS_MAX + 1
        await settle()
    assert [await fresh.get(name, lambda: asyncio.sleep(0)) for name in ("orders", "churn")] == [1, 1]
