"""Export and erasure of a person through gRPC, with everything that the service can know of one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
import structlog
from regulars.membership.v1 import membership_service_pb2 as membership
from sqlalchemy import JSON, Boolean, Date, Float, Integer, LargeBinary, String, func, insert, select

from services.composition import House, build, running
from services.settings import Settings
from services.storage.columns import Instant
from services.storage.owned import IDS, owned
from services.storage.personal import HOLDINGS, Erasing
from services.storage.rewriting import REWRITE_TOPIC
from services.storage.tables import metadata, movements
from services.telemetry import Telemetry
from tests.conftest import CallerOf
from tests.integration.gateway import connected, heard
from tests.integration.people import (
    add_identifier,
    bytes_of,
    erase,
    exported,
    find_member,
    merge,
    step,
    unmerge,
    update_profile,
)
from tests.integration.points import balance, hold, spend, transfer
from tests.integration.recovering import answer, complain, contact
from tests.integration.recovering import give as give_back
from tests.integration.servers import ON_POSTGRESQL, other_caller
from tests.integration.shop import (
    NOON,
    Caller,
    ManualClock,
    cart,
    eventually,
    goods_back,
    order,
    order_record,
    refusal,
)

ANNA = "canary-anna"
ALIAS = "canary-alias"
PROFILE = {"name": "Canary Quist", "email": "canary.quist@example.com", "phone": "+447700900456"}
CANARIES = (b"canary", b"Canary", b"CANARY", b"7700900456", b"quist")
PERSONAL = [name for name, holding in HOLDINGS.items() if holding.owners]


@pytest.fixture
async def device_key(backend: Caller, caller_of: CallerOf, clock: ManualClock) -> bytes:
    """A member who has done all that can be done, and her device's key."""
    for customer_id in (ANNA, ALIAS, "ben"):
        await backend.enrol(customer_id, "PRESENCE", "IN_APP", "EMAIL")
    await update_profile(backend, ANNA, **PROFILE)
    for kind, value in (("EMAIL", PROFILE["email"]), ("PHONE", PROFILE["phone"]), ("CARD", "CANARY 1234")):
        await add_identifier(backend, ANNA, kind, value)
    await step(backend, "Suspend", ANNA)
    await step(backend, "Reinstate", ANNA)
    key = await backend.presence_key(ANNA)
    await _shop(backend, clock)
    async with connected(caller_of("gateway")) as gateway:
        name = heard(await gateway.table_with(members=1), key, clock.now())
        assert name is not None
        await gateway.report("ENTER", name, clock.now())
        await gateway.report("DWELL", name, clock.now(), 90.0)
    await merge(backend, ANNA, ALIAS)
    return key


async def _shop(backend: Caller, clock: ManualClock) -> None:
    await backend.record_order(order("canary-1", ANNA, price=50_000, quantity=2))
    await backend.record_order(order("canary-alias-1", ALIAS, price=5_000))
    clock.advance(days=15)
    await backend.record_order(order("canary-2", ANNA, at=clock.now(), price=7_000))
    await backend.record_return(goods_back("canary-back", ANNA, clock.now(), "canary-1"))
    await backend.update_cart(cart("canary-cart", ANNA, clock.now()))
    await spend(backend, 40, ANNA, order_id="canary-2", purpose="canary gift")
    await hold(backend, 30, ANNA, purpose="canary hold")
    await transfer(backend, 20, ANNA, "ben")
    await answer(backend, 2, customer_id=ANNA, at=clock.now())
    case_id = (await complain(backend, "the canary kettle leaks", ANNA)).case.case_id
    await contact(backend, case_id, text="canary, we are sorry")
    await give_back(backend, case_id, "COUPON")


def rows_of(house: House, name: str) -> list[Any]:
    with house.database.engine.connect() as connection:
        return list(connection.execute(select(metadata.tables[name])).all())


def fill(house: House, name: str) -> None:
    """A made-up row of hers, with canaries in it, in a table that her life has left empty."""
    table, owner = metadata.tables[name], HOLDINGS[name].owners[0]
    with house.database.engine.begin() as connection:
        if connection.execute(select(func.count()).where(owned(name)), {IDS: [ANNA]}).scalar_one():
            return
        row = {column.name: made_up(name, column) for column in table.columns if not is_numbered(column)}
        if owner.parent:
            parent = select(metadata.tables[owner.parent]).where(owned(owner.parent))
            found = connection.execute(parent, {IDS: [ANNA]}).mappings().first()
            assert found is not None
            row |= {column: found[column] for column in owner.columns}
        row |= dict.fromkeys(HOLDINGS[name].customer_columns, ANNA)
        if owner.inside:
            row[owner.columns[0]] = {owner.inside: ANNA}
        connection.execute(insert(table), row)


def is_numbered(column: Any) -> bool:
    """Whether the database numbers the rows by this column itself."""
    return column.primary_key and column.autoincrement is not False and isinstance(column.type, Integer)


def made_up(name: str, column: Any) -> Any:
    """A value for a column; a canary where nothing but erasing keeps it from surviving."""
    free = HOLDINGS[name].erasing is Erasing.DELETE or any(
        column.name in {*owner.tokens, *owner.resets} for owner in HOLDINGS[name].owners
    )
    text = f"canary-{column.name}" if free else "PLAIN"
    kinds: list[tuple[type[Any], Any]] = [
        (Instant, NOON),
        (Boolean, False),
        (Date, NOON.date()),
        (Float, 1.0),
        (JSON, {"text": "canary"}),
        (LargeBinary, b"canary"),
        (String, text[: getattr(column.type, "length", None) or len(text)]),
        (Integer, 1),
    ]
    return next(value for kind, value in kinds if isinstance(column.type, kind))


def found_in(texts: Iterator[bytes], key: bytes) -> list[bytes]:
    wanted = (*CANARIES, key, key.hex().encode(), key.hex().upper().encode())
    return [one for text in texts for one in wanted if one in text]


def cells(house: House) -> Iterator[bytes]:
    for name in metadata.tables:
        for row in rows_of(house, name):
            yield from (bytes_of(cell) for cell in row)


def totals(house: House) -> dict[tuple[str, str, str], int]:
    query = select(
        movements.c.kind, movements.c.debit, movements.c.credit, func.sum(movements.c.points)
    ).group_by(movements.c.kind, movements.c.debit, movements.c.credit)
    with house.database.engine.connect() as connection:
        return {(row[0], row[1], row[2]): int(row[3]) for row in connection.execute(query)}


def files(house: House) -> Iterator[bytes]:
    """What lies in the service's folder: on SQLite the database and its write-ahead log."""
    return (file.read_bytes() for file in house.settings.data_dir.glob("*") if file.is_file())


@pytest.mark.usefixtures("verified")
async def test_an_erased_person_leaves_nothing_in_tables_files_logs_and_exports(
    house: House, backend: Caller, device_key: bytes
) -> None:
    before = totals(house)
    scanned = (cells, files) if house.database.engine.dialect.name == "sqlite" else (cells,)
    assert all(found_in(texts(house), device_key) for texts in scanned)
    with structlog.testing.capture_logs() as logs:
        await erase(backend, ALIAS)
        await eventually(lambda: not any(row.topic == REWRITE_TOPIC for row in rows_of(house, "outbox")))
    export_of_a_friend, _ = await exported(backend, "ben")
    logged, shown = repr(logs).encode(), json.dumps(export_of_a_friend).encode()
    for texts in (cells(house), files(house), iter([logged, shown])):
        assert found_in(texts, device_key) == []
    after = totals(house)
    settled = {"FORFEIT", "RELEASE"}
    assert {one: points for one, points in after.items() if one[0] not in settled} == before
    assert {one[0] for one in set(after) - set(before)} == settled


async def test_every_personal_table_is_scrubbed_to_the_last_column(
    house: House, backend: Caller, device_key: bytes
) -> None:
    for name in sorted(PERSONAL, key=lambda one: bool(HOLDINGS[one].owners[0].parent)):
        fill(house, name)
    with house.database.engine.connect() as connection:
        counts = {
            name: connection.execute(select(func.count()).where(owned(name)), {IDS: [ANNA]}).scalar_one()
            for name in PERSONAL
        }
    assert [name for name, count in counts.items() if not count] == []
    await erase(backend, ANNA)
    assert found_in(cells(house), device_key) == []


async def test_erasing_answers_the_same_however_often_and_by_whichever_id(
    backend: Caller, device_key: bytes, clock: ManualClock
) -> None:
    first = await erase(backend, ANNA)
    clock.advance(days=3)
    assert await erase(backend, ANNA) == first
    assert await erase(backend, ALIAS) == first


async def test_an_erased_customer_is_refused_everywhere_and_others_are_not(
    backend: Caller, device_key: bytes
) -> None:
    await erase(backend, ANNA)
    for call in (
        backend.enrol(ANNA),
        backend.record_order(order(customer_id=ANNA)),
        backend.record_order(order(customer_id=ALIAS)),
        backend.balance(ANNA),
        backend.score(ANNA),
        transfer(backend, 1, "ben", ANNA),
        exported(backend, ANNA),
        step(backend, "Close", ALIAS),
    ):
        refused = await refusal(call)
        assert (refused.code, refused.reason) == (grpc.StatusCode.FAILED_PRECONDITION, "CUSTOMER_ERASED")
    assert (await refusal(find_member(backend, "EMAIL", PROFILE["email"]))).reason == "IDENTIFIER_NOT_FOUND"
    assert await balance(backend, "ben") == (0, 20, 0, 0)
    await add_identifier(backend, "ben", "EMAIL", PROFILE["email"])


async def test_a_stranger_can_be_neither_exported_nor_erased(backend: Caller) -> None:
    for call in (erase(backend, "nobody"), exported(backend, "nobody")):
        refused = await refusal(call)
        assert (refused.code, refused.reason) == (grpc.StatusCode.NOT_FOUND, "CUSTOMER_NOT_FOUND")


async def test_gateways_forget_an_erased_person_within_seconds(
    backend: Caller, caller_of: CallerOf, device_key: bytes, clock: ManualClock
) -> None:
    async with connected(caller_of("gateway"), epoch="epoch-0002") as gateway:
        assert heard(await gateway.table_with(members=1), device_key, clock.now())
        await erase(backend, ANNA)
        await gateway.table_with(members=0)


async def test_an_export_holds_everything_about_the_person_and_nobody_else(
    house: House, backend: Caller, device_key: bytes
) -> None:
    document, _ = await exported(backend, ALIAS)
    assert document["customer_ids"] == [ANNA, ALIAS]
    assert document["profiles"][0]["profile"] == PROFILE
    assert sorted(one["value"] for one in document["identifiers"]) == sorted(
        ["CANARY1234", PROFILE["email"], PROFILE["phone"]]
    )
    for name, holding in HOLDINGS.items():
        with house.database.engine.connect() as connection:
            query = select(func.count()).where(owned(name)) if holding.owners else None
            held = 0 if query is None else connection.execute(query, {IDS: [ANNA, ALIAS]}).scalar_one()
        assert len(document.get(name, [])) == (held if holding.exported else 0), name
    assert {one["order_id"] for one in document["orders"]} == {"canary-1", "canary-2", "canary-alias-1"}
    assert {one["order_id"] for one in document["order_lines"]} >= {"canary-1", "canary-2"}
    assert device_key.hex() not in repr(document)
    assert '"ben"' not in json.dumps(document)


async def test_a_large_export_comes_in_parts_below_the_message_limit(backend: Caller) -> None:
    await backend.enrol(ANNA)
    for start in range(0, 1_000, 100):
        numbers = range(start, start + 100)
        await backend.record_batch(
            *(order_record(order_id=f"canary-{number}", customer_id=ANNA) for number in numbers)
        )
    document, sizes = await exported(backend, ANNA)
    assert len(document["orders"]) == 1_000
    assert len(sizes) > 1
    assert max(sizes) < 1024 * 1024


@pytest.mark.usefixtures("verified")
async def test_erasing_either_of_two_who_were_one_for_a_while_leaves_the_other_whole(backend: Caller) -> None:
    for customer_id in ("maria", "shop"):
        await backend.enrol(customer_id)
        await backend.record_order(order(customer_id=customer_id, at=NOON, price=5_000))
    merge_id = await merge(backend, "maria", "shop")
    await unmerge(backend, merge_id)
    await erase(backend, "shop")
    assert (await balance(backend, "maria"))[0] == 50


@ON_POSTGRESQL
async def test_no_order_that_meets_the_erasure_in_another_process_survives_it(
    house: House, settings: Settings, backend: Caller, clock: ManualClock
) -> None:
    await backend.enrol(ANNA)
    async with running(build(settings, clock, Telemetry(0.0))) as other:
        elsewhere = await other_caller(other)
        for start in range(0, 60, 20):
            customer_id = f"{ANNA}-{start}"
            orders = [order(f"canary-{number}", customer_id) for number in range(start, start + 20)]
            await elsewhere.record_order(order(f"canary-first-{start}", customer_id))
            race = [elsewhere.record_order(one) for one in orders]
            race.insert(5, erase(backend, customer_id))
            found = await asyncio.gather(*race, return_exceptions=True)
            refused = {one.code() for one in found if isinstance(one, grpc.aio.AioRpcError)}
            assert refused <= {grpc.StatusCode.FAILED_PRECONDITION}
            assert isinstance(found[5], membership.EraseMemberResponse)
        await elsewhere.channel.close()
    await erase(backend, ANNA)
    assert found_in(cells(house), b"canary") == []
