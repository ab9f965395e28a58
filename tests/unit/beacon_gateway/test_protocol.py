"""Whatever befalls acknowledgements, connections and the process: each event arrives once, in order."""

import asyncio
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from beacon_gateway.spooling.limits import SpoolLimits
from beacon_gateway.tracking.events import PresenceEvent, PresenceKind
from tests.unit.beacon_gateway.virtual_world import Gateway, Server, now_seconds, virtually

NOON = 1_790_000_000.0
CLOCK_ERRORS_SECONDS = st.sampled_from([0.0, -NOON, -90.0, 3_600.0])  # right, of 1970, late, early
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("notice"), st.integers(1, 700)),
        st.tuples(st.just("pass"), st.sampled_from([0.001, 0.03, 0.05, 0.3, 2.0, 40.0])),
        st.tuples(st.just("acks"), st.lists(st.sampled_from(["", "lost", "late", "twice"]), max_size=12)),
        st.tuples(st.just("hang up"), st.none()),
        st.tuples(st.just("lose"), st.sampled_from([0.2, 20.0, 400.0])),
        st.tuples(st.just("restart"), CLOCK_ERRORS_SECONDS),
    ),
    max_size=30,
)


class World:
    """A gateway with its book of what it noticed, and a server."""

    def __init__(self, folder: Path) -> None:
        self.server = Server(NOON)
        self.path = folder / "spool.db"
        self.noticed: list[float] = []
        self.begin(0.0)

    def begin(self, clock_error_seconds: float) -> None:
        true_seconds = NOON + now_seconds()
        self.gateway = Gateway(self.server, self.path, true_seconds + clock_error_seconds, SpoolLimits())

    async def step(self, what: str, how: object) -> None:
        match what, how:
            case "notice", int(count):
                await self._notice(count)
            case "pass", float(seconds):
                await asyncio.sleep(seconds)
            case "acks", list(faults):
                self.server.ack_faults.extend(faults)
            case "hang up", _:
                self.server.hang_up()
            case "lose", float(seconds):
                self.server.lose()
                asyncio.get_running_loop().call_later(seconds, self._find)
            case "restart", float(clock_error_seconds):
                await self.gateway.kill()
                self.begin(clock_error_seconds)

    def _find(self) -> None:
        self.server.is_reachable = True

    async def _notice(self, count: int) -> None:
        at_seconds = self.gateway.listener.monotonic_seconds()
        first = len(self.noticed)
        self.noticed += [NOON + now_seconds()] * count
        events = [
            PresenceEvent(PresenceKind.ENTER, b"pseudony", f"{number}", at_seconds)
            for number in range(first, first + count)
        ]
        await self.gateway.notice(*events)

    async def settle(self) -> None:
        """The network is well again for longer than any patience."""
        await asyncio.sleep(600.0)
        self.server.ack_faults.clear()
        self._find()
        await asyncio.sleep(600.0)
        await self.gateway.feed.emptied()
        await self.gateway.kill()

    def check(self) -> None:
        stored = list(self.server.stored.values())
        assert [event.zone for event in stored] == [f"{number}" for number in range(len(self.noticed))]
        for event, at_seconds in zip(stored, self.noticed, strict=True):
            off_seconds = event.observed_at.ToMicroseconds() / 1e6 - at_seconds
            assert event.time_uncertain or abs(off_seconds) < 0.1
        for epoch in {epoch for epoch, _ in self.server.stored}:
            numbers = [seq for of, seq in self.server.stored if of == epoch]
            assert numbers == list(range(1, len(numbers) + 1))


@settings(max_examples=120)
@given(STEPS)
def test_each_event_arrives_once_in_order_and_at_its_time(steps: list[tuple[str, object]]) -> None:
    async def story(folder: Path) -> None:
        world = World(folder)
        for what, how in steps:
            await world.step(what, how)
        await world.settle()
        world.check()

    with tempfile.TemporaryDirectory() as folder:
        virtually(story(Path(folder)))
