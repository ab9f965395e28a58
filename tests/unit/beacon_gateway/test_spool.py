import asyncio
import os
import signal
import sqlite3
import sys
from pathlib import Path

import pytest

from beacon_gateway.events import Evidence, PresenceEvent, PresenceKind
from beacon_gateway.spool import Spool, SpoolError

ENTER = PresenceEvent(
    PresenceKind.ENTER, b"pseudony", "door", 12.5, Evidence(-60.1, -55.0, 4), degraded=True, dwell_seconds=1.5
)


def event(at_seconds: float, kind: PresenceKind = PresenceKind.ENTER) -> PresenceEvent:
    return PresenceEvent(kind, b"pseudony", "door", at_seconds)


def test_what_goes_in_comes_out_in_order_with_its_number_and_time(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.append([ENTER, event(13.0)], started_at_seconds=1000.0)
    first, second = spool.after(0, 10)
    assert (first.seq, first.observed_at_seconds, first.event) == (1, 1012.5, ENTER)
    assert (second.seq, second.observed_at_seconds) == (2, 1013.0)
    spool.close()


def test_an_acknowledgement_forgets_up_to_its_number_only(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.append([event(float(second)) for second in range(5)], started_at_seconds=0.0)
    assert spool.acknowledge(spool.epoch, 3) == 3
    assert [spooled.seq for spooled in spool.after(0, 10)] == [4, 5]
    assert (len(spool), spool.oldest_seq) == (2, 4)
    spool.close()


def test_an_acknowledgement_of_another_epoch_forgets_nothing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.append([ENTER], started_at_seconds=0.0)
    assert spool.acknowledge("another", 1) == 0
    assert len(spool) == 1
    spool.close()


def test_numbers_go_on_after_everything_was_acknowledged_and_the_spool_reopened(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool.append([ENTER, ENTER], started_at_seconds=0.0)
    spool.acknowledge(spool.epoch, 2)
    epoch = spool.epoch
    spool.close()
    again = Spool(tmp_path / "spool.db")
    again.append([ENTER], started_at_seconds=0.0)
    assert again.epoch == epoch
    assert [spooled.seq for spooled in again.after(0, 10)] == [3]
    again.close()


def test_a_new_spool_is_a_new_epoch(tmp_path: Path) -> None:
    one, two = Spool(tmp_path / "one.db"), Spool(tmp_path / "two.db")
    assert one.epoch != two.epoch
    one.close()
    two.close()


def test_a_full_spool_drops_stays_first_and_says_how_many(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", events_max=100)
    mixed = [event(float(n), PresenceKind.DWELL if n % 2 else PresenceKind.ENTER) for n in range(100)]
    spool.append(mixed, started_at_seconds=0.0)
    spool.append([event(100.0)], started_at_seconds=0.0)
    kept = [spooled.event for spooled in spool.after(0, 1000)]
    dropped = 101 - sum(kind_of.kind is not PresenceKind.GAP for kind_of in kept)
    gaps = [kept_event.dropped for kept_event in kept if kept_event.kind is PresenceKind.GAP]
    assert sum(kept_event.kind is PresenceKind.ENTER for kept_event in kept) == 51
    assert gaps == [dropped]
    assert len(kept) == len(spool) <= 100
    spool.close()


def test_however_long_the_server_is_away_every_event_is_kept_or_counted(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db", events_max=100)
    for n in range(0, 3000, 30):
        spool.append([event(float(at)) for at in range(n, n + 30)], started_at_seconds=0.0)
    kept = [spooled.event for spooled in spool.after(0, 1000)]
    told = sum(kept_event.dropped for kept_event in kept)
    assert told + sum(kept_event.kind is PresenceKind.ENTER for kept_event in kept) == 3000
    assert told == spool.dropped
    assert len(kept) <= 100
    spool.close()


def test_a_file_that_is_no_spool_is_refused_with_its_name(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("this is not a database, and long enough to be sure of it\n" * 100)
    with pytest.raises(SpoolError, match=r"notes\.txt"):
        Spool(path)


WRITER = """
import sys
from pathlib import Path
from beacon_gateway.events import PresenceEvent, PresenceKind
from beacon_gateway.spool import Spool

spool = Spool(Path(sys.argv[1]))
at = int(sys.argv[2])
while True:
    batch = [PresenceEvent(PresenceKind.ENTER, b"pseudony", "door", float(at + n)) for n in range(3)]
    spool.append(batch, started_at_seconds=0.0)
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


async def test_a_killed_writer_loses_nothing_that_was_committed_and_doubles_nothing(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    committed = 0
    for lines in (1, 7, 20):
        reported = await _write_until_killed(path, committed, lines)
        spool = Spool(path)
        spooled = spool.after(0, 1_000_000)
        times = [int(entry.event.at_seconds) for entry in spooled]
        assert times == list(range(len(times)))
        assert [entry.seq for entry in spooled] == list(range(1, len(times) + 1))
        assert len(times) >= reported
        committed = len(times)
        spool.close()


def test_a_refused_write_changes_nothing_and_can_be_tried_again(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool.db")
    spool._connection.execute("PRAGMA max_page_count = 6")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        spool.append([event(float(n)) for n in range(5000)], started_at_seconds=0.0)
    assert (len(spool), spool.after(0, 10)) == (0, [])
    spool._connection.execute("PRAGMA max_page_count = 100000")
    spool.append([ENTER], started_at_seconds=0.0)
    assert len(spool) == 1
    spool.close()
