"""Several radios as one, and what becomes of a gateway whose radio is lost."""

import asyncio

import pytest

from beacon_gateway.hearing.radio import RadioLostError, RadioReport, Radios


class OneRadio:
    """A radio that hears up to a time, until it is told to fail."""

    def __init__(self, receiver: str, *, until_seconds: float = 0.0, deaf: bool = False) -> None:
        self._receiver = receiver
        self._until_seconds = until_seconds
        self._deaf = deaf
        self.failing: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.stopped = False

    async def run(self) -> None:
        try:
            await self.failing
        finally:
            self.stopped = True

    def heard_until_seconds(self) -> float:
        return self._until_seconds

    def deaf_receivers(self) -> frozenset[str]:
        return frozenset({self._receiver} if self._deaf else ())

    def degraded(self) -> bool:
        return self._deaf

    def reports(self) -> tuple[RadioReport, ...]:
        return (RadioReport(self._receiver, self._deaf, degraded=False, silent_seconds=0.0, adverts=0),)


async def test_only_the_deaf_ones_of_several_radios_are_deaf() -> None:
    radios = Radios([OneRadio("a", until_seconds=7.0), OneRadio("b", until_seconds=5.0, deaf=True)])
    assert radios.deaf_receivers() == {"b"}
    assert radios.heard_until_seconds() == 5.0
    assert radios.degraded()
    assert [report.receiver for report in radios.reports()] == ["a", "b"]


async def test_one_radio_that_is_lost_ends_them_all() -> None:
    lost, well = OneRadio("a"), OneRadio("b")
    running = asyncio.create_task(Radios([lost, well]).run())
    await asyncio.sleep(0)
    lost.failing.set_exception(RadioLostError("wedged"))
    with pytest.raises(RadioLostError, match="wedged"):
        await running
    assert well.stopped
