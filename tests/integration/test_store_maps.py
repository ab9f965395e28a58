"""A store with a map: visits follow from what all its gateways hear, in whatever order it comes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from random import Random
from typing import Any

import grpc
import pytest
from regulars.presence.v1 import presence_service_pb2 as presence
from sqlalchemy import Engine

from services.presence.rules.visits import GatewayBatch
from services.presence.use_cases.maps import StoreWalk, set_store_maps
from services.presence.use_cases.reporting import Signal, SignalReport, report_signals
from services.storage.database import make_engine
from tests.conftest import CallerOf
from tests.integration.gateway import connected
from tests.integration.shop import NOON, Caller, fresh_id, refusal
from tests.integration.test_arbiter import GATEWAYS, Store, batch, mixed, told

PLACES = (
    ("", (-72.0, -84.0, -98.0)),
    ("", (-80.0, -88.0, -98.0)),
    ("", (-88.0, -96.0, -98.0)),
    ("door", (-60.0, -74.0, -84.0)),
    ("door", (-64.0, -72.0, -82.0)),
    ("shoes", (-72.0, -60.0, -76.0)),
    ("till", (-84.0, -74.0, -60.0)),
)
OUTSIDE, INSIDE = {"door": -78.0, "shoes": -87.0}, {"door": -62.0, "shoes": -73.0, "till": -83.0}
CAME_SECONDS = 12


Places = tuple[tuple[str, tuple[float, ...]], ...]


def map_of(gateway_suffix: str = "", places: Places = PLACES) -> dict[str, Any]:
    return {
        "receivers": [
            {"gateway": f"{one}{gateway_suffix}", "zone": one, "faintest_rssi_dbm": -94.0} for one in GATEWAYS
        ],
        "places": [{"zone": zone, "rssi_dbm": list(rssi_dbm)} for zone, rssi_dbm in places],
        "entrances": ["door"],
    }


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    engine: Engine = make_engine(database_url)
    yield Store(engine)
    engine.dispose()


def mapped(store: Store, whose: int, places: Places = PLACES) -> None:
    """The member's own store gets a map, an hour ago."""
    store.now = NOON - timedelta(hours=1)
    store.run(set_store_maps, [StoreWalk(f"store-{whose}", map_of(f"-{whose}", places))])
    store.now = NOON


def said(whose: int, *, comes_in: bool) -> dict[str, list[GatewayBatch]]:
    """What each gateway says of a member who walks up to the door, and in or past; a batch for each word."""
    lines = {}
    for gateway in GATEWAYS:
        words: list[tuple[str, float, float, float]] = []
        for second in range(40):
            there = INSIDE if comes_in and second >= CAME_SECONDS else OUTSIDE
            if gateway in there and second % 2 == 0:
                words.append(("HEARD", second, second, there[gateway]))
        if gateway == "door":
            words.append(("ENTER", 8, 0, -75.0))
            words.append(("EXIT", 45, 37, -90.0))
        words.sort(key=lambda one: one[1])
        lines[gateway] = [
            batch(gateway, whose, told(seq, kind, at, whose, zone=gateway, dwell=dwell, rssi=rssi))
            for seq, (kind, at, dwell, rssi) in enumerate(words, start=1)
        ]
    return lines


def test_who_passes_by_leaves_no_visit_and_who_comes_in_leaves_one(store: Store) -> None:
    for whose, comes_in in ((1, False), (2, True)):
        mapped(store, whose)
        store.now = NOON + timedelta(minutes=1)
        store.report(*mixed(list(said(whose, comes_in=comes_in).values()), Random(whose)))
    assert store.visits(1) == []
    ((_, state, entered_at, last_seen_at, _),) = store.visits(2)
    assert state == "EXITED"
    assert NOON + timedelta(seconds=CAME_SECONDS) <= entered_at <= NOON + timedelta(seconds=CAME_SECONDS + 3)
    assert last_seen_at == NOON + timedelta(seconds=45)


@pytest.mark.parametrize("late", GATEWAYS)
def test_a_gateway_whose_words_wait_in_its_spool_makes_the_same_visit_in_the_end(
    store: Store, late: str
) -> None:
    for whose in (3, 4):
        mapped(store, whose)
    store.now = NOON + timedelta(minutes=1)
    store.report(*mixed(list(said(3, comes_in=True).values()), Random(3)))
    lines = said(4, comes_in=True)
    waiting = lines.pop(late)
    store.report(*mixed(list(lines.values()), Random(4)))
    assert len(store.visits(4)) <= 1
    store.report(*waiting)
    assert [visit[1:] for visit in store.visits(4)] == [visit[1:] for visit in store.visits(3)]


def test_a_visit_is_taken_back_when_late_news_say_that_nobody_came_in(store: Store) -> None:
    mapped(store, 5)
    store.now = NOON + timedelta(minutes=1)
    store.report(
        batch("shoes", 5, told(1, "HEARD", 8.95, 5, zone="shoes", rssi=-73.0)),
        batch("till", 5, told(1, "HEARD", 8.95, 5, zone="till", rssi=-83.0)),
        batch("door", 5, told(1, "ENTER", 8.95, 5, rssi=-62.0)),
    )
    assert len(store.visits(5)) == 1
    before = [told(2, "HEARD", 9, 5, rssi=-78.0), told(3, "HEARD", 11, 5, dwell=11, rssi=-78.0)]
    store.report(
        batch("door", 5, *before),
        batch("shoes", 5, told(2, "HEARD", 9, 5, zone="shoes", dwell=9, rssi=-87.0)),
        batch("till", 5, told(2, "HEARD", 9, 5, zone="till", dwell=9, rssi=-95.0)),
    )
    assert store.visits(5) == []


def test_a_member_is_where_the_map_says_and_stays_there_when_the_store_is_walked_anew(store: Store) -> None:
    def heard(whose: int, second: int) -> None:
        for zone, rssi_dbm in (("door", -67.0), ("shoes", -68.0), ("till", -76.0)):  # best at the door
            signal = Signal(f"{whose:016x}", zone, NOON + timedelta(seconds=second), rssi_dbm)
            store.run(report_signals, [SignalReport(f"{zone}-{whose}", f"store-{whose}", (signal,))])

    shelf = ("shoes", (-67.0, -68.0, -76.0))
    mapped(store, 7, (*PLACES, shelf))
    store.now = NOON + timedelta(minutes=1)
    for whose in (6, 7):
        lines = said(whose, comes_in=True)
        lines["door"].pop()  # the EXIT
        store.report(*mixed(list(lines.values()), Random(whose)))
        for second in range(40, 60, 2):
            heard(whose, second)
    assert [store.visits(whose)[0][0] for whose in (6, 7)] == ["door", "shoes"]
    store.run(set_store_maps, [StoreWalk("store-7", map_of("-7", (*PLACES[:-1], shelf)))])
    for second in range(60, 70, 2):
        heard(7, second)
    assert store.visits(7)[0][0] == "shoes"


async def set_map(team: Caller, plain: dict[str, Any], store: str = "camden") -> None:
    request = presence.SetStoreMapRequest(
        store=store, map=presence.StoreMap(**plain), request_id=fresh_id("r")
    )
    await team.call(team.presence.SetStoreMap, request)


async def test_gateways_of_a_store_that_gets_a_map_tell_of_who_is_new_until_it_is_taken_away(
    team: Caller, caller_of: CallerOf
) -> None:
    async with connected(caller_of("gateway")) as gateway:
        await gateway.wait_for(lambda: gateway.configs == [presence.Config()])
        await set_map(team, map_of())
        await gateway.wait_for(lambda: gateway.configs[-1].tells_news)
        await set_map(team, {})
        await gateway.wait_for(lambda: not gateway.configs[-1].tells_news)


@pytest.mark.parametrize(
    "wrong",
    [
        {"places": [{"zone": "door", "rssi_dbm": [-60.0] * 3}]},  # nothing outside
        {"entrances": []},
        {"entrances": ["attic"]},
        {"places": [{"rssi_dbm": [-60.0]}, {"zone": "door", "rssi_dbm": [-60.0]}]},  # of three receivers
    ],
)
async def test_a_map_that_cannot_tell_inside_from_outside_is_refused(
    team: Caller, wrong: dict[str, Any]
) -> None:
    refused = await refusal(set_map(team, map_of() | wrong))
    assert refused.code is grpc.StatusCode.INVALID_ARGUMENT
