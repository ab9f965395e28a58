"""What members' tags say of their batteries, through gRPC."""

from __future__ import annotations

from datetime import timedelta

import pytest
from regulars.presence.v1 import presence_service_pb2 as presence
from sqlalchemy import func, select

from services.composition import House
from services.storage.tables import presence_tags
from tests.conftest import CallerOf
from tests.integration.gateway import Gateway, connected, heard
from tests.integration.shop import NOON, Caller, stamp
from tests.unit.services.presence.test_telemetry import KEY, sealed_by_a_tag

MINUTE = timedelta(minutes=1)


async def tell(gateway: Gateway, *readings: presence.TagReading) -> None:
    """Readings are not acknowledged; an event behind them is."""
    await gateway.send(presence.SessionRequest(tags=presence.TagReport(readings=readings)))
    await gateway.report("ENTER", b"stranger", NOON)


async def tags(caller: Caller, **asked: object) -> list[presence.Tag]:
    answer = await caller.call(caller.presence.ListTags, presence.ListTagsRequest(**asked))  # type: ignore[arg-type]
    return list(answer.tags)


async def named(backend: Caller, gateway: Gateway, *customer_ids: str) -> list[bytes]:
    keys = []
    for customer_id in customer_ids:
        await backend.enrol(customer_id, "PRESENCE")
        keys.append(await backend.presence_key(customer_id))
    table = await gateway.table_with(members=len(customer_ids))
    names = [heard(table, key, NOON) for key in keys]
    assert all(names)
    return [name or b"" for name in names]


def reading(name: bytes, minutes: int = 0, **said: float) -> presence.TagReading:
    return presence.TagReading(pseudonym=name, seen_at=stamp(NOON + minutes * MINUTE), **said)  # type: ignore[arg-type]


async def test_the_latest_reading_of_a_tag_is_shown_and_a_low_battery_marked(
    backend: Caller, caller_of: CallerOf
) -> None:
    async with connected(caller_of("gateway")) as gateway:
        anna, ben = await named(backend, gateway, "anna", "ben")
        await tell(gateway, reading(anna, battery_mv=2950, temperature_c=20.5), reading(ben, battery_mv=2399))
        await tell(gateway, reading(anna, 1, battery_mv=2940), reading(ben, -5, battery_mv=3000))
    first, second = await tags(backend)
    assert (first.customer_id, first.battery_mv, first.battery_low) == ("anna", 2940, False)
    assert not first.HasField("temperature_c")
    assert first.seen_at == stamp(NOON + MINUTE)
    assert (second.battery_mv, second.battery_low) == (2399, True)
    assert [tag.customer_id for tag in await tags(backend, battery_low_only=True)] == ["ben"]


async def test_a_device_that_never_told_anything_is_listed_too(backend: Caller) -> None:
    await backend.enrol("anna", "PRESENCE")
    await backend.presence_key("anna")
    (tag,) = await tags(backend)
    assert (tag.customer_id, tag.HasField("seen_at"), tag.battery_low) == ("anna", False, False)


async def test_encrypted_telemetry_is_opened_with_the_members_key(
    house: House, backend: Caller, caller_of: CallerOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = caller_of("gateway")  # its API key is as random as any
    monkeypatch.setattr("services.membership.servicer.consents.secrets.token_bytes", lambda _: KEY)
    async with connected(caller) as gateway:
        (anna,) = await named(backend, gateway, "anna")
        sealed = sealed_by_a_tag(NOON, 2345, 21 * 256)
        await tell(gateway, presence.TagReading(pseudonym=anna, seen_at=stamp(NOON), sealed=sealed))
        forged = sealed_by_a_tag(NOON, 3000, 21 * 256)[:-1] + b"?"
        later = stamp(NOON + MINUTE)
        await tell(gateway, presence.TagReading(pseudonym=anna, seen_at=later, sealed=forged))
    (tag,) = await tags(backend)
    assert (tag.battery_mv, tag.temperature_c) == (2345, 21.0)


async def test_nothing_is_kept_of_a_tag_without_a_consenting_member(
    house: House, backend: Caller, caller_of: CallerOf
) -> None:
    async with connected(caller_of("gateway")) as gateway:
        (anna,) = await named(backend, gateway, "anna")
        await tell(gateway, reading(b"stranger", battery_mv=2000), reading(anna, battery_mv=2000))
        await backend.set_consents("anna", PRESENCE=False)
        await tell(gateway, reading(anna, 1, battery_mv=1900))
    with house.database.engine.connect() as connection:
        assert connection.execute(select(func.count()).select_from(presence_tags)).scalar_one() == 0


async def test_a_reading_that_cannot_be_meant_is_left_out(backend: Caller, caller_of: CallerOf) -> None:
    async with connected(caller_of("gateway")) as gateway:
        (anna,) = await named(backend, gateway, "anna")
        wrong = [
            reading(anna, 60 * 24 * 30, battery_mv=2000),
            reading(anna, battery_mv=0),
            reading(anna, temperature_c=float("nan")),
            reading(b"short", battery_mv=2000),
        ]
        await tell(gateway, *wrong)
    (tag,) = await tags(backend)
    assert not tag.HasField("battery_mv")


async def test_tags_come_in_pages(backend: Caller) -> None:
    for customer_id in ("anna", "ben", "clara"):
        await backend.enrol(customer_id, "PRESENCE")
        await backend.presence_key(customer_id)
    found: list[str] = []
    token = ""
    while True:
        asked = presence.ListTagsRequest(page_size=2, page_token=token)
        answer = await backend.call(backend.presence.ListTags, asked)
        found.extend(tag.customer_id for tag in answer.tags)
        if not (token := answer.next_page_token):
            break
    assert found == ["anna", "ben", "clara"]
