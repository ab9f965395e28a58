"""The uplink against a server on a real socket that stores, loses acknowledgements and goes away."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from regulars.presence.v1 import presence_service_pb2 as pb

from beacon_gateway.access.channel import Link
from beacon_gateway.gateway import HealthReport
from beacon_gateway.hearing.radio import RadioReport
from beacon_gateway.identity.key_table import KeyUpdate
from beacon_gateway.identity.tags import TagReading
from beacon_gateway.sending.ending import SessionOverError
from beacon_gateway.sending.session import Introduction
from beacon_gateway.sending.uplink import AWAY_SECONDS, BACKOFF_SECONDS, Uplink, pause_seconds
from beacon_gateway.spooling.feed import Feed
from beacon_gateway.spooling.spool import Spool
from beacon_gateway.tracking.events import (
    Evidence,
    Position,
    PresenceEvent,
    PresenceKind,
    Signal,
    SpooledEvent,
)
from beacon_gateway.tracking.room import Tuning, ZoneRule
from tests.unit.beacon_gateway.session_server import KEY, Behaviour, SessionServer, eventually, serve

ANNA = bytes(range(16))
IN_GOOD_ORDER = ("closed", "ended in good order")
STARTED_AT = 1_767_225_600.0 + 1000.0


class Ear:
    """Takes down what the server says."""

    def __init__(self) -> None:
        self.updates: list[KeyUpdate] = []
        self.times: list[tuple[float, float]] = []
        self.tunings: list[Tuning] = []
        self.takes_time = True

    def table_version(self) -> str:
        return self.updates[-1].version if self.updates else ""

    def health(self) -> HealthReport:
        radio = RadioReport("hci0", deaf=True, degraded=True, silent_seconds=0.5, adverts=7, scan_restarts=2)
        return HealthReport(7, 0.5, True, 3, clock_offset_seconds=0.25, radios=(radio,))

    def unix_seconds(self) -> float:
        return 1_767_225_600.0

    def started_at_seconds(self) -> float:
        return STARTED_AT

    def monotonic_seconds(self) -> float:
        return 60.0

    def take_keys(self, update: KeyUpdate) -> None:
        self.updates.append(update)

    def take_readings(self) -> list[TagReading]:
        return []

    def configure(self, tuning: Tuning) -> None:
        self.tunings.append(tuning)

    def take_time(self, sent_at_seconds: float, server_at_seconds: float) -> bool:
        self.times.append((sent_at_seconds, server_at_seconds))
        return self.takes_time


@contextlib.asynccontextmanager
async def uplink_to(port: int, path: Path, link: Link | None = None) -> AsyncIterator[tuple[Feed, Ear]]:
    """A running uplink with its spool in `path`; ends in good order."""
    link = link or Link(f"127.0.0.1:{port}", KEY, plaintext=True)
    with contextlib.closing(Spool(path / "spool.db")) as spool:
        feed, ear = Feed(spool), Ear()
        who = Introduction("g1", "harbour", "0")
        uplink = Uplink(link, who, feed, ear)
        task = asyncio.create_task(uplink.run())
        yield feed, ear
        uplink.close()
        await asyncio.wait_for(task, 10)


def events(count: int, first: int = 0) -> list[PresenceEvent]:
    evidence = Evidence(-61.5, -58.0, 9)
    return [
        PresenceEvent(PresenceKind.ENTER, b"pseudony", "door", float(first + n), evidence, dwell_seconds=2.5)
        for n in range(count)
    ]


def numbers(server: SessionServer) -> list[int]:
    return sorted(seq for _, _, seq in server.stored)


async def test_hello_shows_who_we_are_and_the_key(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour(keys=[ANNA]))
    server, port = await serve(servicer)
    async with uplink_to(port, tmp_path) as (feed, ear):
        await eventually(lambda: bool(ear.updates and ear.times and servicer.healths))
        hello, health = servicer.hellos[0], servicer.healths[0]
        assert (hello.gateway, hello.store, hello.epoch, hello.table_version) == (
            "g1",
            "harbour",
            feed.epoch,
            "",
        )
        assert servicer.keys_shown == [f"Bearer {KEY}"]
        assert (health.adverts, health.degraded, health.clock_offset_ms) == (7, True, 250.0)
        assert ear.updates[0].version == "t1"
        assert (health.radios[0].receiver, health.radios[0].scan_restarts) == ("hci0", 2)
        assert ear.times[0][0] == 1_767_225_600.0
    await server.stop(0)
    assert servicer.ended_in_order == 1


async def test_events_arrive_whole_and_leave_the_spool(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour())
    server, port = await serve(servicer)
    async with uplink_to(port, tmp_path) as (feed, _):
        await feed.append(events(1))
        await asyncio.wait_for(feed.emptied(), 10)
    await server.stop(0)
    (stored,) = servicer.stored.values()
    assert (stored.pseudonym, stored.zone, stored.dwell_seconds) == (b"pseudony", "door", 2.5)
    assert (stored.evidence.smoothed_rssi_dbm, stored.evidence.samples) == (-61.5, 9)
    assert stored.observed_at.ToSeconds() == STARTED_AT


async def test_lost_acknowledgements_lose_and_double_nothing(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour(acks_lost=3))
    server, port = await serve(servicer)
    async with uplink_to(port, tmp_path) as (feed, _):
        for first in range(0, 3000, 300):
            await feed.append(events(300, first))
        await asyncio.wait_for(feed.emptied(), 20)
    await server.stop(0)
    assert numbers(servicer) == list(range(1, 3001))


async def test_a_session_that_breaks_off_is_taken_up_again_and_sent_again(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour(batches_max=3))
    server, port = await serve(servicer)
    async with uplink_to(port, tmp_path) as (feed, _):
        await feed.append(events(2500))
        await asyncio.wait_for(feed.emptied(), 20)
    await server.stop(0)
    assert numbers(servicer) == list(range(1, 2501))
    assert servicer.received > 2500
    assert len(servicer.hellos) > 1


async def test_a_server_that_comes_late_gets_everything(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour())
    probe, port = await serve(servicer)
    await probe.stop(0)
    async with uplink_to(port, tmp_path) as (feed, _):
        await feed.append(events(50))
        await asyncio.sleep(0.5)
        server, _ = await serve(servicer, port)
        await asyncio.wait_for(feed.emptied(), 20)
    await server.stop(0)
    assert numbers(servicer) == list(range(1, 51))


async def test_the_log_says_when_the_server_is_away_and_when_it_is_back(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour())
    probe, port = await serve(servicer)
    await probe.stop(0)
    with structlog.testing.capture_logs() as logs:
        async with uplink_to(port, tmp_path) as (feed, _):
            await feed.append(events(50))
            await asyncio.sleep(0.5)
            server, _ = await serve(servicer, port)
            await asyncio.wait_for(feed.emptied(), 20)
    await server.stop(0)
    assert [one["event"] for one in logs][:2] == ["uplink.over", "uplink.open"]


async def test_a_server_that_restarts_under_load_gets_each_event_once(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour())
    server, port = await serve(servicer)
    async with uplink_to(port, tmp_path) as (feed, _):
        for round_of in range(4):
            await feed.append(events(700, round_of * 700))
            await asyncio.sleep(0.05)
            await server.stop(0)
            server, _ = await serve(servicer, port)
        await asyncio.wait_for(feed.emptied(), 30)
    await server.stop(0)
    assert numbers(servicer) == list(range(1, 2801))


async def test_one_acknowledgement_stands_for_all_before_it(
    tmp_path: Path,
) -> None:
    servicer = SessionServer(Behaviour(acks_lost=1))
    server, port = await serve(servicer)
    async with uplink_to(port, tmp_path) as (feed, _):
        await feed.append(events(10))
        await eventually(lambda: len(servicer.stored) == 10)
        assert feed.waiting == 10
        await feed.append(events(1))
        await asyncio.wait_for(feed.emptied(), 10)
    await server.stop(0)
    assert servicer.received == 11


@pytest.mark.parametrize("behaviour", [Behaviour(acks_lost=1), Behaviour(acks_of_another=1)])
async def test_a_server_that_acknowledges_nothing_of_ours_is_left_after_a_while(
    behaviour: Behaviour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("beacon_gateway.sending.session.ACK_SECONDS_MAX", 0.3)
    servicer = SessionServer(behaviour)
    server, port = await serve(servicer)
    async with uplink_to(port, tmp_path) as (feed, _):
        await feed.append(events(5))
        await asyncio.wait_for(feed.emptied(), 10)
    await server.stop(0)
    assert len(servicer.hellos) == 2
    assert numbers(servicer) == [1, 2, 3, 4, 5]


async def test_at_most_eight_batches_are_on_their_way(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour(acks_lost=1_000))
    server, port = await serve(servicer)
    async with uplink_to(port, tmp_path) as (feed, _):
        await feed.append(events(3000))
        await eventually(lambda: servicer.received == 1600)
        await asyncio.sleep(0.3)
        assert servicer.received == 1600
    await server.stop(0)


async def test_a_disk_that_cannot_be_read_for_a_moment_ends_a_session_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    servicer = SessionServer(Behaviour())
    server, port = await serve(servicer)
    read, failures = Spool.after, [sqlite3.OperationalError("disk I/O error")]

    def after(spool: Spool, position: Position, limit: int) -> list[SpooledEvent]:
        if failures:
            raise failures.pop()
        return read(spool, position, limit)

    monkeypatch.setattr(Spool, "after", after)
    async with uplink_to(port, tmp_path) as (feed, _):
        await feed.append(events(3))
        await asyncio.wait_for(feed.emptied(), 10)
    await server.stop(0)
    assert numbers(servicer) == [1, 2, 3]


async def test_a_session_says_why_it_ended_in_the_servers_own_words(tmp_path: Path) -> None:
    words = "This API key is not known, or it was revoked, or it has expired."
    for round_of in range(20):  # the order in which gRPC delivers a status and a failed write is by chance
        servicer = SessionServer(Behaviour(refusal=(grpc.StatusCode.UNAUTHENTICATED, words)))
        server, port = await serve(servicer)
        folder = tmp_path / f"{round_of}"
        folder.mkdir()
        with structlog.testing.capture_logs() as logs:
            async with uplink_to(port, folder):
                await eventually(lambda logs=logs: bool(logs))  # type: ignore[misc]
        await server.stop(0)
        assert [one["reason"] for one in logs if one["reason"] not in IN_GOOD_ORDER] == [
            f"UNAUTHENTICATED: {words}"
        ]


async def test_a_session_broken_off_under_load_says_why_too(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour(batches_max=2))
    server, port = await serve(servicer)
    with structlog.testing.capture_logs() as logs:
        async with uplink_to(port, tmp_path) as (feed, _):
            await feed.append(events(5000))
            await asyncio.wait_for(feed.emptied(), 60)
    await server.stop(0)
    reasons = {one["reason"] for one in logs if one["event"] == "uplink.over"}
    assert "UNAVAILABLE: broken off" in reasons
    assert reasons <= {"UNAVAILABLE: broken off", *IN_GOOD_ORDER}


async def test_no_event_leaves_before_the_server_has_told_the_time(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour())
    server, port = await serve(servicer)
    async with uplink_to(port, tmp_path) as (feed, ear):
        ear.takes_time = False
        await feed.append(events(3))
        await eventually(lambda: len(ear.times) > 1)
        assert servicer.received == 0
        ear.takes_time = True
        await asyncio.wait_for(feed.emptied(), 10)
    await server.stop(0)
    assert {one.observed_at.ToSeconds() for one in servicer.stored.values()} == {
        int(STARTED_AT) + second for second in range(3)
    }


async def test_events_of_runs_before_go_first_and_keep_their_epochs(tmp_path: Path) -> None:
    epochs = []
    for _ in range(2):
        with contextlib.closing(Spool(tmp_path / "spool.db")) as spool:
            spool.append(events(150))
            epochs.append(spool.epoch)
    servicer = SessionServer(Behaviour())
    server, port = await serve(servicer)
    async with uplink_to(port, tmp_path) as (feed, _):
        await feed.append(events(150))
        await asyncio.wait_for(feed.emptied(), 10)
        epochs.append(feed.epoch)
    await server.stop(0)
    assert [key[1:] for key in servicer.stored] == [(epoch, n) for epoch in epochs for n in range(1, 151)]
    assert [one.time_uncertain for one in servicer.stored.values()] == [True] * 300 + [False] * 150


async def test_what_the_server_wants_otherwise_reaches_the_gateway(tmp_path: Path) -> None:
    config = pb.Config(
        rssi_offset_db=1.5,
        receiver_offsets=[pb.ReceiverOffset(receiver="hci0", rssi_offset_db=-2)],
        zone_rules=[pb.ZoneRule(zone="door", enter_rssi_dbm=-70, exit_rssi_dbm=-80, bias_db=1)],
        health_interval_seconds=1,
    )
    servicer = SessionServer(Behaviour(config=config))
    server, port = await serve(servicer)
    async with uplink_to(port, tmp_path) as (_, ear):
        await eventually(lambda: len(servicer.healths) > 2)
        assert ear.tunings == [Tuning(1.5, {"hci0": -2.0}, {"door": ZoneRule(-70, -80, 1)})]
    await server.stop(0)


async def test_only_the_newest_signal_of_a_member_is_sent_and_none_that_was_shown_to_nobody(
    tmp_path: Path,
) -> None:
    servicer = SessionServer(Behaviour())
    server, port = await serve(servicer)
    async with uplink_to(port, tmp_path) as (feed, ear):
        feed.show([signal_of(b"too-late", 1.0)], 0.0)
        await eventually(lambda: bool(ear.times))
        feed.show([signal_of(b"pseudony", at) for at in (2.0, 3.0)], 0.0)
        await eventually(lambda: bool(servicer.signals))
    await server.stop(0)
    assert [(one.pseudonym, one.observed_at.ToSeconds()) for one in servicer.signals] == [(b"pseudony", 3)]


def signal_of(pseudonym: bytes, at_seconds: float) -> Signal:
    return Signal(pseudonym, "door", at_seconds, Evidence(-60.0, -55.0, 3))


@pytest.mark.parametrize(
    ("failures", "away_seconds", "shortest", "longest"),
    [
        (1, 0.0, 0.1, 0.2),
        (4, 10.0, 0.1, 1.6),
        (50, 299.0, BACKOFF_SECONDS[0], BACKOFF_SECONDS[1]),
        (50, AWAY_SECONDS, 5.0, 60.0),
    ],
)
def test_the_longer_a_server_is_away_the_more_rarely_it_is_asked(
    failures: int, away_seconds: float, shortest: float, longest: float
) -> None:
    pauses = [pause_seconds(failures, away_seconds) for _ in range(500)]
    assert shortest <= min(pauses) < max(pauses) <= longest
    assert max(pauses) - min(pauses) > (longest - shortest) / 2


def _certificate() -> tuple[bytes, bytes]:
    """(key, certificate) for this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = (
        builder.not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    private = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return private, certificate.public_bytes(encoding)


async def test_with_tls_only_a_server_with_the_right_certificate_gets_events(tmp_path: Path) -> None:
    servicer = SessionServer(Behaviour())
    private, certificate = _certificate()
    server, port = await serve(servicer, credentials=grpc.ssl_server_credentials([(private, certificate)]))
    right, wrong = tmp_path / "right.pem", tmp_path / "wrong.pem"
    right.write_bytes(certificate)
    wrong.write_bytes(_certificate()[1])
    link = Link(f"localhost:{port}", KEY, plaintext=False, ca=wrong)
    async with uplink_to(port, tmp_path, link) as (feed, _):
        await feed.append(events(3))
        await asyncio.sleep(0.5)
        assert not servicer.hellos
    async with uplink_to(port, tmp_path, replace(link, ca=right)) as (feed, _):
        await asyncio.wait_for(feed.emptied(), 10)
    await server.stop(0)
    assert numbers(servicer) == [1, 2, 3]


def test_ends_of_a_server_that_is_away_differ_in_nothing_but_words() -> None:
    ends = [SessionOverError(f"UNAVAILABLE: {words}", "UNAVAILABLE") for words in ("reset", "closed")]
    assert len({end.kind for end in ends}) == 1
    assert not any(end.needs_somebody for end in ends)


@pytest.mark.parametrize("code", ["UNAUTHENTICATED", "PERMISSION_DENIED", "FAILED_PRECONDITION"])
def test_a_gateway_that_is_not_wanted_as_it_is_needs_somebody(code: str) -> None:
    assert SessionOverError(f"{code}: enrol the gateway anew", code).needs_somebody
