"""A gateway alone for a day of virtual time: what it noticed arrives once, in order, and at its true time."""

import asyncio
from itertools import pairwise
from pathlib import Path

from regulars.presence.v1 import presence_service_pb2 as pb

from beacon_gateway.spooling.limits import SpoolLimits
from beacon_gateway.spooling.spool import DAY_SECONDS
from beacon_gateway.tracking.events import PresenceEvent, PresenceKind
from tests.unit.beacon_gateway.virtual_world import Gateway, Server, gateway, now_seconds, virtually

NOON = 1_790_000_000.0
HOUR = 3_600.0
MINUTE = 60.0


def noticed(number: int, at_seconds: float, kind: PresenceKind = PresenceKind.ENTER) -> PresenceEvent:
    return PresenceEvent(kind, b"pseudony", f"{number}", at_seconds)


async def a_day_alone(one: Gateway, server: Server) -> dict[str, float]:
    """Loses the server for 24 hours; every minute something is noticed. Answers what, and when it was."""
    truth: dict[str, float] = {}
    server.lose()
    for number in range(int(DAY_SECONDS / MINUTE)):
        await asyncio.sleep(MINUTE)
        truth[f"{number}"] = server.epoch_seconds + now_seconds()
        await one.notice(noticed(number, one.listener.monotonic_seconds()))
    server.is_reachable = True
    return truth


def told(server: Server) -> dict[str, float]:
    return {event.zone: event.observed_at.ToMicroseconds() / 1e6 for event in server.stored.values()}


def agree(told: dict[str, float], truth: dict[str, float]) -> bool:
    return list(told) == list(truth) and all(abs(told[one] - truth[one]) < 0.1 for one in truth)


def test_a_day_without_the_server_is_made_good_within_two_minutes(tmp_path: Path) -> None:
    async def story() -> None:
        server = Server(NOON)
        async with gateway(server, tmp_path / "spool.db", NOON) as one:
            await asyncio.sleep(MINUTE)
            truth = await a_day_alone(one, server)
            back_at_seconds = now_seconds()
            await one.feed.emptied()
            assert now_seconds() - back_at_seconds < 2 * MINUTE
            assert agree(told(server), truth)
            assert server.received == len(truth)

    virtually(story())


def test_a_server_that_is_away_for_a_day_is_asked_seldom_but_never_given_up(tmp_path: Path) -> None:
    async def story() -> None:
        server = Server(NOON)
        async with gateway(server, tmp_path / "spool.db", NOON) as one:
            await asyncio.sleep(MINUTE)
            await a_day_alone(one, server)
        away = server.attempts[1:]
        pauses = [(at, after - at) for at, after in pairwise(away)]
        assert max(pause for at, pause in pauses if at < 5 * MINUTE) < 6
        assert max(pause for at, pause in pauses if at > 10 * MINUTE) > 30
        assert max(pause for _, pause in pauses) < 61
        assert len(server.attempts) < 4_000

    virtually(story())


def test_a_clock_that_begins_in_1970_and_a_day_alone_tell_the_true_time(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        server = Server(NOON)
        server.lose()
        async with gateway(server, tmp_path / "spool.db", 5.0) as one:
            truth = await a_day_alone(one, server)
            await one.feed.emptied()
            assert agree(told(server), truth)
            assert not any(event.time_uncertain for event in server.stored.values())

    virtually(story())


def test_of_a_run_that_never_met_the_server_the_guess_is_marked(tmp_path: Path) -> None:
    async def story() -> None:
        server = Server(NOON)
        server.lose()
        async with gateway(server, tmp_path / "spool.db", 5.0) as one:
            await asyncio.sleep(HOUR)
            await one.notice(noticed(1, HOUR))
        async with gateway(server, tmp_path / "spool.db", 5.0) as one:
            server.is_reachable = True
            await asyncio.sleep(MINUTE)
            await one.feed.emptied()
        (event,) = server.stored.values()
        assert event.time_uncertain
        assert abs(event.observed_at.ToSeconds() - (NOON + HOUR)) < 1

    virtually(story())


def test_a_full_spool_loses_stays_first_counts_them_and_reports_it(tmp_path: Path) -> None:
    async def story() -> None:
        server = Server(NOON)
        limits = SpoolLimits(bytes_max=1_000_000)
        async with gateway(server, tmp_path / "spool.db", NOON, limits) as one:
            await asyncio.sleep(MINUTE)
            server.lose()
            for first in range(0, 40_000, 400):
                await asyncio.sleep(MINUTE)
                await one.notice(
                    *(
                        noticed(n, n, PresenceKind.DWELL if n % 4 else PresenceKind.ENTER)
                        for n in range(first, first + 400)
                    )
                )
            server.is_reachable = True
            await asyncio.sleep(5 * MINUTE)
            await one.feed.emptied()
        kinds = [event.kind for event in server.stored.values()]
        told_lost = sum(event.dropped for event in server.stored.values())
        assert told_lost + sum(kind != pb.PRESENCE_KIND_GAP for kind in kinds) == 40_000
        assert kinds.count(pb.PRESENCE_KIND_ENTER) == 10_000
        assert [(one.reason, one.kind, one.events) for one in server.healths[-1].dropped_by] == [
            (pb.DROP_REASON_FULL, pb.PRESENCE_KIND_DWELL, told_lost)
        ]

    virtually(story())


def test_what_is_older_than_a_week_is_dropped_when_the_server_is_back_and_counted(tmp_path: Path) -> None:
    async def story() -> None:
        server = Server(NOON)
        async with gateway(server, tmp_path / "spool.db", NOON) as one:
            await asyncio.sleep(MINUTE)
            server.lose()
            for day in range(10):
                await one.notice(noticed(day, one.listener.monotonic_seconds()))
                await asyncio.sleep(DAY_SECONDS)
            server.is_reachable = True
            await asyncio.sleep(5 * MINUTE)
            await one.feed.emptied()
        events = list(server.stored.values())
        assert [event.zone for event in events if event.zone] == [f"{day}" for day in range(4, 10)]
        assert sum(event.dropped for event in events) == 4

    virtually(story())


def test_a_reflashed_gateway_loses_and_doubles_nothing_of_its_new_life(tmp_path: Path) -> None:
    async def story() -> None:
        server = Server(NOON)
        for life in range(3):
            async with gateway(server, tmp_path / f"{life}.db", NOON) as one:
                await one.notice(*(noticed(life * 100 + number, float(number)) for number in range(100)))
                await asyncio.sleep(MINUTE)
                await one.feed.emptied()
        assert [event.zone for event in server.stored.values()] == [f"{number}" for number in range(300)]

    virtually(story())


def test_an_old_image_of_the_disk_put_back_uses_no_number_twice(tmp_path: Path) -> None:
    async def story() -> None:
        server, path, image = Server(NOON), tmp_path / "spool.db", tmp_path / "image"
        async with gateway(server, path, NOON) as one:
            await one.notice(noticed(0, 0.0))
        image.write_bytes(path.read_bytes())
        for number in (1, 2):
            path.write_bytes(image.read_bytes())
            async with gateway(server, path, NOON) as one:
                await one.notice(noticed(number, 1.0))
                await asyncio.sleep(MINUTE)
                await one.feed.emptied()
        assert [event.zone for event in server.stored.values()] == ["0", "1", "2"]

    virtually(story())
