import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from beacon_gateway.clock import EARLIEST_SECONDS
from beacon_gateway.spooling.limits import SpoolLimits
from beacon_gateway.spooling.shelf import START, DropReason, Shelf
from beacon_gateway.spooling.spool import DAY_SECONDS, Spool, SpoolError
from beacon_gateway.tracking.events import Evidence, PresenceEvent, PresenceKind, SpooledEvent

ENTER = PresenceEvent(
    PresenceKind.ENTER, b"pseudony", "door", 12.5, Evidence(-60.1, -55.0, 4), degraded=True, dwell_seconds=1.5
)
NOW = EARLIEST_SECONDS + 300 * DAY_SECONDS
ALL = 1_000_000
LIMITS = SpoolLimits()
FULL, OLD, DISK = DropReason.FULL, DropReason.OLD, DropReason.DISK


def event(at_seconds: float, kind: PresenceKind = PresenceKind.ENTER) -> PresenceEvent:
    return PresenceEvent(kind, b"pseudony", "door", at_seconds)


def events(count: int, first: int = 0) -> list[PresenceEvent]:
    return [event(float(first + number)) for number in range(count)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.db"


@contextlib.contextmanager
def opened(path: Path, limits: SpoolLimits = LIMITS, started_at_seconds: float = NOW) -> Iterator[Spool]:
    """One run of the gateway, as far as its spool goes."""
    with contextlib.closing(Spool(path, limits, started_at_seconds)) as spool:
        yield spool


def waiting(spool: Spool) -> list[SpooledEvent]:
    return spool.after(START, ALL)


def numbers(spool: Spool) -> list[int]:
    return [one.position.seq for one in waiting(spool)]


def bytes_on_disk(path: Path) -> int:
    return sum(file.stat().st_size for file in path.parent.glob(f"{path.name}*"))


def test_what_goes_in_comes_out_in_order_with_its_number_and_time(path: Path) -> None:
    with opened(path, started_at_seconds=1000.0) as spool:
        spool.append([ENTER, event(13.0)])
        first, second = waiting(spool)
        assert (first.position.seq, first.observed_at_seconds, first.event) == (1, 1012.5, ENTER)
        assert (second.position.seq, second.observed_at_seconds) == (2, 1013.0)


def test_stays_and_others_come_out_in_one_order(path: Path) -> None:
    mixed = [event(float(n), PresenceKind.DWELL if n % 3 else PresenceKind.MOVE) for n in range(50)]
    with opened(path) as spool:
        spool.append(mixed)
        assert [one.event for one in waiting(spool)] == mixed
        assert [one.event for one in spool.after(waiting(spool)[9].position, 7)] == mixed[10:17]


def test_an_acknowledgement_forgets_up_to_its_number_only(path: Path) -> None:
    with opened(path) as spool:
        spool.append(events(5))
        assert spool.acknowledge(spool.epoch, 3) == 3
        assert (numbers(spool), len(spool)) == ([4, 5], 2)


def test_an_acknowledgement_of_another_run_forgets_nothing(path: Path) -> None:
    with opened(path) as spool:
        spool.append([ENTER])
    with opened(path) as spool:
        spool.append([ENTER])
        assert spool.acknowledge("another", 1) == 0
        assert spool.acknowledge(spool.epoch, 1) == 1
        assert len(spool) == 1


def test_each_run_is_an_epoch_with_numbers_of_its_own_and_older_runs_come_first(path: Path) -> None:
    epochs = []
    for _ in range(3):
        with opened(path) as spool:
            spool.append(events(2))
            epochs.append(spool.epoch)
            found = [(one.epoch, one.position.seq) for one in waiting(spool)]
    assert found == [(epoch, seq) for epoch in epochs for seq in (1, 2)]


def test_a_run_of_which_nothing_waits_is_forgotten(path: Path) -> None:
    with opened(path) as spool:
        spool.append(events(2))
        spool.acknowledge(spool.epoch, 2)
    with opened(path), contextlib.closing(Shelf(path, ALL)) as shelf:
        assert len(shelf.runs()) == 1


class TestTime:
    """When something was noticed is told by the server's clock, whatever the device's own said."""

    def test_what_was_noticed_before_the_server_told_the_time_is_corrected(self, path: Path) -> None:
        with opened(path, started_at_seconds=0.0) as spool:
            spool.append([event(5.0)])
            spool.learn(NOW)
            (one,) = waiting(spool)
            assert (one.observed_at_seconds, one.is_time_uncertain) == (NOW + 5.0, False)

    def test_what_a_run_learned_is_known_to_the_next(self, path: Path) -> None:
        with opened(path, started_at_seconds=0.0) as spool:
            spool.append([event(5.0)])
            spool.learn(NOW)
        with opened(path, started_at_seconds=7.0) as spool:
            (one,) = waiting(spool)
            assert (one.observed_at_seconds, one.is_time_uncertain) == (NOW + 5.0, False)

    def test_a_run_in_1970_that_never_met_the_server_ended_as_the_next_began(self, path: Path) -> None:
        with opened(path, started_at_seconds=10.0) as spool:
            spool.append([event(5.0), event(65.0)])
        with opened(path, started_at_seconds=12.0) as spool:
            spool.append([event(1.0)])
            spool.learn(NOW)
            told = [(one.observed_at_seconds, one.is_time_uncertain) for one in waiting(spool)]
        assert told == [(NOW - 60.0, True), (NOW, True), (NOW + 1.0, False)]

    def test_a_run_whose_clock_can_have_been_right_is_believed(self, path: Path) -> None:
        with opened(path, started_at_seconds=NOW - 900.0) as spool:
            spool.append([event(5.0)])
        with opened(path, started_at_seconds=NOW - 300.0) as spool:
            spool.learn(NOW)
            (one,) = waiting(spool)
            assert (one.observed_at_seconds, one.is_time_uncertain) == (NOW - 895.0, True)

    def test_a_run_cannot_have_lasted_into_the_next(self, path: Path) -> None:
        with opened(path, started_at_seconds=NOW + 5 * DAY_SECONDS) as spool:
            spool.append([event(30.0)])
        with opened(path) as spool:
            spool.learn(NOW)
            assert waiting(spool)[0].observed_at_seconds == NOW

    def test_several_runs_without_the_server_keep_their_order(self, path: Path) -> None:
        for _ in range(4):
            with opened(path, started_at_seconds=0.0) as spool:
                spool.append([event(1.0), event(9.0)])
        with opened(path, started_at_seconds=0.0) as spool:
            spool.learn(NOW)
            times = [one.observed_at_seconds for one in waiting(spool)]
        assert times == sorted(times)
        assert times[-1] == NOW


class TestBounds:
    """The spool is bounded in bytes and in days; what it drops is counted, and told by a GAP."""

    LIMITS = SpoolLimits(bytes_max=2_000_000)

    def fill(self, spool: Spool, count: int, stays: int) -> None:
        """`count` events, `stays` of each ten are DWELL."""
        for first in range(0, count, 500):
            spool.append(
                [
                    event(float(n), PresenceKind.DWELL if n % 10 < stays else PresenceKind.ENTER)
                    for n in range(first, first + 500)
                ]
            )

    @pytest.mark.parametrize("stays", [0, 3, 10])
    def test_it_never_takes_more_than_its_bytes(self, path: Path, stays: int) -> None:
        with opened(path, self.LIMITS) as spool:
            for _ in range(10):
                self.fill(spool, 4_000, stays)
                assert bytes_on_disk(path) <= self.LIMITS.bytes_max

    def test_it_uses_most_of_its_bytes(self, path: Path) -> None:
        with opened(path, self.LIMITS) as spool:
            self.fill(spool, 40_000, 3)
            assert spool.report().bytes_used > self.LIMITS.bytes_max * 0.75

    def test_stays_go_first(self, path: Path) -> None:
        with opened(path, self.LIMITS) as spool:
            self.fill(spool, 44_000, 5)
            report = spool.report()
            assert report.drops[FULL, PresenceKind.DWELL] > 0
            assert report.drops.keys() == {(FULL, PresenceKind.DWELL)}
            kept = Counter(one.event.kind for one in waiting(spool))
            assert kept[PresenceKind.ENTER] == 22_000

    def test_then_the_oldest_go(self, path: Path) -> None:
        with opened(path, self.LIMITS) as spool:
            self.fill(spool, 40_000, 0)
            times = [one.event.at_seconds for one in waiting(spool) if one.event.kind == PresenceKind.ENTER]
            assert times == [float(n) for n in range(40_000 - len(times), 40_000)]

    @pytest.mark.parametrize("stays", [0, 3, 10])
    def test_every_event_is_kept_or_told_by_a_gap(self, path: Path, stays: int) -> None:
        with opened(path, self.LIMITS) as spool:
            self.fill(spool, 40_000, stays)
            kept = [one.event for one in waiting(spool)]
            told = sum(one.dropped for one in kept)
            there = sum(one.kind is not PresenceKind.GAP for one in kept)
            assert (told + there, told) == (40_000, spool.report().dropped)

    def test_what_was_ever_dropped_is_known_after_a_restart(self, path: Path) -> None:
        with opened(path, self.LIMITS) as spool:
            self.fill(spool, 30_000, 0)
            drops = spool.report().drops
        with opened(path, self.LIMITS) as spool:
            assert spool.report().drops == drops

    def test_what_is_too_old_goes_once_the_servers_time_is_known(self, path: Path) -> None:
        with opened(path, started_at_seconds=NOW - 8 * DAY_SECONDS) as spool:
            spool.append(events(3))
            spool.learn(NOW - 8 * DAY_SECONDS)
        with opened(path) as spool:
            spool.append(events(2))
            spool.drop_old(0.0)
            assert len(spool) == 5
            spool.learn(NOW)
            spool.drop_old(10.0)
            assert spool.report().drops == {(OLD, PresenceKind.ENTER): 3}
            assert [(one.event.kind.value, one.event.dropped) for one in waiting(spool)] == [
                ("ENTER", 0),
                ("ENTER", 0),
                ("GAP", 3),
            ]

    def test_what_may_be_young_is_not_dropped_for_a_wrong_clock(self, path: Path) -> None:
        with opened(path, started_at_seconds=0.0) as spool:
            spool.append(events(3))
        with opened(path, started_at_seconds=0.0) as spool:
            spool.learn(NOW)
            spool.drop_old(10.0)
            assert (len(spool), spool.report().dropped) == (3, 0)


class TestDisk:
    """Whatever the disk does, the gateway goes on, and says what it lost."""

    def test_a_file_that_is_no_spool_is_refused_with_its_name(self, tmp_path: Path) -> None:
        notes = tmp_path / "notes.txt"
        notes.write_text("this is not a database, and long enough to be sure of it\n" * 100)
        with pytest.raises(SpoolError, match=r"notes\.txt"):
            Spool(notes)
        assert notes.read_text().startswith("this is not")

    def test_another_programs_database_is_refused_and_left_alone(self, tmp_path: Path) -> None:
        theirs = tmp_path / "regulars.db"
        with contextlib.closing(sqlite3.connect(theirs)) as connection, connection:
            connection.execute("CREATE TABLE orders (id INTEGER)")
        with pytest.raises(SpoolError, match=r"regulars\.db"):
            Spool(theirs)
        assert [file.name for file in tmp_path.iterdir() if "broken" in file.name] == []

    @pytest.mark.parametrize("at", [0, 40, 5000], ids=["header", "first-page", "a-table"])
    def test_a_broken_file_is_set_aside_and_the_server_is_told(self, path: Path, at: int) -> None:
        with opened(path) as spool:
            spool.append(events(3000))
            spool.learn(NOW)
        with path.open("r+b") as file:
            file.seek(at)
            file.write(os.urandom(20_000))
        with opened(path) as spool:
            assert spool.report().set_aside == 1
            spool.append([ENTER])
            assert [(one.event.kind.value, one.event.dropped) for one in waiting(spool)] == [
                ("GAP", 0),
                ("ENTER", 0),
            ]
        assert path.with_name("spool.db.broken-1").exists()
        with opened(path) as spool:
            assert len(spool) == 2

    def test_a_file_that_breaks_while_it_is_used_is_set_aside_and_its_events_counted(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with opened(path) as spool:
            spool.append(events(7))
            with monkeypatch.context() as breaking:
                breaking.setattr(Shelf, "put", malformed_for(path))
                spool.append(events(1, first=7))
            spool.append(events(1, first=8))
            told = [(one.event.kind.value, one.event.dropped) for one in waiting(spool)]
            assert told == [("ENTER", 0), ("GAP", 7), ("ENTER", 0)]
            assert (spool.report().set_aside, spool.report().error) == (1, "")

    def test_only_the_latest_broken_files_are_kept(self, path: Path) -> None:
        for _ in range(5):
            path.write_bytes(os.urandom(8_192))
            with opened(path) as spool:
                times = spool.report().set_aside
        assert times == 5
        kept = sorted(file.name for file in path.parent.glob("*broken*"))
        assert kept == ["spool.db.broken-3", "spool.db.broken-4", "spool.db.broken-5"]

    def test_a_full_disk_keeps_events_in_memory_and_says_so(self, path: Path) -> None:
        with opened(path) as spool:
            spool.append(events(2))
            shrink(spool)
            spool.append(events(5000, first=2))
            report = spool.report()
            assert ("full" in report.error, report.waiting, report.dropped) == (True, 5002, 0)
            assert [one.event.at_seconds for one in waiting(spool)] == [float(n) for n in range(5002)]

    def test_what_waited_in_memory_goes_to_the_disk_when_it_takes_it(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("beacon_gateway.spooling.spool.RETRY_SECONDS", 0.0)
        with opened(path) as spool:
            shrink(spool)
            spool.append(events(5000))
            assert spool.report().error
            shrink(spool, pages=100_000)
            spool.append(events(1, first=5000))
            assert (spool.report().error, len(spool)) == ("", 5001)
        with opened(path) as spool:
            assert [one.event.at_seconds for one in waiting(spool)] == [float(n) for n in range(5001)]

    def test_memory_is_bounded_too_and_what_goes_is_counted(self, path: Path) -> None:
        limits = SpoolLimits(bytes_in_memory_max=200_000)
        with opened(path, limits) as spool:
            shrink(spool)
            for first in range(0, 20_000, 500):
                spool.append(events(500, first))
            report = spool.report()
            kept = [one.event for one in waiting(spool)]
            assert report.drops.keys() == {(DISK, PresenceKind.ENTER)}
            assert report.dropped == sum(one.dropped for one in kept)
            assert report.dropped + sum(one.kind is PresenceKind.ENTER for one in kept) == 20_000

    def test_what_memory_dropped_is_counted_on_the_disk_once_it_takes_events(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("beacon_gateway.spooling.spool.RETRY_SECONDS", 0.0)
        limits = SpoolLimits(bytes_in_memory_max=200_000)
        with opened(path, limits) as spool:
            shrink(spool)
            for first in range(0, 20_000, 500):
                spool.append(events(500, first))
            dropped = spool.report().dropped
            shrink(spool, pages=100_000)
            spool.append([ENTER])
        with opened(path, limits) as spool:
            assert 0 < dropped == spool.report().dropped

    def test_a_folder_that_cannot_be_written_keeps_a_gateway_from_nothing(self, tmp_path: Path) -> None:
        nowhere = tmp_path / "file"
        nowhere.write_text("")
        with opened(nowhere / "spool.db") as spool:
            spool.append(events(3))
            assert spool.report().error
            assert numbers(spool) == [1, 2, 3]
            assert spool.acknowledge(spool.epoch, 2) == 2
            assert numbers(spool) == [3]

    def test_a_file_that_can_be_read_only_later_joins_what_waits_in_memory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("beacon_gateway.spooling.spool.RETRY_SECONDS", 0.0)
        folder, away = tmp_path / "disk", tmp_path / "away"
        folder.mkdir()
        with opened(folder / "spool.db") as spool:
            spool.append(events(2))
        folder.rename(away)
        with opened(folder / "spool.db") as spool:
            spool.append(events(3))
            away.rename(folder)
            spool.append(events(1, first=3))
            spool.learn(NOW)
            assert numbers(spool) == [1, 2, 1, 2, 3, 4]
            assert spool.report().error == ""


def shrink(spool: Spool, pages: int = 8) -> None:
    """Lets SQLite take no more than so many pages, as a disk that is full."""
    assert spool._disk is not None
    spool._disk._connection.execute(f"PRAGMA max_page_count = {pages}")


def malformed_for(path: Path) -> object:
    def put(shelf: Shelf, *more: object) -> bool:
        if shelf.path == path:
            raise sqlite3.DatabaseError("database disk image is malformed")
        return PUT(shelf, *more)  # type: ignore[arg-type]

    return put


PUT = Shelf.put

WRITER = """
import sys
from pathlib import Path
from beacon_gateway.tracking.events import PresenceEvent, PresenceKind
from beacon_gateway.spooling.spool import Spool

spool = Spool(Path(sys.argv[1]))
at = int(sys.argv[2])
while True:
    batch = [PresenceEvent(PresenceKind.ENTER, b"pseudony", "door", float(at + n)) for n in range(3)]
    spool.append(batch)
    at += 3
    print(at, flush=True)
"""


async def _write_until_killed(path: Path, at: int, lines: int) -> int:
    """Kills another process after it has reported `lines` commits; returns the last one it reported."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITER, str(path), str(at), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    for _ in range(lines):
        at = int(await process.stdout.readline())
    os.kill(process.pid, signal.SIGKILL)
    rest, _ = await process.communicate()
    complete = rest.decode().split("\n")[:-1]
    return int(complete[-1]) if complete else at


async def test_a_killed_writer_loses_nothing_that_was_committed_and_doubles_nothing(path: Path) -> None:
    committed = 0
    for lines in (1, 7, 20):
        reported = await _write_until_killed(path, committed, lines)
        with opened(path) as spool:
            spooled = waiting(spool)
        times = [int(entry.event.at_seconds) for entry in spooled]
        assert times == list(range(len(times)))
        assert len({(entry.epoch, entry.position) for entry in spooled}) == len(times) >= reported
        committed = len(times)
