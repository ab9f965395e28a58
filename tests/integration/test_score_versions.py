"""Scores of the past and under other versions, many at once, and the nightly pass over everybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from regulars.engagement.v1 import engagement_service_pb2 as engagement
from sqlalchemy import insert, select

from services.composition import House, build, running
from services.engagement.use_cases import rescoring
from services.engagement.use_cases.references import reference_from
from services.engagement.use_cases.scores import NewReference, install_reference
from services.settings import Settings
from services.storage import outbox
from services.storage.tables import customers, orders, score_references, scores
from services.telemetry import Telemetry
from tests.integration.shop import NOON, Caller, ManualClock, eventually, goods_back, order, refusal
from tests.integration.shop import stamp as stamped

DAY = timedelta(days=1)


async def score_of(backend: Caller, customer_id: str, **asked: object) -> engagement.Score:
    request = engagement.GetScoreRequest(customer_id=customer_id, **asked)  # type: ignore[arg-type]
    answer: engagement.GetScoreResponse = await backend.call(backend.engagement.GetScore, request)
    return answer.score


def exactly(found: engagement.Score) -> bytes:
    return found.SerializeToString(deterministic=True)


async def versions(backend: Caller) -> list[engagement.ScoreVersion]:
    request = engagement.ListScoreVersionsRequest()
    answer = await backend.call(backend.engagement.ListScoreVersions, request)
    return list(answer.versions)


async def install_new_reference(house: House) -> None:
    with house.database.engine.connect() as connection:
        reference = reference_from(connection, house.clock.now())
    await house.database.write(install_reference, NewReference(reference))


async def test_a_past_score_is_bit_for_bit_the_one_that_was_stored_then(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    kept: list[engagement.Score] = []
    for step in range(6):
        clock.advance(days=20, seconds=7)
        await backend.record_order(
            order(f"o-{step}", at=clock.now() - DAY, price=1_000 + 77 * step, channel=step + 1)
        )
        if step == 3:
            await install_new_reference(house)
        if step % 2:
            await backend.record_return(goods_back(order_id=f"o-{step}", at=clock.now()))
        kept.append(await score_of(backend, "anna"))
    for one in kept:
        again = await score_of(backend, "anna", as_of=one.as_of, score_version=one.score_version)
        assert exactly(again) == exactly(one)
    assert len({one.score_version for one in kept}) == 2


async def test_a_late_order_changes_what_is_known_of_the_past(backend: Caller, clock: ManualClock) -> None:
    await backend.record_order(order(at=NOON - 10 * DAY))
    before = await score_of(backend, "anna", as_of=stamped(NOON - DAY))
    await backend.record_order(order(at=NOON - 5 * DAY))
    after = await score_of(backend, "anna", as_of=stamped(NOON - DAY))
    long_ago = await score_of(backend, "anna", as_of=stamped(NOON - 11 * DAY))
    assert (before.orders, after.orders) == (1, 2)
    assert (long_ago.fallback, long_ago.HasField("score")) == (engagement.FALLBACK_NO_EVIDENCE, False)


@pytest.mark.parametrize(
    ("asked", "code", "reason"),
    [
        ({"score_version": "none/such"}, grpc.StatusCode.NOT_FOUND, "SCORE_VERSION_NOT_FOUND"),
        ({"as_of": stamped(NOON + DAY)}, grpc.StatusCode.INVALID_ARGUMENT, "MOMENT_OUT_OF_RANGE"),
        ({"customer_id": "nobody", "as_of": stamped(NOON)}, grpc.StatusCode.NOT_FOUND, "CUSTOMER_NOT_FOUND"),
    ],
)
async def test_what_cannot_be_computed_is_refused(
    backend: Caller, asked: dict[str, object], code: grpc.StatusCode, reason: str
) -> None:
    await backend.record_order(order())
    refused = await refusal(score_of(backend, **{"customer_id": "anna", **asked}))  # type: ignore[arg-type]
    assert (refused.code, refused.reason) == (code, reason)


def is_planned_for_the_night(house: House) -> bool:
    """Whether the pass that begins with the server has ended."""
    with house.database.engine.connect() as connection:
        planned = outbox.find(connection, rescoring.RESCORE_TOPIC, "all")
    return planned is not None and bool(planned["version"])


async def test_both_versions_can_be_computed_during_a_change(house: House, backend: Caller) -> None:
    await eventually(lambda: is_planned_for_the_night(house))  # else its first pass may still be under way
    house.worker.stop()  # it would score everybody anew
    await backend.record_order(order())
    old = await score_of(backend, "anna")
    await install_new_reference(house)
    still = await score_of(backend, "anna")
    new = next(one.score_version for one in await versions(backend) if one.current)
    assert exactly(still) == exactly(old)
    assert new != old.score_version
    both = [await score_of(backend, "anna", score_version=name) for name in (old.score_version, new)]
    assert [one.score_version for one in both] == [old.score_version, new]
    assert exactly(both[0]) == exactly(old)


async def test_a_version_shows_its_weights_and_its_reference(backend: Caller) -> None:
    await backend.record_order(order())
    (listed,) = await versions(backend)
    assert (listed.current, listed.scores, listed.reference) == (True, 1, "builtin-2")
    request = engagement.GetScoreVersionRequest(score_version=listed.score_version)
    found = await backend.call(backend.engagement.GetScoreVersion, request)
    assert found.version == listed
    assert sum(one.weight for one in found.version.weights) == pytest.approx(1.0)
    assert {one.kind for one in found.distributions} == {one.kind for one in listed.weights}
    assert list(found.thresholds.orders) == [10, 5, 3, 2]
    request.score_version = "none/such"
    refused = await refusal(backend.call(backend.engagement.GetScoreVersion, request))
    assert refused.reason == "SCORE_VERSION_NOT_FOUND"


async def batch(backend: Caller, *ids: str, **asked: object) -> engagement.BatchGetScoresResponse:
    request = engagement.BatchGetScoresRequest(customer_ids=ids, **asked)  # type: ignore[arg-type]
    answer: engagement.BatchGetScoresResponse = await backend.call(backend.engagement.BatchGetScores, request)
    return answer


async def test_many_scores_come_in_the_order_asked_and_strangers_are_named(backend: Caller) -> None:
    for customer_id in ("anna", "ben", "cleo"):
        await backend.record_order(order(customer_id=customer_id))
    await backend.enrol("dora")
    found = await batch(backend, "cleo", "nobody", "anna", "dora", "cleo")
    assert [one.customer_id for one in found.scores] == ["cleo", "anna", "dora"]
    assert list(found.not_found) == ["nobody"]
    assert found.scores[2].fallback == engagement.FALLBACK_NO_EVIDENCE
    alone = [await score_of(backend, one.customer_id) for one in found.scores]
    assert list(map(exactly, found.scores)) == list(map(exactly, alone))
    past = await batch(backend, "anna", "nobody", as_of=stamped(NOON - DAY))
    assert ([one.orders for one in past.scores], list(past.not_found)) == ([0], ["nobody"])


def is_waiting_for_the_night(house: House) -> bool:
    with house.database.engine.connect() as connection:
        planned = outbox.find(connection, rescoring.RESCORE_TOPIC, "all")
    return planned is not None and planned["version"] != "" and planned["after"] == ""


async def add_shop(house: House, count: int) -> None:
    """Customers with two orders each, straight into the tables: they have no score."""
    await eventually(lambda: is_waiting_for_the_night(house))
    people = [{"customer_id": f"n{number:05d}", "first_seen_at": NOON - 90 * DAY} for number in range(count)]
    bought = [
        {
            "order_id": f"{one['customer_id']}-{turn}",
            "source": "default",
            "customer_id": one["customer_id"],
            "channel": "WEB",
            "placed_at": NOON - timedelta(days=3 + number % 80 + turn * 9),
            "currency": "GBP",
            "total_minor": 500 + number * 13 % 9_000,
            "refunded_minor": 0,
            "points_paid_minor": 0,
            "replaces": "",
        }
        for number, one in enumerate(people)
        for turn in range(2)
    ]
    with house.database.engine.begin() as connection:
        connection.execute(insert(customers), people)
        connection.execute(insert(orders), bought)


def scored(house: House) -> dict[str, tuple[datetime, str]]:
    with house.database.engine.connect() as connection:
        rows = connection.execute(select(scores.c.customer_id, scores.c.as_of, scores.c.version))
        return {row[0]: (row[1], row[2]) for row in rows}


async def test_each_night_everybody_is_scored_anew(house: House, clock: ManualClock) -> None:
    await add_shop(house, 120)
    clock.move_to(datetime(2026, 3, 11, 2, 59, tzinfo=UTC))
    house.worker.wake()
    await asyncio.sleep(0.2)
    assert scored(house) == {}
    clock.advance(minutes=1)
    house.worker.wake()
    await eventually(lambda: len(scored(house)) == 120)
    night = {as_of for as_of, _ in scored(house).values()}
    assert night == {datetime(2026, 3, 11, 3, 0, tzinfo=UTC)}
    clock.advance(days=1)
    house.worker.wake()
    await eventually(lambda: {as_of for as_of, _ in scored(house).values()} == {max(night) + DAY})


async def test_a_month_has_one_reference_and_old_ones_are_kept(
    house: House, backend: Caller, clock: ManualClock
) -> None:
    await add_shop(house, 60)
    for day in (11, 12, 13):
        clock.move_to(datetime(2026, 3, day, 3, 1, tzinfo=UTC))
        house.worker.wake()
        await eventually(lambda: {one for one, _ in scored(house).values()} == {clock.now()})
    clock.move_to(datetime(2026, 4, 1, 2, 30, tzinfo=UTC))  # half past three in London: April there
    house.worker.wake()
    await eventually(lambda: {one for one, _ in scored(house).values()} == {clock.now()})
    with house.database.engine.connect() as connection:
        built = list(connection.execute(select(score_references.c.built_at).order_by("built_at")).scalars())
    assert [(one.month, one.day) for one in built] == [(3, 11), (4, 1)]
    listed = await versions(backend)
    assert [one.scores for one in listed if one.current] == [60]
    old = next(one for one in listed if one.reference.startswith("20260311"))
    past = await score_of(backend, "n00001", score_version=old.score_version, as_of=stamped(built[0]))
    assert past.score_version == old.score_version


async def test_too_few_buyers_are_compared_with_the_builtin_reference(
    house: House, clock: ManualClock
) -> None:
    await add_shop(house, 49)
    clock.advance(days=1)
    house.worker.wake()
    await eventually(lambda: len(scored(house)) == 49)
    assert all("builtin" in version for _, version in scored(house).values())


async def test_a_pass_that_was_cut_short_goes_on_where_it_was(
    house: House, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rescoring, "CHUNK_CUSTOMERS", 25)
    await add_shop(house, 60)
    await install_new_reference(house)  # of this month: the pass begins with scoring
    work = outbox.Claimed(
        0, rescoring.RESCORE_TOPIC, "all", {"recurs": True, "after": "", "version": ""}, NOON, 1
    )
    await house.database.write(rescoring.take_step, rescoring.Pass(work))  # and the server is killed
    with house.database.engine.connect() as connection:
        kept = outbox.find(connection, rescoring.RESCORE_TOPIC, "all")
    assert kept is not None
    assert kept["after"] in {"n00024", "n00049", ""}  # the worker may have gone on meanwhile
    house.worker.wake()
    await eventually(lambda: len(scored(house)) == 60)


@pytest.fixture
async def heavier_sentiment(
    house: House, backend: Caller, settings: Settings, tmp_path: Path
) -> AsyncIterator[House]:
    """A server on the same database that was started with other weights."""
    for number in range(5):
        await backend.record_order(order(customer_id=f"c{number}"))
    (tmp_path / "program.toml").write_text(
        "[weights]\naverage_order_value = 0.10\nsentiment = 0.20\n", encoding="utf-8"
    )
    changed = settings.model_copy(update={"programme_file": tmp_path / "program.toml"})
    async with running(build(changed, house.clock, Telemetry(0.0))) as other:
        yield other


async def test_new_weights_score_everybody_at_the_start_and_every_answer_says_its_version(
    backend: Caller, heavier_sentiment: House
) -> None:
    versions_seen: set[str] = set()

    async def all_are_new() -> bool:
        found = await batch(backend, *(f"c{number}" for number in range(5)))
        versions_seen.update(one.score_version for one in found.scores)
        assert len(found.scores) == 5
        return len({one.score_version for one in found.scores}) == 1 and len(versions_seen) == 2

    await eventually(all_are_new)
    stored = {version for _, version in scored(heavier_sentiment).values()}
    assert len(stored) == 1
    old = next(iter(versions_seen - stored))
    assert (await score_of(backend, "c1", score_version=old)).score_version == old
