"""Gateways as the team sees them, and what becomes of connections of one name."""

from __future__ import annotations

import json
from typing import Any

import grpc
import pytest
from alembic import command
from regulars.presence.v1 import presence_service_pb2 as presence
from sqlalchemy import Engine, func, select, text

from services.composition import House
from services.presence.rules.gateways import DOWN_AFTER, DROPPED_LATELY
from services.storage import migrate
from services.storage.tables import gateway_epochs, gateways, presence_events
from tests.conftest import CallerOf
from tests.integration.gateway import Gateway, connected, heard
from tests.integration.shop import NOON, Caller, ManualClock, fresh_id, refusal, stamp
from tests.integration.test_presence import SECOND, member_with_device
from tests.ledger.test_migration import empty_database, on_both

__all__ = ["empty_database"]


async def listed(team: Caller, **asked: Any) -> list[presence.Gateway]:
    request = presence.ListGatewaysRequest(**asked)
    return list((await team.call(team.presence.ListGateways, request)).gateways)


async def configure(team: Caller, gateway: str, request_id: str = "", **config: Any) -> presence.Gateway:
    request = presence.ConfigureGatewayRequest(
        gateway=gateway, config=presence.Config(**config), request_id=request_id or fresh_id("r")
    )
    answer: presence.ConfigureGatewayResponse = await team.call(team.presence.ConfigureGateway, request)
    return answer.gateway


def troubles(one: presence.Gateway) -> list[str]:
    return [presence.GatewayTrouble.Name(t).removeprefix("GATEWAY_TROUBLE_") for t in one.troubles]


async def say(gateway: Gateway, **health: Any) -> None:
    """Say how the gateway fares, and wait until that is stored."""
    await gateway.send(presence.SessionRequest(health=presence.Health(**health)))
    await gateway.report("ENTER", b"stranger", NOON)


async def test_of_two_connections_of_one_name_the_newer_counts(
    house: House, backend: Caller, caller_of: CallerOf
) -> None:
    key = await member_with_device(backend, "anna")
    async with connected(caller_of("gateway")) as older:
        name = heard(await older.table_with(members=1), key, NOON)
        assert name is not None
        async with connected(caller_of("gateway")) as newer:
            await newer.report("ENTER", name, NOON)
            over = await older.ended()
            assert (over.code, over.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "GATEWAY_SUPERSEDED")
    with house.database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(presence_events)).scalar_one() == 1


async def test_what_an_older_connection_still_sends_is_not_stored(
    house: House, caller_of: CallerOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.presence.servicer.session.LOOK_SECONDS", 3_600.0)
    async with connected(caller_of("gateway")) as older, connected(caller_of("gateway")):
        await older.send_event(1, "ENTER", b"stranger", NOON)
        assert (await older.ended()).reason == "GATEWAY_SUPERSEDED"
    with house.database.engine.connect() as connection:
        assert connection.execute(select(gateway_epochs)).all() == []


async def test_a_reflashed_gateway_with_its_old_name_begins_anew(
    house: House, backend: Caller, caller_of: CallerOf
) -> None:
    key = await member_with_device(backend, "anna")
    for epoch in ("epoch-0001", "epoch-0002"):
        async with connected(caller_of("gateway"), epoch=epoch) as gateway:
            name = heard(await gateway.table_with(members=1), key, NOON)
            assert (gateway.acked, name is None) == (0, False)
            for second in range(3):
                await gateway.report("DWELL", name or b"", NOON + second * SECOND, float(second))
    with house.database.engine.connect() as connection:
        rows = connection.execute(select(gateway_epochs.c.epoch, gateway_epochs.c.acked_seq)).all()
        assert sorted(tuple(row) for row in rows) == [("epoch-0001", 3), ("epoch-0002", 3)]
        assert connection.execute(select(func.count()).select_from(presence_events)).scalar_one() == 6


async def test_runs_may_come_in_any_order_and_each_is_acknowledged_by_its_name(caller_of: CallerOf) -> None:
    async with connected(caller_of("gateway"), epoch="epoch-0009") as gateway:
        for epoch, seq in (
            ("epoch-0009", 5),
            ("epoch-0001", 7),
            ("", 6),
            ("epoch-0001", 3),
            ("epoch-0002", 1),
        ):
            await gateway.send_event(seq, "ENTER", b"stranger", NOON, epoch=epoch)
        await gateway.wait_for(lambda: len(gateway.acks) == 6)
        assert gateway.acks[1:] == [
            ("epoch-0009", 5),
            ("epoch-0001", 7),
            ("epoch-0009", 6),
            ("epoch-0001", 7),
            ("epoch-0002", 1),
        ]


async def test_a_run_of_which_nothing_more_can_come_is_forgotten(
    house: House, caller_of: CallerOf, clock: ManualClock
) -> None:
    async with connected(caller_of("gateway"), epoch="epoch-0001") as gateway:
        await gateway.report("ENTER", b"stranger", NOON)
    clock.advance(days=32)
    async with connected(caller_of("gateway"), epoch="epoch-0002") as gateway:
        await gateway.report("ENTER", b"stranger", NOON)
    with house.database.engine.connect() as connection:
        assert connection.execute(select(gateway_epochs.c.epoch)).scalars().all() == ["epoch-0002"]


async def test_the_team_sees_how_gateways_fare(team: Caller, caller_of: CallerOf) -> None:
    async with connected(caller_of("gateway")) as gateway:
        dropped = presence.DroppedEvents(
            reason=presence.DROP_REASON_FULL, kind=presence.PRESENCE_KIND_DWELL, events=9
        )
        radio = presence.RadioHealth(receiver="hci0", scan_restarts=2)
        await say(
            gateway, adverts=7, silent_seconds=1.5, spooled=4, dropped=9, dropped_by=[dropped], radios=[radio]
        )
        (one,) = await listed(team)
    assert (one.gateway, one.store, one.version, one.last_contact_at) == (
        "gw-1",
        "camden",
        "1.0",
        stamp(NOON),
    )
    assert (one.health.adverts, one.health.silent_seconds, one.health.spooled) == (7, 1.5, 4)
    assert (one.health.dropped_by[0], one.health.radios[0]) == (dropped, radio)
    assert troubles(one) == []


@pytest.mark.parametrize(
    ("health", "trouble"),
    [
        ({"degraded": True}, "DEGRADED"),
        ({"clock_offset_ms": 2_500.0}, "CLOCK"),
        ({"clock_offset_ms": -2_500.0}, "CLOCK"),
        ({"spool_in_memory": True, "spool_error": "disk full"}, "DISK"),
    ],
)
async def test_what_is_wrong_with_a_gateway_is_said_until_it_is_right(
    team: Caller, caller_of: CallerOf, health: dict[str, Any], trouble: str
) -> None:
    async with connected(caller_of("gateway")) as gateway:
        await say(gateway, **health)
        assert [troubles(one) for one in await listed(team)] == [[trouble]]
        await say(gateway, adverts=1)
        assert [troubles(one) for one in await listed(team)] == [[]]


async def test_a_gateway_is_down_after_two_minutes_without_a_word(
    team: Caller, caller_of: CallerOf, clock: ManualClock
) -> None:
    async with connected(caller_of("gateway")):
        pass
    clock.advance(seconds=DOWN_AFTER.total_seconds())
    assert [troubles(one) for one in await listed(team)] == [[]]
    clock.advance(seconds=1)
    assert [troubles(one) for one in await listed(team)] == [["DOWN"]]


async def test_what_a_gateway_dropped_is_added_up_once(
    team: Caller, caller_of: CallerOf, clock: ManualClock
) -> None:
    async with connected(caller_of("gateway")) as gateway:
        for seq, dropped in ((1, 40), (1, 40), (2, 2)):
            await gateway.send_event(seq, "GAP", b"", NOON, dropped=dropped)
        await gateway.wait_for(lambda: gateway.acked == 2)
        (one,) = await listed(team)
        assert (one.dropped, troubles(one)) == (42, ["DROPPED"])
        clock.advance(seconds=DROPPED_LATELY.total_seconds() + 1)
        await gateway.report_as(3, "ENTER", b"stranger", NOON)
        assert [troubles(one) for one in await listed(team)] == [[]]


async def test_gateways_are_listed_by_name_page_by_page_and_by_store(
    team: Caller, caller_of: CallerOf
) -> None:
    for name, store in (("gw-3", "camden"), ("gw-1", "soho"), ("gw-2", "camden")):
        async with connected(caller_of("gateway"), name=name, store=store):
            pass
    first = await team.call(team.presence.ListGateways, presence.ListGatewaysRequest(page_size=2))
    rest = presence.ListGatewaysRequest(page_size=2, page_token=first.next_page_token)
    second = await team.call(team.presence.ListGateways, rest)
    assert [one.gateway for one in (*first.gateways, *second.gateways)] == ["gw-1", "gw-2", "gw-3"]
    assert second.next_page_token == ""
    assert [one.gateway for one in await listed(team, store="camden")] == ["gw-2", "gw-3"]


async def test_what_a_gateway_is_told_reaches_it_within_seconds_and_again_when_it_comes_back(
    team: Caller, caller_of: CallerOf
) -> None:
    rule = presence.ZoneRule(zone="door", enter_rssi_dbm=-70, exit_rssi_dbm=-80)
    async with connected(caller_of("gateway")) as gateway:
        await gateway.wait_for(lambda: gateway.configs == [presence.Config()])
        told = await configure(team, "gw-1", rssi_offset_db=2.5, zone_rules=[rule])
        await gateway.wait_for(lambda: len(gateway.configs) == 2)
        expected = presence.Config(rssi_offset_db=2.5, zone_rules=[rule])
        assert gateway.configs[1] == told.config == expected
    async with connected(caller_of("gateway")) as gateway:
        await gateway.wait_for(lambda: gateway.configs == [expected])


async def test_a_repeated_request_to_configure_changes_nothing_more(
    team: Caller, caller_of: CallerOf
) -> None:
    async with connected(caller_of("gateway")):
        await configure(team, "gw-1", "r-1", rssi_offset_db=2.5)
        await configure(team, "gw-1", "r-2", rssi_offset_db=4.0)
        assert (await configure(team, "gw-1", "r-1", rssi_offset_db=2.5)).config.rssi_offset_db == 4.0


async def test_a_gateway_that_never_came_cannot_be_configured(team: Caller) -> None:
    refused = await refusal(configure(team, "nobody"))
    assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "GATEWAY_NOT_FOUND")


async def test_a_rule_that_lets_members_leave_before_they_come_is_refused(
    team: Caller, caller_of: CallerOf
) -> None:
    rule = presence.ZoneRule(zone="door", enter_rssi_dbm=-80, exit_rssi_dbm=-70)
    async with connected(caller_of("gateway")):
        refused = await refusal(configure(team, "gw-1", zone_rules=[rule]))
    assert refused.code is grpc.StatusCode.INVALID_ARGUMENT


AT = int(NOON.timestamp() * 1_000_000)
OLD = """INSERT INTO gateways (gateway, epoch, store, version, acked_seq, last_seen_at, health)
VALUES (:gateway, :epoch, 'camden', :version, :acked, :seen, :health)"""


@on_both
def test_the_schema_before_knew_gateways_by_their_epochs_and_all_of_it_is_carried_over(
    empty_database: Engine,
) -> None:
    command.upgrade(migrate.alembic_config(empty_database), "0003")
    health = json.dumps({"adverts": 7})
    with empty_database.begin() as connection:
        for gateway, epoch, acked, seen in (("a", "e1", 5, AT), ("a", "e2", 9, AT + 1), ("b", "e3", 2, AT)):
            row = {"gateway": gateway, "epoch": epoch, "acked": acked, "seen": seen}
            connection.execute(text(OLD), {**row, "version": epoch, "health": health})
    migrate.upgrade(empty_database)
    migrate.check(empty_database)
    with empty_database.connect() as connection:
        found = connection.execute(select(gateways.c.gateway, gateways.c.version, gateways.c.health))
        assert sorted(map(tuple, found), key=str) == [
            ("a", "e2", {"adverts": 7}),
            ("b", "e3", {"adverts": 7}),
        ]
        epochs = connection.execute(select(gateway_epochs.c.epoch, gateway_epochs.c.acked_seq))
        assert sorted(map(tuple, epochs)) == [("e1", 5), ("e2", 9), ("e3", 2)]
